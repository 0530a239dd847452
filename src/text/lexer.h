/* SPDX-License-Identifier: BSD-3-Clause */
/* Expression text as tokens: Python's numbers, names, plain strings and operators. Knows nothing about what
 * names mean and what may follow what. */
#ifndef FA_TEXT_LEXER_H
#define FA_TEXT_LEXER_H

#include "base/error.h"
#include "expr/node.h"

typedef enum fa__token_kind {
    FA__TOKEN_END,
    FA__TOKEN_INTEGER,
    FA__TOKEN_FLOAT,
    FA__TOKEN_IMAGINARY,
    FA__TOKEN_NAME,
    FA__TOKEN_TEXT, /* start and length are those of what is between the quotes */
    FA__TOKEN_SYMBOL
} fa__token_kind;

typedef struct fa__token {
    fa__token_kind kind;
    const char *start;
    size_t length;
    int column;       /* from 1, in bytes; of the opening quote of a text */
    fa__wide integer; /* INTEGER */
    double number;    /* FLOAT, IMAGINARY */
    bool is_bytes;    /* TEXT: with a b in front */
} fa__token;

typedef struct fa__lexer {
    const char *text;
    size_t length, at;
} fa__lexer;

/* The next token; FA_BAD_EXPRESSION or FA_OUT_OF_RANGE with its column where there is none. */
bool fa__lexer_next(fa__lexer *lexer, fa__token *token, fa_error *err);
/* Whether the next token is this symbol; reads nothing. */
bool fa__lexer_sees(const fa__lexer *lexer, const char *symbol);
bool fa__token_is(const fa__token *token, const char *symbol);

/* What begins with a character that no token begins with: always false, with what to write instead where that
 * is known. */
bool fa__refuse_character(const char *text, size_t length, int column, fa_error *err);
/* What to say about a symbol that expressions do not have; NULL for others. */
const char *fa__hint_of_symbol(const fa__token *token);

#endif
