/* SPDX-License-Identifier: BSD-3-Clause */
/* Expression text to graph: Python's operators by precedence, with a stack of values and one of what is open
 * (operators, brackets, calls). Nothing recurses: depth is bounded by the length of the text alone. What
 * names stand for is names.c, what indices mean indices.c, what calls mean calls.c. */
#include "text/parser.h"

#include "text/grammar.h"
#include "expr/product.h"
#include "array/time.h"
#include "expr/routines.h"

#include "base/memory.h"

#include <string.h>

enum { MAX_TEXT_BYTES = 16 << 20 };

bool fa__parser_syntax(fa__parser *p, int column, const char *what)
{
    return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, column, "%s", what);
}

bool fa__parser_placed(fa__parser *p, int column)
{
    if (!fa_failed(p->err))
        return true;
    if (p->err->column == 0)
        p->err->column = column;
    return false;
}

bool fa__parser_push_value(fa__parser *p, fa__value value)
{
    if (!fa__grow(&p->values, &p->value_room, p->value_count + 1, sizeof *p->values, p->err)) {
        fa__value_release(&value);
        return false;
    }
    p->values[p->value_count++] = value;
    return true;
}

bool fa__parser_push_node(fa__parser *p, fa__node *node, int column)
{
    if (node == NULL)
        return fa__parser_placed(p, column);
    return fa__parser_push_value(p, (fa__value){.kind = FA__VALUE_NODE, .column = column, .node = node});
}

fa__opened *fa__parser_top_open(fa__parser *p)
{
    return p->open_count > 0 ? &p->open[p->open_count - 1] : NULL;
}

fa__value *fa__parser_top_value(fa__parser *p)
{
    return &p->values[p->value_count - 1];
}

void fa__parser_drop_values(fa__parser *p, int64_t count)
{
    while (p->value_count > count)
        fa__value_release(&p->values[--p->value_count]);
}

bool fa__parser_is_operand(fa__parser *p, fa__value *value)
{
    if (value->kind == FA__VALUE_TEXT)
        return fa__value_text(value, p->err) || fa__parser_placed(p, value->column);
    if (value->kind == FA__VALUE_NODE)
        return true;
    if (value->kind == FA__VALUE_FUNCTION || value->kind == FA__VALUE_METHOD)
        return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, value->column,
                                  "'%s' is a function: call it with (...)",
                                  fa__function_name(value->as.function));
    if (value->kind == FA__VALUE_NODES)
        return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, value->column,
                                  "%d arrays: take one of them with [0] to [%d]", value->as.nodes->count,
                                  value->as.nodes->count - 1);
    return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, value->column, "%s is not an operand",
                              fa__value_words(value));
}

/* --- operators --- */

static bool push_open(fa__parser *p, fa__open_kind kind, int precedence, int operation, int column)
{
    if (!fa__grow(&p->open, &p->open_room, p->open_count + 1, sizeof *p->open, p->err))
        return false;
    p->open[p->open_count++] = (fa__opened){.kind = (uint8_t)kind,
                                            .precedence = (uint8_t)precedence,
                                            .operation = (uint8_t)operation,
                                            .column = column,
                                            .first_value = (int32_t)p->value_count};
    return true;
}

bool fa__parser_open(fa__parser *p, fa__open_kind kind, int column)
{
    return push_open(p, kind, 0, 0, column);
}

static bool is_bitwise(fa__operation operation)
{
    const int binding = fa__binding(operation);
    return binding == FA__BINDS_OR || binding == FA__BINDS_XOR || binding == FA__BINDS_AND;
}

static bool is_comparison(const fa__opened *open)
{
    return open != NULL && open->kind == FA__OPEN_BINARY && open->precedence == FA__BINDS_COMPARISON;
}

/* Python's "&" binds tighter than its comparisons: a > 5 & a < 8 means 5 & a. Said where it is the likely
 * reason of what has gone wrong; `next` is the operation that follows, or -1. */
static void explain_binding(fa__parser *p, const fa__opened *bitwise, int next)
{
    const bool is_before = next >= 0 && fa__binding((fa__operation)next) == FA__BINDS_COMPARISON;
    if (p->err->code != FA_BAD_TYPES || !is_bitwise((fa__operation)bitwise->operation) ||
        !(is_before || is_comparison(fa__parser_top_open(p))))
        return;
    const char *symbol = fa__operations[bitwise->operation].symbol;
    fa_error_clear(p->err);
    fa__fail_at_column(p->err, FA_BAD_TYPES, bitwise->column,
                       "'%s' binds tighter than comparisons: write (a > b) %s (c < d)", symbol, symbol);
}

