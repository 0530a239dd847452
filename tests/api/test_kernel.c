/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels of users': what they see, how often they are called, what becomes of their results, their errors
 * and their names. */
#include <farray/farray.h>

#include "text/text.h"
#include "text/user_kernels.h"
#include "platform/platform.h"

#include "platform/folder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const fa_type doubles[] = {FA_TYPE_FLOAT64, FA_TYPE_FLOAT64, FA_TYPE_FLOAT64};
static const fa_type mixed[] = {FA_TYPE_FLOAT64, FA_TYPE_INT32};

/* What kernels of this file count. */
typedef struct counts {
    atomic_llong elements, calls;
    atomic_int inside, most_inside;
    atomic_bool saw_mapping, was_busy;
    int fails_at; /* the call that returns a status; 0: none */
    int sleeps;   /* microseconds a call, so that there is something to cancel on any machine */
    int released;
} counts;

static void look(counts *c, const void *address)
{
    char path[64];
    int64_t offset;
    if (fa__map_find(address, path, sizeof path, &offset))
        atomic_store(&c->saw_mapping, true);
}

/* out0 = 2 a + b, out1 = a > b as int32 */
static int combine(const void *const *in, void *const *out, int64_t n, void *user)
{
    counts *c = user;
    const double *a = in[0], *b = in[1];
    double *sum = out[0];
    int32_t *larger = out[1];
    int inside = atomic_fetch_add(&c->inside, 1) + 1;
    if (inside > atomic_load(&c->most_inside))
        atomic_store(&c->most_inside, inside);
    for (int64_t i = 0; i < n; i++) {
        double x = a[i], y = b[i];
        sum[i] = 2 * x + y;
        larger[i] = x > y;
    }
    look(c, a);
    look(c, b);
    look(c, sum);
    if (c->sleeps > 0)
        nanosleep(&(struct timespec){.tv_nsec = c->sleeps * 1000L}, NULL);
    long long call = atomic_fetch_add(&c->calls, 1) + 1;
    atomic_fetch_add(&c->elements, n);
    atomic_fetch_sub(&c->inside, 1);
    return call == c->fails_at ? 42 : 0;
}

static int twice(const void *const *in, void *const *out, void *user)
{
    (void)user;
    *(double *)out[0] = 2 * *(const double *)in[0];
    return 0;
}

/* Sums whose order shows in their last bits, and how many. */
typedef struct total {
    double sum;
    int64_t count;
} total;

static int total_begin(void *state, void *user)
{
    (void)user;
    *(total *)state = (total){0, 0};
    return ((uintptr_t)state & 15) != 0; /* states are aligned */
}

static int total_add(void *state, const void *const *in, int64_t n, void *user)
{
    total *t = state;
    const double *x = in[0], *y = in[1];
    for (int64_t i = 0; i < n; i++)
        t->sum += x[i] * y[i];
    t->count += n;
    return user != NULL && x[0] == 1e300 ? 9 : 0;
}

static int total_merge(void *state, const void *next, void *user)
{
    total *a = state;
    const total *b = next;
    (void)user;
    a->sum += b->sum;
    a->count += b->count;
    return 0;
}

static int total_end(const void *state, void *const *out, void *user)
{
    const total *t = state;
    (void)user;
    *(double *)out[0] = t->sum;
    *(int32_t *)out[1] = (int32_t)t->count;
    return 0;
}

static void release(void *user)
{
    ((counts *)user)->released++;
}

static fa_kernel kernel_of(const char *name, counts *c)
{
    return (fa_kernel){.abi = FA_KERNEL_ABI,
                       .name = name,
                       .documentation = "For the tests.",
                       .input_count = 2,
                       .output_count = 2,
                       .inputs = doubles,
                       .outputs = mixed,
                       .user = c,
                       .compute = combine,
                       .release = release};
}

static fa_kernel total_of(const char *name)
{
    return (fa_kernel){.abi = FA_KERNEL_ABI,
                       .name = name,
                       .input_count = 2,
                       .output_count = 2,
                       .inputs = doubles,
                       .outputs = mixed,
                       .state_bytes = sizeof(total),
                       .begin = total_begin,
                       .add = total_add,
                       .merge = total_merge,
                       .end = total_end,
                       .user = NULL};
}

