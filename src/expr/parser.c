/* SPDX-License-Identifier: BSD-3-Clause */
/* Expression text to graph: Python's operators by precedence, with a stack of values and one of what is open
 * (operators, brackets, calls). Nothing recurses: depth is bounded by the length of the text alone. What
 * names and calls mean is calls.h. */
#include "expr/calls.h"
#include "expr/grammar.h"
#include "expr/lexer.h"

#include "array/slice.h"
#include "base/memory.h"

#include <string.h>

enum { MAX_TEXT_BYTES = 16 << 20, MAX_LEAVES_REMEMBERED = 64 };

typedef enum open_kind {
    OPEN_UNARY,
    OPEN_BINARY,
    OPEN_GROUP, /* "(" that is no call */
    OPEN_LIST,  /* "[" that is no index */
    OPEN_CALL
} open_kind;

/* What waits for its right side or its closing bracket. A text may open millions: this is kept small. */
typedef struct opened {
    uint8_t kind;
    uint8_t precedence; /* operators */
    uint8_t operation;  /* operators: fa__operation */
    bool has_comma;     /* GROUP */
    int32_t column;
    int32_t first_value; /* brackets: how many values stood below */
} opened;

_Static_assert(FA__OPERATION_COUNT <= UINT8_MAX, "an operation fits into a byte");

typedef struct parser {
    fa__lexer lexer;
    const fa__names *names;
    fa_error *err;
    fa__value *values;
    int64_t value_count, value_room;
    opened *open;
    int64_t open_count, open_room;
    /* A name is one leaf, however often it is used. */
    fa__node *leaves[MAX_LEAVES_REMEMBERED];
    int leaf_count;
} parser;

static bool syntax(parser *p, int column, const char *what)
{
    return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, column, "%s", what);
}

/* Makers know nothing about text: what they refuse is put where it stands. */
static bool placed(parser *p, int column)
{
    if (!fa_failed(p->err))
        return true;
    if (p->err->column == 0)
        p->err->column = column;
    return false;
}

static bool push_value(parser *p, fa__value value)
{
    if (!fa__grow(&p->values, &p->value_room, p->value_count + 1, sizeof *p->values, p->err)) {
        fa__value_release(&value);
        return false;
    }
    p->values[p->value_count++] = value;
    return true;
}

static bool push_node(parser *p, fa__node *node, int column)
{
    if (node == NULL)
        return placed(p, column);
    return push_value(p, (fa__value){.kind = FA__VALUE_NODE, .column = column, .node = node});
}

static bool push_open(parser *p, open_kind kind, int precedence, int operation, int column)
{
    if (!fa__grow(&p->open, &p->open_room, p->open_count + 1, sizeof *p->open, p->err))
        return false;
    p->open[p->open_count++] = (opened){.kind = (uint8_t)kind,
                                        .precedence = (uint8_t)precedence,
                                        .operation = (uint8_t)operation,
                                        .column = column,
                                        .first_value = (int32_t)p->value_count};
    return true;
}

static opened *top_open(parser *p)
{
    return p->open_count > 0 ? &p->open[p->open_count - 1] : NULL;
}

static fa__value *top_value(parser *p)
{
    return &p->values[p->value_count - 1];
}

static void drop_values(parser *p, int64_t count)
{
    while (p->value_count > count)
        fa__value_release(&p->values[--p->value_count]);
}

/* --- operators --- */

static bool is_operand(parser *p, const fa__value *value)
{
    if (value->kind == FA__VALUE_NODE)
        return true;
    if (value->kind == FA__VALUE_FUNCTION || value->kind == FA__VALUE_METHOD)
        return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, value->column,
                                  "'%s' is a function: call it with (...)",
                                  fa__function_name(value->as.function));
    return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, value->column, "%s is not an operand",
                              fa__value_words(value));
}

/* Applies the operator on top of the open ones to the values on top of the values. */
static bool apply(parser *p)
{
    opened top = p->open[--p->open_count];
    int count = top.kind == OPEN_UNARY ? 1 : 2;
    fa__value *operands = &p->values[p->value_count - count];
    fa__node *inputs[2] = {NULL, NULL};
    int column = top.column;
    for (int i = 0; i < count; i++) {
        if (!is_operand(p, &operands[i]))
            return false;
        inputs[i] = operands[i].node;
    }
    fa__node *node = top.operation == FA__OP_POWER
                         ? fa__node_power(inputs[0], inputs[1], p->err)
                         : fa__node_operation((fa__operation)top.operation, inputs, p->err);
    if (p->err->code == FA_OUT_OF_RANGE && count == 2) {
        /* A literal that does not fit is what is wrong, not the top. */
        for (int i = 0; i < 2; i++)
            column =
                fa__node_is_weak(inputs[i]) && !fa__node_is_weak(inputs[1 - i]) ? operands[i].column : column;
    }
    if (!placed(p, column)) {
        fa__node_release(node);
        return false;
    }
    int first_column = count == 1 ? top.column : operands[0].column;
    drop_values(p, p->value_count - count);
    return push_node(p, node, first_column);
}

