/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefetch and drop-behind by windows. Whoever meets a window first looks whether it is in memory; from then
 * on its state says whom its pages belong to. */
#include "engine/windows.h"

#include "base/checked.h"
#include "base/memory.h"
#include "engine/tiles.h"

#include <string.h>

enum {
    WINDOW = 4 << 20,
    AHEAD = 2,
    WRITE_DISTANCE = 4,
    SPARSE = 4 /* bytes of a range for each one that is wanted */
};
enum { UNKNOWN, THEIRS, OURS };

/* Whether flat elements follow each other in the source, without large gaps: then tiles are ranges of bytes.
 */
static bool walks_along(const fa__pass *pass, const fa__operand *operand)
{
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int ndim = fa__merge_axes(pass->ndim, pass->sizes, operand->strides, sizes, strides);
    if (!fa__pass_is_one_box(pass))
        return false;
    for (int i = 0; i < ndim; i++)
        if (strides[i] <= 0 || (i > 0 && strides[i] * sizes[i] > strides[i - 1]))
            return false;
    return strides[ndim - 1] <= SPARSE * operand->item_bytes &&
           strides[0] * sizes[0] / SPARSE <= pass->total * operand->item_bytes;
}

void fa__windows_start(fa__windows *windows, const fa__pass *pass, const fa__operand *operand, bool store,
                       bool large)
{
    fa__source *source = operand->source;
    memset(windows, 0, sizeof *windows);
    if (pass->total == 0 || fa__source_memory(source) != NULL || !walks_along(pass, operand) ||
        (store ? source->class->write_behind == NULL
               : source->class->prefetch == NULL || source->class->resident == NULL))
        return;
    int64_t low, high;
    fa__range_extent(pass->ndim, pass->sizes, operand->strides, operand->offset, operand->item_bytes, 0,
                     pass->total, &low, &high);
    windows->first = low / WINDOW * WINDOW;
    windows->count = (high - windows->first + WINDOW - 1) / WINDOW;
    windows->forget = large;
    fa_error ignored = {0};
    if (store)
        windows->written = fa__alloc_zero((size_t)windows->count, sizeof *windows->written, &ignored);
    else
        windows->states = fa__alloc_zero((size_t)windows->count, sizeof *windows->states, &ignored);
    if (!fa_failed(&ignored))
        windows->source = source;
}

void fa__windows_clear(fa__windows *windows)
{
    fa__free(windows->states);
    fa__free((void *)windows->written);
    memset(windows, 0, sizeof *windows);
}

/* The bytes of a window that the source has. */
static int64_t window_bytes(const fa__windows *windows, int64_t window)
{
    return fa__min_i64(WINDOW, windows->source->bytes - (windows->first + window * WINDOW));
}

static void meet(fa__windows *windows, int64_t window)
{
    unsigned char unknown = UNKNOWN;
    if (window >= windows->count ||
        atomic_load_explicit(&windows->states[window], memory_order_relaxed) != UNKNOWN)
        return;
    int64_t at = windows->first + window * WINDOW, bytes = window_bytes(windows, window);
    int64_t resident = windows->source->class->resident(windows->source, at, bytes);
    bool ours = resident >= 0 && resident < bytes / 16;
    if (atomic_compare_exchange_strong(&windows->states[window], &unknown, ours ? OURS : THEIRS) && ours)
        windows->source->class->prefetch(windows->source, at, bytes);
}

void fa__windows_before(fa__windows *windows, int64_t low, int64_t high)
{
    if (windows->source == NULL)
        return;
    int64_t last = (high - 1 - windows->first) / WINDOW;
    for (int64_t window = (low - windows->first) / WINDOW; window <= last + AHEAD; window++)
        meet(windows, window);
}

void fa__windows_behind(fa__windows *windows, int64_t low, int64_t high)
{
    if (windows->source == NULL || windows->source->class->drop == NULL)
        return;
    while (low < high) {
        int64_t window = (low - windows->first) / WINDOW;
        int64_t end = fa__min_i64(high, windows->first + (window + 1) * WINDOW);
        if (atomic_load_explicit(&windows->states[window], memory_order_relaxed) == OURS)
            windows->source->class->drop(windows->source, low, end - low);
        low = end;
    }
}

bool fa__windows_written(fa__windows *windows, int64_t low, int64_t high, fa_error *err)
{
    fa__source *source = windows->source;
    if (source == NULL || fa_failed(err))
        return !fa_failed(err);
    while (low < high && !fa_failed(err)) {
        int64_t window = (low - windows->first) / WINDOW;
        int64_t at = windows->first + window * WINDOW;
        int64_t end = fa__min_i64(high, at + WINDOW);
        int64_t written = atomic_fetch_add(&windows->written[window], end - low) + end - low;
        if (written >= window_bytes(windows, window)) {
            source->class->write_behind(source, at, window_bytes(windows, window), false, err);
            /* The disk is a few windows behind; a result that is larger than memory waits for it there. */
            int64_t before = window - WRITE_DISTANCE;
            if (windows->forget && before >= 0) {
                at = windows->first + before * WINDOW;
                source->class->write_behind(source, at, window_bytes(windows, before), true, err);
                if (source->class->drop != NULL)
                    source->class->drop(source, at, window_bytes(windows, before));
            }
        }
        low = end;
    }
    return !fa_failed(err);
}
