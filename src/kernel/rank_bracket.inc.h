/* SPDX-License-Identifier: BSD-3-Clause */
/* Template: keys of one size against a bracket, LANES at a time. */

/* Moves the chosen of eight keys behind those that are kept; gives how many there are then. */
FA__INLINE int64_t NAME(keep)(K *kept, int64_t made, int64_t room, const K *keys, unsigned chosen)
{
    if (made < room) {
        FA__JOIN(squeeze_eight, S)((unsigned char *)(kept + made), (const unsigned char *)keys, chosen);
        made += __builtin_popcount(chosen);
    }
    return made < room ? made : room;
}

static int64_t NAME(bracket)(const void *in, int64_t n, const fa__bracket *bracket,
                             fa__bracket_counts *counts, void *out, int64_t room)
{
    const K *keys = in;
    K *kept = out;
    const K low_key = (K)bracket->low, high_key = (K)bracket->high;
    const NAME(lanes) low = NAME(every)(low_key), high = NAME(every)(high_key);
    NAME(lanes)
    below_low = NAME(every)(0), above_high = NAME(every)(0); /* counts; n keeps them small enough */
    int64_t made = 0, i = 0, below = 0, above = 0;
    for (; i + 8 <= n; i += 8) {
        unsigned outside = 0;
        for (int k = 0; k < 8; k += NAME(width)) {
            const NAME(lanes) key = NAME(load)(keys + i + k);
            const NAME(truth) less = NAME(less)(key, low), more = NAME(less)(high, key);
            below_low = NAME(count)(below_low, less);
            above_high = NAME(count)(above_high, more);
            outside |= NAME(bits)(less, more) << k;
        }
        if (__builtin_expect(outside != 0xff, 0))
            made = NAME(keep)(kept, made, room, keys + i, outside ^ 0xff);
    }
    below += NAME(sum)(below_low);
    above += NAME(sum)(above_high);
    for (; i < n; i++) {
        below += keys[i] < low_key;
        above += keys[i] > high_key;
        if (keys[i] >= low_key && keys[i] <= high_key && made < room)
            kept[made++] = keys[i];
    }
    counts->below += below;
    counts->inside += n - below - above;
    return made;
}
