/* SPDX-License-Identifier: BSD-3-Clause */
/* Python's lists and tuples on the parser's stack: made of what stands between brackets, repeated, put one
 * behind the other, taken apart by an index; and the arrays that they are beside arrays. Knows nothing about
 * what they are used for. */
#include "text/parser.h"

#include "array/shape.h"
#include "base/memory.h"

#include <string.h>

bool fa__is_sequence(const fa__value *value)
{
    return value->kind == FA__VALUE_TUPLE || value->kind == FA__VALUE_LIST;
}

int fa__sequence_count(const fa__value *value)
{
    return value->kind == FA__VALUE_TUPLE ? value->as.tuple->count : value->as.list->count;
}

bool fa__parser_becomes_array(fa__parser *p, fa__value *value)
{
    if (value->node != NULL)
        return true;
    fa__node *node = fa__sequence_array(value, p->err);
    if (node == NULL)
        return fa__parser_placed(p, value->column);
    const int column = value->column;
    fa__value_release(value);
    *value = (fa__value){.kind = FA__VALUE_NODE, .column = column, .node = node};
    return true;
}

static bool is_whole_number(const fa__value *value)
{
    return value->kind == FA__VALUE_NODE && value->node->weak == FA__WEAK_INT &&
           value->node->kind == FA__NODE_SCALAR && value->node->dtype->type == FA_TYPE_INT64;
}

/* ---- Made of what stands between brackets ---- */

/* Whole numbers are what shapes and axes are made of: they are kept as such. Takes `array` over. */
static bool tuple_of_numbers(fa__parser *p, fa__opened group, int count, fa__node *array)
{
    fa__value value = {.kind = FA__VALUE_TUPLE, .column = group.column, .node = array};
    value.as.tuple = fa__alloc_zero(1, sizeof *value.as.tuple, p->err);
    if (value.as.tuple == NULL) {
        fa__node_release(array);
        return false;
    }
    value.as.tuple->count = count;
    for (int i = 0; i < count; i++)
        memcpy(&value.as.tuple->items[i], p->values[group.first_value + i].node->as.bytes, sizeof(int64_t));
    fa__parser_drop_values(p, group.first_value);
    return fa__parser_push_value(p, value);
}

/* Takes `array` over. */
static bool list_of_values(fa__parser *p, fa__opened group, int count, fa__node *array)
{
    const fa__value *items = &p->values[group.first_value];
    fa__list *list = fa__alloc_zero(1, sizeof *list + (size_t)count * sizeof(fa__value), p->err);
    if (list == NULL) {
        fa__node_release(array);
        return false;
    }
    list->count = count;
    list->depth = 1;
    for (int i = 0; i < count; i++) {
        list->items[i] = items[i];
        if (items[i].kind == FA__VALUE_LIST && items[i].as.list->depth >= list->depth)
            list->depth = items[i].as.list->depth + 1;
    }
    p->value_count = group.first_value;
    bool is_deep = list->depth > FA__MAX_LIST_DEPTH;
    fa__value value = {.kind = FA__VALUE_LIST, .column = group.column, .node = array};
    value.as.list = list;
    return fa__parser_push_value(p, value) &&
           (!is_deep || fa__fail_at_column(p->err, FA_BAD_EXPRESSION, group.column,
                                           "lists in more than %d lists", FA__MAX_LIST_DEPTH));
}

/* Square brackets around numbers are an array as well. */
bool fa__parser_sequence(fa__parser *p, fa__opened group)
{
    int64_t count = p->value_count - group.first_value;
    bool are_numbers = count <= FA_MAX_NDIM;
    for (int64_t i = 0; i < count && are_numbers; i++)
        are_numbers = is_whole_number(&p->values[group.first_value + i]);
    fa__node *array = NULL;
    if (group.kind == FA__OPEN_LIST)
        array = fa__list_node(count > 0 ? &p->values[group.first_value] : NULL, count, p->err);
    if (fa_failed(p->err))
        return fa__parser_placed(p, group.column);
    return are_numbers ? tuple_of_numbers(p, group, (int)count, array)
                       : list_of_values(p, group, (int)count, array);
}

/* What a sequence stood in: what is made of it is one of the same kind. */
static fa__opened brackets_of(const fa__parser *p, const fa__value *sequence)
{
    return (fa__opened){.kind = sequence->node != NULL ? FA__OPEN_LIST : FA__OPEN_GROUP,
                        .column = sequence->column,
                        .first_value = (int32_t)p->value_count};
}

/* ---- Repeated, and one behind the other ---- */

/* Whether copies of what stands in a sequence are as easily made. */
static bool is_plain(const fa__value *sequence)
{
    bool plain = true;
    for (int i = 0; sequence->kind == FA__VALUE_LIST && i < sequence->as.list->count; i++) {
        const fa__value *item = &sequence->as.list->items[i];
        plain = plain && (item->kind == FA__VALUE_NODE || item->kind == FA__VALUE_TUPLE ||
                          item->kind == FA__VALUE_NONE);
    }
    return plain;
}

