/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversions between all numeric types, with what x86-64 gives where a value does not fit: float to an
 * integer of up to 32 bits goes through int32 (uint32: int64), which is the smallest integer for everything
 * out of range, and is then cut to the type. NumPy itself gives other values for uint32 inside long
 * contiguous arrays than elsewhere; here all are those of its one-element cast. */
#include "kernel/loop.h"
#include "kernel/half.inc.h"

FA__INLINE uint64_t to_u64_f64(double a)
{
    const double half = 0x1p63;
    return a >= half ? (uint64_t)(int64_t)(a - half) ^ (uint64_t)1 << 63 : (uint64_t)(int64_t)a;
}

FA__INLINE uint64_t to_u64_f32(float a)
{
    const float half = 0x1p63f;
    return a >= half ? (uint64_t)(int64_t)(a - half) ^ (uint64_t)1 << 63 : (uint64_t)(int64_t)a;
}

/* X(id, suffix, C type, value of a[i]) */
#define CONVERT_TARGETS(X)                                                                    \
    X(BOOL, b8, uint8_t, TRUTH(a[i]))                                                         \
    X(INT8, i8, int8_t, (int8_t)INT32(a[i]))                                                  \
    X(UINT8, u8, uint8_t, (uint8_t)INT32(a[i]))                                               \
    X(INT16, i16, int16_t, (int16_t)INT32(a[i]))                                              \
    X(UINT16, u16, uint16_t, (uint16_t)INT32(a[i]))                                           \
    X(INT32, i32, int32_t, INT32(a[i]))                                                       \
    X(UINT32, u32, uint32_t, (uint32_t)INT64(a[i]))                                           \
    X(INT64, i64, int64_t, INT64(a[i]))                                                       \
    X(UINT64, u64, uint64_t, UINT64(a[i]))                                                    \
    X(FLOAT32, f32, float, (float)REAL(a[i]))                                                 \
    X(FLOAT64, f64, double, (double)REAL(a[i]))                                               \
    X(COMPLEX64, c64, fa__complex64, ((fa__complex64){(float)REAL(a[i]), (float)IMAG(a[i])})) \
    X(COMPLEX128, c128, fa__complex128, ((fa__complex128){(double)REAL(a[i]), (double)IMAG(a[i])}))

#define INT32(a)  ((int32_t)REAL(a))
#define INT64(a)  ((int64_t)REAL(a))
#define UINT64(a) ((uint64_t)REAL(a))
#define IMAG(a)   0

#define TRUTH(a) ((a) != 0)
#define REAL(a)  ((a) != 0)
#define FA__WITH_BOOL
#define FA__TEMPLATE "kernel/convert.inc.h"
#include "kernel/each_type.inc.h"
#undef REAL

#define REAL(a) (a)
#define FA__WITH_INTEGERS
#define FA__TEMPLATE "kernel/convert.inc.h"
#include "kernel/each_type.inc.h"
#undef UINT64

#define UINT64(a) NAME(to_u64)(a)
#define FA__WITH_FLOATS
#define FA__TEMPLATE "kernel/convert.inc.h"
#include "kernel/each_type.inc.h"
#undef UINT64
#undef REAL
#undef IMAG
#undef TRUTH

#define TRUTH(a)  (((a).real != 0) | ((a).imag != 0))
#define UINT64(a) FA__JOIN(to_u64, REAL_S)((a).real)
#define REAL(a)   ((a).real)
#define IMAG(a)   ((a).imag)
#define FA__WITH_COMPLEX
#define FA__TEMPLATE "kernel/convert.inc.h"
#include "kernel/each_type.inc.h"

/* From float16: through float32, which holds every one. */
#define X(id, suffix, TO, VALUE)                                                 \
    static void convert_f16_##suffix(void *out, const void *in, int64_t n)       \
    {                                                                            \
        float block[HALF_BLOCK];                                                 \
        for (int64_t done = 0; done < n; done += HALF_BLOCK) {                   \
            const int64_t count = n - done < HALF_BLOCK ? n - done : HALF_BLOCK; \
            half_widen(block, (const fa__half *)in + done, count);               \
            convert_f32_##suffix((TO *)out + done, block, count);                \
        }                                                                        \
    }
