/* SPDX-License-Identifier: BSD-3-Clause */
/* How elements are spread: the quantiles and the histogram of farray stats. */
#include "cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is asked for ---- */

static bool parse_quantiles(const char *text, distribution *d)
{
    while (true) {
        char number[32];
        const size_t length = strcspn(text, ",");
        if (d->q_count == CLI_MOST_QUANTILES) {
            cli_usage("--quantiles: at most %d at a time", CLI_MOST_QUANTILES);
            return false;
        }
        snprintf(number, sizeof number, "%.*s", (int)length, text);
        double *q = &d->q[d->q_count++];
        if (length >= sizeof number || !cli_parse_number("--quantiles", number, 0, 1, q))
            return false;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

bool distribution_parse(const arguments *parsed, distribution *d)
{
    const char *bins = parsed->values[OPTION_HISTOGRAM];
    if (parsed->given[OPTION_QUANTILES] && !parse_quantiles(parsed->values[OPTION_QUANTILES], d))
        return false;
    if (!parsed->given[OPTION_HISTOGRAM])
        return true;
    if (parsed->given[OPTION_AXIS]) {
        cli_usage("--histogram is of all elements: it does not go with --axis");
        return false;
    }
    return cli_parse_integer("--histogram", bins, strlen(bins), 1, CLI_MOST_BINS, &d->bins);
}

/* Elements as numbers: those of bool are 0 and 1. */
static fa_array *as_numbers(fa_array *array, fa_error *err)
{
    const bool is_bool = fa_dtype_type(fa_dtype_of_array(array)) == FA_TYPE_BOOL;
    return is_bool ? fa_astype(array, FA_UINT8, err) : fa_retain(array);
}

static void ask_for_ends(distribution *d, fa_array *numbers, fa_error *err)
{
    const fa_type type = fa_dtype_type(fa_dtype_of_array(numbers));
    const bool is_floating = type >= FA_TYPE_FLOAT16 && type <= FA_TYPE_FLOAT64;
    if (fa_size(numbers) == 0)
        return;
    d->least = fa_eval(is_floating ? "min(a, initial=inf, where=isfinite(a))" : "min(a)",
                       FA_VARS({"a", numbers}), err);
    d->most = fa_eval(is_floating ? "max(a, initial=-inf, where=isfinite(a))" : "max(a)",
                      FA_VARS({"a", numbers}), err);
}

int distribution_ask(distribution *d, fa_array *array, fa_axes axes, fa_output *outputs, fa_error *err)
{
    fa_array *numbers = fa_failed(err) ? NULL : as_numbers(array, err);
    int count = 0;
    if (numbers != NULL && d->q_count > 0) {
        d->places = fa_from_data(FA_FLOAT64, FA_SHAPE(d->q_count), d->q, err);
        d->quantiles = fa_quantile(numbers, d->places, axes, NULL, err);
    }
    if (numbers != NULL && d->bins > 0)
        ask_for_ends(d, numbers, err);
    fa_release(numbers);
    fa_array *const asked[] = {d->quantiles, d->least, d->most};
    for (int i = 0; i < 3; i++)
        if (asked[i] != NULL)
            outputs[count++].array = asked[i];
    return count;
}

void distribution_count(distribution *d, fa_array *array, const fa_evaluate_options *options, fa_error *err)
{
    if (d->bins == 0 || fa_failed(err))
        return;
    double range[2] = {0, 1};
    if (d->least != NULL) {
        range[0] = fa_item_float64(d->least, err);
        range[1] = fa_item_float64(d->most, err);
    }
    const bool is_there = isfinite(range[0]) && isfinite(range[1]);
    fa_histogram_options how = {.bins = d->bins, .range = is_there ? range : (const double[]){0, 1}};
    fa_array *numbers = as_numbers(array, err);
    d->counts = fa_histogram(numbers, &how, &d->edges, err);
    if (!fa_failed(err))
        fa_evaluate(d->counts, options, err);
    fa_release(numbers);
}

void distribution_clear(distribution *d)
{
    fa_array *const arrays[] = {d->places, d->quantiles, d->least, d->most, d->counts, d->edges};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        fa_release(arrays[i]);
}

/* ---- The answers ---- */

/* The fewest digits that read back as the same number. */
static void number_text(double number, char *text, size_t size)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, size, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            return;
    }
}

static fa_array *quantile_at(const distribution *d, int i, fa_error *err)
{
    char slice[32];
    snprintf(slice, sizeof slice, "[%d]", i);
    return fa_slice(d->quantiles, slice, err);
}

void distribution_print(const distribution *d, fa_error *err)
{
    for (int i = 0; i < d->q_count && !fa_failed(err); i++) {
        char name[40];
        fa_array *one = quantile_at(d, i, err);
        char *text = fa_to_text(one, NULL, err);
        number_text(d->q[i], name, sizeof name);
        if (text != NULL)
            printf(fa_ndim(one) == 0 ? "q%-4s %s\n" : "q%s\n%s\n", name, text);
        free(text);
        fa_release(one);
    }
    for (int64_t i = 0; i < d->bins && !fa_failed(err); i++) {
        char low[40], high[40];
        number_text(fa_get_float64(d->edges, FA_COORDS(i), err), low, sizeof low);
        number_text(fa_get_float64(d->edges, FA_COORDS(i + 1), err), high, sizeof high);
        printf("[%s, %s%c %" PRId64 "\n", low, high, i == d->bins - 1 ? ']' : ')',
               fa_get_int64(d->counts, FA_COORDS(i), err));
    }
}

static void json_member(const char *key, fa_array *array, fa_error *err)
{
    json_value value = {0};
    if (fa_failed(err) || !json_load(array, &value, err))
        return;
    json_key(key);
    json_elements(&value);
    json_unload(&value);
}

void distribution_json(const distribution *d, fa_error *err)
{
    if (d->q_count > 0) {
        json_key("quantiles");
        json_begin('{');
        json_member("q", d->places, err);
        json_member("values", d->quantiles, err);
        json_end('}');
    }
    if (d->bins > 0) {
        json_key("histogram");
        json_begin('{');
        json_member("edges", d->edges, err);
        json_member("counts", d->counts, err);
        json_end('}');
    }
}
