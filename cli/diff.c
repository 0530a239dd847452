/* SPDX-License-Identifier: BSD-3-Clause */
/* farray diff: compares two arrays, or all arrays of two archives, element by element, in one pass over both.
 */
#include "cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As diff's and grep's: what went wrong is not what differs. */
enum { EXIT_DIFFERENT = 1, EXIT_TROUBLE = 2 };

typedef struct tolerance {
    double relative, absolute;
    bool given, equal_nan;
} tolerance;

/* What is found out about a pair. */
typedef struct difference {
    fa_array *a, *b;
    bool same_shape, is_numeric;
    int64_t count, first; /* of elements that differ; the first one, in C order */
    double largest_absolute, largest_relative;
} difference;

static bool is_numeric(fa_array *array)
{
    return fa_dtype_type(fa_dtype_of_array(array)) <= FA_TYPE_COMPLEX128;
}

static bool is_complex(fa_array *array)
{
    fa_type type = fa_dtype_type(fa_dtype_of_array(array));
    return type == FA_TYPE_COMPLEX64 || type == FA_TYPE_COMPLEX128;
}

static bool same_shape(fa_array *a, fa_array *b)
{
    return fa_ndim(a) == fa_ndim(b) &&
           memcmp(fa_sizes(a), fa_sizes(b), (size_t)fa_ndim(a) * sizeof(int64_t)) == 0;
}

/* The number of each element. */
static fa_array *numbers_of(fa_array *array, fa_error *err)
{
    fa_array *flat = fa_arange_int64(0, fa_size(array), 1, err);
    fa_array *shaped = fa_reshape(flat, (fa_shape){fa_ndim(array), fa_sizes(array)}, err);
    fa_release(flat);
    return shaped;
}

/* Pending: whether elements differ. `x` and `y` are a and b as wide numbers. */
static fa_array *differs(const difference *d, fa_array *x, fa_array *y, const tolerance *allowed,
                         fa_error *err)
{
    fa_array *relative = fa_from_float64(&allowed->relative, FA_SHAPE(), err);
    fa_array *absolute = fa_from_float64(&allowed->absolute, FA_SHAPE(), err);
    fa_vars vars = FA_VARS({"a", d->a}, {"b", d->b}, {"x", x}, {"y", y}, {"r", relative}, {"t", absolute});
    const char *text = allowed->given && allowed->equal_nan
                           ? "(a != b) & ~(abs(x - y) <= t + r * abs(y)) & ~((a != a) & (b != b))"
                       : allowed->given     ? "(a != b) & ~(abs(x - y) <= t + r * abs(y))"
                       : allowed->equal_nan ? "(a != b) & ~((a != a) & (b != b))"
                                            : "a != b";
    fa_array *result = fa_eval(text, vars, err);
    fa_release(relative);
    fa_release(absolute);
    return result;
}

enum { COUNT, FIRST, ABSOLUTE, RELATIVE, RESULTS };

/* NaN differs, but by no amount: it does not hide how far other elements are apart. */
static void ask(const difference *d, fa_array *x, fa_array *y, fa_array *unlike, fa_array *results[RESULTS],
                fa_error *err)
{
    fa_array *number = numbers_of(d->a, err);
    fa_vars vars =
        FA_VARS({"unlike", unlike}, {"number", number}, {"a", d->a}, {"b", d->b}, {"x", x}, {"y", y});
    results[COUNT] = fa_eval("count_nonzero(unlike)", vars, err);
    results[FIRST] = fa_eval("min(where(unlike, number, 9223372036854775807))", vars, err);
    if (d->is_numeric) {
        fa_array *far = fa_eval("where(a == b, 0.0, abs(x - y))", vars, err);
        fa_array *share = fa_eval("far / abs(y)", FA_VARS({"far", far}, {"y", y}), err);
        vars = FA_VARS({"far", far}, {"share", share}, {"y", y});
        results[ABSOLUTE] = fa_eval("max(where(far == far, far, 0.0))", vars, err);
        results[RELATIVE] = fa_eval("max(where((share == share) & (y != 0), share, 0.0))", vars, err);
        fa_release(share);
        fa_release(far);
    }
    fa_release(number);
}

static void evaluate(const arguments *parsed, difference *d, fa_array *results[RESULTS], fa_error *err)
{
    fa_output outputs[RESULTS] = {0};
    int count = 0;
    for (int i = 0; i < RESULTS; i++)
        if (results[i] != NULL)
            outputs[count++].array = results[i];
    progress_bar bar;
    cli_progress_begin(&bar, "diff", parsed);
    fa_evaluate_all(outputs, count, &bar.options, err);
    cli_progress_end(&bar);
    if (fa_failed(err))
        return;
    d->count = fa_item_int64(results[COUNT], err);
    d->first = fa_item_int64(results[FIRST], err);
    if (d->is_numeric) {
        d->largest_absolute = fa_item_float64(results[ABSOLUTE], err);
        d->largest_relative = fa_item_float64(results[RELATIVE], err);
    }
}

