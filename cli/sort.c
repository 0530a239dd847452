/* SPDX-License-Identifier: BSD-3-Clause */
/* farray sort: a file's array in order along an axis, in place or in a new file. */
#include "cli.h"

#include <string.h>

/* What a new file, or one in the place of the input, is asked for. */
static bool check_options(const arguments *parsed, int64_t *axis)
{
    const char *text = parsed->given[OPTION_AXIS] ? parsed->values[OPTION_AXIS] : "-1";
    static const option_id saving[] = {OPTION_FORCE, OPTION_ORDER, OPTION_CODEC, OPTION_TO};
    for (size_t i = 0; i < sizeof saving / sizeof *saving; i++)
        if (parsed->given[saving[i]] && !parsed->given[OPTION_OUTPUT]) {
            cli_usage("--%s goes with --output", cli_options[saving[i]].name);
            return false;
        }
    if (parsed->lists[OPTION_OUTPUT].count > 1) {
        cli_usage("one array is sorted into one file, not into %d", parsed->lists[OPTION_OUTPUT].count);
        return false;
    }
    return cli_parse_integer("--axis", text, strlen(text), -FA_MAX_NDIM, FA_MAX_NDIM - 1, axis);
}

static int sort_in_place(const arguments *parsed, int axis)
{
    int status = EXIT_OK;
    fa_error err = {0};
    fa_array *array = cli_open_as(parsed, NULL, parsed->operands[0], FA_READ_WRITE, &status);
    if (array == NULL)
        return status;
    progress_bar bar;
    cli_progress_begin(&bar, parsed->operands[0], parsed);
    if (parsed->given[OPTION_DESCENDING]) {
        fa_array *turned = fa_flip(array, FA_AXES(axis), &err); /* elements that ascend from the end */
        fa_sort_in_place(turned, axis, &bar.options, &err);
        fa_release(turned);
    } else {
        fa_sort_in_place(array, axis, &bar.options, &err);
    }
    cli_progress_end(&bar);
    fa_flush(array, &err);
    if (fa_failed(&err)) {
        status = cli_fail(&err, NULL);
    } else if (parsed->given[OPTION_JSON]) {
        json_begin('{');
        json_key("file");
        json_string(parsed->operands[0]);
        json_describe(array);
        json_end('}');
        putchar('\n');
    }
    fa_release(array);
    return status;
}

static int sort_into(const arguments *parsed, int axis)
{
    const char *in = parsed->operands[0], *out = parsed->values[OPTION_OUTPUT];
    fa_create_options options = {0};
    fa_dtype *dtype = NULL; /* --dtype is no option here */
    fa_error err = {0};
    int status = EXIT_OK;
    if (!cli_parse_saving(parsed, &options, &dtype))
        return EXIT_USAGE;
    status = cli_check_output(parsed, out, in, in);
    fa_array *array = status == EXIT_OK ? cli_open(parsed, NULL, in, &status) : NULL;
    if (array == NULL)
        return status;
    fa_array *turned = parsed->given[OPTION_DESCENDING] ? fa_flip(array, FA_AXES(axis), &err) : NULL;
    fa_array *sorted = fa_sort(turned != NULL ? turned : array, FA_AXES(axis), &err);
    fa_array *result = turned != NULL ? fa_flip(sorted, FA_AXES(axis), &err) : fa_retain(sorted);
    fa_output output = {.array = result, .path = out, .options = &options};
    if (!fa_failed(&err))
        cli_save(parsed, &output, 1, &err);
    fa_release(result);
    fa_release(sorted);
    fa_release(turned);
    fa_release(array);
    return fa_failed(&err) ? cli_fail(&err, NULL) : EXIT_OK;
}

int command_sort(const arguments *parsed)
{
    int64_t axis;
    if (!cli_check_raws(parsed, NULL, 0) || !check_options(parsed, &axis))
        return EXIT_USAGE;
    return parsed->given[OPTION_OUTPUT] ? sort_into(parsed, (int)axis) : sort_in_place(parsed, (int)axis);
}
