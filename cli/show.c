/* SPDX-License-Identifier: BSD-3-Clause */
/* farray show: prints an array, or a slice of it. And what eval prints when it has no output file. */
#include "cli.h"

void cli_print_value(fa_array *array, const arguments *parsed, fa_error *err)
{
    if (!parsed->given[OPTION_JSON]) {
        fa_print(stdout, array, NULL, err);
        return;
    }
    json_value value = {0};
    bool whole = fa_size(array) <= JSON_MOST_ELEMENTS;
    if (!whole || json_load(array, &value, err)) {
        json_begin('{');
        json_describe(array);
        if (whole) {
            json_key("value");
            json_elements(array, &value);
        }
        json_end('}');
        putchar('\n');
    }
    json_unload(&value);
}

int command_show(const arguments *parsed)
{
    int status = EXIT_OK;
    if (!cli_check_raws(parsed, NULL, 0))
        return EXIT_USAGE;
    fa_array *array = cli_open(parsed, NULL, parsed->operands[0], &status);
    if (array == NULL)
        return status;
    fa_error err = {0};
    fa_array *shown =
        parsed->operand_count > 1 ? fa_slice(array, parsed->operands[1], &err) : fa_retain(array);
    if (!fa_failed(&err))
        cli_print_value(shown, parsed, &err);
    if (fa_failed(&err))
        status = cli_fail(&err, NULL);
    fa_release(shown);
    fa_release(array);
    return status;
}
