/* SPDX-License-Identifier: BSD-3-Clause */
/* Archives of arrays: what is read, what is refused and in which words. */
#include "platform/folder.h"

#include "storage/archives.h"
#include "base/checked.h"
#include "storage/checksum.h"

#include <stdlib.h>

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Opens PATH::MEMBER, lists it or reads it whole: whatever first finds something wrong. */
static bool read_all(const char *name, double values[3], fa_error *err)
{
    fa_array *array = fa__storage_open(name, FA_READ_ONLY, NULL, err);
    if (array != NULL) {
        fa__box box = {1, 8, 0, (int64_t[]){3}, (int64_t[]){8}};
        assert_int_equal(fa_size(array), 3);
        fa__source_read(array->source, &box, values, err);
    }
    fa_release(array);
    return !fa_failed(err);
}

static const char *member_path(const char *file, const char *member)
{
    static char name[600];
    snprintf(name, sizeof name, "%s::%s", in_folder(file), member);
    return name;
}

/* ---- Refused archives ---- */

typedef struct change {
    enum place from;
    int distance, width;
    int64_t value;
} change;

typedef struct hostile {
    enum form form;
    change changes[3];
    size_t cut;
    fa_error_code code;
    const char *message;
} hostile;

/* One row for each way to be refused. */
static const hostile refused[] = {
#include "storage/hostile_archives.inc.h"
};

static void damage(archive *a, const hostile *row)
{
    make_archive(a, row->form);
    for (int i = 0; i < 3; i++) {
        const change *c = &row->changes[i];
        size_t end = a->size;
        a->size = (size_t)(a->at[c->from] + c->distance);
        put(a, (uint64_t)c->value, c->width);
        a->size = end;
    }
    a->size -= row->cut;
}

static void every_hostile_archive_has_its_own_words(void **state)
{
    (void)state;
    int wrong = 0;
    char message[700];
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        archive a;
        double values[3];
        fa_error err = {0};
        damage(&a, &refused[i]);
        write_bytes(in_folder("x.npz"), a.bytes, a.size);
        bool described = refused[i].form == DESCRIBED;
        read_all(member_path("x.npz", described ? "a" : "b"), values, &err);
        snprintf(message, sizeof message, "%s%s", in_folder("x.npz"), refused[i].message);
        if (err.code != (int)refused[i].code || strcmp(err.message, message) != 0) {
            fprintf(stderr, "row %zu\n  code %s, expected %s\n  \"%s\"\n  expected\n  \"%s\"\n", i,
                    fa_error_name(err.code), fa_error_name(refused[i].code), err.message, message);
            wrong++;
        }
    }
    assert_true(sizeof refused / sizeof refused[0] >= 30);
    assert_int_equal(wrong, 0);
}

/* ---- Read archives ---- */

static void write_archive(const char *name, enum form form, archive *a)
{
    make_archive(a, form);
    write_bytes(in_folder(name), a->bytes, a->size);
}

static void every_form_is_read(void **state)
{
    (void)state;
    for (int form = 0; form < FORMS; form++) {
        archive a;
        fa_error err = {0};
        double values[3] = {0};
        write_archive("x.npz", (enum form)form, &a);
        assert_true(read_all(member_path("x.npz", "a"), values, &err));
        assert_true(values[0] == 1 && values[2] == 3);
        assert_true(read_all(member_path("x.npz", "b.npy"), values, &err));
        assert_true(values[0] == 10 && values[2] == 12);
        fa_names *names = fa__storage_list(in_folder("x.npz"), &err);
        assert_int_equal(fa_names_count(names), 2);
        assert_string_equal(fa_names_get(names, 1), "b");
        assert_null(fa_names_get(names, 2));
        fa_names_release(names);
        assert_false(fa_failed(&err));
    }
}

static void a_stored_member_lies_in_the_file(void **state)
{
    (void)state;
    archive a;
    fa_error err = {0};
    write_archive("x.npz", STORED, &a);
    fa_array *array = fa__storage_open(member_path("x.npz", "b"), FA_READ_ONLY, NULL, &err);
    assert_non_null(array);
    fa_file_info info;
    array->source->class->describe(array->source, &info, &err);
    assert_string_equal(info.path, in_folder("x.npz"));
    assert_string_equal(info.name, "b");
    assert_string_equal(info.format, "npz");
    assert_int_equal(info.offset_bytes, a.at[DATA_B] + 128);
    assert_int_equal(info.file_bytes, a.size);
    assert_int_equal(info.trailing_bytes, 0);
    assert_int_equal(info.packed_bytes, 0);
    fa__set_io_mode(FA__IO_MMAP);
    char *mapped = array->source->class->map(array->source, 8, 16, false, &err);
    fa__set_io_mode(FA__IO_AUTO);
    assert_non_null(mapped);
    double value;
    memcpy(&value, mapped, 8); /* at no multiple of 8 */
    assert_true(value == 11);
    array->source->class->unmap(array->source, 8, 16, false);
    fa_release(array);
}