/* What makes an array of a list beside it. Python's operators on lists and numbers alone mean something else.
 */
static bool is_array(const fa__value *value)
{
    return value->kind == FA__VALUE_NODE && !fa__node_is_weak(value->node);
}

/* Python's == and != of what has no common type are False and True everywhere; not of structures, nor of
 * times in units that have nothing in common. */
static bool are_unlike(fa__operation operation, fa__node *const *inputs, const fa_error *err)
{
    if (err->code != FA_BAD_TYPES || (operation != FA__OP_EQUAL && operation != FA__OP_NOT_EQUAL))
        return false;
    const fa_type a = inputs[0]->dtype->type, b = inputs[1]->dtype->type;
    return a != FA_TYPE_VOID && b != FA_TYPE_VOID && !(fa__type_is_time(a) && a == b);
}

static fa__node *operated(int operation, fa__node *const *inputs, fa_error *err)
{
    if (operation == FA__OP_POWER)
        return fa__node_power(inputs[0], inputs[1], err);
    if (operation == FA__INFIX_MATMUL)
        return fa__node_matmul(inputs[0], inputs[1], err);
    fa__node *node = fa__node_operation((fa__operation)operation, inputs, err);
    if (node != NULL || !are_unlike((fa__operation)operation, inputs, err))
        return node;
    int64_t sizes[FA_MAX_NDIM];
    int ndim;
    uint8_t differ = operation == FA__OP_NOT_EQUAL;
    fa_error_clear(err);
    if (!fa__broadcast(2, (const int[]){inputs[0]->ndim, inputs[1]->ndim},
                       (const int64_t *const[]){inputs[0]->sizes, inputs[1]->sizes}, &ndim, sizes, err))
        return NULL;
    fa__node *truth = fa__node_scalar(FA_TYPE_BOOL, &differ, err);
    node = truth != NULL ? fa__node_full((fa_shape){ndim, sizes}, truth, NULL, err) : NULL;
    fa__node_release(truth);
    return node;
}

/* Applies the operator on top of the open ones to the values on top of the values. */
static bool apply(fa__parser *p, int next)
{
    fa__opened top = p->open[--p->open_count];
    int count = top.kind == FA__OPEN_UNARY ? 1 : 2;
    fa__value *operands = &p->values[p->value_count - count];
    fa__node *inputs[2] = {NULL, NULL};
    int column = top.column;
    if (count == 2 && fa__parser_longer_sequence(p, (fa__operation)top.operation, column))
        return true;
    if (fa_failed(p->err))
        return false;
    operands = &p->values[p->value_count - count];
    for (int i = 0; i < count; i++) {
        bool is_beside = count == 2 && is_array(&operands[1 - i]) && fa__is_sequence(&operands[i]);
        if (!(is_beside ? fa__parser_becomes_array(p, &operands[i]) : fa__parser_is_operand(p, &operands[i])))
            return false;
        inputs[i] = operands[i].node;
    }
    fa__node *node = operated(top.operation, inputs, p->err);
    if (p->err->code == FA_OUT_OF_RANGE && count == 2) {
        /* A literal that does not fit is what is wrong, not the top. */
        for (int i = 0; i < 2; i++)
            column =
                fa__node_is_weak(inputs[i]) && !fa__node_is_weak(inputs[1 - i]) ? operands[i].column : column;
    }
    explain_binding(p, &top, next);
    if (!fa__parser_placed(p, column)) {
        fa__node_release(node);
        return false;
    }
    int first_column = count == 1 ? top.column : operands[0].column;
    fa__parser_drop_values(p, p->value_count - count);
    return fa__parser_push_node(p, node, first_column);
}

