/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorting of signed keys K in vectors of LANES. A template: S, K, LANES, LOWEST, HIGHEST.
 *
 * Few keys are sorted by networks: they stand in R vectors; columns (one lane of all vectors) are sorted, and
 * neighbouring columns merged by bitonic networks, whose steps are comparisons of whole vectors where the
 * distance is between rows, and of lanes turned where it is between columns. Many keys are parted around a
 * pivot: each vector is parted in its register and stored at both ends, of which only one part counts. */

enum { NAME(ROWS) = 16, NAME(NETWORK) = NAME(ROWS) * LANES };

/* ---- Networks ---- */

#define COMPARE(i, j)                                       \
    do {                                                    \
        const keys_vector low_ = NAME(smaller)(v[i], v[j]); \
        v[j] = NAME(larger)(v[i], v[j]);                    \
        v[i] = low_;                                        \
    } while (0)

#define SORT_2(a) COMPARE(a, (a) + 1)
#define SORT_4(a)              \
    COMPARE(a, (a) + 1);       \
    COMPARE((a) + 2, (a) + 3); \
    COMPARE(a, (a) + 2);       \
    COMPARE((a) + 1, (a) + 3); \
    COMPARE((a) + 1, (a) + 2)
#define SORT_8(a)              \
    SORT_4(a);                 \
    SORT_4((a) + 4);           \
    COMPARE(a, (a) + 4);       \
    COMPARE((a) + 1, (a) + 5); \
    COMPARE((a) + 2, (a) + 6); \
    COMPARE((a) + 3, (a) + 7); \
    COMPARE((a) + 2, (a) + 4); \
    COMPARE((a) + 3, (a) + 5); \
    COMPARE((a) + 1, (a) + 2); \
    COMPARE((a) + 3, (a) + 4); \
    COMPARE((a) + 5, (a) + 6)

/* Batcher's odd-even merge sort of every column. */
FA__INLINE void NAME(sort_columns)(keys_vector *v, const int rows)
{
    if (rows == 2) {
        SORT_2(0);
    } else if (rows == 4) {
        SORT_4(0);
    } else if (rows >= 8) {
        SORT_8(0);
    }
    if (rows == 16) {
        SORT_8(8);
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            COMPARE(i, i + 8);
#pragma GCC unroll 4
        for (int i = 4; i < 8; i++)
            COMPARE(i, i + 4);
#pragma GCC unroll 3
        for (int i = 2; i < 14; i += 4) {
            COMPARE(i, i + 2);
            COMPARE(i + 1, i + 3);
        }
#pragma GCC unroll 7
        for (int i = 1; i < 15; i += 2)
            COMPARE(i, i + 1);
    }
}

/* Row i with row rows - 1 - i turned: the first step of a merge of columns. */
#define REVERSED(d, lanes)                                                  \
    _Pragma("GCC unroll 8") for (int i = 0; i < rows / 2; i++)              \
    {                                                                       \
        const int j = rows - 1 - i;                                         \
        const keys_vector a_ = v[i], b_ = v[j];                             \
        const keys_vector ta_ = NAME(turn)(a_, d), tb_ = NAME(turn)(b_, d); \
        v[i] = NAME(ORDERED)(a_, tb_, lanes);                               \
        v[j] = NAME(ORDERED)(b_, ta_, lanes);                               \
    }

#define ACROSS(d, lanes)                                     \
    _Pragma("GCC unroll 16") for (int i = 0; i < rows; i++)  \
    {                                                        \
        const keys_vector a_ = v[i], t_ = NAME(turn)(a_, d); \
        v[i] = NAME(ORDERED)(a_, t_, lanes);                 \
    }

