/* SPDX-License-Identifier: BSD-3-Clause */
/* The boundary to the system: files, maps, guarded calls, advice, locks, threads, memory limits, the
 * processor. This is the only header of the system; each .c beside it implements one part of it, and no other
 * folder names a system. Knows nothing about arrays, formats or engines. Messages of errors name the path. */
#ifndef FA_PLATFORM_H
#define FA_PLATFORM_H

#include "base/error.h"

/* ---- Files ---- */

/* An open regular file: a descriptor, close-on-exec. Opening never blocks (FIFO) and refuses all that is not
 * a regular file: FA_BAD_FORMAT "x: is a folder, not a regular file". */
typedef struct fa__file fa__file;

typedef struct fa__file_identity {
    uint64_t device, inode;
} fa__file_identity;

typedef enum fa__open_flags {
    FA__OPEN_READ = 0,
    FA__OPEN_WRITE = 1,    /* read and write */
    FA__OPEN_CREATE = 2,   /* with WRITE: a new file; fails when one is there */
    FA__OPEN_UNLINKED = 4, /* with WRITE: a file without a name in the folder `path` */
    FA__OPEN_MEMORY =
        8 /* with WRITE: a file that is memory; `path` is what it is called, nobody finds it by that */
} fa__open_flags;

fa__file *fa__file_open(const char *path, unsigned flags, fa_error *err);
/* Always closes; an error is recorded into a clean err (may be NULL: nobody asks). */
void fa__file_close(fa__file *file, fa_error *err);
const char *fa__file_path(const fa__file *file);
/* What messages, and mappings made from now on, call the file: for one that gets another name. Before others
 * use it. */
bool fa__file_set_path(fa__file *file, const char *path, fa_error *err);
fa__file_identity fa__file_identity_of(const fa__file *file);
/* Asked from the system each time. -1 with an error. */
int64_t fa__file_size(fa__file *file, fa_error *err);
/* True when the file at `path` is the one that `file` has open. */
bool fa__file_is_at(const fa__file *file, const char *path);

/* All of [offset, offset + size), retried over short counts and EINTR. A read that meets the end of the file
 * is FA_MAP_FAULT "x: file ends at byte N, needed up to M". */
bool fa__file_read(fa__file *file, int64_t offset, void *buffer, size_t size, fa_error *err);
bool fa__file_write(fa__file *file, int64_t offset, const void *buffer, size_t size, fa_error *err);
/* Makes the file at least `size` bytes long with its blocks reserved, so that no later store meets a full
 * disk. Old bytes stay; new bytes are zero. Where the file system cannot reserve, the new bytes are written,
 * and holes that the file had before stay holes. RLIMIT_FSIZE is an error, not a signal. After an error the
 * file has its old size. */
bool fa__file_reserve(fa__file *file, int64_t size, fa_error *err);
bool fa__file_truncate(fa__file *file, int64_t size, fa_error *err);
/* Durable: data and what is needed to find it. */
bool fa__file_sync(fa__file *file, fa_error *err);
/* Starts write-back of a range and returns at once; `wait` also waits for it and reports its error. */
bool fa__file_write_behind(fa__file *file, int64_t offset, int64_t size, bool wait, fa_error *err);
/* Reads a range ahead; drops a range from the page cache (clean pages only). Advice: failures mean nothing.
 * What is read ahead comes in small pages: a mapping of it runs at a quarter of the speed of one whose pages
 * came by reading or by fa__map_populate(). */
void fa__file_prefetch(fa__file *file, int64_t offset, int64_t size);
void fa__file_drop(fa__file *file, int64_t offset, int64_t size);
/* Advice for the system's own read-ahead of this descriptor: none, more than usual, as usual. */
void fa__file_expect_random(fa__file *file);
void fa__file_expect_sequential(fa__file *file);
void fa__file_expect_nothing(fa__file *file);
/* How many bytes of a range are in the page cache; -1 when the system cannot tell. */
int64_t fa__file_resident(fa__file *file, int64_t offset, int64_t size);
/* The same, and how many of them wait for their way to the disk: -1 where only Linux from 6.5 on could tell.
 */
void fa__file_cached(fa__file *file, int64_t offset, int64_t size, int64_t *resident, int64_t *dirty);

/* ---- Past the page cache ---- */

/* Reads and writes between a file and memory that leave the page cache alone. Offset, size and address are
 * multiples of the grain; a read may reach beyond the end of the file, and then comes short. */
