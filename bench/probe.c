/* SPDX-License-Identifier: BSD-3-Clause */
/* The limits of the machine: see probe.h. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <immintrin.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 256, DISK_BLOCK = 4 << 20 };

struct probe {
    size_t count; /* elements of each array, a multiple of 64 for each thread */
    int threads;
    double *a, *b, *c;
    double sink;
};

typedef struct part {
    probe *p;
    int kind, number;
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

static double read_all(const double *b, size_t n)
{
    __m256d s0 = _mm256_setzero_pd(), s1 = s0, s2 = s0, s3 = s0;
    for (size_t i = 0; i < n; i += 16) {
        s0 = _mm256_add_pd(s0, _mm256_load_pd(b + i));
        s1 = _mm256_add_pd(s1, _mm256_load_pd(b + i + 4));
        s2 = _mm256_add_pd(s2, _mm256_load_pd(b + i + 8));
        s3 = _mm256_add_pd(s3, _mm256_load_pd(b + i + 12));
    }
    double sums[4];
    _mm256_storeu_pd(sums, _mm256_add_pd(_mm256_add_pd(s0, s1), _mm256_add_pd(s2, s3)));
    return sums[0] + sums[1] + sums[2] + sums[3];
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

static void *run_part(void *argument)
{
    part *me = argument;
    probe *p = me->p;
    size_t n = p->count / (size_t)p->threads, first = n * (size_t)me->number;
    switch (me->kind) {
    case PROBE_TRIAD:
        triad(p->a + first, p->b + first, p->c + first, n);
        break;
    case PROBE_READ:
        me->sum = read_all(p->b + first, n);
        break;
    case PROBE_COPY:
        copy(p->a + first, p->b + first, n);
        break;
    default:
        fill(p->a + first, n);
        break;
    }
    _mm_sfence();
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

double probe_memory(probe *p, int kind)
{
    static const double bytes_per_element[] = {24, 8, 16, 8};
    pthread_t threads[MAX_THREADS];
    part parts[MAX_THREADS];
    int started = 0;
    double begin = now();
    for (int i = 0; i < p->threads; i++)
        parts[i] = (part){.p = p, .kind = kind, .number = i};
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
    return bytes_per_element[kind] * (double)p->count / (now() - begin);
}

/* Opens past the page cache; where the file system refuses, through it. */
static int open_direct(const char *path, int flags)
{
    int fd = open(path, flags | O_DIRECT | O_CLOEXEC, 0600);
    return fd >= 0 || errno != EINVAL ? fd : open(path, flags | O_CLOEXEC, 0600);
}

static void *disk_buffer(void)
{
    void *buffer = mmap(NULL, DISK_BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buffer == MAP_FAILED)
        return NULL;
    for (size_t i = 0; i < DISK_BLOCK / sizeof(uint64_t); i++)
        ((uint64_t *)buffer)[i] = i * UINT64_C(0x9e3779b97f4a7c15);
    return buffer;
}

double probe_disk_write(const char *path, size_t bytes)
{
    void *buffer = disk_buffer();
    int fd = buffer == NULL ? -1 : open_direct(path, O_WRONLY | O_CREAT | O_TRUNC);
    double speed = 0;
    if (fd >= 0) {
        double begin = now();
        size_t done = 0;
        while (done < bytes && write(fd, buffer, DISK_BLOCK) == DISK_BLOCK)
            done += DISK_BLOCK;
        if (done >= bytes && fsync(fd) == 0)
            speed = (double)done / (now() - begin);
        (void)close(fd);
    }
    if (buffer != NULL)
        (void)munmap(buffer, DISK_BLOCK);
    return speed;
}

double probe_disk_read(const char *path)
{
    void *buffer = disk_buffer();
    int fd = buffer == NULL ? -1 : open_direct(path, O_RDONLY);
    double speed = 0;
    if (fd >= 0) {
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        double begin = now();
        size_t done = 0;
        ssize_t got;
        while ((got = read(fd, buffer, DISK_BLOCK)) > 0)
            done += (size_t)got;
        if (got == 0)
            speed = (double)done / (now() - begin);
        (void)close(fd);
    }
    if (buffer != NULL)
        (void)munmap(buffer, DISK_BLOCK);
    return speed;
}