/* The steps between rows, which end every merge. */
FA__INLINE void NAME(merge_rows)(keys_vector *v, const int rows)
{
    if (rows == 16) {
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            COMPARE(i, i + 8);
    }
    if (rows >= 8) {
#pragma GCC unroll 8
        for (int i = 0; i < rows / 2; i++)
            COMPARE(i / 4 * 8 + i % 4, i / 4 * 8 + i % 4 + 4);
    }
    if (rows >= 4) {
#pragma GCC unroll 8
        for (int i = 0; i < rows / 2; i++)
            COMPARE(i / 2 * 4 + i % 2, i / 2 * 4 + i % 2 + 2);
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows / 2; i++)
        COMPARE(2 * i, 2 * i + 1);
}

FA__INLINE void NAME(merge_columns)(keys_vector *v, const int rows)
{
    REVERSED(1, 0xaaaa)
    NAME(merge_rows)(v, rows);
    REVERSED(3, 0xcccc)
    ACROSS(1, 0xaaaa)
    NAME(merge_rows)(v, rows);
    if (LANES > 4) {
        REVERSED(7, 0xf0f0)
        ACROSS(2, 0xcccc)
        ACROSS(1, 0xaaaa)
        NAME(merge_rows)(v, rows);
    }
    if (LANES > 8) {
        REVERSED(15, 0xff00)
        ACROSS(4, 0xf0f0)
        ACROSS(2, 0xcccc)
        ACROSS(1, 0xaaaa)
        NAME(merge_rows)(v, rows);
    }
}

/* Columns stand behind each other: `keys` has room for rows * LANES. */
FA__INLINE void NAME(network)(K *keys, const int rows)
{
    keys_vector v[NAME(ROWS)];
    K columns[NAME(NETWORK)];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        v[i] = load_keys(keys + i * LANES);
    NAME(sort_columns)(v, rows);
    NAME(merge_columns)(v, rows);
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        store_keys(columns + i * LANES, v[i]);
    for (int j = 0; j < LANES; j++)
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            keys[j * rows + i] = columns[i * LANES + j];
}

static __attribute__((noinline)) void NAME(network_2)(K *keys)
{
    NAME(network)(keys, 2);
}

static __attribute__((noinline)) void NAME(network_4)(K *keys)
{
    NAME(network)(keys, 4);
}

static __attribute__((noinline)) void NAME(network_8)(K *keys)
{
    NAME(network)(keys, 8);
}

static __attribute__((noinline)) void NAME(network_16)(K *keys)
{
    NAME(network)(keys, 16);
}

/* n <= NETWORK keys: filled up with the highest one, which stays behind. */
static void NAME(sort_few)(K *keys, int64_t n)
{
    K room[NAME(NETWORK)];
    int rows = n <= 2 * LANES ? 2 : n <= 4 * LANES ? 4 : n <= 8 * LANES ? 8 : 16;
    if (n < 2)
        return;
    K *at = n == rows * LANES ? keys : room;
    if (at == room) {
        memcpy(room, keys, (size_t)n * sizeof(K));
        for (int64_t i = n; i < rows * LANES; i++)
            room[i] = HIGHEST;
    }
    switch (rows) {
    case 2:
        NAME(network_2)(at);
        break;
    case 4:
        NAME(network_4)(at);
        break;
    case 8:
        NAME(network_8)(at);
        break;
    default:
        NAME(network_16)(at);
    }
    if (at == room)
        memcpy(keys, room, (size_t)n * sizeof(K));
}

/* ---- Parting ---- */

enum { NAME(AHEAD) = 4 }; /* vectors that are taken out at each end, and read at a time */

/* One vector: what goes to the front is stored at *left, the rest ends at *right. */
FA__INLINE void NAME(part_vector)(keys_vector x, keys_vector pivot, bool or_equal, K **left, K **right)
{
    const int front = NAME(part)(&x, pivot, or_equal);
    store_keys(*left, x);
    store_keys(*right - LANES, x);
    *left += front;
    *right -= LANES - front;
}

