/* SPDX-License-Identifier: BSD-3-Clause */
/* Links of chains give the bits of loops: each operation alone, beside elements and beside one, at the ends
 * of steps and of lines. Chains that the engine makes of expressions: tests/engine/test_chains.py. */
#include "array/dtype.h"
#include "kernel/chain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MOST = 3 * FA__CHAIN_STEP + 5, GUARD = 64 };

static const fa_type types[] = {FA_TYPE_FLOAT64, FA_TYPE_FLOAT32, FA_TYPE_BOOL};
static const int lengths[] = {1, 7, FA__CHAIN_STEP - 1, FA__CHAIN_STEP, FA__CHAIN_STEP + 1, MOST};

static const double special[] = {0.0,    -0.0,     1.0,       -1.5, 1e-310, 3.5e38,
                                 -1e300, INFINITY, -INFINITY, NAN,  2.0,    -7.25};
enum { SPECIALS = sizeof special / sizeof special[0] };

/* Every pair of special numbers meets. */
static void fill(void *out, fa_type type, int n, int stride)
{
    for (int i = 0; i < n; i++) {
        const double x = special[i / stride % SPECIALS];
        if (type == FA_TYPE_FLOAT64)
            ((double *)out)[i] = x;
        else if (type == FA_TYPE_FLOAT32)
            ((float *)out)[i] = (float)x;
        else
            ((unsigned char *)out)[i] = (unsigned char)(i / stride % 3);
    }
}

/* A NaN is a NaN: which one comes out of two is the processor's. */
static void assert_same(const void *a, const void *b, fa_type type, int n)
{
    for (int i = 0; i < n; i++) {
        if (type == FA_TYPE_FLOAT64 && isnan(((const double *)a)[i]) && isnan(((const double *)b)[i]))
            continue;
        if (type == FA_TYPE_FLOAT32 && isnan(((const float *)a)[i]) && isnan(((const float *)b)[i]))
            continue;
        const size_t item = (size_t)fa__type_bytes(type);
        assert_memory_equal((const char *)a + (size_t)i * item, (const char *)b + (size_t)i * item, item);
    }
}

static fa__link beside(fa__link_run *run, void *at, bool moves, fa_type type)
{
    return (fa__link){.run = run, .at = at, .moves = moves ? -1 : 0, .item_bytes = (int)fa__type_bytes(type)};
}

static void hold_against_the_loop(fa__operation operation, fa_type type, fa__link_form form, int n,
                                  bool stream)
{
    static double a[MOST + GUARD], b[MOST + GUARD], result[MOST + GUARD], expected[MOST + GUARD];
    const fa_type made = fa__loop_result(operation, type);
    const bool one = form == FA__LINK_ONE_FIRST || form == FA__LINK_ONE_SECOND;
    const bool turned = form == FA__LINK_FIRST || form == FA__LINK_ONE_FIRST;
    const int shift = stream ? 3 : 0; /* elements before the next line */
    const size_t item = (size_t)fa__type_bytes(made);
    fill(a, type, n, 1);
    fill(b, type, n, SPECIALS);
    memset(result, 0x55, sizeof result);
    char *to = (char *)result + (-(uintptr_t)result & 63) + (size_t)shift * item;
    fa__link links[] = {
        beside(fa__link_move_find(FA__LINK_LOAD, type), a, true, type),
        beside(fa__link_find(operation, type, form), b,
               !one && (fa__operations[operation].arity == 2 || turned), type),
        beside(fa__link_move_find(FA__LINK_STORE, made), to, true, made),
    };
    links[1].loop = fa__loop_find(operation, type); /* which links of functions call */
    fa__chain chain = {links, 3, made, n % 2 == 1};
    fa__chain_run(&chain, n, stream);
    const void *in[2] = {turned ? b : a, turned ? a : b};
    fa__loop_find(operation, type)(expected, in, n, one ? (turned ? 1 : 2) : 0);
    assert_same(to, expected, made, n);
    for (size_t i = 0; i < 16; i++) /* and nothing behind it is touched */
        assert_int_equal(((unsigned char *)to)[(size_t)n * item + i], 0x55);
}

