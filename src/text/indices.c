/* SPDX-License-Identifier: BSD-3-Clause */
/* Indices in a text. One of numbers, slices, "...", None or a field's name is read as a whole, with the
 * messages of array/slice.c; any other is made of expressions, which the parser has put on its stack with
 * colons and commas between them. */
#include "text/parser.h"

#include "array/slice.h"
#include "expr/take.h"
#include "expr/types.h"

#include <string.h>

/* ---- Basic indices ---- */

static bool is_word(const char *text, size_t length)
{
    static const char *const words[] = {"None", "newaxis", "np", "numpy", "Ellipsis"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (length == strlen(words[i]) && memcmp(text, words[i], length) == 0)
            return true;
    return false;
}

/* Whether nothing but numbers, slices and the words of indices, or one text, stands behind a bracket, up to
 * the next one. What is no index at all counts as basic too: its message is the better one. */
bool fa__index_is_basic(const char *text, size_t length, size_t at)
{
    at++;
    at += strspn(text + at, " \t\r\n");
    const bool is_list = at < length && text[at] == '[';
    if (is_list)
        at += 1 + strspn(text + at + 1, " \t\r\n");
    if (at < length && (text[at] == '\'' || text[at] == '"'))
        return true; /* a field's name, or a list of them */
    if (is_list)
        return false;
    while (at < length && text[at] != ']') {
        size_t word = strspn(text + at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        if (word > 0 && !is_word(text + at, word))
            return false;
        if (word == 0 && strchr("0123456789+-:,. \t\r\n", text[at]) == NULL)
            return false;
        at += word > 0 ? word : strspn(text + at, "0123456789_");
        at += word == 0 && at < length && strchr("+-:,. \t\r\n", text[at]) != NULL;
    }
    return true;
}

static bool apply_basic(fa__parser *p, const fa__token *token)
{
    fa__value *value = fa__parser_top_value(p);
    fa__slice slice;
    size_t at = (size_t)token->column - 1;
    if (!fa__slice_parse(p->lexer.text, p->lexer.length, &at, &slice, p->err))
        return fa__parser_placed(p, token->column);
    p->lexer.at = at;
    fa__node *node =
        slice.is_list ? fa__node_fields(value->node, slice.field, slice.field_length, p->err)
        : slice.field != NULL
            ? fa__node_field(value->node, slice.field, slice.field_length, p->err)
            : fa__node_index(value->node, (fa_index_parts){slice.count, slice.parts}, NULL, p->err);
    if (node == NULL)
        return fa__parser_placed(p, token->column);
    fa__node_release(value->node);
    value->node = node;
    return true;
}

/* Takes one of several arrays: [0], [-1]. */
static bool take_output(fa__parser *p, const fa__token *token)
{
    fa__value *value = fa__parser_top_value(p);
    fa__nodes *nodes = value->as.nodes;
    fa__slice slice;
    size_t text_at = (size_t)token->column - 1;
    if (!fa__slice_parse(p->lexer.text, p->lexer.length, &text_at, &slice, p->err))
        return fa__parser_placed(p, token->column);
    p->lexer.at = text_at;
    const bool is_one = slice.field == NULL && slice.count == 1 && slice.parts[0].kind == FA__PART_AT;
    int64_t at = is_one ? slice.parts[0].start : 0;
    at += at < 0 ? nodes->count : 0;
    if (!is_one || at < 0 || at >= nodes->count)
        return fa__fail_at_column(p->err, FA_BAD_INDEX, token->column,
                                  "%d arrays: take one of them with [0] to [%d]", nodes->count,
                                  nodes->count - 1);
    fa__node *node = fa__node_retain(nodes->items[at]);
    const int column = value->column;
    fa__parser_drop_values(p, p->value_count - 1);
    return fa__parser_push_node(p, node, column);
}

bool fa__parser_index(fa__parser *p, const fa__token *token, bool *more)
{
    fa__value *value = fa__parser_top_value(p);
    if (value->kind == FA__VALUE_NODES)
        return take_output(p, token);
    if (value->kind == FA__VALUE_TUPLE) {
        *more = true;
        return fa__parser_open(p, FA__OPEN_INDEX, token->column);
    }
    if (!fa__parser_is_operand(p, value))
        return false;
    if (fa__node_is_weak(value->node))
        return fa__fail_at_column(p->err, FA_BAD_TYPES, token->column, "a number cannot be indexed");
    *more = !fa__index_is_basic(p->lexer.text, p->lexer.length, (size_t)token->column - 1);
    return *more ? fa__parser_open(p, FA__OPEN_INDEX, token->column) : apply_basic(p, token);
}

/* ---- Indices of expressions ---- */

static bool fail_part(fa__parser *p, int column)
{
    return fa__fail_at_column(
        p->err, FA_BAD_INDEX, column,
        "only integers, slices, '...', None and arrays of integers or bool can stand in an index");
}

/* A number that stands in a text; false where it is none. */
static bool whole_number(const fa__value *value, int64_t *number)
{
    if (value->kind != FA__VALUE_NODE || !fa__node_is_weak(value->node))
        return false;
    fa__constant constant = fa__constant_of(value->node);
    if (constant.kind != FA__WEAK_INT || constant.integer > INT64_MAX)
        return false;
    *number = (int64_t)constant.integer;
    return true;
}

/* "start:stop:step" with anything but colons left out. */
static bool slice_part(fa__parser *p, const fa__value *values, int64_t count, fa__index_text *made)
{
    int64_t bounds[3] = {FA_OMITTED, FA_OMITTED, 1};
    int bound = 0;
    for (int64_t i = 0; i < count; i++) {
        bool follows = i > 0 && values[i - 1].kind != FA__VALUE_COLON;
        if (values[i].kind == FA__VALUE_COLON) {
            if (++bound > 2)
                return fa__parser_syntax(p, values[i].column, "a slice has at most two ':'");
        } else if (follows ||
                   (values[i].kind != FA__VALUE_NONE && !whole_number(&values[i], &bounds[bound]))) {
            return fa__fail_at_column(p->err, FA_BAD_INDEX, values[i].column,
                                      "slice indices must be integers or None");
        }
    }
    if (bounds[2] == 0)
        return fa__fail_at_column(p->err, FA_BAD_INDEX, values[0].column, "slice step cannot be zero");
    made->parts[made->count++] = fa_range(bounds[0], bounds[1], bounds[2]);
    return true;
}

/* The array that a part is; one reference, NULL where it is none. */
static fa__node *array_part(fa__parser *p, const fa__value *value)
{
    fa__node *node = fa__value_array(value);
    /* An empty list chooses nothing, though NumPy's empty array would be one of floats. */
    bool is_nothing =
        node != NULL && value->kind != FA__VALUE_NODE && fa__count(node->ndim, node->sizes) == 0;
    return is_nothing ? fa__node_cast(node, FA_INT64, p->err) : fa__node_retain(node);
}

static bool one_part(fa__parser *p, const fa__value *value, fa__index_text *made)
{
    int64_t number;
    if (value->kind == FA__VALUE_ELLIPSIS) {
        made->parts[made->count++] = fa_ellipsis();
    } else if (value->kind == FA__VALUE_NONE) {
        made->parts[made->count++] = fa_newaxis();
    } else if (whole_number(value, &number)) {
        made->parts[made->count++] = fa_at(number);
    } else {
        fa__node *node = array_part(p, value);
        if (node == NULL)
            return fa_failed(p->err) ? fa__parser_placed(p, value->column) : fail_part(p, value->column);
        made->parts[made->count++] = fa_by(NULL);
        made->arrays[made->array_count++] = node;
        if (!fa__type_is_integer(node->dtype->type) && node->dtype->type != FA_TYPE_BOOL)
            return fa__fail_at_column(p->err, FA_BAD_INDEX, value->column,
                                      "arrays used as indices must be of integer (or boolean) type");
    }
    return true;
}

/* A tuple that is all of an index is its parts: a[(1, 2)], a[nonzero(m)]. False where it is none. */
static bool tuple_parts(fa__parser *p, const fa__value *value, fa__index_text *made, bool *is_tuple)
{
    *is_tuple = value->kind == FA__VALUE_NODES || (value->kind == FA__VALUE_TUPLE && value->node == NULL);
    if (*is_tuple && value->kind == FA__VALUE_TUPLE) {
        for (int i = 0; i < value->as.tuple->count; i++)
            made->parts[made->count++] = fa_at(value->as.tuple->items[i]);
    } else if (*is_tuple && value->as.nodes->count > FA_MAX_NDIM) {
        return fa__fail_at_column(p->err, FA_BAD_INDEX, value->column, "an index has more than %d arrays",
                                  FA_MAX_NDIM);
    } else if (*is_tuple) {
        for (int i = 0; i < value->as.nodes->count; i++) {
            made->parts[made->count++] = fa_by(NULL);
            made->arrays[made->array_count++] = fa__node_retain(value->as.nodes->items[i]);
        }
    }
    return true;
}

static bool next_part(fa__parser *p, const fa__value *values, int64_t count, fa__index_text *made)
{
    bool is_slice = false;
    for (int64_t i = 0; i < count; i++)
        is_slice = is_slice || values[i].kind == FA__VALUE_COLON;
    if (made->count == FA__MAX_INDEX_PARTS)
        return fa__fail_at_column(p->err, FA_BAD_INDEX, values[0].column, "an index has more than %d parts",
                                  FA__MAX_INDEX_PARTS);
    if (is_slice)
        return slice_part(p, values, count, made);
    return count == 1 ? one_part(p, &values[0], made) : fail_part(p, values[1].column);
}

/* Takes the index apart. */
static bool read_parts(fa__parser *p, int64_t first_value, int column, fa__index_text *made)
{
    const fa__value *values = p->values + first_value;
    int64_t count = p->value_count - first_value, begin = 0;
    bool is_tuple = false;
    if (count == 1 && (!tuple_parts(p, values, made, &is_tuple) || is_tuple))
        return !fa_failed(p->err);
    for (int64_t i = 0; i <= count; i++) {
        if (i < count && values[i].kind != FA__VALUE_COMMA)
            continue;
        if (i == begin && (i < count || begin == 0))
            return fa__parser_syntax(p, i < count ? values[i].column : column,
                                     "a part of an index is missing");
        if (i > begin && !next_part(p, values + begin, i - begin, made))
            return false;
        begin = i + 1;
    }
    return true;
}

void fa__index_text_clear(fa__index_text *index)
{
    for (int i = 0; i < index->array_count; i++)
        fa__node_release(index->arrays[i]);
    *index = (fa__index_text){0};
}

bool fa__parser_apply_index(fa__parser *p, int64_t first_value, int column)
{
    fa__index_text made = {0};
    fa__value *base = &p->values[first_value - 1];
    fa__node *node = NULL;
    bool is_read = read_parts(p, first_value, column, &made);
    if (p->index != NULL && p->open_count == 0) {
        *p->index = made;
        return is_read || fa__parser_placed(p, column);
    }
    if (is_read && base->kind == FA__VALUE_TUPLE) {
        bool taken = fa__parser_index_sequence(p, first_value, &made, column);
        fa__index_text_clear(&made);
        return taken;
    }
    if (is_read)
        node = fa__node_index(base->node, (fa_index_parts){made.count, made.parts}, made.arrays, p->err);
    fa__index_text_clear(&made);
    if (node == NULL)
        return fa__parser_placed(p, column);
    fa__parser_drop_values(p, first_value);
    base = fa__parser_top_value(p);
    fa__node_release(base->node);
    base->node = node;
    return true;
}
