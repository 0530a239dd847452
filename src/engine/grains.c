/* SPDX-License-Identifier: BSD-3-Clause */
/* Slots of one grain each, found by the grain's number in short lists. A slot fills from both ends; a part
 * that would lie between them alone goes through the page cache, and so does all else of its grain. */
#include "engine/grains.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <string.h>

enum { GRAIN = FA__DIRECT_GRAIN };
enum { NONE = -1 };

typedef struct slot {
    int64_t grain; /* of the owner; NONE: free */
    int64_t next;  /* of its list, or of those that are free */
    int low, high; /* bytes [0, low) and [high, GRAIN) are there */
} slot;

struct fa__grains {
    fa__source *source;
    int64_t most, used, free; /* slots; of which were used once; first of those that are free again */
    int64_t *lists;           /* as many */
    slot *slots;
    char *bytes;
};

int64_t fa__grains_bytes(int64_t most)
{
    return (int64_t)sizeof(fa__grains) + most * (int64_t)(GRAIN + sizeof(slot) + sizeof(int64_t));
}

fa__grains *fa__grains_new(fa__source *source, int64_t most, fa_error *err)
{
    fa__grains *grains = fa__alloc_zero(1, sizeof *grains, err);
    if (grains == NULL)
        return NULL;
    grains->source = source;
    grains->most = most;
    grains->free = NONE;
    grains->lists = fa__alloc((size_t)most * sizeof *grains->lists, err);
    grains->slots = fa__alloc((size_t)most * sizeof *grains->slots, err);
    grains->bytes = fa__alloc((size_t)most * GRAIN, err);
    if (fa_failed(err)) {
        fa__grains_end(grains, err);
        return NULL;
    }
    for (int64_t i = 0; i < most; i++)
        grains->lists[i] = NONE;
    return grains;
}

static int64_t *list_of(const fa__grains *grains, int64_t grain)
{
    return &grains->lists[grain % grains->most];
}

static slot *find(const fa__grains *grains, int64_t grain)
{
    for (int64_t i = *list_of(grains, grain); i != NONE; i = grains->slots[i].next)
        if (grains->slots[i].grain == grain)
            return &grains->slots[i];
    return NULL;
}

/* NULL: there is none left. */
static slot *make(fa__grains *grains, int64_t grain)
{
    int64_t i = grains->free;
    if (i != NONE)
        grains->free = grains->slots[i].next;
    else if (grains->used < grains->most)
        i = grains->used++;
    else
        return NULL;
    int64_t *list = list_of(grains, grain);
    grains->slots[i] = (slot){.grain = grain, .next = *list, .low = 0, .high = GRAIN};
    *list = i;
    return &grains->slots[i];
}

static void forget(fa__grains *grains, slot *s)
{
    int64_t i = s - grains->slots, *at = list_of(grains, s->grain);
    while (*at != i)
        at = &grains->slots[*at].next;
    *at = s->next;
    *s = (slot){.grain = NONE, .next = grains->free};
    grains->free = i;
}

static char *bytes_of(const fa__grains *grains, const slot *s)
{
    return grains->bytes + (s - grains->slots) * GRAIN;
}

static bool write_through(const fa__grains *grains, int64_t first, int64_t size, const char *bytes,
                          fa_error *err)
{
    return fa__source_write_bytes(grains->source, first, size, bytes, err);
}

/* Bytes [low, high) of a grain, the first of which is byte `first` of the source. */
static bool leave(fa__grains *grains, int64_t grain, int low, int high, int64_t first, const char *bytes,
                  fa_error *err)
{
    slot *s = find(grains, grain);
    if (s == NULL && (low == 0 || high == GRAIN))
        s = make(grains, grain);
    if (s == NULL || (low != s->low && high != s->high))
        return write_through(grains, first, high - low, bytes, err);
    if (low == s->low)
        s->low = high;
    else
        s->high = low;
    memcpy(bytes_of(grains, s) + low, bytes, (size_t)(high - low));
    return true;
}

/* The slot that has all of a grain but [low, high). */
static slot *has_rest(const fa__grains *grains, int64_t grain, int low, int high)
{
    slot *s = find(grains, grain);
    return s != NULL && s->low == low && s->high == high ? s : NULL;
}

bool fa__grains_round(fa__grains *grains, int64_t *first, int64_t *end, char *elements, fa_error *err)
{
    int64_t base = grains->source->base, begin = *first, grain = (base + begin) / GRAIN;
    int low = (int)((base + begin) % GRAIN), high = (int)fa__min_i64(low + (*end - begin), GRAIN);
    if (low > 0) {
        slot *s = has_rest(grains, grain, low, high);
        if (s != NULL) {
            const char *bytes = bytes_of(grains, s);
            memcpy(elements - low, bytes, (size_t)low);
            memcpy(elements + (high - low), bytes + high, (size_t)(GRAIN - high));
            *first -= low;
            *end = fa__max_i64(*end, begin + (GRAIN - low));
            forget(grains, s);
        } else {
            leave(grains, grain, low, high, begin, elements, err);
            *first += high - low;
        }
    }
    high = (int)((base + *end) % GRAIN);
    if (*first < *end && high > 0 && !fa_failed(err)) {
        grain = (base + *end) / GRAIN;
        slot *s = has_rest(grains, grain, 0, high);
        if (s != NULL) {
            memcpy(elements + (*end - begin), bytes_of(grains, s) + high, (size_t)(GRAIN - high));
            *end += GRAIN - high;
            forget(grains, s);
        } else {
            *end -= high;
            leave(grains, grain, 0, high, *end, elements + (*end - begin), err);
        }
    }
    return !fa_failed(err);
}

bool fa__grains_end(fa__grains *grains, fa_error *err)
{
    if (grains == NULL)
        return !fa_failed(err);
    for (int64_t i = 0; i < grains->used && !fa_failed(err); i++) {
        const slot *s = &grains->slots[i];
        int64_t first = s->grain * GRAIN - grains->source->base;
        if (s->grain == NONE)
            continue;
        if (s->low > 0)
            write_through(grains, first, s->low, bytes_of(grains, s), err);
        if (s->high < GRAIN && !fa_failed(err))
            write_through(grains, first + s->high, GRAIN - s->high, bytes_of(grains, s) + s->high, err);
    }
    fa__free(grains->lists);
    fa__free(grains->slots);
    fa__free(grains->bytes);
    fa__free(grains);
    return !fa_failed(err);
}
