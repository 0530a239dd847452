/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading the zip container. It is read from its end: the end record says where the directory is, the
 * directory where the members are, and each member begins with a header that repeats what the directory says.
 *
 *     local header, data, [descriptor]   ...   directory   [end64, locator64]   end, comment
 *
 * Where records could disagree they must not: what one program skips and another believes is how archives
 * lie. */
#include "storage/zip.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/literal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_COMMENT = 0xffff,
    MAX_DIRECTORY = 16 << 20,
    MAX_RATIO = 1032, /* deflate cannot pack tighter */
    FLAG_ENCRYPTED = 0x1,
    FLAG_PATCHED = 0x20,
    FLAG_STRONGLY_ENCRYPTED = 0x40,
    FLAG_MASKED = 0x2000
};

uint32_t fa__zip_get(const void *bytes, int count)
{
    const unsigned char *from = bytes;
    uint32_t value = 0;
    for (int i = 0; i < count; i++)
        value |= (uint32_t)from[i] << (8 * i);
    return value;
}

/* Above 2^63-1 is negative. */
int64_t fa__zip_get64(const void *bytes)
{
    uint64_t low = fa__zip_get(bytes, 4), high = fa__zip_get((const char *)bytes + 4, 4);
    return (int64_t)(low | high << 32);
}

/* "x.npz: byte 12: WHAT", which is complete. */
#define FAIL(at, ...) fail_at(zip, at, err, __VA_ARGS__)

static bool fail_at(const fa__zip *zip, int64_t at, fa_error *err, const char *format, ...) FA__PRINTF(4, 5);

static bool fail_at(const fa__zip *zip, int64_t at, fa_error *err, const char *format, ...)
{
    char what[400];
    va_list values;
    va_start(values, format);
    vsnprintf(what, sizeof what, format, values);
    va_end(values);
    return fa__fail_at_byte(err, FA_BAD_FORMAT, at, "%s: byte %lld: %s", zip->path, (long long)at, what);
}

/* ---- The end record ---- */

typedef struct directory_place {
    int64_t count, bytes, offset;
    int64_t end; /* where the directory must end */
} directory_place;

/* The end record is the last one whose comment ends with the file. */
static const char *find_end(const char *tail, size_t size)
{
    for (size_t at = size - FA__ZIP_END_BYTES + 1; at-- > 0;) {
        if (fa__zip_get(tail + at, 4) == FA__ZIP_END &&
            at + FA__ZIP_END_BYTES + fa__zip_get(tail + at + 20, 2) == size)
            return tail + at;
    }
    return NULL;
}

static bool fail_disks(const fa__zip *zip, int64_t at, fa_error *err)
{
    return fa__fail_at_byte(err, FA_UNSUPPORTED, at, "%s: byte %lld: a zip archive of several disks",
                            zip->path, (long long)at);
}

/* Whether a 16- or 32-bit number of the short end record is what the long one says. */
static bool agrees(uint32_t narrow, int64_t wide, uint32_t saturated)
{
    return narrow == saturated || narrow == wide;
}

/* The long end record, which the locator right before the short one points to. */
static bool read_end64(fa__zip *zip, fa__file *file, const char *end, const char *locator, int64_t locator_at,
                       directory_place *place, fa_error *err)
{
    char record[FA__ZIP_END64_BYTES];
    int64_t at = fa__zip_get64(locator + 8);
    if (fa__zip_get(locator + 4, 4) != 0 || fa__zip_get(locator + 16, 4) > 1)
        return fail_disks(zip, locator_at, err);
    if (at < 0 || at > locator_at - FA__ZIP_END64_BYTES)
        return FAIL(locator_at,
                    "the zip64 end record is said to be at byte %llu, which is no place before here",
                    (unsigned long long)at);
    if (!fa__file_read(file, at, record, sizeof record, err))
        return false;
    if (fa__zip_get(record, 4) != FA__ZIP_END64)
        return FAIL(at, "there is no zip64 end record, which byte %lld points to", (long long)locator_at);
    if (fa__zip_get64(record + 4) != locator_at - at - 12)
        return FAIL(at, "the zip64 end record claims %llu bytes, %lld are there",
                    (unsigned long long)fa__zip_get64(record + 4), (long long)(locator_at - at - 12));
    if (fa__zip_get(record + 16, 4) != 0 || fa__zip_get(record + 20, 4) != 0)
        return fail_disks(zip, at, err);
    place->count = fa__zip_get64(record + 32);
    place->bytes = fa__zip_get64(record + 40);
    place->offset = fa__zip_get64(record + 48);
    place->end = at;
    if (fa__zip_get64(record + 24) != place->count ||
        !agrees(fa__zip_get(end + 8, 2), place->count, 0xffff) ||
        !agrees(fa__zip_get(end + 10, 2), place->count, 0xffff) ||
        !agrees(fa__zip_get(end + 12, 4), place->bytes, 0xffffffff) ||
        !agrees(fa__zip_get(end + 16, 4), place->offset, 0xffffffff))
        return FAIL(at, "the zip64 end record and the short one do not agree");
    return true;
}

