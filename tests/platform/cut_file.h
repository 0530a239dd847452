/* SPDX-License-Identifier: BSD-3-Clause */
/* A mapped file that was cut, so that most of its mapping faults: for the tests of guarded calls and of
 * signals. */
#ifndef FA_TESTS_PLATFORM_CUT_FILE_H
#define FA_TESTS_PLATFORM_CUT_FILE_H

#include "platform/folder.h"

#include "platform/platform.h"

enum { PAGES = 8 };

static size_t page;
static fa__file *cut_file;
static fa__map cut_map; /* of PAGES pages, of which the file has the first two */

static volatile unsigned sink;

static inline void read_byte(void *address)
{
    sink += *(volatile unsigned char *)address;
}

static inline void write_byte(void *address)
{
    *(volatile unsigned char *)address = 1;
}

/* An address of the mapping that the file does not reach. */
static inline char *missing(size_t number)
{
    return cut_map.address + (2 + number % (PAGES - 2)) * page + number % page;
}

static inline int make_cut_file(void **state)
{
    page = fa__page_size();
    fa_error err = {0};
    if (make_folder(state) != 0)
        return 1;
    cut_file = fa__file_open(in_folder("cut"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    fa__file_reserve(cut_file, (int64_t)(PAGES * page), &err);
    fa__map_file(&cut_map, cut_file, PAGES * page, true, &err);
    fa__file_truncate(cut_file, (int64_t)(2 * page), &err);
    return fa_failed(&err);
}

static inline int remove_cut_file(void **state)
{
    fa__map_release(&cut_map);
    fa__file_close(cut_file, NULL);
    return remove_folder(state);
}

#endif
