/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays of .npz archives. A stored member is an .npy file inside of another file, and its array a range of
 * that file's bytes; a compressed one is a source of its own (inflate.h). Knows nothing about the container's
 * records. */
#include "storage/npz.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/checksum.h"
#include "storage/file_source.h"
#include "storage/inflate.h"
#include "storage/zip.h"

#include <stdio.h>
#include <string.h>

enum { SUFFIX_BYTES = 4 };
static const char suffix[] = ".npy";

bool fa__npz_is_array(const char *member, int64_t member_bytes, int64_t *name_bytes)
{
    const bool is_array = member_bytes >= SUFFIX_BYTES &&
                          memcmp(member + member_bytes - SUFFIX_BYTES, suffix, SUFFIX_BYTES) == 0;
    *name_bytes = member_bytes > SUFFIX_BYTES ? member_bytes - SUFFIX_BYTES : member_bytes;
    return is_array;
}

/* ---- Finding a member ---- */

/* By its whole name, or without the .npy. */
static const fa__zip_entry *find_member(const fa__zip *zip, const char *name)
{
    const fa__zip_entry *found = NULL;
    int64_t length = (int64_t)strlen(name), array_bytes;
    for (int64_t i = 0; i < zip->count; i++) {
        const fa__zip_entry *entry = &zip->entries[i];
        if (strcmp(entry->name, name) == 0)
            return entry;
        if (fa__npz_is_array(entry->name, entry->name_bytes, &array_bytes) && array_bytes == length &&
            memcmp(entry->name, name, (size_t)length) == 0)
            found = entry;
    }
    return found;
}

/* Names of arrays with commas between them, as many as a message has room for. */
static void list_for_message(const fa__zip *zip, char *text, size_t size)
{
    size_t at = 0;
    int64_t array_bytes;
    text[0] = '\0';
    for (int64_t i = 0; i < zip->count; i++) {
        char quoted[60];
        const fa__zip_entry *entry = &zip->entries[i];
        if (!fa__npz_is_array(entry->name, entry->name_bytes, &array_bytes))
            continue;
        fa__quote(quoted, sizeof quoted, entry->name, (size_t)array_bytes);
        if (at + strlen(quoted) + sizeof ", ..." > size) {
            snprintf(text + at, size - at, ", ...");
            return;
        }
        at += (size_t)snprintf(text + at, size - at, "%s%s", at > 0 ? ", " : "", quoted);
    }
}

static const fa__zip_entry *choose_member(const fa__zip *zip, const char *name, fa_error *err)
{
    char list[200], quoted[80];
    const fa__zip_entry *entry = name != NULL ? find_member(zip, name) : NULL;
    int64_t count = 0, array_bytes;
    for (int64_t i = 0; i < zip->count; i++) {
        if (!fa__npz_is_array(zip->entries[i].name, zip->entries[i].name_bytes, &array_bytes))
            continue;
        count++;
        if (name == NULL)
            entry = &zip->entries[i];
    }
    list_for_message(zip, list, sizeof list);
    if (name == NULL && count > 1) {
        fa__fail(err, FA_INVALID_ARGUMENT, "%s: holds %lld arrays, %s::NAME is one of them: %s", zip->path,
                 (long long)count, zip->path, list);
        return NULL;
    }
    if (entry == NULL && name != NULL)
        fa__fail(err, FA_NOT_FOUND, "%s: holds no array '%s'%s%s", zip->path,
                 fa__quote(quoted, sizeof quoted, name, strlen(name)), count > 0 ? ", but " : "", list);
    else if (entry == NULL)
        fa__fail(err, FA_NOT_FOUND, "%s: holds no array", zip->path);
    return entry;
}

/* ---- Opening ---- */

/* A member that is looked at: where its bytes are, its first ones unpacked, and what they say. */
typedef struct member {
    fa__packed packed;
    char *head;
    size_t head_bytes;
    fa__layout layout;
} member;

static bool take_head(void *user, int64_t at, const char *bytes, size_t size, fa_error *err)
{
    member *m = user;
    (void)err;
    memcpy(m->head + at, bytes, size);
    return true;
}

static bool read_head(member *m, const fa__zip_entry *entry, fa__file *file, fa_error *err)
{
    m->head_bytes = (size_t)fa__min_i64(entry->bytes, FA__NPY_MAX_HEADER);
    m->head = fa__alloc(m->head_bytes, err);
    if (m->head == NULL)
        return false;
    if (entry->method == FA__ZIP_STORED)
        return fa__file_read(file, m->packed.offset, m->head, m->head_bytes, err);
    return fa__inflate(&m->packed, file, (int64_t)m->head_bytes, take_head, m, NULL, err);
}