static bool read_end(fa__zip *zip, fa__file *file, int64_t file_bytes, directory_place *place, fa_error *err)
{
    size_t size = (size_t)fa__min_i64(file_bytes, FA__ZIP_LOCATOR64_BYTES + FA__ZIP_END_BYTES + MAX_COMMENT);
    if (size < FA__ZIP_END_BYTES)
        return FAIL(0, "a zip archive has at least %d bytes, the file has %lld", FA__ZIP_END_BYTES,
                    (long long)file_bytes);
    char *tail = fa__alloc(size, err);
    if (tail == NULL || !fa__file_read(file, file_bytes - (int64_t)size, tail, size, err)) {
        fa__free(tail);
        return false;
    }
    const char *end = find_end(tail, size);
    if (end == NULL) {
        FAIL(file_bytes, "the zip archive has no end record: it was cut, or is none");
    } else {
        int64_t at = file_bytes - (int64_t)size + (end - tail);
        const char *locator = end - tail >= FA__ZIP_LOCATOR64_BYTES ? end - FA__ZIP_LOCATOR64_BYTES : NULL;
        place->count = fa__zip_get(end + 10, 2);
        place->bytes = fa__zip_get(end + 12, 4);
        place->offset = fa__zip_get(end + 16, 4);
        place->end = at;
        bool disks = fa__zip_get(end + 4, 2) % 0xffff != 0 || fa__zip_get(end + 6, 2) % 0xffff != 0;
        if (disks)
            fail_disks(zip, at, err);
        else if (locator != NULL && fa__zip_get(locator, 4) == FA__ZIP_LOCATOR64)
            read_end64(zip, file, end, locator, at - FA__ZIP_LOCATOR64_BYTES, place, err);
        else if (fa__zip_get(end + 8, 2) != place->count)
            FAIL(at, "the end record counts %u members on this disk and %lld in all", fa__zip_get(end + 8, 2),
                 (long long)place->count);
    }
    fa__free(tail);
    return !fa_failed(err);
}

static bool check_place(const fa__zip *zip, const directory_place *place, fa_error *err)
{
    int64_t end;
    if (place->offset < 0 || place->bytes < 0 || !fa__add_checked(place->offset, place->bytes, &end) ||
        end != place->end)
        return FAIL(place->end,
                    "the directory is said to be %llu bytes from byte %llu on, but does not end here",
                    (unsigned long long)place->bytes, (unsigned long long)place->offset);
    if (place->bytes > MAX_DIRECTORY)
        return fa__fail_at_byte(err, FA_TOO_LARGE, place->offset,
                                "%s: the directory of the archive has %lld bytes, the limit is %d", zip->path,
                                (long long)place->bytes, MAX_DIRECTORY);
    if (place->count < 0 || place->count > place->bytes / FA__ZIP_CENTRAL_BYTES)
        return FAIL(place->end, "the archive claims %llu members, its directory has room for %lld",
                    (unsigned long long)place->count, (long long)place->bytes / FA__ZIP_CENTRAL_BYTES);
    return true;
}

/* ---- The directory ---- */

