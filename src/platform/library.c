/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared libraries that are loaded while the program runs. Nothing of theirs is seen by others that are
 * loaded later, and what is loaded stays: threads and handlers of theirs may outlive every call. */
#include "platform/platform.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where things stand in the header of a 64-bit ELF file, and in each of its program headers. */
enum {
    ELF_HEADER_BYTES = 64,
    ELF_CLASS = 4,
    ELF_BYTE_ORDER = 5,
    ELF_TABLE = 32,
    ELF_ROW_BYTES = 54,
    ELF_ROWS = 56,
    ROW_BYTES = 56,
    ROW_OFFSET = 8,
    ROW_FILE_BYTES = 32
};

static uint64_t number_at(const unsigned char *bytes, int at, size_t size)
{
    uint64_t wide = 0;
    uint16_t narrow = 0;
    if (size == sizeof wide)
        memcpy(&wide, bytes + at, sizeof wide);
    else
        memcpy(&narrow, bytes + at, sizeof narrow);
    return size == sizeof wide ? wide : narrow;
}

static bool lies_inside(uint64_t offset, uint64_t bytes, uint64_t file_bytes)
{
    return offset <= file_bytes && bytes <= file_bytes - offset;
}

/* Whether everything that a 64-bit ELF file of this machine's byte order has mapped lies inside of it. The
 * system's loader maps first and is ended by a signal where a page is missing. Other formats are its
 * business. */
static bool is_whole(int descriptor, uint64_t file_bytes)
{
    static const uint16_t one = 1;
    const unsigned char order = *(const unsigned char *)&one == 1 ? 1 : 2;
    unsigned char header[ELF_HEADER_BYTES], row[ROW_BYTES];
    if (pread(descriptor, header, sizeof header, 0) != (ssize_t)sizeof header ||
        memcmp(header, "\177ELF", 4) != 0 || header[ELF_CLASS] != 2 || header[ELF_BYTE_ORDER] != order ||
        number_at(header, ELF_ROW_BYTES, 2) != ROW_BYTES)
        return true;
    uint64_t table = number_at(header, ELF_TABLE, 8), rows = number_at(header, ELF_ROWS, 2);
    if (!lies_inside(table, rows * ROW_BYTES, file_bytes))
        return false;
    for (uint64_t i = 0; i < rows; i++) {
        if (pread(descriptor, row, sizeof row, (off_t)(table + i * ROW_BYTES)) != (ssize_t)sizeof row ||
            !lies_inside(number_at(row, ROW_OFFSET, 8), number_at(row, ROW_FILE_BYTES, 8), file_bytes))
            return false;
    }
    return true;
}

/* What is no path, and what cannot be opened, the system says more about. */
static bool may_be_loaded(const char *name, fa_error *err)
{
    struct stat status;
    if (strchr(name, '/') == NULL || stat(name, &status) != 0)
        return true;
    if (!S_ISREG(status.st_mode))
        return fa__fail(err, FA_BAD_FORMAT, "%s: is not a regular file", name);
    int descriptor = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return true;
    bool whole = fstat(descriptor, &status) != 0 || is_whole(descriptor, (uint64_t)status.st_size);
    close(descriptor);
    return whole || fa__fail(err, FA_BAD_FORMAT,
                             "%s: is cut off: its program headers name bytes behind its end", name);
}

void *fa__library_open(const char *name, fa_error *err)
{
    if (fa_failed(err) || !may_be_loaded(name, err))
        return NULL;
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library != NULL)
        return library;
    const char *words = dlerror();
    size_t length = strlen(name);
    if (words == NULL)
        words = "cannot be loaded";
    else if (strncmp(words, name, length) == 0 && strncmp(words + length, ": ", 2) == 0)
        words += length + 2;
    fa__fail(err, FA_NOT_FOUND, "%s: %s", name, words);
    return NULL;
}

/* A function is not a pointer to an object in C: the address goes over as bytes. */
fa__function_address fa__library_function(void *library, const char *name)
{
    void *symbol = dlsym(library, name);
    fa__function_address address;
    memcpy(&address, &symbol, sizeof address);
    return address;
}
