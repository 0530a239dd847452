/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled expressions: what the text means for arrays of one kind, kept until arrays of another kind come.
 * Knows nothing about how it is computed. */
#include <farray/program.h>

#include "api/api.h"

#include "base/memory.h"
#include "engine/compiled.h"
#include "platform/platform.h"

#include <string.h>

/* What a plan depends on. */
typedef struct look {
    const fa_dtype *dtype; /* one reference; NULL: none yet */
    int ndim;
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
} look;

struct fa_program {
    fa__mutex mutex; /* held while it runs */
    char *text;
    int count;
    fa_variable *variables; /* the names; arrays of the run where it has to be told */
    look *looks;            /* of the arrays, then of the target */
    fa__compiled *compiled; /* NULL: not planned, or to be computed otherwise */
};

/* ---- Looks ---- */

static bool looks_like(const look *seen, const fa_array *array)
{
    size_t bytes = (size_t)array->ndim * sizeof(int64_t);
    return seen->dtype != NULL && seen->ndim == array->ndim &&
           memcmp(seen->sizes, array->sizes, bytes) == 0 &&
           memcmp(seen->strides, array->strides, bytes) == 0 &&
           (seen->dtype == array->dtype || fa_dtype_equal(seen->dtype, array->dtype));
}

static void look_at(look *seen, const fa_array *array)
{
    size_t bytes = (size_t)array->ndim * sizeof(int64_t);
    const fa_dtype *before = seen->dtype;
    seen->dtype = fa_dtype_retain(array->dtype);
    seen->ndim = array->ndim;
    memcpy(seen->sizes, array->sizes, bytes);
    memcpy(seen->strides, array->strides, bytes);
    fa_dtype_release(before);
}

static bool is_known(const fa_program *program, const fa_array *target, fa_array *const *arrays)
{
    bool known = looks_like(&program->looks[program->count], target);
    for (int i = 0; i < program->count && known; i++)
        known = looks_like(&program->looks[i], arrays[i]);
    return known;
}

/* ---- Planning ---- */

static fa__compiled *plan(fa_program *program, fa_array *const *stand_ins, fa_array *target, fa_error *err)
{
    for (int i = 0; i < program->count; i++)
        program->variables[i].array = stand_ins[i];
    fa_vars vars = {program->count, program->variables};
    fa_array *value = fa__array_of(fa__parse_for(target->dtype, program->text, vars, err), err);
    fa_array *fitted = value != NULL ? fa__broadcast_value(value, target, err) : NULL;
    fa__compiled *compiled =
        fitted != NULL ? fa__compile(fitted, target, stand_ins, program->count, err) : NULL;
    fa_release(fitted);
    fa_release(value);
    return compiled;
}

/* What cannot be planned is computed as any other text, and what is wrong with it is said then. */
static void plan_again(fa_program *program, fa_array *target, fa_array *const *arrays)
{
    fa_error ignored = {0};
    fa__compiled_free(program->compiled);
    program->compiled = NULL;
    for (int i = 0; i < program->count; i++)
        look_at(&program->looks[i], arrays[i]);
    look_at(&program->looks[program->count], target);
    fa_array **stand_ins = fa__alloc_zero((size_t)program->count, sizeof *stand_ins, &ignored);
    for (int i = 0; i < program->count && stand_ins != NULL; i++)
        stand_ins[i] = fa__stand_in(arrays[i], &ignored);
    fa_array *stand_in = fa__stand_in(target, &ignored);
    if (!fa_failed(&ignored))
        program->compiled = plan(program, stand_ins, stand_in, &ignored);
    for (int i = 0; i < program->count && stand_ins != NULL; i++)
        fa_release(stand_ins[i]);
    fa__free(stand_ins);
    fa_release(stand_in);
}

/* ---- The public functions ---- */

fa_program *fa_compile(const char *text, int count, const char *const *names, fa_error *err)
{
    static const fa__mutex fresh = FA__MUTEX_INIT;
    if (fa_failed(err))
        return NULL;
    bool named = text != NULL && count >= 0 && (names != NULL || count == 0);
    for (int i = 0; i < count && named; i++)
        named = names[i] != NULL;
    if (!named) {
        fa__fail(err, FA_INVALID_ARGUMENT, "compile needs a text, and as many names as it is told");
        return NULL;
    }
    fa_program *program = fa__alloc_zero(1, sizeof *program, err);
    if (program == NULL)
        return NULL;
    memcpy(&program->mutex, &fresh, sizeof fresh);
    program->count = count;
    program->text = fa__copy_text(text, strlen(text), err);
    program->variables = fa__alloc_zero((size_t)count, sizeof *program->variables, err);
    program->looks = fa__alloc_zero((size_t)count + 1, sizeof *program->looks, err);
    for (int i = 0; i < count && !fa_failed(err); i++)
        program->variables[i].name = fa__copy_text(names[i], strlen(names[i]), err);
    if (!fa_failed(err))
        return program;
    fa_program_release(program);
    return NULL;
}

static void run(fa_program *program, fa_array *target, fa_array *const *arrays, fa_error *err)
{
    if (!is_known(program, target, arrays))
        plan_again(program, target, arrays);
    if (program->compiled != NULL && fa__write_gate(target, NULL, NULL, err) &&
        fa__compiled_run(program->compiled, target, arrays, err))
        return;
    if (fa_failed(err)) { /* the next run begins anew */
        fa__compiled_free(program->compiled);
        program->compiled = NULL;
        fa_dtype_release(program->looks[program->count].dtype);
        program->looks[program->count].dtype = NULL;
        return;
    }
    for (int i = 0; i < program->count; i++)
        program->variables[i].array = arrays[i];
    fa_eval_into(target, program->text, (fa_vars){program->count, program->variables}, err);
}

void fa_program_run(fa_program *program, fa_array *target, fa_array *const *arrays, fa_error *err)
{
    if (fa_failed(err))
        return;
    if (program == NULL || (arrays == NULL && program->count > 0)) {
        fa__fail(err, FA_INVALID_ARGUMENT, "program_run needs a program and its arrays");
        return;
    }
    if (fa__unusable(target, err))
        return;
    for (int i = 0; i < program->count; i++)
        if (fa__unusable(arrays[i], err) || !fa__source_check(arrays[i]->source, err))
            return;
    fa__mutex_lock(&program->mutex);
    run(program, target, arrays, err);
    fa__mutex_unlock(&program->mutex);
}

void fa_program_release(fa_program *program)
{
    if (program == NULL)
        return;
    fa__compiled_free(program->compiled);
    for (int i = 0; program->variables != NULL && i < program->count; i++)
        fa__free((char *)program->variables[i].name);
    for (int i = 0; program->looks != NULL && i <= program->count; i++)
        fa_dtype_release(program->looks[i].dtype);
    fa__free(program->variables);
    fa__free(program->looks);
    fa__free(program->text);
    fa__free(program);
}
