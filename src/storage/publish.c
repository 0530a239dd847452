/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that appear whole or not at all: written under a temporary name in the same folder, renamed when they
 * are done. */
#include "array/dtype.h"
#include "base/checked.h"
#include "base/memory.h"
#include "storage/archive.h"
#include "storage/file_source.h"
#include "storage/statistics.h"
#include "storage/temporary.h"

#include <string.h>

struct fa__publication {
    char *path;      /* as the user says it */
    char *target;    /* the file that is made or replaced: links are followed */
    char *temporary; /* NULL: there is none (any more) */
    int64_t process; /* whose it is: a forked child leaves it to its parent */
    bool keep_existing;
    fa__replace_lock *lock; /* of the file that is replaced */
    fa__file_object *object;
    fa_array *array;
    /* Of an archive: its writer, which has the arrays, and whether the old one's arrays go with it. */
    fa__archive *archive;
    bool whole_archive, finished;
};

/* ---- Beginning ---- */

/* Gives the temporary its size, permissions and header. */
static bool prepare_file(const fa__publication *publication, fa__file *file, const fa__layout *layout,
                         const char *header, size_t header_bytes, fa_error *err)
{
    int64_t count, end;
    int64_t item_bytes = fa_dtype_item_bytes(layout->dtype);
    if (!fa__shape_count(layout->ndim, layout->sizes, item_bytes, &count, err))
        return false;
    if (!fa__add_checked(count * item_bytes, layout->offset_bytes, &end))
        return fa__fail(err, FA_TOO_LARGE, "%s: the array ends above byte 2^63-1", publication->path);
    if (!fa__file_set_path(file, publication->path, err) ||
        !fa__file_copy_mode(file, publication->target, err) || !fa__file_reserve(file, end, err))
        return false;
    if (header_bytes > 0 && fa__file_write(file, 0, header, header_bytes, err))
        fa__storage_count_written((int64_t)header_bytes);
    return !fa_failed(err);
}

static fa__file *begin_temporary(fa__publication *publication, fa_error *err)
{
    publication->lock = fa__replace_lock_take(publication->target, err);
    if (fa_failed(err))
        return NULL;
    if (publication->keep_existing && fa__path_exists(publication->target)) {
        fa__fail(err, FA_BUSY, "%s: the file exists", publication->path);
        return NULL;
    }
    fa__temporary_sweep(publication->target);
    return fa__temporary_make(publication->path, publication->target, &publication->temporary, err);
}

static bool begin_file(fa__publication *publication, const fa__layout *layout, const char *header,
                       size_t header_bytes, fa_error *err)
{
    fa__file *file = begin_temporary(publication, err);
    if (file == NULL)
        return false;
    if (!prepare_file(publication, file, layout, header, header_bytes, err)) {
        fa__file_close(file, NULL);
        return false;
    }
    publication->object = fa__object_of_new_file(file, publication->path, err);
    if (publication->object != NULL)
        publication->array = fa__file_array(publication->object, layout, FA_READ_WRITE, err);
    return publication->array != NULL;
}

static fa__publication *new_publication(const char *path, bool keep_existing, fa_error *err)
{
    if (path[0] == '\0' || fa__name_in(path)[0] == '\0') {
        fa__fail(err, FA_INVALID_ARGUMENT, "'%s' is no name of a file", path);
        return NULL;
    }
    fa__publication *publication = fa__alloc_zero(1, sizeof *publication, err);
    if (publication == NULL)
        return NULL;
    publication->keep_existing = keep_existing;
    publication->process = fa__process_number();
    publication->path = fa__copy_text(path, strlen(path), err);
    publication->target = fa__path_follow(path, err);
    if (!fa_failed(err))
        return publication;
    fa__publish_drop(publication);
    return NULL;
}

static bool check_item(const char *path, const fa__layout *layout, fa_error *err)
{
    if (fa_dtype_item_bytes(layout->dtype) == 0 && fa__count(layout->ndim, layout->sizes) > 0)
        return fa__fail(err, FA_BAD_DTYPE, "%s: elements of 0 bytes cannot be in a file", path);
    return !fa_failed(err);
}

static fa__publication *begin(const char *path, const fa__layout *layout, const char *header,
                              size_t header_bytes, bool keep_existing, fa_error *err)
{
    fa__publication *publication =
        check_item(path, layout, err) ? new_publication(path, keep_existing, err) : NULL;
    if (publication != NULL && begin_file(publication, layout, header, header_bytes, err))
        return publication;
    fa__publish_drop(publication);
    return NULL;
}