static void assert_good(const fa_error *err)
{
    if (fa_failed(err))
        fail_msg("%s: %s", fa_error_name(err->code), err->message);
}

static void assert_equal_arrays(fa_array *found, const char *text, fa_vars vars, fa_error *err)
{
    fa_array *expected = fa_eval(text, vars, err);
    fa_array *same =
        fa_eval("array_equal(found, expected)", FA_VARS({"found", found}, {"expected", expected}), err);
    bool is = same != NULL && fa_item_int64(same, err) != 0;
    fa_release(same);
    fa_release(expected);
    assert_good(err);
    if (!is)
        fail_msg("not %s", text);
}

/* ---- Elements ---- */

static void every_layout_is_a_block(void **unused)
{
    (void)unused;
    static counts c;
    fa_kernel kernel = kernel_of("combine", &c);
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    static const char *const firsts[] = {
        "x",     "x[::-1]",  "x.T[:50, :60].T", "x[::2, ::3][:5, :6]", "astype(x, 'i4')", "x[0]",
        "x * 3", "x[:, :1]", "x[3, 4]"};
    static const char *const seconds[] = {"y", "y[::-1]", "y[:60, :50]", "y[:5, :6]", "astype(y, 'f4')",
                                          "y", "sqrt(y)", "y[:1]",       "y"};
    fa_array *x = fa_eval("arange(0., 30000.).reshape(150, 200)", FA_VARS(), &err);
    fa_array *y = fa_create(in_folder("y.npy"), FA_FLOAT64, FA_SHAPE(150, 200), NULL, &err);
    fa_eval_into(y, "random_uniform((150, 200), low=0, high=20000, seed=3)", FA_VARS(), &err);
    fa_evaluate(x, NULL, &err);
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        char call[128], expected[192];
        for (int output = 0; output < 2; output++) {
            snprintf(call, sizeof call, "combine(%s, %s)[%d]", firsts[i], seconds[i], output);
            snprintf(expected, sizeof expected, output == 0 ? "2.0 * %s + %s" : "astype(%s > %s, 'i4')",
                     firsts[i], seconds[i]);
            fa_array *found = fa_eval(call, FA_VARS({"x", x}, {"y", y}), &err);
            assert_equal_arrays(found, expected, FA_VARS({"x", x}, {"y", y}), &err);
            fa_release(found);
        }
    }
    fa_array *number = fa_eval("combine(3, 4.5)[0]", FA_VARS(), &err);
    assert_true(fa_item_float64(number, &err) == 10.5);
    fa_release(number);
    assert_false(atomic_load(&c.saw_mapping));
    fa_release(x);
    fa_release(y);
    fa_kernel_unregister("combine", &err);
    assert_good(&err);
    assert_int_equal(c.released, 1);
}

static void outputs_together_are_one_call(void **unused)
{
    (void)unused;
    static counts c;
    fa_kernel kernel = kernel_of("combine@3", &c);
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    fa_array *x = fa_eval("arange(0., 100000.)", FA_VARS(), &err);
    fa_array *outputs[2];
    fa_kernel_apply("combine", (fa_array *[]){x, x}, 2, outputs, 2, &err);
    assert_int_equal(atomic_load(&c.calls), 0);
    fa_array *more =
        fa_eval("a * b + combine(x, x)[0]", FA_VARS({"a", outputs[0]}, {"b", outputs[1]}, {"x", x}), &err);
    fa_evaluate_all((fa_output[]){{.array = outputs[0]}, {.array = outputs[1]}, {.array = more}}, 3, NULL,
                    &err);
    assert_good(&err);
    /* The third names the kernel anew, on the same elements. */
    assert_int_equal(atomic_load(&c.elements), 100000);
    assert_equal_arrays(outputs[0], "3.0 * x", FA_VARS({"x", x}), &err);
    fa_release(more);
    fa_release(outputs[0]);
    fa_release(outputs[1]);
    fa_release(x);
    fa_kernel_unregister("combine@3", &err);
    assert_good(&err);
}