static bool check_strictly(const member *m, const fa__zip_entry *entry, fa__file *file, fa_error *err)
{
    const fa__layout *layout = &m->layout;
    int64_t end =
        layout->offset_bytes + fa__count(layout->ndim, layout->sizes) * fa_dtype_item_bytes(layout->dtype);
    if (end < entry->bytes)
        return fa__fail_at_byte(err, FA_BAD_FORMAT, end,
                                "%s: the array ends at byte %lld of its member, %lld bytes are behind it",
                                m->packed.name, (long long)end, (long long)(entry->bytes - end));
    if (entry->method == FA__ZIP_DEFLATED)
        return fa__inflate(&m->packed, file, FA__INFLATE_ALL, NULL, NULL, NULL, err);
    uint32_t crc;
    return fa__checksum_file(file, m->packed.offset, entry->bytes, &crc, err) &&
           fa__checksum_compare(m->packed.name, crc, entry->crc, err);
}

static fa_array *open_located(member *m, const fa__zip_entry *entry, fa__file_object *object, fa__file *file,
                              fa_mode mode, const fa_open_options *options, fa_error *err)
{
    int64_t array_bytes;
    if (!read_head(m, entry, file, err) ||
        !fa__npy_parse(m->packed.name, m->head, m->head_bytes, entry->bytes, &m->layout, err))
        return NULL;
    fa_array *array = NULL;
    if (options == NULL || !options->strict || check_strictly(m, entry, file, err)) {
        fa__layout *layout = &m->layout;
        layout->format = "npz";
        layout->member = entry->name;
        layout->member_name_bytes =
            fa__npz_is_array(entry->name, entry->name_bytes, &array_bytes) ? array_bytes : entry->name_bytes;
        layout->member_end = entry->bytes;
        if (entry->method == FA__ZIP_STORED) {
            layout->offset_bytes += m->packed.offset;
            layout->member_end += m->packed.offset;
            array = fa__file_array(object, layout, mode, err);
        } else {
            array = fa__inflated_array(object, &m->packed, layout, mode == FA_COPY_ON_WRITE, err);
        }
    }
    fa__layout_clear(&m->layout);
    return array;
}

static fa_array *open_member(fa__file_object *object, fa__file *file, const fa__zip *zip,
                             const fa__zip_entry *entry, fa_mode mode, const fa_open_options *options,
                             fa_error *err)
{
    char name[256], quoted[160];
    member m = {.packed = {.bytes = entry->bytes, .packed_bytes = entry->packed_bytes, .crc = entry->crc}};
    snprintf(name, sizeof name, "%.90s::%s", zip->path,
             fa__quote(quoted, sizeof quoted, entry->name, (size_t)entry->name_bytes));
    m.packed.name = name;
    fa_array *array = NULL;
    if (fa__zip_locate(zip, entry, file, &m.packed.offset, err))
        array = open_located(&m, entry, object, file, mode, options, err);
    fa__free(m.head);
    return array;
}

/* Reads the directory, and sees to it that the file was the same all the time. */
static bool read_archive(fa__zip *zip, fa__file *file, const char *path, fa_error *err)
{
    int64_t file_bytes = fa__file_size(file, err);
    if (file_bytes < 0 || !fa__zip_read(zip, file, path, file_bytes, err))
        return false;
    int64_t now = fa__file_size(file, err);
    if (now == file_bytes)
        return true;
    fa__zip_clear(zip);
    return fa__fail(err, FA_BUSY, "%s: its size went from %lld to %lld bytes while its directory was read",
                    path, (long long)file_bytes, (long long)now);
}

static fa_array *open_archive(fa__file_object *object, fa__file *file, const char *path, const char *name,
                              fa_mode mode, const fa_open_options *options, fa_error *err)
{
    fa__zip zip;
    if (mode == FA_READ_WRITE)
        fa__fail(
            err, FA_UNSUPPORTED,
            "%s: is a zip archive, whose arrays are not written in place: their checksums would be wrong",
            path);
    if (fa_failed(err) || !read_archive(&zip, file, path, err))
        return NULL;
    fa_array *array = NULL;
    const fa__zip_entry *entry = choose_member(&zip, name, err);
    if (entry != NULL)
        array = open_member(object, file, &zip, entry, mode, options, err);
    fa__zip_clear(&zip);
    return array;
}

static bool list_archive(fa__file *file, const char *path, fa_names *names, fa_error *err)
{
    fa__zip zip;
    int64_t array_bytes;
    if (!read_archive(&zip, file, path, err))
        return false;
    for (int64_t i = 0; i < zip.count && !fa_failed(err); i++)
        if (fa__npz_is_array(zip.entries[i].name, zip.entries[i].name_bytes, &array_bytes))
            fa__names_add(names, zip.entries[i].name, (size_t)array_bytes, err);
    fa__zip_clear(&zip);
    return !fa_failed(err);
}

const fa__container fa__npz = {.open = open_archive, .list = list_archive};
