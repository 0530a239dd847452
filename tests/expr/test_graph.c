/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of graphs: sharing, walking, comparing, releasing; views and fields of nodes; what makers refuse.
 */
#include "text/graphs.h"

static void test_a_deep_chain_of_calls(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__node *leaf = fa__node_leaf(arrays[2], &err), *sum = fa__node_retain(leaf);
    for (int i = 0; i < 1000000; i++) {
        fa__node *inputs[2] = {sum, leaf};
        fa__node *next = fa__node_operation(FA__OP_ADD, inputs, &err);
        fa__node_release(sum);
        sum = next;
    }
    assert_false(fa_failed(&err));
    assert_int_equal(fa__references_count(&leaf->references), 1000002);
    fa__node_release(sum);
    assert_int_equal(fa__references_count(&leaf->references), 1);
    fa__node_release(leaf);
}

typedef struct visits {
    int count;
    fa__node *seen[16];
} visits;

static bool remember(fa__node *node, void *user)
{
    visits *visited = user;
    for (int i = 0; i < node->input_count; i++) {
        bool before = false;
        for (int j = 0; j < visited->count; j++)
            before = before || visited->seen[j] == node->inputs[i];
        assert_true(before);
    }
    visited->seen[visited->count++] = node;
    return visited->count < 5;
}

static void test_a_walk_sees_every_node_once_inputs_first(void **state)
{
    (void)state;
    fa_error err = {0};
    visits visited = {0};
    fa__node *root = parse("(a + a) * (a + a)", &err);
    fa__node *shared[2] = {root->inputs[0], root->inputs[0]};
    fa__node *square = fa__node_operation(FA__OP_MULTIPLY, shared, &err);
    assert_true(fa__node_walk(square, remember, &visited, &err));
    assert_int_equal(visited.count, 3);
    visited.count = 0;
    fa__node *both[2] = {root, square};
    fa__node *top = fa__node_operation(FA__OP_ADD, both, &err);
    assert_false(fa__node_walk(top, remember, &visited, &err)); /* stopped at the fifth */
    assert_int_equal(visited.count, 5);
    assert_false(fa_failed(&err));
    fa__node_release(top);
    fa__node_release(square);
    fa__node_release(root);
}

static void test_shared_graphs_compare_in_time(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__node *roots[2];
    for (int k = 0; k < 2; k++) {
        fa__node *sum = fa__node_leaf(arrays[2], &err);
        for (int i = 0; i < 200; i++) { /* 2**200 paths */
            fa__node *inputs[2] = {sum, sum};
            fa__node *next = fa__node_operation(FA__OP_ADD, inputs, &err);
            fa__node_release(sum);
            sum = next;
        }
        roots[k] = sum;
    }
    assert_true(fa__graph_equal(roots[0], roots[1], &err));
    assert_false(fa__graph_equal(roots[0], roots[1]->inputs[0], &err));
    assert_int_equal(fa__graph_text(roots[0], NULL, NULL, 0, NULL, 0, NULL, &err), 0);
    assert_int_equal(err.code, FA_TOO_LARGE);
    fa__node_release(roots[0]);
    fa__node_release(roots[1]);
}

static void test_graphs_that_differ_are_not_equal(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a + 1",
        "a + 2",
        "a - 1",
        "a + 1.0",
        "1 + a",
        "a + True",
        "a + int64(1)",
        "c + 1",
        "sum(a)",
        "sum(a, axis=0)",
        "mean(a)",
        "sum(a, keepdims=True)",
        "var(a)",
        "var(a, ddof=1)",
        "(a + 1).T",
        "(a + 1)[1:]",
        "arange(4)",
        "arange(5)",
        "arange(1, 5)",
        "random_normal(4, seed=1)",
        "random_normal(4, seed=2)",
        "astype(a, '?')",
        "astype(a, 'f4')",
        "as_strided(a + 1, (3,), (8,))",
    };
    enum { COUNT = sizeof texts / sizeof *texts };
    fa_error err = {0};
    fa__node *roots[COUNT], *again[COUNT];
    for (int i = 0; i < COUNT; i++) {
        roots[i] = parse(texts[i], &err);
        again[i] = parse(texts[i], &err);
    }
    assert_false(fa_failed(&err));
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < COUNT; j++)
            assert_int_equal(fa__graph_equal(roots[i], again[j], &err), i == j);
    }
    for (int i = 0; i < COUNT; i++) {
        fa__node_release(roots[i]);
        fa__node_release(again[i]);
    }
}

