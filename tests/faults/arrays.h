/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of faults share: files of numbers whose every element is known, and counts of what a process
 * holds. */
#ifndef FA_TESTS_FAULTS_ARRAYS_H
#define FA_TESTS_FAULTS_ARRAYS_H

#include "platform/folder.h"

#include <farray/farray.h>

/* Set for sanitizers, whose own memory and threads are not ours to count. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Whether the long form of the tests was asked for. */
static inline bool is_long(void)
{
    const char *text = getenv("FARRAY_LONG");
    return text != NULL && text[0] != '\0' && strcmp(text, "0") != 0;
}

/* A .npy file of rows x columns doubles: element i in C order is i + 1, so that no byte of it reads as zero.
 */
static inline void make_numbers(const char *path, int64_t rows, int64_t columns, fa_error *err)
{
    fa_array *file = fa_create(path, FA_FLOAT64, FA_SHAPE(rows, columns), NULL, err);
    fa_array *count = fa_arange_float64(1, (double)(rows * columns) + 1, 1, err);
    fa_array *shaped = fa_reshape(count, FA_SHAPE(rows, columns), err);
    fa_assign(file, shaped, err);
    fa_release(shaped);
    fa_release(count);
    fa_release(file);
}

static inline int count_descriptors(void)
{
    int count = -3; /* ".", ".." and the one that reads */
    DIR *names = opendir("/proc/self/fd");
    while (names != NULL && readdir(names) != NULL)
        count++;
    closedir(names);
    return count;
}

static inline int count_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    int lines = 0;
    for (int c; maps != NULL && (c = fgetc(maps)) != EOF;)
        lines += c == '\n';
    fclose(maps);
    return lines;
}

#define assert_clean(err)                                                 \
    do {                                                                  \
        if (fa_failed(&(err)))                                            \
            fail_msg("%s: %s", fa_error_name((err).code), (err).message); \
    } while (0)

#endif