static bool apply_down_to(parser *p, int precedence)
{
    while (p->open_count > 0 && top_open(p)->kind <= OPEN_BINARY && top_open(p)->precedence >= precedence) {
        if (!apply(p))
            return false;
    }
    return true;
}

/* The binary operation that a token writes; -1 for none. */
static int infix_operation(const fa__token *token)
{
    for (int i = 0; i < FA__OPERATION_COUNT; i++) {
        if (fa__operations[i].arity == 2 && fa__token_is(token, fa__operations[i].symbol))
            return i;
    }
    return -1;
}

static bool infix_operator(parser *p, const fa__token *token, int operation)
{
    int binding = fa__binding((fa__operation)operation);
    bool to_the_left = binding != FA__BINDS_COMPARISON && binding != FA__BINDS_POWER;
    if (!apply_down_to(p, to_the_left ? binding : binding + 1))
        return false;
    const opened *below = top_open(p);
    bool chained = binding == FA__BINDS_COMPARISON && below != NULL && below->kind == OPEN_BINARY &&
                   below->precedence == FA__BINDS_COMPARISON;
    if (chained)
        return syntax(p, token->column, "a chain of comparisons: write (a < b) & (b < c)");
    return push_open(p, OPEN_BINARY, binding, operation, token->column);
}

/* --- names --- */

