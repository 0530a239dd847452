/* SPDX-License-Identifier: BSD-3-Clause */
/* Template: elements of one type as keys, and back. K is the signed integer of the element's size, ENCODE and
 * DECODE the two expressions, which are their own inverses but for what is NaN. */
static void NAME(to_keys)(void *out_keys, const void *in, int64_t n)
{
    K *keys = out_keys;
    const K *x = in;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        keys[i] = (K)(ENCODE(x[i]));
}

static void NAME(from_keys)(void *out, const void *in_keys, int64_t n)
{
    K *x = out;
    const K *keys = in_keys;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        x[i] = (K)(DECODE(keys[i]));
}

#undef ENCODE
#undef DECODE
#undef S
#undef K
