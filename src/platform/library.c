/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared libraries that are loaded while the program runs. Nothing of theirs is seen by others that are loaded later, and what
 * is loaded stays: threads and handlers of theirs may outlive every call. */
#include "platform/platform.h"

#include <dlfcn.h>
#include <string.h>

void *fa__library_open(const char *name, fa_error *err)
{
    if (fa_failed(err))
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
