/* SPDX-License-Identifier: BSD-3-Clause */
/* Small arrays with names, and what tests of text/ ask of texts and graphs. */
#ifndef FA_TESTS_TEXT_GRAPHS_H
#define FA_TESTS_TEXT_GRAPHS_H

#include "cmocka_all.h"

#include "text/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_COUNT = 9 };

/* What every text here may name. */
static const struct {
    const char *name, *dtype;
    int ndim;
    int64_t sizes[3];
} arrays_by_name[NAME_COUNT] = {
    {"a", "f8", 2, {3, 4}},
    {"b", "i1", 2, {3, 4}},
    {"c", "f4", 1, {4}},
    {"i", "i8", 1, {4}},
    {"u", "u8", 1, {4}},
    {"m", "?", 1, {4}},
    {"z", "c16", 0, {0}},
    {"s", ">f4", 2, {0, 4}},
    {"p", "[('id', '<i8'), ('pos', [('x', '<f8'), ('y', '<f8')]), ('v', '<f4', (3,))]", 1, {5}},
};

static fa_array *arrays[NAME_COUNT];

static inline fa_array *make_array(const char *text, int ndim, const int64_t *sizes)
{
    fa_error err = {0};
    fa__geometry geometry = {.ndim = ndim};
    fa_dtype *dtype = fa_dtype_parse(text, &err);
    memcpy(geometry.sizes, sizes, (size_t)ndim * sizeof(int64_t));
    fa__strides_c(ndim, sizes, dtype->item_bytes, geometry.strides);
    fa__source *source = fa__memory_source(fa__count(ndim, sizes) * dtype->item_bytes, &err);
    fa_array *array = fa__view(source, dtype, &geometry, true, &err);
    fa__source_release(source);
    fa_dtype_release(dtype);
    assert_false(fa_failed(&err));
    return array;
}

static inline int make_arrays(void **state)
{
    (void)state;
    for (int i = 0; i < NAME_COUNT; i++)
        arrays[i] = make_array(arrays_by_name[i].dtype, arrays_by_name[i].ndim, arrays_by_name[i].sizes);
    return 0;
}

static inline int release_arrays(void **state)
{
    (void)state;
    for (int i = 0; i < NAME_COUNT; i++)
        fa_release(arrays[i]);
    return 0;
}

static inline fa_array *find_array(const char *name, size_t length, void *user)
{
    (void)user;
    for (int i = 0; i < NAME_COUNT; i++) {
        if (strlen(arrays_by_name[i].name) == length && memcmp(arrays_by_name[i].name, name, length) == 0)
            return arrays[i];
    }
    return NULL;
}

static inline fa__node *parse(const char *text, fa_error *err)
{
    fa__names names = {.find = find_array};
    return fa__parse(text, &names, err);
}

/* Names a0, a1, ... as fa__graph_text() gives them. */
static inline fa_array *find_leaf(const char *name, size_t length, void *user)
{
    fa_array **leaves = user;
    bool is_leaf = length > 1 && name[0] == 'a' && name[1] >= '0' && name[1] <= '9';
    return is_leaf ? leaves[atoi(name + 1)] : NULL;
}

/* The text of a graph, released with free(); checks that it parses back to an equal graph. */
static inline char *text_of(fa__node *root)
{
    fa_error err = {0};
    fa_array *leaves[64];
    int leaf_count = 0;
    size_t length = fa__graph_text(root, NULL, NULL, 0, NULL, 0, NULL, &err);
    char *text = malloc(length + 1);
    assert_int_equal(fa__graph_text(root, NULL, text, length + 1, leaves, 64, &leaf_count, &err), length);
    assert_true(leaf_count <= 64);
    fa__names names = {.find = find_leaf, .user = leaves};
    fa__node *again = fa__parse(text, &names, &err);
    if (again == NULL)
        print_error("%s: %s\n", text, err.message);
    assert_non_null(again);
    if (!fa__graph_equal(root, again, &err))
        print_error("%s is not what it was\n", text);
    assert_true(fa__graph_equal(root, again, &err));
    fa__node_release(again);
    return text;
}

#endif
