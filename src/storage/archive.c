/* SPDX-License-Identifier: BSD-3-Clause */
/* The writer of archives. Data begins at multiples of 64 bytes, so that arrays can be mapped and are aligned:
 * an extra field of the local header, which all readers skip, takes the room between.
 *
 *     header, extra | data (64 bytes aligned) | header, extra | data ... | directory | end
 *
 * Sizes, dates and permissions are those that NumPy writes; the same arrays make the same bytes. */
#include "storage/archive.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/checksum.h"
#include "storage/deflate.h"
#include "storage/file_source.h"
#include "storage/npz.h"
#include "storage/statistics.h"
#include "storage/zip.h"

#include <string.h>

enum {
    ALIGNMENT = 64,
    EXTRA_ALIGNMENT = 0xd935, /* a number of two bytes, and zeros */
    EXTRA_ALIGNMENT_BYTES = 6,
    EXTRA64_LOCAL_BYTES = 20,
    DATE_1980 = 0x00210000,
    MADE_BY_UNIX = 3 << 8 | 20,
    VERSION = 20,
    VERSION_64 = 45,
    COPY_BYTES = 1 << 20
};
static const int64_t LARGEST_32 = 0xfffffffe; /* one more says "look elsewhere" */

typedef struct member {
    char *name; /* with .npy */
    unsigned method, flags;
    uint32_t crc;
    bool is_wide; /* its local header has room for sizes above 32 bits */
    bool finished;
    int64_t header_offset, data_offset, packed_bytes, bytes;
    fa__checksum *checksum; /* of a stored array; else NULL */
    char *npy_header;       /* of a compressed array; else NULL */
    size_t npy_header_bytes;
    fa_array *array; /* NULL: copied from elsewhere */
} member;

struct fa__archive {
    fa__file_object *object;
    member *members;
    int64_t count, capacity;
    int64_t kept; /* the first of the members that were copied; they come first in the directory */
    int64_t end;  /* where the next member begins */
};

fa__archive *fa__archive_new(fa__file_object *object, fa_error *err)
{
    fa__archive *archive = fa__alloc_zero(1, sizeof *archive, err);
    if (archive != NULL) {
        archive->object = object;
        fa__object_retain(object);
    }
    return archive;
}

void fa__archive_free(fa__archive *archive)
{
    if (archive == NULL)
        return;
    for (int64_t i = 0; i < archive->count; i++) {
        member *m = &archive->members[i];
        fa_release(m->array); /* before its checksum, which it writes to */
        fa__checksum_free(m->checksum);
        fa__free(m->npy_header);
        fa__free(m->name);
    }
    fa__free(archive->members);
    fa__object_release(archive->object);
    fa__free(archive);
}

/* ---- Members ---- */

static bool is_called(const member *m, const char *name, size_t length)
{
    return strncmp(m->name, name, length) == 0 && strcmp(m->name + length, ".npy") == 0;
}

bool fa__archive_has(const fa__archive *archive, const char *name)
{
    for (int64_t i = 0; i < archive->count; i++)
        if (is_called(&archive->members[i], name, strlen(name)))
            return true;
    return false;
}

/* Room for one more, zeroed: it counts once archive->count is raised. */
static member *next_member(fa__archive *archive, fa_error *err)
{
    if (!fa__grow(&archive->members, &archive->capacity, archive->count + 1, sizeof *archive->members, err))
        return NULL;
    member *m = &archive->members[archive->count];
    memset(m, 0, sizeof *m);
    return m;
}

static bool is_ascii(const char *name)
{
    for (; *name != '\0'; name++)
        if ((unsigned char)*name > 127)
            return false;
    return true;
}

/* Where the header ends that begins at m->header_offset, with the room that aligns what follows. */
static int64_t end_of_header(const member *m)
{
    int64_t least = m->header_offset + FA__ZIP_LOCAL_BYTES + (int64_t)strlen(m->name) +
                    (m->is_wide ? EXTRA64_LOCAL_BYTES : 0) + EXTRA_ALIGNMENT_BYTES;
    return fa__round_up(least, ALIGNMENT);
}

/* ---- Records ---- */

/* Bytes that are put together before they are written. */
typedef struct record {
    char *bytes;
    int64_t size, capacity;
    fa_error *err;
} record;

static void put(record *r, uint64_t value, int width)
{
    if (!fa__grow(&r->bytes, &r->capacity, r->size + width, 1, r->err))
        return;
    for (int i = 0; i < width; i++)
        r->bytes[r->size++] = (char)(unsigned char)(value >> (8 * i) & 0xff);
}

static void put_text(record *r, const char *text)
{
    for (; *text != '\0'; text++)
        put(r, (unsigned char)*text, 1);
}

