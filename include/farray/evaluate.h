/* SPDX-License-Identifier: BSD-3-Clause */
/// Expressions, and the sinks that compute them.
#ifndef FARRAY_EVALUATE_H
#define FARRAY_EVALUATE_H

#include <farray/array.h>
#include <farray/file.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A name and the array that it stands for in an expression.
typedef struct fa_variable {
    const char *name;
    fa_array *array;
} fa_variable;

/// Variables, passed by value: FA_VARS({"u", u}, {"v", v}); FA_VARS() for none.
typedef struct fa_vars {
    int count;
    const fa_variable *vars;
} fa_vars;

#ifdef __cplusplus
}
inline fa_vars fa_vars_of_(std::initializer_list<fa_variable> list)
{
    return fa_vars{static_cast<int>(list.size()), list.begin()};
}
extern "C" {
#define FA_VARS(...) (fa_vars_of_({__VA_ARGS__}))
#else
#define FA_VARS(...) \
    ((fa_vars){FA_COUNT_(fa_variable, {0, 0}, __VA_ARGS__), (const fa_variable[]){{0, 0}, __VA_ARGS__} + 1})
#endif

/// NumPy's expression language: arithmetic, comparison, bits and shifts, power, calls and methods ("a.T",
/// "a.sum(axis=0)"), slices and newaxis, fields, keyword arguments, and the constants pi, e, inf, nan, True,
/// False. Types are NumPy 2's: literals are weak. Names that the text does not use are allowed.
///
/// Returns  a pending array; nothing is read yet.
/// Errors   FA_BAD_EXPRESSION, FA_UNKNOWN_NAME, FA_BAD_TYPES, FA_BAD_SHAPE, FA_BAD_INDEX, FA_OUT_OF_RANGE,
/// each with the
///          column.
FA_API fa_array *fa_eval(const char *text, fa_vars vars, fa_error *err);

/// Computes `text` and assigns it to `target` as `target[...] = value` does: broadcast, cast without a check.
///
/// Errors   those of fa_eval() and fa_assign(). A number that is all of the text must fit into the target's
/// elements:
///          integers take no NaN, no infinity and nothing out of their range (what is behind the point is
///          lost), and what is not complex no complex number. So must a whole number in a list that is all of
///          the text. FA_OUT_OF_RANGE.
FA_API void fa_eval_into(fa_array *target, const char *text, fa_vars vars, fa_error *err);

/// What NumPy's text of an index chooses: "[::2, 0]", "mask, 1:", "[[0, 3]]", "x > 5"; the outer brackets may
/// be left out, and slices and fields may stand in front ("['pos'][mask]"). Names are those of `vars`; the
/// array itself has none.
///
/// Returns  a view where there are no arrays in the index, else a pending array.
/// Errors   those of fa_eval() and fa_index(), each with the column in `index`.
FA_API fa_array *fa_eval_index(fa_array *array, const char *index, fa_vars vars, fa_error *err);

/// Assigns `value` to `target`: broadcast, cast without a check. Overlap is handled as if `value` were copied
/// first.
///
/// Errors   FA_NOT_WRITEABLE, FA_BAD_SHAPE, FA_BAD_TYPES, and whatever computing can meet.
FA_API void fa_assign(fa_array *target, fa_array *value, fa_error *err);
FA_API void fa_fill_int64(fa_array *target, int64_t value, fa_error *err);
FA_API void fa_fill_float64(fa_array *target, double value, fa_error *err);

/// Converts elements. Pending; nothing but a new view when the dtype is the same.
FA_API fa_array *fa_astype(fa_array *array, const fa_dtype *dtype, fa_error *err);

/// The expression of a pending array as text, and the leaves that its names a0, a1, ... stand for: what
/// fa_eval() takes back. Writes to `text` as snprintf does, and up to `capacity` borrowed leaves to `leaves`
/// (which may be NULL).
///
/// Returns  the length of the whole text.
FA_API size_t fa_expression(fa_array *array, char *text, size_t size, fa_array **leaves, int capacity,
                            int *leaf_count, fa_error *err);

/// What a progress callback sees. Units: bytes of input and output.
typedef struct fa_progress {
    int64_t done_bytes, total_bytes;
    double seconds;
} fa_progress;

/// Options of evaluations. Zero it, then set what differs; NULL is all defaults.
typedef struct fa_evaluate_options {
    /// Called on the calling thread at least every 50 ms while computing; false stops with FA_CANCELLED. It
    /// may call no function of farray that computes or writes: FA_BUSY.
    bool (*progress)(const fa_progress *progress, void *user);
    void *user;
    uint64_t reserved[4]; ///< zero
} fa_evaluate_options;

/// target[index] = text, as fa_eval_index() and fa_eval_into() take them. `options` may be NULL; they are
/// about computing the value and, where the index has arrays in it, not asked.
FA_API void fa_eval_into_index(fa_array *target, const char *index, const char *text, fa_vars vars,
                               const fa_evaluate_options *options, fa_error *err);

/// Computes a pending array now and keeps the result, for all its views.
FA_API void fa_evaluate(fa_array *array, const fa_evaluate_options *options, fa_error *err);

/// One result that is asked for.
typedef struct fa_output {
    fa_array *array;                  ///< what to compute
    const char *path;                 ///< a new file for it, as by fa_save(); NULL: kept, as by fa_evaluate()
    fa_array *target;                 ///< or a view to assign to
    const fa_create_options *options; ///< of the file
    uint64_t reserved[4];             ///< zero
} fa_output;

/// Computes several arrays together: what can share one pass over the inputs does. No file appears under its
/// name until all have succeeded. Outputs to "PATH.npz::NAME" with the same PATH become one archive. Outputs
/// without path and target are concrete then, as by fa_evaluate(); the others stay pending.
FA_API void fa_evaluate_all(const fa_output *outputs, int count, const fa_evaluate_options *options,
                            fa_error *err);

/// How NumPy's printoptions are said here. Zero it, then set what differs; NULL is all defaults.
typedef struct fa_print_options {
    int precision;        ///< digits behind the point; 0 is 8, -1 is none
    int threshold;        ///< arrays with more elements are shortened; 0 is 1000
    int edge_items;       ///< what is shown at each end; 0 is 3
    int line_width;       ///< columns; 0 is 75
    bool suppress;        ///< never use the exponent
    uint64_t reserved[4]; ///< zero
} fa_print_options;

/// Prints as NumPy's str() does, and a newline. Of a large array only the corners are computed and read.
FA_API void fa_print(FILE *stream, fa_array *array, const fa_print_options *options, fa_error *err);

/// The same as text in memory, released with free().
FA_API char *fa_to_text(fa_array *array, const fa_print_options *options, fa_error *err);

/// @name Limits
/// @{
/// The most memory that farray may use: buffers, results in memory, touched pages. 0 is the default: a
/// quarter of what the machine or its control group has. Also FARRAY_MEMORY. Units    bytes.
FA_API void fa_set_memory_limit(size_t bytes, fa_error *err);
FA_API size_t fa_memory_limit(void);
/// What is charged to the limit now. Beside it, as malloc() does, farray keeps some memory of results that
/// were released for the next ones: at most 8 MiB and an eighth of the limit, and nothing that would pass the
/// limit.
FA_API size_t fa_memory_used(void);
/// How many threads compute. 0 is the default: the processors that this process may use. Also FARRAY_THREADS.
FA_API void fa_set_threads(int threads, fa_error *err);
FA_API int fa_threads(void);
/// The process's resident memory, as the system counts it.
FA_API size_t fa_resident_bytes(void);
/// @}

/// Counters since the process began, for tests and benchmarks.
typedef struct fa_statistics {
    int64_t bytes_read;    ///< from files, through read calls and mapped pages that the engine asked for
    int64_t bytes_written; ///< to files
    int64_t passes;        ///< over inputs
    int64_t evaluations;   ///< pending arrays made concrete
    uint64_t reserved[4];
} fa_statistics;
FA_API void fa_get_statistics(fa_statistics *statistics);

#ifdef __cplusplus
}
#endif

#endif
