/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the manual pages and the completions of bash, zsh and fish, from the tables that --help is printed
 * from: a new command or option is in all of them at once. Usage: manual FOLDER. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    return file;
}

static void finish(FILE *file, const char *name)
{
    if (ferror(file) || fclose(file) != 0) {
        fprintf(stderr, "%s: %s\n", name, strerror(errno));
        exit(1);
    }
}

/* ---- Manual pages ---- */

/* Text as roff takes it: no character of it is a command. */
static void roff(FILE *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        bool begins_line = c == text || c[-1] == '\n';
        if (begins_line && (*c == '.' || *c == '\''))
            fputs("\\&", out);
        switch (*c) {
        case '\\':
            fputs("\\e", out);
            break;
        case '-':
            fputs("\\-", out);
            break;
        case '\'':
            fputs("\\(aq", out);
            break;
        case '^':
            fputs("\\(ha", out);
            break;
        case '~':
            fputs("\\(ti", out);
            break;
        default:
            putc(*c, out);
        }
    }
}

static void roff_bold(FILE *out, const char *text)
{
    fputs("\\fB", out);
    roff(out, text);
    fputs("\\fR", out);
}

static void page_head(FILE *out, const char *title, const char *name, const char *summary)
{
    fprintf(out, ".TH %s 1 \"\" \"farray %s\" \"User Commands\"\n.SH NAME\n", title, FA_VERSION);
    roff(out, name);
    fputs(" \\- ", out);
    roff(out, summary);
    fputs("\n.SH SYNOPSIS\n", out);
}

/* Whether the next word belongs to it. */
static bool needs_value(const option_row *option)
{
    return option->argument != NULL && option->otherwise == NULL;
}

static void page_option(FILE *out, const option_row *option)
{
    fputs(".TP\n", out);
    if (option->letter != '\0')
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", out);
    roff(out, option->name);
    fputs("\\fR", out);
    if (option->argument != NULL) {
        fputs(option->otherwise != NULL ? "[=\\fI" : " \\fI", out);
        roff(out, option->argument);
        fputs(option->otherwise != NULL ? "\\fR]" : "\\fR", out);
    }
    putc('\n', out);
    roff(out, option->help);
    fputs(".\n", out);
}

static void page_rows(FILE *out, const char *heading, const text_row *rows)
{
    fprintf(out, ".SH %s\n", heading);
    for (; rows->name != NULL; rows++) {
        fputs(".TP\n", out);
        roff_bold(out, rows->name);
        putc('\n', out);
        roff(out, rows->text);
        fputs(".\n", out);
    }
}

static void command_page(const char *folder, const command_row *command)
{
    char name[64], title[64];
    snprintf(name, sizeof name, "farray-%s", command->name);
    snprintf(title, sizeof title, "%s", name);
    for (char *c = title; *c != '\0'; c++)
        *c = *c == '-' ? '-' : (char)(*c - 'a' + 'A');
    strcat(name, ".1");
    FILE *out = create(folder, name);
    name[strlen(name) - 2] = '\0';
    page_head(out, title, name, command->summary);
    roff_bold(out, "farray ");
    roff_bold(out, command->name);
    putc(' ', out);
    roff(out, command->operands);
    fputs(" [options]\n.SH DESCRIPTION\n", out);
    roff(out, command->details);
    fputs("\n.SH OPTIONS\n", out);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (command->options >> i & 1)
            page_option(out, &cli_options[i]);
    fputs(".SH EXAMPLES\n", out);
    for (int i = 0; i < CLI_MOST_EXAMPLES && command->examples[i].command != NULL; i++) {
        fputs(".TP\n", out);
        roff(out, command->examples[i].meaning);
        fputs(":\n", out);
        roff_bold(out, command->examples[i].command);
        putc('\n', out);
    }
    page_rows(out, "EXIT STATUS", cli_exit_statuses);
    page_rows(out, "ENVIRONMENT", cli_environment);
    fputs(".SH SEE ALSO\n.BR farray (1)\n", out);
    finish(out, name);
}

static void main_page(const char *folder)
{
    FILE *out = create(folder, "farray.1");
    page_head(out, "FARRAY", "farray", "arrays that live in files, with NumPy's meaning, larger than memory");
    fputs("\\fBfarray\\fR \\fIcommand\\fR [options]\n.SH COMMANDS\n", out);
    for (int i = 0; i < cli_command_count; i++) {
        fprintf(out, ".TP\n\\fBfarray %s\\fR ", cli_commands[i].name);
        roff(out, cli_commands[i].operands);
        putc('\n', out);
        roff(out, cli_commands[i].summary);
        fprintf(out, ": see\n.BR farray\\-%s (1).\n", cli_commands[i].name);
    }
    page_rows(out, "EXIT STATUS", cli_exit_statuses);
    page_rows(out, "ENVIRONMENT", cli_environment);
    fputs(".SH SEE ALSO\n", out);
    for (int i = 0; i < cli_command_count; i++)
        fprintf(out, ".BR farray\\-%s (1)%s\n", cli_commands[i].name, i + 1 < cli_command_count ? "," : "");
    finish(out, "farray.1");
}

/* ---- Completions ---- */

