/* SPDX-License-Identifier: BSD-3-Clause */
/* All that text can name but variables: functions, methods, attributes, constants; found by name, by a name
 * nearly right, and one by one for the public list. Knows nothing about calling them. */
#include "text/user_kernels.h"
#include "text/functions.h"

#include <limits.h>
#include <math.h>
#include <string.h>

bool fa__same_name(const char *known, size_t known_length, const char *name, size_t length)
{
    return known_length == length && memcmp(known, name, length) == 0;
}

const char *fa__next_word(const char *words, size_t *length)
{
    while (*words == ' ')
        words++;
    const char *end = words;
    while (*end != ' ' && *end != '\0') /* words are short: strcspn() would spend more on its set */
        end++;
    *length = (size_t)(end - words);
    return *length > 0 ? words : NULL;
}

static bool row_has_name(const fa__function *row, const char *name, size_t length)
{
    if (fa__same_name(row->name, strlen(row->name), name, length))
        return true;
    size_t word_length;
    for (const char *word = row->aliases; (word = fa__next_word(word, &word_length)) != NULL;
         word += word_length) {
        if (fa__same_name(word, word_length, name, length))
            return true;
    }
    return false;
}

/* Kernels come and go: fa__kernel_find() gives them with a reference. */
const fa__function *fa__function_find(const char *name, size_t length)
{
    const fa__function *row;
    for (fa__function_cursor at = {0, 0}; (row = fa__function_next(&at)) != NULL;) {
        if (row->kind != FA_OPERATION_KERNEL && (row->uses & FA__AS_FUNCTION) &&
            row_has_name(row, name, length))
            return row;
    }
    return NULL;
}

/* NumPy's methods have no other names. */
const fa__function *fa__method_find(const char *name, size_t length)
{
    const fa__function *row;
    for (fa__function_cursor at = {0, 0}; (row = fa__function_next(&at)) != NULL;) {
        if ((row->uses & FA__AS_METHOD) && fa__same_name(row->name, strlen(row->name), name, length))
            return row;
    }
    return NULL;
}

const fa__function *fa__attribute_find(const char *name, size_t length)
{
    const fa__function *row;
    for (fa__function_cursor at = {0, 0}; (row = fa__function_next(&at)) != NULL;) {
        if ((row->uses & FA__AS_ATTRIBUTE) && fa__same_name(row->name, strlen(row->name), name, length))
            return row;
    }
    return NULL;
}

const fa__function *fa__ufunc_method_find(const fa__function *function, const char *name, size_t length)
{
    size_t before = strlen(function->name);
    for (const fa__function *row = fa__ufunc_methods; row->name != NULL; row++) {
        const char *behind = row->name + before;
        if (strncmp(row->name, function->name, before) == 0 && *behind == '.' &&
            fa__same_name(behind + 1, strlen(behind + 1), name, length))
            return row;
    }
    return NULL;
}

const char *fa__function_name(const fa__function *function)
{
    return function->name;
}

static const struct {
    const char *name, *documentation;
    fa__weak kind; /* FA__STRONG: None */
    double value;
} constants[] = {
    {"pi", "Half the length of the unit circle.", FA__WEAK_FLOAT, 3.141592653589793},
    {"e", "The base of natural logarithms.", FA__WEAK_FLOAT, 2.718281828459045},
    {"inf", "Infinity.", FA__WEAK_FLOAT, HUGE_VAL},
    {"nan", "Not a number.", FA__WEAK_FLOAT, (double)NAN},
    {"True", "True.", FA__WEAK_BOOL, 1},
    {"False", "False.", FA__WEAK_BOOL, 0},
    {"None", "Nothing: an argument left out.", FA__STRONG, 0},
    {"newaxis", "None, as an index: another axis of size 1.", FA__STRONG, 0},
};
enum { CONSTANT_COUNT = sizeof constants / sizeof *constants };

bool fa__constant_find(const char *name, size_t length, fa__value *value, fa_error *err)
{
    for (int i = 0; i < CONSTANT_COUNT; i++) {
        if (!fa__same_name(constants[i].name, strlen(constants[i].name), name, length))
            continue;
        value->kind = constants[i].kind == FA__STRONG ? FA__VALUE_NONE : FA__VALUE_NODE;
        if (constants[i].kind == FA__WEAK_FLOAT)
            value->node = fa__node_float(constants[i].value, err);
        else if (constants[i].kind == FA__WEAK_BOOL)
            value->node = fa__node_bool(constants[i].value != 0, err);
        return true;
    }
    return false;
}

typedef struct candidate {
    const char *name;
    int distance;
} candidate;

/* Whether one name is the other with something behind it: "stdev" of "std", "histo" of "histogram". */
static bool continues(const char *known, size_t known_length, const char *name, size_t length)
{
    const size_t least = known_length < length ? known_length : length;
    return least >= 3 && memcmp(known, name, least) == 0 && (known_length < length || length >= 5);
}

/* One letter of three may be another, and the first of short names is the same. Names of strings are compared
 * among themselves, without the room that they stand in. */
static void consider(candidate *best, const char *known, size_t known_length, const char *name, size_t length)
{
    const char *whole = known;
    const size_t room = strlen("strings.");
    const bool is_of_strings = length > room && memcmp(name, "strings.", room) == 0;
    if (is_of_strings != (known_length > room && memcmp(known, "strings.", room) == 0))
        return;
    if (is_of_strings) {
        known += room, known_length -= room;
        name += room, length -= room;
    }
    const int limit = length < 6 ? 1 : length < 9 ? 2 : 3;
    int distance = fa__distance(name, length, known, known_length, limit);
    if (length <= 3 && distance > 0 && name[0] != known[0])
        return;
    if (distance > limit && continues(known, known_length, name, length))
        distance = limit + 1 + (int)(known_length > length ? known_length - length : length - known_length);
    else if (distance > limit)
        return;
    if (distance < best->distance && (distance < (int)length || distance > limit))
        *best = (candidate){whole, distance};
}