static bool refuse_keyword(parser *p, const fa__token *token)
{
    static const char *const rows[][2] = {
        {"and", "'and' takes no arrays: write (...) & (...)"},
        {"or", "'or' takes no arrays: write (...) | (...)"},
        {"not", "'not' takes no arrays: write ~(...)"},
        {"if", "'if' takes no arrays: write where(condition, a, b)"},
        {"else", "'else' takes no arrays: write where(condition, a, b)"},
        {"in", "'in' is not part of expressions"},
        {"is", "'is' is not part of expressions: compare with =="},
        {"for", "'for' is not part of expressions: they work on whole arrays"},
        {"lambda", "'lambda' is not part of expressions"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (token->length == strlen(rows[i][0]) && memcmp(token->start, rows[i][0], token->length) == 0)
            return syntax(p, token->column, rows[i][1]);
    }
    return true;
}

static bool unknown(parser *p, const fa__token *token, const char *what, const char *nearest)
{
    char quoted[64];
    fa__quote(quoted, sizeof quoted, token->start, token->length);
    if (nearest != NULL)
        return fa__fail_at_column(p->err, FA_UNKNOWN_NAME, token->column,
                                  "unknown %s '%s': did you mean '%s'?", what, quoted, nearest);
    return fa__fail_at_column(p->err, FA_UNKNOWN_NAME, token->column, "unknown %s '%s'", what, quoted);
}

static bool unknown_name(parser *p, const fa__token *token)
{
    int distance;
    const char *nearest = fa__nearest_function(token->start, token->length, &distance);
    const char *variable = NULL;
    if (p->names->nearest != NULL)
        variable = p->names->nearest(token->start, token->length, p->names->user);
    if (variable != NULL && (nearest == NULL || fa__distance(token->start, token->length, variable,
                                                             strlen(variable), distance) <= distance))
        nearest = variable;
    return unknown(p, token, "name", nearest);
}

static bool variable(parser *p, fa_array *array, int column)
{
    for (int i = 0; i < p->leaf_count; i++) {
        if (p->leaves[i]->array == array)
            return push_node(p, fa__node_retain(p->leaves[i]), column);
    }
    fa__node *leaf = fa__node_leaf(array, p->err);
    if (leaf != NULL && p->leaf_count < MAX_LEAVES_REMEMBERED)
        p->leaves[p->leaf_count++] = fa__node_retain(leaf);
    return push_node(p, leaf, column);
}

static bool function_or_constant(parser *p, const fa__token *token, bool *found)
{
    fa__value value = {.kind = FA__VALUE_FUNCTION, .column = token->column};
    value.as.function = fa__function_find(token->start, token->length);
    *found = value.as.function != NULL || fa__constant_find(token->start, token->length, &value, p->err);
    if (fa_failed(p->err))
        return false;
    return !*found || push_value(p, value);
}

static bool is_numpy(const fa__token *token)
{
    return (token->length == 2 && memcmp(token->start, "np", 2) == 0) ||
           (token->length == 5 && memcmp(token->start, "numpy", 5) == 0);
}

static bool name(parser *p, const fa__token *token)
{
    opened *below = top_open(p);
    if (!refuse_keyword(p, token))
        return false;
    if (below != NULL && below->kind == OPEN_CALL && fa__lexer_sees(&p->lexer, "=")) {
        fa__token equals;
        if (!fa__lexer_next(&p->lexer, &equals, p->err))
            return false;
        fa__value keyword = {.kind = FA__VALUE_KEYWORD, .column = token->column};
        keyword.as.text.start = token->start;
        keyword.as.text.length = token->length;
        return push_value(p, keyword);
    }
    fa_array *array = NULL;
    if (p->names->find != NULL)
        array = p->names->find(token->start, token->length, p->names->user);
    if (array != NULL)
        return variable(p, array, token->column);
    bool found;
    if (!function_or_constant(p, token, &found))
        return false;
    if (found)
        return true;
    if (is_numpy(token))
        return push_value(p, (fa__value){.kind = FA__VALUE_NUMPY, .column = token->column});
    return unknown_name(p, token);
}

/* --- brackets --- */

static bool tuple_of_values(parser *p, opened group)
{
    int64_t count = p->value_count - group.first_value;
    if (count > FA_MAX_NDIM)
        return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, group.column,
                                  "%lld numbers in brackets: more than %d", (long long)count, FA_MAX_NDIM);
    fa__value value = {.kind = FA__VALUE_TUPLE, .column = group.column};
    value.as.tuple = fa__alloc_zero(1, sizeof *value.as.tuple, p->err);
    if (value.as.tuple == NULL)
        return false;
    value.as.tuple->count = (int)count;
    for (int64_t i = 0; i < count; i++) {
        const fa__value *item = &p->values[group.first_value + i];
        bool is_whole = item->kind == FA__VALUE_NODE && item->node->weak == FA__WEAK_INT &&
                        item->node->kind == FA__NODE_SCALAR && item->node->dtype->type == FA_TYPE_INT64;
        if (!is_whole) {
            fa__value_release(&value);
            return syntax(p, item->column, "brackets with commas hold whole numbers, as in axis=(0, 2)");
        }
        memcpy(&value.as.tuple->items[i], item->node->as.bytes, sizeof(int64_t));
    }
    drop_values(p, group.first_value);
    return push_value(p, value);
}

static bool close_call(parser *p, opened call)
{
    fa__value *callee = &p->values[call.first_value - 1];
    fa__node *node = fa__call(callee, callee + 1, p->value_count - call.first_value, p->err);
    int column = callee->column;
    if (node == NULL)
        return placed(p, column);
    drop_values(p, call.first_value - 1);
    return push_node(p, node, column);
}

static bool close_bracket(parser *p, const fa__token *token)
{
    if (!apply_down_to(p, 0))
        return false;
    opened *below = top_open(p);
    bool is_round = fa__token_is(token, ")");
    if (below == NULL)
        return syntax(p, token->column, is_round ? "')' closes nothing" : "']' closes nothing");
    opened bracket = *below;
    if (is_round != (bracket.kind != OPEN_LIST))
        return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, token->column,
                                  "'%c' closes the '%c' of column %d", is_round ? ')' : ']',
                                  bracket.kind == OPEN_LIST ? '[' : '(', (int)bracket.column);
    p->open_count--;
    if (bracket.kind == OPEN_CALL)
        return close_call(p, bracket);
    if (bracket.kind == OPEN_GROUP && !bracket.has_comma && p->value_count > bracket.first_value)
        return true;
    return tuple_of_values(p, bracket);
}

static bool comma(parser *p, const fa__token *token)
{
    if (!apply_down_to(p, 0))
        return false;
    opened *below = top_open(p);
    if (below == NULL)
        return syntax(p, token->column, "a ',' outside of brackets");
    below->has_comma = true;
    return true;
}

