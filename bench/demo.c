/* SPDX-License-Identifier: BSD-3-Clause */
/* A show of a minute: an array of 10000 x 10000 doubles in a file, filled with noise through a view, flushed,
 * reopened, and an expression of it computed into a new file; what that costs, beside what the machine can
 * do. Leaves nothing behind. A user of the public headers and of the probe. */
#define _GNU_SOURCE
#include <farray/farray.h>

#include "probe.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static char folder[512], noise_path[600], result_path[600], probe_path[600];
static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static void clean_up(void)
{
    (void)unlink(noise_path);
    (void)unlink(result_path);
    (void)unlink(probe_path);
    (void)rmdir(folder);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A bar on stderr; where that is no terminal, nothing but the answer whether to go on. */
static bool show_progress(const fa_progress *progress, void *user)
{
    double *peak = user;
    double resident = (double)fa_resident_bytes();
    if (resident > *peak)
        *peak = resident;
    if (isatty(STDERR_FILENO) && progress->total_bytes > 0) {
        double part = (double)progress->done_bytes / (double)progress->total_bytes;
        char bar[41];
        memset(bar, ' ', 40);
        memset(bar, '#', (size_t)(40 * (part > 1 ? 1 : part)));
        bar[40] = '\0';
        fprintf(stderr, "\r  [%s] %3.0f %%  %.1f GB/s ", bar, 100 * part,
                (double)progress->done_bytes / 1e9 / (progress->seconds + 1e-9));
    }
    return !stopped;
}

static void end_bar(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%72s\r", "");
}

/* Says what a step was, how fast it went, and what is resident now. */
static void tell(const char *what, double seconds, double bytes)
{
    printf("  %-52s %6.2f s", what, seconds);
    if (bytes > 0)
        printf("  %6.2f GB/s", bytes / seconds / 1e9);
    else
        printf("  %11s", "");
    printf("  %7.1f MB resident\n", (double)fa_resident_bytes() / 1e6);
    fflush(stdout);
}

static bool prepare(const char *where, double needed_bytes)
{
    struct statvfs space;
    if (statvfs(where, &space) != 0) {
        perror(where);
        return false;
    }
    double free_bytes = (double)space.f_bavail * (double)space.f_frsize;
    if (free_bytes < needed_bytes) {
        fprintf(stderr,
                "demo: %s has %.1f GB free, the demo needs %.1f GB; name another folder: ./dev demo FOLDER\n",
                where, free_bytes / 1e9, needed_bytes / 1e9);
        return false;
    }
    snprintf(folder, sizeof folder, "%s/farray-demo-XXXXXX", where);
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return false;
    }
    snprintf(noise_path, sizeof noise_path, "%s/mymmap", folder);
    snprintf(result_path, sizeof result_path, "%s/result.npy", folder);
    snprintf(probe_path, sizeof probe_path, "%s/probe", folder);
    atexit(clean_up);
    return true;
}

static void limits(double disk_bytes)
{
    int threads = fa_threads();
    probe *p = probe_start((size_t)128 << 20, threads);
    if (p != NULL) {
        double triad = 0, read = 0;
        for (int round = 0; round < 3; round++) {
            double t = probe_memory(p, PROBE_TRIAD), r = probe_memory(p, PROBE_READ);
            triad = t > triad ? t : triad;
            read = r > read ? r : read;
        }
        printf("  memory, %d threads: read %.1f GB/s, triad %.1f GB/s\n", threads, read / 1e9, triad / 1e9);
        probe_stop(p);
    }
    double written = probe_disk_write(probe_path, (size_t)disk_bytes);
    double read = probe_disk_read(probe_path);
    (void)unlink(probe_path);
    printf("  disk, past the page cache: write %.2f GB/s, read %.2f GB/s\n\n", written / 1e9, read / 1e9);
}

static void make_noise(int64_t n, fa_error *err)
{
    double bytes = 8.0 * (double)n * (double)n, peak = 0;
    double begin = now();
    fa_array *m = fa_memmap(noise_path, FA_CREATE, FA_FLOAT64, FA_SHAPE(n, n), NULL, err);
    tell("fa_memmap: a new file, its space reserved", now() - begin, 0);

    fa_array *view = fa_slice(m, "[:, :]", err);
    fa_array *noise = fa_random_normal(FA_FLOAT64, FA_SHAPE(n, n), &(fa_random_options){.seed = 42}, err);
    fa_output output = {.array = noise, .target = view};
    fa_evaluate_options options = {.progress = show_progress, .user = &peak};
    begin = now();
    fa_evaluate_all(&output, 1, &options, err);
    end_bar();
    tell("fa_random_normal into a view of it", now() - begin, bytes);
    begin = now();
    fa_flush(view, err);
    tell("fa_flush: on stable storage", now() - begin, 0);
    fa_release(noise);
    fa_release(m); /* the mapping lives on in the view */
    fa_release(view);
}

static void compute(int64_t n, fa_error *err)
{
    double bytes = 8.0 * (double)n * (double)n, peak = 0;
    fa_array *m = fa_memmap(noise_path, FA_READ_ONLY, FA_FLOAT64, FA_SHAPE(n, n), NULL, err);
    fa_print(stdout, m, NULL, err);
    fflush(stdout);
    double before = (double)fa_resident_bytes();

    fa_array *result = fa_eval("sqrt(m**2 + 1) * sign(m)", FA_VARS({"m", m}), err);
    fa_array *mean = fa_mean(result, FA_ALL_AXES, NULL, err);
    fa_array *top = fa_max(result, FA_ALL_AXES, NULL, err);
    fa_output outputs[] = {{.array = result, .path = result_path}, {.array = mean}, {.array = top}};
    fa_evaluate_options options = {.progress = show_progress, .user = &peak};
    double begin = now();
    fa_evaluate_all(outputs, 3, &options, err);
    end_bar();
    tell("sqrt(m**2 + 1) * sign(m) to a new, durable file", now() - begin, 2 * bytes);
    printf("  and in the same pass: mean %.6f, largest %.6f\n", fa_item_float64(mean, err),
           fa_item_float64(top, err));
    printf("  resident memory grew by %.1f MB at most, for %.0f MB in and %.0f MB out\n",
           peak > before ? (peak - before) / 1e6 : 0, bytes / 1e6, bytes / 1e6);
    fa_release(top);
    fa_release(mean);
    fa_release(result);
    fa_release(m);
}

int main(int argc, char **argv)
{
    const char *where = argc > 1 ? argv[1] : "/var/tmp";
    int64_t n = argc > 2 ? atoll(argv[2]) : 10000;
    double bytes = 8.0 * (double)n * (double)n;
    if (n < 6 || n > 1000000 || !prepare(where, 2.2 * bytes + 0.6e9))
        return 2;
    struct sigaction action = {.sa_handler = stop};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);

    fa_error err = {0};
    printf("An array of %lld x %lld doubles (%.0f MB) in %s.\nThe machine's limits, probed now:\n",
           (long long)n, (long long)n, bytes / 1e6, folder);
    limits(bytes < 0.5e9 ? bytes : 0.5e9);
    fa_set_memory_limit((size_t)256 << 20, &err);
    printf("farray, inside a memory limit of 256 MiB:\n");
    make_noise(n, &err);
    compute(n, &err);
    if (fa_failed(&err))
        fprintf(stderr, "demo: %s\n", err.message);
    return fa_failed(&err);
}
