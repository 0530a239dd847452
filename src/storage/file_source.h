/* SPDX-License-Identifier: BSD-3-Clause */
/* The source behind arrays in files: a range of a file object's bytes. Knows what the file's header said only
 * to describe it. */
#ifndef FA_STORAGE_FILE_SOURCE_H
#define FA_STORAGE_FILE_SOURCE_H

#include "storage/checksum.h"
#include "storage/file_object.h"
#include "storage/storage.h"

/* A source of the bytes that `layout` names, with one reference; takes a reference to `object` and none to
 * the layout. */
fa__source *fa__file_source(fa__file_object *object, const fa__layout *layout, fa_mode mode, fa_error *err);
/* A view of all of it. */
fa_array *fa__file_array(fa__file_object *object, const fa__layout *layout, fa_mode mode, fa_error *err);
/* The same for a file that is being written: what is written through the array is added to `checksum`, which
 * must outlive it, at its offset in the file. */
fa_array *fa__file_array_checked(fa__file_object *object, const fa__layout *layout, fa__checksum *checksum,
                                 fa_error *err);
/* A view of all of `source`, with the shape and order that `layout` says. */
fa_array *fa__layout_view(fa__source *source, const fa__layout *layout, bool writeable, fa_error *err);
/* The file behind a source, and what its header said when it was opened; NULL for sources of another kind,
 * those of archives, and those that are copy-on-write included. */
fa__file_object *fa__file_source_object(fa__source *source);
const fa__layout *fa__file_source_layout(fa__source *source);
/* The same machinery for scratch: nothing to flush or close, and `charged` bytes of the ledger are given back
 * with it. */
fa__source *fa__file_scratch_source(fa__file_object *object, int64_t bytes, size_t charged, fa_error *err);

#endif
