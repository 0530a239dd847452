/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes the command line apart by the table: options may stand anywhere, "--" ends them, "--name=value" and
 * "--name value" are the same. Everything that is wrong is one usage error, with the nearest known name.
 * Knows nothing about what commands do. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- Nearest names ---- */

enum { LONGEST_NAME = 32 };

/* Insertions, deletions and replacements that turn one word into the other. */
static int edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int row[LONGEST_NAME + 1];
    for (size_t j = 0; j <= b_length; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= a_length; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= b_length; j++) {
            int best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b_length];
}

const char *cli_nearest(const char *text, size_t length, const char *const *candidates, int count)
{
    const char *nearest = NULL;
    if (length > LONGEST_NAME)
        return NULL;
    int least = (int)length / 3 + 2;
    for (int i = 0; i < count; i++) {
        size_t candidate_length = strlen(candidates[i]);
        if (candidate_length > LONGEST_NAME)
            continue;
        int distance = edit_distance(text, length, candidates[i], candidate_length);
        if (distance < least) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

/* ---- The parser ---- */

static bool find_command(const char *name, arguments *parsed)
{
    const char *names[CLI_MOST_COMMANDS];
    for (int i = 0; i < cli_command_count; i++) {
        names[i] = cli_commands[i].name;
        if (strcmp(name, names[i]) == 0) {
            parsed->command = &cli_commands[i];
            return true;
        }
    }
    const char *nearest = cli_nearest(name, strlen(name), names, cli_command_count);
    if (nearest != NULL)
        cli_usage("'%s' is not a command; did you mean %s?", name, nearest);
    else
        cli_usage("'%s' is not a command (farray --help lists them)", name);
    return false;
}

static bool unknown_option(const char *text, size_t length, const arguments *parsed)
{
    const char *names[OPTION_COUNT];
    int count = 0;
    for (int i = 0; i < OPTION_COUNT; i++)
        if (parsed->command == NULL || parsed->command->options >> i & 1)
            names[count++] = cli_options[i].name;
    const char *nearest = cli_nearest(text, length, names, count);
    if (nearest != NULL)
        cli_usage("unknown option --%.*s; did you mean --%s?", (int)length, text, nearest);
    else
        cli_usage("unknown option --%.*s (farray %s%s--help lists them)", (int)length, text,
                  parsed->command ? parsed->command->name : "", parsed->command ? " " : "");
    return false;
}

static bool take_option(option_id id, const char *value, arguments *parsed)
{
    const option_row *option = &cli_options[id];
    if (option->repeatable) {
        value_list *list = &parsed->lists[id];
        list->values[list->count++] = value;
    } else if (parsed->given[id]) {
        cli_usage("--%s is given twice", option->name);
        return false;
    }
    parsed->given[id] = true;
    parsed->values[id] = value;
    return true;
}

/* "--name", "--name=value", "--name" "value". Moves *at over a value that is an argument of its own. */
static bool parse_long(int argc, char **argv, int *at, arguments *parsed)
{
    const char *text = argv[*at] + 2, *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    for (int i = 0; i < OPTION_COUNT; i++) {
        const option_row *option = &cli_options[i];
        if (strlen(option->name) != length || memcmp(option->name, text, length) != 0)
            continue;
        if (option->argument == NULL && equals != NULL) {
            cli_usage("--%s takes no value", option->name);
            return false;
        }
        if (option->argument == NULL)
            return take_option((option_id)i, NULL, parsed);
        if (equals != NULL)
            return take_option((option_id)i, equals + 1, parsed);
        if (option->otherwise != NULL)
            return take_option((option_id)i, option->otherwise, parsed);
        if (*at + 1 >= argc) {
            cli_usage("--%s needs a value: --%s %s", option->name, option->name, option->argument);
            return false;
        }
        return take_option((option_id)i, argv[++*at], parsed);
    }
    return unknown_option(text, length, parsed);
}

/* "-o value", "-ovalue", "-q". */
static bool parse_short(int argc, char **argv, int *at, arguments *parsed)
{
    const char *text = argv[*at];
    for (int i = 0; i < OPTION_COUNT; i++) {
        const option_row *option = &cli_options[i];
        if (option->letter != text[1])
            continue;
        if (option->argument == NULL) {
            if (text[2] != '\0')
                break;
            return take_option((option_id)i, NULL, parsed);
        }
        if (text[2] != '\0')
            return take_option((option_id)i, text + 2, parsed);
        if (*at + 1 >= argc) {
            cli_usage("-%c needs a value: -%c %s", option->letter, option->letter, option->argument);
            return false;
        }
        return take_option((option_id)i, argv[++*at], parsed);
    }
    cli_usage("unknown option %s (what begins with a minus and is no option follows --)", text);
    return false;
}

/* "-1" and "-1:" are slices and numbers, not options. */
static bool is_option(const char *text)
{
    return text[0] == '-' && text[1] != '\0' && strchr("0123456789.:", text[1]) == NULL;
}

static bool parse_all(int argc, char **argv, arguments *parsed)
{
    bool options_end = false;
    for (int at = 1; at < argc; at++) {
        char *text = argv[at];
        if (!options_end && strcmp(text, "--") == 0) {
            options_end = true;
        } else if (!options_end && is_option(text)) {
            if (!(text[1] == '-' ? parse_long(argc, argv, &at, parsed)
                                 : parse_short(argc, argv, &at, parsed)))
                return false;
        } else if (parsed->command == NULL) {
            if (!find_command(text, parsed))
                return false;
        } else {
            parsed->operands[parsed->operand_count++] = text;
        }
    }
    return true;
}

static bool check_counts(const arguments *parsed)
{
    const command_row *command = parsed->command;
    if (command == NULL) {
        cli_usage("a command is missing (farray --help lists them)");
        return false;
    }
    for (int i = 0; i < OPTION_COUNT; i++)
        if (parsed->given[i] && !(command->options >> i & 1)) {
            cli_usage("--%s is not an option of %s (farray %s --help lists them)", cli_options[i].name,
                      command->name, command->name);
            return false;
        }
    if (parsed->operand_count < command->least_operands) {
        cli_usage("%s needs %s (farray %s --help has examples)", command->name, command->operands,
                  command->name);
        return false;
    }
    if (command->most_operands >= 0 && parsed->operand_count > command->most_operands) {
        cli_usage("%s does not take '%s': farray %s %s", command->name,
                  parsed->operands[command->most_operands], command->name, command->operands);
        return false;
    }
    return true;
}

bool cli_parse(int argc, char **argv, arguments *parsed)
{
    memset(parsed, 0, sizeof *parsed);
    parsed->operands = calloc((size_t)argc + 1, sizeof *parsed->operands);
    bool has_room = parsed->operands != NULL;
    for (int i = 0; i < OPTION_COUNT; i++)
        if (cli_options[i].repeatable) {
            parsed->lists[i].values = calloc((size_t)argc + 1, sizeof *parsed->lists[i].values);
            has_room = has_room && parsed->lists[i].values != NULL;
        }
    if (!has_room) {
        cli_usage("the system has no memory for %d arguments", argc);
        return false;
    }
    if (!parse_all(argc, argv, parsed))
        return false;
    if (parsed->given[OPTION_HELP] || parsed->given[OPTION_VERSION])
        return true;
    return check_counts(parsed);
}

void cli_arguments_clear(arguments *parsed)
{
    free(parsed->operands);
    for (int i = 0; i < OPTION_COUNT; i++)
        free(parsed->lists[i].values);
    memset(parsed, 0, sizeof *parsed);
}
