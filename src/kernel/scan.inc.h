/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per type T: scans of the operations that are repeated most. STEP_<operation>(a, b) is what
 * the loop of the operation computes for one element. */

#define X(id, operation)                                                                               \
    static void NAME(operation##_scan)(void *out_block, const void *in, int64_t n, const void *before) \
    {                                                                                                  \
        T *out = out_block;                                                                            \
        const T *x = in;                                                                               \
        if (n <= 0)                                                                                    \
            return;                                                                                    \
        T last = before != NULL ? STEP_##id(*(const T *)before, x[0]) : x[0];                          \
        out[0] = last;                                                                                 \
        for (int64_t i = 1; i < n; i++)                                                                \
            out[i] = last = STEP_##id(last, x[i]);                                                     \
    }
SCANS(X)
#undef X

static void NAME(fill_scans)(fa__kernels *kernels)
{
#define X(id, operation) kernels->scans[FA__OP_##id][TYPE] = NAME(operation##_scan);
    SCANS(X)
#undef X
}
