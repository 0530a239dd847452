/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing the text of a graph: words, numbers, dtypes, and the names of leaves. Knows nothing about what
 * nodes mean. */
#include "expr/number.h"
#include "text/writer.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

void fa__put(fa__writer *w, const char *words)
{
    size_t length = strlen(words);
    for (size_t i = 0; i < length && w->length + i + 1 < w->size; i++)
        w->text[w->length + i] = words[i];
    w->length += length;
    if (w->length > FA__MAX_TEXT_BYTES)
        fa__fail(w->err, FA_TOO_LARGE, "the text of the expression has more than %zu bytes",
                 FA__MAX_TEXT_BYTES);
}

void fa__put_int(fa__writer *w, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    fa__put(w, text);
}

void fa__put_uint(fa__writer *w, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    fa__put(w, text);
}

void fa__put_number(fa__writer *w, double value)
{
    char text[FA__NUMBER_TEXT];
    fa__put(w, fa__number_text(value, text));
}

void fa__put_tuple(fa__writer *w, int count, const int64_t *items)
{
    fa__put(w, "(");
    for (int i = 0; i < count; i++) {
        fa__put_int(w, items[i]);
        fa__put(w, i + 1 < count ? ", " : count == 1 ? "," : "");
    }
    fa__put(w, ")");
}

void fa__put_dtype(fa__writer *w, const fa_dtype *dtype)
{
    if (fa__type_is_numeric(dtype->type) && !dtype->swapped) {
        fa__put(w, "'");
        fa__put(w, fa__type_name(dtype->type));
        fa__put(w, "'");
        return;
    }
    size_t length = fa_dtype_text(dtype, NULL, 0);
    char *text = fa__alloc(length + 1, w->err);
    if (text == NULL)
        return;
    fa_dtype_text(dtype, text, length + 1);
    bool has_single = strchr(text, '\'') != NULL;
    if (strchr(text, '\\') != NULL || (has_single && strchr(text, '"') != NULL))
        fa__fail(w->err, FA_UNSUPPORTED,
                 "a field whose name has quotes or backslashes cannot be written as text");
    fa__put(w, has_single ? "\"" : "'");
    fa__put(w, text);
    fa__put(w, has_single ? "\"" : "'");
    fa__free(text);
}

void fa__push_piece(fa__writer *w, fa__piece next)
{
    if (fa__grow(&w->pieces, &w->room, w->count + 1, sizeof *w->pieces, w->err))
        w->pieces[w->count++] = next;
}

void fa__push_words(fa__writer *w, const char *words)
{
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_WORDS, .words = words});
}

void fa__push_node(fa__writer *w, const fa__node *node, int needs)
{
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_NODE, .node = node, .needs = needs});
}

static uint64_t hash_leaf(const fa_array *array)
{
    uint64_t hash = (uint64_t)(uintptr_t)array->source * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= (uint64_t)array->offset * UINT64_C(0xc2b2ae3d27d4eb4f);
    return hash ^ hash >> 31;
}

static bool same_view(const fa_array *a, const fa_array *b)
{
    size_t bytes = (size_t)a->ndim * sizeof(int64_t);
    return a == b || (a->source == b->source && a->offset == b->offset && a->ndim == b->ndim &&
                      memcmp(a->sizes, b->sizes, bytes) == 0 && memcmp(a->strides, b->strides, bytes) == 0 &&
                      fa_dtype_equal(a->dtype, b->dtype));
}

static int64_t *slot_of(const fa__leaf_names *leaves, const fa_array *array)
{
    uint64_t mask = (uint64_t)(leaves->slot_count - 1), at = hash_leaf(array) & mask;
    while (leaves->slots[at] != 0 && !same_view(leaves->arrays[leaves->slots[at] - 1], array))
        at = (at + 1) & mask;
    return &leaves->slots[at];
}

static bool make_room(fa__leaf_names *leaves, fa_error *err)
{
    if (2 * (leaves->count + 1) <= leaves->slot_count)
        return true;
    int64_t slot_count = leaves->slot_count == 0 ? 16 : 2 * leaves->slot_count;
    int64_t *slots = fa__alloc_zero((size_t)slot_count, sizeof *slots, err);
    if (slots == NULL)
        return false;
    fa__free(leaves->slots);
    leaves->slots = slots;
    leaves->slot_count = slot_count;
    for (int64_t i = 0; i < leaves->count; i++)
        *slot_of(leaves, leaves->arrays[i]) = i + 1;
    return true;
}

void fa__put_leaf(fa__writer *w, fa_array *array)
{
    fa__leaf_names *leaves = &w->leaves;
    if (!make_room(leaves, w->err))
        return;
    int64_t *slot = slot_of(leaves, array);
    if (*slot == 0) {
        if (!fa__grow(&leaves->arrays, &leaves->room, leaves->count + 1, sizeof *leaves->arrays, w->err))
            return;
        leaves->arrays[leaves->count++] = array;
        *slot = leaves->count;
    }
    fa__put(w, "a");
    fa__put_int(w, *slot - 1);
}
