/* SPDX-License-Identifier: BSD-3-Clause */
/* Anonymous memory in whole pages. Who is charged for it is the engine's to know. */
#include "platform/platform.h"

#include <stdint.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif
#include <sys/mman.h>

static const size_t huge_page = (size_t)2 << 20;

/* In whole pages, at least one; 0 when that overflows. */
static size_t whole_pages(size_t size)
{
    size_t page = fa__page_size();
    if (size > SIZE_MAX - page)
        return 0;
    return size == 0 ? page : (size + page - 1) / page * page;
}

static void *map_anonymous(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

/* Maps too much and gives back what lies before the boundary and behind the end. */
static void *map_aligned(size_t size, size_t alignment)
{
    if (size > SIZE_MAX - alignment)
        return NULL;
    char *wide = map_anonymous(size + alignment);
    if (wide == NULL)
        return NULL;
    size_t before = (alignment - (uintptr_t)wide % alignment) % alignment;
    size_t behind = alignment - before;
    if (before > 0)
        munmap(wide, before);
    if (behind > 0)
        munmap(wide + before + size, behind);
    return wide + before;
}

void *fa__pages_alloc(size_t size, bool huge, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    size_t bytes = whole_pages(size);
    void *pages = NULL;
    if (bytes > 0)
        pages = huge ? map_aligned(bytes, huge_page) : map_anonymous(bytes);
    if (pages == NULL) {
        fa__fail(err, FA_NO_MEMORY, "the system has no memory for %zu bytes", size);
        return NULL;
    }
    if (huge) /* advice: refused where huge pages are off */
        madvise(pages, bytes, MADV_HUGEPAGE);
    return pages;
}

void fa__pages_free(void *pages, size_t size)
{
    if (pages != NULL)
        munmap(pages, whole_pages(size));
}

void fa__pages_keep_from_children(void *pages, size_t size)
{
    madvise(pages, whole_pages(size), MADV_DONTFORK);
}

void fa__pages_forbid(void *pages, size_t size, bool forbid)
{
#ifdef __SANITIZE_ADDRESS__
    if (forbid)
        ASAN_POISON_MEMORY_REGION(pages, size);
    else
        ASAN_UNPOISON_MEMORY_REGION(pages, size);
#else
    (void)pages, (void)size, (void)forbid;
#endif
}

/* Only pages that lie in the range as a whole: what is beside them stays. */
void fa__pages_discard(void *pages, size_t size)
{
    size_t page = fa__page_size();
    size_t before = (page - (uintptr_t)pages % page) % page;
    if (size < before + page)
        return;
    madvise((char *)pages + before, (size - before) / page * page, MADV_DONTNEED);
}