enum { FA__DIRECT_GRAIN = 4096 };
typedef struct fa__transfer {
    fa__file *file; /* for which fa__file_open_direct() said yes */
    bool writing;
    bool through_cache; /* after all, and leaves there what it read */
    int64_t offset;
    char *buffer;
    size_t size;
    /* Filled when it is done. */
    int64_t moved;
    int system_errno; /* 0, also where less was moved than asked for */
    /* The queue's own. */
    bool is_done;
    int forks;
    struct fa__transfer *next;
} fa__transfer;
/* False where the file system has no such way. One caller at a time. */
bool fa__file_open_direct(fa__file *file);
/* Starts a transfer and returns; file, buffer and transfer stay until it was waited for, in the process that
 * started it: in a forked child it is over, with ECANCELED. From any thread; several may wait for one. */
void fa__transfer_start(fa__transfer *transfer);
void fa__transfer_wait(fa__transfer *transfer);

/* Open-file-description locks over the whole file: shared or exclusive, never waiting. FA_BUSY when another
 * holds it; true without a lock where the file system has none. An exclusive lock needs a file opened for
 * writing. Closing gives the lock back, also while mappings or forked children live; a forked child's closing
 * does not, and what it locks is locked for itself. */
bool fa__file_lock(fa__file *file, bool exclusive, fa_error *err);
void fa__file_unlock(fa__file *file);

/* Names. Rename replaces. A change of a folder is durable once fa__path_sync_folder() succeeded. */
bool fa__path_rename(const char *from, const char *to, fa_error *err);
/* The same where `to` is nobody's name yet: FA_BUSY when it is, and nothing happened. */
bool fa__path_rename_new(const char *from, const char *to, fa_error *err);
bool fa__path_remove(const char *path, fa_error *err);
/* Where `path` leads when it is a link, or a link to a link, even to nowhere yet; else `path`. Ended by
 * fa__free(). */
char *fa__path_follow(const char *path, fa_error *err);
bool fa__path_sync_folder(const char *path, fa_error *err); /* the folder that holds `path` */
/* The same in two steps, so that a descriptor that is not to be had is missed before the change: -1 with an
 * error; flushes where all went well, and closes in any case. */
int fa__path_open_folder(const char *path, fa_error *err);
bool fa__path_flush_folder(int folder, const char *path, fa_error *err);
/* Whether two paths are one name in one folder, however they are spelled; the name itself is not followed. */
bool fa__path_is_same(const char *one, const char *other, fa_error *err);
/* Whether the name is taken, be it by a link to nowhere. */
bool fa__path_exists(const char *path);
/* Calls `each` for every name in the folder that holds `path`; stops when it returns false. */
bool fa__path_each_sibling(const char *path, bool (*each)(const char *name, void *user), void *user,
                           fa_error *err);
/* Gives a new file the permission bits (and the group, where allowed) that a replacement of `path` should
 * have: those of the old file; without one the new file keeps what the umask left. Before the first byte is
 * written. */
bool fa__file_copy_mode(fa__file *file, const char *path, fa_error *err);
/* Whether a folder's file system keeps files in memory (tmpfs). */
bool fa__path_is_memory(const char *folder);

/* ---- Maps ---- */

/* A shared mapping of [0, size) of a file. `address` is page-aligned; NULL when size is 0. The mapping stays
 * when the file is closed. */
typedef struct fa__map {
    char *address;
    size_t size;
} fa__map;

size_t fa__page_size(void);
bool fa__map_file(fa__map *map, fa__file *file, size_t size, bool writeable, fa_error *err);
/* The same of pages that are copied for this mapping when they are stored to: the file never changes by it,
 * and need not be open for writing. No room is promised for the copies. Dropping would lose them. */
bool fa__map_private(fa__map *map, fa__file *file, size_t size, fa_error *err);
void fa__map_release(fa__map *map);
/* Maps in (populates) a range, so that touching it does not fault: FA_MAP_FAULT with `path` and the byte
 * offset when the file has no such bytes or cannot be read, FA_DISK_FULL when a hole cannot be filled. True,
 * having done nothing, on systems without it: touch under a guard. */
bool fa__map_populate(const fa__map *map, size_t offset, size_t size, bool for_writing, const char *path,
                      fa_error *err);
/* Takes a range out of the process's page tables: resident memory falls, the page cache keeps the bytes. */
void fa__map_drop(const fa__map *map, size_t offset, size_t size);
/* Writes a range of the mapping back and waits (msync). */
bool fa__map_sync(const fa__map *map, size_t offset, size_t size, const char *path, fa_error *err);

/* Anonymous memory in whole pages, zeroed; `huge` aligns to 2 MiB and asks for huge pages. NULL with
 * FA_NO_MEMORY. */