/* Keys below the pivot (or not above it) to the front: how many those are. n >= 2 AHEAD LANES. */
FA__INLINE int64_t NAME(part_keys)(K *keys, int64_t n, K pivot_key, const bool or_equal)
{
    enum { STEP = NAME(AHEAD) * LANES };
    const keys_vector pivot = NAME(every)(pivot_key);
    keys_vector ends[2 * NAME(AHEAD)];
    K tail[STEP];
    const int64_t ragged = n % STEP;
    K *left = keys, *right = keys + n;
    /* The ragged end is kept and goes in last; free room is then 2 STEP + ragged keys, at both ends together.
     */
    const K *low = keys + STEP, *high = keys + n - ragged - STEP;
    memcpy(tail, keys + n - ragged, (size_t)ragged * sizeof(K));
#pragma GCC unroll 4
    for (int i = 0; i < NAME(AHEAD); i++) {
        ends[i] = load_keys(keys + i * LANES);
        ends[NAME(AHEAD) + i] = load_keys(high + i * LANES);
    }
    while (low < high) {
        keys_vector x[NAME(AHEAD)];
        const K *from;
        if (right - high < low - left) { /* less room behind: make some */
            high -= STEP;
            from = high;
        } else {
            from = low;
            low += STEP;
        }
#pragma GCC unroll 4
        for (int i = 0; i < NAME(AHEAD); i++)
            x[i] = load_keys(from + i * LANES);
#pragma GCC unroll 4
        for (int i = 0; i < NAME(AHEAD); i++)
            NAME(part_vector)(x[i], pivot, or_equal, &left, &right);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 2 * NAME(AHEAD); i++)
        if (right - left >= 2 * LANES) {
            NAME(part_vector)(ends[i], pivot, or_equal, &left, &right);
        } else {
            K one[LANES];
            store_keys(one, ends[i]);
            for (int j = 0; j < LANES; j++)
                *(one[j] < pivot_key || (or_equal && one[j] == pivot_key) ? left++ : --right) = one[j];
        }
    for (int64_t i = 0; i < ragged; i++)
        *(tail[i] < pivot_key || (or_equal && tail[i] == pivot_key) ? left++ : --right) = tail[i];
    return left - keys;
}

static __attribute__((noinline)) int64_t NAME(part_below)(K *keys, int64_t n, K pivot)
{
    return NAME(part_keys)(keys, n, pivot, false);
}

static __attribute__((noinline)) int64_t NAME(part_not_above)(K *keys, int64_t n, K pivot)
{
    return NAME(part_keys)(keys, n, pivot, true);
}

/* ---- Sorting ---- */

/* The middle of keys taken all over: of more, the more there are. */
static K NAME(pivot)(const K *keys, int64_t n)
{
    K some[8 * LANES];
    int64_t count = n < 16384 ? 2 * LANES : 8 * LANES;
    for (int64_t i = 0; i < count; i++)
        some[i] = keys[(n / count) * i + (n / count) * ((i * 37) % 64) / 64];
    NAME(sort_few)(some, count);
    return some[count / 2];
}

static void NAME(sift)(K *heap, int64_t at, int64_t n)
{
    const K key = heap[at];
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && heap[child] < heap[child + 1];
        if (heap[child] <= key)
            break;
        heap[at] = heap[child];
    }
    heap[at] = key;
}

/* Where pivots keep missing the middle. */
static void NAME(sort_heap)(K *keys, int64_t n)
{
    for (int64_t i = n / 2; i-- > 0;)
        NAME(sift)(keys, i, n);
    for (int64_t i = n; i-- > 1;) {
        const K largest = keys[0];
        keys[0] = keys[i];
        keys[i] = largest;
        NAME(sift)(keys, 0, i);
    }
}

/* The smaller part is sorted by a call, of which there are at most as many inside each other as n has bits.
 */
