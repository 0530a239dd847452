/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays in files that exist: opening, reading and writing boxes, two handles of one file, closing, losing.
 */
#include "platform/folder.h"

#include "base/memory.h"
#include "storage/file_source.h"
#include "storage/storage.h"

#include <sys/resource.h>

#define LITERAL_F8 "{'descr': '<f8', 'fortran_order': False, 'shape': (%lld,), }"

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* A .npy file of float64 0, 1, 2, ... and some bytes behind them. */
static const char *write_npy(const char *name, int64_t count, size_t trailing)
{
    fa_error err = {0};
    char *header;
    size_t header_bytes;
    assert_true(fa__npy_format(FA_FLOAT64, 1, &count, FA_ORDER_C, &header, &header_bytes, &err));
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    fwrite(header, 1, header_bytes, file);
    for (int64_t i = 0; i < count; i++)
        fwrite(&(double){(double)i}, sizeof(double), 1, file);
    for (size_t i = 0; i < trailing; i++)
        fputc('x', file);
    assert_int_equal(fclose(file), 0);
    fa__free(header);
    return in_folder(name);
}

static fa__box box_1d(const int64_t *size, const int64_t *stride, int64_t offset)
{
    return (fa__box){.ndim = 1, .item_bytes = 8, .offset = offset, .sizes = size, .strides = stride};
}

static double element(fa_array *array, int64_t index, fa_error *err)
{
    double value = -1;
    fa__box box = box_1d((int64_t[]){1}, (int64_t[]){8}, index * 8);
    fa__source_read(array->source, &box, &value, err);
    return value;
}

static void set_element(fa_array *array, int64_t index, double value, fa_error *err)
{
    fa__box box = box_1d((int64_t[]){1}, (int64_t[]){8}, index * 8);
    fa__source_write(array->source, &box, &value, err);
}

/* ---- Opening ---- */

static void an_npy_file_is_opened_by_its_content(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *array = fa__storage_open(write_npy("not-its-name.txt", 1000, 0), FA_READ_ONLY, NULL, &err);
    assert_non_null(array);
    assert_int_equal(fa_ndim(array), 1);
    assert_int_equal(fa_size(array), 1000);
    assert_true(fa_dtype_equal(fa_dtype_of_array(array), FA_FLOAT64));
    assert_false(fa_flags(array) & FA_WRITEABLE);
    assert_true(element(array, 999, &err) == 999);
    fa_file_info info;
    array->source->class->describe(array->source, &info, &err);
    assert_string_equal(info.path, in_folder("not-its-name.txt"));
    assert_string_equal(info.format, "npy");
    assert_int_equal(info.offset_bytes, 128);
    assert_int_equal(info.file_bytes, 128 + 8000);
    assert_int_equal(info.trailing_bytes, 0);
    assert_int_equal(info.major, 1);
    assert_false(fa_failed(&err));
    fa_release(array);
}

static void bytes_behind_the_array_are_refused_when_strict(void **state)
{
    (void)state;
    fa_error err = {0};
    const char *path = write_npy("trailing.npy", 10, 5);
    fa_array *array = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    assert_non_null(array);
    fa_file_info info;
    array->source->class->describe(array->source, &info, &err);
    assert_int_equal(info.trailing_bytes, 5);
    fa_release(array);
    assert_null(fa__storage_open(path, FA_READ_ONLY, &(fa_open_options){.strict = true}, &err));
    assert_int_equal(err.code, FA_BAD_FORMAT);
    assert_int_equal(err.byte_offset, 208);
    assert_non_null(strstr(err.message, ": the array ends at byte 208, 5 bytes are behind it"));
    fa_error_clear(&err);
    array = fa__storage_open(write_npy("exact.npy", 10, 0), FA_READ_ONLY, &(fa_open_options){.strict = true},
                             &err);
    assert_non_null(array);
    fa_release(array);
}

static void assert_not_opened(const char *name, fa_mode mode, fa_error_code code, const char *words)
{
    fa_error err = {0};
    assert_null(fa__storage_open(in_folder(name), mode, NULL, &err));
    char message[600];
    snprintf(message, sizeof message, "%s: %s", in_folder(name), words);
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, code);
}

