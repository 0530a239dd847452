/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per float T of 16 bits: its loops, around those of float32. */

static void NAME(narrow_loop)(void *out, const void *const *in, int64_t n, unsigned scalars,
                              const wide_loop *wide)
{
    float inputs[3][NARROW_BLOCK], results[NARROW_BLOCK];
    const void *pointers[3] = {inputs[0], inputs[1], inputs[2]};
    for (int64_t done = 0; done < n; done += NARROW_BLOCK) {
        const int64_t count = n - done < NARROW_BLOCK ? n - done : NARROW_BLOCK;
        for (int k = 0; k < wide->arity; k++) {
            const bool is_one = scalars >> k & 1;
            const int64_t first = is_one ? 0 : done;
            if (wide->input_bytes[k] > 0)
                pointers[k] = (const char *)in[k] + first * wide->input_bytes[k];
            else
                NAME(widen)(inputs[k], (const T *)in[k] + first, is_one ? 1 : count);
        }
        if (wide->result_bytes > 0) {
            wide->run((char *)out + done * wide->result_bytes, pointers, count, scalars);
        } else {
            wide->run(results, pointers, count, scalars);
            NAME(narrow)((T *)out + done, results, count);
        }
    }
}

#define ROW(id)                                                                                \
    static void NAME(loop_##id)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                          \
        NAME(narrow_loop)(out, in, n, scalars, &wide_loops[FA__OP_##id]);                      \
    }
EVERY_OPERATION
#undef ROW

enum {
    NAME(SIGN) = 0x8000,
    NAME(STEP) = 1 << MANTISSA_BITS, /* from one exponent to the next */
    NAME(INFINITE) = 0x7fff & -NAME(STEP),
    NAME(QUIET_NAN) = NAME(INFINITE) | NAME(STEP) / 2
};

/* In the order of NumPy's own functions for float16. */
FA__INLINE uint16_t NAME(next)(uint16_t a, uint16_t b)
{
    const int size_a = a & 0x7fff, size_b = b & 0x7fff;
    const int value_a = a & NAME(SIGN) ? -size_a : size_a, value_b = b & NAME(SIGN) ? -size_b : size_b;
    const int moved = (value_a < value_b) == (value_a > 0) ? a + 1 : a - 1;
    const int next = value_a == value_b ? a : size_a == 0 ? (b & NAME(SIGN)) + 1 : moved;
    return (uint16_t)(size_a > NAME(INFINITE) || size_b > NAME(INFINITE) ? NAME(QUIET_NAN) : next);
}

/* Of float16 it is positive for every number, unlike that of other types, and from a negative power of two on
 * towards zero; of bfloat16 it has the sign of the number. */
FA__INLINE uint16_t NAME(distance)(uint16_t a)
{
    const int exponent = a & NAME(INFINITE);
    const bool towards_zero = !SIGNED_SPACING && (a & NAME(SIGN)) && (a & (NAME(STEP) - 1)) == 0;
    const int steps =
        exponent / NAME(STEP) - MANTISSA_BITS - towards_zero; /* of the exponent of the distance */
    const int shift = steps + MANTISSA_BITS - 1;              /* of a distance that is no normal number */
    const int distance = steps > 0 ? steps * NAME(STEP) : shift > 0 ? 1 << shift : 1;
    const int result = (a & 0x7fff) == NAME(INFINITE) - 1 && !(a & NAME(SIGN) && !SIGNED_SPACING)
                           ? NAME(INFINITE)
                           : distance;
    return (uint16_t)(exponent == NAME(INFINITE) ? NAME(QUIET_NAN)
                                                 : result | (SIGNED_SPACING ? a & NAME(SIGN) : 0));
}

static void NAME(next_loop)(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    T *out = out_block;
    const T *a = in[0], *b = in[1];
    for (int64_t i = 0; i < n; i++)
        out[i].bits = NAME(next)(a[scalars & 1 ? 0 : i].bits, b[scalars & 2 ? 0 : i].bits);
}

static void NAME(distance_loop)(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    T *out = out_block;
    const T *a = in[0];
    for (int64_t i = 0; i < n; i++)
        out[i].bits = NAME(distance)(a[scalars & 1 ? 0 : i].bits);
}

static void NAME(fill)(fa__kernels *kernels)
{
    kernels->loops[FA__OP_NEXTAFTER][TYPE] = NAME(next_loop);
    kernels->loops[FA__OP_SPACING][TYPE] = NAME(distance_loop);
#define ROW(id)                                                                                            \
    if (kernels->loops[FA__OP_##id][FA_TYPE_FLOAT32] != NULL && kernels->loops[FA__OP_##id][TYPE] == NULL) \
        kernels->loops[FA__OP_##id][TYPE] = NAME(loop_##id);
    EVERY_OPERATION
#undef ROW
}
