/* SPDX-License-Identifier: BSD-3-Clause */
/* farray show: prints an array, or a slice of it. And what eval prints when it has no output file. */
#include "cli.h"

#include <string.h>

/* NumPy's printoptions. An option that was not given stays 0: the default. */
static bool print_options(const arguments *parsed, fa_print_options *options)
{
    struct {
        option_id id;
        int64_t least;
        int *value;
    } numbers[] = {{OPTION_PRECISION, 0, &options->precision},
                   {OPTION_THRESHOLD, 1, &options->threshold},
                   {OPTION_EDGE_ITEMS, 1, &options->edge_items},
                   {OPTION_LINE_WIDTH, 1, &options->line_width}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *text = parsed->values[numbers[i].id];
        char what[32];
        int64_t number;
        if (!parsed->given[numbers[i].id])
            continue;
        snprintf(what, sizeof what, "--%s", cli_options[numbers[i].id].name);
        if (!cli_parse_integer(what, text, strlen(text), numbers[i].least, INT32_MAX, &number))
            return false;
        *numbers[i].value = (int)number;
    }
    if (parsed->given[OPTION_PRECISION] && options->precision == 0)
        options->precision = -1; /* no digits at all */
    options->suppress = parsed->given[OPTION_SUPPRESS];
    return true;
}

bool cli_check_printing(const arguments *parsed)
{
    fa_print_options options = {0};
    return print_options(parsed, &options);
}

void cli_print_value(fa_array *array, const arguments *parsed, fa_error *err)
{
    if (!parsed->given[OPTION_JSON]) {
        fa_print_options options = {0};
        if (print_options(parsed, &options))
            fa_print(stdout, array, &options, err);
        return;
    }
    json_value value = {0};
    bool whole = fa_size(array) <= JSON_MOST_ELEMENTS;
    if (!whole || json_load(array, &value, err)) {
        json_begin('{');
        json_describe(array);
        json_key("value");
        if (whole)
            json_elements(&value);
        else
            json_null();
        json_end('}');
        putchar('\n');
    }
    json_unload(&value);
}

int command_show(const arguments *parsed)
{
    int status = EXIT_OK;
    if (!cli_check_raws(parsed, NULL, 0) || !cli_check_printing(parsed))
        return EXIT_USAGE;
    fa_array *array = cli_open(parsed, NULL, parsed->operands[0], &status);
    if (array == NULL)
        return status;
    fa_error err = {0};
    const char *slice = parsed->operand_count > 1 ? parsed->operands[1] : NULL;
    fa_array *shown =
        slice != NULL ? fa_eval_index(array, slice, FA_VARS({CLI_SELF, array}), &err) : fa_retain(array);
    if (!fa_failed(&err))
        cli_print_value(shown, parsed, &err);
    if (fa_failed(&err))
        status = cli_fail(&err, slice);
    fa_release(shown);
    fa_release(array);
    return status;
}
