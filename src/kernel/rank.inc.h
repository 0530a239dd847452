/* SPDX-License-Identifier: BSD-3-Clause */
/* Template: counting and selecting keys of one size. K is the signed integer, U the unsigned one. */

static int64_t NAME(largest)(const void *in, int64_t n)
{
    const K *keys = in;
    const K most = (K)((U)-1 >> 1);
    int64_t count = 0;
    for (int64_t at = 0; at < n;) {
        const int64_t end = at + 64 < n ? at + 64 : n; /* counts of 64 fit any K */
        U some = 0;
        for (; at < end; at++)
            some = (U)(some + (keys[at] == most));
        count += some;
    }
    return count;
}

FA__INLINE void NAME(digits_of)(const K *keys, int64_t n, K low, int shift, U buckets, int64_t *counters)
{
    const int64_t all = (int64_t)buckets, bank = FA__DIGIT_BANKS(all) > 1 ? all + 1 : 0;
    for (int64_t i = 0; i < n; i++) {
        const U digit = (U)((U)((U)keys[i] - (U)low) >> shift);
        counters[(i & 3) * bank + (int64_t)(digit < buckets ? digit : buckets)]++;
    }
}

static void NAME(digits)(const void *keys, int64_t n, int64_t low, int shift, int64_t buckets,
                         int64_t *counters)
{
    /* Where every key has a bucket there is none for the others, and their number need not fit a key. */
    if ((uint64_t)buckets > (uint64_t)((U)-1 >> shift)) {
        const K *x = keys;
        const int64_t bank = FA__DIGIT_BANKS(buckets) > 1 ? buckets + 1 : 0;
        for (int64_t i = 0; i < n; i++)
            counters[(i & 3) * bank + (int64_t)((U)((U)x[i] - (U)low) >> shift)]++;
        return;
    }
    NAME(digits_of)(keys, n, (K)low, shift, (U)buckets, counters);
}

/* ---- Selecting: keys are parted about a pivot until the parts that hold ranks are short ---- */

static void NAME(sort_few)(K *keys, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const K key = keys[i];
        int64_t k = i;
        for (; k > 0 && keys[k - 1] > key; k--)
            keys[k] = keys[k - 1];
        keys[k] = key;
    }
}

FA__INLINE K NAME(middle)(K a, K b, K c)
{
    const K low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* A key from anywhere in the middle of the order, most likely. */
static K NAME(pivot)(const K *keys, int64_t n, uint64_t *random)
{
    K of[9];
    for (int i = 0; i < 9; i++) {
        *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        of[i] = keys[(*random >> 33) % (uint64_t)n];
    }
    return NAME(middle)(NAME(middle)(of[0], of[1], of[2]), NAME(middle)(of[3], of[4], of[5]),
                        NAME(middle)(of[6], of[7], of[8]));
}

/* Moves what is less than the pivot to the front, or what is not more; how many that are. */
FA__INLINE int64_t NAME(part)(K *keys, int64_t n, K pivot, bool with_equal)
{
    int64_t front = 0;
    for (int64_t i = 0; i < n; i++) {
        const K key = keys[i];
        keys[i] = keys[front];
        keys[front] = key;
        front += with_equal ? key <= pivot : key < pivot;
    }
    return front;
}

static void NAME(select)(void *in, int64_t n, const int64_t *ranks, int64_t count)
{
    enum { FEW = 24, DEEP = 64 };
    struct {
        int64_t first, last, rank_first, rank_last;
    } waiting[DEEP];
    K *keys = in;
    int depth = 0;
    uint64_t random = (uint64_t)n;
    int64_t first = 0, last = n, low = 0, high = count; /* keys [first, last) hold the ranks [low, high) */
    for (;;) {
        if (high == low || last - first <= FEW) {
            if (high > low)
                NAME(sort_few)(keys + first, last - first);
            if (depth == 0)
                return;
            depth--;
            first = waiting[depth].first;
            last = waiting[depth].last;
            low = waiting[depth].rank_first;
            high = waiting[depth].rank_last;
            continue;
        }
        const K pivot = NAME(pivot)(keys + first, last - first, &random);
        int64_t middle = first + NAME(part)(keys + first, last - first, pivot, false);
        if (middle == first) { /* the pivot is the least of all: what equals it is in place */
            first += NAME(part)(keys + first, last - first, pivot, true);
            while (low < high && ranks[low] < first)
                low++;
            continue;
        }
        int64_t split = low;
        while (split < high && ranks[split] < middle)
            split++;
        /* The longer side waits: so no more wait than a count of elements has bits. */
        const bool left_now = middle - first < last - middle;
        const int64_t from = left_now ? middle : first, to = left_now ? last : middle;
        const int64_t rank_from = left_now ? split : low, rank_to = left_now ? high : split;
        first = left_now ? first : middle;
        last = left_now ? middle : last;
        low = left_now ? low : split;
        high = left_now ? split : high;
        if (rank_from == rank_to)
            continue;
        waiting[depth].first = from;
        waiting[depth].last = to;
        waiting[depth].rank_first = rank_from;
        waiting[depth].rank_last = rank_to;
        depth++;
    }
}
