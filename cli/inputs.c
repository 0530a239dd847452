/* SPDX-License-Identifier: BSD-3-Clause */
/* The operands NAME=PATH of commands that take an expression, and the file that some of them change. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

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

static bool take_name(const char *text, size_t length, const char *path, cli_inputs *taken)
{
    for (int i = 0; i < taken->count; i++)
        if (strlen(taken->names[i]) == length && memcmp(taken->names[i], text, length) == 0) {
            cli_usage("%.*s=... is given twice", (int)length, text);
            return false;
        }
    char *name = strndup(text, length);
    if (name == NULL) {
        cli_usage("the system has no memory for the name %.*s", (int)length, text);
        return false;
    }
    taken->names[taken->count] = name;
    taken->paths[taken->count++] = path;
    return true;
}

static bool take_input(const char *operand, cli_inputs *taken)
{
    const char *equals = strchr(operand, '=');
    if (equals == NULL || !is_identifier(operand, (size_t)(equals - operand)) || equals[1] == '\0') {
        cli_usage("'%s' is not NAME=PATH", operand);
        return false;
    }
    return take_name(operand, (size_t)(equals - operand), equals + 1, taken);
}

bool cli_is_input(const char *operand)
{
    const char *equals = strchr(operand, '=');
    return equals != NULL && is_identifier(operand, (size_t)(equals - operand)) && equals[1] != '=';
}

bool cli_take_inputs(const arguments *parsed, const char *const *operands, int count, const char *target,
                     cli_inputs *taken)
{
    size_t most = (size_t)count + 1;
    taken->names = calloc(most, sizeof *taken->names);
    taken->paths = calloc(most, sizeof *taken->paths);
    taken->variables = calloc(most, sizeof *taken->variables);
    if (taken->names == NULL || taken->paths == NULL || taken->variables == NULL) {
        cli_usage("the system has no memory for %d operands", count);
        return false;
    }
    taken->has_target = target != NULL;
    if (target != NULL && !take_name(CLI_SELF, strlen(CLI_SELF), target, taken))
        return false;
    for (int i = 0; i < count; i++)
        if (!take_input(operands[i], taken))
            return false;
    return cli_check_raws(parsed, (const char *const *)taken->names, taken->count) &&
           cli_check_printing(parsed);
}

int cli_open_inputs(const arguments *parsed, cli_inputs *taken)
{
    int status = EXIT_OK;
    for (int i = 0; i < taken->count && status == EXIT_OK; i++) {
        taken->variables[i].name = taken->names[i];
        fa_mode mode =
            strcmp(taken->names[i], CLI_SELF) == 0 && taken->has_target ? FA_READ_WRITE : FA_READ_ONLY;
        taken->variables[i].array = cli_open_as(parsed, taken->names[i], taken->paths[i], mode, &status);
    }
    return status;
}

void cli_release_inputs(cli_inputs *taken)
{
    for (int i = 0; i < taken->count; i++) {
        fa_release(taken->variables[i].array);
        free(taken->names[i]);
    }
    free(taken->names);
    free(taken->paths);
    free(taken->variables);
}
