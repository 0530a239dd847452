/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands on the parser's stack, and the functions, methods and attributes that text can name. All derive
 * from the lists of operations, reductions and types; the few others have rows of their own. Knows nothing
 * about grammar. */
#ifndef FA_TEXT_CALLS_H
#define FA_TEXT_CALLS_H

#include <farray/registry.h>

#include "expr/node.h"

typedef struct fa__function fa__function;

typedef enum fa__value_kind {
    FA__VALUE_NODE,
    FA__VALUE_NODES, /* what a function of several outputs gives: an index takes one */
    FA__VALUE_NONE,
    FA__VALUE_TEXT,
    FA__VALUE_TUPLE,    /* of whole numbers, FA_MAX_NDIM at most */
    FA__VALUE_LIST,     /* of anything else: arrays, numbers, lists, None */
    FA__VALUE_FUNCTION, /* a function, or the name of a type; of a kernel of the user's it is a reference */
    FA__VALUE_METHOD,   /* a function and its first argument */
    FA__VALUE_NUMPY,    /* the name "np" */
    FA__VALUE_KEYWORD,  /* what stands before "=" in a call; the value follows */
    FA__VALUE_COLON,    /* in an index: ":" */
    FA__VALUE_ELLIPSIS, /* in an index: "..." */
    FA__VALUE_COMMA     /* in an index: "," */
} fa__value_kind;

typedef struct fa__tuple {
    int count;
    int64_t items[FA_MAX_NDIM];
} fa__tuple;

typedef struct fa__nodes {
    int count;
    fa__node *items[];
} fa__nodes;

typedef struct fa__value {
    fa__value_kind kind;
    int column;
    fa__node *node; /* NODE; METHOD: the first argument */
    union {
        struct {
            const char *start; /* TEXT, KEYWORD: inside the expression */
            size_t length;
            bool is_bytes; /* TEXT: b'...' */
        } text;
        fa__tuple *tuple;
        fa__nodes *nodes;
        struct fa__list *list;
        const fa__function *function;
    } as;
} fa__value;

/* Lists of lists are released and read by recursion: `depth` is bounded. */
enum { FA__MAX_LIST_DEPTH = 32 };

typedef struct fa__list {
    int count;
    int depth; /* 1: holds no list */
    fa__value items[];
} fa__list;

void fa__value_release(fa__value *value);
/* A TEXT becomes the string that it is where an array is expected. */
bool fa__value_text(fa__value *value, fa_error *err);
void fa__nodes_release(fa__nodes *nodes);
/* A TUPLE or a LIST, and how many items stand in it. */
bool fa__is_sequence(const fa__value *value);
int fa__sequence_count(const fa__value *value);
/* The array that NumPy makes of one, of arrays too; one reference. */
fa__node *fa__sequence_array(const fa__value *value, fa_error *err);
/* "an array", "None", "a text", ...: for messages. */
const char *fa__value_words(const fa__value *value);

/* The array that a list of numbers, or of such lists of one shape, is (list.c); NULL with a clean err where
 * something else stands in it. */
fa__node *fa__list_node(const fa__value *items, int64_t count, fa_error *err);
/* The array that a value is: an operand, or a list of numbers. Borrowed; NULL where it is none. */
fa__node *fa__value_array(const fa__value *value);
/* The same for what is assigned to elements of `dtype`: numbers in it must fit, as NumPy asks. One reference.
 */
fa__node *fa__value_as(const fa__value *value, const fa_dtype *dtype, fa_error *err);

/* A function or the name of a type, a method of arrays, an attribute; NULL when there is none. */
const fa__function *fa__function_find(const char *name, size_t length);
const fa__function *fa__method_find(const char *name, size_t length);
const fa__function *fa__attribute_find(const char *name, size_t length);
/* The method of a function: what follows "add." in "add.reduce". */
const fa__function *fa__ufunc_method_find(const fa__function *function, const char *name, size_t length);
const char *fa__function_name(const fa__function *function);
/* The built-in dtype that the name of a type stands for; NULL for other functions. */
const fa_dtype *fa__function_type(const fa__function *function);
/* Names that are not variables: pi, e, inf, nan, True, False, None, newaxis. False when it is none of them.
 */
bool fa__constant_find(const char *name, size_t length, fa__value *value, fa_error *err);
/* a.T, a.real, a.shape: what the attribute is takes the place of the array. */
bool fa__attribute(const fa__function *attribute, fa__value *value, fa_error *err);

/* Calls a FUNCTION or METHOD with `count` values, KEYWORDs among them. Gives a NODE, NODES or a TUPLE. */
bool fa__call(const fa__value *callee, const fa__value *arguments, int64_t count, fa__value *result,
              fa_error *err);

/* The known name of functions or constants, or of methods and attributes, that is nearest to an unknown one
 * and near enough to be meant; NULL when none is. `distance` is the number of letters to change. */
const char *fa__nearest_function(const char *name, size_t length, int *distance);
const char *fa__nearest_attribute(const char *name, size_t length, int *distance);
/* The number of letters to change, insert, remove or exchange; the limit + 1 when it is above. */
int fa__distance(const char *a, size_t a_length, const char *b, size_t b_length, int limit);

/* Everything that text can name but variables, one by one: what <farray/registry.h> promises. */
int fa__catalogue_count(void);
bool fa__catalogue_at(int index, fa_operation_info *info);

#endif
