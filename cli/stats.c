/* SPDX-License-Identifier: BSD-3-Clause */
/* farray stats: several statistics of one array, in one pass over it. */
#include "cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MIN, MAX, MEAN, STD, NANS, NONZEROS, RESULTS, LINES = 7 };

static bool is_floating(fa_type type)
{
    return type >= FA_TYPE_FLOAT16 && type <= FA_TYPE_COMPLEX128;
}

static bool is_complex(fa_type type)
{
    return type == FA_TYPE_COMPLEX64 || type == FA_TYPE_COMPLEX128;
}

/* Pending results; integers have no NaN, and nothing is computed for them. */
static void ask(fa_array *array, fa_axes axes, fa_array *results[RESULTS], fa_error *err)
{
    fa_type type = fa_dtype_type(fa_dtype_of_array(array));
    fa_reduce_options wide = {.dtype = is_complex(type) ? FA_COMPLEX128 : FA_FLOAT64};
    fa_reduce_options real = {
        .dtype = is_complex(type) ? NULL : FA_FLOAT64}; /* complex numbers deviate by a real one */
    results[MIN] = fa_min(array, axes, NULL, err);
    results[MAX] = fa_max(array, axes, NULL, err);
    results[MEAN] = fa_mean(array, axes, &wide, err);
    results[STD] = fa_std(array, axes, &real, err);
    results[NONZEROS] = fa_count_nonzero(array, axes, NULL, err);
    if (is_floating(type)) {
        fa_array *nan = fa_isnan(array, err);
        results[NANS] = fa_count_nonzero(nan, axes, NULL, err);
        fa_release(nan);
    }
}

static void evaluate(const arguments *parsed, fa_array *array, fa_axes axes, fa_array *results[RESULTS],
                     distribution *spread, fa_error *err)
{
    fa_output outputs[RESULTS + 3] = {0};
    int count = 0;
    for (int i = 0; i < RESULTS; i++)
        if (results[i] != NULL)
            outputs[count++].array = results[i];
    count += distribution_ask(spread, array, axes, outputs + count, err);
    progress_bar bar;
    cli_progress_begin(&bar, "stats", parsed);
    fa_evaluate_all(outputs, count, &bar.options, err);
    distribution_count(spread, array, &bar.options, err);
    cli_progress_end(&bar);
    cli_progress_release_signals();
}

/* How many zeros there are, from how many are not. */
static fa_array *zeros_of(fa_array *nonzeros, int64_t count, fa_error *err)
{
    fa_array *all = fa_from_int64(&count, FA_SHAPE(), err);
    fa_array *zeros = fa_subtract(all, nonzeros, err);
    fa_release(all);
    return zeros;
}

static fa_array *no_nans(fa_array *like, fa_error *err)
{
    return fa_zeros(FA_INT64, (fa_shape){fa_ndim(like), fa_sizes(like)}, err);
}

/* One line of the answer. */
typedef struct line {
    const char *name;
    fa_array *value; /* NULL: `count` */
    int64_t count;
} line;

static void print_text(const line *lines, int count, fa_error *err)
{
    for (int i = 0; i < count && !fa_failed(err); i++) {
        if (lines[i].value == NULL) {
            printf("%-5s %" PRId64 "\n", lines[i].name, lines[i].count);
            continue;
        }
        char *text = fa_to_text(lines[i].value, NULL, err);
        if (text != NULL)
            printf(fa_ndim(lines[i].value) == 0 ? "%-5s %s\n" : "%s\n%s\n", lines[i].name, text);
        free(text);
    }
}

static void print_json(fa_array *array, const line *lines, int count, const distribution *spread,
                       fa_error *err)
{
    json_value values[LINES] = {0};
    for (int i = 0; i < count; i++)
        if (lines[i].value != NULL)
            json_load(lines[i].value, &values[i], err);
    if (!fa_failed(err)) {
        json_begin('{');
        json_describe(array);
        for (int i = 0; i < count; i++) {
            json_key(lines[i].name);
            if (lines[i].value != NULL)
                json_elements(&values[i]);
            else
                json_integer(lines[i].count);
        }
        distribution_json(spread, err);
        json_end('}');
        putchar('\n');
    }
    for (int i = 0; i < count; i++)
        json_unload(&values[i]);
}

static void print_all(const arguments *parsed, fa_array *array, int64_t count, fa_array *results[RESULTS],
                      const distribution *spread, fa_error *err)
{
    fa_array *nans = results[NANS] != NULL ? fa_retain(results[NANS]) : no_nans(results[NONZEROS], err);
    fa_array *zeros = zeros_of(results[NONZEROS], count, err);
    const line lines[LINES] = {{"min", results[MIN], 0}, {"max", results[MAX], 0}, {"mean", results[MEAN], 0},
                               {"std", results[STD], 0}, {"count", NULL, count},   {"nan", nans, 0},
                               {"zeros", zeros, 0}};
    if (!fa_failed(err) && parsed->given[OPTION_JSON]) {
        print_json(array, lines, LINES, spread, err);
    } else if (!fa_failed(err)) {
        print_text(lines, LINES, err);
        distribution_print(spread, err);
    }
    fa_release(nans);
    fa_release(zeros);
}

static int run(const arguments *parsed, fa_array *array)
{
    fa_axes axes = FA_ALL_AXES;
    int64_t axis = 0, count = fa_size(array);
    int axis_list[1];
    if (parsed->given[OPTION_AXIS]) {
        const char *text = parsed->values[OPTION_AXIS];
        if (!cli_parse_integer("--axis", text, strlen(text), -FA_MAX_NDIM, FA_MAX_NDIM - 1, &axis))
            return EXIT_USAGE;
        axis_list[0] = (int)axis;
        axes = (fa_axes){1, axis_list};
        count = fa_size_of_axis(array, (int)axis);
    }
    fa_error err = {0};
    fa_array *results[RESULTS] = {0};
    distribution spread = {0};
    if (!distribution_parse(parsed, &spread))
        return EXIT_USAGE;
    ask(array, axes, results, &err);
    if (!fa_failed(&err))
        evaluate(parsed, array, axes, results, &spread, &err);
    if (!fa_failed(&err))
        print_all(parsed, array, count, results, &spread, &err);
    distribution_clear(&spread);
    for (int i = 0; i < RESULTS; i++)
        fa_release(results[i]);
    return fa_failed(&err) ? cli_fail(&err, NULL) : EXIT_OK;
}

int command_stats(const arguments *parsed)
{
    int status = EXIT_OK;
    if (!cli_check_raws(parsed, NULL, 0))
        return EXIT_USAGE;
    fa_array *array = cli_open(parsed, NULL, parsed->operands[0], &status);
    if (array == NULL)
        return status;
    status = run(parsed, array);
    fa_release(array);
    return status;
}
