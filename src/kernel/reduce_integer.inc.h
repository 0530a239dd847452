/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per integer type T and for bool: sums and products in 64 bits that wrap, minimum and
 * maximum. They are exact, so that the order is the compiler's. WIDE is the 64-bit type of T's kind; VALUE(x)
 * the number that x stands for. */

/* What a block adds up to. */
#if BITS <= 16
typedef int32_t NAME(block_sum);
#else
typedef uint64_t NAME(block_sum);
#endif

FA__INLINE uint64_t NAME(sum_block)(const T *x, int64_t n)
{
    NAME(block_sum) sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (NAME(block_sum))(WIDE)VALUE(x[i]);
    return (uint64_t)(int64_t)sum;
}

FA__INLINE uint64_t NAME(prod_block)(const T *x, int64_t n)
{
    uint64_t product = 1;
    for (int64_t i = 0; i < n; i++)
        product *= (uint64_t)(WIDE)VALUE(x[i]);
    return product;
}

FA__INLINE uint64_t NAME(min_block)(const T *x, int64_t n)
{
    T least = VALUE(x[0]);
    for (int64_t i = 1; i < n; i++) {
        const T value = VALUE(x[i]);
        least = value < least ? value : least;
    }
    return (uint64_t)(WIDE)least;
}

FA__INLINE uint64_t NAME(max_block)(const T *x, int64_t n)
{
    T most = VALUE(x[0]);
    for (int64_t i = 1; i < n; i++) {
        const T value = VALUE(x[i]);
        most = value > most ? value : most;
    }
    return (uint64_t)(WIDE)most;
}

FA__INLINE uint64_t NAME(sum_pair)(uint64_t a, uint64_t b)
{
    return a + b;
}

FA__INLINE uint64_t NAME(prod_pair)(uint64_t a, uint64_t b)
{
    return a * b;
}

FA__INLINE uint64_t NAME(min_pair)(uint64_t a, uint64_t b)
{
    return (WIDE)b < (WIDE)a ? b : a;
}

FA__INLINE uint64_t NAME(max_pair)(uint64_t a, uint64_t b)
{
    return (WIDE)b > (WIDE)a ? b : a;
}

