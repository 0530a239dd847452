/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversions between all numeric types, with what x86-64 gives where a value does not fit: float to an
 * integer of up to 32 bits goes through int32 (uint32: int64), which is the smallest integer for everything
 * out of range, and is then cut to the type. NumPy itself gives other values for uint32 inside long
 * contiguous arrays than elsewhere; here all are those of its one-element cast. */
#include "kernel/loop.h"
#include "kernel/narrow.h"

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

/* Integers of 64 bits as doubles whose last bit remembers what is behind it. */
FA__INLINE double unsigned_to_odd(uint64_t a)
{
    const uint64_t behind = 0x7ff;
    return (double)(a >> 53 != 0 ? (a & ~behind) | ((a & behind) != 0 ? behind + 1 : 0) : a);
}

FA__INLINE double signed_to_odd(int64_t a)
{
    const double size = unsigned_to_odd(a < 0 ? 0 - (uint64_t)a : (uint64_t)a);
    return a < 0 ? -size : size;
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

/* ---- To and from the floats of 16 bits: through float32, with one rounding ----
 *
 * Numbers that float32 may not hold are rounded to odd on the way (narrow.h); integers of 64 bits on the way
 * to double, too. */

#define X(suffix, type, VALUE)                                             \
    FA__INLINE void odd_##suffix(float *out, const void *block, int64_t n) \
    {                                                                      \
        const type *a = block;                                             \
        for (int64_t i = 0; i < n; i++)                                    \
            out[i] = rounded_to_odd(VALUE);                                \
    }
X(i32, int32_t, a[i])
X(u32, uint32_t, a[i])
X(i64, int64_t, signed_to_odd(a[i]))
X(u64, uint64_t, unsigned_to_odd(a[i]))
X(f64, double, a[i])
X(c128, fa__complex128, a[i].real)
#undef X

/* X(id, suffix, C type, how a block becomes float32) */
#define TO_NARROW(X)                                  \
    X(BOOL, b8, uint8_t, convert_b8_f32)              \
    X(INT8, i8, int8_t, convert_i8_f32)               \
    X(UINT8, u8, uint8_t, convert_u8_f32)             \
    X(INT16, i16, int16_t, convert_i16_f32)           \
    X(UINT16, u16, uint16_t, convert_u16_f32)         \
    X(INT32, i32, int32_t, odd_i32)                   \
    X(UINT32, u32, uint32_t, odd_u32)                 \
    X(INT64, i64, int64_t, odd_i64)                   \
    X(UINT64, u64, uint64_t, odd_u64)                 \
    X(FLOAT16, f16, fa__half, widen_f16)              \
    X(BFLOAT16, bf16, fa__bfloat, widen_bf16)         \
    X(FLOAT32, f32, float, convert_f32_f32)           \
    X(FLOAT64, f64, double, odd_f64)                  \
    X(COMPLEX64, c64, fa__complex64, convert_c64_f32) \
    X(COMPLEX128, c128, fa__complex128, odd_c128)

#define S    f16
#define T    fa__half
#define TYPE FA_TYPE_FLOAT16
#include "kernel/convert_narrow.inc.h"
#undef S
#undef T
#undef TYPE

#define S    bf16
#define T    fa__bfloat
#define TYPE FA_TYPE_BFLOAT16
#include "kernel/convert_narrow.inc.h"
#undef S
#undef T
#undef TYPE

void FA__ISA(fa__fill_convert)(fa__kernels *kernels)
{
#define X(suffix) fill_##suffix(kernels);
    FA__EACH_NUMBER(X)
    FA__EACH_NARROW(X)
#undef X
}