static uint64_t narrow(int64_t value)
{
    return value > LARGEST_32 ? 0xffffffff : (uint64_t)value;
}

static bool write_bytes(fa__archive *archive, int64_t at, const void *bytes, size_t size, fa_error *err)
{
    fa__file *file = fa__object_enter(archive->object, err);
    if (file == NULL)
        return false;
    if (fa__file_write(file, at, bytes, size, err))
        fa__storage_count_written((int64_t)size);
    fa__object_leave(archive->object);
    return !fa_failed(err);
}

static bool write_record(fa__archive *archive, int64_t at, record *r, fa_error *err)
{
    bool written = !fa_failed(err) && write_bytes(archive, at, r->bytes, (size_t)r->size, err);
    fa__free(r->bytes);
    return written;
}

/* What the header of a member and its entry in the directory have in common, up to the sizes. */
static void put_facts(record *r, const member *m, bool wide_sizes)
{
    put(r, m->is_wide ? VERSION_64 : VERSION, 2);
    put(r, m->flags, 2);
    put(r, m->method, 2);
    put(r, DATE_1980, 4);
    put(r, m->crc, 4);
    put(r, wide_sizes ? 0xffffffff : narrow(m->packed_bytes), 4);
    put(r, wide_sizes ? 0xffffffff : narrow(m->bytes), 4);
    put(r, strlen(m->name), 2);
}

static bool write_local_header(fa__archive *archive, const member *m, fa_error *err)
{
    record r = {.err = err};
    int64_t extra_bytes = m->data_offset - m->header_offset - FA__ZIP_LOCAL_BYTES - (int64_t)strlen(m->name);
    put(&r, FA__ZIP_LOCAL, 4);
    put_facts(&r, m, m->is_wide);
    put(&r, (uint64_t)extra_bytes, 2);
    put_text(&r, m->name);
    if (m->is_wide) {
        put(&r, FA__ZIP_EXTRA64, 2);
        put(&r, EXTRA64_LOCAL_BYTES - 4, 2);
        put(&r, (uint64_t)m->bytes, 8);
        put(&r, (uint64_t)m->packed_bytes, 8);
        extra_bytes -= EXTRA64_LOCAL_BYTES;
    }
    put(&r, EXTRA_ALIGNMENT, 2);
    put(&r, (uint64_t)extra_bytes - 4, 2);
    put(&r, ALIGNMENT, 2);
    while (r.size < m->data_offset - m->header_offset && !fa_failed(err))
        put(&r, 0, 1);
    return write_record(archive, m->header_offset, &r, err);
}

static void put_directory_entry(record *r, const member *m)
{
    int wide =
        8 * ((m->bytes > LARGEST_32) + (m->packed_bytes > LARGEST_32) + (m->header_offset > LARGEST_32));
    put(r, FA__ZIP_CENTRAL, 4);
    put(r, MADE_BY_UNIX, 2);
    put_facts(r, m, false);
    put(r, wide > 0 ? (uint64_t)wide + 4 : 0, 2);
    put(r, 0, 6);                    /* comment, disk, kind of content */
    put(r, UINT64_C(0600) << 16, 4); /* permissions */
    put(r, narrow(m->header_offset), 4);
    put_text(r, m->name);
    if (wide == 0)
        return;
    put(r, FA__ZIP_EXTRA64, 2);
    put(r, (uint64_t)wide, 2);
    if (m->bytes > LARGEST_32)
        put(r, (uint64_t)m->bytes, 8);
    if (m->packed_bytes > LARGEST_32)
        put(r, (uint64_t)m->packed_bytes, 8);
    if (m->header_offset > LARGEST_32)
        put(r, (uint64_t)m->header_offset, 8);
}

static void put_wide_end(record *r, const fa__archive *archive, int64_t directory_bytes)
{
    put(r, FA__ZIP_END64, 4);
    put(r, FA__ZIP_END64_BYTES - 12, 8);
    put(r, VERSION_64, 2);
    put(r, VERSION_64, 2);
    put(r, 0, 8);
    put(r, (uint64_t)archive->count, 8);
    put(r, (uint64_t)archive->count, 8);
    put(r, (uint64_t)directory_bytes, 8);
    put(r, (uint64_t)archive->end, 8);
    put(r, FA__ZIP_LOCATOR64, 4);
    put(r, 0, 4);
    put(r, (uint64_t)(archive->end + directory_bytes), 8);
    put(r, 1, 4);
}

