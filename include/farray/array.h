/* SPDX-License-Identifier: BSD-3-Clause */
/// Arrays: N-dimensional strided views of memory, of files, and of computations that have not happened yet.
///
/// A `fa_array` is a view. Slicing, transposing, selecting a field or an element never copy and never touch
/// data. A view keeps what it looks at alive; the order of releases never matters. Views of one source see
/// each other's writes.
///
/// An operation gives a *pending* array: its shape and dtype are known, its values are computed when they are
/// asked for (printed, saved, assigned, read) and are the same whenever that happens.
///
/// Threads: all functions may be called from any thread on shared arrays. A write through one view while
/// another thread reads the same bytes gives either value of each element, as in NumPy; releasing a view that
/// another thread still uses is the caller's error.
#ifndef FARRAY_ARRAY_H
#define FARRAY_ARRAY_H

#include <farray/dtype.h>

#ifdef __cplusplus
#include <initializer_list>
extern "C" {
#endif

typedef struct fa_array fa_array;

#define FA_MAX_NDIM 64

/// A shape or coordinates, passed by value: FA_SHAPE(3, 4), FA_COORDS(0), FA_SHAPE() for 0 dimensions.
typedef struct fa_shape {
    int ndim;
    const int64_t *sizes;
} fa_shape;

/// Axes to reduce over: FA_AXES(0), FA_AXES(0, -1), FA_ALL_AXES.
typedef struct fa_axes {
    int count; ///< -1: all axes
    const int *axes;
} fa_axes;

/// One part of an index. Made by fa_at(), fa_range(), fa_whole(), fa_ellipsis(), fa_newaxis() and fa_by().
typedef struct fa_index_part {
    int kind;
    int reserved;
    int64_t start, stop, step;
    fa_array *array; ///< borrowed
} fa_index_part;

/// An index, passed by value: FA_INDEX(fa_at(3), fa_range(0, 10, 2)).
typedef struct fa_index_parts {
    int count;
    const fa_index_part *parts;
} fa_index_parts;

/// In fa_range(): the end that the slice would have when it were left out in Python (`a[::2]`).
#define FA_OMITTED INT64_MIN

/// The element at `position`, counted from the end when negative: the axis goes away.
FA_API fa_index_part fa_at(int64_t position);
/// Python's `start:stop:step`. FA_OMITTED leaves start or stop out.
FA_API fa_index_part fa_range(int64_t start, int64_t stop, int64_t step);
/// Python's `:`.
FA_API fa_index_part fa_whole(void);
/// Python's `...`.
FA_API fa_index_part fa_ellipsis(void);
/// NumPy's `newaxis`.
FA_API fa_index_part fa_newaxis(void);
/// The positions that an array of integers holds, or those where a mask (an array of bool) is true: NumPy's
/// advanced index. The array is borrowed until the index has been used.
FA_API fa_index_part fa_by(fa_array *positions);

#ifdef __cplusplus
}
inline fa_shape fa_shape_of_(std::initializer_list<int64_t> list)
{
    return fa_shape{static_cast<int>(list.size()), list.begin()};
}
inline fa_axes fa_axes_of_(std::initializer_list<int> list)
{
    return fa_axes{static_cast<int>(list.size()), list.begin()};
}
inline fa_index_parts fa_index_of_(std::initializer_list<fa_index_part> list)
{
    return fa_index_parts{static_cast<int>(list.size()), list.begin()};
}
extern "C" {
#define FA_SHAPE(...) (fa_shape_of_({__VA_ARGS__}))
#define FA_AXES(...)  (fa_axes_of_({__VA_ARGS__}))
#define FA_INDEX(...) (fa_index_of_({__VA_ARGS__}))
#define FA_ALL_AXES   (fa_axes{-1, nullptr})
#else
#define FA_COUNT_(type, ...) ((int)(sizeof((const type[]){__VA_ARGS__}) / sizeof(type)) - 1)
#define FA_SHAPE(...)        ((fa_shape){FA_COUNT_(int64_t, 0, __VA_ARGS__), (const int64_t[]){0, __VA_ARGS__} + 1})
#define FA_AXES(...)         ((fa_axes){FA_COUNT_(int, 0, __VA_ARGS__), (const int[]){0, __VA_ARGS__} + 1})
#define FA_INDEX(...)                                                            \
    ((fa_index_parts){FA_COUNT_(fa_index_part, {0, 0, 0, 0, 0, 0}, __VA_ARGS__), \
                      (const fa_index_part[]){{0, 0, 0, 0, 0, 0}, __VA_ARGS__} + 1})
#define FA_ALL_AXES ((fa_axes){-1, NULL})
#endif
#define FA_COORDS(...) FA_SHAPE(__VA_ARGS__)

/// Takes another reference to the same view.
///
/// Returns  `array`.
FA_API fa_array *fa_retain(fa_array *array);

/// Gives back one reference; with the last one the view goes, and with the last view of a source the source:
/// memory is freed, a file's changes are handed to the kernel. NULL is fine.
FA_API void fa_release(fa_array *array);

/// @name What an array is
/// Cost     none of these computes anything.
/// @{
FA_API int fa_ndim(const fa_array *array);
/// The size of one axis, counted from the end when negative. Returns 0 when there is no such axis.
FA_API int64_t fa_size_of_axis(const fa_array *array, int axis);
/// All sizes, borrowed from the view.
FA_API const int64_t *fa_sizes(const fa_array *array);
/// How many elements the view has.
FA_API int64_t fa_size(const fa_array *array);
/// Borrowed from the view.
FA_API const fa_dtype *fa_dtype_of_array(const fa_array *array);
/// Units    bytes from one element to the next along an axis; of a pending array, in the layout it will have.
FA_API int64_t fa_stride_bytes(const fa_array *array, int axis);
/// Units    bytes of all elements: fa_size() times the item size.
FA_API int64_t fa_bytes(const fa_array *array);
/// @}

/// Flags, as NumPy's.
enum {
    FA_C_CONTIGUOUS = 1,
    FA_F_CONTIGUOUS = 2,
    FA_WRITEABLE = 4,
    FA_ALIGNED = 8,
    FA_PENDING = 16 ///< the values are not computed yet
};

/// The flags that hold for a view.
FA_API unsigned fa_flags(const fa_array *array);

/// Forbids or allows writing through this view and the views made of it from now on. Allowing fails where
/// what the view looks at cannot be written.
///
/// Errors   FA_NOT_WRITEABLE.
FA_API void fa_set_writeable(fa_array *array, bool writeable, fa_error *err);

/// Whether two views share a byte. Exact, by solving for common elements; gives true after a bounded effort.
FA_API bool fa_shares_bytes(const fa_array *a, const fa_array *b);

/// @name Views
/// Returns  one reference to a new view of the same source.
/// Cost     no data is touched, and none is copied.
/// @{
/// NumPy's basic index as text, with or without brackets: "[1:3, ::-1]", "..., 0", "newaxis, :5",
/// "['pos']['x']". Errors   FA_BAD_INDEX (with the column), FA_NOT_FOUND (field).
FA_API fa_array *fa_slice(fa_array *array, const char *text, fa_error *err);
/// The same by calls. With arrays in the index (fa_by()) the result is no view but a pending array, of
/// elements that they choose as in NumPy; a mask is counted at once (farray/choose.h).
FA_API fa_array *fa_index(fa_array *array, fa_index_parts index, fa_error *err);
/// The same bytes seen as elements of another dtype of the same size: bfloat16 in a file that holds NumPy's
/// V2, the bits of a float64 as uint64. FA_UNSUPPORTED where the sizes differ. Computes an array that is
/// pending: before that it has no bytes.
FA_API fa_array *fa_view(fa_array *array, const fa_dtype *dtype, fa_error *err);
/// Axes in reverse order.
FA_API fa_array *fa_transpose(fa_array *array, fa_error *err);
/// Axes in the order that `axes` names: axis i of the result is axis axes[i].
FA_API fa_array *fa_permute(fa_array *array, fa_axes axes, fa_error *err);
FA_API fa_array *fa_swap_axes(fa_array *array, int axis1, int axis2, fa_error *err);
/// Another shape of the same elements in C order; one size may be -1. Never copies: FA_UNSUPPORTED where that
/// would be needed.
FA_API fa_array *fa_reshape(fa_array *array, fa_shape shape, fa_error *err);
/// One dimension, in C order. Never copies, as fa_reshape().
FA_API fa_array *fa_ravel(fa_array *array, fa_error *err);
/// Repeats axes of size 1, and adds axes in front, without copying. The view is read-only.
FA_API fa_array *fa_broadcast_to(fa_array *array, fa_shape shape, fa_error *err);
/// A field of a structured array. The name is matched whole before it is taken as a path ("pos.x").
FA_API fa_array *fa_field(fa_array *array, const char *name, fa_error *err);
/// The diagonal of two axes, as the last axis. The view is read-only, as NumPy's.
FA_API fa_array *fa_diagonal(fa_array *array, int64_t offset, int axis1, int axis2, fa_error *err);
/// Windows of `width` elements that slide along `axis`; they become a new last axis. The view is read-only.
FA_API fa_array *fa_sliding_window(fa_array *array, int64_t width, int axis, fa_error *err);
/// @}

#ifdef __cplusplus
}
#endif

#endif
