/* SPDX-License-Identifier: BSD-3-Clause */
/* Mapping, populating, dropping, writing back; what is said when bytes are not there; anonymous pages. */
#include "platform/folder.h"

#include "platform/platform.h"

#include <errno.h>
#include <sys/mman.h>

enum { PAGES = 16 };

static size_t page;

static fa__file *create(const char *name, size_t size)
{
    fa_error err = {0};
    unlink(in_folder(name));
    fa__file *file = fa__file_open(in_folder(name), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    assert_true(fa__file_reserve(file, (int64_t)size, &err));
    return file;
}

static void stores_reach_the_file(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__file *file = create("map", PAGES * page);
    fa__map map;
    assert_true(fa__map_file(&map, file, PAGES * page, true, &err));
    assert_int_equal(map.size, PAGES * page);
    memcpy(map.address + 5 * page, "stored", 6);
    assert_true(fa__map_sync(&map, 5 * page + 1, 5, in_folder("map"), &err));
    char bytes[6];
    assert_true(fa__file_read(file, (int64_t)(5 * page), bytes, 6, &err));
    assert_memory_equal(bytes, "stored", 6);
    fa__map_release(&map);
    assert_null(map.address);
    fa__map_release(&map);
    fa__file_close(file, NULL);
}

static void empty_and_failed_maps_are_nothing(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__file *file = create("empty", page);
    fa__map map = {(char *)&map, 7};
    assert_true(fa__map_file(&map, file, 0, true, &err));
    assert_null(map.address);
    assert_true(fa__map_populate(&map, 0, 0, true, "x", &err));
    assert_true(fa__map_sync(&map, 0, 0, "x", &err));
    fa__map_drop(&map, 0, 0);
    fa__map_release(&map);
    fa__file *reader = fa__file_open(in_folder("empty"), FA__OPEN_READ, &err);
    assert_false(fa__map_file(&map, reader, page, true, &err));
    assert_int_equal(err.code, FA_PERMISSION_DENIED);
    assert_false(fa__map_file(&map, reader, page, false, &err)); /* sticky */
    assert_null(map.address);
    fa__file_close(reader, NULL);
    fa__file_close(file, NULL);
}

static void addresses_lead_to_path_and_offset(void **state)
{
    (void)state;
    enum { MAPS = 200 }; /* more than one block of the register */
    fa_error err = {0};
    fa__file *files[2] = {create("first", PAGES * page), create("second", PAGES * page)};
    fa__map maps[MAPS];
    for (int i = 0; i < MAPS; i++)
        assert_true(fa__map_file(&maps[i], files[i % 2], PAGES * page, false, &err));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MAPS; i++) {
            char path[512];
            int64_t offset;
            bool gone = round == 1 && i % 3 == 0;
            assert_int_equal(fa__map_find(maps[i].address + 3 * page + 5, path, sizeof path, &offset), !gone);
            if (gone)
                continue;
            assert_int_equal(offset, 3 * page + 5);
            assert_string_equal(path, in_folder(i % 2 == 0 ? "first" : "second"));
            assert_true(fa__map_find(maps[i].address + PAGES * page - 1, path, sizeof path, &offset));
        }
        for (int i = 0; round == 0 && i < MAPS; i += 3) { /* the address stays in the copy */
            fa__map copy = maps[i];
            fa__map_release(&copy);
        }
    }
    for (int i = 0; i < MAPS; i++)
        if (i % 3 != 0)
            fa__map_release(&maps[i]);
    char path[8];
    int64_t offset;
    assert_false(fa__map_find(&err, path, sizeof path, &offset));
    assert_false(fa__map_find(NULL, path, sizeof path, &offset));
    fa__file_close(files[0], NULL);
    fa__file_close(files[1], NULL);
}