static bool write_directory(fa__archive *archive, fa_error *err)
{
    record r = {.err = err};
    for (int64_t i = archive->kept; i < archive->count; i++)
        put_directory_entry(&r, &archive->members[i]);
    for (int64_t i = 0; i < archive->kept; i++)
        put_directory_entry(&r, &archive->members[i]);
    int64_t bytes = r.size;
    uint64_t count = archive->count >= 0xffff ? 0xffff : (uint64_t)archive->count;
    if (count == 0xffff || bytes > LARGEST_32 || archive->end > LARGEST_32)
        put_wide_end(&r, archive, bytes);
    put(&r, FA__ZIP_END, 4);
    put(&r, 0, 4);
    put(&r, count, 2);
    put(&r, count, 2);
    put(&r, narrow(bytes), 4);
    put(&r, narrow(archive->end), 4);
    put(&r, 0, 2);
    return write_record(archive, archive->end, &r, err);
}

/* ---- Adding ---- */

static bool reserve(fa__archive *archive, int64_t end, fa_error *err)
{
    fa__file *file = fa__object_enter(archive->object, err);
    if (file == NULL)
        return false;
    fa__file_reserve(file, end, err);
    fa__object_leave(archive->object);
    return !fa_failed(err);
}

static bool add_stored(fa__archive *archive, member *m, const fa__layout *layout, const char *header,
                       size_t header_bytes, fa_error *err)
{
    m->packed_bytes = m->bytes;
    m->is_wide = m->bytes > LARGEST_32;
    m->header_offset = archive->end;
    m->data_offset = end_of_header(m);
    m->checksum = fa__checksum_new(err);
    int64_t end;
    if (!fa__add_checked(m->data_offset, m->bytes, &end))
        return fa__fail(err, FA_TOO_LARGE, "%s: the archive ends above byte 2^63-1",
                        fa__object_path(archive->object));
    if (m->checksum == NULL || !reserve(archive, end, err) ||
        !write_bytes(archive, m->data_offset, header, header_bytes, err))
        return false;
    fa__checksum_add(m->checksum, m->data_offset, header, header_bytes);
    fa__layout inside = *layout;
    inside.offset_bytes = m->data_offset + (int64_t)header_bytes;
    inside.member = m->name;
    inside.member_name_bytes = (int64_t)strlen(m->name);
    inside.member_end = end;
    m->array = fa__file_array_checked(archive->object, &inside, m->checksum, err);
    archive->end = end;
    return m->array != NULL;
}

static bool add_compressed(member *m, const fa__layout *layout, const char *header, size_t header_bytes,
                           fa_error *err)
{
    m->npy_header = fa__copy_text(header, header_bytes, err);
    m->npy_header_bytes = header_bytes;
    fa__source *source = fa__memory_or_scratch(m->bytes - (int64_t)header_bytes, true, err);
    if (source == NULL)
        return false;
    m->array = fa__layout_view(source, layout, true, err);
    fa__source_release(source);
    return m->array != NULL;
}

static char *member_name(const char *name, fa_error *err)
{
    size_t length = strlen(name);
    char *whole = fa__alloc(length + sizeof ".npy", err);
    if (whole != NULL) {
        memcpy(whole, name, length);
        memcpy(whole + length, ".npy", sizeof ".npy");
    }
    return whole;
}

fa_array *fa__archive_add(fa__archive *archive, const char *name, const fa__layout *layout,
                          const char *header, size_t header_bytes, fa_codec codec, fa_error *err)
{
    member *m = fa_failed(err) ? NULL : next_member(archive, err);
    if (m == NULL)
        return NULL;
    m->name = member_name(name, err);
    if (m->name == NULL)
        return NULL;
    archive->kept = ++archive->count;
    m->method = codec == FA_CODEC_DEFLATE ? FA__ZIP_DEFLATED : FA__ZIP_STORED;
    m->flags = is_ascii(name) ? 0 : FA__ZIP_FLAG_UTF8;
    m->bytes =
        fa__count(layout->ndim, layout->sizes) * fa_dtype_item_bytes(layout->dtype) + (int64_t)header_bytes;
    if (codec == FA_CODEC_DEFLATE ? add_compressed(m, layout, header, header_bytes, err)
                                  : add_stored(archive, m, layout, header, header_bytes, err))
        return m->array;
    return NULL;
}

/* ---- Keeping ---- */

static bool copy_bytes(fa__archive *archive, fa__file *from, int64_t at, int64_t size, int64_t to,
                       fa_error *err)
{
    char *bytes = fa__alloc(COPY_BYTES, err);
    for (int64_t done = 0; bytes != NULL && done < size && !fa_failed(err);) {
        size_t step = (size_t)fa__min_i64(COPY_BYTES, size - done);
        if (fa__file_read(from, at + done, bytes, step, err)) {
            fa__storage_count_read((int64_t)step);
            write_bytes(archive, to + done, bytes, step, err);
        }
        done += (int64_t)step;
    }
    fa__free(bytes);
    return !fa_failed(err);
}

