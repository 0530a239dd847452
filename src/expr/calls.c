/* SPDX-License-Identifier: BSD-3-Clause */
/* Names and calls: finds what a name stands for, and brings the arguments of a call to the parameters of a
 * row. Knows nothing about what the rows do. */
#include "expr/functions.h"
#include "expr/types.h"

#include "base/memory.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static fa__node *apply_elementwise(const fa__bound_call *call);
static fa__node *apply_reduction(const fa__bound_call *call);
static fa__node *apply_type(const fa__bound_call *call);

/* What the rows of the lists take. An operation's parameters follow from how many it has. */
static const char *const elementwise_parameters[] = {"", "x", "x1 x2", "x1 x2 x3"};

static const fa__function elementwise_rows[] = {
#define ROW(id, name, arity, symbol, aliases, rule, documentation) \
    {#name, aliases, NULL, apply_elementwise, FA__OP_##id, FA__AS_FUNCTION},
    FA__ELEMENTWISE(ROW)
#undef ROW
};

static const fa__function reduction_rows[] = {
#define ROW(id, name, aliases, documentation) \
    {#name, aliases, NULL, apply_reduction, FA__REDUCE_##id, FA__AS_FUNCTION},
    FA__REDUCTIONS(ROW)
#undef ROW
};

static const fa__function type_rows[] = {
#define ROW(id, suffix, name, kind, character, type, size) \
    {name, "", "x", apply_type, FA_TYPE_##id, FA__AS_FUNCTION},
    FA__NUMERIC_TYPES(ROW)
#undef ROW
        {"bool_", "", "x", apply_type, FA_TYPE_BOOL, FA__AS_FUNCTION},
    {"int", "int_ intp", "x", apply_type, FA_TYPE_INT64, FA__AS_FUNCTION},
    {"float", "double", "x", apply_type, FA_TYPE_FLOAT64, FA__AS_FUNCTION},
    {"half", "", "x", apply_type, FA_TYPE_FLOAT16, FA__AS_FUNCTION},
    {"single", "", "x", apply_type, FA_TYPE_FLOAT32, FA__AS_FUNCTION},
};

/* Which reductions are methods too: all but count_nonzero. Their positions are those of NumPy's functions. */
static const char *reduction_parameters(fa__reduction reduction)
{
    switch (reduction) {
    case FA__REDUCE_SUM:
    case FA__REDUCE_PROD:
    case FA__REDUCE_MEAN:
        return "a axis= dtype= out= keepdims=";
    case FA__REDUCE_VAR:
    case FA__REDUCE_STD:
        return "a axis= dtype= out= ddof= keepdims=";
    case FA__REDUCE_COUNT_NONZERO:
        return "a axis= keepdims=";
    default:
        return "a axis= out= keepdims=";
    }
}

static const char *parameters_of(const fa__function *function)
{
    if (function->parameters != NULL)
        return function->parameters;
    if (function->apply == apply_reduction)
        return reduction_parameters((fa__reduction)function->code);
    return elementwise_parameters[fa__operations[function->code].arity];
}

/* --- names --- */

static bool same_name(const char *known, size_t known_length, const char *name, size_t length)
{
    return known_length == length && memcmp(known, name, length) == 0;
}

/* One word of a list that spaces separate, and what comes behind it; NULL at the end. */
static const char *next_word(const char *words, size_t *length)
{
    while (*words == ' ')
        words++;
    *length = strcspn(words, " ");
    return *length > 0 ? words : NULL;
}

static bool row_has_name(const fa__function *row, const char *name, size_t length)
{
    if (same_name(row->name, strlen(row->name), name, length))
        return true;
    size_t word_length;
    for (const char *word = row->aliases; (word = next_word(word, &word_length)) != NULL;
         word += word_length) {
        if (same_name(word, word_length, name, length))
            return true;
    }
    return false;
}

/* A place in the lists of rows, which follow one another. */
typedef struct cursor {
    size_t list;
    int row;
} cursor;

/* The row at the cursor, which moves on; NULL behind the last. */
static const fa__function *next_row(cursor *at)
{
    enum { UNTIL_NO_NAME = -1 };
    static const struct {
        const fa__function *rows;
        int count;
    } lists[] = {
        {fa__array_functions, UNTIL_NO_NAME}, /* first: these forms of clip and conjugate are NumPy's */
        {elementwise_rows, sizeof elementwise_rows / sizeof *elementwise_rows},
        {reduction_rows, sizeof reduction_rows / sizeof *reduction_rows},
        {type_rows, sizeof type_rows / sizeof *type_rows},
        {fa__generator_functions, UNTIL_NO_NAME},
        {fa__time_functions, UNTIL_NO_NAME},
    };
    for (; at->list < sizeof lists / sizeof *lists; at->list++, at->row = 0) {
        const fa__function *row = &lists[at->list].rows[at->row];
        bool is_open = lists[at->list].count == UNTIL_NO_NAME;
        if (is_open ? row->name != NULL : at->row < lists[at->list].count) {
            at->row++;
            return row;
        }
    }
    return NULL;
}

const fa__function *fa__function_find(const char *name, size_t length)
{
    const fa__function *row;
    for (cursor at = {0, 0}; (row = next_row(&at)) != NULL;) {
        if ((row->uses & FA__AS_FUNCTION) && row_has_name(row, name, length))
            return row;
    }
    return NULL;
}

static bool is_method(const fa__function *row)
{
    if (row->apply == apply_reduction)
        return row->code != FA__REDUCE_COUNT_NONZERO;
    return (row->uses & FA__AS_METHOD) != 0;
}

/* NumPy's methods have no other names. */
const fa__function *fa__method_find(const char *name, size_t length)
{
    const fa__function *row;
    for (cursor at = {0, 0}; (row = next_row(&at)) != NULL;) {
        if (is_method(row) && same_name(row->name, strlen(row->name), name, length))
            return row;
    }
    return NULL;
}

const char *fa__function_name(const fa__function *function)
{
    return function->name;
}

const fa_dtype *fa__function_type(const fa__function *function)
{
    /* complex() makes a number of two, but names a type as well. */
    if (strcmp(function->name, "complex") == 0)
        return FA_COMPLEX128;
    return function->apply == apply_type ? fa_dtype_of((fa_type)function->code) : NULL;
}

static const char *const constant_names[] = {"pi", "e", "inf", "nan", "True", "False", "None", "newaxis"};

bool fa__constant_find(const char *name, size_t length, fa__value *value, fa_error *err)
{
    static const double numbers[] = {3.141592653589793, 2.718281828459045, HUGE_VAL, (double)NAN};
    for (int i = 0; i < 8; i++) {
        if (!same_name(constant_names[i], strlen(constant_names[i]), name, length))
            continue;
        value->kind = i < 6 ? FA__VALUE_NODE : FA__VALUE_NONE;
        if (i < 6)
            value->node = i < 4 ? fa__node_float(numbers[i], err) : fa__node_bool(i == 4, err);
        return true;
    }
    return false;
}

typedef struct candidate {
    const char *name;
    int distance;
} candidate;

/* Short names must agree in more of their letters to be meant. */
static void consider(candidate *best, const char *known, const char *name, size_t length)
{
    int limit = length <= 3 ? 1 : length <= 6 ? 2 : 3;
    int distance = fa__distance(name, length, known, strlen(known), limit);
    if (distance <= limit && distance < (int)length && distance < best->distance)
        *best = (candidate){known, distance};
}

const char *fa__nearest_function(const char *name, size_t length, int *distance)
{
    candidate best = {NULL, INT_MAX};
    const fa__function *row;
    for (cursor at = {0, 0}; (row = next_row(&at)) != NULL;) {
        if (row->uses & FA__AS_FUNCTION)
            consider(&best, row->name, name, length);
    }
    for (int i = 0; i < 8; i++)
        consider(&best, constant_names[i], name, length);
    *distance = best.distance;
    return best.name;
}

const char *fa__nearest_attribute(const char *name, size_t length, int *distance)
{
    candidate best = {NULL, INT_MAX};
    const fa__function *row;
    for (cursor at = {0, 0}; (row = next_row(&at)) != NULL;) {
        if (is_method(row))
            consider(&best, row->name, name, length);
    }
    consider(&best, "real", name, length);
    consider(&best, "imag", name, length);
    *distance = best.distance;
    return best.name;
}

/* --- binding --- */

static bool fail_at(const fa__value *value, fa_error *err, const char *function, const char *what)
{
    return fa__fail_at_column(err, FA_BAD_EXPRESSION, value->column, "%s(): %s", function, what);
}

static int parameter_count(const char *parameters)
{
    int count = 0;
    size_t length;
    for (const char *word = parameters; (word = next_word(word, &length)) != NULL; word += length)
        count++;
    return count;
}

static int find_parameter(const char *parameters, const fa__value *keyword)
{
    int index = 0;
    size_t length;
    for (const char *word = parameters; (word = next_word(word, &length)) != NULL; word += length, index++) {
        const char *start = word + (*word == '*' ? 1 : 0);
        size_t bare = strcspn(start, "= ");
        if (same_name(start, bare, keyword->as.text.start, keyword->as.text.length))
            return index;
    }
    return -1;
}

static bool bind_keyword(fa__bound_call *bound, const char *parameters, const fa__value *keyword)
{
    char quoted[48];
    int index = find_parameter(parameters, keyword);
    fa__quote(quoted, sizeof quoted, keyword->as.text.start, keyword->as.text.length);
    if (index < 0)
        return fa__fail_at_column(bound->err, FA_BAD_EXPRESSION, keyword->column,
                                  "%s() got an unexpected keyword argument '%s'", bound->function->name,
                                  quoted);
    if (bound->arguments[index] != NULL)
        return fa__fail_at_column(bound->err, FA_BAD_EXPRESSION, keyword->column,
                                  "%s() got multiple values for argument '%s'", bound->function->name,
                                  quoted);
    bound->arguments[index] = keyword + 1;
    return true;
}

static bool nothing_is_missing(const fa__bound_call *bound, const char *parameters, int column)
{
    int index = 0;
    size_t length;
    for (const char *word = parameters; (word = next_word(word, &length)) != NULL; word += length, index++) {
        if (bound->arguments[index] == NULL && word[length - 1] != '=')
            return fa__fail_at_column(bound->err, FA_BAD_EXPRESSION, column, "%s() needs its argument '%.*s'",
                                      bound->function->name, (int)(length - (*word == '*')),
                                      word + (*word == '*'));
    }
    return true;
}

/* The numbers of a.reshape(2, 3) as the tuple of a.reshape((2, 3)). */
static bool gather(const fa__value *arguments, int64_t count, fa__tuple *tuple, const char *function,
                   fa_error *err)
{
    if (count > FA_MAX_NDIM)
        return fail_at(&arguments[0], err, function, "too many numbers");
    tuple->count = (int)count;
    for (int64_t i = 0; i < count; i++) {
        fa__bound_call one = {.arguments = {&arguments[i]}, .err = err};
        if (arguments[i].kind == FA__VALUE_KEYWORD)
            return fail_at(&arguments[i], err, function, "a keyword behind numbers");
        tuple->items[i] = fa__argument_int(&one, 0, 0);
    }
    return !fa_failed(err);
}

static bool takes_numbers(const char *parameters, int index)
{
    size_t length;
    for (const char *word = parameters; (word = next_word(word, &length)) != NULL; word += length, index--) {
        if (index == 0)
            return *word == '*';
    }
    return false;
}

static fa__node *call_bound(fa__bound_call *bound, const char *parameters, const fa__value *arguments,
                            int64_t count, int first, int column)
{
    fa__tuple numbers = {0};
    fa__value gathered = {.kind = FA__VALUE_TUPLE};
    gathered.as.tuple = &numbers;
    int expected = parameter_count(parameters), index = first;
    bool keywords = false;
    for (int64_t i = 0; i < count; i++) {
        if (arguments[i].kind == FA__VALUE_KEYWORD) {
            keywords = true;
            if (!bind_keyword(bound, parameters, &arguments[i++]))
                return NULL;
            continue;
        }
        if (keywords) {
            fail_at(&arguments[i], bound->err, bound->function->name,
                    "a positional argument behind a keyword");
            return NULL;
        }
        if (index >= expected) {
            fa__fail_at_column(bound->err, FA_BAD_EXPRESSION, arguments[i].column,
                               "%s() takes at most %d arguments", bound->function->name, expected - first);
            return NULL;
        }
        if (takes_numbers(parameters, index) && arguments[i].kind == FA__VALUE_NODE) {
            gathered.column = arguments[i].column;
            if (!gather(&arguments[i], count - i, &numbers, bound->function->name, bound->err))
                return NULL;
            bound->arguments[index] = &gathered;
            i = count;
        } else {
            bound->arguments[index++] = &arguments[i];
        }
    }
    return nothing_is_missing(bound, parameters, column) ? bound->function->apply(bound) : NULL;
}

fa__node *fa__call(const fa__value *callee, const fa__value *arguments, int64_t count, fa_error *err)
{
    fa__bound_call bound = {.function = callee->as.function, .err = err};
    fa__value self = {.kind = FA__VALUE_NODE, .column = callee->column, .node = callee->node};
    int first = 0;
    if (callee->kind == FA__VALUE_METHOD)
        bound.arguments[first++] = &self;
    return call_bound(&bound, parameters_of(callee->as.function), arguments, count, first, callee->column);
}

/* --- the rows of the lists --- */

/* Two constants in a call of add() are the 0-d arrays that NumPy makes of them; between operators they are
 * Python's. */
static fa__node *apply_elementwise(const fa__bound_call *call)
{
    fa__operation operation = (fa__operation)call->function->code;
    int arity = fa__operations[operation].arity;
    fa__node *inputs[3] = {NULL, NULL, NULL}, *strong[3] = {NULL, NULL, NULL}, *node = NULL;
    bool all_weak = true;
    for (int i = 0; i < arity; i++) {
        inputs[i] = fa__argument_node(call, i);
        all_weak = all_weak && inputs[i] != NULL && fa__node_is_weak(inputs[i]);
    }
    if (fa_failed(call->err))
        return NULL;
    for (int i = 0; i < arity; i++)
        strong[i] = all_weak && fa__operation_folds(operation) ? fa__node_strong(inputs[i], call->err)
                                                               : fa__node_retain(inputs[i]);
    bool is_power = operation == FA__OP_POWER && inputs[0]->dtype->type >= FA_TYPE_FLOAT16;
    if (!fa_failed(call->err))
        node = is_power ? fa__node_power(strong[0], strong[1], call->err)
                        : fa__node_operation(operation, strong, call->err);
    for (int i = 0; i < arity; i++)
        fa__node_release(strong[i]);
    return node;
}

/* Where the parameters that some reductions lack stand. */
static int position(const fa__bound_call *call, const char *name)
{
    fa__value keyword = {.kind = FA__VALUE_KEYWORD};
    keyword.as.text.start = name;
    keyword.as.text.length = strlen(name);
    return find_parameter(parameters_of(call->function), &keyword);
}

static fa__node *apply_reduction(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    int dtype_at = position(call, "dtype"), ddof_at = position(call, "ddof"), out_at = position(call, "out");
    fa__reduce_arguments arguments = {.keepdims = fa__argument_bool(call, position(call, "keepdims"), false)};
    fa__node *input = fa__argument_node(call, 0), *node = NULL;
    if (out_at >= 0 && fa__argument_given(call, out_at))
        fail_at(call->arguments[out_at], call->err, call->function->name, "out= is not part of expressions");
    if (ddof_at >= 0)
        arguments.ddof = fa__argument_float(call, ddof_at, 0);
    const fa_dtype *dtype = dtype_at >= 0 ? fa__argument_dtype(call, dtype_at) : NULL;
    arguments.dtype = dtype;
    if (fa__argument_axes(call, 1, storage, &arguments.axes))
        node = fa__node_reduce((fa__reduction)call->function->code, input, &arguments, call->err);
    fa_dtype_release(dtype);
    return node;
}

/* int8(3) is a strong scalar; of an array it is astype(). */
static fa__node *apply_type(const fa__bound_call *call)
{
    fa_type type = (fa_type)call->function->code;
    fa__node *input = fa__argument_node(call, 0);
    if (input == NULL)
        return NULL;
    if (!fa__node_is_weak(input))
        return fa__node_cast(input, fa_dtype_of(type), call->err);
    fa__constant constant = fa__constant_of(input);
    bool is_whole = constant.kind == FA__WEAK_INT || constant.kind == FA__WEAK_BOOL;
    if (constant.kind == FA__WEAK_COMPLEX && !fa__type_is_complex(type) && type != FA_TYPE_BOOL) {
        fa__fail_at_column(call->err, FA_BAD_TYPES, call->arguments[0]->column, "%s() of a complex number",
                           call->function->name);
        return NULL;
    }
    if (fa__type_is_integer(type) && !is_whole)
        return fa__node_cast(input, fa_dtype_of(type), call->err);
    fa__complex128 element = {0, 0};
    if (!fa__constant_convert(&constant, type, &element, call->err))
        return NULL;
    return fa__node_scalar(type, &element, call->err);
}