/* Copies what is given; the dtype is borrowed. */
static bool fill_layout(fa__layout *layout, const char *path, const fa_dtype *dtype, int ndim,
                        const int64_t *sizes, fa_order order, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (path == NULL || dtype == NULL)
        return fa__fail(err, FA_INVALID_ARGUMENT, "a new file needs a name and a dtype");
    int64_t count;
    if (!fa__shape_count(ndim, sizes, fa_dtype_item_bytes(dtype), &count, err))
        return false;
    layout->dtype = dtype;
    layout->ndim = ndim;
    layout->order = order;
    for (int i = 0; i < ndim; i++)
        layout->sizes[i] = sizes[i];
    return true;
}

/* A sub-array becomes axes of the array, as in NumPy; a header cannot say it otherwise. */
static bool expand_subarray(fa__layout *layout, fa_error *err)
{
    const fa_dtype *dtype = layout->dtype;
    for (; dtype->base != NULL; dtype = dtype->base) {
        if (dtype->base_ndim > FA_MAX_NDIM - layout->ndim)
            return fa__fail(err, FA_BAD_SHAPE, "%d dimensions with a sub-array of %d, the limit is %d",
                            layout->ndim, dtype->base_ndim, FA_MAX_NDIM);
        for (int i = 0; i < dtype->base_ndim; i++)
            layout->sizes[layout->ndim++] = dtype->base_sizes[i];
    }
    layout->dtype = dtype;
    return true;
}

/* What an .npy file, or a member of an archive, begins with. */
static bool make_header(fa__layout *layout, const char *path, const fa_dtype *dtype, int ndim,
                        const int64_t *sizes, fa_order order, char **header, size_t *header_bytes,
                        fa_error *err)
{
    if (!fill_layout(layout, path, dtype, ndim, sizes, order, err) || !expand_subarray(layout, err) ||
        !check_item(path, layout, err) ||
        !fa__npy_format(layout->dtype, layout->ndim, layout->sizes, layout->order, header, header_bytes, err))
        return false;
    layout->major = (*header)[6];
    layout->minor = (*header)[7];
    return true;
}

static const fa_create_options default_options;

static fa__publication *begin_npy(const char *path, const fa_dtype *dtype, int ndim, const int64_t *sizes,
                                  const fa_create_options *options, fa_error *err)
{
    fa__layout layout = {.format = "npy"};
    char *header;
    size_t header_bytes;
    if (!make_header(&layout, path, dtype, ndim, sizes, options->order, &header, &header_bytes, err))
        return NULL;
    layout.offset_bytes = (int64_t)header_bytes;
    fa__publication *publication = begin(path, &layout, header, header_bytes, options->keep_existing, err);
    fa__free(header);
    return publication;
}

/* ---- Archives ---- */

static bool ends_in(const char *path, size_t length, const char *suffix)
{
    size_t suffix_length = strlen(suffix);
    return length > suffix_length && memcmp(path + length - suffix_length, suffix, suffix_length) == 0;
}

/* Where an output goes: to a file, or as `member` to an archive. */
typedef struct destination {
    char *path;
    const char *member; /* NULL: the file is the array */
    bool whole_archive; /* nobody else's arrays stay */
} destination;

static bool find_destination(destination *to, const char *name, const fa_create_options *options,
                             fa_error *err)
{
    if (!fa__name_split(name, &to->path, &to->member, err))
        return false;
    bool is_archive = options->format == FA_FORMAT_NPZ ||
                      (options->format == FA_FORMAT_BY_NAME && ends_in(to->path, strlen(to->path), ".npz"));
    to->whole_archive = options->whole_archive || to->member == NULL;
    if (to->member != NULL && !is_archive)
        return fa__fail(err, FA_UNSUPPORTED, "%s: several arrays of one file are written to .npz archives",
                        name);
    if (is_archive && to->member == NULL)
        to->member = "arr_0";
    if (options->codec != FA_CODEC_NONE && !is_archive)
        return fa__fail(err, FA_UNSUPPORTED, "%s: arrays are compressed in .npz archives", name);
    return true;
}