static void one_element_at_a_time(void **unused)
{
    (void)unused;
    fa_kernel kernel = {.abi = FA_KERNEL_ABI,
                        .name = "twice",
                        .input_count = 1,
                        .output_count = 1,
                        .inputs = doubles,
                        .outputs = doubles,
                        .element = twice};
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    fa_array *found = fa_eval("twice(arange(5000))[1:]", FA_VARS(), &err);
    assert_equal_arrays(found, "arange(2., 10000., 2)", FA_VARS(), &err);
    fa_release(found);
    fa_kernel_unregister("twice", &err);
}

static bool stop(const fa_progress *progress, void *user)
{
    (void)progress;
    (void)user;
    return false;
}

static void a_status_ends_the_evaluation(void **unused)
{
    (void)unused;
    static counts c = {.fails_at = 30};
    fa_kernel kernel = kernel_of("combine", &c);
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    fa_array *found = fa_eval("combine(arange(0., 1e6), 1)[0]", FA_VARS(), &err);
    assert_good(&err);
    fa_evaluate(found, NULL, &err);
    assert_int_equal(err.code, FA_KERNEL_FAILED);
    assert_string_equal(err.message, "combine: the kernel returned status 42");
    assert_true(atomic_load(&c.elements) < 1000000);
    fa_release(found);
    fa_error_clear(&err);
    found = fa_eval("combine(arange(0., 1e6), 1)[0]", FA_VARS(), &err);
    c.sleeps = 1000;
    fa_evaluate(found, &(fa_evaluate_options){.progress = stop}, &err);
    assert_int_equal(err.code, FA_CANCELLED);
    fa_release(found);
    fa_error_clear(&err);
    fa_kernel_unregister("combine", &err);
    assert_good(&err);
}

static int reenter(const void *const *in, void *const *out, int64_t n, void *user)
{
    counts *c = user;
    fa_error err = {0};
    fa_array *inner = fa_eval("arange(10) + 1", FA_VARS(), &err);
    fa_evaluate(inner, NULL, &err);
    atomic_store(&c->was_busy, err.code == FA_BUSY);
    fa_release(inner);
    memcpy(out[0], in[0], (size_t)n * sizeof(double));
    return 0;
}

static void kernels_may_not_compute(void **unused)
{
    (void)unused;
    static counts c;
    fa_kernel kernel = {.abi = FA_KERNEL_ABI,
                        .name = "reenter",
                        .input_count = 1,
                        .output_count = 1,
                        .inputs = doubles,
                        .outputs = doubles,
                        .compute = reenter,
                        .user = &c};
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    static const char *const texts[] = {"reenter(arange(3.))", "reenter(arange(1e6))"};
    for (int i = 0; i < 2; i++) {
        atomic_store(&c.was_busy, false);
        fa_array *found = fa_eval(texts[i], FA_VARS(), &err);
        fa_evaluate(found, NULL, &err);
        assert_good(&err);
        assert_true(atomic_load(&c.was_busy));
        fa_release(found);
    }
    fa_kernel_unregister("reenter", &err);
}

static void serial_kernels_run_one_at_a_time(void **unused)
{
    (void)unused;
    static counts c;
    fa_kernel kernel = kernel_of("combine", &c);
    kernel.flags = FA_KERNEL_SERIAL;
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    fa_set_threads(5, &err);
    fa_array *found = fa_eval("sum(combine(arange(0., 1e6), 1)[1])", FA_VARS(), &err);
    assert_int_equal(fa_item_int64(found, &err), 1000000 - 2);
    fa_release(found);
    assert_int_equal(atomic_load(&c.most_inside), 1);
    fa_set_threads(0, &err);
    fa_kernel_unregister("combine", &err);
    assert_good(&err);
}

/* A factor that the windows of a product read again and again is computed once, be it that it only fits into
 * scratch. */
