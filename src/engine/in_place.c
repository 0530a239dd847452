/* SPDX-License-Identifier: BSD-3-Clause */
/* A mapping for writing makes all of its pages the file's own and dirty: it is worth it where most of them
 * have a piece. Whether the bytes are in memory is asked by the source. */
#include "engine/in_place.h"

#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

enum { FEW_PIECES = 4, PIECE_BYTES = 4096 };

struct writing {
    fa__write_pieces *write;
    char *low;
    void *user;
};

static void guarded_write(void *argument)
{
    const struct writing *writing = argument;
    writing->write(writing->low, writing->user);
}

bool fa__written_in_place(fa__source *source, int64_t low, int64_t high, int64_t pieces,
                          fa__write_pieces *write, void *user, fa_error *err)
{
    int64_t size = high - low;
    if (fa_failed(err) || pieces <= FEW_PIECES || size / PIECE_BYTES > pieces || source->class->map == NULL ||
        !fa__source_check(source, err) || !fa__ledger_charge((size_t)size))
        return false;
    char *address = source->class->map(source, low, size, true, err);
    if (address != NULL) {
        struct writing writing = {write, address, user};
        const void *fault = fa__guarded(guarded_write, &writing);
        source->class->unmap(source, low, size, true);
        if (fault != NULL)
            fa__storage_fault(fault, err);
    }
    fa__ledger_release((size_t)size);
    return address != NULL && !fa_failed(err);
}