/* `next`: the operation that follows, or -1. */
static bool apply_down_to(fa__parser *p, int precedence, int next)
{
    while (p->open_count > 0 && fa__parser_top_open(p)->kind <= FA__OPEN_BINARY &&
           fa__parser_top_open(p)->precedence >= precedence) {
        if (!apply(p, next))
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
    return fa__token_is(token, "@") ? FA__INFIX_MATMUL : -1;
}

static bool infix_operator(fa__parser *p, const fa__token *token, int operation)
{
    int binding = fa__binding((fa__operation)operation);
    bool to_the_left = binding != FA__BINDS_COMPARISON && binding != FA__BINDS_POWER;
    if (!apply_down_to(p, to_the_left ? binding : binding + 1, operation))
        return false;
    fa__opened *below = fa__parser_top_open(p);
    if (binding == FA__BINDS_COMPARISON && is_comparison(below))
        return fa__parser_syntax(
            p, token->column,
            below->marked ? "a chain of comparisons, as & and | bind tighter: write (a > b) & (c < d)"
                          : "a chain of comparisons: write (a < b) & (b < c)");
    if (is_bitwise((fa__operation)operation) && is_comparison(below))
        below->marked = true;
    return push_open(p, FA__OPEN_BINARY, binding, operation, token->column);
}

/* --- brackets --- */

static bool close_call(fa__parser *p, fa__opened call)
{
    fa__value *callee = &p->values[call.first_value - 1];
    fa__value result;
    int column = callee->column;
    if (!fa__call(callee, callee + 1, p->value_count - call.first_value, &result, p->err))
        return fa__parser_placed(p, column);
    fa__parser_drop_values(p, call.first_value - 1);
    return fa__parser_push_value(p, result);
}

static bool close_bracket(fa__parser *p, const fa__token *token)
{
    if (!apply_down_to(p, 0, -1))
        return false;
    fa__opened *below = fa__parser_top_open(p);
    bool is_round = fa__token_is(token, ")");
    bool has_square = below != NULL && (below->kind == FA__OPEN_LIST || below->kind == FA__OPEN_INDEX);
    if (below == NULL)
        return fa__parser_syntax(p, token->column, is_round ? "')' closes nothing" : "']' closes nothing");
    fa__opened bracket = *below;
    if (is_round == has_square)
        return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, token->column,
                                  "'%c' closes the '%c' of column %d", is_round ? ')' : ']',
                                  has_square ? '[' : '(', (int)bracket.column);
    p->open_count--;
    if (bracket.kind == FA__OPEN_INDEX)
        return fa__parser_apply_index(p, bracket.first_value, bracket.column);
    if (bracket.kind == FA__OPEN_CALL)
        return close_call(p, bracket);
    if (bracket.kind == FA__OPEN_GROUP && !bracket.marked && p->value_count > bracket.first_value)
        return true;
    return fa__parser_sequence(p, bracket);
}

static bool comma(fa__parser *p, const fa__token *token)
{
    if (!apply_down_to(p, 0, -1))
        return false;
    fa__opened *below = fa__parser_top_open(p);
    if (below == NULL)
        return fa__parser_syntax(p, token->column, "a ',' outside of brackets");
    below->marked = true;
    return below->kind != FA__OPEN_INDEX ||
           fa__parser_push_value(p, (fa__value){.kind = FA__VALUE_COMMA, .column = token->column});
}

/* A ":" or "..." of an index. */
static bool index_mark(fa__parser *p, const fa__token *token, bool *more)
{
    bool is_colon = fa__token_is(token, ":");
    *more = is_colon;
    return fa__parser_push_value(
        p, (fa__value){.kind = is_colon ? FA__VALUE_COLON : FA__VALUE_ELLIPSIS, .column = token->column});
}

static bool is_inside_index(fa__parser *p)
{
    return fa__parser_top_open(p) != NULL && fa__parser_top_open(p)->kind == FA__OPEN_INDEX;
}

static bool open_call(fa__parser *p, const fa__token *token)
{
    const fa__value *callee = fa__parser_top_value(p);
    if (callee->kind != FA__VALUE_FUNCTION && callee->kind != FA__VALUE_METHOD)
        return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, token->column, "%s cannot be called",
                                  fa__value_words(callee));
    return push_open(p, FA__OPEN_CALL, 0, 0, token->column);
}

/* --- the two states --- */

