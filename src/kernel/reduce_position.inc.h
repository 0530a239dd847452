/* SPDX-License-Identifier: BSD-3-Clause */
/* Positions of extremes, of blocks of doubles and of complex numbers. Components: the extreme (one number or
 * two), then its position, an int64_t in the place of a double. A position below 0 says that nothing but NaN
 * has been met by those that pass over it. Knows nothing about what positions count. */

/* The first element that is the same number as `extreme`, or as much a NaN; n when there is none. */
FA__INLINE int64_t find_double(const double *x, int64_t n, double extreme)
{
    enum { STEP = 64 };
    const bool nan = extreme != extreme;
    int64_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        int found = 0;
        for (int64_t j = 0; j < STEP; j++)
            found |= (x[i + j] == extreme) | (nan & (x[i + j] != x[i + j]));
        if (found != 0)
            break;
    }
    while (i < n && !((x[i] == extreme) | (nan & (x[i] != x[i]))))
        i++;
    return i;
}

static void locate_double(void *state, int64_t capacity, int64_t n, int64_t first, int64_t step)
{
    int64_t *positions = (int64_t *)state + capacity;
    for (int64_t i = 0; i < n; i++)
        positions[i] = positions[i] < 0 ? -1 : first + positions[i] * step;
}

/* Whether b, which may stand before or behind a, is to be taken instead of a. */
#define FIRST_NAN(a, b, BEATS, earlier) \
    ((a) != (a) ? ((b) != (b)) & (earlier) : ((b) != (b)) | (BEATS) | (((a) == (b)) & (earlier)))
#define NO_NAN(a, b, BEATS, earlier) ((a) != (a) ? (b) == (b) : (BEATS) | (((a) == (b)) & (earlier)))