static void words(FILE *out, uint64_t options)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (!(options >> i & 1))
            continue;
        fprintf(out, " --%s", cli_options[i].name);
        if (cli_options[i].letter != '\0')
            fprintf(out, " -%c", cli_options[i].letter);
    }
}

static void bash(const char *folder)
{
    FILE *out = create(folder, "farray.bash");
    fputs("# Completion of bash for farray, made from the tables of its --help.\n"
          "_farray()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} "
          "command=${COMP_WORDS[1]} options\n"
          "    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W '",
          out);
    for (int i = 0; i < cli_command_count; i++)
        fprintf(out, "%s ", cli_commands[i].name);
    fputs("--help --version' -- \"$word\"))\n        return\n    fi\n    case $before in\n", out);
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (!needs_value(&cli_options[i]))
            continue;
        fprintf(out, "    --%s", cli_options[i].name);
        if (cli_options[i].letter != '\0')
            fprintf(out, " | -%c", cli_options[i].letter);
        if (cli_options[i].choices != NULL)
            fprintf(out, ") COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n",
                    cli_options[i].choices);
        else
            fprintf(out, ") %s; return ;;\n", cli_options[i].takes_path ? "compopt -o default" : ":");
    }
    fputs("    esac\n    if [[ $word != -* ]]; then\n        compopt -o default\n        return\n    fi\n    "
          "case $command in\n",
          out);
    for (int i = 0; i < cli_command_count; i++) {
        fprintf(out, "    %s) options='", cli_commands[i].name);
        words(out, cli_commands[i].options);
        fputs("' ;;\n", out);
    }
    fputs(
        "    esac\n    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n}\ncomplete -F _farray farray\n",
        out);
    finish(out, "farray.bash");
}

/* Text between single quotes of a shell; `also` is a character that needs a backslash as well. */
static void quoted(FILE *out, const char *text, const char *also)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (strchr(also, *text) != NULL)
            fprintf(out, "\\%c", *text);
        else
            putc(*text, out);
    }
}

static void zsh(const char *folder)
{
    FILE *out = create(folder, "_farray");
    fputs(
        "#compdef farray\n# Completion of zsh for farray, made from the tables of its --help.\n_farray()\n{\n"
        "    local -a commands\n    commands=(\n",
        out);
    for (int i = 0; i < cli_command_count; i++) {
        fprintf(out, "        '%s:", cli_commands[i].name);
        quoted(out, cli_commands[i].summary, "");
        fputs("'\n", out);
    }
    fputs("    )\n    if ((CURRENT == 2)); then\n        _describe command commands\n        return\n    fi\n"
          "    local command=$words[2]\n    shift words\n    ((CURRENT--))\n    case $command in\n",
          out);
    for (int i = 0; i < cli_command_count; i++) {
        fprintf(out, "    %s)\n        _arguments -s", cli_commands[i].name);
        for (int k = 0; k < OPTION_COUNT; k++) {
            const option_row *option = &cli_options[k];
            if (!(cli_commands[i].options >> k & 1))
                continue;
            for (int with_letter = 0; with_letter <= (option->letter != '\0'); with_letter++) {
                fputs(" \\\n            '", out);
                fputs(option->repeatable ? "*" : "", out);
                if (with_letter)
                    fprintf(out, "-%c[", option->letter);
                else
                    fprintf(out, "--%s[", option->name);
                quoted(out, option->help, "[]:");
                putc(']', out);
                if (needs_value(option)) {
                    fprintf(out, ":%s:", option->argument);
                    if (option->choices != NULL)
                        fprintf(out, "(%s)", option->choices);
                    else
                        fputs(option->takes_path ? "_files" : " ", out);
                }
                putc('\'', out);
            }
        }
        fputs(" \\\n            '*:file:_files'\n        ;;\n", out);
    }
    fputs("    esac\n}\n_farray \"$@\"\n", out);
    finish(out, "_farray");
}

static void fish(const char *folder)
{
    FILE *out = create(folder, "farray.fish");
    fputs("# Completion of fish for farray, made from the tables of its --help.\n", out);
    for (int i = 0; i < cli_command_count; i++) {
        fprintf(out, "complete -c farray -n __fish_use_subcommand -f -a %s -d '", cli_commands[i].name);
        quoted(out, cli_commands[i].summary, "");
        fputs("'\n", out);
        for (int k = 0; k < OPTION_COUNT; k++) {
            const option_row *option = &cli_options[k];
            if (!(cli_commands[i].options >> k & 1))
                continue;
            fprintf(out, "complete -c farray -n '__fish_seen_subcommand_from %s' -l %s", cli_commands[i].name,
                    option->name);
            if (option->letter != '\0')
                fprintf(out, " -s %c", option->letter);
            if (option->choices != NULL)
                fprintf(out, " -x -a '%s'", option->choices);
            else if (needs_value(option))
                fputs(option->takes_path ? " -r" : " -x", out);
            fputs(" -d '", out);
            quoted(out, option->help, "");
            fputs("'\n", out);
        }
    }
    finish(out, "farray.fish");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: manual FOLDER\n");
        return 2;
    }
    main_page(argv[1]);
    for (int i = 0; i < cli_command_count; i++)
        command_page(argv[1], &cli_commands[i]);
    bash(argv[1]);
    zsh(argv[1]);
    fish(argv[1]);
    return 0;
}
