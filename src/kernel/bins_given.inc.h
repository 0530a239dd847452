/* SPDX-License-Identifier: BSD-3-Clause */
/* Template: the bins between given edges, found by halving, for a block of elements at a time. */
static void NAME(given)(const fa__bins *bins, const T *x, int64_t n, int32_t *out)
{
    const T *edges = bins->edges;
    const int32_t edge_count = bins->count + 1;
    int32_t step = 1;
    while (step <= edge_count / 2)
        step *= 2;
    memset(out, 0, (size_t)n * sizeof *out);
    for (; step > 0; step /= 2) { /* out: how many edges are known to be not above the element */
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++) {
            const int32_t next = out[i] + step, at = next <= edge_count ? next : edge_count;
            out[i] = (next <= edge_count) & (edges[at - 1] <= x[i]) ? next : out[i];
        }
    }
    const T last = edges[edge_count - 1];
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const int32_t bin = out[i] < edge_count ? out[i] - 1 : edge_count - 2;
        const bool is_outside = (out[i] == 0) | !(x[i] <= last);
        out[i] = is_outside ? bins->count : bin;
    }
}
