/* SPDX-License-Identifier: BSD-3-Clause */
/* Constants: Python's weak numbers, strong scalars, and how the first become elements of a type. Knows
 * nothing about operations. */
#include "expr/node.h"
#include "expr/types.h"

#include "base/memory.h"

#include <string.h>

static fa__node *scalar(fa_type type, const void *value, fa__weak weak, fa_error *err)
{
    const fa_dtype *dtype = fa_dtype_of(type);
    if (dtype == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "a constant of type %d is no number", (int)type);
        return NULL;
    }
    fa__node *node = fa__node_new(FA__NODE_SCALAR, dtype, 0, NULL, 0, NULL, err);
    if (node == NULL)
        return NULL;
    memcpy(node->as.bytes, value, (size_t)fa__type_bytes(type));
    node->weak = weak;
    return node;
}

fa__node *fa__node_scalar(fa_type type, const void *value, fa_error *err)
{
    return fa_failed(err) ? NULL : scalar(type, value, FA__STRONG, err);
}

fa__node *fa__node_int(int64_t value, fa_error *err)
{
    return fa_failed(err) ? NULL : scalar(FA_TYPE_INT64, &value, FA__WEAK_INT, err);
}

fa__node *fa__node_bool(bool value, fa_error *err)
{
    uint8_t byte = value;
    return fa_failed(err) ? NULL : scalar(FA_TYPE_BOOL, &byte, FA__WEAK_BOOL, err);
}

fa__node *fa__node_float(double value, fa_error *err)
{
    return fa_failed(err) ? NULL : scalar(FA_TYPE_FLOAT64, &value, FA__WEAK_FLOAT, err);
}

fa__node *fa__node_complex(double real, double imag, fa_error *err)
{
    fa__complex128 value = {real, imag};
    return fa_failed(err) ? NULL : scalar(FA_TYPE_COMPLEX128, &value, FA__WEAK_COMPLEX, err);
}

fa__node *fa__node_element(const fa_dtype *dtype, const void *element, fa__weak weak, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__node *node = fa__node_new(FA__NODE_SCALAR, dtype, 0, NULL, 0, NULL, err);
    if (node == NULL)
        return NULL;
    if (dtype->item_bytes > (int64_t)sizeof node->as.bytes) {
        node->element = fa__alloc((size_t)dtype->item_bytes, err);
        if (node->element == NULL) {
            fa__node_release(node);
            return NULL;
        }
    }
    memcpy(node->element, element, (size_t)dtype->item_bytes);
    node->weak = weak;
    return node;
}

/* The code point that begins at text[*at], which moves behind it; false for what is no UTF-8. */
static bool code_point(const char *text, size_t length, size_t *at, uint32_t *found)
{
    unsigned char first = (unsigned char)text[(*at)++];
    int more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : -1;
    *found = more == 0 ? first : more == 1 ? first & 0x1f : more == 2 ? first & 0x0f : first & 0x07;
    if (more < 0 || (size_t)more > length - *at)
        return false;
    for (; more > 0; more--) {
        unsigned char next = (unsigned char)text[(*at)++];
        if ((next & 0xc0) != 0x80)
            return false;
        *found = *found << 6 | (next & 0x3f);
    }
    return *found < 0x110000;
}

static int64_t to_code_points(const char *text, size_t length, uint32_t *points, fa_error *err)
{
    int64_t count = 0;
    for (size_t at = 0; at < length; count++)
        if (!code_point(text, length, &at, &points[count])) {
            fa__fail(err, FA_BAD_EXPRESSION, "a text that is no UTF-8");
            return 0;
        }
    return count;
}

/* Python's rule for b'...'. */
static bool is_ascii(const char *text, size_t length, fa_error *err)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] > 127)
            return fa__fail(err, FA_BAD_EXPRESSION, "a b'...' holds ASCII characters alone");
    return true;
}

fa__node *fa__node_text(const char *text, size_t length, bool bytes, fa_error *err)
{
    if (fa_failed(err) || (bytes && !is_ascii(text, length, err)))
        return NULL;
    uint32_t *points = fa__alloc_zero(length + 1, sizeof *points, err);
    if (points == NULL)
        return NULL;
    int64_t count = bytes ? (int64_t)length : to_code_points(text, length, points, err);
    count = count < 1 ? 1 : count; /* "" is one NUL, as in NumPy */
    if (bytes)
        memcpy(points, text, length);
    fa_dtype *dtype =
        fa__dtype_flexible(bytes ? FA_TYPE_BYTES : FA_TYPE_STRING, bytes ? count : 4 * count, false, err);
    fa__node *node = dtype != NULL ? fa__node_element(dtype, points, FA__STRONG, err) : NULL;
    fa_dtype_release(dtype);
    fa__free(points);
    return node;
}

fa__node *fa__node_strong(fa__node *node, fa_error *err)
{
    if (!fa__nodes_usable(1, &node, err))
        return NULL;
    if (!fa__node_is_weak(node))
        return fa__node_retain(node);
    return scalar(node->dtype->type, node->as.bytes, FA__STRONG, err);
}