static bool literal(fa__parser *p, const fa__token *token)
{
    fa__constant constant = {.kind = FA__WEAK_INT, .integer = token->integer};
    if (token->kind == FA__TOKEN_FLOAT) {
        constant.kind = FA__WEAK_FLOAT;
        constant.real = token->number;
    } else if (token->kind == FA__TOKEN_IMAGINARY) {
        constant.kind = FA__WEAK_COMPLEX;
        constant.imag = token->number;
    }
    return fa__parser_push_node(p, fa__node_constant(&constant, p->err), token->column);
}

/* A closing bracket where an operand could stand: behind "(" or behind a last comma. */
static bool may_close(fa__parser *p, const fa__token *token)
{
    const fa__opened *below = fa__parser_top_open(p);
    if (below == NULL || below->kind <= FA__OPEN_BINARY ||
        (!fa__token_is(token, ")") && !fa__token_is(token, "]")))
        return false;
    return p->value_count == below->first_value || fa__parser_top_value(p)->kind != FA__VALUE_KEYWORD;
}

/* Whether the innermost bracket is that of the index itself. */
static bool opens_index(const fa__parser *p)
{
    int64_t brackets = 0;
    for (int64_t i = 0; i < p->open_count; i++)
        brackets += p->open[i].kind > FA__OPEN_BINARY;
    return brackets == 1;
}

static bool missing_operand(fa__parser *p, const fa__token *token)
{
    if (token->kind == FA__TOKEN_END && p->open_count == 0)
        return fa__parser_syntax(p, token->column, "the expression is empty");
    if (token->kind == FA__TOKEN_END)
        return fa__parser_syntax(p, token->column, "the expression ends where an operand is expected");
    const char *hint = fa__hint_of_symbol(token);
    if (hint != NULL)
        return fa__parser_syntax(p, token->column, hint);
    if (p->index != NULL && token->length == 1 && *token->start == ']' && opens_index(p))
        return fa__parser_syntax(p, token->column, "the index ends where an operand is expected");
    return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, token->column, "'%.*s' where an operand is expected",
                              (int)token->length, token->start);
}

/* Reads one token where an operand may begin; *more stays true while one still may. */
static bool read_operand(fa__parser *p, const fa__token *token, bool *more)
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
        if (!fa__parser_name(p, token))
            return false;
        *more = fa__parser_top_value(p)->kind == FA__VALUE_KEYWORD;
        return true;
    case FA__TOKEN_TEXT: {
        fa__value value = {.kind = FA__VALUE_TEXT, .column = token->column};
        value.as.text.start = token->start;
        value.as.text.length = token->length;
        value.as.text.is_bytes = token->is_bytes;
        return fa__parser_push_value(p, value);
    }
    case FA__TOKEN_END:
        return missing_operand(p, token);
    case FA__TOKEN_SYMBOL:
        break;
    }
    if (may_close(p, token))
        return close_bracket(p, token);
    if (is_inside_index(p) && (fa__token_is(token, ":") || fa__token_is(token, "...")))
        return index_mark(p, token, more);
    *more = true;
    if (is_inside_index(p) && fa__token_is(token, ",") && fa__parser_top_value(p)->kind == FA__VALUE_COLON)
        return comma(p, token);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (fa__token_is(token, prefixes[i].symbol))
            return push_open(p, FA__OPEN_UNARY, FA__BINDS_UNARY, (int)prefixes[i].operation, token->column);
    }
    if (fa__token_is(token, "("))
        return push_open(p, FA__OPEN_GROUP, 0, 0, token->column);
    if (fa__token_is(token, "["))
        return push_open(p, FA__OPEN_LIST, 0, 0, token->column);
    return missing_operand(p, token);
}

static bool refuse_operator(fa__parser *p, const fa__token *token)
{
    const char *hint = fa__hint_of_symbol(token);
    if (hint != NULL)
        return fa__parser_syntax(p, token->column, hint);
    if (token->kind == FA__TOKEN_NAME && !fa__parser_refuse_keyword(p, token))
        return false;
    char quoted[48];
    return fa__fail_at_column(p->err, FA_BAD_EXPRESSION, token->column, "'%s' where an operator is expected",
                              fa__quote(quoted, sizeof quoted, token->start, token->length));
}

