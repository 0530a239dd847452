/* SPDX-License-Identifier: BSD-3-Clause */
/* farray convert: an array, or all of an archive, in another format, element type, byte order or order. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* What is converted: arrays and where they go. */
typedef struct conversion {
    fa_create_options options;
    fa_dtype *dtype;
    int64_t count, capacity;
    fa_output *outputs;
    fa_create_options *each; /* each output's own: the order stays that of its input */
    char **paths;
} conversion;

static bool is_archive_name(const arguments *parsed, const char *path, const fa_create_options *options)
{
    size_t length = strlen(path);
    const char *member;
    if (cli_split_name(path, &member) != length)
        return false;
    return options->format == FA_FORMAT_NPZ ||
           (!parsed->given[OPTION_TO] && length > 4 && strcmp(path + length - 4, ".npz") == 0);
}

static bool make_room(conversion *c, int64_t count)
{
    c->outputs = calloc((size_t)count, sizeof *c->outputs);
    c->each = calloc((size_t)count, sizeof *c->each);
    c->paths = calloc((size_t)count, sizeof *c->paths);
    return c->outputs != NULL && c->each != NULL && c->paths != NULL;
}

static char *join(const char *path, const char *member)
{
    size_t size = strlen(path) + strlen(member) + 3;
    char *name = malloc(size);
    if (name != NULL)
        snprintf(name, size, "%s::%s", path, member);
    return name;
}

/* Takes `array` and `path` over. */
static void add(conversion *c, const arguments *parsed, fa_array *array, char *path, fa_error *err)
{
    fa_file_info info = {0};
    fa_create_options *options = &c->each[c->count];
    fa_get_file_info(array, &info, err);
    *options = c->options;
    if (!parsed->given[OPTION_ORDER])
        options->order = info.order;
    c->paths[c->count] = path;
    c->outputs[c->count++] = (fa_output){.array = array, .path = path, .options = options};
}

static int add_one(conversion *c, const arguments *parsed, fa_error *err)
{
    int status = EXIT_OK;
    fa_array *array = cli_open(parsed, NULL, parsed->operands[0], &status);
    char *path = strdup(parsed->operands[1]);
    if (array != NULL && path != NULL && make_room(c, 1)) {
        add(c, parsed, array, path, err);
        return EXIT_OK;
    }
    free(path);
    fa_release(array);
    return array == NULL ? status : cli_fail_text("the system has no memory for an array");
}

static int add_all(conversion *c, const arguments *parsed, const fa_names *names, fa_error *err)
{
    int64_t count = fa_names_count(names);
    c->options.whole_archive = true;
    if (!make_room(c, count))
        return cli_fail_text("the system has no memory for %lld arrays", (long long)count);
    for (int64_t i = 0; i < count; i++) {
        char *from = join(parsed->operands[0], fa_names_get(names, i));
        char *to = join(parsed->operands[1], fa_names_get(names, i));
        fa_array *array = from != NULL ? fa_open(from, FA_READ_ONLY, NULL, err) : NULL;
        free(from);
        if (array == NULL || to == NULL) {
            fa_release(array);
            free(to);
            return fa_failed(err) ? cli_fail(err, NULL)
                                  : cli_fail_text("the system has no memory for a name");
        }
        add(c, parsed, array, to, err);
    }
    return EXIT_OK;
}

static int convert(conversion *c, const arguments *parsed)
{
    const char *in = parsed->operands[0], *out = parsed->operands[1], *member;
    fa_error err = {0};
    fa_names *names = NULL;
    cli_split_name(in, &member);
    int status = cli_check_output(parsed, out, in, in);
    if (status != EXIT_OK)
        return status;
    /* What cannot be listed is found out, and said, by opening it. */
    if (!parsed->given[OPTION_RAW] && member == NULL && is_archive_name(parsed, out, &c->options)) {
        fa_error ignored = {0};
        names = fa_names_of_file(in, &ignored);
    }
    status = fa_names_count(names) > 0 ? add_all(c, parsed, names, &err) : add_one(c, parsed, &err);
    fa_names_release(names);
    if (status == EXIT_OK && !fa_failed(&err))
        cli_save(parsed, c->outputs, (int)c->count, &err);
    return status == EXIT_OK && fa_failed(&err) ? cli_fail(&err, NULL) : status;
}

int command_convert(const arguments *parsed)
{
    conversion c = {0};
    int status = EXIT_USAGE;
    if (cli_check_raws(parsed, NULL, 0) && cli_parse_saving(parsed, &c.options, &c.dtype))
        status = convert(&c, parsed);
    for (int64_t i = 0; i < c.count; i++) {
        fa_release(c.outputs[i].array);
        free(c.paths[i]);
    }
    free(c.outputs);
    free(c.each);
    free(c.paths);
    fa_dtype_release(c.dtype);
    return status;
}