static int resident_pages(const fa__map *map)
{
    /* The process's own page table: bit 63 of an entry of pagemap is "present". */
    int descriptor = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    assert_true(descriptor >= 0);
    uint64_t entries[PAGES];
    off_t at = (off_t)((uintptr_t)map->address / page * sizeof *entries);
    assert_int_equal(pread(descriptor, entries, sizeof entries, at), sizeof entries);
    close(descriptor);
    int count = 0;
    for (int i = 0; i < PAGES; i++)
        count += (int)(entries[i] >> 63);
    return count;
}

static void populating_maps_in_and_dropping_takes_out(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__file *file = create("populated", PAGES * page);
    fa__map map;
    assert_true(fa__map_file(&map, file, PAGES * page, true, &err));
    assert_int_equal(resident_pages(&map), 0);
    assert_true(fa__map_populate(&map, 0, map.size, false, in_folder("populated"), &err));
    assert_int_equal(resident_pages(&map), PAGES);
    fa__map_drop(&map, 0, map.size);
    assert_int_equal(resident_pages(&map), 0);
    assert_true(fa__map_populate(&map, 2 * page + 1, page, true, in_folder("populated"), &err));
    assert_in_range(resident_pages(&map), 2, PAGES);
    memcpy(map.address + 2 * page, "dirty", 5);
    fa__map_drop(&map, 2 * page, 5);
    assert_memory_equal(map.address + 2 * page, "dirty", 5); /* the page cache keeps it */
    fa__map_release(&map);
    fa__file_close(file, NULL);
}

static void populating_past_the_end_names_the_end(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__file *file = create("cut", PAGES * page);
    fa__map map;
    assert_true(fa__map_file(&map, file, PAGES * page, true, &err));
    int64_t end = (int64_t)(7 * page + 100);
    assert_true(fa__file_truncate(file, end, &err));
    assert_true(fa__map_populate(&map, 0, 8 * page, false, in_folder("cut"),
                                 &err)); /* the last page is whole in memory */
    for (int writing = 0; writing < 2; writing++) {
        assert_false(fa__map_populate(&map, 2 * page, 10 * page, writing, in_folder("cut"), &err));
        assert_int_equal(err.code, FA_MAP_FAULT);
        assert_int_equal(err.byte_offset, end);
        char message[600];
        snprintf(message, sizeof message, "%s: file ends at byte %lld, needed up to %zu", in_folder("cut"),
                 (long long)end, 12 * page);
        assert_string_equal(err.message, message);
        fa_error_clear(&err);
    }
    assert_false(fa__map_fault(map.address + 9 * page + 4, &err));
    assert_int_equal(err.code, FA_MAP_FAULT);
    assert_int_equal(err.byte_offset, end);
    assert_non_null(strstr(err.message, "file ends at byte"));

    unlink(in_folder("cut")); /* nobody can be asked how long it is */
    fa_error unnamed = {0};
    assert_false(fa__map_fault(map.address + 9 * page + 4, &unnamed));
    assert_int_equal(unnamed.code, FA_MAP_FAULT);
    assert_int_equal(unnamed.byte_offset, 9 * page + 4);
    assert_non_null(strstr(unnamed.message, "the file was cut or its disk failed"));
    fa__map_release(&map);
    fa_error closed = {0};
    assert_false(fa__map_fault(map.address, &closed));
    assert_int_equal(closed.code, FA_MAP_FAULT);
    fa__file_close(file, NULL);
}

/* A sparse file on a disk without room: the hole cannot be filled, and the first byte that failed is named.
 */
