/* SPDX-License-Identifier: BSD-3-Clause */
/* Temporary files beside the file that they are to become. */
#ifndef FA_STORAGE_TEMPORARY_H
#define FA_STORAGE_TEMPORARY_H

#include "platform/platform.h"

/* The last part of a path. */
const char *fa__name_in(const char *path);
/* Removes what killed writers of `target` left. */
void fa__temporary_sweep(const char *target);
/* A new file beside `target`, exclusively locked; *temporary is its name, ended by fa__free(). Messages say
 * `path`. */
fa__file *fa__temporary_make(const char *path, const char *target, char **temporary, fa_error *err);
/* What the system said about a temporary name, said about the name that the user gave. */
void fa__temporary_fail(const char *path, const char *what, const fa_error *inner, fa_error *err);

#endif
