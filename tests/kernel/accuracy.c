/* SPDX-License-Identifier: BSD-3-Clause */
/* How far the library's real functions are from the exact values, in units of the last place of the exact
 * value (Goldberg's: the distance of neighbours in its binade), by the library's own loops on blocks, both
 * instruction sets at once. Fails where one is farther away than the bound, or where the two differ in any
 * bit.
 *
 *     accuracy [--long] [--table] [--fast] [--bound ULP] [--jobs N] [--only NAMES]
 *              [--type NAME] [--seed N]
 *
 * Functions of one float16, bfloat16 and (with --long) float32 are measured at every argument, all others at
 * random and chosen ones. What float64 functions of libmvec and long double ones of glibc say to be near the
 * worst is measured by MPFR, and so is every 16th float64 result. --table prints the table of
 * docs/accuracy.md. */
#include "accuracy_functions.h"
#include "accuracy_inputs.h"
#include "kernel/isa.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = FA__BLOCK, LOWEST_SUM = -48, CERTAIN = 16 };

/* ---- What is measured ---- */

typedef struct real_function {
    const char *name;
    fa__operation operation;
    int arity;
    double ranges[4];
    int (*exact)(mpfr_t, const mpfr_t, mpfr_rnd_t);
    int (*exact_of_two)(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t);
    long double (*wide)(long double);
    long double (*wide_of_two)(long double, long double);
    __m256d (*vectors)(__m256d);
    __m256d (*vectors_of_two)(__m256d, __m256d);
} real_function;

static long double wide_logaddexp(long double x, long double y)
{
    return x == y ? x + logl(2) : fmaxl(x, y) + log1pl(expl(-fabsl(x - y)));
}

static long double wide_logaddexp2(long double x, long double y)
{
    return x == y ? x + 1 : fmaxl(x, y) + log1pl(exp2l(-fabsl(x - y))) / logl(2);
}

static __m256d vectors_of(long double (*function)(long double, long double), __m256d x, __m256d y)
{
    double a[4], b[4];
    _mm256_storeu_pd(a, x);
    _mm256_storeu_pd(b, y);
    for (int i = 0; i < 4; i++)
        a[i] = (double)function((long double)a[i], (long double)b[i]);
    return _mm256_loadu_pd(a);
}

static __m256d vectors_logaddexp(__m256d x, __m256d y)
{
    return vectors_of(wide_logaddexp, x, y);
}

static __m256d vectors_logaddexp2(__m256d x, __m256d y)
{
    return vectors_of(wide_logaddexp2, x, y);
}

#define wide_arctan2    atan2l
#define wide_hypot      hypotl
#define wide_power      powl
#define vectors_arctan2 _ZGVdN4vv_atan2
#define vectors_hypot   _ZGVdN4vv_hypot
#define vectors_power   _ZGVdN4vv_pow