static void test_views_of_views_are_one_view(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__node *root = parse("(a + 1)[1:].T[::-1, 0]", &err);
    assert_int_equal(root->kind, FA__NODE_VIEW);
    assert_int_equal(root->inputs[0]->kind, FA__NODE_OPERATION);
    assert_int_equal(root->offset, 32 + 24);
    assert_int_equal(root->strides[0], -8);
    fa__node_release(root);
    root = parse("(a + 1).T.T", &err);
    assert_int_equal(root->kind, FA__NODE_OPERATION);
    fa__node_release(root);
    root = parse("a[1:].T", &err);
    assert_int_equal(root->kind, FA__NODE_LEAF);
    assert_int_equal(root->offset, 32);
    fa__node_release(root);
    assert_false(fa_failed(&err));
}

static void test_a_view_outside_is_a_bug_that_is_caught(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__node *root = parse("a + 1", &err);
    fa__geometry geometry = {.ndim = 1, .offset = 8, .sizes = {12}, .strides = {8}};
    assert_null(fa__node_view(root, &geometry, &err));
    assert_int_equal(err.code, FA_INTERNAL);
    fa__node_release(root);
}

static void test_fields_of_leaves_and_of_results(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__node *leaf = parse("p", &err), *chosen = parse("where(True, p, p)", &err);
    fa__node *field = fa__node_field(leaf, "pos.y", 5, &err);
    assert_int_equal(field->kind, FA__NODE_LEAF);
    assert_int_equal(field->offset, 16);
    fa__node_release(field);
    field = fa__node_field(chosen, "v", 1, &err);
    assert_int_equal(field->kind, FA__NODE_VIEW);
    assert_int_equal(field->ndim, 2);
    assert_int_equal(field->sizes[1], 3);
    assert_int_equal(field->offset, 24);
    assert_ptr_equal(field->dtype, FA_FLOAT32);
    fa__node_release(field);
    assert_false(fa_failed(&err));
    assert_null(fa__node_field(chosen, "pos.z", 5, &err));
    assert_int_equal(err.code, FA_NOT_FOUND);
    assert_string_equal(err.message, "no field 'z' in dtype [('x', '<f8'), ('y', '<f8')]");
    fa__node_release(leaf);
    fa__node_release(chosen);
}

static void test_bytes_in_the_other_order_are_converted_first(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__node *root = parse("s + s", &err);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(root->inputs[i]->kind, FA__NODE_CAST);
        assert_true(root->inputs[i]->implicit);
        assert_ptr_equal(root->inputs[i]->dtype, FA_FLOAT32);
        assert_int_equal(root->inputs[i]->inputs[0]->kind, FA__NODE_LEAF);
    }
    free(text_of(root));
    fa__node_release(root);
}

static void test_comparisons_of_int64_with_uint64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        fa_type first, second;
        bool mixed;
    } rows[] = {
        {"i < u", FA_TYPE_INT64, FA_TYPE_UINT64, true},
        {"u < b[0]", FA_TYPE_UINT64, FA_TYPE_INT64, true},
        {"u < -1", FA_TYPE_UINT64, FA_TYPE_INT64, true},
        {"2**63 < i", FA_TYPE_UINT64, FA_TYPE_INT64, true},
        {"b < 300", FA_TYPE_INT64, FA_TYPE_INT64, false},
        {"b < 3", FA_TYPE_INT8, FA_TYPE_INT8, false},
        {"m < 2**63", FA_TYPE_INT64, FA_TYPE_UINT64, true},
        {"u < 2**63", FA_TYPE_UINT64, FA_TYPE_UINT64, false},
        {"c < 2**63", FA_TYPE_FLOAT32, FA_TYPE_FLOAT32, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fa_error err = {0};
        fa__node *root = parse(rows[i].text, &err);
        assert_non_null(root);
        assert_int_equal(root->inputs[0]->dtype->type, rows[i].first);
        assert_int_equal(root->inputs[1]->dtype->type, rows[i].second);
        assert_int_equal(root->mixed_compare, rows[i].mixed);
        assert_int_equal(root->loop_type, rows[i].first);
        assert_ptr_equal(root->dtype, FA_BOOL);
        fa__node_release(root);
    }
}

