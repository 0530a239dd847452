/* SPDX-License-Identifier: BSD-3-Clause */
/* Loops on contiguous, aligned blocks of one dtype in the machine's byte order, compiled once per instruction
 * set and chosen once. Knows nothing about strides, byte orders, files or graphs. Every loop gives the same
 * bits on every instruction set. No loop allocates, blocks, or calls into libm per element. */
#ifndef FA_KERNEL_KERNEL_H
#define FA_KERNEL_KERNEL_H

#include <farray/dtype.h>
#include "base/dtypes.h"
#include "kernel/operations.h"

#include <stddef.h>

/* The longest block. Sums depend on it: it is the leaf of the summation tree. */
enum { FA__BLOCK = 1024 };

/* An elementwise loop: out[i] = op(in[0][i], ...). Bit k of `scalars` says that in[k] is one element, used
 * for all i. `out` may be the same as an input that is not scalar and has elements of the same size; else
 * they do not overlap. Any n >= 0 works, blocks of FA__BLOCK are the fast case. Buffers are aligned to their
 * element. */
typedef void fa__loop(void *out, const void *const *in, int64_t n, unsigned scalars);

/* The loop of an operation on `type`. NULL when NumPy has none and the types must be converted or refused.
 * COMPARE operations on (int64, uint64) and (uint64, int64) have loops of their own: fa__loop_compare_mixed.
 */
fa__loop *fa__loop_find(fa__operation operation, fa_type type);
fa__loop *fa__loop_compare_mixed(fa__operation operation, bool first_is_signed);
/* The loop whose inputs have two different types, for times: timedelta64 times int64. NULL when there is
 * none. */
fa__loop *fa__loop_of_pair(fa__operation operation, fa_type first, fa_type second);
/* The types that such a loop reads, by the position of the input (`type` itself but for conditions and
 * exponents), and the one that it writes. */
fa_type fa__loop_input(fa__operation operation, fa_type type, int position);
fa_type fa__loop_result(fa__operation operation, fa_type type);
/* Whether results are exact (NumPy's bits), or within a tolerance: for tests and documentation. */
bool fa__loop_is_exact(fa__operation operation, fa_type type);
/* What may go wrong in an elementwise loop and cannot be told by a value: integers to negative integer
 * powers. True when exponents hold a negative number; asked before a POWER loop of signed integers. */
bool fa__any_negative(const void *elements, fa_type type, int64_t n);

/* Converts between numeric types as NumPy's unsafe cast on x86-64 does. */
typedef void fa__convert_loop(void *out, const void *in, int64_t n);
fa__convert_loop *fa__convert_find(fa_type from, fa_type to);

/* Moving elements of item_bytes bytes (any size; 1 2 4 8 16 are fast). `swap` is the size of the parts whose
 * bytes are reversed: 0 or 1 for none; complex128 has item_bytes 16 and swap 8. in and out may be unaligned.
 */
void fa__gather(void *out, const void *in, int64_t stride, int64_t n, int64_t item_bytes, int swap);
void fa__scatter(void *out, int64_t stride, const void *in, int64_t n, int64_t item_bytes, int swap);
/* out[i * out_row_stride + j * item_bytes] = in[i * item_bytes + j * in_column_stride] for rows x columns
 * elements: a row of `out` is contiguous, and a column of `in` is. `stream`: whole cache lines go past the
 * cache, as with fa__stream_copy(). */
void fa__transpose(void *out, int64_t out_row_stride, const void *in, int64_t in_column_stride, int64_t rows,
                   int64_t columns, int64_t item_bytes, int swap, bool stream);
/* Copies past the cache (non-temporal stores): for results that are larger than it. Others see them in order
 * after fa__stream_end(), which waits for those of the calling thread. */
void fa__stream_copy(void *out, const void *in, size_t bytes);
void fa__stream_end(void);
/* Fills out with n copies of one element. */
void fa__fill(void *out, const void *element, int64_t n, int64_t item_bytes);

/* Choosing elements. A mask has one byte for each element, and is true where that is not zero; no function
 * writes more than `room` elements, whatever the mask holds. */
int64_t fa__count_true(const unsigned char *mask, int64_t n);
/* The positions of what is true, counted from `first`; how many were written. */
int64_t fa__true_positions(int64_t *out, int64_t room, const unsigned char *mask, int64_t n, int64_t first);
/* The elements of in[0..n) where the mask is true, one behind the other; how many were written. */
int64_t fa__squeeze(void *out, int64_t room, const void *in, const unsigned char *mask, int64_t n,
                    int64_t item_bytes);
/* out[i] = the element at base + offsets[i] bytes, past the cache if `stream`. */
void fa__pick(void *out, const void *base, const int64_t *offsets, int64_t n, int64_t item_bytes,
              bool stream);
/* out[i] = the element at base + positions[i] * stride bytes, each less than FA__LONG_ITEM bytes. False, with
 * whatever written, where a position is not in [0, size): the first element is read instead, of which there
 * must be one. */
enum { FA__LONG_ITEM = 256 };
bool fa__pick_along(void *out, const void *base, const int64_t *positions, int64_t stride, int64_t size,
                    int64_t n, int64_t item_bytes, bool stream);