/* One more of an item of a list. */
static bool push_item(fa__parser *p, const fa__value *item)
{
    fa__value value = *item;
    fa__node_retain(value.node);
    if (value.kind == FA__VALUE_TUPLE) {
        value.as.tuple = fa__alloc_zero(1, sizeof *value.as.tuple, p->err);
        if (value.as.tuple != NULL)
            *value.as.tuple = *item->as.tuple;
    }
    if (!fa_failed(p->err))
        return fa__parser_push_value(p, value);
    fa__node_release(value.node);
    return false;
}

/* What stands in a sequence once more; the stack may move, what it points to does not. */
static bool push_items(fa__parser *p, fa__value sequence)
{
    const int count = fa__sequence_count(&sequence);
    for (int i = 0; i < count; i++)
        if (sequence.kind == FA__VALUE_TUPLE
                ? !fa__parser_push_node(p, fa__node_int(sequence.as.tuple->items[i], p->err), sequence.column)
                : !push_item(p, &sequence.as.list->items[i]))
            return false;
    return true;
}

/* Pushes the first operand `times` over and the second one once; either may be NULL. */
static bool push_longer(fa__parser *p, const fa__value *first, int64_t times, const fa__value *second)
{
    const fa__opened group = brackets_of(p, first);
    const fa__value repeated = *first, behind = second != NULL ? *second : (fa__value){0};
    const bool has_second = second != NULL;
    for (int64_t i = 0; i < times; i++)
        if (!push_items(p, repeated))
            return false;
    return (!has_second || push_items(p, behind)) && fa__parser_sequence(p, group);
}

bool fa__parser_longer_sequence(fa__parser *p, fa__operation operation, int column)
{
    enum { MOST = 1 << 16 };
    const fa__value *operands = &p->values[p->value_count - 2];
    const bool first_is = fa__is_sequence(&operands[0]), second_is = fa__is_sequence(&operands[1]);
    const fa__value *times = first_is ? &operands[1] : &operands[0],
                    *first = first_is ? &operands[0] : &operands[1], *second = NULL;
    int64_t number = 1;
    if (operation == FA__OP_MULTIPLY && first_is != second_is && is_whole_number(times))
        memcpy(&number, times->node->as.bytes, sizeof number);
    else if (operation == FA__OP_ADD && first_is && second_is)
        second = &operands[1];
    else
        return false;
    /* One of the two brackets that Python tells apart; of a list of arrays nothing says which they were. */
    const bool are_alike = second == NULL || (first->node == NULL) == (second->node == NULL) ||
                           (first->kind == FA__VALUE_LIST && first->node == NULL) ||
                           (second->kind == FA__VALUE_LIST && second->node == NULL);
    if (!are_alike)
        return fa__fail_at_column(p->err, FA_BAD_TYPES, column, "a list and a tuple are not put together");
    if (!is_plain(first) || (second != NULL && !is_plain(second)))
        return false;
    const int64_t count = fa__sequence_count(first);
    const int64_t others = second != NULL ? fa__sequence_count(second) : 0;
    if (others > MOST || (count > 0 && number > (MOST - others) / count))
        return fa__fail_at_column(p->err, FA_TOO_LARGE, column, "a list of more than %d elements", MOST);
    if (!push_longer(p, first, count > 0 ? number : 0, second))
        return false;
    /* It takes the place of what it was made of. */
    const fa__value longer = p->values[--p->value_count];
    fa__parser_drop_values(p, p->value_count - 2);
    return fa__parser_push_value(p, longer);
}

/* ---- Taken apart ---- */

bool fa__parser_index_sequence(fa__parser *p, int64_t first_value, const fa__index_text *index, int column)
{
    const fa__value base = p->values[first_value - 1];
    const fa__opened group = brackets_of(p, &base);
    fa__geometry items = {.ndim = 1, .sizes = {base.as.tuple->count}, .strides = {1}};
    if (index->count != 1 || index->array_count > 0 ||
        (index->parts[0].kind != FA__PART_AT && index->parts[0].kind != FA__PART_RANGE))
        return fa__fail_at_column(p->err, FA_BAD_INDEX, column,
                                  "an index of a tuple is a whole number or a slice");
    if (!fa__geometry_index(&items, (fa_index_parts){1, index->parts}, &items, p->err))
        return fa__parser_placed(p, column);
    const int64_t count = items.ndim == 0 ? 1 : items.sizes[0];
    for (int64_t i = 0; i < count; i++) {
        const int64_t at = items.offset + (items.ndim == 0 ? 0 : i * items.strides[0]);
        if (!fa__parser_push_node(p, fa__node_int(base.as.tuple->items[at], p->err), base.column))
            return false;
    }
    if (items.ndim > 0 && !fa__parser_sequence(p, group))
        return false;
    const fa__value taken = p->values[--p->value_count];
    fa__parser_drop_values(p, first_value - 1);
    return fa__parser_push_value(p, taken);
}
