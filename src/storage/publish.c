/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that appear whole or not at all: written under a temporary name in the same folder, renamed when they
 * are done.
 *
 * The temporary of NAME is .NAME.farray-<16 hexadecimal digits>. Its writer holds an exclusive lock on it for
 * as long as it lives, so that one without a lock is litter of a writer that was killed: the next writer of
 * NAME removes it. */
#include "array/dtype.h"
#include "base/checked.h"
#include "base/memory.h"
#include "storage/file_source.h"
#include "storage/statistics.h"

#include <stdio.h>
#include <string.h>

struct fa__publication {
    char *path;      /* as the user says it */
    char *target;    /* the file that is made or replaced: links are followed */
    char *temporary; /* NULL: there is none (any more) */
    bool keep_existing;
    fa__replace_lock *lock; /* of the file that is replaced */
    fa__file_object *object;
    fa_array *array;
};

/* ---- Temporary names
 * -------------------------------------------------------------------------------------------- */

enum { NONCE_DIGITS = 16, LONGEST_NAME = 180 };

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* What all temporaries of a name begin with. A name too long to be made longer is cut, and a hash stands for
 * the rest. */
static void temporary_prefix(const char *name, char *prefix, size_t size)
{
    size_t length = strlen(name);
    if (length <= LONGEST_NAME) {
        snprintf(prefix, size, ".%s.farray-", name);
        return;
    }
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(1099511628211);
    snprintf(prefix, size, ".%.*s~%016llx.farray-", LONGEST_NAME, name, (unsigned long long)hash);
}

static char *join_sibling(const char *path, const char *name, fa_error *err)
{
    size_t folder = (size_t)(name_in(path) - path), length = strlen(name);
    char *joined = fa__alloc(folder + length + 1, err);
    if (joined != NULL) {
        memcpy(joined, path, folder);
        memcpy(joined + folder, name, length + 1);
    }
    return joined;
}

typedef struct litter {
    const char *path;
    char prefix[256];
} litter;

static bool is_temporary(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(name, prefix, length) == 0 && strlen(name + length) == NONCE_DIGITS &&
           strspn(name + length, "0123456789abcdef") == NONCE_DIGITS;
}

static bool remove_if_litter(const char *name, void *user)
{
    const litter *search = user;
    if (!is_temporary(name, search->prefix))
        return true;
    fa_error ignored = {0}; /* litter that cannot be removed hinders nobody */
    char *path = join_sibling(search->path, name, &ignored);
    fa__file *file = path != NULL ? fa__file_open(path, FA__OPEN_WRITE, &ignored) : NULL;
    if (file != NULL && fa__file_lock(file, true, &ignored) && fa__file_is_at(file, path))
        fa__path_remove(path, &ignored);
    fa__file_close(file, NULL);
    fa__free(path);
    return true;
}

static void remove_litter(const char *target)
{
    litter search = {.path = target};
    temporary_prefix(name_in(target), search.prefix, sizeof search.prefix);
    fa_error ignored = {0};
    fa__path_each_sibling(target, remove_if_litter, &search, &ignored);
}

/* ---- Making the temporary
 * --------------------------------------------------------------------------------------- */

/* What the system said about a temporary name, said about the name that the user gave. */
static void fail_as(const char *path, const char *what, const fa_error *inner, fa_error *err)
{
    if (inner->system_errno != 0)
        fa__fail_system(err, inner->system_errno, "%s: %s", path, what);
    else
        fa__error_move(err, inner);
}

/* One try: NULL with a clean err when another writer took the name or swept the file away before its lock. */
static fa__file *try_temporary(fa__publication *publication, fa_error *err)
{
    uint64_t nonce;
    char name[256 + NONCE_DIGITS];
    if (!fa__entropy(&nonce, sizeof nonce, err))
        return NULL;
    temporary_prefix(name_in(publication->target), name, sizeof name - NONCE_DIGITS);
    snprintf(name + strlen(name), NONCE_DIGITS + 1, "%016llx", (unsigned long long)nonce);
    char *temporary = join_sibling(publication->target, name, err);
    fa_error inner = {0};
    fa__file *file =
        temporary != NULL ? fa__file_open(temporary, FA__OPEN_WRITE | FA__OPEN_CREATE, &inner) : NULL;
    if (file != NULL && fa__file_lock(file, true, &inner) && fa__file_is_at(file, temporary)) {
        publication->temporary = temporary;
        return file;
    }
    if (fa_failed(&inner) && inner.code != FA_BUSY)
        fail_as(publication->path, "cannot be created", &inner, err);
    fa__file_close(file, NULL);
    fa__free(temporary);
    return NULL;
}

