/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether two views share a byte. Exact: a bounded search for integers that solve
 *
 *     c[0] x[0] + c[1] x[1] + ... = target      with 0 <= x[i] <= limit[i]
 *
 * (a bounded knapsack; the method is that of NumPy's solve_may_share_memory). Each axis of either view is a
 * term; the bytes inside an element are terms too. Sorted by size, with the greatest common divisors of all
 * terms up to each, most problems are decided without any search. The effort is bounded: a problem that is
 * harder counts as an overlap. */
#include "array/view.h"

#include "base/checked.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TERMS = 2 * FA_MAX_NDIM + 2, MAX_EFFORT = 1 << 20 };

/* Sums over both views need one bit more than a position has. */
__extension__ typedef __int128 wide;

typedef struct term {
    int64_t coefficient; /* > 0 */
    int64_t limit;       /* > 0 */
} term;

typedef struct problem {
    int count;
    term terms[MAX_TERMS];
    wide target;
} problem;

static void add_term(problem *search, int64_t coefficient, int64_t limit)
{
    if (coefficient == 0 || limit <= 0)
        return; /* it moves nothing */
    search->terms[search->count].coefficient = coefficient < 0 ? -coefficient : coefficient;
    search->terms[search->count++].limit = limit;
}

static int largest_first(const void *a, const void *b)
{
    int64_t first = ((const term *)a)->coefficient, second = ((const term *)b)->coefficient;
    return (first < second) - (first > second);
}

/* Terms of one coefficient are one term with the sum of their limits. */
static void merge_terms(problem *search)
{
    int kept = 0;
    qsort(search->terms, (size_t)search->count, sizeof *search->terms, largest_first);
    for (int i = 0; i < search->count; i++) {
        term *last = kept > 0 ? &search->terms[kept - 1] : NULL;
        int64_t sum;
        if (last != NULL && last->coefficient == search->terms[i].coefficient &&
            fa__add_checked(last->limit, search->terms[i].limit, &sum))
            last->limit = sum;
        else
            search->terms[kept++] = search->terms[i];
    }
    search->count = kept;
}

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The search: rest[i] is what the terms from `i` on must make. */
typedef struct search_state {
    wide reach[MAX_TERMS + 1];      /* the most that terms i... can make */
    int64_t divisor[MAX_TERMS + 1]; /* the greatest that divides all of terms i... */
    wide rest[MAX_TERMS + 1];
    wide value[MAX_TERMS], high[MAX_TERMS];
} search_state;

static void prepare(const problem *search, search_state *state)
{
    int count = search->count;
    state->reach[count] = 0;
    state->divisor[count] = 0;
    for (int i = count - 1; i >= 0; i--) {
        state->reach[i] = state->reach[i + 1] + (wide)search->terms[i].coefficient * search->terms[i].limit;
        state->divisor[i] = greatest_common_divisor(search->terms[i].coefficient, state->divisor[i + 1]);
    }
    state->rest[0] = search->target;
}

/* The range of term i's factor: what it leaves must be in reach of the terms behind it. False when it is
 * empty. */
static bool set_range(const problem *search, search_state *state, int i)
{
    wide rest = state->rest[i], coefficient = search->terms[i].coefficient;
    if (rest < 0 || rest > state->reach[i] || rest % state->divisor[i] != 0)
        return false;
    wide lacking = rest - state->reach[i + 1];
    state->value[i] = lacking <= 0 ? 0 : (lacking + coefficient - 1) / coefficient;
    state->high[i] = rest / coefficient;
    if (state->high[i] > search->terms[i].limit)
        state->high[i] = search->terms[i].limit;
    return state->value[i] <= state->high[i];
}

/* True when every factor is half of its limit: the one solution that overlaps_itself() does not ask for. */
static bool is_trivial(const problem *search, const search_state *state)
{
    for (int i = 0; i < search->count; i++)
        if (2 * state->value[i] != search->terms[i].limit)
            return false;
    return true;
}

/* Depth first, largest coefficient first, with a stack of its own; the last term has one value at most. */
static bool has_solution(const problem *search, bool other_than_trivial)
{
    search_state state;
    int i = 0, effort = 0, last = search->count - 1;
    prepare(search, &state);
    if (search->count == 0)
        return search->target == 0 && !other_than_trivial;
    if (!set_range(search, &state, 0))
        return false;
    while (i >= 0) {
        if (state.value[i] > state.high[i]) {
            if (--i >= 0)
                state.value[i]++;
            continue;
        }
        if (++effort > MAX_EFFORT)
            return true;
        state.rest[i + 1] = state.rest[i] - state.value[i] * search->terms[i].coefficient;
        if (i == last && state.rest[i + 1] == 0 && !(other_than_trivial && is_trivial(search, &state)))
            return true;
        if (i < last && set_range(search, &state, i + 1))
            i++;
        else
            state.value[i]++;
    }
    return false;
}

static void extent(const fa_array *view, int64_t *low, int64_t *high)
{
    fa__geometry geometry;
    fa__view_geometry(view, &geometry);
    fa__geometry_extent(&geometry, view->dtype->item_bytes, low, high);
    if (*low != *high) {
        *low += view->source->base;
        *high += view->source->base;
    }
}

static bool same_elements(const fa_array *a, const fa_array *b)
{
    if (a->ndim != b->ndim || a->dtype->item_bytes != b->dtype->item_bytes ||
        a->source->base + a->offset != b->source->base + b->offset)
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->sizes[i] != b->sizes[i] || (a->sizes[i] > 1 && a->strides[i] != b->strides[i]))
            return false;
    return true;
}

