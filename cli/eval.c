/* SPDX-License-Identifier: BSD-3-Clause */
/* farray eval: computes an expression over files into a new file, or prints its value. */
#include "cli.h"

#include <string.h>
#include <sys/stat.h>

/* A result in the place of an input is safe (the input is read through while the new file has no name yet),
 * but seldom meant: it is asked for by --force. */
static int check_output(const arguments *parsed, const cli_inputs *taken)
{
    struct stat output, input;
    const char *path = parsed->values[OPTION_OUTPUT];
    if (parsed->given[OPTION_FORCE] || stat(path, &output) != 0)
        return EXIT_OK;
    for (int i = 0; i < taken->count; i++)
        if (stat(taken->paths[i], &input) == 0 && input.st_dev == output.st_dev &&
            input.st_ino == output.st_ino)
            return cli_fail_text("%s: is the input %s; with --force the result takes its place", path,
                                 taken->names[i]);
    return EXIT_OK;
}

static void save(const arguments *parsed, fa_array *array, fa_order order, fa_error *err)
{
    const char *path = parsed->values[OPTION_OUTPUT];
    progress_bar bar;
    cli_progress_begin(&bar, path, parsed);
    fa_create_options options = {.order = order};
    fa_evaluate_all(&(fa_output){.array = array, .path = path, .options = &options}, 1, &bar.options, err);
    cli_progress_end(&bar);
    if (fa_failed(err) || !parsed->given[OPTION_JSON])
        return;
    json_begin('{');
    json_key("file");
    json_string(path);
    json_describe(array);
    json_end('}');
    putchar('\n');
}

/* What is small is computed whole, under a bar; of what is large the corners are computed by printing them.
 */
static void print_value(const arguments *parsed, fa_array *array, fa_error *err)
{
    fa_array *small = NULL;
    if (fa_size(array) <= JSON_MOST_ELEMENTS) {
        /* Into an array of its own: of a slice of a computation only the slice is computed then. */
        progress_bar bar;
        small = fa_empty(fa_dtype_of_array(array), (fa_shape){fa_ndim(array), fa_sizes(array)}, err);
        cli_progress_begin(&bar, "eval", parsed);
        fa_evaluate_all(&(fa_output){.array = array, .target = small}, 1, &bar.options, err);
        cli_progress_end(&bar);
        cli_progress_release_signals();
    }
    if (!fa_failed(err))
        cli_print_value(small != NULL ? small : array, parsed, err);
    fa_release(small);
}

int command_eval(const arguments *parsed)
{
    cli_inputs taken = {0};
    int status = EXIT_USAGE;
    const char *expression = parsed->operands[0], *in_order = parsed->values[OPTION_ORDER];
    fa_order order = FA_ORDER_C;
    if ((parsed->given[OPTION_FORCE] || in_order != NULL) && !parsed->given[OPTION_OUTPUT])
        status = cli_usage("--%s goes with --output", parsed->given[OPTION_FORCE] ? "force" : "order");
    else if ((in_order == NULL || cli_parse_order("--order", in_order, strlen(in_order), &order)) &&
             cli_take_inputs(parsed, 1, NULL, &taken))
        status = cli_open_inputs(parsed, &taken);
    if (status == EXIT_OK && parsed->given[OPTION_OUTPUT])
        status = check_output(parsed, &taken);
    if (status == EXIT_OK) {
        fa_error err = {0};
        fa_array *array = fa_eval(expression, (fa_vars){taken.count, taken.variables}, &err);
        if (!fa_failed(&err) && parsed->given[OPTION_OUTPUT])
            save(parsed, array, order, &err);
        else if (!fa_failed(&err))
            print_value(parsed, array, &err);
        if (fa_failed(&err))
            status = cli_fail(&err, expression);
        fa_release(array);
    }
    cli_release_inputs(&taken);
    return status;
}
