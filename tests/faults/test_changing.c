/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes that change between two walks of one operation, as those of a file do that another program writes: a
 * source that shows other elements from its N-th read on, N = 0, 1, 2, ... until no read is left to change.
 * Every evaluation ends with a result or with an error, what is in order is in order, and nothing is read or
 * written where nothing is (the dev build looks). */
#include "faults/arrays.h"

#include "array/source.h"
#include "array/view.h"
#include "base/memory.h"

#include <math.h>

enum { ELEMENTS = 60000 };

/* One source of two contents. */
typedef struct changing {
    fa__source source;
    fa__owner owner;
    const char *before, *behind;
} changing;

static struct {
    long reads, turn; /* from read number `turn` on the second content is shown */
} clock_of_reads;

static void destroy(fa__source *source)
{
    fa__free(source);
}

static bool read_either(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    const changing *c = (const changing *)source;
    (void)err;
    fa__box_gather(clock_of_reads.reads++ < clock_of_reads.turn ? c->before : c->behind, box, elements);
    return true;
}

static bool write_nothing(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    (void)source, (void)box, (void)elements;
    return fa__fail(err, FA_NOT_WRITEABLE, "what changes is not written");
}

static const fa__source_class changing_class = {
    .name = "raw", .destroy = destroy, .read = read_either, .write = write_nothing};

static fa_array *changing_array(const fa_dtype *dtype, const void *before, const void *behind, fa_error *err)
{
    changing *c = fa__alloc_zero(1, sizeof *c, err);
    assert_non_null(c);
    fa__references_start(&c->source.references);
    c->source.class = &changing_class;
    c->source.bytes = ELEMENTS * dtype->item_bytes;
    c->source.owner = &c->owner;
    c->before = before;
    c->behind = behind;
    const fa__geometry row = {.ndim = 1, .sizes = {ELEMENTS}, .strides = {dtype->item_bytes}};
    fa_array *array = fa__view(&c->source, dtype, &row, false, err);
    fa__source_release(&c->source);
    return array;
}

/* ---- Contents: numbers that spread otherwise, with NaN; counts and positions that are others, and out of
 * bounds ---- */

static double numbers[2][ELEMENTS];
static int64_t counts[2][ELEMENTS], far[2][ELEMENTS];
static uint8_t masks[2][ELEMENTS];

static void fill(void)
{
    uint64_t state = 7;
    for (int i = 0; i < ELEMENTS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const unsigned r = (unsigned)(state >> 33);
        numbers[0][i] = (double)(r % 100000) / 1000;
        numbers[1][i] = i % 1000 == 0 ? (double)NAN : -(double)(r % 77) * 1e6;
        counts[0][i] = r % 4;
        counts[1][i] = r / 7 % 4;
        far[0][i] = r % 4;
        far[1][i] = i % 50 == 0 ? INT64_MIN : (int64_t)r * 1000;
        masks[0][i] = r % 3 == 0;
        masks[1][i] = r % 5 != 0;
    }
}

/* ---- Operations ---- */

static const struct {
    const char *text, *holds; /* what is true of a result r, whatever it was made of; NULL: nothing */
} rows[] = {
    {"sort(x)", "all((r[:-1] <= r[1:]) | isnan(r[1:]))"},
    {"sort(reshape(x, (100, 600)), axis=0)", "all((r[:-1] <= r[1:]) | isnan(r[1:]))"},
    {"argsort(x)", "all((r >= 0) & (r < 60000))"},
    {"partition(x, 5000)", "all(r[:5000] <= r[5000]) | isnan(r[5000])"},
    {"argpartition(x, 5000)", "all((r >= 0) & (r < 60000))"},
    {"lexsort((x, i))", "all((r >= 0) & (r < 60000))"},
    {"quantile(x, [0.1, 0.5, 0.9])", "all((r[:-1] <= r[1:]) | isnan(r[1:]))"},
    {"quantile(reshape(x, (100, 600)), 0.3, axis=0)", NULL},
    {"nanquantile(x, 0.5)", NULL},
    {"median(i)", "(r >= 0) & (r <= 3)"},
    {"quantile(x, 0.5, weights=i + 1, method='inverted_cdf')", NULL},
    {"unique(x)", "all((r[:-1] < r[1:]) | isnan(r[1:]))"},
    {"unique(f)", "all(r[:-1] < r[1:])"},
    {"unique(x, return_inverse=True)[1]", "all((r >= 0) & (r < 60000))"},
    {"unique(reshape(i, (30000, 2)), axis=0)", "all((r >= 0) & (r <= 3))"},
    {"setdiff1d(x, x[::2])", NULL},
    {"isin(x, x[::3])", NULL},
    {"searchsorted(sort(x), x)", "all((r >= 0) & (r <= 60000))"},
    {"histogram(x, 9)[0]", "sum(r) <= 60000"},
    {"histogram(x, 9, weights=i)[0]", NULL},
    {"histogram(x, sort(x[:9]))[0]", "sum(r) <= 60000"},
    {"bincount(i)", "sum(r) == 60000"},
    {"bincount(f)", "sum(r) == 60000"},
    {"bincount(f, weights=x)", NULL},
    {"repeat(x, i)", NULL},
    {"repeat(i, i)", "all((r >= 0) & (r <= 3))"},
    {"repeat(x, f)", NULL},
    {"delete(x, f)", NULL},
    {"x[k]", NULL},
    {"x[x > 3.5]", NULL},
    {"i[flatnonzero(k)]", "all((r >= 0) & (r <= 3))"},
    {"take(x, f)", NULL},
    {"x[f]", NULL},
    {"choose(f, (x, x, x, x))", NULL},
    {"add.reduceat(x, f)", NULL},
    {"interp(x, sort(x), x)", NULL},
    {"cumsum(x)", NULL},
    {"reshape(x, (100, 600)) @ reshape(x, (600, 100))", NULL},
    {"concatenate((x, sort(x)))", NULL},
};

