/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of a parser, and what its files share: parser.c has operators, brackets and the two states;
 * names.c what names and attributes stand for; indices.c indices; sequences.c lists and tuples. */
#ifndef FA_TEXT_PARSER_H
#define FA_TEXT_PARSER_H

#include "text/text.h"
#include "text/calls.h"
#include "text/lexer.h"

enum { FA__MAX_LEAVES_REMEMBERED = 64 };

typedef enum fa__open_kind {
    FA__OPEN_UNARY,
    FA__OPEN_BINARY,
    FA__OPEN_GROUP, /* "(" that is no call */
    FA__OPEN_LIST,  /* "[" that is no index */
    FA__OPEN_CALL,
    FA__OPEN_INDEX /* "[" behind an operand */
} fa__open_kind;

/* What waits for its right side or its closing bracket. A text may open millions: this is kept small. */
typedef struct fa__opened {
    uint8_t kind;
    uint8_t precedence; /* operators */
    uint8_t operation;  /* operators: fa__operation */
    bool marked;        /* GROUP: has a comma; comparisons: a bitwise operator stands behind it */
    int32_t column;
    int32_t first_value; /* brackets: how many values stood below */
} fa__opened;

_Static_assert(FA__OPERATION_COUNT <= UINT8_MAX, "an operation fits into a byte");

typedef struct fa__parser {
    fa__lexer lexer;
    const fa__names *names;
    fa_error *err;
    fa__value *values;
    int64_t value_count, value_room;
    fa__opened *open;
    int64_t open_count, open_room;
    /* A name is one leaf, however often it is used. */
    fa__node *leaves[FA__MAX_LEAVES_REMEMBERED];
    int leaf_count;
    const fa_dtype *element; /* what literals that are all of the text become; NULL: what they are */
    fa__index_text *index;   /* an index alone is parsed, into this; else NULL */
} fa__parser;

bool fa__parser_open(fa__parser *p, fa__open_kind kind, int column);
/* A message about the text itself; returns false. */
bool fa__parser_syntax(fa__parser *p, int column, const char *what);
/* True while nothing has failed; else what a maker refused is put where it stands in the text. */
bool fa__parser_placed(fa__parser *p, int column);
/* Both take over what they push, also when they fail. */
bool fa__parser_push_value(fa__parser *p, fa__value value);
bool fa__parser_push_node(fa__parser *p, fa__node *node, int column);
void fa__parser_drop_values(fa__parser *p, int64_t count);
/* NULL where nothing is open. */
fa__opened *fa__parser_top_open(fa__parser *p);
fa__value *fa__parser_top_value(fa__parser *p);
/* False with an error where a value is no array and no number. */
bool fa__parser_is_operand(fa__parser *p, fa__value *value);

/* Pushes what a name stands for: a keyword of a call, a variable, a constant, a function. */
bool fa__parser_name(fa__parser *p, const fa__token *token);
/* Python's words that are no names: false, with what to write instead. */
bool fa__parser_refuse_keyword(fa__parser *p, const fa__token *token);
/* What follows an operand: ".name", and "[" with all up to its "]", or, where expressions stand in it
 * (*more), that alone. */
bool fa__parser_attribute(fa__parser *p);
bool fa__parser_index(fa__parser *p, const fa__token *token, bool *more);
/* The list or tuple whose brackets `group` are, of the values from its first one on. */
bool fa__parser_sequence(fa__parser *p, fa__opened group);
/* Python's [True] * 3 and (2,) + a.shape, of the two values on top: the sequence takes their place. False
 * where they are something else, or with an error. */
bool fa__parser_longer_sequence(fa__parser *p, fa__operation operation, int column);
/* A list or tuple as the array that it is where an array is expected. */
bool fa__parser_becomes_array(fa__parser *p, fa__value *value);
/* The index whose brackets were closed belongs to the tuple or list of whole numbers below `first_value`. */
bool fa__parser_index_sequence(fa__parser *p, int64_t first_value, const fa__index_text *index, int column);
/* The index whose parts stand on the values from `first_value` on has been closed: applies it to what stands
 * below. */
bool fa__parser_apply_index(fa__parser *p, int64_t first_value, int column);

#endif
