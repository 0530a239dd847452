/* SPDX-License-Identifier: BSD-3-Clause */
/* What a dtype is made of. Immutable once made; shared by reference. */
#ifndef FA_ARRAY_DTYPE_H
#define FA_ARRAY_DTYPE_H

#include <farray/array.h>
#include "base/dtypes.h"
#include "base/reference.h"

/* Limits of what a text or a file may describe (the refuse list of docs/promises.md). */
enum { FA__MAX_FIELDS = 4096, FA__MAX_DTYPE_DEPTH = 16 };
#define FA__MAX_ITEM_BYTES INT64_C(0x7fffffff)

typedef struct fa__field {
    char *name;
    char *title; /* NULL: none */
    const fa_dtype *dtype;
    int64_t offset_bytes;
} fa__field;

struct fa_dtype {
    fa__references references;
    bool built_in; /* references are not counted */
    fa_type type;
    bool swapped;       /* stored in the byte order that is not the machine's */
    bool aligned;       /* a structure laid out as C lays it out */
    char unit[4];       /* datetime64, timedelta64: "ns", "us", ..., "" for generic */
    int32_t unit_count; /* "M8[25s]": 25 */
    int64_t item_bytes;
    int64_t alignment;
    int field_count;   /* structure: > 0 or is_structure */
    bool is_structure; /* also true for a structure of no fields */
    fa__field *fields;
    const fa_dtype *base; /* sub-array: type is FA_TYPE_VOID, `base` its elements; else NULL */
    int base_ndim;
    int64_t *base_sizes;
    int depth; /* 0: scalar; one more for every structure or sub-array around it, FA__MAX_DTYPE_DEPTH at most
                */
};

/* True for bool to complex128: what kernels compute with. */
static inline bool fa__type_is_numeric(fa_type type)
{
    return type <= FA_TYPE_COMPLEX128;
}
char fa__type_kind(fa_type type);        /* 'b' 'i' 'u' 'f' 'c' 'M' 'm' 'S' 'U' 'V' */
const char *fa__type_name(fa_type type); /* "float64" */
int fa__type_bytes(fa_type type);        /* of numeric types */

/* The same dtype in the machine's byte order (fields and sub-arrays too); gives a reference. */
const fa_dtype *fa__dtype_native(const fa_dtype *dtype, fa_error *err);
/* The dtype of elements that are handed to callers: in the machine's byte order, but structures as they are
 * stored. */
const fa_dtype *fa__dtype_as_read(const fa_dtype *dtype, fa_error *err);
/* The same dtype, byte orders reversed. */
const fa_dtype *fa__dtype_swapped(const fa_dtype *dtype, fa_error *err);
/* The size of the parts of an element whose bytes are turned to make it native; 0 for none. Structures are 0.
 */
int fa__dtype_swap(const fa_dtype *dtype);
/* A field by its whole name; NULL when there is none. Borrowed. */
const fa__field *fa__dtype_find_field(const fa_dtype *dtype, const char *name, size_t length);
/* True when copying one element between the two dtypes is copying bytes. */
bool fa__dtype_same_bytes(const fa_dtype *a, const fa_dtype *b);

/* The bytes of an element that are its fields', in order, neighbours as one; padding is in none. The caller
 * frees them. */
typedef struct fa__byte_run {
    int64_t offset, bytes;
} fa__byte_run;
bool fa__dtype_runs(const fa_dtype *dtype, fa__byte_run **runs, int64_t *count, fa_error *err);
/* Some fields of a structure, in the order of their names, where they are: NumPy's a[['id', 'pos']]. `names`
 * is what stands inside the inner brackets. Gives a reference; FA_NOT_FOUND. */
const fa_dtype *fa__dtype_select(const fa_dtype *dtype, const char *names, size_t length, fa_error *err);

/* All fields where they are, those of these names first. Gives a reference; FA_NOT_FOUND. */
typedef struct fa__field_name {
    const char *start;
    size_t length;
} fa__field_name;
const fa_dtype *fa__dtype_led_by(const fa_dtype *dtype, int count, const fa__field_name *names,
                                 fa_error *err);

/* Parses a dtype inside a longer text: reads `length` bytes at most from text, which need no NUL. Used by the
 * .npy header (whose 'descr' is a Python literal) and by fa_dtype_parse(). Columns in errors count from
 * `text`. */
fa_dtype *fa__dtype_parse_literal(const char *text, size_t length, fa_error *err);
/* The notation inside the quotes: "<f8", "float64", "M8[25s]", "f4,i8", "(2,3)f4". `column` is that of
 * text[0]. */
fa_dtype *fa__dtype_from_string(const char *text, size_t length, int column, fa_error *err);
/* Whether np.lib.format can describe it: all fields are in order of their offsets. */
bool fa__dtype_has_descr(const fa_dtype *dtype);
/* What np.lib.format writes as 'descr': with quotes, padding fields included. Length as snprintf. A structure
 * whose fields are out of order is written as a dictionary, which NumPy does not read from a file. */
size_t fa__dtype_descr(const fa_dtype *dtype, char *text, size_t size);
/* What the user sees: str(dtype) in NumPy: "float64", ">i4", "[('id', '<i8')]". Length as snprintf. */
size_t fa__dtype_display(const fa_dtype *dtype, char *text, size_t size);

/* Builds a structure: takes over nothing, copies names, retains dtypes. Offsets -1: packed (or aligned) after
 * the previous. item_bytes -1: what fits. Refuses overlapping fields, bad names, too many. */
fa_dtype *fa__dtype_structure(const fa__field *fields, int count, bool aligned, int64_t item_bytes,
                              fa_error *err);
fa_dtype *fa__dtype_subarray(const fa_dtype *base, int ndim, const int64_t *sizes, fa_error *err);
/* What (base, shape) means in NumPy: `base` itself for (), the size of an unsized S, U or V for a number,
 * else a sub-array. Takes over the reference to `base`, which may be NULL. */
fa_dtype *fa__dtype_repeated(fa_dtype *base, int ndim, const int64_t *sizes, bool is_number, fa_error *err);
fa_dtype *fa__dtype_flexible(fa_type type, int64_t item_bytes, bool swapped, fa_error *err); /* S U V */
fa_dtype *fa__dtype_numeric(fa_type type, bool swapped, fa_error *err);
/* datetime64 and timedelta64; `unit` is "" (generic), "Y", ..., "as". */
fa_dtype *fa__dtype_time(fa_type type, const char *unit, int32_t count, bool swapped, fa_error *err);

#endif
