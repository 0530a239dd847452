/* SPDX-License-Identifier: BSD-3-Clause */
/* How elements are ordered: those without keys are compared, by the prefix first that tells most of them
 * apart. Knows nothing about lines. */
#include "op/order.h"

#include "base/checked.h"

#include <string.h>

/* ---- Comparison ---- */

/* Both keys at once: most of what one takes is the way there. */
static int compare_keys(const fa_dtype *dtype, const void *a, const void *b, bool merged)
{
    const size_t item = (size_t)dtype->item_bytes;
    _Alignas(8) char elements[16];
    memcpy(elements, a, item);
    memcpy(elements + item, b, item);
    if (fa__key_bytes(dtype->type) == 8) {
        int64_t keys[2];
        fa__keys_of(keys, elements, dtype->type, 2, merged);
        return (keys[0] > keys[1]) - (keys[0] < keys[1]);
    }
    int32_t keys[2];
    fa__keys_of(keys, elements, dtype->type, 2, merged);
    return (keys[0] > keys[1]) - (keys[0] < keys[1]);
}

static void parts_of(fa_type type, const void *element, double parts[2])
{
    if (type == FA_TYPE_COMPLEX128) {
        memcpy(parts, element, 2 * sizeof(double));
        return;
    }
    float single[2];
    memcpy(single, element, sizeof single);
    parts[0] = (double)single[0];
    parts[1] = (double)single[1];
}

/* 0: no part is NaN, 1: the imaginary one, 2: the real one, 3: both. */
static int class_of(const double parts[2])
{
    return (parts[0] != parts[0]) * 2 + (parts[1] != parts[1]);
}

/* NumPy's: by where NaNs are, then by the parts that are numbers. */
static int compare_complex(fa_type type, const void *a, const void *b)
{
    double first[2], second[2];
    parts_of(type, a, first);
    parts_of(type, b, second);
    int class = class_of(first), difference = class - class_of(second);
    for (int i = 0; i < 2 && difference == 0; i++)
        difference = (first[i] > second[i]) - (first[i] < second[i]);
    return difference;
}

static int compare_text(const void *a, const void *b, int64_t bytes)
{
    const uint32_t *first = a, *second = b;
    for (int64_t i = 0; i < bytes / 4; i++)
        if (first[i] != second[i])
            return first[i] < second[i] ? -1 : 1;
    return 0;
}

static int compare(const fa_dtype *dtype, const void *a, const void *b, bool merged);

/* A field of a record may stand anywhere, and in any byte order. */
static int compare_field(const fa__field *field, const char *a, const char *b)
{
    const fa_dtype *dtype = field->dtype;
    int swap = fa__dtype_swap(dtype);
    int64_t bytes = dtype->item_bytes;
    _Alignas(16) char first[256], second[256];
    a += field->offset_bytes;
    b += field->offset_bytes;
    if (dtype->type == FA_TYPE_VOID || dtype->type == FA_TYPE_BYTES)
        return compare(dtype, a, b, true);
    /* Longer texts part by part: each part is in order by itself. */
    int64_t part = bytes <= (int64_t)sizeof first ? bytes : (int64_t)sizeof first;
    for (int64_t done = 0; done < bytes; done += part) {
        int64_t some = fa__min_i64(part, bytes - done), unit = swap > 1 ? swap : some;
        fa__gather(first, a + done, unit, some / unit, unit, swap);
        fa__gather(second, b + done, unit, some / unit, unit, swap);
        int difference = dtype->type == FA_TYPE_STRING ? compare_text(first, second, some)
                                                       : compare(dtype, first, second, true);
        if (difference != 0)
            return difference;
    }
    return 0;
}

/* Records by their fields, in the order of their names; depth is bounded by FA__MAX_DTYPE_DEPTH. */
static int compare(const fa_dtype *dtype, const void *a, const void *b, bool merged)
{
    if (fa__key_bytes(dtype->type) > 0)
        return compare_keys(dtype, a, b, merged);
    if (dtype->type == FA_TYPE_COMPLEX64 || dtype->type == FA_TYPE_COMPLEX128)
        return compare_complex(dtype->type, a, b);
    if (dtype->type == FA_TYPE_STRING)
        return compare_text(a, b, dtype->item_bytes);
    if (dtype->field_count == 0)
        return memcmp(a, b, (size_t)dtype->item_bytes);
    int difference = 0;
    for (int i = 0; i < dtype->field_count && difference == 0; i++)
        difference = compare_field(&dtype->fields[i], a, b);
    return difference;
}

fa__order fa__order_of(const fa_dtype *dtype)
{
    bool is_text = dtype->type == FA_TYPE_BYTES || dtype->type == FA_TYPE_STRING ||
                   (dtype->type == FA_TYPE_VOID && dtype->field_count == 0);
    return (fa__order){.dtype = dtype,
                       .type = dtype->type,
                       .item_bytes = dtype->item_bytes,
                       .key_bytes = fa__key_bytes(dtype->type),
                       .is_exact = is_text && dtype->item_bytes <= 8};
}

int fa__order_compare(const fa__order *order, const void *a, const void *b, bool merged)
{
    return compare(order->dtype, a, b, merged);
}

/* ---- Prefixes ---- */

static const uint64_t SIGN = (uint64_t)1 << 63;

/* The class, then as much of the first number as there is room for. */
static int64_t prefix_of_complex(fa_type type, const void *element)
{
    double parts[2];
    parts_of(type, element, parts);
    int class = class_of(parts);
    int64_t key = 0;
    if (class < 3)
        fa__keys_of(&key, &parts[class == 2], FA_TYPE_FLOAT64, 1, true);
    return (int64_t)(((uint64_t) class << 62 | ((uint64_t)key ^ SIGN) >> 2) ^ SIGN);
}

static int64_t prefix_of_bytes(const void *element, int64_t bytes)
{
    const unsigned char *from = element;
    uint64_t prefix = 0;
    for (int64_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < bytes ? from[i] : 0);
    return (int64_t)(prefix ^ SIGN);
}

static int64_t prefix_of_text(const void *element, int64_t bytes)
{
    const uint32_t *from = element;
    uint64_t first = bytes >= 4 ? from[0] : 0, second = bytes >= 8 ? from[1] : 0;
    return (int64_t)((first << 32 | second) ^ SIGN);
}

int64_t fa__order_prefix(const fa_dtype *dtype, const void *element)
{
    _Alignas(16) char room[16];
    const char *from = element;
    while (dtype->field_count > 0) {
        from += dtype->fields[0].offset_bytes;
        dtype = dtype->fields[0].dtype;
    }
    int swap = fa__dtype_swap(dtype);
    if (dtype->type == FA_TYPE_BYTES || dtype->type == FA_TYPE_VOID)
        return prefix_of_bytes(from, dtype->item_bytes);
    size_t some = (size_t)fa__min_i64(dtype->item_bytes, (int64_t)sizeof room);
    if (swap > 1)
        fa__gather(room, from, swap, (int64_t)some / swap, swap, swap);
    else
        memcpy(room, from, some);
    if (dtype->type == FA_TYPE_STRING)
        return prefix_of_text(room, (int64_t)some);
    int bytes = fa__key_bytes(dtype->type);
    if (bytes == 0)
        return prefix_of_complex(dtype->type, room);
    int64_t wide = 0;
    int32_t narrow = 0;
    fa__keys_of(bytes == 8 ? (void *)&wide : (void *)&narrow, room, dtype->type, 1, true);
    return bytes == 8 ? wide : narrow;
}
