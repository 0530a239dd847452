/* SPDX-License-Identifier: BSD-3-Clause */
/* What a file object is made of. For file_object.c, file_locks.c and direct.c
 * alone. */
#ifndef FA_STORAGE_FILE_OBJECT_PARTS_H
#define FA_STORAGE_FILE_OBJECT_PARTS_H

#include "storage/file_object.h"

struct fa__file_object {
    fa__owner owner;
    fa__file_object *next, *previous; /* in the registry */
    long long references; /* under the registry's lock, so that finding and ending exclude each other */
    fa__file_identity identity;
    char *path;

    fa__mutex mutex;           /* of what follows */
    fa__file *reader, *writer; /* the first descriptor of each kind */
    /* The last mapping is used for new requests; older ones, too small or read-only for some request, stay
     * until the file is closed, because their addresses are in use. */
    fa__map *maps;
    int64_t map_count, map_capacity;
    bool map_writeable;
    int64_t inside; /* callers between enter and leave */
    fa__tenant *tenants;
    bool is_closed, is_resizing;
    bool is_new;         /* nobody else has seen the file yet */
    bool refuses_direct; /* the file system said so when it was tried */
    bool is_kept;        /* in the page cache, when it is read */
    int64_t bytes_read;  /* from the disk since that was last decided */
    fa_error failure;
    int replacing;       /* holders of the exclusive form of our lock */
    char *unsynced_name; /* of a new file whose folder was not flushed yet; else NULL */
};

/* The open object of a file, with one reference more; NULL when there is none. */
fa__file_object *fa__object_find(fa__file_identity identity);

#endif