static void hold_a_choice_against_the_loop(fa_type type, fa__link_form form, int n, bool stream)
{
    static double a[MOST + GUARD], b[MOST + GUARD], result[MOST + GUARD], expected[MOST + GUARD];
    static unsigned char condition[MOST + GUARD];
    const bool one_a = form == FA__LINK_ONE_FIRST || form == FA__LINK_FIRST;
    const bool one_b = form == FA__LINK_ONE_SECOND || form == FA__LINK_FIRST;
    const size_t item = (size_t)fa__type_bytes(type);
    fill(a, type, n, 1);
    fill(b, type, n, SPECIALS);
    fill(condition, FA_TYPE_BOOL, n, 1);
    memset(result, 0x55, sizeof result);
    char *to = (char *)result + (-(uintptr_t)result & 63) + (stream ? 3 : 0) * item;
    fa__link links[] = {
        beside(fa__link_move_find(FA__LINK_LOAD, FA_TYPE_BOOL), condition, true, FA_TYPE_BOOL),
        beside(fa__link_find(FA__OP_WHERE, type, form), a, !one_a, type),
        beside(NULL, b, !one_b, type),
        beside(fa__link_move_find(FA__LINK_STORE, type), to, true, type),
    };
    fa__chain chain = {links, 4, type, false};
    fa__chain_run(&chain, n, stream);
    const void *in[3] = {condition, a, b};
    fa__loop_find(FA__OP_WHERE, type)(expected, in, n, (one_a ? 2u : 0) | (one_b ? 4u : 0));
    assert_memory_equal(to, expected, (size_t)n * item);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(((unsigned char *)to)[(size_t)n * item + i], 0x55);
}

static void a_choice_gives_what_its_loop_gives(void **state)
{
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (int form = 0; form < FA__LINK_FORMS; form++)
            for (size_t k = 0; k < 2 * sizeof lengths / sizeof lengths[0]; k++)
                hold_a_choice_against_the_loop(types[t], (fa__link_form)form, lengths[k / 2], k % 2);
}

static void a_link_gives_what_its_loop_gives(void **state)
{
    (void)state;
    int links = 0;
    for (int operation = 0; operation < FA__OPERATION_COUNT; operation++)
        for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
            for (int form = 0; form < FA__LINK_FORMS; form++) {
                if (fa__operations[operation].arity > 2 ||
                    fa__link_find((fa__operation)operation, types[t], (fa__link_form)form) == NULL)
                    continue;
                links++;
                for (size_t k = 0; k < 2 * sizeof lengths / sizeof lengths[0]; k++)
                    hold_against_the_loop((fa__operation)operation, types[t], (fa__link_form)form,
                                          lengths[k / 2], k % 2);
            }
    assert_true(links > 100);
}

/* Of a type with links all operations have all forms, or none. */
static void links_of_two_inputs_have_all_forms(void **state)
{
    (void)state;
    for (int operation = 0; operation < FA__OPERATION_COUNT; operation++)
        for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
            for (int form = 1; form < FA__LINK_FORMS && fa__operations[operation].arity == 2; form++)
                assert_true((fa__link_find((fa__operation)operation, types[t], FA__LINK_SECOND) == NULL) ==
                            (fa__link_find((fa__operation)operation, types[t], (fa__link_form)form) == NULL));
}

static void sums_of_a_chain_are_those_of_leaves(void **state)
{
    (void)state;
    enum { LEAVES = 3 };
    static double wide[LEAVES * FA__BLOCK];
    static float narrow[LEAVES * FA__BLOCK];
    for (int i = 0; i < LEAVES * FA__BLOCK; i++)
        narrow[i] = (float)(wide[i] = ldexp((double)(i * 7919 % 1013) - 400.5, i % 23));
    for (int is_wide = 0; is_wide < 2; is_wide++)
        for (int n = 1; n <= LEAVES * FA__BLOCK; n += n < 200 ? 1 : 59) {
            const fa_type type = is_wide ? FA_TYPE_FLOAT64 : FA_TYPE_FLOAT32;
            void *x = is_wide ? (void *)wide : (void *)narrow;
            fa__link links[] = {beside(fa__link_move_find(FA__LINK_LOAD, type), x, true, type),
                                beside(fa__link_move_find(FA__LINK_SUM, type), NULL, true, type)};
            fa__chain chain = {links, 2, type, false};
            const fa__reducer *sum = fa__reducer_find(FA__REDUCE_SUM, type);
            double sums[LEAVES], of_leaf;
            fa__chain_sums(&chain, n, sums);
            for (int first = 0, k = 0; first < n; first += FA__BLOCK, k++) {
                sum->leaf(&of_leaf, 1, (const char *)x + (int64_t)first * fa__type_bytes(type),
                          n - first < FA__BLOCK ? n - first : FA__BLOCK);
                assert_memory_equal(&sums[k], &of_leaf, sizeof of_leaf);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_gives_what_its_loop_gives),
        cmocka_unit_test(a_choice_gives_what_its_loop_gives),
        cmocka_unit_test(links_of_two_inputs_have_all_forms),
        cmocka_unit_test(sums_of_a_chain_are_those_of_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
