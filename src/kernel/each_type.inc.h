/* SPDX-License-Identifier: BSD-3-Clause */
/* Includes FA__TEMPLATE once per type of the kinds asked for by FA__WITH_BOOL, FA__WITH_INTEGERS,
 * FA__WITH_FLOATS (float32, float64) and FA__WITH_COMPLEX, with these macros: S: suffix, T: element, TYPE:
 * its fa_type, BITS: its size, U: the unsigned integer of that size; IS_SIGNED (integers); R and REAL_TYPE,
 * REAL_S (complex: the real type). The floats of 16 bits have none of these: kernel/isa_narrow.c. */

#ifdef FA__WITH_BOOL
#define S    b8
#define T    uint8_t
#define U    uint8_t
#define BITS 8
#define TYPE FA_TYPE_BOOL
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#endif

#ifdef FA__WITH_INTEGERS
#define S         i8
#define T         int8_t
#define U         uint8_t
#define BITS      8
#define TYPE      FA_TYPE_INT8
#define IS_SIGNED 1
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef IS_SIGNED

#define S         u8
#define T         uint8_t
#define U         uint8_t
#define BITS      8
#define TYPE      FA_TYPE_UINT8
#define IS_SIGNED 0
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef IS_SIGNED

#define S         i16
#define T         int16_t
#define U         uint16_t
#define BITS      16
#define TYPE      FA_TYPE_INT16
#define IS_SIGNED 1
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef IS_SIGNED

#define S         u16
#define T         uint16_t
#define U         uint16_t
#define BITS      16
#define TYPE      FA_TYPE_UINT16
#define IS_SIGNED 0
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef IS_SIGNED

#define S         i32
#define T         int32_t
#define U         uint32_t
#define BITS      32
#define TYPE      FA_TYPE_INT32
#define IS_SIGNED 1
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef IS_SIGNED

#define S         u32
#define T         uint32_t
#define U         uint32_t
#define BITS      32
#define TYPE      FA_TYPE_UINT32
#define IS_SIGNED 0
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef IS_SIGNED

#define S         i64
#define T         int64_t
#define U         uint64_t
#define BITS      64
#define TYPE      FA_TYPE_INT64
#define IS_SIGNED 1
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef IS_SIGNED

#define S         u64
#define T         uint64_t
#define U         uint64_t
#define BITS      64
#define TYPE      FA_TYPE_UINT64
#define IS_SIGNED 0
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef IS_SIGNED

#endif

#ifdef FA__WITH_FLOATS
#define S    f32
#define T    float
#define U    uint32_t
#define BITS 32
#define TYPE FA_TYPE_FLOAT32
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE

#define S    f64
#define T    double
#define U    uint64_t
#define BITS 64
#define TYPE FA_TYPE_FLOAT64
#include FA__TEMPLATE
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#endif

#ifdef FA__WITH_COMPLEX
#define S         c64
#define T         fa__complex64
#define R         float
#define REAL_S    f32
#define REAL_TYPE FA_TYPE_FLOAT32
#define BITS      64
#define TYPE      FA_TYPE_COMPLEX64
#include FA__TEMPLATE
#undef S
#undef T
#undef R
#undef REAL_S
#undef REAL_TYPE
#undef BITS
#undef TYPE

#define S         c128
#define T         fa__complex128
#define R         double
#define REAL_S    f64
#define REAL_TYPE FA_TYPE_FLOAT64
#define BITS      128
#define TYPE      FA_TYPE_COMPLEX128
#include FA__TEMPLATE
#undef S
#undef T
#undef R
#undef REAL_S
#undef REAL_TYPE
#undef BITS
#undef TYPE
#endif

#undef FA__TEMPLATE
#undef FA__WITH_BOOL
#undef FA__WITH_INTEGERS
#undef FA__WITH_FLOATS
#undef FA__WITH_COMPLEX
