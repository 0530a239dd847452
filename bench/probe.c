/* SPDX-License-Identifier: BSD-3-Clause */
/* The limits of the machine: see probe.h. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <immintrin.h>
#include <pthread.h>
#include <sleef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 256, DISK_BLOCK = 4 << 20, IN_FLIGHT = 4, MATH_BLOCK = 512 };

struct probe {
    size_t count; /* elements of each array, a multiple of 64 for each thread */
    int threads;
    double *a, *b, *c;
    double sink;
};

typedef struct part {
    probe *p;
    int kind, number, times;
    double sum;
} part;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void triad(double *a, const double *b, const double *c, size_t n)
{
    const __m256d three = _mm256_set1_pd(3);
    for (size_t i = 0; i < n; i += 4)
        _mm256_stream_pd(a + i, _mm256_fmadd_pd(three, _mm256_load_pd(c + i), _mm256_load_pd(b + i)));
}

static void triad_cached(double *a, const double *b, const double *c, size_t n)
{
    const __m256d three = _mm256_set1_pd(3);
    for (size_t i = 0; i < n; i += 4)
        _mm256_store_pd(a + i, _mm256_fmadd_pd(three, _mm256_load_pd(c + i), _mm256_load_pd(b + i)));
}

/* As many sums as hide what an addition takes. */
static double read_all(const double *b, size_t n)
{
    enum { SUMS = 8 };
    __m256d sums[SUMS];
    double lanes[4];
    for (int k = 0; k < SUMS; k++)
        sums[k] = _mm256_setzero_pd();
    for (size_t i = 0; i < n; i += 4 * SUMS)
        for (int k = 0; k < SUMS; k++)
            sums[k] = _mm256_add_pd(sums[k], _mm256_load_pd(b + i + 4 * k));
    for (int k = 1; k < SUMS; k++)
        sums[0] = _mm256_add_pd(sums[0], sums[k]);
    _mm256_storeu_pd(lanes, sums[0]);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

static void copy(double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i += 4)
        _mm256_stream_pd(a + i, _mm256_load_pd(b + i));
}

static void fill(double *a, size_t n)
{
    const __m256d one = _mm256_set1_pd(1);
    for (size_t i = 0; i < n; i += 4)
        _mm256_stream_pd(a + i, one);
}

/* sleef.h declares these only where everything is compiled for them. */
__m512d Sleef_expd8_u10avx512f(__m512d);
__m512d Sleef_sind8_u10avx512f(__m512d);

__attribute__((target("avx512f"))) static void math_512(double *a, const double *b)
{
    for (int i = 0; i < MATH_BLOCK; i += 8) {
        __m512d x = _mm512_loadu_pd(b + i);
        _mm512_storeu_pd(a + i, _mm512_mul_pd(Sleef_expd8_u10avx512f(x), Sleef_sind8_u10avx512f(x)));
    }
}

static void math_256(double *a, const double *b)
{
    for (int i = 0; i < MATH_BLOCK; i += 4) {
        __m256d x = _mm256_loadu_pd(b + i);
        _mm256_storeu_pd(a + i, _mm256_mul_pd(Sleef_expd4_u10avx2(x), Sleef_sind4_u10avx2(x)));
    }
}

/* `n` elements by blocks that stay in the cache: the processor's speed, not memory's. */
static double math(const double *b, size_t n)
{
    double in[MATH_BLOCK], out[MATH_BLOCK], sum = 0;
    void (*block)(double *, const double *) = __builtin_cpu_supports("avx512f") ? math_512 : math_256;
    for (int i = 0; i < MATH_BLOCK; i++)
        in[i] = b[i] * (i - MATH_BLOCK / 2) * .01;
    for (size_t i = 0; i + MATH_BLOCK <= n; i += MATH_BLOCK) {
        block(out, in);
        sum += out[i % MATH_BLOCK];
    }
    return sum;
}

static void run_once(part *me)
{
    probe *p = me->p;
    size_t n = p->count / (size_t)p->threads, first = n * (size_t)me->number;
    switch (me->kind) {
    case PROBE_TRIAD:
        triad(p->a + first, p->b + first, p->c + first, n);
        break;
    case PROBE_READ:
        me->sum += read_all(p->b + first, n);
        break;
    case PROBE_CACHED:
        triad_cached(p->a + first, p->b + first, p->c + first, n);
        break;
    case PROBE_COPY:
        copy(p->a + first, p->b + first, n);
        break;
    case PROBE_MATH:
        me->sum += math(p->b + first, n);
        break;
    default:
        fill(p->a + first, n);
        break;
    }
    _mm_sfence();
}

static void *run_part(void *argument)
{
    part *me = argument;
    for (int i = 0; i < me->times; i++) {
        run_once(me);
        __asm__ volatile("" ::: "memory"); /* the next run is not the same to the compiler */
    }
    return NULL;
}

static double *array(size_t bytes)
{
    double *made = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return NULL;
    (void)madvise(made, bytes, MADV_HUGEPAGE);
    for (size_t i = 0; i < bytes / sizeof(double); i++)
        made[i] = 1;
    return made;
}