#define X(name)                                                                                              \
    static void NAME(integer_##name##_leaf_rows)(void *state, int64_t capacity, const void *x, int64_t rows, \
                                                 int64_t n)                                                  \
    {                                                                                                        \
        uint64_t *results = state;                                                                           \
        (void)capacity;                                                                                      \
        for (int64_t row = 0; row < rows; row++)                                                             \
            results[row] = NAME(name##_block)((const T *)x + row * n, n);                                    \
    }                                                                                                        \
    static void NAME(integer_##name##_leaf)(void *state, int64_t capacity, const void *x, int64_t n)         \
    {                                                                                                        \
        (void)capacity;                                                                                      \
        *(uint64_t *)state = NAME(name##_block)(x, n);                                                       \
    }                                                                                                        \
    static void NAME(integer_##name##_row)(void *state, int64_t capacity, const void *x_row, int64_t n,      \
                                           int row)                                                          \
    {                                                                                                        \
        uint64_t *results = state;                                                                           \
        const T *x = x_row;                                                                                  \
        (void)capacity;                                                                                      \
        if (row == 0)                                                                                        \
            for (int64_t i = 0; i < n; i++)                                                                  \
                results[i] = (uint64_t)(WIDE)VALUE(x[i]);                                                    \
        else                                                                                                 \
            for (int64_t i = 0; i < n; i++)                                                                  \
                results[i] = NAME(name##_pair)(results[i], (uint64_t)(WIDE)VALUE(x[i]));                     \
    }                                                                                                        \
    FA__STRIP_BY_ROWS(NAME(integer_##name##_strip), NAME(integer_##name##_row), T)                           \
    static void NAME(integer_##name##_merge)(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, \
                                             int64_t n)                                                      \
    {                                                                                                        \
        uint64_t *firsts = a;                                                                                \
        const uint64_t *seconds = b;                                                                         \
        (void)a_capacity, (void)b_capacity;                                                                  \
        for (int64_t i = 0; i < n; i++)                                                                      \
            firsts[i] = NAME(name##_pair)(firsts[i], seconds[i]);                                            \
    }
X(sum)
X(prod)
X(min)
X(max)
#undef X

/* Positions of the first extreme: components are the extreme and the position. */
FA__INLINE int64_t NAME(find)(const T *x, int64_t n, T extreme)
{
    enum { STEP = 64 };
    int64_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        int found = 0;
        for (int64_t j = 0; j < STEP; j++)
            found |= VALUE(x[i + j]) == extreme;
        if (found != 0)
            break;
    }
    while (i < n && VALUE(x[i]) != extreme)
        i++;
    return i;
}

#define X(name, extreme, BEATS)                                                                              \
    static void NAME(integer_##name##_leaf_rows)(void *state, int64_t capacity, const void *x, int64_t rows, \
                                                 int64_t n)                                                  \
    {                                                                                                        \
        uint64_t *values = state;                                                                            \
        int64_t *positions = (int64_t *)state + capacity;                                                    \
        for (int64_t row = 0; row < rows; row++) {                                                           \
            values[row] = NAME(extreme##_block)((const T *)x + row * n, n);                                  \
            positions[row] = NAME(find)((const T *)x + row * n, n, (T)values[row]);                          \
        }                                                                                                    \
    }                                                                                                        \
    static void NAME(integer_##name##_leaf)(void *state, int64_t capacity, const void *x, int64_t n)         \
    {                                                                                                        \
        NAME(integer_##name##_leaf_rows)(state, capacity, x, 1, n);                                          \
    }                                                                                                        \
    static void NAME(integer_##name##_row)(void *state, int64_t capacity, const void *x_row, int64_t n,      \
                                           int row)                                                          \
    {                                                                                                        \
        WIDE *values = state;                                                                                \
        int64_t *positions = (int64_t *)state + capacity;                                                    \
        const T *x = x_row;                                                                                  \
        FA__INDEPENDENT                                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const WIDE value = (WIDE)VALUE(x[i]);                                                            \
            const bool takes = row == 0 || value BEATS values[i];                                            \
            values[i] = takes ? value : values[i];                                                           \
            positions[i] = takes ? row : positions[i];                                                       \
        }                                                                                                    \
    }                                                                                                        \
    FA__STRIP_BY_ROWS(NAME(integer_##name##_strip), NAME(integer_##name##_row), T)                           \
    static void NAME(integer_##name##_merge)(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, \
                                             int64_t n)                                                      \
    {                                                                                                        \
        WIDE *values = a;                                                                                    \
        const WIDE *others = b;                                                                              \
        int64_t *positions = (int64_t *)a + a_capacity;                                                      \
        const int64_t *other_positions = (const int64_t *)b + b_capacity;                                    \
        FA__INDEPENDENT                                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const bool earlier = other_positions[i] < positions[i];                                          \
            const bool takes = others[i] BEATS values[i] || (others[i] == values[i] && earlier);             \
            values[i] = takes ? others[i] : values[i];                                                       \
            positions[i] = takes ? other_positions[i] : positions[i];                                        \
        }                                                                                                    \
    }
X(argmin, min, <)
X(argmax, max, >)
#undef X

static void NAME(finish_extreme)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                                 double ddof)
{
    T *results = out;
    const uint64_t *extremes = state;
    (void)capacity, (void)count, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = (T)extremes[i];
}

static void NAME(fill_integer)(fa__kernels *kernels)
{
    FA__REDUCER(SUM, 1, true, integer_sum, NAME(integer_sum_merge), finish_integer_sum, WIDE_TYPE);
    FA__REDUCER(PROD, 1, true, integer_prod, NAME(integer_prod_merge), finish_integer_prod, WIDE_TYPE);
    FA__REDUCER(MIN, 1, false, integer_min, NAME(integer_min_merge), NAME(finish_extreme), TYPE);
    FA__REDUCER(MAX, 1, false, integer_max, NAME(integer_max_merge), NAME(finish_extreme), TYPE);
    FA__LOCATOR(ARGMIN, 2, integer_argmin, NAME(integer_argmin_merge), finish_position, locate_double);
    FA__LOCATOR(ARGMAX, 2, integer_argmax, NAME(integer_argmax_merge), finish_position, locate_double);
}
