/* SPDX-License-Identifier: BSD-3-Clause */
/* Template: uniform bins of elements of type T. LOAD, STORE: between T and its arithmetic, F; ROUND rounds an
 * F to what T holds. */

/* NumPy's arithmetic, step by step. */
static void NAME(exact)(const fa__bins *bins, const T *x, int64_t n, int32_t *out)
{
    const T *edges = bins->edges;
    const F first = (F)bins->first, last = (F)bins->last, width = (F)bins->width,
            count = ROUND((F)bins->count);
    const double wide_width = bins->width, wide_count = bins->count;
    const int32_t end = bins->count;
    for (int64_t i = 0; i < n; i++) {
        const F value = LOAD(x[i]);
        const bool is_inside = value >= first && value <= last;
        const F distance = ROUND(is_inside ? value - first : 0);
        const double place = bins->is_wide ? (double)distance / wide_width * wide_count
                                           : (double)ROUND(ROUND(distance / width) * count);
        int32_t bin = place < (double)end ? (int32_t)place : end - 1;
        bin -= value < LOAD(edges[bin]) && bin > 0;
        bin += value >= LOAD(edges[bin + 1]) && bin != end - 1;
        out[i] = is_inside ? bin : end;
    }
}
