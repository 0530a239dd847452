/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of an array along one axis: read so that each stands dense in memory, and written to where the result
 * has them. And room to work in, under the memory limit. Knows nothing about what becomes of a line. */
#ifndef FA_OP_LINES_H
#define FA_OP_LINES_H

#include "engine/outlet.h"

/* ---- Room */

typedef struct fa__work {
    void *memory;
    size_t bytes, charged;
} fa__work;

/* How many bytes work may take now. */
int64_t fa__work_limit(void);
/* Memory aligned to a page; FA_NO_MEMORY. Zeros are fine to give back. */
void *fa__work_take(fa__work *work, int64_t bytes, fa_error *err);
/* Charges so many bytes more, of buffers that are taken meanwhile; false where the limit has no room. */
bool fa__work_charge(fa__work *work, int64_t bytes);
void fa__work_give_back(fa__work *work);

/* ---- Lines */

/* Lines are numbered in C order of the other axes. */
typedef struct fa__lines {
    fa__whole_run *run;
    int input, ndim, axis; /* axis -1: one element without axes */
    const int64_t *sizes;
    int64_t n, count, inside; /* elements of a line, lines, elements from one of a line to the next */
} fa__lines;

void fa__lines_start(fa__lines *lines, fa__whole_run *run, int axis);
/* Lines along the last axis of any input, read as elements in C order. */
void fa__lines_flat(fa__lines *lines, fa__whole_run *run, int input);
/* Elements from number `first` on, at most `most`: how many. 0 with an error. */
int64_t fa__lines_read_flat(const fa__lines *lines, int64_t first, int64_t most, const fa_dtype *dtype,
                            void *elements, fa_error *err);
/* Elements [first, first + n) of lines from `line` on, at most `most` of them, of the run's first input, as
 * `dtype`, one line behind the other. How many lines that were; 0 with an error. */
int64_t fa__lines_read(const fa__lines *lines, int64_t line, int64_t most, int64_t first, int64_t n,
                       const fa_dtype *dtype, void *elements, fa_error *err);
/* How many lines that would be. */
int64_t fa__lines_together(const fa__lines *lines, int64_t line, int64_t most);

/* Where results go: the result itself where lines stand dense in it or where it is memory, else a copy of it
 * that has them dense, which is laid down at the end. */
typedef struct fa__line_sink {
    const fa__lines *lines;
    fa_array *array; /* borrowed from the run, or `staged` */
    fa_array *staged;
    bool is_dense;
} fa__line_sink;

bool fa__line_sink_start(fa__line_sink *sink, const fa__lines *lines, fa_error *err);
/* The address of a line, where lines are dense memory; else NULL. */
void *fa__line_sink_memory(const fa__line_sink *sink, int64_t line);
/* `count` whole lines, or a part of one. By all threads. */
bool fa__line_sink_write(const fa__line_sink *sink, int64_t line, int64_t count, const void *elements,
                         fa_error *err);
bool fa__line_sink_write_part(const fa__line_sink *sink, int64_t line, int64_t first, int64_t n,
                              const void *elements, fa_error *err);
/* The byte of the array's source where an element of a line belongs, where lines are dense. */
int64_t fa__line_sink_byte(const fa__line_sink *sink, int64_t line, int64_t first);
/* How far behind a page memory best begins that is put from element `first` of a line on. */
int64_t fa__line_sink_shift(const fa__line_sink *sink, int64_t line, int64_t first);
/* Ends it, also after an error. */
bool fa__line_sink_finish(fa__line_sink *sink, fa_error *err);

/* Sorted elements that go where lines are dense as soon as they stand. Who starts it ends its outlet. */
typedef struct fa__putting {
    fa__outlet *outlet;
    const char *from;
    int64_t first, item_bytes; /* byte of the source that the first one goes to */
} fa__putting;

fa__putting fa__putting_start(const fa__line_sink *sink, int64_t line, int64_t first, const void *from,
                              fa_error *err);
/* Of a line's sort, with a fa__putting. */
void fa__put_sorted(void *putting, int64_t begin, int64_t end, fa_error *err);

/* n elements of `bytes` bytes from number `first` on of a source, by all threads. */
bool fa__write_run(fa__whole_run *run, fa__source *source, int64_t offset, int64_t bytes, const void *from,
                   fa_error *err);

/* A view of dense memory that the caller has; one reference. */
fa_array *fa__view_of_memory(void *memory, const fa_dtype *dtype, int ndim, const int64_t *sizes,
                             const int64_t *strides, fa_error *err);
/* The elements of an input that stands in memory as dense, native elements of `dtype` in C order; NULL where
 * it does not. */
const void *fa__input_in_memory(fa__whole_run *run, int input, const fa_dtype *dtype, fa_error *err);

#endif
