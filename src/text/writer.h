/* SPDX-License-Identifier: BSD-3-Clause */
/* The text of a graph while it is being written: what is written, what is still to be written, and the names
 * of leaves. Shared by print.c and the files that write one kind of node each. */
#ifndef FA_TEXT_WRITER_H
#define FA_TEXT_WRITER_H

#include "text/grammar.h"
#include "text/lexer.h"

#define FA__MAX_TEXT_BYTES ((size_t)16 << 20)

typedef enum fa__piece_kind {
    FA__PIECE_WORDS,     /* a text that lives for ever */
    FA__PIECE_NODE,      /* a node, in brackets where it binds too little */
    FA__PIECE_ARGUMENTS, /* what follows the inputs of a node that is called, up to the closing bracket */
    FA__PIECE_GEOMETRY   /* what follows the array that `node` is a view of */
} fa__piece_kind;

/* Something that is still to be written. */
typedef struct fa__piece {
    fa__piece_kind kind;
    int needs; /* NODE: how tight it has to bind */
    const char *words;
    const fa__node *node;
    const fa__node *base; /* GEOMETRY: what `node` is a view of */
} fa__piece;

/* Leaves that have a name, found by the bytes that they see. */
typedef struct fa__leaf_names {
    fa_array **arrays;
    int64_t count, room;
    int64_t *slots; /* 1 + index into arrays, 0 for none; slot_count is a power of two */
    int64_t slot_count;
} fa__leaf_names;

typedef struct fa__writer {
    char *text;
    size_t size, length;
    fa__piece *pieces; /* the last one is written next */
    int64_t count, room;
    fa__leaf_names leaves;
    fa__node *(*see_through)(fa_array *leaf);
    fa_error *err;
} fa__writer;

void fa__put(fa__writer *w, const char *words);
void fa__put_int(fa__writer *w, int64_t value);
void fa__put_uint(fa__writer *w, uint64_t value);
void fa__put_number(fa__writer *w, double value);
/* "(2, 3)", "(2,)", "()". */
void fa__put_tuple(fa__writer *w, int count, const int64_t *items);
/* In quotes that the text of a dtype does not use. */
void fa__put_dtype(fa__writer *w, const fa_dtype *dtype);
/* "a0": the name of a leaf, which it gets where it has none. */
void fa__put_leaf(fa__writer *w, fa_array *array);

void fa__push_piece(fa__writer *w, fa__piece next);
void fa__push_words(fa__writer *w, const char *words);
void fa__push_node(fa__writer *w, const fa__node *node, int needs);

/* An element that is one constant, as whatever it may be written. */
typedef struct fa__number {
    double real, imag;
    bool negative; /* an integer below zero; its magnitude is `whole` */
    uint64_t whole;
} fa__number;
fa__number fa__constant_number(const fa__node *scalar);
/* Whether a minus stands in front, which binds as an operator does. */
bool fa__is_negative_literal(const fa__node *scalar);
void fa__put_scalar(fa__writer *w, const fa__node *scalar);

/* ", axis=...": the axes of a node's first input; nothing where they are all of them and that is the default.
 */
void fa__write_axes(fa__writer *w, const fa__node *node, bool all_is_default);

void fa__write_generator(fa__writer *w, const fa__node *node);

/* A view of `base`, in two steps around it. */
void fa__write_view(fa__writer *w, const fa__node *view, const fa__node *base);
void fa__write_geometry(fa__writer *w, const fa__node *view, const fa__node *base);

/* A move by positions or a mask; the second writes what stands behind its inputs. */
void fa__write_take(fa__writer *w, const fa__node *node);
void fa__write_take_arguments(fa__writer *w, const fa__node *node);

/* An output of a user's kernel; the second writes what stands behind its inputs. */
void fa__write_kernel(fa__writer *w, const fa__node *node);
void fa__write_kernel_arguments(fa__writer *w, const fa__node *node);

/* An operation on whole arrays; the second writes what stands behind its inputs. */
void fa__write_whole(fa__writer *w, const fa__node *node);
void fa__write_whole_arguments(fa__writer *w, const fa__node *node);

#endif