static void NAME(sort_parts)(K *keys, int64_t n, int depth)
{
    while (n > NAME(NETWORK)) {
        if (depth-- == 0) {
            NAME(sort_heap)(keys, n);
            return;
        }
        const K pivot = NAME(pivot)(keys, n);
        int64_t front = NAME(part_below)(keys, n, pivot);
        if (front == 0) { /* the pivot is the smallest key: those that equal it are where they belong */
            front = NAME(part_not_above)(keys, n, pivot);
            keys += front;
            n -= front;
        } else if (front < n - front) {
            NAME(sort_parts)(keys, front, depth);
            keys += front;
            n -= front;
        } else {
            NAME(sort_parts)(keys + front, n - front, depth);
            n = front;
        }
    }
    NAME(sort_few)(keys, n);
}

static void NAME(sort_keys)(void *keys, int64_t n)
{
    const int bits = 64 - __builtin_clzll((unsigned long long)n | 1);
    NAME(sort_parts)(keys, n, 3 * bits);
}

/* Parts around a middle key: no one in front is above any one behind. Where that key is the smallest, those
 * that equal it are the front. */
static int64_t NAME(part_middle)(void *all, int64_t n)
{
    K *keys = all;
    if (n <= NAME(NETWORK)) {
        NAME(sort_few)(keys, n);
        return n > 0 && keys[0] == keys[n - 1] ? n : n / 2;
    }
    const K pivot = NAME(pivot)(keys, n);
    const int64_t front = NAME(part_below)(keys, n, pivot);
    return front > 0 ? front : NAME(part_not_above)(keys, n, pivot);
}

/* ---- Selection ---- */

/* The key number k in order, as the rest of the keys are moved about. */
static int64_t NAME(select_key)(void *all, int64_t n, int64_t k)
{
    K *keys = all;
    int depth = 3 * (64 - __builtin_clzll((unsigned long long)n | 1));
    while (n > NAME(NETWORK) && depth-- > 0) {
        const K pivot = NAME(pivot)(keys, n);
        int64_t front = NAME(part_below)(keys, n, pivot);
        if (front == 0) {
            front = NAME(part_not_above)(keys, n, pivot);
            if (k < front)
                return pivot;
        }
        if (k < front) {
            n = front;
        } else {
            keys += front;
            n -= front;
            k -= front;
        }
    }
    NAME(sort_keys)(keys, n);
    return keys[k];
}

/* ---- Searching ---- */

enum { NAME(TOGETHER) = 16 }; /* searches, whose reads wait for each other's caches together */

/* Each step halves the range of all searches, wherever they are; nothing is predicted. */
FA__INLINE void NAME(search_some)(const K *keys, int64_t n, const K *sought, int count, const bool right,
                                  int64_t *positions)
{
    int64_t base[NAME(TOGETHER)] = {0}, left = n;
    while (left > 1) {
        const int64_t half = left / 2;
        for (int i = 0; i < count; i++) {
            const K key = keys[base[i] + half - 1];
            base[i] += (right ? key <= sought[i] : key < sought[i]) ? half : 0;
        }
        left -= half;
    }
    for (int i = 0; i < count; i++)
        positions[i] = base[i] + (n > 0 && (right ? keys[base[i]] <= sought[i] : keys[base[i]] < sought[i]));
}

static void NAME(search_keys)(const void *all, int64_t n, const void *all_sought, int64_t count, bool right,
                              int64_t *positions)
{
    const K *sought = all_sought;
    int64_t i = 0;
    for (; i + NAME(TOGETHER) <= count; i += NAME(TOGETHER))
        if (right)
            NAME(search_some)(all, n, sought + i, NAME(TOGETHER), true, positions + i);
        else
            NAME(search_some)(all, n, sought + i, NAME(TOGETHER), false, positions + i);
    if (i < count)
        NAME(search_some)(all, n, sought + i, (int)(count - i), right, positions + i);
}

#undef COMPARE
#undef SORT_2
#undef SORT_4
#undef SORT_8
#undef REVERSED
#undef ACROSS
