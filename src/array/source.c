/* SPDX-License-Identifier: BSD-3-Clause */
/* Calling through the table of a source, and the sources that are memory. Knows nothing about dtypes or
 * files. */
#include "array/source.h"

#include "base/memory.h"

#include <string.h>

void fa__source_retain(fa__source *source)
{
    fa__references_take(&source->references);
}

void fa__source_release(fa__source *source)
{
    if (source != NULL && fa__references_drop(&source->references))
        source->class->destroy(source);
}

char *fa__source_memory(fa__source *source)
{
    return source->class->memory != NULL ? source->class->memory(source) : NULL;
}

bool fa__source_prepare(fa__source *source, const atomic_bool *stop, fa_error *err)
{
    if (fa_failed(err))
        return false;
    return source->class->prepare == NULL || source->class->prepare(source, stop, err);
}

bool fa__source_is_ready(fa__source *source)
{
    return source->class->prepare == NULL || source->class->is_ready(source);
}

bool fa__source_check(fa__source *source, fa_error *err)
{
    if (fa_failed(err))
        return false;
    return source->class->check == NULL || source->class->check(source, err);
}

bool fa__source_holds(fa__source *source, int64_t first, int64_t size, fa_error *err)
{
    if (fa_failed(err))
        return false;
    return source->class->holds == NULL || source->class->holds(source, first, size, err);
}

bool fa__source_read(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    return fa__source_check(source, err) && source->class->read(source, box, elements, err);
}

bool fa__source_write(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    if (!fa__source_check(source, err))
        return false;
    if (!source->writeable)
        return fa__fail(err, FA_NOT_WRITEABLE, "the %s array is read-only", source->class->name);
    return source->class->write(source, box, elements, err);
}

bool fa__source_read_bytes(fa__source *source, int64_t first, int64_t size, void *bytes, fa_error *err)
{
    const int64_t one = 1;
    const fa__box box = {1, 1, first, &size, &one};
    return fa__source_read(source, &box, bytes, err);
}

bool fa__source_write_bytes(fa__source *source, int64_t first, int64_t size, const void *bytes, fa_error *err)
{
    const int64_t one = 1;
    const fa__box box = {1, 1, first, &size, &one};
    return fa__source_write(source, &box, bytes, err);
}

bool fa__source_reads_direct(fa__source *source)
{
    return source->class->begin_direct != NULL && fa__source_memory(source) == NULL &&
           source->class->can_direct(source);
}

bool fa__source_writes_direct(fa__source *source)
{
    return source->class->begin_direct_write != NULL && fa__source_memory(source) == NULL &&
           source->class->can_direct_write(source);
}

/* ---- Memory ---- */

typedef struct memory_source {
    fa__source source;
    fa__owner owner;
    char *bytes;
    void *allocation; /* what is freed; NULL for memory that was adopted */
    void (*give_back)(void *memory, int64_t bytes);
} memory_source;

/* Arrays of this size and above begin at a page, where vector loads never split a cache line and whole pages
 * can be streamed. */
enum { LARGE_BYTES = 65536, LARGE_ALIGNMENT = 4096 };

static void memory_destroy(fa__source *source)
{
    memory_source *memory = (memory_source *)source;
    if (memory->allocation != NULL) {
        fa__free(memory->allocation);
        fa__ledger_release_array((size_t)source->bytes);
    } else if (memory->give_back != NULL) {
        memory->give_back(memory->bytes, source->bytes);
    }
    fa__free(memory);
}

static char *memory_address(fa__source *source)
{
    return ((memory_source *)source)->bytes;
}

static bool memory_read(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    (void)err;
    fa__box_gather(((memory_source *)source)->bytes, box, elements);
    return true;
}

static bool memory_write(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    (void)err;
    fa__box_scatter(((memory_source *)source)->bytes, box, elements);
    return true;
}

static void memory_describe(fa__source *source, fa_file_info *info, fa_error *err)
{
    (void)source;
    (void)err;
    memset(info, 0, sizeof *info);
    info->format = "memory";
    info->resident_bytes = info->dirty_bytes = -1;
}

static const fa__source_class memory_class = {
    .name = "memory",
    .destroy = memory_destroy,
    .memory = memory_address,
    .read = memory_read,
    .write = memory_write,
    .describe = memory_describe,
};

static memory_source *make_memory(int64_t bytes, fa_error *err)
{
    memory_source *memory = fa__alloc_zero(1, sizeof *memory, err);
    if (memory == NULL)
        return NULL;
    fa__references_start(&memory->source.references);
    memory->source.class = &memory_class;
    memory->source.bytes = bytes;
    memory->source.writeable = true;
    memory->source.owner = &memory->owner;
    return memory;
}

fa__source *fa__memory_source(int64_t bytes, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (!fa__ledger_charge_array((size_t)bytes)) {
        fa__ledger_refused(err, "an array", (size_t)bytes);
        return NULL;
    }
    memory_source *memory = make_memory(bytes, err);
    size_t room = (size_t)bytes + (bytes >= LARGE_BYTES ? LARGE_ALIGNMENT : 0);
    void *allocation = memory != NULL ? fa__alloc_zero(room, 1, err) : NULL;
    if (allocation == NULL) {
        fa__ledger_release_array((size_t)bytes);
        fa__free(memory);
        return NULL;
    }
    memory->allocation = memory->bytes = allocation;
    if (bytes >= LARGE_BYTES)
        memory->bytes += LARGE_ALIGNMENT - (uintptr_t)allocation % LARGE_ALIGNMENT;
    return &memory->source;
}

fa__source *fa__memory_source_adopt(void *bytes, int64_t size, void (*give_back)(void *memory, int64_t bytes),
                                    fa_error *err)
{
    memory_source *memory = make_memory(size, err);
    if (memory == NULL) {
        if (give_back != NULL)
            give_back(bytes, size);
        return NULL;
    }
    memory->bytes = bytes;
    memory->give_back = give_back;
    return &memory->source;
}
