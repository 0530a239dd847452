/* SPDX-License-Identifier: BSD-3-Clause */
/* One object per file (inode) in the process, shared by all sources of it: its descriptors, its mapping, its
 * lock, what is known to have failed, and the pending readers of its bytes (the owner; positions are bytes of
 * the file). Knows nothing about formats and arrays.
 *
 * Whoever touches descriptor or mapping does so between fa__object_enter() and fa__object_leave(). Closing
 * gives both back at once, or, where others are inside, when the last of them leaves: no caller ever waits
 * for another. */
#ifndef FA_STORAGE_FILE_OBJECT_H
#define FA_STORAGE_FILE_OBJECT_H

#include "array/source.h"
#include "platform/platform.h"

typedef struct fa__file_object fa__file_object;

/* The object of the file that `file` has open, with one reference; ends `file` or keeps it. A writeable
 * descriptor takes the shared lock of writers, unless the object has it: FA_BUSY where another process
 * replaces or grows the file. `path` is what the user calls the file. */
fa__file_object *fa__object_of_file(fa__file *file, bool writeable, const char *path, fa_error *err);
/* The object of a new file that nobody else knows yet; `file` holds an exclusive lock or needs none. Ends
 * `file` on failure. */
fa__file_object *fa__object_of_new_file(fa__file *file, const char *path, fa_error *err);
/* The new file has its name, `target`: its exclusive lock becomes the shared one of writers. Unless
 * `durable`, the first flush makes the name durable too. */
void fa__object_published(fa__file_object *object, const char *target, bool durable);
void fa__object_retain(fa__file_object *object);
/* NULL is fine. */
void fa__object_release(fa__file_object *object);

/* Held while the process is forked: for short locks over what belongs to a file. */
fa__mutex *fa__object_mutex(fa__file_object *object);
fa__owner *fa__object_owner(fa__file_object *object);
/* Borrowed; lives as long as the object. */
const char *fa__object_path(const fa__file_object *object);

/* A source of the file. It is told what becomes of its bytes: a file that gets shorter takes them away for
 * ever, even when it grows again. */
typedef struct fa__tenant {
    struct fa__tenant *next, *previous;
    int64_t end;       /* bytes of the file from here on went; INT64_MAX: none did */
    bool is_closed;    /* this source alone */
    bool is_unpacking; /* a thread of this process makes its bytes ready */
    /* Gives back what the source itself has of the system, when the file is closed and nobody is inside. May
     * be NULL. */
    void (*give_back)(struct fa__tenant *tenant);
} fa__tenant;
void fa__object_add_tenant(fa__file_object *object, fa__tenant *tenant);
void fa__object_remove_tenant(fa__file_object *object, fa__tenant *tenant);
/* Closes one source; the file too when no other source of it is open. */
bool fa__object_close_tenant(fa__file_object *object, fa__tenant *tenant, fa_error *err);

/* Fails when the file was closed, or when bytes were lost: the first loss is reported for ever. */
bool fa__object_check(fa__file_object *object, const fa__tenant *tenant, fa_error *err);
/* Records a loss; `err` is failed. The first one stays. */
void fa__object_fail(fa__file_object *object, const fa_error *err);

/* The descriptor to use until fa__object_leave(); NULL with an error when the file was closed or has failed.
 */
fa__file *fa__object_enter(fa__file_object *object, fa_error *err);
/* The same for bytes of the file up to `end`: FA_CLOSED when they went, or when the source was closed. */
fa__file *fa__object_enter_as(fa__file_object *object, const fa__tenant *tenant, int64_t end, fa_error *err);
void fa__object_leave(fa__file_object *object);
/* Inside: the mapping of [0, end) at least, made on first use. Its address holds until the file is closed. */
bool fa__object_map(fa__file_object *object, int64_t end, bool writeable, fa__map *map, fa_error *err);
/* Inside: takes a range of the file out of the process's page tables, whichever mapping brought it in. */
void fa__object_unmap(fa__file_object *object, int64_t first, int64_t size);

/* Makes a range of the file durable. */
bool fa__object_flush(fa__file_object *object, int64_t first, int64_t size, fa_error *err);
/* Flushes all of it and gives it back. */
bool fa__object_close(fa__file_object *object, fa_error *err);

/* For whoever makes the file longer or shorter: makes the lock exclusive and enters. FA_BUSY when somebody
 * else does so or holds a lock. */
fa__file *fa__object_begin_resize(fa__file_object *object, fa_error *err);
void fa__object_end_resize(fa__file_object *object);
/* Between the two: cuts the file. `alone`: FA_BUSY, and nothing happened, when another thread is using it;
 * what only the caller can have seen needs no such care. */
bool fa__object_cut(fa__file_object *object, int64_t size, bool alone, fa_error *err);

/* For whoever replaces the file of that name: keeps writers of other processes away from it until unlock. The
 * object of a file that this process has open for writing upgrades its own lock. NULL with a clean err when
 * there is no file. */
typedef struct fa__replace_lock fa__replace_lock;
fa__replace_lock *fa__replace_lock_take(const char *path, fa_error *err);
/* NULL is fine. */
void fa__replace_lock_release(fa__replace_lock *lock);

#endif
