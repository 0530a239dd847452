/* SPDX-License-Identifier: BSD-3-Clause */
/* Gathers, those that are dealt out through scratch, and sorts that do not fit, given up at moments all over
 * the time that they take: each time it says so, and leaves no file, no descriptor and no charge; and what is
 * computed next is right. */
#include "faults/arrays.h"

#include "platform/platform.h"
#include "storage/storage.h"

#include <time.h>

enum { LIMIT = 1 << 20, MOMENTS = 5 };

static const char *const texts[] = {"x[i]", "x[i] * 2", "x[i[:300000] % 1000]", "sort(x)", "argsort(x)"};

typedef struct watch {
    double started, at; /* seconds; at 0: never */
} watch;

static bool give_up(const fa_progress *progress, void *user)
{
    const watch *w = user;
    (void)progress;
    if (w->at == 0)
        return true;
    const double left = w->at - (fa__now() - w->started);
    if (left > 0.05)
        return true;
    if (left > 0)
        nanosleep(&(struct timespec){.tv_nsec = (long)(left * 1e9)}, NULL);
    return false;
}

/* From file to file; how long it took. */
static double compute(const char *text, double at, fa_error *err)
{
    fa_array *x = fa_open(in_folder("x.npy"), FA_READ_ONLY, NULL, err);
    fa_array *i = fa_open(in_folder("i.npy"), FA_READ_ONLY, NULL, err);
    fa_array *made = fa_eval(text, FA_VARS({"x", x}, {"i", i}), err);
    watch w = {fa__now(), at};
    const fa_evaluate_options options = {.progress = give_up, .user = &w};
    const fa_output output = {.array = made, .path = in_folder("r.npy")};
    unlink(output.path);
    fa_evaluate_all(&output, 1, &options, err);
    const double seconds = fa__now() - w.started;
    fa_release(made);
    fa_release(i);
    fa_release(x);
    return seconds;
}

/* Of the result's bytes. */
static uint64_t hash(void)
{
    uint64_t hash = 14695981039346656037u;
    FILE *file = fopen(in_folder("r.npy"), "re");
    assert_non_null(file);
    char bytes[4096];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        for (size_t i = 0; i < n; i++)
            hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    fclose(file);
    return hash;
}

static void give_up_all_over(const char *text, fa_error *err)
{
    const double seconds = compute(text, 0, err);
    assert_clean(*err);
    const uint64_t right = hash();
    const int descriptors = count_descriptors(), names = count_names();
    int cancelled = 0;
    for (int moment = 1; moment <= MOMENTS; moment++) {
        compute(text, seconds * moment / MOMENTS, err);
        if (err->code != FA_CANCELLED)
            assert_clean(*err);
        cancelled += err->code == FA_CANCELLED;
        assert_int_equal(count_names(), names - (err->code == FA_CANCELLED));
        fa_error_clear(err);
        assert_int_equal(count_descriptors(), descriptors);
        assert_int_equal(fa_memory_used(), 0);
    }
    /* The system calls back every 40 ms: what is faster is not cancelled. */
    assert_true(seconds < 0.3 || cancelled > 0);
    compute(text, 0, err);
    assert_clean(*err);
    assert_true(hash() == right);
}

static void giving_up_leaves_nothing(void **state)
{
    (void)state;
    fa_error err = {0};
    static const fa__io ways[] = {FA__IO_DIRECT, FA__IO_PREAD};
    for (int way = 0; way < 2; way++)
        for (int text = 0; text < (int)(sizeof texts / sizeof *texts); text++) {
            fa__set_io_mode(ways[way]);
            fa_set_memory_limit(LIMIT, &err);
            give_up_all_over(texts[text], &err);
            fa_set_memory_limit(0, &err);
            fa__set_io_mode(FA__IO_AUTO);
        }
    assert_clean(err);
}

static int make_files(void **state)
{
    fa_error err = {0};
    if (make_folder(state) != 0)
        return 1;
    fa_array *x = fa_eval("random_uniform(1048576, seed=1)", (fa_vars){0}, &err);
    fa_array *i = fa_eval("astype(random_uniform(1048576, 0, 1048576, seed=2), 'i8')", (fa_vars){0}, &err);
    fa_save(in_folder("x.npy"), x, NULL, &err);
    fa_save(in_folder("i.npy"), i, NULL, &err);
    fa_release(x);
    fa_release(i);
    if (fa_failed(&err))
        print_error("%s\n", err.message);
    return fa_failed(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(giving_up_leaves_nothing, make_files, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
