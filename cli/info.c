/* SPDX-License-Identifier: BSD-3-Clause */
/* farray info: what an array is and where it lies in its file. */
#include "cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_list(const char *label, fa_array *array, int64_t (*member)(const fa_array *, int),
                       const char *unit)
{
    printf("%-10s(", label);
    int ndim = fa_ndim(array);
    for (int axis = 0; axis < ndim; axis++)
        printf("%s%" PRId64, axis > 0 ? ", " : "", member(array, axis));
    printf("%s)%s\n", ndim == 1 ? "," : "", unit);
}

static void print_bytes(const char *label, int64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = (double)bytes;
    int unit = 0;
    while (size >= 1024) {
        size /= 1024;
        unit++;
    }
    printf("%-10s%" PRId64, label, bytes);
    if (unit > 0)
        printf(" (%.1f %s)", size, units[unit]);
    putchar('\n');
}

/* Bytes in the page cache, where the system says how many. */
static void print_cached(const char *label, int64_t bytes)
{
    if (bytes >= 0)
        print_bytes(label, bytes);
    else
        printf("%-10sunknown\n", label);
}

static void json_cached(const char *key, int64_t bytes)
{
    json_key(key);
    if (bytes >= 0)
        json_integer(bytes);
    else
        json_null();
}

static void print_text(fa_array *array, const char *path, const fa_file_info *info)
{
    printf("%-10s%s\n", "file", path);
    if (strcmp(info->format, "npy") == 0)
        printf("%-10s%s %d.%d\n", "format", info->format, info->major, info->minor);
    else
        printf("%-10s%s\n", "format", info->format);
    size_t length = fa_dtype_text(fa_dtype_of_array(array), NULL, 0);
    char *dtype = malloc(length + 1);
    if (dtype != NULL) {
        fa_dtype_text(fa_dtype_of_array(array), dtype, length + 1);
        printf("%-10s%s\n", "dtype", dtype);
    }
    free(dtype);
    print_list("shape", array, fa_size_of_axis, "");
    printf("%-10s%s\n", "order", info->order == FA_ORDER_F ? "F" : "C");
    print_list("strides", array, fa_stride_bytes, " bytes");
    printf("%-10s%" PRId64 "\n", "elements", fa_size(array));
    print_bytes("bytes", fa_bytes(array));
    printf("%-10s%" PRId64 "\n", "offset", info->offset_bytes);
    print_bytes("file size", info->file_bytes);
    if (info->trailing_bytes > 0)
        print_bytes("trailing", info->trailing_bytes);
    if (info->packed_bytes > 0)
        print_bytes("packed", info->packed_bytes);
    print_cached("resident", info->resident_bytes);
    print_cached("dirty", info->dirty_bytes);
}

/* The members of an object. */
static void json_info(fa_array *array, const fa_file_info *info)
{
    json_key("format");
    json_string(info->format);
    json_key("version");
    json_begin('[');
    if (strcmp(info->format, "npy") == 0) {
        json_integer(info->major);
        json_integer(info->minor);
    }
    json_end(']');
    json_describe(array);
    json_key("order");
    json_string(info->order == FA_ORDER_F ? "F" : "C");
    json_key("strides");
    json_begin('[');
    for (int axis = 0; axis < fa_ndim(array); axis++)
        json_integer(fa_stride_bytes(array, axis));
    json_end(']');
    json_key("elements");
    json_integer(fa_size(array));
    json_key("bytes");
    json_integer(fa_bytes(array));
    json_key("offset");
    json_integer(info->offset_bytes);
    json_key("file_bytes");
    json_integer(info->file_bytes);
    json_key("trailing_bytes");
    json_integer(info->trailing_bytes);
    json_cached("resident_bytes", info->resident_bytes);
    json_cached("dirty_bytes", info->dirty_bytes);
    if (info->name != NULL) {
        json_key("name");
        json_string(info->name);
        json_key("packed_bytes");
        if (info->packed_bytes > 0)
            json_integer(info->packed_bytes);
        else
            json_null();
    }
}

static void print_json(fa_array *array, const char *path, const fa_file_info *info)
{
    json_begin('{');
    json_key("file");
    json_string(path);
    json_info(array, info);
    json_end('}');
    putchar('\n');
}