CONVERT_TARGETS(X)
#undef X

/* To float16: through float32 with one rounding. Integers that float32 cannot hold are above what float16
 * can. A double keeps the bits that float32 holds, the last of them set when any behind it is: then the
 * second rounding is right. */
static void narrow_to_odd(float *out, const double *in, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, in + i, sizeof bits);
        const uint64_t behind = ((uint64_t)1 << 29) - 1;
        bits = (bits & ~behind) | ((bits & behind) != 0 ? (uint64_t)1 << 29 : 0);
        double odd;
        memcpy(&odd, &bits, sizeof odd);
        out[i] = (float)odd;
    }
}

static void convert_f64_to_block(float *out, const double *in, int64_t n)
{
    narrow_to_odd(out, in, n);
}

static void convert_c128_to_block(float *out, const fa__complex128 *in, int64_t n)
{
    double real[HALF_BLOCK];
    convert_c128_f64(real, in, n);
    narrow_to_odd(out, real, n);
}

#define X(id, suffix, type, to_block)                                            \
    static void convert_##suffix##_f16(void *out, const void *in, int64_t n)     \
    {                                                                            \
        float block[HALF_BLOCK];                                                 \
        for (int64_t done = 0; done < n; done += HALF_BLOCK) {                   \
            const int64_t count = n - done < HALF_BLOCK ? n - done : HALF_BLOCK; \
            to_block(block, (const type *)in + done, count);                     \
            half_narrow((fa__half *)out + done, block, count);                   \
        }                                                                        \
    }
#define TO_HALF(X)                                    \
    X(BOOL, b8, uint8_t, convert_b8_f32)              \
    X(INT8, i8, int8_t, convert_i8_f32)               \
    X(UINT8, u8, uint8_t, convert_u8_f32)             \
    X(INT16, i16, int16_t, convert_i16_f32)           \
    X(UINT16, u16, uint16_t, convert_u16_f32)         \
    X(INT32, i32, int32_t, convert_i32_f32)           \
    X(UINT32, u32, uint32_t, convert_u32_f32)         \
    X(INT64, i64, int64_t, convert_i64_f32)           \
    X(UINT64, u64, uint64_t, convert_u64_f32)         \
    X(FLOAT32, f32, float, convert_f32_f32)           \
    X(FLOAT64, f64, double, convert_f64_to_block)     \
    X(COMPLEX64, c64, fa__complex64, convert_c64_f32) \
    X(COMPLEX128, c128, fa__complex128, convert_c128_to_block)
TO_HALF(X)
#undef X

static void convert_f16_f16(void *out, const void *in, int64_t n)
{
    memcpy(out, in, (size_t)n * sizeof(fa__half));
}

void FA__ISA(fa__fill_convert)(fa__kernels *kernels)
{
    fill_b8(kernels);
    fill_i8(kernels);
    fill_u8(kernels);
    fill_i16(kernels);
    fill_u16(kernels);
    fill_i32(kernels);
    fill_u32(kernels);
    fill_i64(kernels);
    fill_u64(kernels);
    fill_f32(kernels);
    fill_f64(kernels);
    fill_c64(kernels);
    fill_c128(kernels);
#define X(id, suffix, TO, VALUE) kernels->converts[FA_TYPE_FLOAT16][FA_TYPE_##id] = convert_f16_##suffix;
    CONVERT_TARGETS(X)
#undef X
#define X(id, suffix, type, to_block) \
    kernels->converts[FA_TYPE_##id][FA_TYPE_FLOAT16] = convert_##suffix##_f16;
    TO_HALF(X)
#undef X
    kernels->converts[FA_TYPE_FLOAT16][FA_TYPE_FLOAT16] = convert_f16_f16;
}