static void what_is_no_array_is_refused_in_clear_words(void **state)
{
    (void)state;
    write_bytes(in_folder("text"), "hello, world\n", 13);
    assert_not_opened("text", FA_READ_ONLY, FA_BAD_FORMAT,
                      "not an .npy or .npz file; say its dtype and shape to open it raw");
    write_bytes(in_folder("empty"), "", 0);
    assert_not_opened("empty", FA_READ_ONLY, FA_BAD_FORMAT,
                      "the file is empty, an array has at least a header");
    write_bytes(in_folder("zip"), "PK\x03\x04....", 8);
    assert_not_opened("zip", FA_READ_ONLY, FA_BAD_FORMAT,
                      "byte 0: a zip archive has at least 22 bytes, the file has 8");
    write_bytes(in_folder("hdf"), "\x89HDF\r\n\x1a\n....", 12);
    assert_not_opened("hdf", FA_READ_ONLY, FA_UNSUPPORTED, "is an HDF5 file, which farray does not read");
    write_bytes(in_folder("short"), "\x93NUM", 4);
    assert_not_opened("short", FA_READ_ONLY, FA_BAD_FORMAT,
                      "file ends at byte 4, inside the first 8 of an .npy file");
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    assert_not_opened("pipe", FA_READ_ONLY, FA_BAD_FORMAT, "is a pipe, not a regular file");
    mkdir(in_folder("folder"), 0700);
    assert_not_opened("folder", FA_READ_WRITE, FA_BAD_FORMAT, "is a folder, not a regular file");
    assert_not_opened("nothing", FA_READ_ONLY, FA_NOT_FOUND, "cannot be opened: No such file or directory");
    write_npy("cut.npy", 1000, 0);
    assert_int_equal(truncate(in_folder("cut.npy"), 4096), 0);
    assert_not_opened("cut.npy", FA_READ_ONLY, FA_BAD_FORMAT, "header claims 8128 bytes, file has 4096");
    assert_not_opened(
        "cut.npy", FA_CREATE, FA_INVALID_ARGUMENT,
        "a file is opened with FA_READ_ONLY, FA_READ_WRITE or FA_COPY_ON_WRITE, not with mode 2");
    fa_error err = {0};
    assert_null(fa__storage_open("", FA_READ_ONLY, NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
}

static void a_read_only_file_is_never_changed(void **state)
{
    (void)state;
    fa_error err = {0};
    const char *path = write_npy("readonly.npy", 1000, 0);
    struct stat before, after;
    assert_int_equal(stat(path, &before), 0);
    fa_array *array = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    set_element(array, 3, 1.5, &err);
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    fa_error_clear(&err);
    assert_null(array->source->class->map(array->source, 0, 8, true, &err));
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    fa_error_clear(&err);
    assert_true(array->source->class->flush(array->source, 0, 8000, &err));
    assert_true(array->source->class->close(array->source, &err));
    fa_release(array);
    assert_int_equal(stat(path, &after), 0);
    assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim);
    assert_memory_equal(&before.st_ctim, &after.st_ctim, sizeof before.st_ctim);
}

/* ---- Two handles of one file ---- */

static void two_handles_share_one_owner(void **state)
{
    (void)state;
    fa_error err = {0};
    const char *path = write_npy("shared.npy", 1000, 0);
    assert_int_equal(link(path, in_folder("hard-link.npy")), 0);
    assert_int_equal(symlink("shared.npy", in_folder("soft-link.npy")), 0);
    fa_array *reader = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    fa_array *writer = fa__storage_open(in_folder("hard-link.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *raw = fa__storage_memmap(in_folder("soft-link.npy"), FA_READ_WRITE, FA_FLOAT64, FA_SHAPE(-1),
                                       &(fa_memmap_options){.offset_bytes = 128 + 80}, &err);
    assert_false(fa_failed(&err));
    assert_ptr_equal(reader->source->owner, writer->source->owner);
    assert_ptr_equal(reader->source->owner, raw->source->owner);
    assert_int_equal(fa_size(raw), 990);
    assert_true(fa_shares_bytes(reader, raw));
    set_element(writer, 12, -5, &err);
    assert_true(element(reader, 12, &err) == -5);
    assert_true(element(raw, 2, &err) == -5);
    fa_release(writer);
    assert_true(element(reader, 12, &err) == -5);
    set_element(reader, 12, 1, &err);
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    fa_release(reader);
    fa_release(raw);
}

static void a_writer_that_comes_second_maps_for_writing(void **state)
{
    (void)state;
    fa_error err = {0};
    const char *path = write_npy("upgrade.npy", 10000, 0);
    fa__set_io_mode(FA__IO_MMAP);
    fa_array *reader = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    const char *seen = reader->source->class->map(reader->source, 8, 8, false, &err);
    assert_non_null(seen);
    fa_array *writer = fa__storage_open(path, FA_READ_WRITE, NULL, &err);
    char *written = writer->source->class->map(writer->source, 8, 8, true, &err);
    assert_non_null(written);
    memcpy(written, &(double){77}, sizeof(double));
    double value;
    memcpy(&value, seen, sizeof value); /* the reader's address still holds, and sees the same page */
    assert_true(value == 77);
    writer->source->class->unmap(writer->source, 8, 8, true);
    reader->source->class->unmap(reader->source, 8, 8, false);
    assert_true(element(reader, 1, &err) == 77);
    assert_true(writer->source->class->flush(writer->source, 8, 8, &err));
    fa_release(reader);
    fa_release(writer);
    fa__set_io_mode(FA__IO_AUTO);
    assert_false(fa_failed(&err));
}

static void a_replaced_file_is_another_file(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *old = fa__storage_open(write_npy("name.npy", 100, 0), FA_READ_WRITE, NULL, &err);
    write_npy("other.npy", 200, 0);
    assert_int_equal(rename(in_folder("other.npy"), in_folder("name.npy")), 0);
    fa_array *new = fa__storage_open(in_folder("name.npy"), FA_READ_WRITE, NULL, &err);
    assert_int_equal(fa_size(new), 200);
    assert_ptr_not_equal(old->source->owner, new->source->owner);
    set_element(old, 0, 9, &err);
    assert_true(element(new, 0, &err) == 0);
    assert_true(element(old, 0, &err) == 9);
    fa_release(old);
    fa_release(new);
}

/* ---- Locks ---- */

static int open_for_writing(void *path)
{
    fa_error err = {0};
    fa_array *array = fa__storage_open(path, FA_READ_WRITE, NULL, &err);
    fa_release(array);
    return err.code;
}

static int replace_file(void *path)
{
    fa_error err = {0};
    fa__publication *publication = fa__publish_begin(path, FA_FLOAT64, 1, (int64_t[]){5}, NULL, &err);
    fa__publish_commit(publication, false, &err);
    return err.code;
}

static void writers_keep_replacers_of_other_processes_away(void **state)
{
    (void)state;
    fa_error err = {0};
    char path[512];
    snprintf(path, sizeof path, "%s", write_npy("locked.npy", 100, 0));
    fa_array *reader = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    assert_int_equal(in_child(open_for_writing, path), FA_OK);
    fa_array *writer = fa__storage_open(path, FA_READ_WRITE, NULL, &err);
    assert_int_equal(in_child(open_for_writing, path), FA_OK); /* writers share */
    fa_release(writer);
    /* The reader's object keeps the writeable descriptor, and with it the lock, until it goes. */
    fa_release(reader);
    assert_int_equal(in_child(replace_file, path), FA_OK);
    fa__publication *publication = fa__publish_begin(path, FA_FLOAT64, 1, (int64_t[]){5}, NULL, &err);
    assert_non_null(publication);
    assert_int_equal(in_child(open_for_writing, path), FA_BUSY); /* its edits would be lost */
    assert_true(fa__publish_commit(publication, false, &err));
    assert_int_equal(in_child(open_for_writing, path), FA_OK);
}

/* ---- Headerless files ---- */

static void headerless_files_need_dtype_and_shape(void **state)
{
    (void)state;
    fa_error err = {0};
    static char bytes[1000];
    write_bytes(in_folder("raw"), bytes, sizeof bytes);
    fa_array *array =
        fa__storage_memmap(in_folder("raw"), FA_READ_ONLY, FA_INT32, FA_SHAPE(5, -1, 2),
                           &(fa_memmap_options){.offset_bytes = 200, .order = FA_ORDER_F}, &err);
    assert_non_null(array);
    assert_int_equal(fa_size_of_axis(array, 1), 20);
    assert_int_equal(fa_stride_bytes(array, 0), 4);
    assert_int_equal(fa_stride_bytes(array, 2), 400);
    fa_release(array);

    static const struct {
        fa_mode mode;
        int ndim;
        int64_t sizes[3];
        uint64_t offset;
        fa_error_code code;
        const char *words;
    } rows[] = {
        {FA_READ_ONLY,
         1,
         {251},
         0,
         FA_BAD_FORMAT,
         "shape (251,) of int32 from byte 0 on needs 1004 bytes, file has 1000"},
        {FA_READ_WRITE,
         2,
         {10, 10},
         601,
         FA_BAD_FORMAT,
         "shape (10, 10) of int32 from byte 601 on needs 1001 bytes, file has 1000"},
        {FA_READ_ONLY, 1, {-1}, 1, FA_BAD_FORMAT, "999 bytes from byte 1 on are no multiple of 4"},
        {FA_READ_ONLY, 1, {-1}, 1001, FA_BAD_FORMAT, "the array begins at byte 1001, file has 1000"},
        {FA_READ_ONLY, 2, {-1, -1}, 0, FA_BAD_SHAPE, "size -1 of axis 1 is negative, only one may be -1"},
        {FA_READ_ONLY, 2, {5, -2}, 0, FA_BAD_SHAPE, "size -2 of axis 1 is negative"},
        {FA_READ_ONLY,
         2,
         {0, -1},
         0,
         FA_BAD_SHAPE,
         "a shape with a size of 0 says nothing about its size of -1"},
        {FA_CREATE, 2, {5, -1}, 0, FA_BAD_SHAPE, "a new file needs a whole shape, size 1 is -1"},
        {FA_READ_ONLY,
         1,
         {4},
         (uint64_t)INT64_MAX + 1,
         FA_TOO_LARGE,
         "offset 9223372036854775808 is above 2^63-1"},
        {FA_READ_ONLY, 1, {4}, INT64_MAX, FA_TOO_LARGE, "the array ends above byte 2^63-1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fa_error_clear(&err);
        assert_null(fa__storage_memmap(in_folder("raw"), rows[i].mode, FA_INT32,
                                       (fa_shape){rows[i].ndim, rows[i].sizes},
                                       &(fa_memmap_options){.offset_bytes = rows[i].offset}, &err));
        char message[600];
        snprintf(message, sizeof message, "%s: %s", in_folder("raw"), rows[i].words);
        assert_string_equal(err.message, message);
        assert_int_equal(err.code, rows[i].code);
    }
}

static void empty_arrays_live_in_files_too(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *array =
        fa__storage_memmap(in_folder("zero"), FA_CREATE, FA_FLOAT64, FA_SHAPE(0, 3), NULL, &err);
    assert_non_null(array);
    double nothing;
    fa__box box = {.ndim = 2, .item_bytes = 8, .sizes = array->sizes, .strides = array->strides};
    assert_true(fa__source_read(array->source, &box, &nothing, &err));
    assert_true(array->source->class->flush(array->source, 0, 0, &err));
    assert_true(array->source->class->close(array->source, &err));
    fa_release(array);
    array = fa__storage_memmap(in_folder("zero"), FA_READ_ONLY, FA_FLOAT64, FA_SHAPE(-1, 3), NULL, &err);
    assert_int_equal(fa_size(array), 0);
    fa_release(array);
}

/* ---- Closing ---- */

static int count_descriptors(void)
{
    int count = 0;
    for (int i = 0; i < 1024; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

static void closing_gives_the_file_back_while_views_live(void **state)
{
    (void)state;
    fa_error err = {0};
    int before = count_descriptors();
    const char *path = write_npy("closed.npy", 1000, 0);
    fa_array *array = fa__storage_open(path, FA_READ_WRITE, NULL, &err);
    fa_array *other = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    set_element(array, 0, 1, &err);
    assert_true(array->source->class->close(array->source, &err));
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(in_child(replace_file, (void *)(uintptr_t)path), FA_OK); /* its lock is gone */
    element(other, 0, &err);
    char message[600];
    snprintf(message, sizeof message, "%s: the file was closed", path);
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, FA_CLOSED);
    fa_error_clear(&err);
    assert_null(array->source->class->map(array->source, 0, 8, false, &err));
    assert_int_equal(err.code, FA_CLOSED);
    fa_error_clear(&err);
    assert_true(array->source->class->close(array->source, &err)); /* again is fine */
    fa_array *fresh = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    assert_ptr_not_equal(fresh->source->owner, array->source->owner);
    assert_true(element(fresh, 4, &err) == 0);
    fa_release(fresh);
    fa_release(array);
    fa_release(other);
    assert_false(fa_failed(&err));
}

static void closing_waits_for_nobody_and_unmaps_under_nobody(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__set_io_mode(FA__IO_MMAP);
    int before = count_descriptors();
    fa_array *array = fa__storage_open(write_npy("inside.npy", 1000, 0), FA_READ_WRITE, NULL, &err);
    const char *bytes = array->source->class->map(array->source, 0, 8000, false, &err);
    assert_non_null(bytes);
    assert_true(array->source->class->close(array->source, &err));
    double value;
    memcpy(&value, bytes + 16, sizeof value); /* still there: somebody is inside */
    assert_true(value == 2);
    assert_int_equal(count_descriptors(), before + 1);
    array->source->class->unmap(array->source, 0, 8000, false);
    assert_int_equal(count_descriptors(), before);
    fa_release(array);
    fa__set_io_mode(FA__IO_AUTO);
}

/* ---- Losing bytes ---- */

static void touch(void *bytes)
{
    volatile char *byte = bytes;
    (void)*byte;
}

static void a_file_cut_while_it_is_open_is_an_error(void **state)
{
    (void)state;
    fa_error err = {0};
    const char *path = write_npy("cutting.npy", 10000, 0);
    fa_array *array = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    fa__set_io_mode(FA__IO_MMAP);
    char *bytes = array->source->class->map(array->source, 0, 80000, false, &err);
    assert_non_null(bytes);
    assert_int_equal(truncate(path, 4096), 0);
    element(array, 9999, &err);
    assert_int_equal(err.code, FA_MAP_FAULT);
    assert_non_null(strstr(err.message, "cutting.npy: file ends at byte 4096, needed up to 80128"));
    fa_error_clear(&err);
    assert_true(element(array, 1, &err) == 1); /* what is there can be read */
    assert_null(array->source->class->map(array->source, 40000, 8, false, &err));
    assert_int_equal(err.code, FA_MAP_FAULT);
    fa_error_clear(&err);

    const void *fault = fa__guarded(touch, bytes + 50000);
    assert_non_null(fault);
    fa__storage_fault(fault, &err);
    assert_int_equal(err.code, FA_MAP_FAULT);
    assert_non_null(strstr(err.message, "cutting.npy: file ends at byte 4096"));
    fa_error_clear(&err);
    array->source->class->unmap(array->source, 0, 80000, false);
    element(array, 1, &err); /* bytes were lost under somebody: the file object stays failed */
    assert_int_equal(err.code, FA_MAP_FAULT);
    fa_release(array);
    fa__set_io_mode(FA__IO_AUTO);
}

static void a_loss_is_reported_for_ever(void **state)
{
    (void)state;
    fa_error err = {0}, loss = {0};
    const char *path = write_npy("lost.npy", 1000, 0);
    fa__file *file = fa__file_open(path, FA__OPEN_WRITE, &err);
    fa__file_object *object = fa__object_of_file(file, true, path, &err);
    fa_array *array = fa__storage_open(path, FA_READ_WRITE, NULL, &err);
    fa__source *source = array->source;
    set_element(array, 1, 4, &err);
    assert_true(source->class->flush(source, 0, 4096, &err));
    fa__fail(&loss, FA_IO_ERROR, "%s: the write-back failed", path);
    fa__object_fail(object, &loss); /* what a flush does whose write-back failed */
    for (int way = 0; way < 7; way++) {
        fa_error_clear(&err);
        switch (way) {
        case 0:
            source->class->flush(source, 0, 8, &err);
            break;
        case 1:
            element(array, 1, &err);
            break;
        case 2:
            set_element(array, 1, 5, &err);
            break;
        case 3:
            source->class->map(source, 0, 8, true, &err);
            break;
        case 4:
            source->class->write_behind(source, 0, 8, true, &err);
            break;
        case 5:
            source->class->check(source, &err);
            break;
        case 6:
            source->class->close(source, &err);
        }
        assert_string_equal(err.message, loss.message);
    }
    fa_error_clear(&err);
    element(array, 1, &err);
    assert_int_equal(err.code, FA_CLOSED);
    fa_error_clear(&err);
    fa__object_release(object);
    fa_release(array);
    array = fa__storage_open(path, FA_READ_ONLY, NULL, &err); /* opened anew, it is judged anew */
    assert_true(element(array, 1, &err) == 4);
    fa_release(array);
}

static int map_without_room(void *path)
{
    fa_error err = {0};
    fa_array *array = fa__storage_open(path, FA_READ_ONLY, NULL, &err);
    fa__set_io_mode(FA__IO_MMAP);
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_AS, &none) != 0)
        return 1;
    char *bytes = array->source->class->map(array->source, 0, 8000, false, &err);
    if (bytes != NULL || fa_failed(&err))
        return 2;
    return element(array, 7, &err) == 7 && !fa_failed(&err) ? 0 : 3;
}

static void what_cannot_be_mapped_is_read(void **state)
{
    (void)state;
    assert_int_equal(in_child(map_without_room, (void *)(uintptr_t)write_npy("unmapped.npy", 1000, 0)), 0);
}

static void a_handle_cycle_leaves_nothing(void **state)
{
    (void)state;
    fa_error err = {0};
    const char *path = write_npy("cycle.npy", 10, 0);
    int before = count_descriptors();
    for (int i = 0; i < 2000; i++) {
        fa_array *array = fa__storage_open(path, i % 2 ? FA_READ_WRITE : FA_READ_ONLY, NULL, &err);
        element(array, 3, &err);
        fa_release(array);
    }
    assert_false(fa_failed(&err));
    assert_int_equal(count_descriptors(), before);
}

/* ---- Scratch ---- */

static void scratch_is_zeroed_and_nameless(void **state)
{
    (void)state;
    fa_error err = {0};
    setenv("FARRAY_TMPDIR", folder, 1);
    int names = count_names();
    fa__source *scratch = fa__scratch_source(1 << 20, &err);
    assert_non_null(scratch);
    assert_int_equal(count_names(), names);
    double value = 1;
    fa__box box = box_1d((int64_t[]){1}, (int64_t[]){8}, (1 << 20) - 8);
    assert_true(fa__source_read(scratch, &box, &value, &err));
    assert_true(value == 0);
    assert_true(fa__source_write(scratch, &box, &(double){4}, &err));
    assert_true(fa__source_read(scratch, &box, &value, &err));
    assert_true(value == 4);
    fa__source_release(scratch);
    setenv("FARRAY_TMPDIR", "/nowhere/at/all", 1);
    assert_null(fa__scratch_source(100, &err));
    assert_string_equal(err.message,
                        "scratch of 100 bytes in /nowhere/at/all (FARRAY_TMPDIR names another folder): "
                        "No such file or directory");
    unsetenv("FARRAY_TMPDIR");
}

static void scratch_in_memory_is_charged(void **state)
{
    (void)state;
    fa_error err = {0};
    if (!fa__path_is_memory("/dev/shm"))
        skip();
    setenv("FARRAY_TMPDIR", "/dev/shm", 1);
    size_t before = fa__ledger_used();
    fa__ledger_set_limit(before + (1 << 20));
    fa__source *scratch = fa__scratch_source(1 << 19, &err);
    assert_non_null(scratch);
    assert_int_equal(fa__ledger_used(), before + (1 << 19));
    assert_null(fa__scratch_source(1 << 20, &err));
    assert_int_equal(err.code, FA_NO_MEMORY);
    fa_error_clear(&err);
    fa__source_release(scratch);
    assert_int_equal(fa__ledger_used(), before);

    setenv("FARRAY_TMPDIR", folder, 1);
    fa__source *memory = fa__memory_or_scratch(1 << 19, true, &err),
               *spilled = fa__memory_or_scratch(1 << 20, true, &err);
    assert_string_equal(memory->class->name, "memory");
    assert_string_equal(spilled->class->name, fa__path_is_memory(folder) ? "none" : "scratch");
    fa__source_release(memory);
    fa__source_release(spilled);
    fa__ledger_set_limit(0);
    unsetenv("FARRAY_TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_npy_file_is_opened_by_its_content),
        cmocka_unit_test(bytes_behind_the_array_are_refused_when_strict),
        cmocka_unit_test(what_is_no_array_is_refused_in_clear_words),
        cmocka_unit_test(a_read_only_file_is_never_changed),
        cmocka_unit_test(two_handles_share_one_owner),
        cmocka_unit_test(a_writer_that_comes_second_maps_for_writing),
        cmocka_unit_test(a_replaced_file_is_another_file),
        cmocka_unit_test(writers_keep_replacers_of_other_processes_away),
        cmocka_unit_test(headerless_files_need_dtype_and_shape),
        cmocka_unit_test(empty_arrays_live_in_files_too),
        cmocka_unit_test(closing_gives_the_file_back_while_views_live),
        cmocka_unit_test(closing_waits_for_nobody_and_unmaps_under_nobody),
        cmocka_unit_test(a_file_cut_while_it_is_open_is_an_error),
        cmocka_unit_test(a_loss_is_reported_for_ever),
        cmocka_unit_test(what_cannot_be_mapped_is_read),
        cmocka_unit_test(a_handle_cycle_leaves_nothing),
        cmocka_unit_test(scratch_is_zeroed_and_nameless),
        cmocka_unit_test(scratch_in_memory_is_charged),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
