/* SPDX-License-Identifier: BSD-3-Clause */
/* New files: what the options say about them, computing them under a bar, and what --json says of them. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One of a few words. */
static bool parse_choice(option_id option, const arguments *parsed, const char *const *words, int count,
                         int *chosen)
{
    const char *text = parsed->values[option];
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], text) == 0) {
            *chosen = i;
            return true;
        }
    cli_usage("--%s: '%s' is not %s", cli_options[option].name, text, cli_options[option].argument);
    return false;
}

bool cli_parse_saving(const arguments *parsed, fa_create_options *options, fa_dtype **dtype)
{
    static const char *const formats[] = {"", "npy", "npz", "raw"}, *const codecs[] = {"none", "deflate"};
    const char *const *values = parsed->values;
    int format = FA_FORMAT_BY_NAME, codec = FA_CODEC_NONE;
    if (parsed->given[OPTION_ORDER] &&
        !cli_parse_order("--order", values[OPTION_ORDER], strlen(values[OPTION_ORDER]), &options->order))
        return false;
    if (parsed->given[OPTION_TO] && !parse_choice(OPTION_TO, parsed, formats, 4, &format))
        return false;
    if (parsed->given[OPTION_CODEC] && !parse_choice(OPTION_CODEC, parsed, codecs, 2, &codec))
        return false;
    options->format = (fa_format)format;
    options->codec = (fa_codec)codec;
    if (!parsed->given[OPTION_DTYPE])
        return true;
    *dtype = cli_parse_dtype("--dtype", values[OPTION_DTYPE], strlen(values[OPTION_DTYPE]));
    options->dtype = *dtype;
    return *dtype != NULL;
}

/* ---- In the place of an input ---- */

static bool look_at(const char *name, struct stat *status, const char **member)
{
    size_t length = cli_split_name(name, member);
    char *path = strndup(name, length);
    bool found = path != NULL && stat(path, status) == 0;
    free(path);
    return found;
}

/* "a" and "a.npy" are one name in an archive. */
static bool is_same_member(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return true;
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > 4 && strcmp(a + a_length - 4, ".npy") == 0)
        a_length -= 4;
    if (b_length > 4 && strcmp(b + b_length - 4, ".npy") == 0)
        b_length -= 4;
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

int cli_check_output(const arguments *parsed, const char *output, const char *label, const char *input)
{
    struct stat new, old;
    const char *new_member, *old_member;
    if (parsed->given[OPTION_FORCE] || !look_at(output, &new, &new_member) ||
        !look_at(input, &old, &old_member) || new.st_dev != old.st_dev || new.st_ino != old.st_ino ||
        !is_same_member(new_member, old_member))
        return EXIT_OK;
    return cli_fail_text("%s: is the input %s; with --force the result takes its place", output, label);
}

/* ---- Computing ---- */

static void describe(const fa_output *output)
{
    json_begin('{');
    json_key("file");
    json_string(output->path);
    json_describe(output->array);
    json_end('}');
}

void cli_save(const arguments *parsed, const fa_output *outputs, int count, fa_error *err)
{
    const char *member;
    char *verb = count > 0 ? strndup(outputs[0].path, cli_split_name(outputs[0].path, &member)) : NULL;
    progress_bar bar;
    cli_progress_begin(&bar, verb != NULL ? verb : "save", parsed);
    fa_evaluate_all(outputs, count, &bar.options, err);
    cli_progress_end(&bar);
    free(verb);
    if (fa_failed(err) || !parsed->given[OPTION_JSON])
        return;
    if (count == 1) {
        describe(&outputs[0]);
    } else {
        json_begin('[');
        for (int i = 0; i < count; i++)
            describe(&outputs[i]);
        json_end(']');
    }
    putchar('\n');
}