/* Reads one token behind an operand; *more says that an operand may follow. */
static bool read_operator(fa__parser *p, const fa__token *token, bool *more)
{
    *more = false;
    if (token->kind != FA__TOKEN_SYMBOL)
        return refuse_operator(p, token);
    if (fa__token_is(token, "["))
        return fa__parser_index(p, token, more);
    if (fa__token_is(token, "."))
        return fa__parser_attribute(p);
    if (fa__token_is(token, ")") || fa__token_is(token, "]"))
        return close_bracket(p, token);
    *more = true;
    if (fa__token_is(token, "("))
        return open_call(p, token);
    if (fa__token_is(token, ","))
        return comma(p, token);
    if (fa__token_is(token, ":") && apply_down_to(p, 0, -1) && is_inside_index(p))
        return index_mark(p, token, more);
    if (fa_failed(p->err))
        return false;
    int operation = infix_operation(token);
    if (operation >= 0)
        return infix_operator(p, token, operation);
    return refuse_operator(p, token);
}

static fa__node *finish(fa__parser *p)
{
    if (!apply_down_to(p, 0, -1))
        return NULL;
    if (p->open_count > 0) {
        fa__opened *below = fa__parser_top_open(p);
        fa__fail_at_column(p->err, FA_BAD_EXPRESSION, below->column, "'%c' is never closed",
                           below->kind == FA__OPEN_LIST || below->kind == FA__OPEN_INDEX ? '[' : '(');
        return NULL;
    }
    fa__value *value = fa__parser_top_value(p);
    if (!(fa__is_sequence(value) ? fa__parser_becomes_array(p, value) : fa__parser_is_operand(p, value)))
        return NULL;
    fa__node *node =
        p->element != NULL ? fa__value_as(value, p->element, p->err) : fa__node_retain(value->node);
    fa__parser_placed(p, value->column);
    return node;
}

static fa__node *parse(fa__parser *p)
{
    bool operand_may_follow = true;
    for (;;) {
        fa__token token;
        if (!fa__lexer_next(&p->lexer, &token, p->err))
            return NULL;
        if (p->index != NULL && p->open_count == 0) {
            if (token.kind != FA__TOKEN_END)
                fa__parser_syntax(p, token.column, "something follows the index");
            return NULL;
        }
        if (!operand_may_follow && token.kind == FA__TOKEN_END)
            return finish(p);
        bool read = operand_may_follow ? read_operand(p, &token, &operand_may_follow)
                                       : read_operator(p, &token, &operand_may_follow);
        if (!read)
            return NULL;
    }
}

static bool may_be_parsed(const char *text, size_t length, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (text == NULL)
        return fa__fail(err, FA_INVALID_ARGUMENT, "the expression is NULL");
    return length <= MAX_TEXT_BYTES ||
           fa__fail(err, FA_TOO_LARGE, "the expression has %zu bytes, more than %d", length, MAX_TEXT_BYTES);
}

static void clear(fa__parser *p)
{
    fa__parser_drop_values(p, 0);
    for (int i = 0; i < p->leaf_count; i++)
        fa__node_release(p->leaves[i]);
    fa__free(p->values);
    fa__free(p->open);
}

fa__node *fa__parse_as(const char *text, const fa__names *names, const fa_dtype *dtype, fa_error *err)
{
    size_t length = text != NULL ? strlen(text) : 0;
    if (!may_be_parsed(text, length, err))
        return NULL;
    fa__parser p = {.lexer = {.text = text, .length = length}, .names = names, .err = err, .element = dtype};
    fa__node *root = parse(&p);
    clear(&p);
    if (!fa_failed(err))
        return root;
    fa__node_release(root);
    return NULL;
}

fa__node *fa__parse(const char *text, const fa__names *names, fa_error *err)
{
    return fa__parse_as(text, names, NULL, err);
}

bool fa__parse_index(const char *text, size_t length, const fa__names *names, fa__index_text *index,
                     fa_error *err)
{
    *index = (fa__index_text){0};
    if (!may_be_parsed(text, length, err))
        return false;
    fa__parser p = {
        .lexer = {.text = text, .length = length, .at = 1}, .names = names, .err = err, .index = index};
    /* What is indexed is not known here: None stands for it. */
    if (fa__parser_push_value(&p, (fa__value){.kind = FA__VALUE_NONE, .column = 1}) &&
        fa__parser_open(&p, FA__OPEN_INDEX, 1))
        parse(&p);
    clear(&p);
    if (fa_failed(err))
        fa__index_text_clear(index);
    return !fa_failed(err);
}