static void factors_of_a_product_are_computed_once(void **unused)
{
    (void)unused;
    static const char *const products[] = {"x @ combine(x, 1)[0]", "combine(x, 1)[0] @ x",
                                           "x @ combine(x, 1)[0].T"};
    static const char *const same[] = {"x @ (2 * x + 1)", "(2 * x + 1) @ x", "x @ (2 * x + 1).T"};
    static const size_t limits[] = {0, 1 << 20};
    counts c = {0};
    fa_error err = {0};
    fa_kernel kernel = kernel_of("combine", &c);
    fa_kernel_register(&kernel, &err);
    fa_array *x = fa_create(in_folder("factor.npy"), FA_FLOAT64, FA_SHAPE(700, 700), NULL, &err);
    fa_eval_into(x, "(arange(490000.) % 13).reshape(700, 700)", FA_VARS(), &err);
    for (int i = 0; i < 6; i++) {
        atomic_store(&c.elements, 0);
        fa_set_memory_limit(limits[i % 2], &err);
        fa_array *found = fa_eval(products[i / 2], FA_VARS({"x", x}), &err);
        fa_evaluate(found, NULL, &err);
        fa_set_memory_limit(0, &err);
        assert_good(&err);
        if (atomic_load(&c.elements) != 490000)
            fail_msg("%s: %lld elements", products[i / 2], (long long)atomic_load(&c.elements));
        assert_equal_arrays(found, same[i / 2], FA_VARS({"x", x}), &err);
        fa_release(found);
    }
    fa_release(x);
    fa_kernel_unregister("combine", &err);
    assert_good(&err);
}

/* ---- Reductions ---- */

static void reductions_are_the_same_bits(void **unused)
{
    (void)unused;
    fa_kernel kernel = total_of("total");
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    static const char *const texts[] = {"total(x, y)[0]",
                                        "total(x, y, axis=0)[0]",
                                        "total(x.T, y.T, axis=(0,))[0]",
                                        "total(x, 0.1, axis=1, keepdims=True)[0]",
                                        "total(x.reshape(-1), y.reshape(-1))[0]",
                                        "total(x[:, :3], y[:, :3])[0]",
                                        "total(x[::-1, ::7], y[::-1, ::7])[0]"};
    /* In files: results have to find room under the small limits. */
    fa_array *x = fa_create(in_folder("x.npy"), FA_FLOAT64, FA_SHAPE(700, 1500), NULL, &err);
    fa_array *y = fa_create(in_folder("y.npy"), FA_FLOAT64, FA_SHAPE(700, 1500), NULL, &err);
    fa_eval_into(x, "random_normal((700, 1500), seed=1)", FA_VARS(), &err);
    fa_eval_into(y, "random_normal((700, 1500), seed=2)", FA_VARS(), &err);
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        static const int threads[] = {1, 2, 3, 5};
        static const size_t limits[] = {0, 1 << 20, 128 << 10, 64 << 10};
        fa_array *first = NULL;
        for (int i = 0; i < 4; i++) {
            fa_set_threads(threads[i], &err);
            fa_set_memory_limit(limits[i], &err);
            fa_array *found = fa_eval(texts[t], FA_VARS({"x", x}, {"y", y}), &err);
            fa_evaluate(found, NULL, &err);
            if (fa_failed(&err))
                fail_msg("%s: %s", texts[t], err.message);
            fa_set_memory_limit(0, &err);
            if (first == NULL)
                first = fa_retain(found);
            assert_equal_arrays(found, "first", FA_VARS({"first", first}), &err);
            fa_release(found);
        }
        fa_release(first);
    }
    fa_set_threads(0, &err);
    fa_array *near = fa_eval("max(abs(total(x, y, axis=0)[0] - sum(x * y, axis=0))) < 1e-9",
                             FA_VARS({"x", x}, {"y", y}), &err);
    assert_int_equal(fa_item_int64(near, &err), 1);
    fa_array *count = fa_eval("total(x, y, axis=1)[1]", FA_VARS({"x", x}, {"y", y}), &err);
    assert_equal_arrays(count, "full(700, 1500, dtype='i4')", FA_VARS(), &err);
    fa_array *none = fa_eval("total(zeros((3, 0)), 1, axis=1)[1]", FA_VARS(), &err);
    assert_equal_arrays(none, "zeros(3, dtype='i4')", FA_VARS(), &err);
    fa_array *nothing = fa_eval("total(zeros((0, 3)), 1, axis=1)[0]", FA_VARS(), &err);
    assert_equal_arrays(nothing, "zeros(0)", FA_VARS(), &err);
    fa_array *single = fa_eval("total(3, 4)[0]", FA_VARS(), &err);
    assert_true(fa_item_float64(single, &err) == 12);
    fa_array *outputs[2];
    fa_kernel_reduce("total", (fa_array *[]){x, y}, 2, FA_AXES(-1), true, outputs, 2, &err);
    assert_int_equal(fa_size_of_axis(outputs[1], 1), 1);
    assert_equal_arrays(outputs[1], "count[:, newaxis]", FA_VARS({"count", count}), &err);
    fa_array *all[] = {near, count, none, nothing, single, outputs[0], outputs[1], x, y};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fa_release(all[i]);
    fa_kernel_unregister("total", &err);
    assert_good(&err);
}