static bool keep_member(fa__archive *archive, const fa__zip *zip, const fa__zip_entry *entry, fa__file *old,
                        fa_error *err)
{
    int64_t data_offset;
    member *m = next_member(archive, err);
    if (m == NULL || !fa__zip_locate(zip, entry, old, &data_offset, err))
        return false;
    m->name = fa__copy_text(entry->name, (size_t)entry->name_bytes, err);
    if (m->name == NULL)
        return false;
    archive->count++;
    m->method = entry->method;
    m->flags = entry->flags & ~(unsigned)FA__ZIP_FLAG_DESCRIBED;
    m->crc = entry->crc;
    m->packed_bytes = entry->packed_bytes;
    m->bytes = entry->bytes;
    m->is_wide = m->bytes > LARGEST_32 || m->packed_bytes > LARGEST_32;
    m->header_offset = archive->end;
    m->data_offset = end_of_header(m);
    archive->end = m->data_offset + m->packed_bytes;
    return reserve(archive, archive->end, err) &&
           copy_bytes(archive, old, data_offset, m->packed_bytes, m->data_offset, err) &&
           write_local_header(archive, m, err);
}

bool fa__archive_keep(fa__archive *archive, fa__file *old, const char *path, fa_error *err)
{
    fa__zip zip;
    int64_t file_bytes = fa_failed(err) ? -1 : fa__file_size(old, err), array_bytes;
    if (file_bytes < 0 || !fa__zip_read(&zip, old, path, file_bytes, err))
        return false;
    for (int64_t i = 0; i < zip.count && !fa_failed(err); i++) {
        const fa__zip_entry *entry = &zip.entries[i];
        bool replaced = false;
        if (fa__npz_is_array(entry->name, entry->name_bytes, &array_bytes))
            for (int64_t j = 0; j < archive->kept; j++)
                replaced = replaced || strcmp(archive->members[j].name, entry->name) == 0;
        if (!replaced)
            keep_member(archive, &zip, entry, old, err);
    }
    fa__zip_clear(&zip);
    return !fa_failed(err);
}

/* ---- Finishing ---- */

static bool finish_stored(fa__archive *archive, member *m, fa_error *err)
{
    fa__file *file = fa__object_enter(archive->object, err);
    if (file == NULL)
        return false;
    fa__checksum_finish(m->checksum, file, m->data_offset, m->bytes, &m->crc, err);
    fa__object_leave(archive->object);
    return write_local_header(archive, m, err);
}

/* Where packed bytes go. */
typedef struct packing {
    fa__archive *archive;
    int64_t at;
} packing;

static bool put_packed(void *user, const void *bytes, size_t size, fa_error *err)
{
    packing *p = user;
    int64_t at = p->at;
    p->at += (int64_t)size;
    return write_bytes(p->archive, at, bytes, size, err);
}

static bool finish_compressed(fa__archive *archive, member *m, fa__watch *watch, fa_error *err)
{
    /* What deflate cannot pack grows by a few bytes in each 16 KiB. */
    m->is_wide = m->bytes > LARGEST_32 - LARGEST_32 / 1024;
    m->header_offset = archive->end;
    m->data_offset = end_of_header(m);
    packing p = {archive, m->data_offset};
    const fa__unpacked from = {m->npy_header, m->npy_header_bytes, m->array->source, watch};
    if (!fa__deflate(&from, put_packed, &p, &m->crc, err))
        return false;
    archive->end = p.at;
    m->packed_bytes = p.at - m->data_offset;
    return write_local_header(archive, m, err);
}

/* How much will be packed. */
static int64_t bytes_to_pack(const fa__archive *archive)
{
    int64_t bytes = 0;
    for (int64_t i = 0; i < archive->count; i++)
        if (archive->members[i].npy_header != NULL && !archive->members[i].finished)
            bytes += archive->members[i].bytes;
    return bytes;
}

bool fa__archive_finish(fa__archive *archive, fa__watch *watch, fa_error *err)
{
    if (watch != NULL)
        atomic_fetch_add(&watch->total_bytes, bytes_to_pack(archive));
    for (int64_t i = 0; i < archive->count && !fa_failed(err); i++) {
        member *m = &archive->members[i];
        if (m->finished)
            continue;
        if (m->npy_header != NULL)
            finish_compressed(archive, m, watch, err);
        else if (m->checksum != NULL)
            finish_stored(archive, m, err);
        m->finished = !fa_failed(err);
    }
    return !fa_failed(err) && write_directory(archive, err);
}
