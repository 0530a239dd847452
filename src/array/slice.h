/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's basic index as text. */
#ifndef FA_ARRAY_SLICE_H
#define FA_ARRAY_SLICE_H

#include <farray/array.h>
#include "base/error.h"

enum { FA__MAX_INDEX_PARTS = 2 * FA_MAX_NDIM + 1 };

/* A parsed index: parts, or one field name. */
typedef struct fa__slice {
    int count;
    fa_index_part parts[FA__MAX_INDEX_PARTS];
    const char *field; /* "['pos']": inside `text`, not ended by NUL; NULL: none */
    size_t field_length;
    bool is_list; /* "[['id', 'pos']]": `field` is what stands inside the inner brackets */
} fa__slice;

/* Kinds of fa_index_part. */
enum { FA__PART_AT = 1, FA__PART_RANGE, FA__PART_ELLIPSIS, FA__PART_NEWAXIS, FA__PART_ARRAY };

/* Reads one index from text[*at..length): with brackets "[1:3, None]" up to its closing bracket, or, where
 * the first character is no bracket, all of the text. Moves *at behind it. Errors are FA_BAD_INDEX with the
 * column. */
bool fa__slice_parse(const char *text, size_t length, size_t *at, fa__slice *slice, fa_error *err);

#endif
