/* SPDX-License-Identifier: BSD-3-Clause */
/// User kernels: C functions of yours that are used like any operation: from C, in expressions, and on the
/// command line from a shared object (`farray eval 'haversine(a, b, c, d)' --kernel ./geo.so ...`).
///
/// A kernel sees blocks of contiguous elements, of the types that it declares, in the machine's byte order
/// and aligned: what arrays are made of (files, byte orders, strides, other types) is farray's. Blocks hold
/// about a thousand elements, so that chains of operations stay in the cache. The memory is farray's or an
/// array's in memory, never a mapping of a file, and no signal handler of farray's is armed while a kernel
/// runs.
///
/// A kernel takes one of three forms:
///  - `compute` takes a block of each input and fills a block of each output;
///  - `element` does the same for one element at a time;
///  - `begin`, `add`, `merge`, `end` make a reduction: states of `state_bytes` bytes, blocks added to them,
///  states merged with
///    the one that follows them. Which elements go to which state, and which states are merged, depends on
///    the shape of the array alone: results are the same bits for any number of threads and any memory limit.
///    A state is copied as bytes.
///
/// Kernels return 0, or a status of their own that ends the evaluation: FA_KERNEL_FAILED, with the kernel's
/// name and the status.
///
/// Threads  a kernel is called from several threads at once, on different blocks; with FA_KERNEL_SERIAL from
/// one at a time.
///          It must not jump out, and calls no function of farray that computes or writes: FA_BUSY.
#ifndef FARRAY_KERNEL_H
#define FARRAY_KERNEL_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this interface: what fa_kernel.abi holds.
#define FA_KERNEL_ABI 1
/// The most inputs, and the most outputs.
#define FA_KERNEL_MOST 16
/// The largest state of a reduction, in bytes.
#define FA_KERNEL_MOST_STATE 4096

/// fa_kernel.flags
enum {
    FA_KERNEL_SERIAL = 1 ///< one block at a time: kernels with this flag never run at once
};

typedef struct fa_kernel {
    int abi; ///< FA_KERNEL_ABI
    unsigned flags;
    const char
        *name; ///< "haversine", or with a version "haversine@2"; letters, digits and _ before the version
    const char *documentation; ///< one sentence; may be NULL
    int input_count, output_count;
    const fa_type *inputs; ///< numbers and bool; what comes in is cast as NumPy casts in the same kind
    const fa_type *outputs;
    void *user; ///< passed on
    /// in[i] and out[i] hold n elements.
    int (*compute)(const void *const *in, void *const *out, int64_t n, void *user);
    /// in[i] and out[i] are one element.
    int (*element)(const void *const *in, void *const *out, void *user);
    /// Reductions. A state is aligned to 16 bytes; `begin` makes that of no elements.
    size_t state_bytes;
    int (*begin)(void *state, void *user);
    int (*add)(void *state, const void *const *in, int64_t n, void *user);
    int (*merge)(void *state, const void *next, void *user);
    int (*end)(const void *state, void *const *out, void *user);
    /// Called once when the kernel is unregistered and no array needs it any more; may be NULL.
    void (*release)(void *user);
    uint64_t reserved[4]; ///< zero
} fa_kernel;

/// Makes a kernel known by its name. Names and types are copied. Without a version the name means the newest
/// version, in expressions and calls.
///
/// Errors   FA_INVALID_ARGUMENT (another version of this interface, no form or two of them, the name of an
/// operation, a name that is
///          taken), FA_NO_MEMORY.
/// Threads  safe.
FA_API void fa_kernel_register(const fa_kernel *kernel, fa_error *err);

/// Makes a name unknown. Arrays that were made with the kernel keep it.
///
/// Errors   FA_UNKNOWN_NAME.
FA_API void fa_kernel_unregister(const char *name, fa_error *err);

/// Loads a shared object and registers the kernels of its function `farray_kernels` (FA_KERNELS() writes it),
/// all or none. A name without a slash is first looked for in the current folder. The object stays loaded;
/// loading it again does nothing.
///
/// Errors   FA_NOT_FOUND (with the system's words), FA_BAD_FORMAT (no such function, or it is of another
/// version), and those of
///          fa_kernel_register().
FA_API void fa_kernel_load(const char *library, fa_error *err);

/// Applies a kernel to arrays that broadcast. Outputs are pending arrays, one reference each; all are NULL
/// where it fails. What is computed together (fa_evaluate_all()) calls the kernel once for all its outputs.
///
/// Errors   FA_UNKNOWN_NAME, FA_INVALID_ARGUMENT (counts, the other form), FA_BAD_TYPES, FA_BAD_SHAPE,
/// FA_NO_MEMORY.
FA_API void fa_kernel_apply(const char *name, fa_array *const *inputs, int input_count, fa_array **outputs,
                            int output_count, fa_error *err);

/// Reduces arrays that broadcast, over axes of their common shape.
///
/// Errors   as fa_kernel_apply(); FA_BAD_INDEX (axes).
FA_API void fa_kernel_reduce(const char *name, fa_array *const *inputs, int input_count, fa_axes axes,
                             bool keepdims, fa_array **outputs, int output_count, fa_error *err);

/// What a shared object exports under the name `farray_kernels`: given the version of the interface that the
/// program has, its kernels, and in *count how many; NULL where it cannot serve that version.
typedef const fa_kernel *fa_kernel_entry(int abi, int *count);

/// Writes that function for an array of kernels: FA_KERNELS(my_kernels)
#define FA_KERNELS(kernels)                                      \
    FA_API const fa_kernel *farray_kernels(int abi, int *count); \
    const fa_kernel *farray_kernels(int abi, int *count)         \
    {                                                            \
        *count = (int)(sizeof(kernels) / sizeof *(kernels));     \
        return abi == FA_KERNEL_ABI ? (kernels) : 0;             \
    }

#ifdef __cplusplus
}
#endif

#endif
