/* SPDX-License-Identifier: BSD-3-Clause */
/// Element types: what one element of an array is.
///
/// A `fa_dtype` is immutable. Built-in ones (FA_FLOAT64 and its kin) live for ever; releasing them is fine
/// and does nothing. Others are made by fa_dtype_parse() from NumPy's own notation and are reference counted;
/// an array keeps its own reference, so that a dtype may be released as soon as the arrays that use it exist.
#ifndef FARRAY_DTYPE_H
#define FARRAY_DTYPE_H

#include <farray/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fa_dtype fa_dtype;

/// The types behind dtypes. Values never change.
typedef enum fa_type {
    FA_TYPE_BOOL = 0,
    FA_TYPE_INT8 = 1,
    FA_TYPE_UINT8 = 2,
    FA_TYPE_INT16 = 3,
    FA_TYPE_UINT16 = 4,
    FA_TYPE_INT32 = 5,
    FA_TYPE_UINT32 = 6,
    FA_TYPE_INT64 = 7,
    FA_TYPE_UINT64 = 8,
    FA_TYPE_FLOAT16 = 9,
    FA_TYPE_BFLOAT16 = 10, ///< the upper half of a float32; not NumPy's own, stored as its V2
    FA_TYPE_FLOAT32 = 11,
    FA_TYPE_FLOAT64 = 12,
    FA_TYPE_COMPLEX64 = 13,
    FA_TYPE_COMPLEX128 = 14,
    FA_TYPE_DATETIME64 = 15,
    FA_TYPE_TIMEDELTA64 = 16,
    FA_TYPE_BYTES = 17,  ///< NumPy's S: bytes, padded with NUL
    FA_TYPE_STRING = 18, ///< NumPy's U: UCS-4 code points, padded with NUL
    FA_TYPE_VOID = 19    ///< NumPy's V: raw bytes, a structure, or a sub-array
} fa_type;

/// The built-in dtypes, in the machine's byte order.
#define FA_BOOL       (fa_dtype_of(FA_TYPE_BOOL))
#define FA_INT8       (fa_dtype_of(FA_TYPE_INT8))
#define FA_UINT8      (fa_dtype_of(FA_TYPE_UINT8))
#define FA_INT16      (fa_dtype_of(FA_TYPE_INT16))
#define FA_UINT16     (fa_dtype_of(FA_TYPE_UINT16))
#define FA_INT32      (fa_dtype_of(FA_TYPE_INT32))
#define FA_UINT32     (fa_dtype_of(FA_TYPE_UINT32))
#define FA_INT64      (fa_dtype_of(FA_TYPE_INT64))
#define FA_UINT64     (fa_dtype_of(FA_TYPE_UINT64))
#define FA_FLOAT16    (fa_dtype_of(FA_TYPE_FLOAT16))
#define FA_BFLOAT16   (fa_dtype_of(FA_TYPE_BFLOAT16))
#define FA_FLOAT32    (fa_dtype_of(FA_TYPE_FLOAT32))
#define FA_FLOAT64    (fa_dtype_of(FA_TYPE_FLOAT64))
#define FA_COMPLEX64  (fa_dtype_of(FA_TYPE_COMPLEX64))
#define FA_COMPLEX128 (fa_dtype_of(FA_TYPE_COMPLEX128))

/// The built-in dtype of a numeric type.
///
/// Returns  a dtype that lives for ever; NULL for a type above FA_TYPE_COMPLEX128.
FA_API const fa_dtype *fa_dtype_of(fa_type type);

/// Makes a dtype from NumPy's notation: "f8", ">i4", "float32", "S4", "M8[us]", "(2,3)f4", "f4,i8",
/// "[('id', '<i8'), ('pos', [('x', '<f8'), ('y', '<f8')])]" or "{'names': [...], 'formats': [...], 'offsets':
/// [...], 'itemsize': 32, 'aligned': True}".
///
/// Returns  one reference, released with fa_dtype_release().
/// Errors   FA_BAD_DTYPE (with the column), FA_UNSUPPORTED (objects, long double), FA_TOO_LARGE,
/// FA_NO_MEMORY. Threads  safe.
FA_API fa_dtype *fa_dtype_parse(const char *text, fa_error *err);

/// Gives back one reference. NULL and built-in dtypes are fine.
FA_API void fa_dtype_release(const fa_dtype *dtype);

/// Takes another reference.
///
/// Returns  `dtype`.
FA_API const fa_dtype *fa_dtype_retain(const fa_dtype *dtype);

/// Writes NumPy's text of a dtype ("<f8", "[('id', '<i8'), ...]": what `dtype.descr` or `dtype.str` say) and
/// a NUL to `text`, shortened to `size` bytes.
///
/// Returns  the length of the whole text, as snprintf does.
FA_API size_t fa_dtype_text(const fa_dtype *dtype, char *text, size_t size);

/// Whether two dtypes describe the same elements: type, byte order, fields with their names and offsets.
FA_API bool fa_dtype_equal(const fa_dtype *a, const fa_dtype *b);

/// The type behind a dtype: FA_TYPE_VOID for structures and sub-arrays.
FA_API fa_type fa_dtype_type(const fa_dtype *dtype);
/// Units    bytes of one element.
FA_API int64_t fa_dtype_item_bytes(const fa_dtype *dtype);
/// Units    bytes to which an element wants to be aligned.
FA_API int64_t fa_dtype_alignment(const fa_dtype *dtype);
/// Whether elements are stored in the machine's byte order.
FA_API bool fa_dtype_is_native(const fa_dtype *dtype);
/// How many fields a structured dtype has; 0 for all others.
FA_API int fa_dtype_field_count(const fa_dtype *dtype);

/// A field of a structured dtype, counted from 0. `name`, `field` and `offset_bytes` may be NULL; what they
/// receive is borrowed from `dtype`.
///
/// Returns  false when there is no such field.
FA_API bool fa_dtype_field(const fa_dtype *dtype, int index, const char **name, const fa_dtype **field,
                           int64_t *offset_bytes);

#ifdef __cplusplus
}
#endif

#endif