/* Finds the extra field of sizes above 32 bits: *found is its content, NULL when there is none. */
static bool find_extra64(const fa__zip *zip, const char *extra, int64_t bytes, int64_t at, const char **found,
                         int64_t *found_bytes, fa_error *err)
{
    *found = NULL;
    *found_bytes = 0;
    for (int64_t i = 0; i < bytes;) {
        if (bytes - i < 4)
            return FAIL(at + i, "an extra field is cut");
        int64_t size = fa__zip_get(extra + i + 2, 2);
        if (size > bytes - i - 4)
            return FAIL(at + i, "an extra field claims %lld bytes, there are %lld", (long long)size,
                        (long long)(bytes - i - 4));
        if (fa__zip_get(extra + i, 2) == FA__ZIP_EXTRA64) {
            if (*found != NULL)
                return FAIL(at + i, "the extra field of zip64 is there twice");
            *found = extra + i + 4;
            *found_bytes = size;
        }
        i += 4 + size;
    }
    return true;
}

/* Takes the next number of the extra field where the header has no room for it. */
static bool widen(int64_t *value, const char **wide, int64_t *wide_bytes)
{
    if (*value != 0xffffffff)
        return true;
    if (*wide_bytes < 8)
        return false;
    *value = fa__zip_get64(*wide);
    *wide += 8;
    *wide_bytes -= 8;
    return *value >= 0;
}

static bool check_name(const fa__zip *zip, const fa__zip_entry *entry, const char *name, int64_t at,
                       fa_error *err)
{
    bool utf8 = (entry->flags & FA__ZIP_FLAG_UTF8) != 0;
    size_t length = (size_t)entry->name_bytes, bad = fa__literal_bad_byte(name, length, utf8);
    if (length == 0)
        return FAIL(at, "a member without a name");
    if (bad < length)
        return FAIL(at + (int64_t)bad, "0x%02x in the name of a member is not %s, which its flags ask for",
                    (unsigned char)name[bad], utf8 ? "UTF-8" : "ASCII");
    return true;
}

/* A member's numbers, which only have to make sense in this file; whether farray can read it is asked when it
 * is opened. */
static bool check_sizes(const fa__zip *zip, const fa__zip_entry *entry, int64_t at, fa_error *err)
{
    int64_t room = zip->directory_offset - FA__ZIP_LOCAL_BYTES - entry->name_bytes - entry->header_offset;
    if (room < 0)
        return FAIL(at, "the member is said to begin at byte %lld, the directory begins at %lld",
                    (long long)entry->header_offset, (long long)zip->directory_offset);
    if (entry->packed_bytes > room)
        return FAIL(at, "the member claims %lld bytes, the archive has room for %lld",
                    (long long)entry->packed_bytes, (long long)room);
    if (entry->method == FA__ZIP_STORED && entry->bytes != entry->packed_bytes)
        return FAIL(at, "the member is stored, but claims %lld bytes in %lld", (long long)entry->bytes,
                    (long long)entry->packed_bytes);
    if (entry->method == FA__ZIP_DEFLATED && entry->bytes / MAX_RATIO > entry->packed_bytes)
        return FAIL(at, "the member claims %lld bytes in %lld compressed ones, more than deflate can pack",
                    (long long)entry->bytes, (long long)entry->packed_bytes);
    return true;
}