/* By its name, or by another one that is nearer, which is then said as its name. */
static void consider_row(candidate *best, const fa__function *row, const char *name, size_t length,
                         bool aliases)
{
    size_t word_length;
    candidate other = *best;
    consider(best, row->name, strlen(row->name), name, length);
    for (const char *word = row->aliases; aliases && (word = fa__next_word(word, &word_length)) != NULL;
         word += word_length)
        consider(&other, word, word_length, name, length);
    if (other.distance < best->distance)
        *best = (candidate){row->name, other.distance};
}

const char *fa__nearest_function(const char *name, size_t length, int *distance)
{
    candidate best = {NULL, INT_MAX};
    const fa__function *row;
    for (fa__function_cursor at = {0, 0}; (row = fa__function_next(&at)) != NULL;) {
        if (row->uses & FA__AS_FUNCTION)
            consider_row(&best, row, name, length, true);
    }
    for (int i = 0; i < CONSTANT_COUNT; i++)
        consider(&best, constants[i].name, strlen(constants[i].name), name, length);
    *distance = best.distance;
    return best.name;
}

const char *fa__nearest_attribute(const char *name, size_t length, int *distance)
{
    candidate best = {NULL, INT_MAX};
    const fa__function *row;
    for (fa__function_cursor at = {0, 0}; (row = fa__function_next(&at)) != NULL;) {
        if (row->uses & (FA__AS_METHOD | FA__AS_ATTRIBUTE))
            consider_row(&best, row, name, length, false);
    }
    *distance = best.distance;
    return best.name;
}

/* --- the public list --- */

/* A row that a form of NumPy's for arrays stands in front of. */
static bool is_hidden(const fa__function *row)
{
    for (const fa__function *first = fa__array_functions; first->name != NULL && first != row; first++) {
        if ((first->uses & FA__AS_FUNCTION) && strcmp(first->name, row->name) == 0)
            return true;
    }
    return false;
}

/* What a move or an operation on whole arrays asks for beside arrays. */
static bool is_setting(const char *word, size_t length)
{
    static const char *const settings[] = {"kth",     "shape",     "dims", "shift",    "reps",
                                           "repeats", "new_shape", "obj",  "pad_width"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (fa__same_name(settings[i], strlen(settings[i]), word, length))
            return true;
    return false;
}

static int arity_of(const fa__function *row)
{
    int required = 0;
    size_t length;
    if (row->kind == FA_OPERATION_GENERATOR)
        return 0;
    if (row->kind == FA_OPERATION_REDUCTION || row->kind == FA_OPERATION_VIEW ||
        row->kind == FA_OPERATION_CONVERSION || row->kind == FA_OPERATION_ATTRIBUTE)
        return 1;
    for (const char *word = row->parameters; (word = fa__next_word(word, &length)) != NULL; word += length)
        required += word[length - 1] != '=' && !is_setting(word, length);
    const bool takes_any = row->kind == FA_OPERATION_MOVE || row->kind == FA_OPERATION_WHOLE;
    return required == 0 && takes_any ? 1 : required;
}

static void describe(const fa__function *row, fa_operation_info *info)
{
    *info = (fa_operation_info){
        .name = row->name,
        .symbol = fa__function_symbol(row),
        .aliases = row->aliases,
        .parameters = fa__function_parameters(row),
        .documentation = row->documentation,
        .arity = arity_of(row),
        .outputs = row->uses & FA__GIVES_LIST ? 0 : fa__function_outputs(row),
        .kind = row->kind,
        .is_method = fa__method_find(row->name, strlen(row->name)) != NULL,
    };
}

static int visit_constants(int count, int wanted, fa_operation_info *info)
{
    for (int i = 0; i < CONSTANT_COUNT; i++) {
        if (count++ == wanted)
            *info = (fa_operation_info){.name = constants[i].name,
                                        .symbol = "",
                                        .aliases = "",
                                        .parameters = "",
                                        .documentation = constants[i].documentation,
                                        .outputs = 1,
                                        .kind = FA_OPERATION_CONSTANT};
    }
    return count;
}

/* How many entries there are up to the one wanted, which is described. */
static int visit(int wanted, fa_operation_info *info)
{
    const fa__function *row;
    int count = 0;
    for (int kind = 0; kind < FA_OPERATION_KIND_COUNT; kind++) {
        if (kind == FA_OPERATION_CONSTANT)
            count = visit_constants(count, wanted, info);
        for (fa__function_cursor at = {0, 0}; (row = fa__function_next(&at)) != NULL;) {
            bool is_named = (row->uses & (FA__AS_FUNCTION | FA__AS_ATTRIBUTE)) != 0;
            if ((int)row->kind != kind || !is_named || ((row->uses & FA__AS_FUNCTION) && is_hidden(row)))
                continue;
            if (count++ == wanted) {
                describe(row, info);
                return count;
            }
        }
    }
    return count;
}

int fa__catalogue_count(void)
{
    return visit(-1, NULL);
}

bool fa__catalogue_at(int index, fa_operation_info *info)
{
    return index >= 0 && visit(index, info) > index;
}
