/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per complex type T with parts R: arithmetic with NumPy's bits. */
#include "kernel/drivers.inc.h"

FA__INLINE R NAME(magnitude)(R part)
{
    return part < 0 ? -part : part == 0 ? 0 : part;
}

FA__INLINE T NAME(add)(T a, T b)
{
    return (T){a.real + b.real, a.imag + b.imag};
}

FA__INLINE T NAME(subtract)(T a, T b)
{
    return (T){a.real - b.real, a.imag - b.imag};
}

/* Smith's method, in the order of operations of NumPy. */
FA__INLINE T NAME(divide)(T a, T b)
{
    const R size_real = NAME(magnitude)(b.real), size_imag = NAME(magnitude)(b.imag);
    if (size_real >= size_imag) {
        if (size_real == 0 && size_imag == 0)
            return (T){a.real / size_real, a.imag / size_real};
        const R ratio = b.imag / b.real;
        const R scale = 1 / (b.real + b.imag * ratio);
        return (T){(a.real + a.imag * ratio) * scale, (a.imag - a.real * ratio) * scale};
    }
    const R ratio = b.real / b.imag;
    const R scale = 1 / (b.imag + b.real * ratio);
    return (T){(a.real * ratio + a.imag) * scale, (a.imag * ratio - a.real) * scale};
}

FA__INLINE T NAME(minimum)(T a, T b)
{
    return NAME(is_nan)(a) || NAME(less_equal)(a, b) ? a : b;
}

FA__INLINE T NAME(maximum)(T a, T b)
{
    return NAME(is_nan)(a) || NAME(less_equal)(b, a) ? a : b;
}

FA__INLINE T NAME(fmin)(T a, T b)
{
    return NAME(is_nan)(b) || NAME(less_equal)(a, b) ? a : b;
}

FA__INLINE T NAME(fmax)(T a, T b)
{
    return NAME(is_nan)(b) || NAME(less_equal)(b, a) ? a : b;
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

FA__INLINE T NAME(square)(T a)
{
    return NAME(multiply)(a, a);
}

FA__INLINE T NAME(reciprocal)(T a)
{
    if (NAME(magnitude)(a.imag) <= NAME(magnitude)(a.real)) {
        const R ratio = a.imag / a.real, divisor = a.real + a.imag * ratio;
        return (T){1 / divisor, -ratio / divisor};
    }
    const R ratio = a.real / a.imag, divisor = a.real * ratio + a.imag;
    return (T){ratio / divisor, -1 / divisor};
}

#define X(id, operation)                                                                                               \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars)                  \
    {                                                                                                                  \
        NAME(binary)(out, in, n, scalars, NAME(operation));                                                            \
    }
COMPLEX_BINARY(X)
#undef X

#define X(id, operation)                                                                                               \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars)                  \
    {                                                                                                                  \
        NAME(unary)(out, in, n, scalars, NAME(operation));                                                             \
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

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][TYPE] = NAME(operation##_loop);
    COMPLEX_BINARY(X)
    COMPLEX_UNARY(X)
    X(REAL, real)
    X(IMAG, imag)
#undef X
}