static const real_function functions[] = {
#define UNARY(id, name, c_name, low, high, other_low, other_high)                                       \
    {#name, FA__OP_##id,       1,   {low, high, other_low, other_high}, mpfr_##c_name, NULL, c_name##l, \
     NULL,  _ZGVdN4v_##c_name, NULL},
    UNARY_FUNCTIONS(UNARY)
#undef UNARY
#define BINARY(id, name) \
    {#name, FA__OP_##id, 2, {0, 0, 0, 0}, NULL, mpfr_##name, NULL, wide_##name, NULL, vectors_##name},
        BINARY_FUNCTIONS(BINARY)
#undef BINARY
};

typedef struct float_format {
    const char *name;
    fa_type type;
    int bytes, digits, largest,
        smallest; /* digits of the fraction and the one before; exponents of normal numbers */
} float_format;

static const float_format formats[] = {{"float16", FA_TYPE_FLOAT16, 2, 11, 15, -14},
                                       {"bfloat16", FA_TYPE_BFLOAT16, 2, 8, 127, -126},
                                       {"float32", FA_TYPE_FLOAT32, 4, 24, 127, -126},
                                       {"float64", FA_TYPE_FLOAT64, 8, 53, 1023, -1022}};

enum { FUNCTIONS = COUNT_OF(functions), FORMATS = COUNT_OF(formats) };

static struct {
    bool is_long, table, fast;
    double bound;
    int jobs;
    const char *only, *type;
    uint64_t seed;
} options = {.bound = 1, .jobs = 1, .seed = 1};

static fa__kernels sets[2]; /* x86-64-v3 and v4, where the processor has it */
static int set_count;

/* ---- One result ---- */

typedef struct worst_case {
    double worst, at[2], got;
    int64_t measured, by_mpfr, differing;
    double differs_at[2];
} worst_case;

/* The distance of `got` from an exact value, in units that are no smaller than those of 2**smallest. Infinity
 * stands where the type's next number would, for itself and for everything beyond. Another sign is as far as
 * can be, unless units are larger than the type's: then it is a distance like others. */
static double error_of(mpfr_t exact, double got, const float_format *format, long smallest)
{
    if (mpfr_nan_p(exact) || got != got)
        return mpfr_nan_p(exact) && got != got ? 0 : INFINITY;
    const bool has_other_sign = (mpfr_signbit(exact) != 0) != (signbit(got) != 0);
    if (has_other_sign && (smallest == format->smallest || mpfr_zero_p(exact)))
        return INFINITY;
    if (mpfr_zero_p(exact))
        return got == 0 ? 0 : INFINITY;
    mpfr_t distance;
    mpfr_init2(distance, PRECISION);
    const bool is_beyond = mpfr_inf_p(exact) || mpfr_get_exp(exact) - 1 > format->largest;
    const long exponent = is_beyond ? format->largest + 1 : mpfr_get_exp(exact) - 1;
    if (is_beyond)
        mpfr_set_ui_2exp(distance, 1, exponent, MPFR_RNDN);
    else
        mpfr_abs(distance, exact, MPFR_RNDN);
    mpfr_t size;
    mpfr_init2(size, 64);
    if (isinf(got))
        mpfr_set_ui_2exp(size, 1, format->largest + 1, MPFR_RNDN);
    else
        mpfr_set_d(size, fabs(got), MPFR_RNDN);
    (has_other_sign ? mpfr_add : mpfr_sub)(distance, distance, size, MPFR_RNDN);
    const long unit = (exponent > smallest ? exponent : smallest) - format->digits + 1;
    mpfr_mul_2si(distance, distance, -(is_beyond ? unit - 1 : unit), MPFR_RNDN);
    const double error = fabs(mpfr_get_d(distance, MPFR_RNDN));
    mpfr_clears(distance, size, (mpfr_ptr)NULL);
    return error;
}

/* What two terms of a sum take from each other is exact to twice the digits of a double, and no more. */
static long smallest_unit(const real_function *function, const float_format *format)
{
    const bool is_sum = function->operation == FA__OP_LOGADDEXP || function->operation == FA__OP_LOGADDEXP2;
    return is_sum && format->smallest < LOWEST_SUM ? LOWEST_SUM : format->smallest;
}

static double exact_error(const real_function *function, const float_format *format, double x, double y,
                          double got)
{
    mpfr_t a, b, value;
    mpfr_init2(a, 53);
    mpfr_init2(b, 53);
    mpfr_init2(value, PRECISION);
    mpfr_set_d(a, x, MPFR_RNDN);
    mpfr_set_d(b, y, MPFR_RNDN);
    if (function->arity == 1)
        function->exact(value, a, MPFR_RNDN);
    else
        function->exact_of_two(value, a, b, MPFR_RNDN);
    const double error = error_of(value, got, format, smallest_unit(function, format));
    mpfr_clears(a, b, value, (mpfr_ptr)NULL);
    return error;
}

/* ---- A block of them ---- */

typedef struct sample {
    _Alignas(64) char inputs[2][BLOCK * 8], outputs[2][BLOCK * 8]; /* as the loops see them */
    _Alignas(64) double x[BLOCK], y[BLOCK], got[BLOCK], estimate[BLOCK];
} sample;

static void widen(const float_format *format, double *out, const void *in)
{
    sets[0].converts[format->type][FA_TYPE_FLOAT64](out, in, BLOCK);
}

static void round_inputs(const float_format *format, sample *block)
{
    sets[0].converts[FA_TYPE_FLOAT64][format->type](block->inputs[0], block->x, BLOCK);
    sets[0].converts[FA_TYPE_FLOAT64][format->type](block->inputs[1], block->y, BLOCK);
}

static void compute(const real_function *function, const float_format *format, sample *block,
                    worst_case *finding)
{
    const void *const inputs[] = {block->inputs[0], block->inputs[1]};
    for (int k = 0; k < set_count; k++)
        sets[k].loops[function->operation][format->type](block->outputs[k], inputs, BLOCK, 0);
    widen(format, block->x, block->inputs[0]);
    if (function->arity == 2)
        widen(format, block->y, block->inputs[1]);
    widen(format, block->got, block->outputs[0]);
    if (set_count < 2 || memcmp(block->outputs[0], block->outputs[1], (size_t)(BLOCK * format->bytes)) == 0)
        return;
    double other[BLOCK];
    widen(format, other, block->outputs[1]);
    for (int i = 0; i < BLOCK; i++)
        if (memcmp(&other[i], &block->got[i], sizeof(double)) != 0 &&
            !(other[i] != other[i] && block->got[i] != block->got[i])) {
            finding->differing++;
            finding->differs_at[0] = block->x[i];
            finding->differs_at[1] = block->y[i];
        }
}

/* How far results seem to be from `near`, which is a double of enough digits; infinite where something is
 * odd. */
static void estimate_by_vectors(const real_function *function, const float_format *format, sample *block)
{
    const __m256d sign = _mm256_set1_pd(-0.0), endless = _mm256_set1_pd(INFINITY);
    const __m256d beyond = _mm256_set1_pd(ldexp(1, format->largest + 1));
    const __m256d smallest = _mm256_set1_pd(ldexp(1, format->smallest));
    const __m256d digits = _mm256_set1_pd(ldexp(1, format->digits - 1));
    for (int i = 0; i < BLOCK; i += 4) {
        const __m256d x = _mm256_load_pd(block->x + i), y = _mm256_load_pd(block->y + i);
        const __m256d near = function->arity == 1 ? function->vectors(x) : function->vectors_of_two(x, y);
        const __m256d got = _mm256_load_pd(block->got + i);
        const __m256d far =
            _mm256_min_pd(beyond, _mm256_andnot_pd(sign, near)); /* NaN stays: the second operand */
        const __m256d size = _mm256_min_pd(beyond, _mm256_andnot_pd(sign, got));
        const __m256d binade = _mm256_and_pd(_mm256_max_pd(far, smallest), endless);
        const __m256d error =
            _mm256_div_pd(_mm256_mul_pd(_mm256_andnot_pd(sign, _mm256_sub_pd(far, size)), digits), binade);
        const __m256d both_nan =
            _mm256_and_pd(_mm256_cmp_pd(near, near, _CMP_UNORD_Q), _mm256_cmp_pd(got, got, _CMP_UNORD_Q));
        const __m256d other_sign = _mm256_blendv_pd(_mm256_setzero_pd(), endless, _mm256_xor_pd(near, got));
        _mm256_store_pd(
            block->estimate + i,
            _mm256_andnot_pd(
                both_nan,
                _mm256_max_pd(other_sign,
                              _mm256_blendv_pd(error, endless, _mm256_cmp_pd(error, error, _CMP_UNORD_Q)))));
    }
}

static void estimate_by_long_doubles(const real_function *function, const float_format *format, sample *block)
{
    for (int i = 0; i < BLOCK; i++) {
        const long double x = (long double)block->x[i], y = (long double)block->y[i],
                          got = (long double)block->got[i];
        const long double near = function->arity == 1 ? function->wide(x) : function->wide_of_two(x, y);
        const bool is_same = (near != near && got != got) || (near == got && signbit(near) == signbit(got));
        block->estimate[i] = is_same ? 0 : INFINITY;
        if (is_same || near != near || got != got || near == 0 || isinf(near) || isinf(got))
            continue;
        const int exponent = ilogbl(near) > format->smallest ? ilogbl(near) : format->smallest;
        block->estimate[i] = (double)ldexpl(fabsl(near - got), format->digits - 1 - exponent);
    }
}

static void measure(const real_function *function, const float_format *format, sample *block,
                    worst_case *finding)
{
    const bool is_double = format->type == FA_TYPE_FLOAT64;
    compute(function, format, block, finding);
    if (is_double)
        estimate_by_long_doubles(function, format, block);
    else
        estimate_by_vectors(function, format, block);
    const double slack = is_double ? 0x1p-8 : 0x1p-14;
    for (int i = 0; i < BLOCK; i++) {
        if (block->estimate[i] <= finding->worst - slack && !(is_double && i % CERTAIN == 0))
            continue;
        const double error = exact_error(function, format, block->x[i], block->y[i], block->got[i]);
        finding->by_mpfr++;
        if (error > finding->worst) {
            finding->worst = error;
            finding->at[0] = block->x[i];
            finding->at[1] = block->y[i];
            finding->got = block->got[i];
        }
    }
    finding->measured += BLOCK;
}

/* ---- All blocks of a function and a type ---- */

/* Every `step`-th of all bits that one or two arguments may have. */
static void measure_bits(const real_function *function, const float_format *format, sample *block,
                         worst_case *finding, uint64_t step)
{
    const int bits = 8 * format->bytes * function->arity;
    uint64_t next = 0;
    while (next >> bits == 0) {
        for (int i = 0; i < BLOCK; i++, next += step) {
            const uint64_t second = next >> (bits / 2); /* of two */
            memcpy(block->inputs[0] + i * format->bytes, &next, (size_t)format->bytes);
            memcpy(block->inputs[1] + i * format->bytes, &second, (size_t)format->bytes);
        }
        measure(function, format, block, finding);
    }
}

static void measure_random(const real_function *function, const float_format *format, sample *block,
                           worst_case *finding, int64_t blocks)
{
    source random = {options.seed ^ (uint64_t)function->operation << 32 ^ (uint64_t)format->type << 48};
    for (int64_t k = 0; k < blocks; k++) {
        for (int i = 0; i < BLOCK; i++) {
            double pair[2] = {0, 0};
            if (function->arity == 1)
                pair[0] = argument(&random, k, function->ranges);
            else
                argument_pair(&random, k, format->largest, pair);
            block->x[i] = pair[0];
            block->y[i] = pair[1];
        }
        round_inputs(format, block);
        measure(function, format, block, finding);
    }
}

static void measure_hard(const real_function *function, const float_format *format, sample *block,
                         worst_case *finding)
{
    const int hard = COUNT_OF(hard_arguments), edge = COUNT_OF(edges), all = 2 * (hard + edge);
    for (int done = 0; done < all; done += BLOCK) {
        for (int i = 0; i < BLOCK; i++) {
            const int k = (done + i) % all / 2;
            const double x = k < hard ? hard_arguments[k] : edges[k - hard];
            block->x[i] = i & 1 ? -x : x;
            block->y[i] = hard_pairs[i % COUNT_OF(hard_pairs)][1];
        }
        round_inputs(format, block);
        measure(function, format, block, finding);
    }
}

static void measure_all(const real_function *function, const float_format *format, worst_case *finding)
{
    static sample block;
    measure_hard(function, format, &block, finding);
    const bool is_narrow = format->bytes == 2, is_one = function->arity == 1;
    if (format->bytes * function->arity <= 4)
        measure_bits(function, format, &block, finding, options.is_long || (is_narrow && is_one) ? 1 : 1021);
    if (format->type == FA_TYPE_FLOAT64)
        measure_random(function, format, &block, finding, options.is_long ? 9800 : 60);
    else if (!is_one)
        measure_random(function, format, &block, finding, options.is_long ? 100000 : 1000);
}

/* ---- All of them, by several processes ---- */

typedef struct all_cases {
    int next;
    worst_case findings[FUNCTIONS][FORMATS];
} all_cases;

/* Whether a list of names with commas between them has this one; no list has all. */
static bool is_among(const char *names, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = names; at != NULL; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return names == NULL;
}

static void work(all_cases *shared)
{
    int k;
    while ((k = __atomic_fetch_add(&shared->next, 1, __ATOMIC_SEQ_CST)) < FUNCTIONS * FORMATS) {
        /* The longest ones first. */
        const real_function *function = &functions[k % FUNCTIONS];
        const int f = FORMATS - 1 - k / FUNCTIONS;
        if (is_among(options.only, function->name) && is_among(options.type, formats[f].name))
            measure_all(function, &formats[f], &shared->findings[k % FUNCTIONS][f]);
    }
}

static bool report(const all_cases *shared)
{
    bool is_good = true;
    for (int i = 0; i < FUNCTIONS; i++)
        for (int f = 0; f < FORMATS; f++) {
            const worst_case *finding = &shared->findings[i][f];
            if (finding->measured == 0)
                continue;
            const bool is_far = finding->worst > options.bound;
            printf("%-10s %-8s %7.4f ULP at %a", functions[i].name, formats[f].name, finding->worst,
                   finding->at[0]);
            if (functions[i].arity == 2)
                printf(", %a", finding->at[1]);
            printf(": %a (of %lld, %lld by MPFR)%s\n", finding->got, (long long)finding->measured,
                   (long long)finding->by_mpfr, is_far ? " TOO FAR" : "");
            if (finding->differing > 0)
                printf("    the instruction sets differ %lld times, for example at %a, %a\n",
                       (long long)finding->differing, finding->differs_at[0], finding->differs_at[1]);
            is_good &= !is_far && finding->differing == 0;
        }
    return is_good;
}

static bool print_table(const all_cases *shared)
{
    bool is_good = true;
    printf("| function |");
    for (int f = 0; f < FORMATS; f++)
        printf(" %s |", formats[f].name);
    printf(" worst of float64 at |\n|---|---|---|---|---|---|\n");
    for (int i = 0; i < FUNCTIONS; i++) {
        printf("| `%s` |", functions[i].name);
        const worst_case *row = shared->findings[i];
        for (int f = 0; f < FORMATS; f++) {
            printf(" %.4f |", row[f].worst);
            is_good &= row[f].worst <= options.bound && row[f].differing == 0;
        }
        const worst_case *last = &row[FORMATS - 1];
        if (functions[i].arity == 2)
            printf(" `%a, %a` |\n", last->at[0], last->at[1]);
        else
            printf(" `%a` |\n", last->at[0]);
    }
    return is_good;
}

static void fill_sets(void)
{
    const char *newest = fa__kernel_isa();
    set_count = newest != NULL && strcmp(newest, "x86-64-v4") == 0 ? 2 : 1;
#define X(family)                     \
    fa__fill_##family##_v3(&sets[0]); \
    if (set_count > 1)                \
        fa__fill_##family##_v4(&sets[1]);
    FA__FAMILIES(X)
    if (options.fast) {
        X(fast)
        X(narrow)
    }
#undef X
}

static void read_options(int count, char **words)
{
    for (int i = 1; i < count; i++) {
        const char *word = words[i], *value = i + 1 < count ? words[i + 1] : "";
        if (strcmp(word, "--long") == 0)
            options.is_long = true;
        else if (strcmp(word, "--table") == 0)
            options.table = true;
        else if (strcmp(word, "--fast") == 0)
            options.fast = true;
        else if (strcmp(word, "--bound") == 0 && ++i)
            options.bound = strtod(value, NULL);
        else if (strcmp(word, "--jobs") == 0 && ++i)
            options.jobs = atoi(value);
        else if (strcmp(word, "--only") == 0 && ++i)
            options.only = value;
        else if (strcmp(word, "--type") == 0 && ++i)
            options.type = value;
        else if (strcmp(word, "--seed") == 0 && ++i)
            options.seed = strtoull(value, NULL, 10);
        else {
            fprintf(stderr, "accuracy: what is %s?\n", word);
            exit(2);
        }
    }
}

int main(int count, char **words)
{
    options.is_long = getenv("FARRAY_LONG") != NULL;
    read_options(count, words);
    fill_sets();
    all_cases *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 2;
    for (int k = 0; k < options.jobs; k++)
        if (fork() == 0) {
            work(shared);
            _exit(0);
        }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed |= status;
    const bool is_good = options.table ? print_table(shared) : report(shared);
    return failed != 0 ? 2 : !is_good;
}
