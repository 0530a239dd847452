/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice of an instruction set, made once, and the finders of kernels. Also the lists of operations as
 * arrays. */
#include "kernel/isa.h"

#include "kernel/scan.h"

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

const fa__operation_info fa__operations[FA__OPERATION_COUNT] = {
#define X(id, name, arity, symbol, aliases, rule, documentation) \
    {#name, symbol, aliases, documentation, arity, FA__RULE_##rule, -1},
    FA__ELEMENTWISE(X)
#undef X
#define X(id, function, output, arity, rule, documentation) \
    {#function, "", "", documentation, arity, FA__RULE_##rule, output},
        FA__OUTPUTS(X)
#undef X
};

const fa__pair_info fa__pairs[FA__PAIR_COUNT] = {
#define X(name, arity, first, second, name_of_second, documentation) \
    {#name, documentation, arity, {FA__OP_##first, FA__OP_##second}},
    FA__PAIRS(X)
#undef X
};

const fa__reduction_info fa__reductions[FA__REDUCTION_COUNT] = {
#define X(id, name, aliases, documentation) {#name, aliases, documentation},
    FA__REDUCTIONS(X)
#undef X
};

const fa__whole_info fa__wholes[FA__WHOLE_COUNT + 1] = {
#define ROW(id, name, is_walk, documentation) {#name, documentation, is_walk},
    FA__WHOLES(ROW)
#undef ROW
        {0},
};

const fa__scan_info fa__scans[FA__SCAN_COUNT] = {
#define X(id, name, operation, documentation) {#name, documentation, FA__OP_##operation},
    FA__SCANS(X)
#undef X
};

static fa__kernels chosen;
static atomic_int chosen_state; /* 0: not yet, 1: some thread is at it, 2: done */

/* clang 14 has no name for this one. */
static bool has_f16c(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}

static bool has_v3(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && has_f16c();
}

static bool has_v4(void)
{
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

/* FARRAY_ISA takes the older set on a processor that has both; it cannot give a processor what it lacks.
 * FARRAY_MATH=fast takes functions of less accuracy. */
static void choose(void)
{
    const char *wanted = getenv("FARRAY_ISA"), *math = getenv("FARRAY_MATH");
    if (!has_v3())
        return;
    const bool old = !has_v4() || (wanted != NULL && strcmp(wanted, "x86-64-v3") == 0);
#define X(family) (old ? fa__fill_##family##_v3 : fa__fill_##family##_v4)(&chosen);
    FA__FAMILIES(X)
#undef X
    if (math != NULL && strcmp(math, "fast") == 0) {
        (old ? fa__fill_fast_v3 : fa__fill_fast_v4)(&chosen);
        (old ? fa__fill_narrow_v3 : fa__fill_narrow_v4)(&chosen);
    }
    chosen.name = old ? "x86-64-v3" : "x86-64-v4";
}

static void choose_once(void)
{
    int state = 0;
    if (atomic_compare_exchange_strong(&chosen_state, &state, 1)) {
        choose();
        atomic_store_explicit(&chosen_state, 2, memory_order_release);
    }
    while (atomic_load_explicit(&chosen_state, memory_order_acquire) != 2)
        ; /* another thread fills the table: microseconds */
}

static const fa__kernels *kernels(void)
{
    if (atomic_load_explicit(&chosen_state, memory_order_acquire) != 2)
        choose_once();
    return &chosen;
}

static bool has_kernels(fa_type type)
{
    return (unsigned)type < FA__KERNEL_TYPES;
}

const char *fa__kernel_isa(void)
{
    return kernels()->name;
}

fa__loop *fa__loop_find(fa__operation operation, fa_type type)
{
    return has_kernels(type) ? kernels()->loops[operation][type] : NULL;
}

fa__loop *fa__loop_compare_mixed(fa__operation operation, bool first_is_signed)
{
    return kernels()->compare_mixed[operation][first_is_signed];
}

fa__loop *fa__loop_of_pair(fa__operation operation, fa_type first, fa_type second)
{
    const fa__kernels *table = kernels();
    for (int i = 0; i < table->mixed_count; i++)
        if (table->mixed[i].operation == operation && table->mixed[i].first == first &&
            table->mixed[i].second == second)
            return table->mixed[i].loop;
    return NULL;
}

fa__link_run *fa__link_find(fa__operation operation, fa_type type, fa__link_form form)
{
    return has_kernels(type) ? kernels()->links[operation][type][form] : NULL;
}

fa__link_run *fa__link_move_find(fa__link_move move, fa_type type)
{
    return has_kernels(type) ? kernels()->link_moves[type][move] : NULL;
}

void fa__chain_run(fa__chain *chain, int64_t n, bool stream)
{
    kernels()->chain_run(chain, n, stream);
}

void fa__chain_sums(fa__chain *chain, int64_t n, double *sums)
{
    kernels()->chain_sums(chain, n, sums);
}

static fa_type real_type(fa_type type)
{
    return type == FA_TYPE_COMPLEX64 ? FA_TYPE_FLOAT32 : type == FA_TYPE_COMPLEX128 ? FA_TYPE_FLOAT64 : type;
}

fa_type fa__loop_input(fa__operation operation, fa_type type, int position)
{
    switch (fa__operations[operation].rule) {
    case FA__RULE_CHOOSE:
        return position == 0 ? FA_TYPE_BOOL : type;
    case FA__RULE_SCALE:
        return position == 1 ? FA_TYPE_INT64 : type;
    default:
        return type;
    }
}

fa_type fa__loop_result(fa__operation operation, fa_type type)
{
    if (operation == FA__OP_SUBTRACT && type == FA_TYPE_DATETIME64)
        return FA_TYPE_TIMEDELTA64;
    if (operation == FA__OP_DIVIDE && type == FA_TYPE_TIMEDELTA64)
        return FA_TYPE_FLOAT64;
    if (operation == FA__OP_FLOOR_DIVIDE && type == FA_TYPE_TIMEDELTA64)
        return FA_TYPE_INT64;
    switch (fa__operations[operation].rule) {
    case FA__RULE_ABSOLUTE:
    case FA__RULE_PARTS:
        return real_type(type);
    case FA__RULE_COMPARE:
    case FA__RULE_PREDICATE:
    case FA__RULE_FLOAT_PREDICATE:
    case FA__RULE_TIME_PREDICATE:
    case FA__RULE_LOGIC:
        return FA_TYPE_BOOL;
    case FA__RULE_COUNT:
        return FA_TYPE_UINT8;
    case FA__RULE_EXPONENT:
        return FA_TYPE_INT32;
    default:
        return type;
    }
}

bool fa__loop_is_exact(fa__operation operation, fa_type type)
{
    switch (operation) {
    case FA__OP_POWER:
        return type <= FA_TYPE_UINT64;
    case FA__OP_ABSOLUTE:
    case FA__OP_SIGN:
    case FA__OP_SQRT:
        return type <= FA_TYPE_FLOAT64;
    case FA__OP_FLOAT_POWER:
    case FA__OP_LOGADDEXP:
    case FA__OP_LOGADDEXP2:
    case FA__OP_ARCTAN2:
    case FA__OP_HYPOT:
    case FA__OP_CBRT:
    case FA__OP_EXP:
    case FA__OP_EXP2:
    case FA__OP_EXPM1:
    case FA__OP_LOG:
    case FA__OP_LOG2:
    case FA__OP_LOG10:
    case FA__OP_LOG1P:
    case FA__OP_SIN:
    case FA__OP_COS:
    case FA__OP_TAN:
    case FA__OP_ARCSIN:
    case FA__OP_ARCCOS:
    case FA__OP_ARCTAN:
    case FA__OP_SINH:
    case FA__OP_COSH:
    case FA__OP_TANH:
    case FA__OP_ARCSINH:
    case FA__OP_ARCCOSH:
    case FA__OP_ARCTANH:
        return false;
    default:
        return true;
    }
}

bool fa__any_negative(const void *elements, fa_type type, int64_t n)
{
    bool (*any_negative)(const void *, int64_t) = has_kernels(type) ? kernels()->any_negative[type] : NULL;
    return any_negative != NULL && any_negative(elements, n);
}

fa__convert_loop *fa__convert_find(fa_type from, fa_type to)
{
    return has_kernels(from) && has_kernels(to) ? kernels()->converts[from][to] : NULL;
}

void fa__gather(void *out, const void *in, int64_t stride, int64_t n, int64_t item_bytes, int swap)
{
    kernels()->gather(out, in, stride, n, item_bytes, swap);
}

void fa__scatter(void *out, int64_t stride, const void *in, int64_t n, int64_t item_bytes, int swap)
{
    kernels()->scatter(out, stride, in, n, item_bytes, swap);
}

void fa__transpose(void *out, int64_t out_row_stride, const void *in, int64_t in_column_stride, int64_t rows,
                   int64_t columns, int64_t item_bytes, int swap, bool stream)
{
    kernels()->transpose(out, out_row_stride, in, in_column_stride, rows, columns, item_bytes, swap, stream);
}

void fa__stream_end(void)
{
    _mm_sfence();
}

void fa__stream_copy(void *out, const void *in, size_t bytes)
{
    kernels()->stream_copy(out, in, bytes);
}

void fa__fill(void *out, const void *element, int64_t n, int64_t item_bytes)
{
    kernels()->fill(out, element, n, item_bytes);
}

int64_t fa__count_true(const unsigned char *mask, int64_t n)
{
    return kernels()->count_true(mask, n);
}

int64_t fa__true_positions(int64_t *out, int64_t room, const unsigned char *mask, int64_t n, int64_t first)
{
    return kernels()->true_positions(out, room, mask, n, first);
}

int64_t fa__squeeze(void *out, int64_t room, const void *in, const unsigned char *mask, int64_t n,
                    int64_t item_bytes)
{
    return kernels()->squeeze(out, room, in, mask, n, item_bytes);
}

void fa__pick(void *out, const void *base, const int64_t *offsets, int64_t n, int64_t item_bytes, bool stream)
{
    kernels()->pick(out, base, offsets, n, item_bytes, stream);
}

bool fa__pick_along(void *out, const void *base, const int64_t *positions, int64_t stride, int64_t size,
                    int64_t n, int64_t item_bytes, bool stream)
{
    return kernels()->pick_along(out, base, positions, stride, size, n, item_bytes, stream);
}

void fa__place(void *base, const int64_t *offsets, const void *in, int64_t n, int64_t item_bytes)
{
    kernels()->place(base, offsets, in, n, item_bytes);
}

void fa__overlay(void *out, const void *in, const unsigned char *mask, int64_t n, int64_t item_bytes)
{
    kernels()->overlay(out, in, mask, n, item_bytes);
}

const fa__reducer *fa__reducer_find(fa__reduction reduction, fa_type type)
{
    if (!has_kernels(type))
        return NULL;
    const fa__reducer *reducer = &kernels()->reducers[reduction][type];
    return reducer->leaf != NULL ? reducer : NULL;
}

const fa__joint *fa__joint_find(fa__reduction first, uint64_t wanted, fa_type type)
{
    const fa__joint *best = NULL;
    int most = 1;
    for (int i = 0; has_kernels(type) && i < FA__MAX_JOINTS; i++) {
        const fa__joint *joint = &kernels()->joints[type][i];
        const int covered = __builtin_popcountll(joint->covers & wanted);
        if ((joint->covers >> first & 1) != 0 && covered > most) {
            best = joint;
            most = covered;
        }
    }
    return best;
}

const fa__ranker *fa__ranker_find(fa_type type)
{
    if (!has_kernels(type))
        return NULL;
    const fa__ranker *ranker = &kernels()->rankers[type];
    return ranker->keys != NULL ? ranker : NULL;
}

void fa__find_bins(const fa__bins *bins, const void *x, int64_t n, int32_t *out)
{
    kernels()->find_bins(bins, x, n, out);
}

void fa__count_elements(const fa__bins *bins, const void *x, int64_t n, int64_t *counters)
{
    kernels()->count_elements(bins, x, n, counters);
}

void fa__add_bins(double *sums, const int32_t *bins, const double *weights, int parts, int64_t n)
{
    kernels()->add_bins(sums, bins, weights, parts, n);
}

fa__scan_loop *fa__scan_find(fa__operation operation, fa_type type)
{
    return has_kernels(type) ? kernels()->scans[operation][type] : NULL;
}

void fa__sum_in_octave(const double *x, int64_t n, double near, fa__octave_sum *sum)
{
    kernels()->octave_sum(x, n, near, sum);
}

void fa__generate(fa__generator generator, fa_type type, const fa__generator_params *params, int64_t first,
                  int64_t step, int64_t n, void *out, bool past_cache)
{
    kernels()->generate(generator, type, params, first, step, n, out, past_cache);
}

fa__product_loop *fa__product_find(fa_type type)
{
    return has_kernels(type) ? kernels()->products[type] : NULL;
}

size_t fa__product_room(fa_type type)
{
    return has_kernels(type) ? kernels()->product_rooms[type] : 0;
}

int fa__key_bytes(fa_type type)
{
    switch (type) {
    case FA_TYPE_COMPLEX64:
    case FA_TYPE_COMPLEX128:
        return 0;
    case FA_TYPE_INT64:
    case FA_TYPE_UINT64:
    case FA_TYPE_FLOAT64:
    case FA_TYPE_DATETIME64:
    case FA_TYPE_TIMEDELTA64:
        return 8;
    default:
        return has_kernels(type) ? 4 : 0;
    }
}

void fa__keys_of(void *keys, const void *elements, fa_type type, int64_t n, bool merged)
{
    kernels()->keys_of(keys, elements, type, n, merged);
}

void fa__elements_of(void *elements, const void *keys, fa_type type, int64_t n)
{
    kernels()->elements_of(elements, keys, type, n);
}

void fa__sort_keys(void *keys, int64_t n, int key_bytes)
{
    kernels()->sort_keys(keys, n, key_bytes);
}

int64_t fa__select_key(void *keys, int64_t n, int64_t k, int key_bytes)
{
    return kernels()->select_key(keys, n, k, key_bytes);
}

int64_t fa__part_keys(void *keys, int64_t n, int key_bytes)
{
    return kernels()->part_keys(keys, n, key_bytes);
}

void fa__search_keys(const void *keys, int64_t n, const void *sought, int64_t count, int key_bytes,
                     bool right, int64_t *positions)
{
    kernels()->search_keys(keys, n, sought, count, key_bytes, right, positions);
}

void fa__key_range(const void *elements, fa_type type, int64_t n, int64_t *low, int64_t *high)
{
    kernels()->key_range(elements, type, n, low, high);
}

fa__packing fa__packing_of(fa_type type, int64_t low, int64_t high, int64_t n)
{
    const uint64_t range = (uint64_t)high - (uint64_t)low;
    const int range_bits = range == 0 ? 0 : 64 - __builtin_clzll(range);
    const int position_bits = n < 2 ? 1 : 64 - __builtin_clzll((uint64_t)n - 1);
    const int beyond = range_bits + position_bits - 64;
    return (fa__packing){type, (uint64_t)low, position_bits, beyond > 0 ? beyond : 0};
}

void fa__pack(const fa__packing *packing, const void *elements, int64_t first, int64_t n, int64_t *packed)
{
    kernels()->pack(packing, elements, first, n, packed);
}

void fa__sort_lost(const fa__packing *packing, const void *elements, int64_t *packed, int64_t n)
{
    kernels()->sort_lost(packing, elements, packed, n);
}

void fa__unpack(const fa__packing *packing, int64_t *packed, int64_t n, int64_t first)
{
    kernels()->unpack(packing, packed, n, first);
}
