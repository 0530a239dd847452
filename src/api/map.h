/* SPDX-License-Identifier: BSD-3-Clause */
/* What a map is made of, for the files of src/api that are about maps. */
#ifndef FA_API_MAP_H
#define FA_API_MAP_H

#include <farray/map.h>
#include "api/api.h"

struct fa_map {
    fa_array *bytes;      /* all of it, as uint8 */
    fa__source **earlier; /* of sizes that the map had before, one reference each: arrays may look at them */
    int64_t earlier_count, earlier_capacity;
    size_t position;
    char *line; /* the last one read */
    size_t line_room;
    bool in_memory; /* an anonymous map that is not on disk: its bytes are charged */
    size_t charged; /* 0 where they are not */
};

/* True when a NULL or failed argument ends the function: records FA_INVALID_ARGUMENT for NULL. */
bool fa__map_unusable(const fa_map *map, fa_error *err);
/* For messages. */
const char *fa__map_name(const fa_map *map);
/* Reads a range that is in the map. */
bool fa__map_read(const fa_map *map, size_t offset, void *bytes, size_t size, fa_error *err);

#endif