static bool is_dense_in_memory(const fa_array *view, int64_t low, int64_t high)
{
    int64_t bytes = fa_size(view) * view->dtype->item_bytes;
    return high - low == bytes && !fa__overlaps_itself(view);
}

bool fa__overlap(const fa_array *a, const fa_array *b, bool *same)
{
    if (same != NULL)
        *same = false;
    if (a->source->owner != b->source->owner)
        return false;
    int64_t a_low, a_high, b_low, b_high;
    extent(a, &a_low, &a_high);
    extent(b, &b_low, &b_high);
    if (a_low == a_high || b_low == b_high || a_high <= b_low || b_high <= a_low)
        return false;
    if (same_elements(a, b)) {
        if (same != NULL)
            *same = true;
        return true;
    }
    if (is_dense_in_memory(a, a_low, a_high) && is_dense_in_memory(b, b_low, b_high))
        return true;
    /* a_low + (steps of a) + (byte of a's element) = b_high - 1 - (steps of b) - (byte of b's element):
     * counted from the far end, the steps of b are positive too. */
    problem search = {.count = 0, .target = (wide)b_high - 1 - a_low};
    for (int i = 0; i < a->ndim; i++)
        add_term(&search, a->strides[i], a->sizes[i] - 1);
    for (int i = 0; i < b->ndim; i++)
        add_term(&search, b->strides[i], b->sizes[i] - 1);
    add_term(&search, 1, a->dtype->item_bytes - 1);
    add_term(&search, 1, b->dtype->item_bytes - 1);
    merge_terms(&search);
    return has_solution(&search, false);
}

bool fa__overlaps_itself(const fa_array *view)
{
    int64_t item_bytes = view->dtype->item_bytes, reach = item_bytes;
    if (item_bytes == 0 || fa_size(view) <= 1)
        return false;
    problem search = {.count = 0};
    for (int i = 0; i < view->ndim; i++) {
        if (view->sizes[i] > 1 && view->strides[i] == 0)
            return true;
        add_term(&search, view->strides[i], view->sizes[i] - 1);
    }
    qsort(search.terms, (size_t)search.count, sizeof *search.terms, largest_first);
    /* Most views are nested: each step is longer than all shorter steps together can reach. */
    int i = search.count - 1;
    while (i >= 0 && search.terms[i].coefficient >= reach) {
        reach += search.terms[i].coefficient * search.terms[i].limit;
        i--;
    }
    if (i < 0)
        return false;
    /* Two positions x and y of each axis: x - y + limit is a factor from 0 to twice the limit, and when all
     * of them are the limit, the two elements are one. The same for the bytes inside the element, whose shift
     * is forced to 0 then. */
    add_term(&search, 1, item_bytes - 1);
    for (i = 0; i < search.count; i++) {
        search.target += (wide)search.terms[i].coefficient * search.terms[i].limit;
        search.terms[i].limit *= 2;
    }
    return has_solution(&search, true);
}