static void a_reduction_may_fail(void **unused)
{
    (void)unused;
    static counts c;
    fa_kernel kernel = total_of("total");
    kernel.user = &c;
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    fa_array *found = fa_eval("total(where(arange(100000) == 51200, 1e300, 1.), 1)[0]", FA_VARS(), &err);
    fa_evaluate(found, NULL, &err);
    assert_int_equal(err.code, FA_KERNEL_FAILED);
    assert_string_equal(err.message, "total: the kernel returned status 9");
    fa_release(found);
    fa_error_clear(&err);
    fa_kernel_unregister("total", &err);
    assert_good(&err);
}

/* ---- Text and names ---- */

static void assert_round_trip(const char *text, fa_array *x, fa_error *err)
{
    char printed[512], again[512];
    fa_array *leaves[4], *found = fa_eval(text, FA_VARS({"x", x}), err);
    int count = 0;
    fa_expression(found, printed, sizeof printed, leaves, 4, &count, err);
    assert_good(err);
    fa_array *parsed =
        fa_eval(printed, FA_VARS({"a0", count > 0 ? leaves[0] : x}, {"a1", count > 1 ? leaves[1] : x}), err);
    if (fa_failed(err))
        fail_msg("%s prints as %s: %s", text, printed, err->message);
    fa_expression(parsed, again, sizeof again, leaves, 4, &count, err);
    assert_string_equal(printed, again);
    assert_equal_arrays(parsed, text, FA_VARS({"x", x}), err);
    fa_release(parsed);
    fa_release(found);
}

