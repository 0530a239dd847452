/* SPDX-License-Identifier: BSD-3-Clause */
/* where and clip. */
#include "kernel/loop.h"
#include "kernel/complex.h"

#define IS_NAN(a)    false
#define BEFORE(a, b) ((a) < (b))
#define FA__WITH_BOOL
#define FA__WITH_INTEGERS
#define FA__TEMPLATE "kernel/clip.inc.h"
#include "kernel/each_type.inc.h"
#undef IS_NAN

#define IS_NAN(a) ((a) != (a))
#define FA__WITH_FLOATS
#define FA__TEMPLATE "kernel/clip.inc.h"
#include "kernel/each_type.inc.h"
#undef IS_NAN
#undef BEFORE

/* clip compares complex numbers more simply than minimum does: a NaN in one part does not hide the other. */
#define IS_NAN(a)    NAME(is_nan)(a)
#define BEFORE(a, b) ((a).real == (b).real ? (a).imag < (b).imag : (a).real < (b).real)
#define FA__WITH_COMPLEX
#define FA__TEMPLATE "kernel/clip.inc.h"
#include "kernel/each_type.inc.h"
#undef IS_NAN
#undef BEFORE

#define S size1
#define T uint8_t
#include "kernel/select.inc.h"
#undef S
#undef T
#define S size2
#define T uint16_t
#include "kernel/select.inc.h"
#undef S
#undef T
#define S size4
#define T uint32_t
#include "kernel/select.inc.h"
#undef S
#undef T
#define S size8
#define T uint64_t
#include "kernel/select.inc.h"
#undef S
#undef T
#define S size16
#define T fa__complex128
#include "kernel/select.inc.h"
#undef S
#undef T

void FA__ISA(fa__fill_select)(fa__kernels *kernels)
{
#define X(suffix) fill_##suffix(kernels);
    FA__EACH_NUMBER(X)
#undef X
#define X(id, suffix, name, kind, character, type, bytes) \
    kernels->loops[FA__OP_WHERE][FA_TYPE_##id] = where_loop_size##bytes;
    FA__NUMERIC_TYPES(X)
#undef X
    kernels->loops[FA__OP_WHERE][FA_TYPE_DATETIME64] = where_loop_size8;
    kernels->loops[FA__OP_WHERE][FA_TYPE_TIMEDELTA64] = where_loop_size8;
}
