/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzzes archives of arrays: any bytes are refused with a clear error, or give a directory whose members can
 * be opened, read to their end and checked. Memory for what archives say about themselves stays below what
 * docs/promises.md allows: 16 MiB and 8 times the bytes of the file. */
#include "storage/storage.h"

#include "base/memory.h"

#include "allocation_cap.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MOST_BYTES = 1 << 20 /* of an array that is read; a small file may unpack to a thousand times its size */
};

static char path[64];

static void check_error(const fa_error *err)
{
    require(err->message[0] != '\0' && memchr(err->message, '\n', sizeof err->message) == NULL);
    require(memchr(err->message, '\0', sizeof err->message) != NULL);
    require(err->code != FA_INTERNAL && err->byte_offset >= 0);
}

/* The file lies in memory, and is written over for each input. */
static void write_file(const uint8_t *data, size_t size)
{
    static int file = -1;
    if (file < 0) {
        snprintf(path, sizeof path, "/dev/shm/farray-fuzz-%ld.npz", (long)getpid());
        file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        require(file >= 0);
    }
    require(pwrite(file, data, size, 0) == (ssize_t)size && ftruncate(file, (off_t)size) == 0);
}

static void remove_file(void)
{
    unlink(path);
}

static void read_array(fa_array *array)
{
    fa_error err = {0};
    fa_file_info info;
    array->source->class->describe(array->source, &info, &err);
    require(!fa_failed(&err) && info.trailing_bytes >= 0 && info.name != NULL);
    int64_t bytes = fa_bytes(array);
    if (bytes == 0 || bytes > MOST_BYTES)
        return;
    void *elements = malloc((size_t)bytes);
    fa__box box = {array->ndim, fa_dtype_item_bytes(array->dtype), array->offset, array->sizes,
                   array->strides};
    if (!fa__source_read(array->source, &box, elements, &err))
        check_error(&err);
    free(elements);
}

static void open_member(const char *name, size_t size, bool strict)
{
    char *whole = malloc(strlen(path) + strlen(name) + 3);
    sprintf(whole, "%s::%s", path, name);
    fa_error err = {0};
    allocated = 0;
    allowed = ((size_t)16 << 20) + 8 * size;
    fa_array *array = fa__storage_open(whole, FA_READ_ONLY, &(fa_open_options){.strict = strict}, &err);
    allowed = SIZE_MAX;
    require((array != NULL) == !fa_failed(&err));
    if (array != NULL)
        read_array(array);
    else
        check_error(&err);
    fa_release(array);
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fa_error err = {0};
    if (path[0] == '\0')
        atexit(remove_file);
    write_file(data, size);
    allocated = 0;
    allowed = ((size_t)16 << 20) + 8 * size;
    fa_names *names = fa__storage_list(path, &err);
    allowed = SIZE_MAX;
    require((names != NULL) == !fa_failed(&err));
    if (names == NULL)
        check_error(&err);
    for (int64_t i = 0; i < fa_names_count(names); i++) {
        open_member(fa_names_get(names, i), size, false);
        open_member(fa_names_get(names, i), size, true);
    }
    fa_names_release(names);
    return 0;
}