/* What a test calls a computation: the graph behind arrays[0]. */
static fa__node *behind_first;

static fa__node *see_through(fa_array *leaf)
{
    return leaf->source == arrays[0]->source ? behind_first : NULL;
}

static void test_text_sees_through_computations(void **state)
{
    (void)state;
    fa_error err = {0};
    char text[256];
    fa_array *leaves[4];
    int leaf_count;
    behind_first =
        parse("broadcast_to(c, (3, 4)) * 2.5", &err); /* float32: not what `a` is, but of its shape */
    behind_first->dtype = FA_FLOAT64;                 /* built in: not counted */
    for (int i = 0; i < 2; i++)
        behind_first->strides[i] = arrays[0]->strides[i];
    fa__node *root = parse("-a + a[1] * c", &err);
    fa__graph_text(root, see_through, text, sizeof text, leaves, 4, &leaf_count, &err);
    assert_string_equal(text, "-(a0 * 2.5) + (a0 * 2.5)[1] * a1");
    assert_int_equal(leaf_count, 2);
    assert_ptr_equal(leaves[1], arrays[2]);
    fa__node_release(root);
    behind_first->dtype = FA_FLOAT32;
    fa__node_release(behind_first);
    assert_false(fa_failed(&err));
}

static void test_makers_refuse_null(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__node *leaf = fa__node_leaf(arrays[0], &err), *inputs[2] = {leaf, NULL};
    assert_null(fa__node_operation(FA__OP_ADD, inputs, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    assert_null(fa__node_cast(leaf, NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    assert_null(fa__node_leaf(NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error failed = {.code = FA_IO_ERROR};
    assert_null(fa__node_operation(FA__OP_ADD, inputs, &failed)); /* passed through */
    assert_int_equal(failed.code, FA_IO_ERROR);
    fa__node_release(NULL);
    fa__node_release(leaf);
}

static void test_lengths_of_ranges(void **state)
{
    (void)state;
    fa_error err = {0};
    static const struct {
        int64_t start, stop, step, count;
    } rows[] = {{0, 5, 1, 5},
                {0, 5, 2, 3},
                {5, 0, -2, 3},
                {5, 0, 1, 0},
                {0, 0, 1, 0},
                {INT64_MIN, INT64_MIN + 3, 2, 2},
                {INT64_MAX, INT64_MAX - 4, -3, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fa__node *node = fa__node_arange_int64(rows[i].start, rows[i].stop, rows[i].step, &err);
        assert_int_equal(node->sizes[0], rows[i].count);
        free(text_of(node));
        fa__node_release(node);
    }
    assert_null(fa__node_arange_int64(0, 1, 0, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    assert_null(fa__node_arange_int64(INT64_MIN, INT64_MAX, 1, &err));
    assert_int_equal(err.code, FA_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deep_chain_of_calls),
        cmocka_unit_test(test_a_walk_sees_every_node_once_inputs_first),
        cmocka_unit_test(test_shared_graphs_compare_in_time),
        cmocka_unit_test(test_graphs_that_differ_are_not_equal),
        cmocka_unit_test(test_views_of_views_are_one_view),
        cmocka_unit_test(test_a_view_outside_is_a_bug_that_is_caught),
        cmocka_unit_test(test_fields_of_leaves_and_of_results),
        cmocka_unit_test(test_bytes_in_the_other_order_are_converted_first),
        cmocka_unit_test(test_comparisons_of_int64_with_uint64),
        cmocka_unit_test(test_text_sees_through_computations),
        cmocka_unit_test(test_makers_refuse_null),
        cmocka_unit_test(test_lengths_of_ranges),
    };
    return cmocka_run_group_tests(tests, make_arrays, release_arrays);
}