/* The element at base + offsets[i] = in[i], in order. */
void fa__place(void *base, const int64_t *offsets, const void *in, int64_t n, int64_t item_bytes);
/* out[i] = in[i] where the mask is true; all else is left alone. */
void fa__overlay(void *out, const void *in, const unsigned char *mask, int64_t n, int64_t item_bytes);

/* A reduction of one input type. The state of one result is `components` numbers of 8 bytes (double, int64_t
 * or uint64_t as the reduction needs); states of many results stand as rows of components: component c of
 * result i at
 * ((8-byte *)state)[c * capacity + i].
 *
 * One fixed tree (see src/op/DESIGN.md): along a contiguous reduced axis the leaf is FA__BLOCK elements in 64
 * lanes; across rows (strips) the leaf is FA__STRIP_LEAF rows in sequence; merge() combines neighbours, the
 * earlier one first. */
enum { FA__STRIP_LEAF = 16, FA__MAX_COMPONENTS = 7 };

/* What will be read later, and is asked for a little at a time, row after row. It may lie beyond the end of
 * all there is. */
typedef struct fa__asking {
    uintptr_t row;
    int64_t at, row_bytes, stride_bytes;
} fa__asking;

/* n columns of rows first .. first + rows - 1 of a strip leaf. */
typedef struct fa__strip {
    const void *x;    /* of the first of these rows */
    int64_t stride;   /* elements from one row to the next */
    int64_t n;        /* columns */
    int first, rows;  /* of 0..FA__STRIP_LEAF-1 */
    fa__asking *asks; /* as much as is read is asked for; NULL: nothing */
} fa__strip;

typedef struct fa__reducer {
    int components;
    fa_type result;    /* what finish() writes, before a conversion to another dtype that was asked for */
    bool has_identity; /* false for min and max: an empty axis is an error */
    /* 1 <= n <= FA__BLOCK elements in order into state 0 (capacity as given). */
    void (*leaf)(void *state, int64_t capacity, const void *x, int64_t n);
    bool is_sum; /* the state is one double: the sum of the elements as doubles */
    /* `rows` rows of n elements each (n <= FA__BLOCK), one after the other, into states 0..rows-1: what
     * leaf() gives. */
    void (*leaf_rows)(void *state, int64_t capacity, const void *x, int64_t rows, int64_t n);
    /* Rows of a strip leaf: column i into state i. Row 0 starts the states. */
    void (*strip)(void *state, int64_t capacity, const fa__strip *strip);
    /* Ends a strip leaf of `rows` rows: states become what merge() takes. */
    void (*strip_end)(void *state, int64_t capacity, int64_t n, int rows);
    /* NULL unless the result is a position. leaf() counts positions from its first element, strip() from
     * row 0: makes first + position * step of them, for n states. */
    void (*locate)(void *state, int64_t capacity, int64_t n, int64_t first, int64_t step);
    /* a = a followed by b, for n states. Of positions it takes the smaller where they are worth the same. */
    void (*merge)(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n);
    /* n results of `result` type out of states over `count` elements each; count 0: identity (state is not
     * read). */
    void (*finish)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count, double ddof);
} fa__reducer;

/* A scan along contiguous elements: out[i] = op(out[i - 1], x[i]), where out[-1] is *before, or out[0] = x[0]
 * when that is NULL. `out` may be x. The bits are those of the operation's loop. */
typedef void fa__scan_loop(void *out, const void *x, int64_t n, const void *before);
/* NULL where the operation's loop has to be called for one element after the other. */
fa__scan_loop *fa__scan_find(fa__operation operation, fa_type type);

/* NULL when the reduction is not defined for the type, or has no kernel. */
const fa__reducer *fa__reducer_find(fa__reduction reduction, fa_type type);

/* Several reductions in one look at their elements. The reducer has all but finish() and a result: the state
 * of reduction r, as its own finish() takes it, begins with component places[r]. */
typedef struct fa__joint {
    uint64_t covers; /* 1 << r for each of them */
    unsigned char places[FA__REDUCTION_COUNT];
    fa__reducer reducer;
} fa__joint;
/* The one that covers `first` and the most of what is wanted, 1 << r for each; NULL: none covers more than
 * `first`. */
const fa__joint *fa__joint_find(fa__reduction first, uint64_t wanted, fa_type type);

/* n elements of a generator: element k is made from position first + k * step (positions count in C order).
 */
typedef struct fa__generator_params {
    uint64_t seed;
    double a,
        b; /* uniform: low, high; normal: mean, std; linspace: start, step; arange of floats: start, step */
    int64_t i, j; /* arange of integers: start, step; linspace: i is the count */
    double last;  /* linspace: the last value, exact */
} fa__generator_params;
/* Elements first, first + step, ...; `past_cache` as fa__stream_copy() writes them. */
void fa__generate(fa__generator generator, fa_type type, const fa__generator_params *params, int64_t first,
                  int64_t step, int64_t n, void *out, bool past_cache);

/* The name of the instruction set in use: "x86-64-v3", "x86-64-v4". Chosen at first use from the processor
 * and FARRAY_ISA. NULL when the processor is too old: then nothing else here may be called. */
const char *fa__kernel_isa(void);

#endif
