/* SPDX-License-Identifier: BSD-3-Clause */
/* The one list of element types. Names, sizes, built-in dtypes, kernels and tests derive from these rows.
 * Knows nothing about how an element is described (array/dtype) or computed with (kernel/). */
#ifndef FA_BASE_DTYPES_H
#define FA_BASE_DTYPES_H

/* X(id, suffix, name, kind, character, C type of one element in a kernel, size in bytes)
 *
 * `id` is that of FA_TYPE_<id> in farray/dtype.h; `suffix` ends names of per-type functions; `kind` and the
 * size are NumPy's "f8"; `character` is NumPy's one-letter code. Order is NumPy's order of promotion inside
 * each kind. float16 and bfloat16 travel as their bits; bfloat16 is not NumPy's: it has no letter, and its
 * kind and size mean float16 in a text. Complex elements are pairs (real, imaginary) without C's _Complex
 * operators, whose infinities are not NumPy's. */
#define FA__NUMERIC_TYPES(X)                                   \
    X(BOOL, bool, "bool", 'b', '?', uint8_t, 1)                \
    X(INT8, i8, "int8", 'i', 'b', int8_t, 1)                   \
    X(UINT8, u8, "uint8", 'u', 'B', uint8_t, 1)                \
    X(INT16, i16, "int16", 'i', 'h', int16_t, 2)               \
    X(UINT16, u16, "uint16", 'u', 'H', uint16_t, 2)            \
    X(INT32, i32, "int32", 'i', 'i', int32_t, 4)               \
    X(UINT32, u32, "uint32", 'u', 'I', uint32_t, 4)            \
    X(INT64, i64, "int64", 'i', 'l', int64_t, 8)               \
    X(UINT64, u64, "uint64", 'u', 'L', uint64_t, 8)            \
    X(FLOAT16, f16, "float16", 'f', 'e', fa__half, 2)          \
    X(BFLOAT16, bf16, "bfloat16", 'f', '\0', fa__bfloat, 2)    \
    X(FLOAT32, f32, "float32", 'f', 'f', float, 4)             \
    X(FLOAT64, f64, "float64", 'f', 'd', double, 8)            \
    X(COMPLEX64, c64, "complex64", 'c', 'F', fa__complex64, 8) \
    X(COMPLEX128, c128, "complex128", 'c', 'D', fa__complex128, 16)

/* Types that are stored, viewed and copied, and whose dtype says more than the type: X(id, name, kind). */
#define FA__OTHER_TYPES(X)             \
    X(DATETIME64, "datetime64", 'M')   \
    X(TIMEDELTA64, "timedelta64", 'm') \
    X(BYTES, "bytes", 'S')             \
    X(STRING, "str", 'U')              \
    X(VOID, "void", 'V')

#include <stdint.h>

typedef struct fa__half {
    uint16_t bits;
} fa__half;
typedef struct fa__bfloat {
    uint16_t bits;
} fa__bfloat;
typedef struct fa__complex64 {
    float real, imag;
} fa__complex64;
typedef struct fa__complex128 {
    double real, imag;
} fa__complex128;

#endif
