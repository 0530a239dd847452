/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefetch ahead of the tiles and drop-behind after them, for operands that are walked along their file. A
 * file is seen as windows; what was in memory when a window was first met stays there, what the engine
 * brought in goes with the tiles that are done with it. */
#ifndef FA_ENGINE_WINDOWS_H
#define FA_ENGINE_WINDOWS_H

#include "engine/pass.h"

#include <stdatomic.h>

/* The windows of one operand or store during one pass. Zero it before use. */
typedef struct fa__windows {
    fa__source *source;   /* NULL: not walked along a file; everything here does nothing */
    int64_t first, count; /* first window's byte, how many */
    atomic_uchar *states;
    _Atomic(int64_t) *written; /* STORE: bytes of each window */
    bool forget;               /* STORE: windows are waited for and dropped once they are written */
} fa__windows;

/* For an operand that is read, or a store; `large` says that a store's result should not stay in the page
 * cache. No memory for the windows means no prefetch, not an error. */
void fa__windows_start(fa__windows *windows, const fa__pass *pass, const fa__operand *operand, bool store,
                       bool large);
void fa__windows_clear(fa__windows *windows);

/* Bytes [low, high) are about to be read; and are done with. */
void fa__windows_before(fa__windows *windows, int64_t low, int64_t high);
void fa__windows_behind(fa__windows *windows, int64_t low, int64_t high);
/* Bytes [low, high) were written: windows that are full start on their way to the disk. */
bool fa__windows_written(fa__windows *windows, int64_t low, int64_t high, fa_error *err);

#endif
