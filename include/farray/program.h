/* SPDX-License-Identifier: BSD-3-Clause */
/// Compiled expressions: text and names once, arrays again and again.
#ifndef FARRAY_PROGRAM_H
#define FARRAY_PROGRAM_H

#include <farray/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An expression that is kept, to be computed from other arrays each time.
typedef struct fa_program fa_program;

/// Keeps `text`, in which `count` names stand for arrays that each run is given. What the text means depends
/// on the types and shapes of these, so that it is understood at the first run.
///
/// Returns  a program, released with fa_program_release().
/// Errors   FA_INVALID_ARGUMENT for names that are NULL, FA_NO_MEMORY.
FA_API fa_program *fa_compile(const char *text, int count, const char *const *names, fa_error *err);

/// Computes the text into `target`, as fa_eval_into() does; `arrays` stand in the order of the names.
///
/// Errors   those of fa_eval_into().
/// Threads  safe; runs of one program take turns.
/// Cost     elementwise expressions and reductions of arrays in memory are planned at the first run, and
///          again when a dtype, a shape or strides differ from those of the run before: all other runs
///          neither parse nor allocate. Scans, sorts and their kin, indices with arrays in them, files,
///          arrays that are not computed yet, reductions to rows of more than 16,384 elements, and targets
///          that are read in another order than they are written cost what fa_eval_into() costs.
FA_API void fa_program_run(fa_program *program, fa_array *target, fa_array *const *arrays, fa_error *err);

/// NULL does nothing.
FA_API void fa_program_release(fa_program *program);

#ifdef __cplusplus
}
#endif

#endif
