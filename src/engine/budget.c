/* SPDX-License-Identifier: BSD-3-Clause */
/* The policy of the memory limit. */
#include "engine/budget.h"

#include "engine/buffers.h"

#include "base/checked.h"
#include "base/memory.h"
#include "kernel/kernel.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Tiles: long enough for a disk, short enough to be stopped, and a few of them in the second-level cache. */
enum { TILE_BYTES = 1 << 20, TURNED_TILE_BYTES = 8 << 20, LEAST_TILE = 64, SMALLEST_LIMIT = 64 << 10 };

static _Thread_local bool in_callback;
static atomic_llong pass_count, evaluation_count;

/* "256M", "1.5G", "64KiB", "1000": bytes; 0 when the text is no size. */
static size_t parse_size(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    static const char units[] = "KMGT";
    for (int i = 0; units[i] != '\0' && *end != '\0'; i++)
        if ((*end & ~0x20) == units[i]) {
            bool is_decimal = (end[1] & ~0x20) == 'B';
            for (int k = 0; k <= i; k++)
                value *= is_decimal ? 1000 : 1024;
            end++;
            break;
        }
    if (*end == 'i')
        end++;
    if (*end == 'B' || *end == 'b')
        end++;
    return *end == '\0' && value >= 1 && value < 9e18 ? (size_t)value : 0;
}

static size_t default_limit(void)
{
    const char *text = getenv("FARRAY_MEMORY");
    size_t bytes = text != NULL ? parse_size(text) : 0;
    if (bytes == 0)
        bytes = fa__memory_total() / 4;
    return bytes < SMALLEST_LIMIT ? SMALLEST_LIMIT : bytes;
}

void fa__budget_start(void)
{
    if (fa__ledger_limit() == 0)
        fa__ledger_set_limit(default_limit());
}

bool fa__budget_set(size_t bytes, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (bytes != 0 && bytes < SMALLEST_LIMIT)
        return fa__fail(err, FA_INVALID_ARGUMENT,
                        "a memory limit of %zu bytes is below the least one of %d bytes", bytes,
                        SMALLEST_LIMIT);
    fa__ledger_set_limit(bytes == 0 ? default_limit() : bytes > INT64_MAX ? INT64_MAX : bytes);
    return true;
}

/* FARRAY_TILE, in bytes, makes tiles small for the tests. */
static int64_t tile_bytes(bool turned)
{
    static atomic_llong bytes;
    int64_t known = atomic_load(&bytes);
    if (known == 0) {
        const char *text = getenv("FARRAY_TILE");
        known = text != NULL ? (int64_t)parse_size(text) : 0;
        known = known >= 64 && known <= TILE_BYTES ? known : TILE_BYTES;
        atomic_store(&bytes, known);
    }
    return turned && known == TILE_BYTES ? TURNED_TILE_BYTES : known;
}

/* Negative where small buffers have taken more than there is. */
static int64_t left(void)
{
    return ((int64_t)(fa__ledger_limit() >> 1) - (int64_t)(fa__ledger_used() >> 1)) * 2;
}

int64_t fa__budget_free(void)
{
    return fa__max_i64(left(), 0);
}

int64_t fa__budget_available(void)
{
    return fa__max_i64(left(), (int64_t)(fa__ledger_limit() >> 4) * 2);
}

int fa__budget_threads(int threads, int64_t buffers)
{
    int64_t least = fa__max_i64(buffers, 1) * (int64_t)fa__buffer_size(1);
    return (int)fa__max_i64(fa__min_i64(threads, fa__budget_available() / least), 1);
}

int64_t fa__budget_tile(int64_t widest, int64_t staged, bool turned, int threads)
{
    int64_t elements = tile_bytes(turned) / widest;
    if (staged > 0) {
        /* A third of what is free goes to buffers: operands whose order is turned need two of them. Where
         * next to nothing is free there are small ones beyond the limit. */
        int64_t beyond =
            fa__min_i64(fa__budget_available(), left() + FA__BEYOND_LIMIT) / 3 / threads / staged;
        int64_t most =
            fa__max_i64(left() / 3 / threads / staged, fa__min_i64(beyond, FA__SMALL_BUFFER / widest));
        elements = fa__min_i64(elements, most);
    }
    if (elements > FA__BLOCK)
        return elements / FA__BLOCK * FA__BLOCK;
    /* Fewer of elements so wide that they are no small buffer. */
    return fa__max_i64(elements, fa__max_i64(fa__min_i64(LEAST_TILE, FA__SMALL_BUFFER / widest), 1));
}

int64_t fa__budget_share(int64_t tile, int64_t total, int threads)
{
    enum { TILES_EACH = 4, LEAST = 16 * FA__BLOCK };
    int64_t share = fa__round_up(total / (TILES_EACH * threads), FA__BLOCK);
    return threads == 1 ? tile : fa__min_i64(tile, fa__max_i64(share, LEAST));
}

int64_t fa__budget_scattered_tile(int64_t total, int64_t staged, int threads)
{
    enum { PLACE_BYTES = 24 }; /* where it is, and more while few of them are sorted */
    int64_t most = fa__budget_available() / 2 / (staged + PLACE_BYTES);
    return total * staged <= TURNED_TILE_BYTES && total <= most ? total
                                                                : fa__min_i64(total, most) / threads + 1;
}

bool fa__callback(const fa_evaluate_options *options, const fa_progress *progress)
{
    if (options == NULL || options->progress == NULL)
        return true;
    in_callback = true;
    bool go_on = options->progress(progress, options->user);
    in_callback = false;
    return go_on;
}

void fa__engine_set_inside(bool inside)
{
    in_callback = inside;
}

bool fa__engine_busy(fa_error *err)
{
    if (in_callback)
        fa__fail(err, FA_BUSY, "a progress callback or a kernel may not compute or write");
    return in_callback;
}

void fa__count_pass(void)
{
    atomic_fetch_add(&pass_count, 1);
}

void fa__count_evaluation(void)
{
    atomic_fetch_add(&evaluation_count, 1);
}

void fa__engine_statistics(int64_t *passes, int64_t *evaluations)
{
    *passes = atomic_load(&pass_count);
    *evaluations = atomic_load(&evaluation_count);
}
