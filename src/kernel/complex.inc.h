/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per complex type T with parts R: arithmetic with NumPy's bits. */
#include "kernel/drivers.inc.h"

FA__INLINE T NAME(add)(T a, T b)
{
    return (T){a.real + b.real, a.imag + b.imag};
}

FA__INLINE T NAME(subtract)(T a, T b)
{
    return (T){a.real - b.real, a.imag - b.imag};
}

FA__INLINE T NAME(minimum)(T a, T b)
{
    return NAME(is_nan)(a) | NAME(less_equal)(a, b) ? a : b;
}

FA__INLINE T NAME(maximum)(T a, T b)
{
    return NAME(is_nan)(a) | NAME(less_equal)(b, a) ? a : b;
}

FA__INLINE T NAME(fmin)(T a, T b)
{
    return NAME(is_nan)(b) | NAME(less_equal)(a, b) ? a : b;
}

FA__INLINE T NAME(fmax)(T a, T b)
{
    return NAME(is_nan)(b) | NAME(less_equal)(b, a) ? a : b;
}

FA__INLINE T NAME(negative)(T a)
{
    return (T){-a.real, -a.imag};
}

FA__INLINE T NAME(positive)(T a)
{
    return a;
}

FA__INLINE T NAME(conjugate)(T a)
{
    return (T){a.real, -a.imag};
}

FA__INLINE T NAME(rint)(T a)
{
    return (T){MATH(rint)(a.real), MATH(rint)(a.imag)};
}

FA__INLINE T NAME(square)(T a)
{
    return NAME(multiply)(a, a);
}

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(binary)(out, in, n, scalars, NAME(operation));                                           \
    }
COMPLEX_BINARY(X)
#undef X

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(unary)(out, in, n, scalars, NAME(operation));                                            \
    }
COMPLEX_UNARY(X)
#undef X

FA__INLINE void NAME(part)(R *out, const T *in, int64_t n, unsigned scalars, bool imag)
{
    for (int64_t i = 0; i < n; i++) {
        const T a = in[scalars & 1 ? 0 : i];
        out[i] = imag ? a.imag : a.real;
    }
}

static void NAME(real_loop)(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    NAME(part)(out, in[0], n, scalars, false);
}

static void NAME(imag_loop)(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    NAME(part)(out, in[0], n, scalars, true);
}

/* ---- Operations on parts ----
 *
 * They run on blocks that are split into real and imaginary parts: that is how they become vectors, and how
 * gcc 12 is kept from fusing a sum and a difference of products side by side into one vfmaddsub, which it
 * does despite -ffp-contract=off. */

typedef struct NAME(parts) {
    R real[PARTS], imag[PARTS];
} NAME(parts);

FA__INLINE void NAME(split)(NAME(parts) * parts, const T *x, int64_t n, bool scalar)
{
    for (int64_t i = 0; i < n; i++) {
        parts->real[i] = x[scalar ? 0 : i].real;
        parts->imag[i] = x[scalar ? 0 : i].imag;
    }
}

/* Smith's method, in the order of operations of NumPy. */
FA__INLINE void NAME(divide)(NAME(parts) *restrict out, const NAME(parts) *restrict a,
                             const NAME(parts) *restrict b, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const R size_real = MATH(fabs)(b->real[i]), size_imag = MATH(fabs)(b->imag[i]);
        const bool by_real = size_real >= size_imag;
        const R large = by_real ? b->real[i] : b->imag[i], small = by_real ? b->imag[i] : b->real[i];
        const R first = by_real ? a->real[i] : a->imag[i], second = by_real ? a->imag[i] : a->real[i];
        const R ratio = small / large, scale = 1 / (large + small * ratio);
        const R difference = by_real ? second - first * ratio : first * ratio - second;
        const R real = (first + second * ratio) * scale, imag = difference * scale;
        const bool by_zero = (size_real == 0) & (size_imag == 0);
        out->real[i] = by_zero ? a->real[i] / size_real : real;
        out->imag[i] = by_zero ? a->imag[i] / size_real : imag;
    }
}

