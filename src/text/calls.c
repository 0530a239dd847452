/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls: brings arguments to the parameters of a row. The rows of the lists of reductions and types
 * are here too, and the list of all lists of rows; names are catalogue.c. */
#include "text/functions.h"
#include "expr/types.h"
#include "text/user_kernels.h"

#include "base/memory.h"

#include <limits.h>
#include <string.h>

static fa__node *apply_reduction(const fa__bound_call *call);
static fa__node *apply_type(const fa__bound_call *call);

/* Those before count_nonzero are methods too, and two others. */
#define IS_METHOD(id)                                                                      \
    (FA__REDUCE_##id < FA__REDUCE_COUNT_NONZERO || FA__REDUCE_##id == FA__REDUCE_ARGMIN || \
     FA__REDUCE_##id == FA__REDUCE_ARGMAX)

static const fa__function reduction_rows[] = {
#define USES(id) (IS_METHOD(id) ? FA__AS_FUNCTION | FA__AS_METHOD : FA__AS_FUNCTION)
#define ROW(id, name, aliases, documentation) \
    {#name, aliases, NULL, apply_reduction, FA__REDUCE_##id, USES(id), FA_OPERATION_REDUCTION, documentation},
    FA__REDUCTIONS(ROW)
#undef ROW
        {0},
};

static const fa__function type_rows[] = {
#define TYPE(name, aliases, id) \
    {name,                      \
     aliases,                   \
     "x",                       \
     apply_type,                \
     FA_TYPE_##id,              \
     FA__AS_FUNCTION,           \
     FA_OPERATION_CONVERSION,   \
     "The array as " name "."},
#define ROW(id, suffix, name, kind, character, type, size) TYPE(name, "", id)
    FA__NUMERIC_TYPES(ROW)
#undef ROW
        TYPE("bool_", "", BOOL) TYPE("int", "int_ intp", INT64) TYPE("float", "double", FLOAT64)
            TYPE("half", "", FLOAT16) TYPE("single", "", FLOAT32){0},
};

/* Positions are those of NumPy's functions. */
static const char *reduction_parameters(fa__reduction reduction)
{
    switch (reduction) {
    case FA__REDUCE_SUM:
    case FA__REDUCE_PROD:
    case FA__REDUCE_NANSUM:
    case FA__REDUCE_NANPROD:
        return "a axis= dtype= out= keepdims= initial= where=";
    case FA__REDUCE_MIN:
    case FA__REDUCE_MAX:
    case FA__REDUCE_NANMIN:
    case FA__REDUCE_NANMAX:
        return "a axis= out= keepdims= initial= where=";
    case FA__REDUCE_MEAN:
    case FA__REDUCE_NANMEAN:
        return "a axis= dtype= out= keepdims= where=";
    case FA__REDUCE_VAR:
    case FA__REDUCE_STD:
    case FA__REDUCE_NANVAR:
    case FA__REDUCE_NANSTD:
        return "a axis= dtype= out= ddof= keepdims= where= mean= correction=";
    case FA__REDUCE_ANY:
    case FA__REDUCE_ALL:
        return "a axis= out= keepdims= where=";
    case FA__REDUCE_COUNT_NONZERO:
        return "a axis= keepdims=";
    default:
        return "a axis= out= keepdims=";
    }
}

const char *fa__function_parameters(const fa__function *function)
{
    if (function->parameters != NULL)
        return function->parameters;
    return reduction_parameters((fa__reduction)function->code);
}

/* --- the lists of rows --- */

const fa__function *fa__function_next(fa__function_cursor *at)
{
    static const fa__function *const lists[] = {
        fa__array_functions, /* first: these forms of clip, conjugate and where are NumPy's */
        fa__size_functions,      fa__order_functions,      fa__elementwise_functions,
        fa__pair_functions,      reduction_rows,           type_rows,
        fa__generator_functions, fa__take_functions,       fa__scan_functions,
        fa__move_functions,      fa__join_functions,       fa__product_functions,
        fa__calculus_functions,  fa__formula_functions,    fa__time_functions,
        fa__string_functions,    fa__statistics_functions, fa__histogram_functions,
    };
    for (; at->list < sizeof lists / sizeof *lists; at->list++, at->row = 0) {
        const fa__function *row = &lists[at->list][at->row];
        if (row->name != NULL) {
            at->row++;
            return row;
        }
    }
    fa__kernel *kernel = fa__kernel_next(NULL);
    for (int i = 0; kernel != NULL && i < at->row; i++)
        kernel = fa__kernel_next(kernel);
    at->row++;
    return kernel != NULL ? fa__kernel_function(kernel) : NULL;
}

const fa_dtype *fa__function_type(const fa__function *function)
{
    /* complex() makes a number of two, but names a type as well. */
    if (strcmp(function->name, "complex") == 0)
        return FA_COMPLEX128;
    return function->apply == apply_type ? fa_dtype_of((fa_type)function->code) : NULL;
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
    for (const char *word = parameters; (word = fa__next_word(word, &length)) != NULL; word += length)
        count++;
    return count;
}

static int find_parameter(const char *parameters, const fa__value *keyword)
{
    int index = 0;
    size_t length;
    for (const char *word = parameters; (word = fa__next_word(word, &length)) != NULL;
         word += length, index++) {
        const char *start = word + (*word == '*' || *word == '+' ? 1 : 0);
        size_t bare = strcspn(start, "= ");
        if (fa__same_name(start, bare, keyword->as.text.start, keyword->as.text.length))
            return index;
    }
    return -1;
}

/* The name of a parameter that is nearly the one given; NULL where there is none. */
static const char *nearest_parameter(const char *parameters, const fa__value *keyword, size_t *name_length)
{
    int best = 3;
    size_t length;
    const char *nearest = NULL;
    for (const char *word = parameters; (word = fa__next_word(word, &length)) != NULL; word += length) {
        const size_t bare = strcspn(word, "= ");
        const int distance = fa__distance(keyword->as.text.start, keyword->as.text.length, word, bare, 2);
        if (*word == '*' || *word == '+' || distance >= best || distance >= (int)keyword->as.text.length)
            continue;
        best = distance;
        nearest = word;
        *name_length = bare;
    }
    return nearest;
}

static bool bind_keyword(fa__bound_call *bound, const char *parameters, const fa__value *keyword)
{
    char quoted[48];
    int index = find_parameter(parameters, keyword);
    fa__quote(quoted, sizeof quoted, keyword->as.text.start, keyword->as.text.length);
    if (index < 0) {
        size_t length = 0;
        const char *nearest = nearest_parameter(parameters, keyword, &length);
        return fa__fail_at_column(bound->err, FA_BAD_EXPRESSION, keyword->column,
                                  "%s() got an unexpected keyword argument '%s'%s%.*s%s",
                                  bound->function->name, quoted, nearest != NULL ? ": did you mean '" : "",
                                  (int)length, nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    }
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
    for (const char *word = parameters; (word = fa__next_word(word, &length)) != NULL;
         word += length, index++) {
        if (bound->arguments[index] == NULL && word[length - 1] != '=')
            return fa__fail_at_column(bound->err, FA_BAD_EXPRESSION, column, "%s() needs its argument '%.*s'",
                                      bound->function->name, (int)(length - (*word == '*' || *word == '+')),
                                      word + (*word == '*' || *word == '+'));
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

/* What stands before a parameter's name: '*' where it takes all further numbers, '+' where it takes all
 * further values. */
static char mark_of(const char *parameters, int index)
{
    size_t length;
    const char *word = parameters;
    for (; (word = fa__next_word(word, &length)) != NULL && index > 0; index--)
        word += length;
    return word != NULL ? *word : '\0';
}

/* The values of meshgrid(x, y, sparse=True) up to the first keyword, as the list of meshgrid((x, y)). They
 * stay the parser's. */
static fa__list *list_further(const fa__value *arguments, int64_t count, fa_error *err)
{
    int64_t given = 0;
    while (given < count && arguments[given].kind != FA__VALUE_KEYWORD)
        given++;
    fa__list *list = fa__alloc_zero(1, sizeof *list + (size_t)given * sizeof(fa__value), err);
    if (list == NULL)
        return NULL;
    list->count = (int)given;
    memcpy(list->items, arguments, (size_t)given * sizeof(fa__value));
    return list;
}

/* What the row makes of its arguments. */
static bool run(fa__bound_call *bound, fa__value *result)
{
    fa__nodes *several = NULL;
    fa__tuple *numbers = NULL;
    bound->several = &several;
    bound->numbers = &numbers;
    result->node = bound->function->apply(bound);
    result->kind = several != NULL ? FA__VALUE_NODES : numbers != NULL ? FA__VALUE_TUPLE : FA__VALUE_NODE;
    if (several != NULL)
        result->as.nodes = several;
    else if (numbers != NULL)
        result->as.tuple = numbers;
    return result->node != NULL || several != NULL || numbers != NULL;
}

static bool call_bound(fa__bound_call *bound, const char *parameters, const fa__value *arguments,
                       int64_t count, int first, int column, fa__value *result)
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
                return false;
            continue;
        }
        if (keywords) {
            fail_at(&arguments[i], bound->err, bound->function->name,
                    "a positional argument behind a keyword");
            return false;
        }
        if (index >= expected) {
            fa__fail_at_column(bound->err, FA_BAD_EXPRESSION, arguments[i].column,
                               "%s() takes at most %d arguments", bound->function->name, expected - first);
            return false;
        }
        if (mark_of(parameters, index) == '+') {
            bound->further = (fa__value){.kind = FA__VALUE_LIST, .column = arguments[i].column};
            bound->further.as.list = list_further(&arguments[i], count - i, bound->err);
            if (bound->further.as.list == NULL)
                return false;
            bound->arguments[index++] = &bound->further;
            i += bound->further.as.list->count - 1;
        } else if (mark_of(parameters, index) == '*' && arguments[i].kind == FA__VALUE_NODE) {
            gathered.column = arguments[i].column;
            if (!gather(&arguments[i], count - i, &numbers, bound->function->name, bound->err))
                return false;
            bound->arguments[index] = &gathered;
            i = count;
        } else {
            bound->arguments[index++] = &arguments[i];
        }
    }
    return nothing_is_missing(bound, parameters, column) && run(bound, result);
}

bool fa__attribute(const fa__function *attribute, fa__value *value, fa_error *err)
{
    fa__value result = {.column = value->column};
    fa__bound_call bound = {.function = attribute, .arguments = {value}, .err = err};
    if (!run(&bound, &result))
        return false;
    fa__value_release(value);
    *value = result;
    return true;
}

bool fa__call(const fa__value *callee, const fa__value *arguments, int64_t count, fa__value *result,
              fa_error *err)
{
    fa__bound_call bound = {.function = callee->as.function, .err = err};
    fa__value self = {.kind = FA__VALUE_NODE, .column = callee->column, .node = callee->node};
    int first = 0;
    if (callee->kind == FA__VALUE_METHOD)
        bound.arguments[first++] = &self;
    *result = (fa__value){.column = callee->column};
    bool called = call_bound(&bound, fa__function_parameters(callee->as.function), arguments, count, first,
                             callee->column, result);
    if (bound.further.kind == FA__VALUE_LIST)
        fa__free(bound.further.as.list);
    return called;
}

/* --- the rows of the lists --- */

int fa__argument_position(const fa__bound_call *call, const char *name)
{
    fa__value keyword = {.kind = FA__VALUE_KEYWORD};
    keyword.as.text.start = name;
    keyword.as.text.length = strlen(name);
    return find_parameter(fa__function_parameters(call->function), &keyword);
}

static fa__node *apply_reduction(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa__reduce_arguments arguments;
    fa__node *input = fa__argument_node(call, 0), *node = NULL;
    if (fa__argument_reduce(call, storage, &arguments))
        node = fa__node_reduce((fa__reduction)call->function->code, input, &arguments, call->err);
    fa_dtype_release(arguments.dtype);
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