/* Reads the record at *at of the directory, and moves behind it. */
static bool read_record(fa__zip *zip, int64_t bytes, int64_t *at, fa__zip_entry *entry, fa_error *err)
{
    const char *record = zip->directory + *at, *wide;
    int64_t place = zip->directory_offset + *at, left = bytes - *at - FA__ZIP_CENTRAL_BYTES, wide_bytes;
    if (left < 0 || fa__zip_get(record, 4) != FA__ZIP_CENTRAL)
        return FAIL(place, "the directory has no member here, though the archive claims more");
    entry->flags = fa__zip_get(record + 8, 2);
    entry->method = fa__zip_get(record + 10, 2);
    entry->crc = fa__zip_get(record + 16, 4);
    entry->packed_bytes = fa__zip_get(record + 20, 4);
    entry->bytes = fa__zip_get(record + 24, 4);
    entry->name_bytes = fa__zip_get(record + 28, 2);
    entry->header_offset = fa__zip_get(record + 42, 4);
    int64_t extra_bytes = fa__zip_get(record + 30, 2), comment_bytes = fa__zip_get(record + 32, 2);
    if (entry->name_bytes + extra_bytes + comment_bytes > left)
        return FAIL(place, "the directory ends inside a member");
    const char *name = record + FA__ZIP_CENTRAL_BYTES, *extra = name + entry->name_bytes;
    if (!check_name(zip, entry, name, place + FA__ZIP_CENTRAL_BYTES, err) ||
        !find_extra64(zip, extra, extra_bytes, place + (extra - record), &wide, &wide_bytes, err))
        return false;
    if (!widen(&entry->bytes, &wide, &wide_bytes) || !widen(&entry->packed_bytes, &wide, &wide_bytes) ||
        !widen(&entry->header_offset, &wide, &wide_bytes))
        return FAIL(place, "a member's zip64 sizes are missing or above 2^63-1");
    if (fa__zip_get(record + 34, 2) != 0)
        return fail_disks(zip, place, err);
    entry->name = name;
    *at += FA__ZIP_CENTRAL_BYTES + entry->name_bytes + extra_bytes + comment_bytes;
    return check_sizes(zip, entry, place, err);
}

/* ---- The members together ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(fa__zip_entry *const *)a)->name, (*(fa__zip_entry *const *)b)->name);
}

static int compare_offsets(const void *a, const void *b)
{
    int64_t first = (*(fa__zip_entry *const *)a)->header_offset;
    int64_t second = (*(fa__zip_entry *const *)b)->header_offset;
    return (first > second) - (first < second);
}

/* No two members have one name, or share a byte. Fills in where each of them has to end. */
static bool check_members(fa__zip *zip, fa_error *err)
{
    fa__zip_entry **sorted = fa__alloc((size_t)zip->count * sizeof(fa__zip_entry *), err);
    if (sorted == NULL)
        return false;
    for (int64_t i = 0; i < zip->count; i++)
        sorted[i] = &zip->entries[i];
    char quoted[80];
    qsort(sorted, (size_t)zip->count, sizeof(fa__zip_entry *), compare_names);
    for (int64_t i = 1; i < zip->count && !fa_failed(err); i++)
        if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
            FAIL(zip->directory_offset, "two members are called '%s'",
                 fa__quote(quoted, sizeof quoted, sorted[i]->name, (size_t)sorted[i]->name_bytes));
    qsort(sorted, (size_t)zip->count, sizeof(fa__zip_entry *), compare_offsets);
    for (int64_t i = 0; i < zip->count && !fa_failed(err); i++) {
        fa__zip_entry *entry = sorted[i];
        entry->end_offset = i + 1 < zip->count ? sorted[i + 1]->header_offset : zip->directory_offset;
        if (entry->end_offset - entry->header_offset <
            FA__ZIP_LOCAL_BYTES + entry->name_bytes + entry->packed_bytes)
            FAIL(entry->header_offset, "member '%s' runs into the next one, which begins at byte %lld",
                 fa__quote(quoted, sizeof quoted, entry->name, (size_t)entry->name_bytes),
                 (long long)entry->end_offset);
    }
    fa__free(sorted);
    return !fa_failed(err);
}

static bool read_directory(fa__zip *zip, fa__file *file, const directory_place *place, fa_error *err)
{
    zip->directory_offset = place->offset;
    zip->directory = fa__alloc((size_t)place->bytes + 1, err);
    zip->entries = fa__alloc_zero((size_t)place->count, sizeof *zip->entries, err);
    if (zip->directory == NULL || zip->entries == NULL ||
        !fa__file_read(file, place->offset, zip->directory, (size_t)place->bytes, err))
        return false;
    int64_t at = 0;
    for (; zip->count < place->count; zip->count++)
        if (!read_record(zip, place->bytes, &at, &zip->entries[zip->count], err))
            return false;
    if (at != place->bytes)
        return FAIL(place->offset + at, "the directory has %lld bytes behind the last of %lld members",
                    (long long)(place->bytes - at), (long long)place->count);
    /* Every record has been looked at, so that a NUL behind each name harms nothing. */
    for (int64_t i = 0; i < zip->count; i++)
        zip->directory[zip->entries[i].name - zip->directory + zip->entries[i].name_bytes] = '\0';
    return check_members(zip, err);
}