/* ---- All arrays of an archive ---- */

static void print_row(fa_array *array, const fa_file_info *info)
{
    char dtype[48], shape[80];
    int at = snprintf(shape, sizeof shape, "(");
    for (int i = 0; i < fa_ndim(array) && at < 56; i++)
        at += snprintf(shape + at, sizeof shape - (size_t)at, i > 0 ? ", %" PRId64 : "%" PRId64,
                       fa_size_of_axis(array, i));
    snprintf(shape + at, sizeof shape - (size_t)at, at >= 56 ? ", ...)" : fa_ndim(array) == 1 ? ",)" : ")");
    fa_dtype_text(fa_dtype_of_array(array), dtype, sizeof dtype);
    printf("%-20s %-12s %-20s %s  ", info->name, dtype, shape, info->order == FA_ORDER_F ? "F" : "C");
    if (info->packed_bytes > 0)
        printf("%" PRId64 " bytes in %" PRId64 "\n", fa_bytes(array), info->packed_bytes);
    else
        printf("%" PRId64 " bytes\n", fa_bytes(array));
}

/* One that cannot be opened is said, and the others are shown. */
static int show_member(const arguments *parsed, const char *path, const char *name)
{
    fa_error failure = {0}, *err = &failure;
    size_t size = strlen(path) + strlen(name) + 3;
    char *whole = malloc(size);
    if (whole != NULL)
        snprintf(whole, size, "%s::%s", path, name);
    fa_array *array = whole != NULL ? fa_open(whole, FA_READ_ONLY, NULL, err) : NULL;
    fa_file_info info;
    if (array != NULL)
        fa_get_file_info(array, &info, err);
    if (array != NULL && !fa_failed(err) && parsed->given[OPTION_JSON]) {
        json_begin('{');
        json_info(array, &info);
        json_end('}');
    } else if (array != NULL && !fa_failed(err)) {
        print_row(array, &info);
    } else if (parsed->given[OPTION_JSON]) {
        json_begin('{');
        json_key("name");
        json_string(name);
        json_key("error");
        json_string(err->message);
        json_end('}');
    }
    fa_release(array);
    free(whole);
    return fa_failed(err) ? cli_fail(err, NULL) : EXIT_OK;
}

static int show_all(const arguments *parsed, const char *path, const fa_names *names)
{
    int status = EXIT_OK;
    bool as_json = parsed->given[OPTION_JSON];
    if (as_json) {
        json_begin('{');
        json_key("file");
        json_string(path);
        json_key("arrays");
        json_begin('[');
    } else {
        printf("%-10s%s\n%-10s%" PRId64 "\n", "file", path, "arrays", fa_names_count(names));
    }
    for (int64_t i = 0; i < fa_names_count(names); i++) {
        const int failed = show_member(parsed, path, fa_names_get(names, i));
        status = failed != EXIT_OK ? failed : status;
    }
    if (as_json) {
        json_end(']');
        json_end('}');
        putchar('\n');
    }
    return status;
}

/* ---- One array ---- */

int command_info(const arguments *parsed)
{
    int status = EXIT_OK;
    const char *path = parsed->operands[0];
    if (!cli_check_raws(parsed, NULL, 0))
        return EXIT_USAGE;
    fa_error unlisted = {0}; /* opening says what is wrong */
    fa_names *names = parsed->given[OPTION_RAW] ? NULL : fa_names_of_file(path, &unlisted);
    if (fa_names_count(names) > 1)
        status = show_all(parsed, path, names);
    bool is_done = fa_names_count(names) > 1;
    fa_names_release(names);
    fa_array *array = is_done ? NULL : cli_open(parsed, NULL, path, &status);
    if (array == NULL)
        return status;
    fa_error err = {0};
    fa_file_info info;
    fa_get_file_info(array, &info, &err);
    if (fa_failed(&err))
        status = cli_fail(&err, NULL);
    else if (parsed->given[OPTION_JSON])
        print_json(array, path, &info);
    else
        print_text(array, path, &info);
    fa_release(array);
    return status;
}