FA__INLINE void NAME(reciprocal)(NAME(parts) *restrict out, const NAME(parts) *restrict a, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const bool by_real = MATH(fabs)(a->imag[i]) <= MATH(fabs)(a->real[i]);
        const R large = by_real ? a->real[i] : a->imag[i], small = by_real ? a->imag[i] : a->real[i];
        const R ratio = small / large, divisor = large + small * ratio;
        out->real[i] = (by_real ? 1 : ratio) / divisor;
        out->imag[i] = (by_real ? -ratio : -1) / divisor;
    }
}

FA__INLINE void NAME(magnitude)(R *restrict out, const NAME(parts) *restrict a, int64_t n)
{
    enum { WIDTH = sizeof(V) / sizeof(R) };
    for (int64_t i = 0; i < n; i += WIDTH) {
        V real, imag;
        memcpy(&real, a->real + i, sizeof real);
        memcpy(&imag, a->imag + i, sizeof imag);
        real = HYPOT(real, imag);
        memcpy(out + i, &real, sizeof real);
    }
}

/* The value over its magnitude. Where that is infinite (also by overflow), what NumPy says: of an infinite
 * real part the side; none when both are infinite; else that of the imaginary part. */
FA__INLINE void NAME(sign)(NAME(parts) *restrict out, const NAME(parts) *restrict a, int64_t n)
{
    R size[PARTS];
    NAME(magnitude)(size, a, n);
    for (int64_t i = 0; i < n; i++) {
        const R real = a->real[i], imag = a->imag[i];
        const bool far = size[i] == (R)INFINITY, zero = size[i] == 0;
        const bool real_far = MATH(fabs)(real) == (R)INFINITY, imag_far = MATH(fabs)(imag) == (R)INFINITY;
        const R none = real_far & imag_far ? (R)NAN : 0;
        const R far_real = (real_far ? MATH(copysign)(1, real) : 0) + none;
        const R far_imag = (real_far ? 0 : imag > 0 ? 1 : -1) + none;
        const R near_real = zero ? 0 : real / size[i], near_imag = zero ? 0 : imag / size[i];
        out->real[i] = far ? far_real : near_real;
        out->imag[i] = far ? far_imag : near_imag;
    }
}

FA__INLINE void NAME(join)(T *out, const NAME(parts) * parts, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = (T){parts->real[i], parts->imag[i]};
}

static void NAME(divide_loop)(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    NAME(parts) a, b, quotient;
    for (int64_t done = 0; done < n; done += PARTS) {
        const int64_t count = n - done < PARTS ? n - done : PARTS;
        NAME(split)(&a, (const T *)in[0] + (scalars & 1 ? 0 : done), count, scalars & 1);
        NAME(split)(&b, (const T *)in[1] + (scalars & 2 ? 0 : done), count, scalars & 2);
        NAME(divide)(&quotient, &a, &b, count);
        NAME(join)((T *)out + done, &quotient, count);
    }
}

#define X(operation)                                                                                  \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(parts) a = {{0}, {0}}, result;                                                           \
        for (int64_t done = 0; done < n; done += PARTS) {                                             \
            const int64_t count = n - done < PARTS ? n - done : PARTS;                                \
            NAME(split)(&a, (const T *)in[0] + (scalars & 1 ? 0 : done), count, scalars & 1);         \
            NAME(operation)(&result, &a, count);                                                      \
            NAME(join)((T *)out + done, &result, count);                                              \
        }                                                                                             \
    }
X(reciprocal)
X(sign)
#undef X

static void NAME(absolute_loop)(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    NAME(parts) a = {{0}, {0}};
    R size[PARTS];
    for (int64_t done = 0; done < n; done += PARTS) {
        const int64_t count = n - done < PARTS ? n - done : PARTS;
        NAME(split)(&a, (const T *)in[0] + (scalars & 1 ? 0 : done), count, scalars & 1);
        NAME(magnitude)(size, &a, count);
        memcpy((R *)out + done, size, (size_t)count * sizeof(R));
    }
}

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][TYPE] = NAME(operation##_loop);
    COMPLEX_BINARY(X)
    COMPLEX_UNARY(X)
    X(REAL, real)
    X(IMAG, imag)
    X(DIVIDE, divide)
    X(RECIPROCAL, reciprocal)
    X(SIGN, sign)
    X(ABSOLUTE, absolute)
#undef X
}