static void a_hole_on_a_full_disk_is_a_full_disk(void **state)
{
    (void)state;
    if (!mount_small("small", "64k"))
        skip();
    fa_error err = {0};
    fa__file *file = fa__file_open(in_folder("small/sparse"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    assert_true(fa__file_truncate(file, 64 * (int64_t)page, &err));
    fa__map map;
    assert_true(fa__map_file(&map, file, 64 * page, true, &err));
    assert_true(fa__map_populate(&map, 0, 4 * page, true, in_folder("small/sparse"), &err));
    assert_false(fa__map_populate(&map, 4 * page, 60 * page, true, in_folder("small/sparse"), &err));
    assert_int_equal(err.code, FA_DISK_FULL);
    assert_int_equal(err.system_errno, ENOSPC);
    assert_int_equal(err.byte_offset % (int64_t)page, 0);
    assert_in_range(err.byte_offset, 4 * page, 16 * page);
    assert_non_null(strstr(err.message, "cannot be filled: No space left on device"));
    fa__map_release(&map);
    fa__file_close(file, NULL);
    unmount_small("small");
}

static void pages_are_zero_aligned_and_given_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 4096, 5000, (2 << 20) - 1, 2 << 20, 7000000};
    const size_t huge_page = (size_t)2 << 20;
    fa_error err = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int huge = 0; huge < 2; huge++) {
            unsigned char *pages = fa__pages_alloc(sizes[i], huge, &err);
            assert_non_null(pages);
            assert_int_equal((uintptr_t)pages % (huge ? huge_page : page), 0);
            for (size_t at = 0; at < sizes[i]; at += 512)
                assert_int_equal(pages[at], 0);
            if (sizes[i] > 0) {
                memset(pages, 0xff, sizes[i]);
                fa__pages_discard(pages, sizes[i]);
                assert_int_equal(pages[0], sizes[i] >= page ? 0 : 0xff);
                size_t rest = sizes[i] % page; /* lies in a page that the range does not fill */
                assert_int_equal(pages[sizes[i] - 1], rest == 0 ? 0 : 0xff);
                fa__pages_discard(pages + 1, sizes[i] - 1);
            }
            fa__pages_free(pages, sizes[i]);
        }
    }
    fa__pages_free(NULL, 5);
    assert_null(fa__pages_alloc((size_t)1 << 62, true, &err));
    assert_int_equal(err.code, FA_NO_MEMORY);
    fa_error overflow = {0};
    assert_null(fa__pages_alloc(SIZE_MAX - 5, false, &overflow));
    assert_int_equal(overflow.code, FA_NO_MEMORY);
    fa_error aligned = {0};
    assert_null(fa__pages_alloc(SIZE_MAX - 2 * page, true, &aligned));
    assert_int_equal(aligned.code, FA_NO_MEMORY);
}

/* Maps until there is no gap to give back before or behind the boundary has been hit in every way. */
static void huge_pages_leave_no_addresses_behind(void **state)
{
    (void)state;
    fa_error err = {0};
    size_t before = fa__memory_resident();
    assert_true(before > 0);
    for (int i = 0; i < 200; i++) {
        char *odd = fa__pages_alloc((size_t)(i % 7 + 1) * page, false, &err);
        char *pages = fa__pages_alloc(((size_t)3 << 20) + (size_t)i * page, true, &err);
        assert_non_null(pages);
        fa__pages_free(pages, ((size_t)3 << 20) + (size_t)i * page);
        /* Had anything been left mapped behind it, this fixed mapping would be refused. */
        void *again =
            mmap(pages, (size_t)3 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        assert_ptr_equal(again, pages);
        munmap(again, (size_t)3 << 20);
        fa__pages_free(odd, (size_t)(i % 7 + 1) * page);
    }
    assert_true(fa__memory_resident() < before + ((size_t)64 << 20));
}

static int make_folder_and_page(void **state)
{
    page = fa__page_size();
    return make_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_reach_the_file),
        cmocka_unit_test(empty_and_failed_maps_are_nothing),
        cmocka_unit_test(addresses_lead_to_path_and_offset),
        cmocka_unit_test(populating_maps_in_and_dropping_takes_out),
        cmocka_unit_test(populating_past_the_end_names_the_end),
        cmocka_unit_test(a_hole_on_a_full_disk_is_a_full_disk),
        cmocka_unit_test(pages_are_zero_aligned_and_given_back),
        cmocka_unit_test(huge_pages_leave_no_addresses_behind),
    };
    return cmocka_run_group_tests(tests, make_folder_and_page, remove_folder);
}
