/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing an archive of arrays (.npz) into a new file: what is stored is written in place, at offsets that
 * are known from the start, in any order; what is compressed is computed first and packed at the end. Knows
 * nothing about how the file comes to its name. */
#ifndef FA_STORAGE_ARCHIVE_H
#define FA_STORAGE_ARCHIVE_H

#include "storage/file_object.h"
#include "storage/storage.h"

typedef struct fa__archive fa__archive;

/* An archive without members in an empty file. */
fa__archive *fa__archive_new(fa__file_object *object, fa_error *err);
void fa__archive_free(fa__archive *archive);
/* Whether it has a member of that name already; `name` is an array's, without .npy. */
bool fa__archive_has(const fa__archive *archive, const char *name);
/* Adds an array: its space is reserved, and what is written through the result (borrowed) is what it holds.
 */
fa_array *fa__archive_add(fa__archive *archive, const char *name, const fa__layout *layout,
                          const char *header, size_t header_bytes, fa_codec codec, fa_error *err);
/* Copies all members of an archive that are not called like one of this, as they are. */
bool fa__archive_keep(fa__archive *archive, fa__file *old, const char *path, fa_error *err);
/* Packs what is compressed, and writes headers, checksums and the directory. `watch` may be NULL. Once more
 * after fa__archive_keep(): what was packed stays. */
bool fa__archive_finish(fa__archive *archive, fa__watch *watch, fa_error *err);

#endif