static void compare(const arguments *parsed, difference *d, const tolerance *allowed, fa_error *err)
{
    d->same_shape = same_shape(d->a, d->b);
    d->is_numeric = is_numeric(d->a) && is_numeric(d->b);
    if (!d->same_shape || fa_size(d->a) == 0)
        return;
    const fa_dtype *wide = is_complex(d->a) || is_complex(d->b) ? FA_COMPLEX128 : FA_FLOAT64;
    fa_array *results[RESULTS] = {0};
    fa_array *x = d->is_numeric ? fa_astype(d->a, wide, err) : fa_retain(d->a);
    fa_array *y = d->is_numeric ? fa_astype(d->b, wide, err) : fa_retain(d->b);
    fa_array *unlike = differs(d, x, y, allowed, err);
    ask(d, x, y, unlike, results, err);
    if (!fa_failed(err))
        evaluate(parsed, d, results, err);
    for (int i = 0; i < RESULTS; i++)
        fa_release(results[i]);
    fa_release(unlike);
    fa_release(y);
    fa_release(x);
}

static bool is_equal(const difference *d)
{
    return d->same_shape && d->count == 0;
}

/* ---- The answer ---- */

/* Where the first element that differs is. */
static void first_index(const difference *d, int64_t index[FA_MAX_NDIM])
{
    int64_t rest = d->first;
    for (int i = fa_ndim(d->a) - 1; i >= 0; i--) {
        index[i] = rest % fa_size_of_axis(d->a, i);
        rest /= fa_size_of_axis(d->a, i);
    }
}

static void print_shape(fa_array *array)
{
    putchar('(');
    for (int i = 0; i < fa_ndim(array); i++)
        printf(i > 0 ? ", %" PRId64 : "%" PRId64, fa_size_of_axis(array, i));
    fputs(fa_ndim(array) == 1 ? ",)" : ")", stdout);
}

static void print_element(fa_array *array, const int64_t *index, fa_error *err)
{
    fa_index_part parts[FA_MAX_NDIM];
    for (int i = 0; i < fa_ndim(array); i++)
        parts[i] = fa_at(index[i]);
    fa_array *element = fa_index(array, (fa_index_parts){fa_ndim(array), parts}, err);
    char *text = element != NULL ? fa_to_text(element, NULL, err) : NULL;
    fputs(text != NULL ? text : "", stdout);
    free(text);
    fa_release(element);
}

static void print_text(const difference *d, const char *a, const char *b, fa_error *err)
{
    if (is_equal(d)) {
        printf("%s and %s are equal: %" PRId64 " elements\n", a, b, fa_size(d->a));
        return;
    }
    printf("%s and %s differ\n", a, b);
    if (!d->same_shape) {
        printf("%-10s", "shapes");
        print_shape(d->a);
        fputs(" and ", stdout);
        print_shape(d->b);
        putchar('\n');
        return;
    }
    int64_t index[FA_MAX_NDIM];
    first_index(d, index);
    printf("%-10s%" PRId64 " of %" PRId64 " elements\n", "different", d->count, fa_size(d->a));
    if (d->is_numeric)
        printf("%-10s%.6g absolute, %.6g relative\n", "at most", d->largest_absolute, d->largest_relative);
    printf("%-10s[", "first");
    for (int i = 0; i < fa_ndim(d->a); i++)
        printf(i > 0 ? ", %" PRId64 : "%" PRId64, index[i]);
    fputs("]: ", stdout);
    print_element(d->a, index, err);
    fputs(" and ", stdout);
    print_element(d->b, index, err);
    putchar('\n');
}

static void json_shape(const char *key, fa_array *array)
{
    json_key(key);
    json_begin('[');
    for (int i = 0; i < fa_ndim(array); i++)
        json_integer(fa_size_of_axis(array, i));
    json_end(']');
}

static void json_difference(const difference *d)
{
    int64_t index[FA_MAX_NDIM];
    json_key("equal");
    json_boolean(is_equal(d));
    json_shape("shape_a", d->a);
    json_shape("shape_b", d->b);
    if (!d->same_shape)
        return;
    json_key("elements");
    json_integer(fa_size(d->a));
    json_key("different");
    json_integer(d->count);
    if (d->is_numeric) {
        json_key("max_abs");
        json_number(d->largest_absolute);
        json_key("max_rel");
        json_number(d->largest_relative);
    }
    json_key("first");
    if (d->count == 0) {
        json_null();
        return;
    }
    first_index(d, index);
    json_begin('[');
    for (int i = 0; i < fa_ndim(d->a); i++)
        json_integer(index[i]);
    json_end(']');
}

/* ---- Pairs ---- */

typedef struct session {
    const arguments *parsed;
    tolerance allowed;
    int status;
} session;

static void found_different(session *s)
{
    if (s->status == EXIT_OK)
        s->status = EXIT_DIFFERENT;
}

static fa_array *open_one(session *s, const char *name, const char *path)
{
    int status = EXIT_OK;
    fa_array *array = cli_open(s->parsed, name, path, &status);
    if (array == NULL)
        s->status = status > EXIT_TROUBLE ? status : EXIT_TROUBLE;
    return array;
}