static fa__file *make_temporary(fa__publication *publication, fa_error *err)
{
    enum { TRIES = 100 };
    fa__file *file = NULL;
    for (int i = 0; i < TRIES && file == NULL && !fa_failed(err); i++)
        file = try_temporary(publication, err);
    if (file == NULL && !fa_failed(err))
        fa__fail(err, FA_BUSY, "%s: no temporary name beside it could be taken in %d tries",
                 publication->path, TRIES);
    return file;
}

/* ---- Beginning
 * -------------------------------------------------------------------------------------------------- */

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

static bool begin_file(fa__publication *publication, const fa__layout *layout, const char *header,
                       size_t header_bytes, fa_error *err)
{
    publication->lock = fa__replace_lock_take(publication->target, err);
    if (fa_failed(err))
        return false;
    if (publication->keep_existing && fa__path_exists(publication->target))
        return fa__fail(err, FA_BUSY, "%s: the file exists", publication->path);
    remove_litter(publication->target);
    fa__file *file = make_temporary(publication, err);
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

static fa__publication *begin(const char *path, const fa__layout *layout, const char *header,
                              size_t header_bytes, bool keep_existing, fa_error *err)
{
    if (path[0] == '\0' || name_in(path)[0] == '\0') {
        fa__fail(err, FA_INVALID_ARGUMENT, "'%s' is no name of a file", path);
        return NULL;
    }
    if (fa_dtype_item_bytes(layout->dtype) == 0 && fa__count(layout->ndim, layout->sizes) > 0) {
        fa__fail(err, FA_BAD_DTYPE, "%s: elements of 0 bytes cannot be in a file", path);
        return NULL;
    }
    fa__publication *publication = fa__alloc_zero(1, sizeof *publication, err);
    if (publication == NULL)
        return NULL;
    publication->keep_existing = keep_existing;
    publication->path = fa__copy_text(path, strlen(path), err);
    publication->target = fa__path_follow(path, err);
    if (!fa_failed(err) && begin_file(publication, layout, header, header_bytes, err))
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

fa__publication *fa__publish_begin(const char *path, const fa_dtype *dtype, int ndim, const int64_t *sizes,
                                   const fa_create_options *options, fa_error *err)
{
    static const fa_create_options defaults;
    options = options != NULL ? options : &defaults;
    fa__layout layout = {.format = "npy"};
    char *header;
    size_t header_bytes;
    if (!fill_layout(&layout, path, dtype, ndim, sizes, options->order, err) ||
        !expand_subarray(&layout, err) ||
        !fa__npy_format(layout.dtype, layout.ndim, layout.sizes, layout.order, &header, &header_bytes, err))
        return NULL;
    layout.major = header[6];
    layout.minor = header[7];
    layout.offset_bytes = (int64_t)header_bytes;
    fa__publication *publication = begin(path, &layout, header, header_bytes, options->keep_existing, err);
    fa__free(header);
    return publication;
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

fa_array *fa__publish_array(fa__publication *publication)
{
    return publication != NULL ? publication->array : NULL;
}

/* ---- Ending
 * ----------------------------------------------------------------------------------------------------- */

bool fa__publish_prepare(fa__publication *publication, fa_error *err)
{
    return !fa_failed(err) && publication != NULL && fa__object_flush(publication->object, 0, INT64_MAX, err);
}

static bool rename_into_place(fa__publication *publication, fa_error *err)
{
    fa_error inner = {0};
    bool renamed = publication->keep_existing
                       ? fa__path_rename_new(publication->temporary, publication->target, &inner)
                       : fa__path_rename(publication->temporary, publication->target, &inner);
    if (renamed) {
        fa__free(publication->temporary);
        publication->temporary = NULL;
        return true;
    }
    fail_as(publication->path, "cannot be put into place", &inner, err);
    return false;
}

bool fa__publish_commit(fa__publication *publication, bool durable, fa_error *err)
{
    if (publication == NULL)
        return false;
    /* Always flushed first: a name that reaches the disk before the bytes would show half a file after a
     * power loss. */
    if (fa__publish_prepare(publication, err) && rename_into_place(publication, err)) {
        fa__object_published(publication->object, publication->target, durable);
        if (durable)
            fa__path_sync_folder(publication->target, err);
    }
    fa__publish_drop(publication);
    return !fa_failed(err);
}

void fa__publish_drop(fa__publication *publication)
{
    if (publication == NULL)
        return;
    fa_error ignored = {0};
    if (publication->temporary != NULL)
        fa__path_remove(publication->temporary, &ignored);
    fa_release(publication->array);
    fa__object_release(publication->object);
    fa__replace_lock_release(publication->lock);
    fa__free(publication->temporary);
    fa__free(publication->target);
    fa__free(publication->path);
    fa__free(publication);
}
