/* SPDX-License-Identifier: BSD-3-Clause */
/* farray eval: computes an expression over files into a new file, or prints its value. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The operands NAME=PATH. */
typedef struct inputs {
    int count;
    char **names; /* owned */
    const char **paths;
    fa_variable *variables;
} inputs;

static bool is_identifier(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char character = text[i];
        bool letter = character == '_' || (character >= 'a' && character <= 'z') ||
                      (character >= 'A' && character <= 'Z');
        if (!letter && (i == 0 || character < '0' || character > '9'))
            return false;
    }
    return length > 0;
}

static bool take_input(const char *operand, inputs *taken)
{
    const char *equals = strchr(operand, '=');
    if (equals == NULL || !is_identifier(operand, (size_t)(equals - operand)) || equals[1] == '\0') {
        cli_usage("'%s' is not NAME=PATH", operand);
        return false;
    }
    size_t length = (size_t)(equals - operand);
    for (int i = 0; i < taken->count; i++)
        if (strlen(taken->names[i]) == length && memcmp(taken->names[i], operand, length) == 0) {
            cli_usage("%.*s=... is given twice", (int)length, operand);
            return false;
        }
    char *name = strndup(operand, length);
    if (name == NULL) {
        cli_usage("the system has no memory for the name %.*s", (int)length, operand);
        return false;
    }
    taken->names[taken->count] = name;
    taken->paths[taken->count++] = equals + 1;
    return true;
}

static bool take_inputs(const arguments *parsed, inputs *taken)
{
    size_t most = (size_t)parsed->operand_count;
    taken->names = calloc(most, sizeof *taken->names);
    taken->paths = calloc(most, sizeof *taken->paths);
    taken->variables = calloc(most, sizeof *taken->variables);
    if (taken->names == NULL || taken->paths == NULL || taken->variables == NULL) {
        cli_usage("the system has no memory for %d operands", parsed->operand_count);
        return false;
    }
    for (int i = 1; i < parsed->operand_count; i++)
        if (!take_input(parsed->operands[i], taken))
            return false;
    return cli_check_raws(parsed, (const char *const *)taken->names, taken->count) && cli_check_printing(parsed);
}

static int open_inputs(const arguments *parsed, inputs *taken)
{
    int status = EXIT_OK;
    for (int i = 0; i < taken->count && status == EXIT_OK; i++) {
        taken->variables[i].name = taken->names[i];
        taken->variables[i].array = cli_open(parsed, taken->names[i], taken->paths[i], &status);
    }
    return status;
}

static void release_inputs(inputs *taken)
{
    for (int i = 0; i < taken->count; i++) {
        fa_release(taken->variables[i].array);
        free(taken->names[i]);
    }
    free(taken->names);
    free(taken->paths);
    free(taken->variables);
}

/* A result in the place of an input is safe (the input is read through while the new file has no name yet),
 * but seldom meant: it is asked for by --force. */
static int check_output(const arguments *parsed, const inputs *taken)
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

static void save(const arguments *parsed, fa_array *array, fa_error *err)
{
    const char *path = parsed->values[OPTION_OUTPUT];
    progress_bar bar;
    cli_progress_begin(&bar, path, parsed);
    fa_evaluate_all(&(fa_output){.array = array, .path = path}, 1, &bar.options, err);
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
    inputs taken = {0};
    int status = EXIT_USAGE;
    const char *expression = parsed->operands[0];
    if (parsed->given[OPTION_FORCE] && !parsed->given[OPTION_OUTPUT])
        status = cli_usage("--force goes with --output");
    else if (take_inputs(parsed, &taken))
        status = open_inputs(parsed, &taken);
    if (status == EXIT_OK && parsed->given[OPTION_OUTPUT])
        status = check_output(parsed, &taken);
    if (status == EXIT_OK) {
        fa_error err = {0};
        fa_array *array = fa_eval(expression, (fa_vars){taken.count, taken.variables}, &err);
        if (!fa_failed(&err) && parsed->given[OPTION_OUTPUT])
            save(parsed, array, &err);
        else if (!fa_failed(&err))
            print_value(parsed, array, &err);
        if (fa_failed(&err))
            status = cli_fail(&err, expression);
        fa_release(array);
    }
    release_inputs(&taken);
    return status;
}