/* `member` is what both are called in their archives, or NULL. */
static void compare_pair(session *s, const char *path_a, const char *path_b, const char *member)
{
    fa_error err = {0};
    difference d = {.a = open_one(s, "a", path_a)};
    d.b = d.a != NULL ? open_one(s, "b", path_b) : NULL;
    if (d.b != NULL) {
        compare(s->parsed, &d, &s->allowed, &err);
        bool as_json = s->parsed->given[OPTION_JSON];
        if (!fa_failed(&err) && as_json) {
            json_begin('{');
            if (member != NULL) {
                json_key("name");
                json_string(member);
            }
            json_difference(&d);
            json_end('}');
        } else if (!fa_failed(&err)) {
            print_text(&d, path_a, path_b, &err);
        }
        if (fa_failed(&err)) {
            int status = cli_fail(&err, NULL);
            s->status = status > EXIT_TROUBLE ? status : EXIT_TROUBLE;
        } else if (!is_equal(&d)) {
            found_different(s);
        }
    }
    fa_release(d.a);
    fa_release(d.b);
}

static bool has_name(const fa_names *names, const char *name)
{
    for (int64_t i = 0; i < fa_names_count(names); i++)
        if (strcmp(fa_names_get(names, i), name) == 0)
            return true;
    return false;
}

static void report_missing(session *s, const char *name, const char *path)
{
    found_different(s);
    if (s->parsed->given[OPTION_JSON]) {
        json_begin('{');
        json_key("name");
        json_string(name);
        json_key("equal");
        json_boolean(false);
        json_key("missing_in");
        json_string(path);
        json_end('}');
    } else {
        printf("%s has no %s\n", path, name);
    }
}

static void compare_members(session *s, const fa_names *in_a, const fa_names *in_b)
{
    const char *a = s->parsed->operands[0], *b = s->parsed->operands[1];
    for (int64_t i = 0; i < fa_names_count(in_a) && s->status < EXIT_TROUBLE; i++) {
        const char *name = fa_names_get(in_a, i);
        size_t size = strlen(a) + strlen(b) + strlen(name) + 3;
        char *names = malloc(2 * size);
        if (!has_name(in_b, name)) {
            report_missing(s, name, b);
        } else if (names != NULL) {
            snprintf(names, size, "%s::%s", a, name);
            snprintf(names + size, size, "%s::%s", b, name);
            compare_pair(s, names, names + size, name);
        } else {
            cli_fail_text("the system has no memory for a name");
            s->status = EXIT_TROUBLE;
        }
        free(names);
    }
    for (int64_t i = 0; i < fa_names_count(in_b) && s->status < EXIT_TROUBLE; i++)
        if (!has_name(in_a, fa_names_get(in_b, i)))
            report_missing(s, fa_names_get(in_b, i), a);
}

/* The arrays of an archive that is named as a whole; NULL for what is one array. */
static fa_names *names_of(const arguments *parsed, const char *path)
{
    const char *member;
    fa_error ignored = {0}; /* opening it says what is wrong */
    cli_split_name(path, &member);
    if (member != NULL || parsed->given[OPTION_RAW])
        return NULL;
    fa_names *names = fa_names_of_file(path, &ignored);
    if (fa_names_count(names) > 0)
        return names;
    fa_names_release(names);
    return NULL;
}

static bool parse_tolerance(const arguments *parsed, tolerance *allowed)
{
    allowed->given = parsed->given[OPTION_RTOL] || parsed->given[OPTION_ATOL];
    allowed->equal_nan = parsed->given[OPTION_EQUAL_NAN];
    return (!parsed->given[OPTION_RTOL] ||
            cli_parse_number("--rtol", parsed->values[OPTION_RTOL], 0, INFINITY, &allowed->relative)) &&
           (!parsed->given[OPTION_ATOL] ||
            cli_parse_number("--atol", parsed->values[OPTION_ATOL], 0, INFINITY, &allowed->absolute));
}

int command_diff(const arguments *parsed)
{
    static const char *const names[] = {"a", "b"};
    session s = {.parsed = parsed};
    if (!parse_tolerance(parsed, &s.allowed) || !cli_check_raws(parsed, names, 2))
        return EXIT_USAGE;
    fa_names *in_a = names_of(parsed, parsed->operands[0]);
    fa_names *in_b = in_a != NULL ? names_of(parsed, parsed->operands[1]) : NULL;
    if (in_b != NULL && parsed->given[OPTION_JSON])
        json_begin('[');
    if (in_b != NULL)
        compare_members(&s, in_a, in_b);
    else
        compare_pair(&s, parsed->operands[0], parsed->operands[1], NULL);
    if (in_b != NULL && parsed->given[OPTION_JSON])
        json_end(']');
    if (parsed->given[OPTION_JSON] && s.status < EXIT_TROUBLE)
        putchar('\n');
    fa_names_release(in_a);
    fa_names_release(in_b);
    return s.status;
}
