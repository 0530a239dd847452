/* SPDX-License-Identifier: BSD-3-Clause */
/* Copy-on-write over the source of a file. Knows nothing about formats. */
#ifndef FA_STORAGE_COPY_ON_WRITE_H
#define FA_STORAGE_COPY_ON_WRITE_H

#include "storage/file_source.h"

/* A writeable source that shows what `file` (retained) has until it is written to itself. It shares the owner
 * of the file's bytes: a change of the file is a change of what it shows. */
fa__source *fa__copy_on_write_source(fa__source *file, fa__file_object *object, fa_error *err);

#endif
