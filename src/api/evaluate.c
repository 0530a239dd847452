/* SPDX-License-Identifier: BSD-3-Clause */
/* Sinks: assigning, evaluating, saving; limits and counters. */
#include "api/api.h"

#include "base/memory.h"
#include "engine/budget.h"
#include "engine/pool.h"
#include "storage/storage.h"

#include <string.h>

void fa_assign(fa_array *target, fa_array *value, fa_error *err)
{
    fa__write(target, value, false, NULL, err);
}

static void fill(fa_array *target, fa_type type, const void *value, fa_error *err)
{
    if (fa__unusable(target, err))
        return;
    fa_array *scalar = fa__array_of(fa__node_scalar(type, value, err), err);
    if (scalar != NULL)
        fa__write(target, scalar, true, NULL, err);
    fa_release(scalar);
}

void fa_fill_int64(fa_array *target, int64_t value, fa_error *err)
{
    fill(target, FA_TYPE_INT64, &value, err);
}

void fa_fill_float64(fa_array *target, double value, fa_error *err)
{
    fill(target, FA_TYPE_FLOAT64, &value, err);
}

/* ---- Several outputs ---- */

static bool options_are_good(const fa_evaluate_options *options, fa_error *err)
{
    return options == NULL || FA__RESERVED_IS_ZERO(options, err);
}

/* Where one output goes. */
typedef struct outgoing {
    fa_array *value; /* as a view of the target's shape; one reference */
    fa__publication *publication;
} outgoing;

/* The array to write to, in a new file; or in one that an earlier output began, where that is an archive. */
static fa_array *begin_file(const fa_output *output, outgoing *earlier, outgoing *out, fa_error *err)
{
    fa_array *array = output->array, *target = NULL;
    const fa_dtype *dtype =
        output->options != NULL && output->options->dtype != NULL ? output->options->dtype : array->dtype;
    for (; earlier < out && target == NULL; earlier++)
        if (earlier->publication != NULL)
            target = fa__publish_beside(earlier->publication, output->path, dtype, array->ndim, array->sizes,
                                        output->options, err);
    if (target != NULL || fa_failed(err))
        return target;
    out->publication =
        fa__publish_begin(output->path, dtype, array->ndim, array->sizes, output->options, err);
    return fa__publish_array(out->publication);
}

static bool begin(const fa_output *output, outgoing *earlier, outgoing *out, fa__sink *sink,
                  const fa_evaluate_options *options, fa_error *err)
{
    if (fa__unusable(output->array, err) || !FA__RESERVED_IS_ZERO(output, err))
        return false;
    fa_array *array = output->array;
    if (output->path != NULL && output->target != NULL)
        return fa__fail(err, FA_INVALID_ARGUMENT, "an output goes to a path or to a target, not to both");
    if (output->path != NULL) {
        if (output->options != NULL && !FA__RESERVED_IS_ZERO(output->options, err))
            return false;
        if (!fa__source_check(array->source, err))
            return false;
        out->value = fa_retain(array);
        sink->target = begin_file(output, earlier, out, err);
    } else if (output->target != NULL) {
        out->value = fa__broadcast_value(array, output->target, err);
        sink->target = output->target;
        fa__write_gate(output->target, NULL, options, err);
    } else {
        out->value = fa_retain(array);
    }
    sink->value = out->value;
    return !fa_failed(err);
}

typedef struct batch {
    outgoing *out;
    int count;
} batch;

static void prepare(void *argument, fa__watch *watch, fa_error *err)
{
    const batch *files = argument;
    for (int i = 0; i < files->count && !fa_failed(err); i++)
        if (files->out[i].publication != NULL)
            fa__publish_prepare(files->out[i].publication, watch, err);
}

/* All files are durable before the first appears under its name. */
static void publish(outgoing *out, int count, const fa_evaluate_options *options, fa_error *err)
{
    bool to_files = false;
    for (int i = 0; i < count; i++)
        to_files = to_files || out[i].publication != NULL;
    if (to_files)
        fa__engine_aside(prepare, &(batch){out, count}, options, err);
    for (int i = 0; i < count; i++) {
        if (out[i].publication != NULL && !fa_failed(err))
            fa__publish_commit(out[i].publication, true, err);
        else
            fa__publish_drop(out[i].publication);
        fa_release(out[i].value);
    }
}

void fa_evaluate_all(const fa_output *outputs, int count, const fa_evaluate_options *options, fa_error *err)
{
    if (fa_failed(err) || fa__engine_busy(err) || !options_are_good(options, err))
        return;
    if (count < 0 || (outputs == NULL && count > 0)) {
        fa__fail(err, FA_INVALID_ARGUMENT, "evaluate_all needs outputs");
        return;
    }
    outgoing *out = fa__alloc_zero((size_t)count, sizeof *out, err);
    fa__sink *sinks = fa__alloc_zero((size_t)count, sizeof *sinks, err);
    if (out != NULL && sinks != NULL) {
        for (int i = 0; i < count && begin(&outputs[i], out, &out[i], &sinks[i], options, err); i++)
            ;
        fa__engine_run(sinks, count, options, err);
        publish(out, count, options, err);
    }
    fa__free(out);
    fa__free(sinks);
}

void fa_evaluate(fa_array *array, const fa_evaluate_options *options, fa_error *err)
{
    fa_output output = {.array = array};
    fa_evaluate_all(&output, 1, options, err);
}

void fa_save(const char *path, fa_array *array, const fa_create_options *options, fa_error *err)
{
    if (!fa_failed(err) && path == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "the path is NULL");
    fa_output output = {.array = array, .path = path, .options = options};
    fa_evaluate_all(&output, 1, NULL, err);
}

/* ---- Limits and counters ---- */

void fa_set_memory_limit(size_t bytes, fa_error *err)
{
    fa__budget_set(bytes, err);
}

size_t fa_memory_limit(void)
{
    fa__budget_start();
    return fa__ledger_limit();
}

size_t fa_memory_used(void)
{
    return fa__ledger_used();
}

void fa_set_threads(int threads, fa_error *err)
{
    fa__pool_set_threads(threads, err);
}

int fa_threads(void)
{
    return fa__pool_threads();
}

size_t fa_resident_bytes(void)
{
    return fa__memory_resident();
}

void fa_get_statistics(fa_statistics *statistics)
{
    memset(statistics, 0, sizeof *statistics);
    fa__storage_statistics(&statistics->bytes_read, &statistics->bytes_written);
    fa__engine_statistics(&statistics->passes, &statistics->evaluations);
}
