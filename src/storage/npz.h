/* SPDX-License-Identifier: BSD-3-Clause */
/* Archives of arrays: a zip container whose members are .npy files. */
#ifndef FA_STORAGE_NPZ_H
#define FA_STORAGE_NPZ_H

#include "storage/formats.h"

extern const fa__container fa__npz;

/* What a member is called as an array: `name_bytes` without the ending .npy; false where it has none and is
 * none. */
bool fa__npz_is_array(const char *member, int64_t member_bytes, int64_t *name_bytes);

#endif