static bool open_call(parser *p, const fa__token *token)
{
    const fa__value *callee = top_value(p);
    if (callee->kind != FA__VALUE_FUNCTION && callee->kind != FA__VALUE_METHOD)
        return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, token->column, "%s cannot be called",
                                  fa__value_words(callee));
    return push_open(p, OPEN_CALL, 0, 0, token->column);
}

/* --- what follows an operand --- */

static bool index_operand(parser *p, const fa__token *token)
{
    fa__value *value = top_value(p);
    if (!is_operand(p, value))
        return false;
    if (fa__node_is_weak(value->node))
        return fa__fail_at_column(p->err, FA_BAD_TYPES, token->column, "a number cannot be indexed");
    fa__slice slice;
    size_t at = (size_t)token->column - 1;
    if (!fa__slice_parse(p->lexer.text, p->lexer.length, &at, &slice, p->err))
        return placed(p, token->column);
    p->lexer.at = at;
    fa__node *node = NULL;
    if (slice.field != NULL) {
        node = fa__node_field(value->node, slice.field, slice.field_length, p->err);
    } else {
        fa__geometry geometry;
        fa__node_geometry(value->node, &geometry);
        if (fa__geometry_index(&geometry, (fa_index_parts){slice.count, slice.parts}, &geometry, p->err))
            node = fa__node_view(value->node, &geometry, p->err);
    }
    if (node == NULL)
        return placed(p, token->column);
    fa__node_release(value->node);
    value->node = node;
    return true;
}

static bool attribute(parser *p)
{
    fa__token token;
    if (!fa__lexer_next(&p->lexer, &token, p->err))
        return false;
    if (token.kind != FA__TOKEN_NAME)
        return syntax(p, token.column, "a name is expected behind '.'");
    if (top_value(p)->kind == FA__VALUE_NUMPY) {
        bool found;
        drop_values(p, p->value_count - 1);
        if (!function_or_constant(p, &token, &found))
            return false;
        int distance;
        return found || unknown(p, &token, "function of NumPy",
                                fa__nearest_function(token.start, token.length, &distance));
    }
    fa__value *value = top_value(p);
    if (!is_operand(p, value))
        return false;
    const fa__function *method = fa__method_find(token.start, token.length);
    if (method != NULL) {
        value->kind = FA__VALUE_METHOD;
        value->as.function = method;
        return true;
    }
    fa__node *node = fa__attribute(value->node, token.start, token.length, p->err);
    if (!placed(p, token.column))
        return false;
    int distance;
    if (node == NULL)
        return unknown(p, &token, "attribute", fa__nearest_attribute(token.start, token.length, &distance));
    fa__node_release(value->node);
    value->node = node;
    return true;
}

/* --- the two states --- */

static bool literal(parser *p, const fa__token *token)
{
    fa__constant constant = {.kind = FA__WEAK_INT, .integer = token->integer};
    if (token->kind == FA__TOKEN_FLOAT) {
        constant.kind = FA__WEAK_FLOAT;
        constant.real = token->number;
    } else if (token->kind == FA__TOKEN_IMAGINARY) {
        constant.kind = FA__WEAK_COMPLEX;
        constant.imag = token->number;
    }
    return push_node(p, fa__node_constant(&constant, p->err), token->column);
}

/* A closing bracket where an operand could stand: behind "(" or behind a last comma. */
static bool may_close(parser *p, const fa__token *token)
{
    const opened *below = top_open(p);
    if (below == NULL || below->kind <= OPEN_BINARY ||
        (!fa__token_is(token, ")") && !fa__token_is(token, "]")))
        return false;
    return p->value_count == below->first_value || top_value(p)->kind != FA__VALUE_KEYWORD;
}

static bool missing_operand(parser *p, const fa__token *token)
{
    if (token->kind == FA__TOKEN_END && p->open_count == 0)
        return syntax(p, token->column, "the expression is empty");
    if (token->kind == FA__TOKEN_END)
        return syntax(p, token->column, "the expression ends where an operand is expected");
    return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, token->column, "'%.*s' where an operand is expected",
                              (int)token->length, token->start);
}

