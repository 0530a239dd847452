/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzzes expressions as text: the text is refused with a clear error that has a column, or gives a graph
 * whose own text parses back to an equal graph, and all of whose views lie inside what they are views of. */
#include "text/text.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

enum { VARIABLES = 8, LEAVES = 256 };

static fa_array *variables[VARIABLES];

/* "a" to "h": numbers of several types and shapes, a structure in the other byte order, nothing at all. */
static void make_variables(void)
{
    static const struct {
        const char *dtype;
        int ndim;
        int64_t sizes[3];
    } rows[VARIABLES] = {
        {"f8", 2, {3, 4}},
        {"i1", 1, {4}},
        {">f4", 2, {3, 1}},
        {"u8", 0, {0}},
        {"?", 1, {4}},
        {"c8", 3, {2, 3, 4}},
        {"i8", 2, {0, 4}},
        {"[('x', '>f8'), ('p', [('q', 'i2'), ('r', 'S3')]), ('v', 'u1', (2, 2))]", 1, {5}},
    };
    for (int i = 0; i < VARIABLES; i++) {
        fa_error err = {0};
        fa__geometry geometry = {.ndim = rows[i].ndim};
        fa_dtype *dtype = fa_dtype_parse(rows[i].dtype, &err);
        memcpy(geometry.sizes, rows[i].sizes, sizeof rows[i].sizes);
        fa__strides_c(geometry.ndim, geometry.sizes, dtype->item_bytes, geometry.strides);
        fa__source *source =
            fa__memory_source(fa__count(geometry.ndim, geometry.sizes) * dtype->item_bytes, &err);
        variables[i] = fa__view(source, dtype, &geometry, true, &err);
        fa__source_release(source);
        fa_dtype_release(dtype);
        require(!fa_failed(&err));
    }
}

static fa_array *find(const char *name, size_t length, void *user)
{
    (void)user;
    return length == 1 && name[0] >= 'a' && name[0] < 'a' + VARIABLES && name[0] != 'e'
               ? variables[name[0] - 'a']
               : NULL;
}

static fa_array *find_leaf(const char *name, size_t length, void *user)
{
    fa_array **leaves = user;
    return length > 1 && name[0] == 'a' && name[1] >= '0' && name[1] <= '9' ? leaves[atoi(name + 1)] : NULL;
}

static bool check_node(fa__node *node, void *user)
{
    (void)user;
    int64_t low, high;
    fa__geometry geometry;
    fa__node_geometry(node, &geometry);
    fa__geometry_extent(&geometry, node->dtype->item_bytes, &low, &high);
    const fa__node *base = node->kind == FA__NODE_VIEW ? node->inputs[0] : node;
    int64_t bytes = base->kind == FA__NODE_LEAF
                        ? base->array->source->bytes
                        : fa__count(base->ndim, base->sizes) * base->dtype->item_bytes;
    require(low >= 0 && high <= bytes);
    /* Whole records keep the byte order of their fields, wherever they are moved to; all that is computed is
     * native. */
    require(base->kind == FA__NODE_LEAF || base->dtype->type == FA_TYPE_VOID ||
            fa_dtype_is_native(node->dtype));
    return true;
}

static void check_graph(fa__node *root)
{
    fa_error err = {0};
    fa_array *leaves[LEAVES];
    int leaf_count = 0;
    require(fa__node_walk(root, check_node, NULL, &err));
    size_t length = fa__graph_text(root, NULL, NULL, 0, NULL, 0, NULL, &err);
    if (err.code == FA_TOO_LARGE || err.code == FA_UNSUPPORTED)
        return;
    require(!fa_failed(&err));
    char *text = malloc(length + 1);
    require(fa__graph_text(root, NULL, text, length + 1, leaves, LEAVES, &leaf_count, &err) == length);
    require(strlen(text) == length);
    if (leaf_count <= LEAVES) {
        fa__names names = {.find = find_leaf, .user = leaves};
        fa__node *again = fa__parse(text, &names, &err);
        require(again != NULL && fa__graph_equal(root, again, &err));
        fa__node_release(again);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (variables[0] == NULL)
        make_variables();
    fa_error err = {0};
    char *text = fa__copy_text((const char *)data, size, &err);
    fa__names names = {.find = find};
    fa__node *root = fa__parse(text, &names, &err);
    require((root == NULL) == fa_failed(&err));
    if (root != NULL) {
        check_graph(root);
    } else {
        require(err.column >= 1 && (size_t)err.column <= strlen(text) + 1);
        require(err.message[0] != '\0' && memchr(err.message, '\n', sizeof err.message) == NULL);
        require(err.code != FA_INTERNAL);
    }
    fa__node_release(root);
    fa__free(text);
    return 0;
}
