/* SPDX-License-Identifier: BSD-3-Clause */
/* The types of every operation of the list on every type and Python scalar, against a table that NumPy made,
 * and of every reduction. */
#include "cmocka_all.h"

#include "expr/types.h"
#include "kernel/kernel.h"
#include "expr/types_table.h"

#include <string.h>

enum { TYPE_COUNT = FA_TYPE_COMPLEX128 + 1, INPUT_COUNT = TYPE_COUNT + 3 };

static const char letters[] = "tbBhHiIlLeVfdFD";

/* "add", or one output of several: "modf[0]". */
static fa__operation operation_named(const char *name)
{
    for (int i = 0; i < FA__OPERATION_COUNT; i++) {
        const size_t length = strlen(fa__operations[i].name);
        if (strncmp(fa__operations[i].name, name, length) != 0)
            continue;
        const int output = name[length] == '[' ? name[length + 1] - '0' : -1;
        if ((output >= 0 || name[length] == '\0') && fa__operations[i].output == output)
            return (fa__operation)i;
    }
    fail_msg("no operation '%s'", name);
    return FA__OP_ADD;
}

/* Input number `index`: a type, or one of Python's kinds. */
static void input(int index, fa_type *type, fa__weak *weak)
{
    *weak = index < TYPE_COUNT ? FA__STRONG : FA__WEAK_INT + (index - TYPE_COUNT);
    *type = index < TYPE_COUNT ? (fa_type)index : fa__weak_type(*weak);
}

static char resolved(fa__operation operation, int first, int second)
{
    fa_error err = {0};
    fa_type types[3];
    fa__weak weak[3];
    fa__resolution resolution;
    input(first, &types[0], &weak[0]);
    input(second, &types[1], &weak[1]);
    if (!fa__resolve(operation, types, weak, &resolution, &err)) {
        assert_int_equal(err.code, FA_BAD_TYPES);
        return '-';
    }
    return letters[resolution.result];
}

static void test_every_operation_on_every_type(void **state)
{
    (void)state;
    bool seen[FA__OPERATION_COUNT] = {false};
    for (size_t row = 0; row < sizeof types_table / sizeof *types_table; row++) {
        fa__operation operation = operation_named(types_table[row].name);
        const char *expected = types_table[row].results;
        int arity = fa__operations[operation].arity;
        seen[operation] = true;
        for (int i = 0; i < (arity == 1 ? TYPE_COUNT : INPUT_COUNT); i++) {
            for (int j = 0; j < (arity == 1 ? 1 : INPUT_COUNT); j++) {
                if (i >= TYPE_COUNT && j >= TYPE_COUNT)
                    continue;
                if (i == FA_TYPE_BFLOAT16 || (arity > 1 && j == FA_TYPE_BFLOAT16))
                    continue; /* not NumPy's */
                char got = resolved(operation, i, j);
                if (got != *expected)
                    fail_msg("%s of inputs %d and %d: %c, NumPy has %c", types_table[row].name, i, j, got,
                             *expected);
                expected++;
            }
        }
        assert_int_equal(*expected, '\0');
    }
    for (int i = 0; i < FA__OPERATION_COUNT;
         i++) { /* nothing of the list is left out but those of three and parts */
        if (fa__operations[i].arity < 3 && fa__operations[i].rule != FA__RULE_PARTS && !seen[i])
            fail_msg("'%s' is not in the table", fa__operations[i].name);
    }
}

/* Where bfloat16 meets others: the promoted type, in every floating rule. */
static void test_bfloat16_keeps_its_type(void **state)
{
    (void)state;
    static const struct {
        int other;
        char result;
    } rows[] = {{FA_TYPE_BOOL, 'V'},     {FA_TYPE_INT8, 'V'},    {FA_TYPE_UINT64, 'V'},
                {FA_TYPE_FLOAT16, 'f'},  {FA_TYPE_FLOAT32, 'f'}, {FA_TYPE_FLOAT64, 'd'},
                {FA_TYPE_BFLOAT16, 'V'}, {TYPE_COUNT, 'V'},      {TYPE_COUNT + 1, 'V'}};
    static const fa__operation operations[] = {FA__OP_ADD, FA__OP_DIVIDE, FA__OP_POWER, FA__OP_ARCTAN2};
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        for (size_t k = 0; k < sizeof operations / sizeof *operations; k++) {
            assert_int_equal(resolved(operations[k], FA_TYPE_BFLOAT16, rows[row].other), rows[row].result);
            assert_int_equal(resolved(operations[k], rows[row].other, FA_TYPE_BFLOAT16), rows[row].result);
        }
    assert_int_equal(resolved(FA__OP_SQRT, FA_TYPE_BFLOAT16, 0), 'V');
    assert_int_equal(resolved(FA__OP_SQRT, FA_TYPE_INT16, 0), 'f');
    assert_int_equal(resolved(FA__OP_MULTIPLY, FA_TYPE_BFLOAT16, FA_TYPE_COMPLEX64), 'F');
    assert_int_equal(resolved(FA__OP_MULTIPLY, FA_TYPE_BFLOAT16, TYPE_COUNT + 2), 'F');
}

static void test_loops_exist_for_what_resolves(void **state)
{
    (void)state;
    for (int i = 0; i < FA__OPERATION_COUNT; i++) {
        for (int t = 0; t < TYPE_COUNT; t++) {
            fa_error err = {0};
            fa_type types[3] = {(fa_type)t, (fa_type)t, (fa_type)t};
            fa__weak weak[3] = {FA__STRONG, FA__STRONG, FA__STRONG};
            fa__resolution resolution;
            if (!fa__resolve((fa__operation)i, types, weak, &resolution, &err))
                continue;
            if (fa__loop_find((fa__operation)i, resolution.loop_type) == NULL)
                fail_msg("no loop of '%s' for %s", fa__operations[i].name,
                         fa__type_name(resolution.loop_type));
            assert_int_equal(fa__loop_result((fa__operation)i, resolution.loop_type), resolution.result);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation_on_every_type),
        cmocka_unit_test(test_bfloat16_keeps_its_type),
        cmocka_unit_test(test_loops_exist_for_what_resolves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
