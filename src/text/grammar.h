/* SPDX-License-Identifier: BSD-3-Clause */
/* How tight Python's operators bind: what the parser and the printer of text have to agree on. */
#ifndef FA_TEXT_GRAMMAR_H
#define FA_TEXT_GRAMMAR_H

#include "kernel/operations.h"

/* A higher number binds tighter. "**" groups to the right, comparisons not at all, all others to the left. */
enum {
    FA__BINDS_NOTHING,
    FA__BINDS_COMPARISON,
    FA__BINDS_OR,
    FA__BINDS_XOR,
    FA__BINDS_AND,
    FA__BINDS_SHIFT,
    FA__BINDS_SUM,
    FA__BINDS_PRODUCT,
    FA__BINDS_UNARY,
    FA__BINDS_POWER,
    FA__BINDS_OPERAND /* names, numbers, calls, brackets */
};

/* What "@" writes, beside the operations of the list. */
enum { FA__INFIX_MATMUL = FA__OPERATION_COUNT };

/* Of a binary operation that text writes as an operator; FA__BINDS_NOTHING for all others. */
static inline int fa__binding(fa__operation operation)
{
    if ((int)operation == FA__INFIX_MATMUL)
        return FA__BINDS_PRODUCT;
    switch (operation) {
    case FA__OP_EQUAL:
    case FA__OP_NOT_EQUAL:
    case FA__OP_LESS:
    case FA__OP_LESS_EQUAL:
    case FA__OP_GREATER:
    case FA__OP_GREATER_EQUAL:
        return FA__BINDS_COMPARISON;
    case FA__OP_BITWISE_OR:
        return FA__BINDS_OR;
    case FA__OP_BITWISE_XOR:
        return FA__BINDS_XOR;
    case FA__OP_BITWISE_AND:
        return FA__BINDS_AND;
    case FA__OP_LEFT_SHIFT:
    case FA__OP_RIGHT_SHIFT:
        return FA__BINDS_SHIFT;
    case FA__OP_ADD:
    case FA__OP_SUBTRACT:
        return FA__BINDS_SUM;
    case FA__OP_MULTIPLY:
    case FA__OP_DIVIDE:
    case FA__OP_FLOOR_DIVIDE:
    case FA__OP_REMAINDER:
        return FA__BINDS_PRODUCT;
    case FA__OP_POWER:
        return FA__BINDS_POWER;
    default:
        return FA__BINDS_NOTHING;
    }
}

#endif
