/* SPDX-License-Identifier: BSD-3-Clause */
/* farray set: assigns to a part of a file's array in place. */
#include "cli.h"

#include <string.h>

static void report(const arguments *parsed, fa_array *part)
{
    json_begin('{');
    json_key("file");
    json_string(parsed->operands[0]);
    json_key("slice");
    json_string(parsed->operands[1]);
    json_describe(part);
    json_end('}');
    putchar('\n');
}

static int set(const arguments *parsed, const cli_inputs *taken)
{
    fa_error slicing = {0}, err = {0};
    const char *slice = parsed->operands[1], *expression = parsed->operands[2];
    const fa_vars variables = {taken->count, taken->variables};
    fa_array *array = taken->variables[0].array;
    if (*slice == '\0')
        return cli_usage("SLICE is empty: '...' is all of the array");
    fa_array *part =
        fa_eval_index(array, slice, variables, &slicing); /* a mask and positions are looked at here */
    if (part == NULL)
        return cli_fail(&slicing, slice);
    if (fa_flags(part) & FA_PENDING) {
        fa_release(part); /* or it would be computed before it is overwritten */
        part = fa_retain(array);
    }
    progress_bar bar;
    cli_progress_begin(&bar, parsed->operands[0], parsed);
    fa_eval_into_index(array, slice, expression, variables, &bar.options, &err);
    cli_progress_end(&bar);
    fa_flush(part, &err);
    int status = fa_failed(&err) ? cli_fail(&err, expression) : EXIT_OK;
    if (status == EXIT_OK && parsed->given[OPTION_JSON])
        report(parsed, part);
    fa_release(part);
    return status;
}

int command_set(const arguments *parsed)
{
    cli_inputs taken = {0};
    int status = EXIT_USAGE;
    if (cli_take_inputs(parsed, parsed->operands + 3, parsed->operand_count - 3, parsed->operands[0], &taken))
        status = cli_open_inputs(parsed, &taken);
    if (status == EXIT_OK)
        status = set(parsed, &taken);
    cli_release_inputs(&taken);
    return status;
}