static void the_name_in_the_file_is_asked_for_where_it_is_needed(void **state)
{
    (void)state;
    archive a;
    fa_error err = {0};
    char message[700];
    write_archive("x.npz", STORED, &a);
    assert_null(fa__storage_open(in_folder("x.npz"), FA_READ_ONLY, NULL, &err));
    snprintf(message, sizeof message, "%s: holds 2 arrays, %s::NAME is one of them: a, b", in_folder("x.npz"),
             in_folder("x.npz"));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    assert_null(fa__storage_open(member_path("x.npz", "c"), FA_READ_ONLY, NULL, &err));
    snprintf(message, sizeof message, "%s: holds no array 'c', but a, b", in_folder("x.npz"));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, FA_NOT_FOUND);
    fa_error_clear(&err);
    assert_null(fa__storage_open(member_path("x.npz", "a"), FA_READ_WRITE, NULL, &err));
    assert_int_equal(err.code, FA_UNSUPPORTED);
    fa_error_clear(&err);
    assert_null(fa__storage_open(member_path("x.npz", ""), FA_READ_ONLY, NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    /* A file that is called so goes before. */
    char whole[600];
    double values[3];
    snprintf(whole, sizeof whole, "%s", member_path("x.npz", "a"));
    write_bytes(whole, a.bytes + a.at[DATA_B], 152);
    assert_true(read_all(whole, values, &err));
    assert_true(values[0] == 10);
    unlink(whole);
    /* One array needs no name, and an .npy file has none. */
    write_bytes(in_folder("a.npy"), a.bytes + a.at[DATA_B], 152);
    assert_null(fa__storage_open(member_path("a.npy", "a"), FA_READ_ONLY, NULL, &err));
    assert_int_equal(err.code, FA_NOT_FOUND);
    fa_error_clear(&err);
    fa_names *names = fa__storage_list(in_folder("a.npy"), &err);
    assert_true(names != NULL && fa_names_count(names) == 0);
    fa_names_release(names);
}

static void an_archive_that_is_cut_later_is_an_error(void **state)
{
    (void)state;
    for (int form = STORED; form <= PACKED; form++) {
        archive a;
        double values[3];
        fa_error err = {0};
        write_archive("x.npz", (enum form)form, &a);
        fa_array *array = fa__storage_open(member_path("x.npz", "b"), FA_READ_ONLY, NULL, &err);
        assert_int_equal(truncate(in_folder("x.npz"), a.at[DATA_B] + 140), 0);
        fa__box box = {1, 8, 0, (int64_t[]){3}, (int64_t[]){8}};
        assert_false(fa__source_read(array->source, &box, values, &err));
        assert_int_equal(err.code, FA_MAP_FAULT);
        assert_non_null(strstr(err.message, "x.npz: file ends at byte "));
        /* What was wrong with the file may pass. */
        write_bytes(in_folder("x.npz"), a.bytes, a.size);
        fa_error_clear(&err);
        assert_true(fa__source_read(array->source, &box, values, &err));
        assert_true(values[2] == 12);
        array->source->class->close(array->source, &err);
        assert_false(fa__source_read(array->source, &box, values, &err));
        assert_int_equal(err.code, FA_CLOSED);
        fa_release(array);
    }
}

static void copy_on_write_changes_no_archive(void **state)
{
    (void)state;
    for (int form = STORED; form <= PACKED; form++) {
        archive a;
        double values[3], nine = 9;
        fa_error err = {0};
        write_archive("x.npz", (enum form)form, &a);
        fa_array *array = fa__storage_open(member_path("x.npz", "b"), FA_COPY_ON_WRITE, NULL, &err);
        fa__box one = {1, 8, 8, (int64_t[]){1}, (int64_t[]){8}},
                all = {1, 8, 0, (int64_t[]){3}, (int64_t[]){8}};
        assert_true(fa__source_write(array->source, &one, &nine, &err));
        assert_true(fa__source_read(array->source, &all, values, &err));
        assert_true(values[0] == 10 && values[1] == 9);
        fa_release(array);
        assert_true(read_all(member_path("x.npz", "b"), values, &err));
        assert_true(values[1] == 11);
    }
}

/* ---- Checksums ---- */

static void expect_wrong_checksum(const char *name, bool strict, bool opens)
{
    fa_error err = {0};
    double values[3];
    fa_array *array = fa__storage_open(name, FA_READ_ONLY, &(fa_open_options){.strict = strict}, &err);
    assert_true((array != NULL) == opens);
    fa__box box = {1, 8, 0, (int64_t[]){3}, (int64_t[]){8}};
    for (int i = 0; i < 2 && opens; i++) {
        fa_error_clear(&err);
        assert_false(fa__source_read(array->source, &box, values, &err));
    }
    assert_non_null(strstr(err.message, "::b.npy: its bytes have the checksum "));
    assert_int_equal(err.code, FA_BAD_FORMAT);
    fa_release(array);
}

static void wrong_checksums_are_found(void **state)
{
    (void)state;
    archive a;
    double values[3];
    fa_error err = {0};
    write_archive("good.npz", STORED, &a);
    fa_release(fa__storage_open(member_path("good.npz", "b"), FA_READ_ONLY,
                                &(fa_open_options){.strict = true}, &err));
    assert_false(fa_failed(&err));
    a.bytes[a.at[DATA_B] + 140] ^= 1;
    write_bytes(in_folder("x.npz"), a.bytes, a.size);
    assert_true(read_all(member_path("x.npz", "b"), values, &err)); /* read in place: nobody asked */
    expect_wrong_checksum(member_path("x.npz", "b"), true, false);
    write_archive("x.npz", PACKED, &a);
    a.bytes[a.at[DATA_B] + 145] ^= 1;
    write_bytes(in_folder("x.npz"), a.bytes, a.size);
    expect_wrong_checksum(member_path("x.npz", "b"), false, true);
    expect_wrong_checksum(member_path("x.npz", "b"), true, false);
}

/* Pieces in any order add up to the checksum of the whole; what does not add up is read. */
static void checksums_of_pieces_are_put_together(void **state)
{
    (void)state;
    enum { BYTES = 10000, STEP = 37 };
    static unsigned char bytes[BYTES];
    fa_error err = {0};
    for (int i = 0; i < BYTES; i++)
        bytes[i] = (unsigned char)(i * 7919 >> 3);
    uint32_t whole = (uint32_t)crc32(0, bytes, BYTES), found;
    write_bytes(in_folder("pieces"), bytes, BYTES);
    fa__file *file = fa__file_open(in_folder("pieces"), FA__OPEN_READ, &err);
    for (int missing = 0; missing < 3; missing++) {
        fa__checksum *checksum = fa__checksum_new(&err);
        int count = (BYTES + STEP - 1) / STEP;
        for (int i = 0; i < count; i++) {
            int at = i * 101 % count * STEP; /* 101 has no divisor in common with the count */
            if (missing == 1 && i == 5)
                continue;
            fa__checksum_add(checksum, at, bytes + at, (size_t)fa__min_i64(STEP, BYTES - at));
            if (missing == 2 && i == 5)
                fa__checksum_add(checksum, at, bytes + at, (size_t)fa__min_i64(STEP, BYTES - at));
        }
        int64_t before, after, ignored;
        fa__storage_statistics(&before, &ignored);
        assert_true(fa__checksum_finish(checksum, file, 0, BYTES, &found, &err));
        fa__storage_statistics(&after, &ignored);
        assert_int_equal(found, whole);
        assert_int_equal(after - before, missing > 0 ? BYTES : 0);
        fa__checksum_free(checksum);
    }
    fa__file_close(file, &err);
    assert_false(fa_failed(&err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_read),
        cmocka_unit_test(a_stored_member_lies_in_the_file),
        cmocka_unit_test(the_name_in_the_file_is_asked_for_where_it_is_needed),
        cmocka_unit_test(an_archive_that_is_cut_later_is_an_error),
        cmocka_unit_test(copy_on_write_changes_no_archive),
        cmocka_unit_test(wrong_checksums_are_found),
        cmocka_unit_test(checksums_of_pieces_are_put_together),
        cmocka_unit_test(every_hostile_archive_has_its_own_words),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