bool fa__zip_read(fa__zip *zip, fa__file *file, const char *path, int64_t file_bytes, fa_error *err)
{
    directory_place place = {0};
    *zip = (fa__zip){.path = path};
    if (fa_failed(err))
        return false;
    if (read_end(zip, file, file_bytes, &place, err) && check_place(zip, &place, err) &&
        read_directory(zip, file, &place, err))
        return true;
    fa__zip_clear(zip);
    return false;
}

void fa__zip_clear(fa__zip *zip)
{
    fa__free(zip->entries);
    fa__free(zip->directory);
    memset(zip, 0, sizeof *zip);
}

/* ---- One member ---- */

static const char *method_name(unsigned method)
{
    static const struct {
        unsigned method;
        const char *name;
    } known[] = {{1, "shrink"}, {6, "implode"}, {9, "deflate64"}, {12, "bzip2"},    {14, "LZMA"},
                 {93, "zstd"},  {95, "xz"},     {98, "PPMd"},     {99, "encrypted"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].method == method)
            return known[i].name;
    return "unknown";
}

static bool check_readable(const fa__zip *zip, const fa__zip_entry *entry, const char *name, fa_error *err)
{
    if ((entry->flags & (FLAG_ENCRYPTED | FLAG_STRONGLY_ENCRYPTED | FLAG_MASKED)) != 0)
        return fa__fail_at_byte(err, FA_UNSUPPORTED, entry->header_offset, "%s: member '%s' is encrypted",
                                zip->path, name);
    if ((entry->flags & FLAG_PATCHED) != 0)
        return fa__fail_at_byte(err, FA_UNSUPPORTED, entry->header_offset, "%s: member '%s' is a patch",
                                zip->path, name);
    if (entry->method != FA__ZIP_STORED && entry->method != FA__ZIP_DEFLATED)
        return fa__fail_at_byte(
            err, FA_UNSUPPORTED, entry->header_offset,
            "%s: member '%s' is compressed by method %u (%s), farray reads 0 (stored) and 8 "
            "(deflate)",
            zip->path, name, entry->method, method_name(entry->method));
    return true;
}

/* Sizes and checksum of the header, where they have to be the directory's. */
static bool check_header_sizes(const fa__zip *zip, const fa__zip_entry *entry, const char *header,
                               const char *extra, int64_t extra_bytes, fa_error *err)
{
    int64_t at = entry->header_offset, extra_at = at + FA__ZIP_LOCAL_BYTES + entry->name_bytes, wide_bytes;
    int64_t crc = fa__zip_get(header + 14, 4), packed = fa__zip_get(header + 18, 4),
            bytes = fa__zip_get(header + 22, 4);
    const char *wide;
    if (!find_extra64(zip, extra, extra_bytes, extra_at, &wide, &wide_bytes, err))
        return false;
    if (!widen(&bytes, &wide, &wide_bytes) || !widen(&packed, &wide, &wide_bytes))
        return FAIL(at, "the header of '%s' lacks its zip64 sizes", entry->name);
    bool may_be_zero = (entry->flags & FA__ZIP_FLAG_DESCRIBED) != 0;
    if ((crc != entry->crc && !(may_be_zero && crc == 0)) ||
        (packed != entry->packed_bytes && !(may_be_zero && packed == 0)) ||
        (bytes != entry->bytes && !(may_be_zero && bytes == 0)))
        return FAIL(
            at,
            "the header of '%s' says %lld bytes in %lld, checksum %08llx, the directory %lld in %lld, %08lx",
            entry->name, (long long)bytes, (long long)packed, (unsigned long long)crc,
            (long long)entry->bytes, (long long)entry->packed_bytes, (unsigned long)entry->crc);
    return true;
}

