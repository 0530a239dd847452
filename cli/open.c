/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens operands: files whose headers say what they hold, and files of which --raw says it. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static bool is_name_character(char character, bool first)
{
    return character == '_' || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') || (!first && character >= '0' && character <= '9');
}

/* The name of "NAME=SPEC" is `length` characters long; 0 where the text is a SPEC alone. */
static size_t name_length(const char *raw)
{
    size_t length = 0;
    while (is_name_character(raw[length], length == 0))
        length++;
    return raw[length] == '=' ? length : 0;
}

/* The next part of a SPEC, up to a colon that is in no bracket and no quotes (structured dtypes may hold
 * some). */
static size_t part_length(const char *text)
{
    int depth = 0;
    char quote = '\0';
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        char character = text[length];
        if (quote != '\0')
            quote = (char)(character == quote ? '\0' : quote);
        else if (character == '\'' || character == '"')
            quote = character;
        else if (strchr("([{", character) != NULL)
            depth++;
        else if (strchr(")]}", character) != NULL)
            depth--;
        else if (character == ':' && depth <= 0)
            break;
    }
    return length;
}

typedef struct raw_spec {
    fa_dtype *dtype;
    int ndim;
    int64_t sizes[FA_MAX_NDIM];
    fa_memmap_options options;
} raw_spec;

static bool parse_raw(const char *raw, raw_spec *spec)
{
    memset(spec, 0, sizeof *spec);
    const char *part = raw;
    size_t length = part_length(part);
    if (part[length] == '\0') {
        cli_usage("--raw: '%s' has no shape: DTYPE:SHAPE[:OFFSET[:ORDER]]", raw);
        return false;
    }
    spec->dtype = cli_parse_dtype("--raw", part, length);
    if (spec->dtype == NULL)
        return false;
    part += length + 1;
    length = part_length(part);
    if (!cli_parse_shape("--raw", part, length, true, spec->sizes, &spec->ndim))
        return false;
    if (part[length] == ':') {
        part += length + 1;
        length = part_length(part);
        int64_t offset = 0;
        if (!cli_parse_integer("--raw: offset", part, length, 0, INT64_MAX, &offset))
            return false;
        spec->options.offset_bytes = (uint64_t)offset;
    }
    if (part[length] == ':') {
        part += length + 1;
        if (!cli_parse_order("--raw", part, strlen(part), &spec->options.order))
            return false;
    }
    return true;
}

/* Elements that are a header and what stands behind it are seldom meant; written in place they destroy the
 * file. */
static void note_header(const char *path)
{
    static const char *const magics[] = {"\x93NUMPY", "PK\x03\x04"};
    static const char *const names[] = {".npy", ".npz"};
    char first[6] = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return;
    if (fread(first, 1, sizeof first, file) == sizeof first)
        for (int i = 0; i < 2; i++)
            if (memcmp(first, magics[i], strlen(magics[i])) == 0)
                cli_fail_text("note: %s is a %s file: --raw takes its header for elements", path, names[i]);
    fclose(file);
}

static fa_array *open_raw(const char *raw, const char *path, fa_mode mode, int *status)
{
    raw_spec spec;
    fa_array *array = NULL;
    if (parse_raw(raw, &spec)) {
        fa_error err = {0};
        array = fa_memmap(path, mode, spec.dtype, (fa_shape){spec.ndim, spec.sizes}, &spec.options, &err);
        if (fa_failed(&err))
            *status = cli_fail(&err, NULL);
        else if (spec.options.offset_bytes == 0)
            note_header(path);
    } else {
        *status = EXIT_USAGE;
    }
    fa_dtype_release(spec.dtype);
    return array;
}

fa_array *cli_open(const arguments *parsed, const char *name, const char *path, int *status)
{
    return cli_open_as(parsed, name, path, FA_READ_ONLY, status);
}

/* What an option, "VALUE" or "NAME=VALUE", says about the operand of a name; NULL where it says nothing. */
static const char *value_for(const value_list *values, const char *name)
{
    for (int i = 0; i < values->count; i++) {
        const char *value = values->values[i];
        size_t length = name_length(value);
        if (length == 0)
            return value;
        if (name != NULL && strlen(name) == length && memcmp(name, value, length) == 0)
            return value + length + 1;
    }
    return NULL;
}

/* The array seen as --view says; takes it over. */
static fa_array *seen_as(const char *view, fa_array *array, int *status)
{
    fa_error err = {0};
    fa_dtype *dtype = cli_parse_dtype("--view", view, strlen(view));
    fa_array *seen = dtype != NULL ? fa_view(array, dtype, &err) : NULL;
    if (dtype == NULL)
        *status = EXIT_USAGE;
    else if (seen == NULL)
        *status = cli_fail(&err, NULL);
    fa_dtype_release(dtype);
    fa_release(array);
    return seen;
}

fa_array *cli_open_as(const arguments *parsed, const char *name, const char *path, fa_mode mode, int *status)
{
    const char *raw = value_for(&parsed->lists[OPTION_RAW], name),
               *view = value_for(&parsed->lists[OPTION_VIEW], name);
    fa_error err = {0};
    fa_array *array = raw != NULL ? open_raw(raw, path, mode, status) : fa_open(path, mode, NULL, &err);
    if (fa_failed(&err))
        *status = cli_fail(&err, NULL);
    return array != NULL && view != NULL ? seen_as(view, array, status) : array;
}

static bool check_names(const arguments *parsed, option_id option, const char *const *names, int count)
{
    const value_list *raws = &parsed->lists[option];
    const char *called = cli_options[option].name;
    for (int i = 0; i < raws->count; i++) {
        const char *raw = raws->values[i];
        size_t length = name_length(raw);
        if (length == 0) {
            if (raws->count > 1 || count > 1) {
                cli_usage("--%s %s does not say which file it is about: --%s NAME=%s", called, raw, called,
                          raw);
                return false;
            }
            continue;
        }
        bool found = false;
        for (int j = 0; j < count; j++)
            found |= strlen(names[j]) == length && memcmp(names[j], raw, length) == 0;
        if (!found) {
            cli_usage("--%s %s: there is no operand %.*s", called, raw, (int)length, raw);
            return false;
        }
        for (int j = 0; j < i; j++)
            if (name_length(raws->values[j]) == length && memcmp(raws->values[j], raw, length) == 0) {
                cli_usage("--%s %.*s=... is given twice", called, (int)length, raw);
                return false;
            }
    }
    return true;
}

bool cli_check_raws(const arguments *parsed, const char *const *names, int count)
{
    return check_names(parsed, OPTION_RAW, names, count) && check_names(parsed, OPTION_VIEW, names, count);
}

size_t cli_split_name(const char *name, const char **member)
{
    const char *colons = strstr(name, "::");
    *member = colons != NULL ? colons + 2 : NULL;
    return colons != NULL ? (size_t)(colons - name) : strlen(name);
}