static void graphs_print_and_parse_back(void **unused)
{
    (void)unused;
    static counts c;
    fa_kernel kernel = kernel_of("combine@2", &c), sum = total_of("total");
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    fa_kernel_register(&sum, &err);
    fa_array *x = fa_eval("arange(60.).reshape(3, 4, 5)", FA_VARS(), &err);
    fa_evaluate(x, NULL, &err);
    static const char *const texts[] = {"combine(x, 1)[1]",
                                        "combine@2(x[0], x[1] * 2)[0] + 1",
                                        "-combine(x.T, 2)[0][1:]",
                                        "total(x, x)[0]",
                                        "total(x, x[0], axis=1)[1]",
                                        "total(x.T * 2, 1.5, axis=(0, 2))[0] ** 2",
                                        "total(x, x, axis=-1, keepdims=True)[0]",
                                        "total(combine(x, x)[0], x, axis=())[0]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_round_trip(texts[i], x, &err);
    fa_release(x);
    fa_kernel_unregister("combine@2", &err);
    fa_kernel_unregister("total", &err);
    assert_good(&err);
}

static void the_newest_version_is_meant(void **unused)
{
    (void)unused;
    static counts old, new;
    fa_kernel first = kernel_of("combine@9", &old), second = kernel_of("combine@10", &new);
    fa_error err = {0};
    fa_kernel_register(&first, &err);
    fa_kernel_register(&second, &err);
    fa_kernel_register(&second, &err); /* the same again is no news */
    fa_array *a = fa_eval("combine(1, 2)[0]", FA_VARS(), &err),
             *b = fa_eval("combine@9(1, 2)[0]", FA_VARS(), &err);
    fa_evaluate(a, NULL, &err);
    assert_int_equal(atomic_load(&old.calls), 0);
    assert_int_equal(atomic_load(&new.calls), 1);
    fa_kernel_unregister("combine@9", &err);
    assert_int_equal(old.released, 0); /* b has it */
    assert_true(fa_item_float64(b, &err) == 4);
    fa_release(b);
    assert_int_equal(old.released, 1);
    assert_null(fa_eval("combine@9(1, 2)[0]", FA_VARS(), &err));
    assert_int_equal(err.code, FA_UNKNOWN_NAME);
    fa_error_clear(&err);
    fa_release(a);
    fa_kernel_unregister("combine@10", &err);
    fa_kernel_unregister("combine@10", &err);
    assert_int_equal(err.code, FA_UNKNOWN_NAME);
}

/* A variable that unregisters the kernel which stands before it in the text. */
static fa_array *unregisters(const char *name, size_t length, void *array)
{
    fa_error err = {0};
    if (length != 1 || *name != 'a')
        return NULL;
    fa_kernel_unregister("combine", &err);
    assert_good(&err);
    return array;
}

static void text_holds_its_kernels(void **unused)
{
    (void)unused;
    static counts c;
    static const char *const wrong[] = {"combine(a)[0]", "combine.at(a, 1)", "combine + a", "[combine, a]",
                                        "combine@0(a)"};
    fa_error err = {0};
    fa_kernel kernel = kernel_of("combine", &c);
    fa_array *a = fa_eval("2.0", FA_VARS(), &err);
    fa__names names = {.find = unregisters, .user = a};
    fa_kernel_register(&kernel, &err);
    fa__node *node = fa__parse("combine(a, 1)[0]", &names, &err);
    assert_good(&err);
    assert_int_equal(c.released, 0);
    fa__node_release(node);
    assert_int_equal(c.released, 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        c.released = 0;
        fa_kernel_register(&kernel, &err);
        assert_null(fa__parse(wrong[i], &names, &err));
        fa_error_clear(&err);
        fa_kernel_unregister("combine", &err); /* where the parser has not come to `a` */
        fa_error_clear(&err);
        assert_int_equal(c.released, 1);
    }
    fa_release(a);
}

enum { LIVES = 2000 };
static atomic_int lives[LIVES];
static atomic_bool lives_end;

static void end_life(void *life)
{
    atomic_fetch_sub((atomic_int *)life, 1);
}

static int look_alive(const void *const *in, void *const *out, void *life)
{
    *(double *)out[0] = *(const double *)in[0];
    return atomic_load((atomic_int *)life) == 1 ? 0 : 1;
}

static void *live_on(void *unused)
{
    (void)unused;
    fa_error err = {0};
    fa_kernel kernel = {.abi = FA_KERNEL_ABI,
                        .name = "alive",
                        .input_count = 1,
                        .output_count = 1,
                        .inputs = doubles,
                        .outputs = doubles,
                        .element = look_alive,
                        .release = end_life};
    for (int i = 0; i < LIVES; i++) {
        atomic_store(&lives[i], 1);
        kernel.user = &lives[i];
        fa_kernel_register(&kernel, &err);
        fa_kernel_unregister("alive", &err);
    }
    atomic_store(&lives_end, true);
    return fa_failed(&err) ? &lives : NULL;
}

/* No kernel is called once it is released, and each is released once. */
static void names_may_go_while_they_are_looked_up(void **unused)
{
    (void)unused;
    pthread_t thread;
    void *wrong;
    assert_int_equal(pthread_create(&thread, NULL, live_on, NULL), 0);
    while (!atomic_load(&lives_end)) {
        fa_error err = {0};
        fa_array *x = fa_eval("alive(1.5)", FA_VARS(), &err);
        assert_true(x != NULL || err.code == FA_UNKNOWN_NAME);
        if (x != NULL)
            assert_true(fa_item_float64(x, &err) == 1.5);
        fa_release(x);
        if (x != NULL)
            assert_good(&err);
        fa_error_clear(&err);
        fa_kernel_apply("alive", &(fa_array *){NULL}, 0, &(fa_array *){NULL}, 1, &err);
        fa_error_clear(&err);
    }
    pthread_join(thread, &wrong);
    assert_null(wrong);
    for (int i = 0; i < LIVES; i++)
        assert_int_equal(atomic_load(&lives[i]), 0);
}

static void a_name_is_listed_once(void **unused)
{
    (void)unused;
    static counts c;
    fa_error err = {0};
    const fa_kernel twice_listed[] = {kernel_of("first", &c), kernel_of("combine@2", &c),
                                      kernel_of("combine@2", &c)};
    fa__kernels_register(twice_listed, 3, &err);
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    assert_non_null(strstr(err.message, "kernel 'combine@2': its name is listed twice"));
    fa_error_clear(&err);
    assert_null(fa__kernel_find("first", 5)); /* all or none */
}

static void assert_refused(fa_kernel kernel, const char *words)
{
    fa_error err = {0};
    fa_kernel_register(&kernel, &err);
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' in '%s'", words, err.message);
}

static void what_is_no_kernel_is_refused(void **unused)
{
    (void)unused;
    static counts c;
    static const fa_type texts[] = {FA_TYPE_STRING, FA_TYPE_STRING};
    static const char *const names[] = {"", "2x", "a-b", "a@", "a@x", "a b", "a@0", "a@1234567"};
    fa_kernel good = kernel_of("combine", &c), kernel = good;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        kernel.name = names[i];
        assert_refused(kernel, "a name has letters");
    }
    kernel.name = "sin@2";
    assert_refused(kernel, "name is that of an operation");
    kernel.name = "pi";
    assert_refused(kernel, "name is that of an operation");
    kernel = good, kernel.abi = 2;
    assert_refused(kernel, "version 2");
    kernel = good, kernel.inputs = texts;
    assert_refused(kernel, "numeric type");
    kernel = good, kernel.input_count = 17;
    assert_refused(kernel, "from 1 to 16");
    kernel = good, kernel.output_count = 0;
    assert_refused(kernel, "from 1 to 16");
    kernel = good, kernel.element = twice;
    assert_refused(kernel, "one form");
    kernel = good, kernel.compute = NULL;
    assert_refused(kernel, "one form");
    kernel = good, kernel.reserved[1] = 1;
    assert_refused(kernel, "reserved");
    kernel = good, kernel.flags = 2;
    assert_refused(kernel, "flags");
    kernel = total_of("total"), kernel.state_bytes = 5000;
    assert_refused(kernel, "4096");
    fa_error err = {0};
    fa_kernel_register(&good, &err);
    kernel = good, kernel.user = NULL;
    assert_refused(kernel, "another one of this name");
    static const struct {
        const char *text;
        int code;
    } wrong[] = {
        {"combine(1)[0]", FA_BAD_EXPRESSION},           {"combine(1j, 2)[0]", FA_BAD_TYPES},
        {"combine('a', 2)[0]", FA_BAD_TYPES},           {"combine(zeros(3), zeros(4))[0]", FA_BAD_SHAPE},
        {"combine(1, 2)", FA_BAD_EXPRESSION},           {"combine(1, 2)[2]", FA_BAD_INDEX},
        {"combine(1, 2, axis=0)[0]", FA_BAD_EXPRESSION}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_null(fa_eval(wrong[i].text, FA_VARS(), &err));
        if (err.code != wrong[i].code)
            fail_msg("%s: %s: %s", wrong[i].text, fa_error_name(err.code), err.message);
        fa_error_clear(&err);
    }
    fa_kernel_unregister("combine", &err);
    assert_good(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_is_a_block),
        cmocka_unit_test(outputs_together_are_one_call),
        cmocka_unit_test(factors_of_a_product_are_computed_once),
        cmocka_unit_test(one_element_at_a_time),
        cmocka_unit_test(a_status_ends_the_evaluation),
        cmocka_unit_test(kernels_may_not_compute),
        cmocka_unit_test(serial_kernels_run_one_at_a_time),
        cmocka_unit_test(reductions_are_the_same_bits),
        cmocka_unit_test(a_reduction_may_fail),
        cmocka_unit_test(graphs_print_and_parse_back),
        cmocka_unit_test(the_newest_version_is_meant),
        cmocka_unit_test(text_holds_its_kernels),
        cmocka_unit_test(names_may_go_while_they_are_looked_up),
        cmocka_unit_test(a_name_is_listed_once),
        cmocka_unit_test(what_is_no_kernel_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