static fa_array *add_member(fa__publication *publication, const char *name, const fa_dtype *dtype, int ndim,
                            const int64_t *sizes, const fa_create_options *options, fa_error *err)
{
    fa__layout layout = {.format = "npz"};
    char *header;
    size_t header_bytes;
    size_t length = strlen(name);
    if (ends_in(name, length, ".npy"))
        length -= strlen(".npy");
    char *array_name = fa__copy_text(name, length, err);
    fa_array *array = NULL;
    if (array_name != NULL && fa__archive_has(publication->archive, array_name))
        fa__fail(err, FA_INVALID_ARGUMENT, "%s: two outputs are called '%s'", publication->path, array_name);
    else if (make_header(&layout, publication->path, dtype, ndim, sizes, options->order, &header,
                         &header_bytes, err)) {
        array = fa__archive_add(publication->archive, array_name, &layout, header, header_bytes,
                                options->codec, err);
        fa__free(header);
    }
    fa__free(array_name);
    return array;
}

static bool begin_archive(fa__publication *publication, fa_error *err)
{
    fa__file *file = begin_temporary(publication, err);
    if (file == NULL)
        return false;
    if (!fa__file_set_path(file, publication->path, err) ||
        !fa__file_copy_mode(file, publication->target, err)) {
        fa__file_close(file, NULL);
        return false;
    }
    publication->object = fa__object_of_new_file(file, publication->path, err);
    publication->archive = publication->object != NULL ? fa__archive_new(publication->object, err) : NULL;
    return publication->archive != NULL;
}

/* Whether the archive that is there already has an array of that name. */
static bool check_new(const destination *to, const char *name, fa_error *err)
{
    if (!fa__path_exists(to->path))
        return !fa_failed(err);
    if (to->whole_archive)
        return fa__fail(err, FA_BUSY, "%s: the file exists", to->path);
    fa_error missing = {0};
    fa_array *old = fa__storage_open(name, FA_READ_ONLY, NULL, &missing);
    fa_release(old);
    if (old != NULL)
        return fa__fail(err, FA_BUSY, "%s: the array exists", name);
    if (missing.code != FA_NOT_FOUND)
        fa__error_move(err, &missing);
    return !fa_failed(err);
}

fa__publication *fa__publish_begin(const char *path, const fa_dtype *dtype, int ndim, const int64_t *sizes,
                                   const fa_create_options *options, fa_error *err)
{
    destination to = {0};
    fa__publication *publication = NULL;
    options = options != NULL ? options : &default_options;
    if (options->format == FA_FORMAT_RAW) {
        const fa_memmap_options raw = {.order = options->order};
        return fa__publish_begin_raw(path, dtype, ndim, sizes, &raw, err);
    }
    if (find_destination(&to, path, options, err)) {
        if (to.member == NULL) {
            publication = begin_npy(to.path, dtype, ndim, sizes, options, err);
        } else if (!options->keep_existing || check_new(&to, path, err)) {
            publication = new_publication(to.path, false, err);
            if (publication != NULL)
                publication->whole_archive = to.whole_archive;
            if (publication != NULL && begin_archive(publication, err))
                publication->array =
                    fa_retain(add_member(publication, to.member, dtype, ndim, sizes, options, err));
        }
    }
    fa__free(to.path);
    if (publication == NULL || publication->array != NULL)
        return publication;
    fa__publish_drop(publication);
    return NULL;
}

/* Whether `path`, which may be spelled otherwise or a link, leads to the file that is made. */
static bool is_target(const fa__publication *publication, const char *path, fa_error *err)
{
    char *target = fa__path_follow(path, err);
    bool same = target != NULL && fa__path_is_same(target, publication->target, err);
    fa__free(target);
    return same;
}

fa_array *fa__publish_beside(fa__publication *publication, const char *path, const fa_dtype *dtype, int ndim,
                             const int64_t *sizes, const fa_create_options *options, fa_error *err)
{
    destination to = {0};
    fa_array *array = NULL;
    options = options != NULL ? options : &default_options;
    if (!find_destination(&to, path, options, err) || !is_target(publication, to.path, err)) {
        fa__free(to.path);
        return NULL;
    }
    if (publication->archive == NULL || to.member == NULL || options->format == FA_FORMAT_RAW) {
        fa__fail(err, FA_INVALID_ARGUMENT, "%s: two outputs go to one file", path);
    } else if (!options->keep_existing || check_new(&to, path, err)) {
        publication->whole_archive = publication->whole_archive && to.whole_archive;
        array = add_member(publication, to.member, dtype, ndim, sizes, options, err);
    }
    fa__free(to.path);
    return array;
}

/* Whether the archive takes the name only if nobody has it: there was none to lock. Whoever makes one
 * meanwhile has arrays that must stay. */
static bool is_first(const fa__publication *publication)
{
    return publication->archive != NULL && !publication->whole_archive && publication->lock == NULL;
}

