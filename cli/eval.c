/* SPDX-License-Identifier: BSD-3-Clause */
/* farray eval: computes expressions over files into new files, or prints the value of one. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* The operands, told apart: the expressions with what is computed for each, and NAME=PATH. */
typedef struct task {
    int count, input_count;
    const char **texts, **inputs;
    fa_output *outputs;
} task;

/* The first operand is an expression. Of the others, those that are no NAME=PATH (what has == there is none)
 * are as many as there are outputs. */
static bool take_operands(const arguments *parsed, task *asked)
{
    size_t most = (size_t)parsed->operand_count;
    int outputs = parsed->lists[OPTION_OUTPUT].count;
    asked->texts = calloc(most, sizeof *asked->texts);
    asked->inputs = calloc(most, sizeof *asked->inputs);
    asked->outputs = calloc(most, sizeof *asked->outputs);
    if (asked->texts == NULL || asked->inputs == NULL || asked->outputs == NULL) {
        cli_usage("the system has no memory for %d operands", parsed->operand_count);
        return false;
    }
    for (int i = 0; i < parsed->operand_count; i++) {
        const char *operand = parsed->operands[i];
        if (i == 0 || (asked->count < outputs && !cli_is_input(operand)))
            asked->texts[asked->count++] = operand;
        else if (cli_is_input(operand))
            asked->inputs[asked->input_count++] = operand;
        else {
            cli_usage("'%s' is not NAME=PATH, and another expression needs an --output of its own", operand);
            return false;
        }
    }
    if (outputs <= asked->count)
        return true;
    cli_usage("%d times --output, but only %d expression%s", outputs, asked->count,
              asked->count > 1 ? "s" : "");
    return false;
}

static int check_outputs(const arguments *parsed, const cli_inputs *taken)
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
static void evaluate(const arguments *parsed, const cli_inputs *taken, task *asked,
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

/* What only means something with a file to write. */
static bool check_options(const arguments *parsed)
{
    static const option_id saving[] = {OPTION_FORCE, OPTION_ORDER, OPTION_CODEC};
    for (size_t i = 0; i < sizeof saving / sizeof *saving; i++)
        if (parsed->given[saving[i]] && !parsed->given[OPTION_OUTPUT]) {
            cli_usage("--%s goes with --output", cli_options[saving[i]].name);
            return false;
        }
    return true;
}

int command_eval(const arguments *parsed)
{
    cli_inputs taken = {0};
    task asked = {0};
    fa_create_options options = {0};
    fa_dtype *dtype = NULL;
    int status = EXIT_USAGE;
    if (check_options(parsed) && cli_parse_saving(parsed, &options, &dtype) &&
        take_operands(parsed, &asked) &&
        cli_take_inputs(parsed, asked.inputs, asked.input_count, NULL, &taken))
        status = cli_open_inputs(parsed, &taken);
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
    free(asked.inputs);
    free(asked.outputs);
    fa_dtype_release(dtype);
    cli_release_inputs(&taken);
    return status;
}