void *fa__pages_alloc(size_t size, bool huge, fa_error *err);
void fa__pages_free(void *pages, size_t size);
/* Forked children do not get these pages: for those that the system may be writing to. */
void fa__pages_keep_from_children(void *pages, size_t size);
/* Whether it is a mistake to use pages that are allocated: the address sanitizer finds it. */
void fa__pages_forbid(void *pages, size_t size, bool forbid);
/* Gives the pages of a range back to the system; the addresses stay. */
void fa__pages_discard(void *pages, size_t size);

/* ---- Guarded calls ---- */

/* Runs body(argument) and survives SIGBUS from addresses inside mappings made by fa__map_file. Returns NULL
 * when body returned; the faulting address when it was left because of a fault (nothing is unwound: body must
 * own nothing). Nests. Safe on every thread, also when SIGBUS is blocked or another handler was installed
 * meanwhile. A SIGBUS that is not ours goes to whoever handled it before. Costs two system calls, 0.3
 * microseconds: for tiles, not for elements. */
const void *fa__guarded(void (*body)(void *), void *argument);
/* Finds the mapping that holds an address: the file's path and the byte offset. False when none does. */
bool fa__map_find(const void *address, char *path, size_t path_size, int64_t *byte_offset);
/* Says what became of an address that fa__guarded() came back with, on the same thread, while its mapping is
 * still there: FA_MAP_FAULT with path and byte offset when the file was cut or cannot be read, FA_DISK_FULL
 * when there was no room. Always false. */
bool fa__map_fault(const void *address, fa_error *err);

/* ---- Threads ---- */

typedef struct fa__mutex fa__mutex;         /* opaque, statically initialised by FA__MUTEX_INIT */
typedef struct fa__condition fa__condition; /* monotonic clock */
typedef struct fa__thread fa__thread;

#include "platform/thread_types.h"

void fa__mutex_lock(fa__mutex *mutex);
void fa__mutex_unlock(fa__mutex *mutex);
void fa__condition_wait(fa__condition *condition, fa__mutex *mutex);
/* False when `seconds` passed first. */
bool fa__condition_wait_for(fa__condition *condition, fa__mutex *mutex, double seconds);
void fa__condition_signal(fa__condition *condition);
void fa__condition_broadcast(fa__condition *condition);
/* All signals are blocked in the new thread but SIGBUS and its kin. */
fa__thread *fa__thread_start(const char *name, void (*body)(void *), void *argument, fa_error *err);
void fa__thread_join(fa__thread *thread);
/* For loops that wait for a moment. */
void fa__thread_pause(void);
void fa__thread_yield(void);
/* Calls `forget` in the child after each fork. For the pool: its threads do not exist there. */
void fa__at_fork_child(void (*forget)(void));
/* Calls `before` in the thread that forks, then `after` there and in the child: for short locks over what
 * both go on using.
 */
void fa__at_fork(void (*before)(void), void (*after_in_parent)(void), void (*after_in_child)(void));
/* Another one in each process: what a forked child must leave alone is known by it. */
int64_t fa__process_number(void);
/* Monotonic seconds. */
double fa__now(void);

/* ---- Shared libraries ---- */

/* Loads a library for good: by a path, or by a name that the system looks for. FA_NOT_FOUND with the system's
 * words, FA_BAD_FORMAT for what is no regular file and for one that is cut off. */
void *fa__library_open(const char *name, fa_error *err);
/* A function of it, to be converted to the type that it has; NULL where it has none of that name. */
typedef void (*fa__function_address)(void);
fa__function_address fa__library_function(void *library, const char *name);

/* ---- Limits and the processor ---- */

/* The memory of the machine or of the control group (v1 and v2), whichever is less. This and fa__processors()
 * read several files of the system each time: to be asked once. */
size_t fa__memory_total(void);
size_t fa__memory_resident(void);
/* What the limit of the address space (ulimit -v) leaves; SIZE_MAX where there is none. */
size_t fa__address_space_left(void);
/* What is free, or is a cache that would make room; never more than the control group may have. */
size_t fa__memory_available(void);
/* Processors that this process may use: affinity and the control group's quota, at least 1. */
int fa__processors(void);
size_t fa__cache_bytes(int level); /* 1: data, 2, 3; a sensible guess where the system does not say */
/* Bytes of entropy from the system. */
bool fa__entropy(void *bytes, size_t size, fa_error *err);

typedef enum fa__isa {
    FA__ISA_NONE = 0, /* older than what farray runs on */
    FA__ISA_X86_64_V3 = 1,
    FA__ISA_X86_64_V4 = 2,
    FA__ISA_AARCH64 = 3
} fa__isa;
fa__isa fa__processor_isa(void);

#endif