/* Reads the arrays that stay from the archive that is there; no archive is no reason to stop. */
static bool keep_others(fa__publication *publication, fa_error *err)
{
    fa_error missing = {0};
    if (publication->whole_archive || is_first(publication))
        return true;
    fa__file *old = fa__file_open(publication->target, FA__OPEN_READ, &missing);
    if (old != NULL)
        fa__archive_keep(publication->archive, old, publication->path, err);
    else if (missing.code != FA_NOT_FOUND)
        fa__error_move(err, &missing);
    fa__file_close(old, NULL);
    return !fa_failed(err);
}

static bool finish_archive(fa__publication *publication, fa__watch *watch, fa_error *err)
{
    if (publication->archive == NULL || publication->finished)
        return true;
    publication->finished =
        keep_others(publication, err) && fa__archive_finish(publication->archive, watch, err);
    return publication->finished;
}

fa__publication *fa__publish_begin_raw(const char *path, const fa_dtype *dtype, int ndim,
                                       const int64_t *sizes, const fa_memmap_options *options, fa_error *err)
{
    static const fa_memmap_options defaults;
    options = options != NULL ? options : &defaults;
    fa__layout layout = {.format = "raw"};
    if (!fill_layout(&layout, path, dtype, ndim, sizes, options->order, err))
        return NULL;
    if (options->offset_bytes > INT64_MAX) {
        fa__fail(err, FA_TOO_LARGE, "%s: offset %llu is above 2^63-1", path,
                 (unsigned long long)options->offset_bytes);
        return NULL;
    }
    layout.offset_bytes = (int64_t)options->offset_bytes;
    return begin(path, &layout, NULL, 0, false, err);
}

bool fa__publish_is_archive(const fa__publication *publication)
{
    return publication != NULL && publication->archive != NULL;
}

fa_array *fa__publish_array(fa__publication *publication)
{
    return publication != NULL ? publication->array : NULL;
}

/* ---- Ending ---- */

bool fa__publish_prepare(fa__publication *publication, fa__watch *watch, fa_error *err)
{
    return !fa_failed(err) && publication != NULL && finish_archive(publication, watch, err) &&
           fa__object_flush(publication->object, 0, INT64_MAX, err);
}

/* Another made the archive that was to be new: what it has goes along, and then this one takes its place. */
static bool join_others(fa__publication *publication, fa_error *err)
{
    publication->lock = fa__replace_lock_take(publication->target, err);
    if (publication->lock != NULL)
        publication->finished = false;
    return fa__publish_prepare(publication, NULL, err);
}

static bool rename_into_place(fa__publication *publication, fa_error *err)
{
    enum { MOST_TRIES = 100 }; /* of archives that come and go meanwhile */
    fa_error inner = {0};
    for (int i = 0;; i++) {
        bool renamed = publication->keep_existing || is_first(publication)
                           ? fa__path_rename_new(publication->temporary, publication->target, &inner)
                           : fa__path_rename(publication->temporary, publication->target, &inner);
        if (renamed) {
            fa__free(publication->temporary);
            publication->temporary = NULL;
            return true;
        }
        if (inner.code != FA_BUSY || !is_first(publication) || i == MOST_TRIES)
            break;
        fa_error_clear(&inner);
        if (!join_others(publication, err))
            return false;
    }
    fa__temporary_fail(publication->path, "cannot be put into place", &inner, err);
    return false;
}

bool fa__publish_commit(fa__publication *publication, bool durable, fa_error *err)
{
    if (publication == NULL)
        return false;
    /* Always flushed first: a name that reaches the disk before the bytes would show half a file after a
     * power loss. */
    fa__publish_prepare(publication, NULL, err);
    int folder = durable ? fa__path_open_folder(publication->target, err) : -1;
    if (!fa_failed(err) && rename_into_place(publication, err))
        fa__object_published(publication->object, publication->target, durable);
    fa__path_flush_folder(folder, publication->target, err);
    fa__publish_drop(publication);
    return !fa_failed(err);
}

void fa__publish_drop(fa__publication *publication)
{
    if (publication == NULL)
        return;
    fa_error ignored = {0};
    if (publication->temporary != NULL && publication->process == fa__process_number())
        fa__path_remove(publication->temporary, &ignored);
    fa_release(publication->array);
    fa__archive_free(publication->archive);
    fa__object_release(publication->object);
    fa__replace_lock_release(publication->lock);
    fa__free(publication->temporary);
    fa__free(publication->target);
    fa__free(publication->path);
    fa__free(publication);
}