#define X(name, extreme, BEATS, TAKES, skips_nan)                                                        \
    static void name##_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,     \
                            fa__behind behind)                                                           \
    {                                                                                                    \
        (void)behind;                                                                                    \
        double *values = state;                                                                          \
        int64_t *positions = (int64_t *)state + capacity;                                                \
        for (int64_t row = 0; row < rows; row++) {                                                       \
            values[row] = extreme##_block(x + row * n, n);                                               \
            positions[row] =                                                                             \
                skips_nan && values[row] != values[row] ? -1 : find_double(x + row * n, n, values[row]); \
        }                                                                                                \
    }                                                                                                    \
    static void name##_row(void *state, int64_t capacity, const double *x, int64_t n, int row)           \
    {                                                                                                    \
        double *values = state;                                                                          \
        int64_t *positions = (int64_t *)state + capacity;                                                \
        FA__INDEPENDENT                                                                                  \
        for (int64_t i = 0; i < n; i++) {                                                                \
            const double a = values[i], b = x[i];                                                        \
            const bool takes = row == 0 || TAKES(a, b, BEATS(a, b), false);                              \
            values[i] = takes ? b : a;                                                                   \
            positions[i] = !takes ? positions[i] : skips_nan && b != b ? -1 : row;                       \
        }                                                                                                \
    }                                                                                                    \
    static void name##_row_of_floats(void *state, int64_t capacity, const float *x, int64_t n, int row)  \
    {                                                                                                    \
        double buffer[FA__BLOCK];                                                                        \
        for (int64_t done = 0, some; done < n; done += some) {                                           \
            some = n - done < FA__BLOCK ? n - done : FA__BLOCK;                                          \
            for (int64_t i = 0; i < some; i++)                                                           \
                buffer[i] = x[done + i];                                                                 \
            name##_row((double *)state + done, capacity, buffer, some, row);                             \
        }                                                                                                \
    }                                                                                                    \
    FA__STRIP_BY_ROWS(name##_strip, name##_row, double)                                                  \
    FA__STRIP_BY_ROWS(name##_strip_floats, name##_row_of_floats, float)                                  \
    static void name##_merge(void *a_state, int64_t a_capacity, const void *b_state, int64_t b_capacity, \
                             int64_t n)                                                                  \
    {                                                                                                    \
        double *values = a_state;                                                                        \
        int64_t *positions = (int64_t *)a_state + a_capacity;                                            \
        const double *others = b_state;                                                                  \
        const int64_t *other_positions = (const int64_t *)b_state + b_capacity;                          \
        FA__INDEPENDENT                                                                                  \
        for (int64_t i = 0; i < n; i++) {                                                                \
            const double a = values[i], b = others[i];                                                   \
            const bool takes = TAKES(a, b, BEATS(a, b), other_positions[i] < positions[i]);              \
            values[i] = takes ? b : a;                                                                   \
            positions[i] = takes ? other_positions[i] : positions[i];                                    \
        }                                                                                                \
    }
#define LESS(a, b) ((b) < (a))
#define MORE(a, b) ((b) > (a))
X(argmin, min, LESS, FIRST_NAN, false)
X(argmax, max, MORE, FIRST_NAN, false)
X(nanargmin, nanmin, LESS, NO_NAN, true)
X(nanargmax, nanmax, MORE, NO_NAN, true)
#undef LESS
#undef MORE
#undef FIRST_NAN
#undef NO_NAN
#undef X

/* ---- Complex ---- */

static void locate_complex(void *state, int64_t capacity, int64_t n, int64_t first, int64_t step)
{
    locate_double((double *)state + capacity, capacity, n, first, step);
}

typedef struct located {
    fa__complex128 value;
    int64_t position;
} located;

/* Whether b is to be taken instead of a; `most` asks for the largest. */
FA__INLINE bool takes_complex(located a, located b, bool most, bool skips_nan)
{
    const bool a_nan = is_nan_c128(a.value), b_nan = is_nan_c128(b.value), earlier = b.position < a.position;
    if (a_nan)
        return skips_nan ? !b_nan : b_nan && earlier;
    if (b_nan)
        return !skips_nan;
    const bool same = a.value.real == b.value.real && a.value.imag == b.value.imag;
    return same ? earlier : most ? less_c128(a.value, b.value) : less_c128(b.value, a.value);
}

FA__INLINE located get_located(const void *state, int64_t capacity, int64_t i)
{
    const double *reals = state;
    return (located){{reals[i], reals[capacity + i]}, ((const int64_t *)state)[2 * capacity + i]};
}

FA__INLINE void put_located(void *state, int64_t capacity, int64_t i, located value)
{
    double *reals = state;
    reals[i] = value.value.real;
    reals[capacity + i] = value.value.imag;
    ((int64_t *)state)[2 * capacity + i] = value.position;
}

FA__INLINE located met(double real, double imag, int64_t position, bool skips_nan)
{
    const fa__complex128 value = {real, imag};
    return (located){value, skips_nan && is_nan_c128(value) ? -1 : position};
}

#define X(name, most, skips_nan)                                                                             \
    static void complex_##name##_rows(void *state, int64_t capacity, const double *real, const double *imag, \
                                      int64_t rows, int64_t n)                                               \
    {                                                                                                        \
        for (int64_t row = 0; row < rows; row++) {                                                           \
            located best = met(real[row * n], imag[row * n], 0, skips_nan);                                  \
            for (int64_t i = 1; i < n; i++) {                                                                \
                const located next = met(real[row * n + i], imag[row * n + i], i, skips_nan);                \
                best = takes_complex(best, next, most, skips_nan) ? next : best;                             \
            }                                                                                                \
            put_located(state, capacity, row, best);                                                         \
        }                                                                                                    \
    }                                                                                                        \
    static void complex_##name##_strip(void *state, int64_t capacity, const double *real,                    \
                                       const double *imag, int64_t n, int row)                               \
    {                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const located next = met(real[i], imag[i], row, skips_nan);                                      \
            if (row == 0 || takes_complex(get_located(state, capacity, i), next, most, skips_nan))           \
                put_located(state, capacity, i, next);                                                       \
        }                                                                                                    \
    }                                                                                                        \
    static void complex_##name##_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity,       \
                                       int64_t n)                                                            \
    {                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const located next = get_located(b, b_capacity, i);                                              \
            if (takes_complex(get_located(a, a_capacity, i), next, most, skips_nan))                         \
                put_located(a, a_capacity, i, next);                                                         \
        }                                                                                                    \
    }
X(argmin, false, false)
X(argmax, true, false)
X(nanargmin, false, true)
X(nanargmax, true, true)
#undef X

/* ---- Results ---- */

static void finish_position(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                            double ddof)
{
    (void)count, (void)ddof;
    memcpy(out, (const int64_t *)state + capacity, (size_t)n * sizeof(int64_t));
}

static void finish_complex_position(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                                    double ddof)
{
    finish_position(out, (const int64_t *)state + capacity, capacity, n, count, ddof);
}