/* Behind the data, with or without a signature, and with sizes of 4 or of 8 bytes. */
static bool check_descriptor(const fa__zip *zip, const fa__zip_entry *entry, fa__file *file, int64_t at,
                             fa_error *err)
{
    char bytes[24];
    int64_t room = fa__min_i64(entry->end_offset - at, (int64_t)sizeof bytes);
    if (!fa__file_read(file, at, bytes, (size_t)room, err))
        return false;
    for (int form = 0; form < 4; form++) {
        int64_t width = form & 1 ? 8 : 4, from = form & 2 ? 4 : 0;
        if (from + 4 + 2 * width > room || (from > 0 && fa__zip_get(bytes, 4) != FA__ZIP_DESCRIPTOR) ||
            fa__zip_get(bytes + from, 4) != entry->crc)
            continue;
        const char *sizes = bytes + from + 4;
        int64_t packed = width == 8 ? fa__zip_get64(sizes) : (int64_t)fa__zip_get(sizes, 4);
        int64_t whole = width == 8 ? fa__zip_get64(sizes + 8) : (int64_t)fa__zip_get(sizes + 4, 4);
        if (packed == entry->packed_bytes && whole == entry->bytes)
            return true;
    }
    return FAIL(at, "behind '%s' there is no descriptor that says what the directory does", entry->name);
}

static bool check_header(const fa__zip *zip, const fa__zip_entry *entry, fa__file *file, char *header,
                         int64_t extra_bytes, int64_t *data_offset, fa_error *err)
{
    int64_t at = entry->header_offset, known = FA__ZIP_LOCAL_BYTES + entry->name_bytes;
    if (!fa__file_read(file, at, header, (size_t)(known + extra_bytes), err))
        return false;
    const char *name = header + FA__ZIP_LOCAL_BYTES;
    if (memcmp(name, entry->name, (size_t)entry->name_bytes) != 0)
        return FAIL(at, "the member that the directory calls '%s' has another name here", entry->name);
    *data_offset = at + known + extra_bytes;
    return check_header_sizes(zip, entry, header, name + entry->name_bytes, extra_bytes, err) &&
           ((entry->flags & FA__ZIP_FLAG_DESCRIBED) == 0 ||
            check_descriptor(zip, entry, file, *data_offset + entry->packed_bytes, err));
}

bool fa__zip_locate(const fa__zip *zip, const fa__zip_entry *entry, fa__file *file, int64_t *data_offset,
                    fa_error *err)
{
    char first[FA__ZIP_LOCAL_BYTES], name[80];
    int64_t at = entry->header_offset;
    fa__quote(name, sizeof name, entry->name, (size_t)entry->name_bytes);
    if (fa_failed(err) || !check_readable(zip, entry, name, err) ||
        !fa__file_read(file, at, first, sizeof first, err))
        return false;
    if (fa__zip_get(first, 4) != FA__ZIP_LOCAL)
        return FAIL(at, "there is no header of member '%s'", name);
    if (fa__zip_get(first + 6, 2) != entry->flags || fa__zip_get(first + 8, 2) != entry->method)
        return FAIL(at, "the header of '%s' has flags 0x%x and method %u, the directory 0x%x and %u", name,
                    fa__zip_get(first + 6, 2), fa__zip_get(first + 8, 2), entry->flags, entry->method);
    if (fa__zip_get(first + 26, 2) != entry->name_bytes)
        return FAIL(at, "the member that the directory calls '%s' has another name here", name);
    int64_t extra_bytes = fa__zip_get(first + 28, 2);
    int64_t known = FA__ZIP_LOCAL_BYTES + entry->name_bytes;
    if (at + known + extra_bytes + entry->packed_bytes > entry->end_offset)
        return FAIL(at, "member '%s' runs into the next one, which begins at byte %lld", name,
                    (long long)entry->end_offset);
    char *header = fa__alloc((size_t)(known + extra_bytes), err);
    if (header != NULL)
        check_header(zip, entry, file, header, extra_bytes, data_offset, err);
    fa__free(header);
    return !fa_failed(err);
}
