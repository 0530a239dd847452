/* SPDX-License-Identifier: BSD-3-Clause */
/* Every operation on float16 and bfloat16: computed by the loop of float32 and rounded once, as NumPy and
 * ml_dtypes do. The loops follow from the list of operations. Only neighbours and distances go by the bits of
 * the type itself. */
#include "kernel/narrow.h"

/* The loops of float32, and what besides float32 they take and give. */
typedef struct wide_loop {
    fa__loop *run;
    int arity, result_bytes; /* 0: float32 */
    int input_bytes[3];
} wide_loop;

static wide_loop wide_loops[FA__OPERATION_COUNT];

static int bytes_of(fa_type type)
{
    switch (type) {
#define X(id, suffix, name, kind, character, c_type, bytes) \
    case FA_TYPE_##id:                                      \
        return bytes;
        FA__NUMERIC_TYPES(X)
#undef X
    default:
        return 0;
    }
}

static wide_loop wide_loop_of(fa__operation operation, fa__loop *run)
{
    const fa_type result = fa__loop_result(operation, FA_TYPE_FLOAT32);
    wide_loop loop = {.run = run, .arity = fa__operations[operation].arity};
    loop.result_bytes = result == FA_TYPE_FLOAT32 ? 0 : bytes_of(result);
    for (int k = 0; k < loop.arity; k++) {
        const fa_type input = fa__loop_input(operation, FA_TYPE_FLOAT32, k);
        loop.input_bytes[k] = input == FA_TYPE_FLOAT32 ? 0 : bytes_of(input);
    }
    return loop;
}

/* ROW(id) for each, of one output or of several. */
#define ELEMENTWISE_ROW(id, name, arity, symbol, aliases, rule, documentation) ROW(id)
#define OUTPUT_ROW(id, name, output, arity, rule, documentation)               ROW(id)
#define EVERY_OPERATION              \
    FA__ELEMENTWISE(ELEMENTWISE_ROW) \
    FA__OUTPUTS(OUTPUT_ROW)

#define S              f16
#define T              fa__half
#define TYPE           FA_TYPE_FLOAT16
#define MANTISSA_BITS  10
#define SIGNED_SPACING false
#include "kernel/narrow.inc.h"
#undef S
#undef T
#undef TYPE
#undef MANTISSA_BITS
#undef SIGNED_SPACING

#define S              bf16
#define T              fa__bfloat
#define TYPE           FA_TYPE_BFLOAT16
#define MANTISSA_BITS  7
#define SIGNED_SPACING true
#include "kernel/narrow.inc.h"

/* The last of the families: the others have filled in the loops of float32. */
void FA__ISA(fa__fill_narrow)(fa__kernels *kernels)
{
    for (int k = 0; k < FA__OPERATION_COUNT; k++)
        wide_loops[k] = wide_loop_of((fa__operation)k, kernels->loops[k][FA_TYPE_FLOAT32]);
    fill_f16(kernels);
    fill_bf16(kernels);
}
