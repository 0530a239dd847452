/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of what can be called, and how the arguments of a call reach them. Shared by calls.c (binding),
 * catalogue.c (names) and the files that hold the functions themselves. */
#ifndef FA_TEXT_FUNCTIONS_H
#define FA_TEXT_FUNCTIONS_H

#include "text/calls.h"

enum { FA__MAX_PARAMETERS = 18 };

/* A call whose arguments have found their parameters. */
typedef struct fa__bound_call {
    const fa__function *function;
    const fa__value *arguments[FA__MAX_PARAMETERS]; /* NULL: left out */
    fa__nodes *
        *several; /* for the outputs of a function that gives several; it returns NULL, and err stays clean */
    fa__tuple **numbers; /* the same for a function that gives a tuple of whole numbers */
    fa__value further;   /* a LIST: what a "+" parameter takes */
    fa_error *err;
} fa__bound_call;

struct fa__function {
    const char *name;
    const char *aliases; /* separated by spaces */
    /* In order, separated by spaces; "=" behind those that may be left out; a last "*" name takes all further
     * numbers, or one tuple, as a tuple; a "+" name all further values, as a list. */
    const char *parameters;
    fa__node *(*apply)(const fa__bound_call *call);
    int code; /* fa__operation, fa__reduction, fa_type, as `apply` reads it */
    int uses; /* FA__AS_FUNCTION, FA__AS_METHOD, FA__AS_ATTRIBUTE, or several; FA__GIVES_LIST or
                 FA__GIVES_PAIR */
    fa_operation_kind kind;
    const char *documentation;
};

enum {
    FA__AS_FUNCTION = 1,
    FA__AS_METHOD = 2,
    FA__AS_ATTRIBUTE = 4,
    FA__GIVES_LIST = 8,
    FA__GIVES_PAIR = 16
};

/* Rows by where they are; ended by a row without a name. */
extern const fa__function fa__elementwise_functions[];
extern const fa__function fa__pair_functions[];
extern const fa__function fa__formula_functions[];
extern const fa__function fa__calculus_functions[];
extern const fa__function fa__array_functions[];
extern const fa__function fa__size_functions[];
extern const fa__function fa__generator_functions[];
extern const fa__function fa__time_functions[];
extern const fa__function fa__string_functions[]; /* "strings.upper" */
int fa__string_function_outputs(const fa__function *function);

/* arange() where one of its first three arguments is a time: int64 counts, seen as times. */
bool fa__arange_is_of_times(const fa__bound_call *call);
fa__node *fa__arange_of_times(const fa__bound_call *call);
extern const fa__function fa__take_functions[];
extern const fa__function fa__scan_functions[];
/* The methods of operations, "add.reduce": no functions of their own. */
extern const fa__function fa__ufunc_methods[];
extern const fa__function fa__move_functions[];
extern const fa__function fa__join_functions[];
extern const fa__function fa__product_functions[];
extern const fa__function fa__statistics_functions[];
extern const fa__function fa__order_functions[];
extern const fa__function fa__histogram_functions[];
/* A row of fa__array_functions that stands with what chooses (take_functions.c). */
fa__node *fa__apply_where(const fa__bound_call *call);

/* All rows, those of the lists of operations, reductions and types too, one after the other; NULL behind the
 * last. Start with a cursor of zeros. */
typedef struct fa__function_cursor {
    size_t list;
    int row;
} fa__function_cursor;
const fa__function *fa__function_next(fa__function_cursor *at);
const char *fa__function_parameters(const fa__function *function);
/* The operator that text writes for it, or "". */
const char *fa__function_symbol(const fa__function *function);
int fa__function_outputs(const fa__function *function);

/* One word of a list that spaces separate, and its length; NULL at the end. The next one is behind it. */
const char *fa__next_word(const char *words, size_t *length);
bool fa__same_name(const char *known, size_t known_length, const char *name, size_t length);

/* Room for `count` outputs, none of them there yet; fa__nodes_release() takes those that are. */
fa__nodes *fa__nodes_new(int count, fa_error *err);