fa__constant fa__constant_of(const fa__node *weak)
{
    fa__constant constant = {.kind = weak->weak};
    int64_t integer;
    uint64_t large;
    fa__complex128 value;
    switch (weak->dtype->type) {
    case FA_TYPE_BOOL:
        constant.integer = weak->as.bytes[0] != 0;
        break;
    case FA_TYPE_INT64:
    case FA_TYPE_TIMEDELTA64:
        memcpy(&integer, weak->as.bytes, sizeof integer);
        constant.integer = integer;
        break;
    case FA_TYPE_UINT64:
        memcpy(&large, weak->as.bytes, sizeof large);
        constant.integer = large;
        break;
    case FA_TYPE_FLOAT64:
        memcpy(&constant.real, weak->as.bytes, sizeof constant.real);
        break;
    default:
        memcpy(&value, weak->as.bytes, sizeof value);
        constant.real = value.real;
        constant.imag = value.imag;
    }
    return constant;
}

fa__node *fa__node_constant(const fa__constant *constant, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    switch (constant->kind) {
    case FA__WEAK_BOOL:
        return fa__node_bool(constant->integer != 0, err);
    case FA__WEAK_FLOAT:
        return fa__node_float(constant->real, err);
    case FA__WEAK_COMPLEX:
        return fa__node_complex(constant->real, constant->imag, err);
    default:
        break;
    }
    if (constant->integer >= INT64_MIN && constant->integer <= INT64_MAX)
        return fa__node_int((int64_t)constant->integer, err);
    if (constant->integer < 0 || constant->integer > UINT64_MAX) {
        fa__fail(err, FA_OUT_OF_RANGE,
                 "an integer constant does not fit into 64 bits: write it as a float, 1e30");
        return NULL;
    }
    uint64_t large = (uint64_t)constant->integer;
    return scalar(FA_TYPE_UINT64, &large, FA__WEAK_INT, err);
}

void fa__integer_range(fa_type type, fa__wide *lowest, fa__wide *highest)
{
    int bits = 8 * fa__type_bytes(type);
    fa__wide one = 1;
    bool is_signed = fa__type_is_signed(type);
    *lowest = is_signed ? -(one << (bits - 1)) : 0;
    *highest = (one << (is_signed ? bits - 1 : bits)) - 1;
}

/* A signed decimal of at most 20 digits. */
static const char *integer_text(fa__wide value, char *text, size_t size)
{
    char *at = text + size;
    bool negative = value < 0;
    *--at = '\0';
    do {
        int digit = (int)(value % 10);
        *--at = (char)('0' + (digit < 0 ? -digit : digit));
        value /= 10;
    } while (value != 0);
    if (negative)
        *--at = '-';
    return at;
}

static bool convert_integer(const fa__constant *constant, fa_type type, void *element, fa_error *err)
{
    fa__wide lowest, highest;
    fa__integer_range(type, &lowest, &highest);
    if (constant->integer < lowest || constant->integer > highest) {
        char text[48];
        return fa__fail(err, FA_OUT_OF_RANGE, "Python integer %s out of bounds for %s",
                        integer_text(constant->integer, text, sizeof text), fa__type_name(type));
    }
    uint64_t bits = (uint64_t)constant->integer;
    int bytes = fa__type_bytes(type);
    if (bytes == 1)
        memcpy(element, &(uint8_t){(uint8_t)bits}, 1);
    else if (bytes == 2)
        memcpy(element, &(uint16_t){(uint16_t)bits}, 2);
    else if (bytes == 4)
        memcpy(element, &(uint32_t){(uint32_t)bits}, 4);
    else
        memcpy(element, &bits, 8);
    return true;
}

bool fa__constant_convert(const fa__constant *constant, fa_type type, void *element, fa_error *err)
{
    if (fa_failed(err))
        return false;
    bool is_whole = constant->kind == FA__WEAK_INT || constant->kind == FA__WEAK_BOOL;
    fa__complex128 value = {constant->real, constant->imag};
    if (is_whole)
        value.real = (double)constant->integer;
    if (type == FA_TYPE_BOOL) {
        *(uint8_t *)element = is_whole ? constant->integer != 0 : value.real != 0 || value.imag != 0;
        return true;
    }
    if (fa__type_is_integer(type) && is_whole)
        return convert_integer(constant, type, element, err);
    /* NumPy takes a Python integer to any floating type through a double, which rounds twice for float16 and
     * float32. */
    if (fa__type_is_complex(type))
        fa__convert_find(FA_TYPE_COMPLEX128, type)(element, &value, 1);
    else
        fa__convert_find(FA_TYPE_FLOAT64, type)(element, &value.real, 1);
    return true;
}

fa__node *fa__node_converted(const fa__constant *constant, fa_type type, fa_error *err)
{
    fa__complex128 element = {0, 0};
    if (!fa__constant_convert(constant, type, &element, err))
        return NULL;
    return scalar(type, &element, constant->kind, err);
}
