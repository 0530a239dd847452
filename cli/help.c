/* SPDX-License-Identifier: BSD-3-Clause */
/* --help, made from the table. */
#include "cli.h"

#include <ctype.h>

static void print_option(const option_row *option)
{
    char left[64];
    const bool may_lack = option->otherwise != NULL;
    snprintf(left, sizeof left, "%c%c%s --%s%s%s%s", option->letter ? '-' : ' ',
             option->letter ? option->letter : ' ', option->letter ? "," : " ", option->name,
             may_lack           ? "[="
             : option->argument ? " "
                                : "",
             option->argument ? option->argument : "", may_lack ? "]" : "");
    printf("  %-21s %s\n", left, option->help);
}

void help_command(const command_row *command)
{
    printf("farray %s%s%s [options]\n\n%s.\n\n%s\n\nOptions:\n", command->name,
           command->operands[0] ? " " : "", command->operands, command->summary, command->details);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (command->options >> i & 1)
            print_option(&cli_options[i]);
    printf("\nExamples:\n");
    for (int i = 0; i < CLI_MOST_EXAMPLES && command->examples[i].command != NULL; i++)
        printf("  # %s\n  %s\n", command->examples[i].meaning, command->examples[i].command);
}

static void print_rows(const char *heading, const text_row *rows)
{
    printf("\n%s:\n", heading);
    for (; rows->name != NULL; rows++)
        printf("  %-15s %s\n", rows->name, rows->text);
}

void help_all(void)
{
    printf("farray %s: arrays that live in files, with NumPy's meaning, larger than memory.\n\n", FA_VERSION);
    for (int i = 0; i < cli_command_count; i++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", cli_commands[i].name, cli_commands[i].operands);
        printf("  farray %-23s %s\n", left, cli_commands[i].summary);
    }
    printf("\nfarray COMMAND --help describes a command, with examples.\n");
    print_rows("Exit status", cli_exit_statuses);
    print_rows("Environment", cli_environment);
}
