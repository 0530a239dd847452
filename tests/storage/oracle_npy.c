/* SPDX-License-Identifier: BSD-3-Clause */
/* For oracle_npy.py. Reads lines "IN TAB OUT": opens IN, prints "ok TAB descr TAB shape TAB order" or "CODE
 * TAB message", and publishes the same elements as OUT (nowhere when OUT is "-"). */
#include "array/dtype.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <stdio.h>
#include <string.h>

/* The bytes of the array, in the order of the file. */
static fa__box whole_box(fa_array *array, int64_t *size, int64_t *stride)
{
    *size = array->source->bytes;
    *stride = 1;
    return (fa__box){.ndim = 1, .item_bytes = 1, .sizes = size, .strides = stride};
}

static void copy(fa_array *from, const char *path, fa_order order, fa_error *err)
{
    fa_create_options options = {.order = order};
    fa__publication *publication =
        fa__publish_begin(path, from->dtype, from->ndim, from->sizes, &options, err);
    fa_array *to = fa__publish_array(publication);
    int64_t size, stride;
    fa__box box = whole_box(from, &size, &stride);
    char *bytes = fa__alloc((size_t)size, err);
    if (bytes != NULL && fa__source_read(from->source, &box, bytes, err))
        fa__source_write(to->source, &box, bytes, err);
    fa__free(bytes);
    fa__publish_commit(publication, false, err);
}

static void answer(char *in, char *out)
{
    static char descr[1 << 20], shape[FA_MAX_NDIM * 22 + 8];
    fa_error err = {0};
    fa_array *array = fa__storage_open(in, FA_READ_ONLY, NULL, &err);
    fa_file_info info = {0};
    if (array != NULL)
        array->source->class->describe(array->source, &info, &err);
    if (array != NULL && strcmp(out, "-") != 0)
        copy(array, out, info.order, &err);
    if (fa_failed(&err)) {
        printf("%s\t%s\n", fa_error_name(err.code), err.message);
    } else {
        size_t at = 0;
        for (int i = 0; i < array->ndim; i++)
            at += (size_t)snprintf(shape + at, sizeof shape - at, "%lld ", (long long)array->sizes[i]);
        shape[at > 0 ? at - 1 : 0] = '\0';
        fa__dtype_descr(array->dtype, descr, sizeof descr);
        printf("ok\t%s\t%s\t%c\n", descr, shape, info.order == FA_ORDER_F ? 'F' : 'C');
    }
    fa_release(array);
}

int main(void)
{
    static char line[1 << 14];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            return 2;
        *tab = '\0';
        answer(line, tab + 1);
    }
    return 0;
}