/* Reading arguments. Each fails with the column of the argument that is wrong. */
fa__node *fa__argument_node(const fa__bound_call *call, int index); /* borrowed */
bool fa__argument_given(const fa__bound_call *call, int index);     /* not left out, and not None */
int64_t fa__argument_int(const fa__bound_call *call, int index, int64_t otherwise);
double fa__argument_float(const fa__bound_call *call, int index, double otherwise);
bool fa__argument_bool(const fa__bound_call *call, int index, bool otherwise);
/* One reference, or NULL where it was left out; failures show in err. */
const fa_dtype *fa__argument_dtype(const fa__bound_call *call, int index);
/* A tuple, or one number as a tuple of one. */
bool fa__argument_tuple(const fa__bound_call *call, int index, fa__tuple *tuple);
/* What NumPy makes an array of: numbers, lists of them, arrays. One reference. */
fa__node *fa__argument_array(const fa__bound_call *call, int index);
/* Two of them, and what is made of both, which are released by it. */
typedef struct fa__two {
    fa__node *first, *second;
} fa__two;

static inline fa__two fa__arguments_two(const fa__bound_call *call, int first, int second)
{
    return (fa__two){fa__argument_array(call, first), fa__argument_array(call, second)};
}

static inline fa__node *fa__two_made(fa__two arrays, fa__node *node)
{
    fa__node_release(arrays.first);
    fa__node_release(arrays.second);
    return node;
}

/* What NumPy takes for positions or counts: the numbers of a list without what stands behind their points,
 * arrays as they are. One reference. */
fa__node *fa__argument_positions(const fa__bound_call *call, int index);
/* One number, without what stands behind its point. */
int64_t fa__argument_truncated(const fa__bound_call *call, int index);
/* An input of a ufunc in the type that dtype= says, cast as NumPy casts it there: "same_kind". One reference.
 */
fa__node *fa__argument_cast(const fa__bound_call *call, int index, fa__node *input, fa_type type);

/* A list of such, or the arrays of an array's first axis; released by fa__nodes_release(). */
fa__nodes *fa__argument_arrays(const fa__bound_call *call, int index);
fa__nodes *fa__value_arrays(const fa__bound_call *call, const fa__value *value);
/* Whether it is the text `word`. */
bool fa__argument_is(const fa__bound_call *call, int index, const char *word);
/* The same, borrowed, or NULL where a parameter of that name was left out or is None, or is no parameter at
 * all. */
fa__node *fa__argument_named(const fa__bound_call *call, const char *name);
/* Where a parameter stands; -1 where there is none of that name. */
int fa__argument_position(const fa__bound_call *call, const char *name);
/* axis, dtype, keepdims, ddof or correction, initial, where, mean, as far as they are parameters; out is
 * refused. The dtype is a reference. */
bool fa__argument_reduce(const fa__bound_call *call, int storage[FA_MAX_NDIM],
                         fa__reduce_arguments *arguments);

/* Says what is wrong with an argument; false. */
bool fa__argument_refuse(const fa__bound_call *call, int index, const char *what);
bool fa__argument_refuse_out(const fa__bound_call *call, int index);
/* An axis; NULL for None and where it is left out. */
const int *fa__argument_axis(const fa__bound_call *call, int index, int *axis);
int fa__argument_axis_or(const fa__bound_call *call, int index, int otherwise);
/* Whether an argument is an array, and no whole number and no short list of such. */
bool fa__argument_is_array(const fa__bound_call *call, int index);
/* The first argument, and what a routine makes of it and nothing else. */
fa__node *fa__call_of_array(const fa__bound_call *call, fa__node *(*routine)(fa__node *a, fa_error *err));
/* The tuple of whole numbers that a call gives; NULL. */
fa__node *fa__call_gives_numbers(const fa__bound_call *call, int count, const int64_t *numbers);
/* The outputs of a call that gives several; takes them over, and gives NULL. */
fa__node *fa__call_gives(const fa__bound_call *call, fa__nodes *nodes);

/* Axes: None or left out are all. `storage` holds what *axes points to. */
bool fa__argument_axes(const fa__bound_call *call, int index, int storage[FA_MAX_NDIM], fa_axes *axes);

#endif