/* Whether the promise holds of a result; 1, or 0. */
static double promise(const char *text, fa_array *result, fa_error *err)
{
    fa_array *truth = fa_eval(text, FA_VARS({"r", result}), err);
    const double number = fa_item_float64(truth, err);
    fa_release(truth);
    return number;
}

static void each_read_may_be_the_first_of_other_bytes(const char *text, const char *holds,
                                                      fa_variable *variables)
{
    long ended = 0, failed = 0;
    for (long turn = 0;; turn += 1 + turn / 6) {
        fa_error err = {0};
        clock_of_reads.reads = 0;
        clock_of_reads.turn = turn;
        fa_array *result = fa_eval(text, (fa_vars){4, variables}, &err);
        fa_evaluate(result, NULL, &err);
        const bool all_were_first = clock_of_reads.reads <= turn;
        if (err.code == FA_INTERNAL)
            fail_msg("%s, other bytes from read %ld on: %s", text, turn, err.message);
        if (fa_failed(&err)) {
            assert_true(err.message[0] != '\0');
            failed++;
        } else if (holds != NULL && promise(holds, result, &err) != 1) {
            fail_msg("%s, other bytes from read %ld on: %s does not hold", text, turn, holds);
        }
        ended += !fa_failed(&err);
        fa_release(result);
        if (all_were_first) {
            if (fa_failed(&err))
                fail_msg("%s, with bytes that do not change: %s", text, err.message);
            break;
        }
    }
    assert_true(ended > 0);
    print_message("%-56s %4ld results, %4ld errors\n", text, ended, failed);
}

static void under(size_t limit)
{
    fa_error err = {0};
    fa_set_threads(1, &err);
    fa_set_memory_limit(limit, &err);
    fill();
    fa_variable variables[4] = {
        {"x", changing_array(FA_FLOAT64, numbers[0], numbers[1], &err)},
        {"i", changing_array(FA_INT64, counts[0], counts[1], &err)},
        {"f", changing_array(FA_INT64, far[0], far[1], &err)},
        {"k", changing_array(FA_BOOL, masks[0], masks[1], &err)},
    };
    assert_clean(err);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        each_read_may_be_the_first_of_other_bytes(rows[i].text, rows[i].holds, variables);
    for (int i = 0; i < 4; i++)
        fa_release(variables[i].array);
}

static void with_room_for_all(void **state)
{
    (void)state;
    under(64 << 20);
}

static void piece_by_piece(void **state)
{
    (void)state;
    under(64 << 10);
}

/* The source does change: sums before and behind are others, and a walk sees both. */
static void the_clock_is_read(void **state)
{
    (void)state;
    fa_error err = {0};
    double sums[3];
    fill();
    fa_set_memory_limit(128 << 10, &err);
    fa_array *x = changing_array(FA_INT64, counts[0], far[1], &err);
    const long turns[3] = {1000000, 0, 1};
    for (int i = 0; i < 3; i++) {
        clock_of_reads.reads = 0;
        clock_of_reads.turn = turns[i];
        fa_array *sum = fa_eval("sum(x.astype('f8'))", FA_VARS({"x", x}), &err);
        sums[i] = fa_item_float64(sum, &err);
        fa_release(sum);
    }
    assert_clean(err);
    assert_true(sums[0] != sums[1] && sums[1] != sums[2] && sums[0] != sums[2]);
    fa_release(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_is_read),
        cmocka_unit_test(with_room_for_all),
        cmocka_unit_test(piece_by_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