/* Reads one token where an operand may begin; *more stays true while one still may. */
static bool read_operand(parser *p, const fa__token *token, bool *more)
{
    static const struct {
        const char *symbol;
        fa__operation operation;
    } prefixes[] = {{"-", FA__OP_NEGATIVE}, {"+", FA__OP_POSITIVE}, {"~", FA__OP_INVERT}};
    *more = false;
    switch (token->kind) {
    case FA__TOKEN_INTEGER:
    case FA__TOKEN_FLOAT:
    case FA__TOKEN_IMAGINARY:
        return literal(p, token);
    case FA__TOKEN_NAME:
        if (!name(p, token))
            return false;
        *more = top_value(p)->kind == FA__VALUE_KEYWORD;
        return true;
    case FA__TOKEN_TEXT: {
        fa__value value = {.kind = FA__VALUE_TEXT, .column = token->column};
        value.as.text.start = token->start;
        value.as.text.length = token->length;
        return push_value(p, value);
    }
    case FA__TOKEN_END:
        return missing_operand(p, token);
    case FA__TOKEN_SYMBOL:
        break;
    }
    if (may_close(p, token))
        return close_bracket(p, token);
    *more = true;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (fa__token_is(token, prefixes[i].symbol))
            return push_open(p, OPEN_UNARY, FA__BINDS_UNARY, (int)prefixes[i].operation, token->column);
    }
    if (fa__token_is(token, "("))
        return push_open(p, OPEN_GROUP, 0, 0, token->column);
    if (fa__token_is(token, "["))
        return push_open(p, OPEN_LIST, 0, 0, token->column);
    return missing_operand(p, token);
}

static bool refuse_operator(parser *p, const fa__token *token)
{
    if (fa__token_is(token, "//"))
        return syntax(p, token->column, "'//' is not supported: write floor(a / b)");
    if (fa__token_is(token, "%"))
        return syntax(p, token->column, "'%' is not supported: write a - floor(a / b) * b");
    if (fa__token_is(token, "@"))
        return syntax(p, token->column,
                      "'@' is not supported: products of matrices are not part of expressions");
    if (fa__token_is(token, "="))
        return syntax(p, token->column, "'=' assigns, which an expression does not: compare with ==");
    if (token->kind == FA__TOKEN_NAME && !refuse_keyword(p, token))
        return false;
    char quoted[48];
    return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, token->column, "'%s' where an operator is expected",
                              fa__quote(quoted, sizeof quoted, token->start, token->length));
}

/* Reads one token behind an operand; *more says that an operand may follow. */
static bool read_operator(parser *p, const fa__token *token, bool *more)
{
    *more = false;
    if (token->kind != FA__TOKEN_SYMBOL)
        return refuse_operator(p, token);
    if (fa__token_is(token, "["))
        return index_operand(p, token);
    if (fa__token_is(token, "."))
        return attribute(p);
    if (fa__token_is(token, ")") || fa__token_is(token, "]"))
        return close_bracket(p, token);
    *more = true;
    if (fa__token_is(token, "("))
        return open_call(p, token);
    if (fa__token_is(token, ","))
        return comma(p, token);
    int operation = infix_operation(token);
    if (operation >= 0)
        return infix_operator(p, token, operation);
    return refuse_operator(p, token);
}

static fa__node *finish(parser *p)
{
    if (!apply_down_to(p, 0))
        return NULL;
    if (p->open_count > 0) {
        opened *below = top_open(p);
        fa__fail_at_column(p->err, FA_BAD_EXPRESSION, below->column, "'%c' is never closed",
                           below->kind == OPEN_LIST ? '[' : '(');
        return NULL;
    }
    return is_operand(p, top_value(p)) ? fa__node_retain(top_value(p)->node) : NULL;
}

static fa__node *parse(parser *p)
{
    bool operand_may_follow = true;
    for (;;) {
        fa__token token;
        if (!fa__lexer_next(&p->lexer, &token, p->err))
            return NULL;
        if (!operand_may_follow && token.kind == FA__TOKEN_END)
            return finish(p);
        bool read = operand_may_follow ? read_operand(p, &token, &operand_may_follow)
                                       : read_operator(p, &token, &operand_may_follow);
        if (!read)
            return NULL;
    }
}

fa__node *fa__parse(const char *text, const fa__names *names, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (text == NULL || names == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the expression is NULL");
        return NULL;
    }
    size_t length = strlen(text);
    if (length > MAX_TEXT_BYTES) {
        fa__fail(err, FA_TOO_LARGE, "the expression has %zu bytes, more than %d", length, MAX_TEXT_BYTES);
        return NULL;
    }
    parser p = {.lexer = {.text = text, .length = length}, .names = names, .err = err};
    fa__node *root = parse(&p);
    drop_values(&p, 0);
    for (int i = 0; i < p.leaf_count; i++)
        fa__node_release(p.leaves[i]);
    fa__free(p.values);
    fa__free(p.open);
    return root;
}