probe *probe_start(size_t bytes, int threads)
{
    probe *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
    size_t unit = 64 * (size_t)p->threads;
    p->count = (bytes / sizeof(double) + unit - 1) / unit * unit;
    p->a = array(p->count * sizeof(double));
    p->b = array(p->count * sizeof(double));
    p->c = array(p->count * sizeof(double));
    if (p->a == NULL || p->b == NULL || p->c == NULL) {
        probe_stop(p);
        return NULL;
    }
    return p;
}

void probe_stop(probe *p)
{
    if (p == NULL)
        return;
    double *arrays[] = {p->a, p->b, p->c};
    for (int i = 0; i < 3; i++)
        if (arrays[i] != NULL)
            (void)munmap(arrays[i], p->count * sizeof(double));
    free(p);
}

double probe_repeated(probe *p, int kind, int times)
{
    static const double units_per_element[] = {24, 8, 16, 8, 1, 24};
    pthread_t threads[MAX_THREADS];
    part parts[MAX_THREADS];
    int started = 0;
    double begin = now();
    for (int i = 0; i < p->threads; i++)
        parts[i] = (part){.p = p, .kind = kind, .number = i, .times = times};
    for (int i = 1; i < p->threads; i++, started++)
        if (pthread_create(&threads[i], NULL, run_part, &parts[i]) != 0)
            break;
    run_part(&parts[0]);
    for (int i = 1; i <= started; i++)
        pthread_join(threads[i], NULL);
    for (int i = started + 1; i < p->threads; i++)
        run_part(&parts[i]);
    for (int i = 0; i < p->threads; i++)
        p->sink += parts[i].sum;
    return units_per_element[kind] * (double)p->count * times / (now() - begin);
}

double probe_memory(probe *p, int kind)
{
    return probe_repeated(p, kind, 1);
}

/* Opens past the page cache; where the file system refuses, through it. */
static int open_direct(const char *path, int flags)
{
    int fd = open(path, flags | O_DIRECT | O_CLOEXEC, 0600);
    return fd >= 0 || errno != EINVAL ? fd : open(path, flags | O_CLOEXEC, 0600);
}

/* Bytes that no compressor makes less of, in memory of large pages. */
static void *disk_buffer(void)
{
    size_t large = (size_t)2 << 20;
    char *space = mmap(NULL, DISK_BLOCK + large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (space == MAP_FAILED)
        return NULL;
    char *buffer = space + (large - (uintptr_t)space % large) % large;
    if (buffer > space)
        (void)munmap(space, (size_t)(buffer - space));
    (void)munmap(buffer + DISK_BLOCK, (size_t)(space + large - buffer));
    (void)madvise(buffer, DISK_BLOCK, MADV_HUGEPAGE);
    for (size_t i = 0; i < DISK_BLOCK / sizeof(uint64_t); i++)
        ((uint64_t *)buffer)[i] = i * UINT64_C(0x9e3779b97f4a7c15);
    return buffer;
}

/* One of several streams: every IN_FLIGHT-th block of the file. */
typedef struct stream {
    int fd, number;
    bool write, failed;
    size_t bytes; /* of the file */
} stream;

static void *run_stream(void *argument)
{
    stream *me = argument;
    void *buffer = disk_buffer();
    me->failed = buffer == NULL;
    for (size_t at = (size_t)me->number * DISK_BLOCK; !me->failed && at < me->bytes;
         at += (size_t)IN_FLIGHT * DISK_BLOCK) {
        size_t wanted = me->bytes - at < DISK_BLOCK ? me->bytes - at : DISK_BLOCK;
        ssize_t done =
            me->write ? pwrite(me->fd, buffer, wanted, (off_t)at) : pread(me->fd, buffer, wanted, (off_t)at);
        me->failed = done != (ssize_t)wanted;
    }
    if (buffer != NULL)
        (void)munmap(buffer, DISK_BLOCK);
    return NULL;
}

/* All streams over `bytes` of the file, flushed where they write. Gives bytes a second, 0 when something
 * failed. */
static double run_streams(int fd, size_t bytes, bool write)
{
    pthread_t threads[IN_FLIGHT];
    stream streams[IN_FLIGHT];
    bool started[IN_FLIGHT], failed = false;
    double begin = now();
    for (int i = 0; i < IN_FLIGHT; i++) {
        streams[i] = (stream){.fd = fd, .number = i, .write = write, .bytes = bytes};
        started[i] = pthread_create(&threads[i], NULL, run_stream, &streams[i]) == 0;
    }
    for (int i = 0; i < IN_FLIGHT; i++) {
        if (started[i])
            pthread_join(threads[i], NULL);
        failed |= !started[i] || streams[i].failed;
    }
    if (failed || (write && fsync(fd) != 0))
        return 0;
    return (double)bytes / (now() - begin);
}

double probe_disk_write(const char *path, size_t bytes)
{
    int fd = open_direct(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0)
        return 0;
    bytes = bytes / DISK_BLOCK * DISK_BLOCK;
    double speed = posix_fallocate(fd, 0, (off_t)bytes) == 0 ? run_streams(fd, bytes, true) : 0;
    (void)close(fd);
    return speed;
}

double probe_disk_read(const char *path)
{
    int fd = open_direct(path, O_RDONLY);
    struct stat about;
    double speed = 0;
    if (fd < 0)
        return 0;
    if (fstat(fd, &about) == 0) {
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        speed = run_streams(fd, (size_t)about.st_size / DISK_BLOCK * DISK_BLOCK, false);
    }
    (void)close(fd);
    return speed;
}
