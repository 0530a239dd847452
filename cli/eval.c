/* SPDX-License-Identifier: BSD-3-Clause */
/* farray eval: computes expressions over files into new files, or prints the value of one. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* The operands NAME=PATH. */
typedef struct inputs {
    int count;
    char **names; /* owned */
    const char **paths;
    fa_variable *variables;
} inputs;

/* The expressions, and what is computed for each. */
typedef struct expressions {
    int count;
    const char **texts;
    fa_output *outputs;
} expressions;

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

/* NAME=PATH; what has == there is an expression. */
static bool is_input(const char *operand)
{
    const char *equals = strchr(operand, '=');
    return equals != NULL && is_identifier(operand, (size_t)(equals - operand)) && equals[1] != '=';
}

/* The first operand is an expression; of the others, those that are no inputs are as many as there are
 * outputs. */
static bool take_operands(const arguments *parsed, inputs *taken, expressions *asked)
{
    size_t most = (size_t)parsed->operand_count;
    int outputs = parsed->lists[OPTION_OUTPUT].count;
    taken->names = calloc(most, sizeof *taken->names);
    taken->paths = calloc(most, sizeof *taken->paths);
    taken->variables = calloc(most, sizeof *taken->variables);
    asked->texts = calloc(most, sizeof *asked->texts);
    asked->outputs = calloc(most, sizeof *asked->outputs);
    if (taken->names == NULL || taken->paths == NULL || taken->variables == NULL || asked->texts == NULL ||
        asked->outputs == NULL) {
        cli_usage("the system has no memory for %d operands", parsed->operand_count);
        return false;
    }
    for (int i = 0; i < parsed->operand_count; i++) {
        const char *operand = parsed->operands[i];
        if (i == 0 || (asked->count < outputs && !is_input(operand)))
            asked->texts[asked->count++] = operand;
        else if (!take_input(operand, taken))
            return false;
    }
    if (outputs > asked->count) {
        cli_usage("%d times --output, but only %d expression%s", outputs, asked->count,
                  asked->count > 1 ? "s" : "");
        return false;
    }
    return cli_check_raws(parsed, (const char *const *)taken->names, taken->count) &&
           cli_check_printing(parsed);
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

static int check_outputs(const arguments *parsed, const inputs *taken)
{
    const value_list *outputs = &parsed->lists[OPTION_OUTPUT];
    int status = EXIT_OK;
    for (int i = 0; i < outputs->count; i++)
        for (int j = 0; j < taken->count && status == EXIT_OK; j++)
            status = cli_check_output(parsed, outputs->values[i], taken->names[j], taken->paths[j]);
    return status;
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

/* Computes all expressions together. *wrong is the one that an error is about. */
static void evaluate(const arguments *parsed, const inputs *taken, expressions *asked,
                     const fa_create_options *options, const char **wrong, fa_error *err)
{
    for (int i = 0; i < asked->count && !fa_failed(err); i++) {
        *wrong = asked->texts[i];
        asked->outputs[i].array = fa_eval(asked->texts[i], (fa_vars){taken->count, taken->variables}, err);
        asked->outputs[i].path = parsed->given[OPTION_OUTPUT] ? parsed->lists[OPTION_OUTPUT].values[i] : NULL;
        asked->outputs[i].options = options;
    }
    if (!fa_failed(err) && parsed->given[OPTION_OUTPUT])
        cli_save(parsed, asked->outputs, asked->count, err);
    else if (!fa_failed(err))
        print_value(parsed, asked->outputs[0].array, err);
}

int command_eval(const arguments *parsed)
{
    inputs taken = {0};
    expressions asked = {0};
    fa_create_options options = {0};
    fa_dtype *dtype = NULL;
    int status = EXIT_USAGE;
    if (parsed->given[OPTION_FORCE] && !parsed->given[OPTION_OUTPUT])
        status = cli_usage("--force goes with --output");
    else if (parsed->given[OPTION_CODEC] && !parsed->given[OPTION_OUTPUT])
        status = cli_usage("--codec goes with --output");
    else if (cli_parse_saving(parsed, &options, &dtype) && take_operands(parsed, &taken, &asked))
        status = open_inputs(parsed, &taken);
    if (status == EXIT_OK)
        status = check_outputs(parsed, &taken);
    if (status == EXIT_OK) {
        fa_error err = {0};
        const char *wrong = NULL;
        evaluate(parsed, &taken, &asked, &options, &wrong, &err);
        if (fa_failed(&err))
            status = cli_fail(&err, wrong);
    }
    for (int i = 0; i < asked.count; i++)
        fa_release(asked.outputs[i].array);
    free(asked.texts);
    free(asked.outputs);
    fa_dtype_release(dtype);
    release_inputs(&taken);
    return status;
}
