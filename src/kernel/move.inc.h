/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per item size with loops of its own and per way of turning bytes. T: an unsigned integer (or
 * pair) of that size; TURN(x): the item with its bytes in the other order, or as it is. Items may lie at any
 * address. */

static void NAME(strided)(unsigned char *out, int64_t out_stride, const unsigned char *in, int64_t in_stride,
                          int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        T item;
        memcpy(&item, in + i * in_stride, sizeof item);
        item = TURN(item);
        memcpy(out + i * out_stride, &item, sizeof item);
    }
}

static void NAME(gather)(unsigned char *out, const unsigned char *in, int64_t stride, int64_t n)
{
    if (stride == sizeof(T)) {
        for (int64_t i = 0; i < n; i++) {
            T item;
            memcpy(&item, in + i * (int64_t)sizeof(T), sizeof item);
            item = TURN(item);
            memcpy(out + i * (int64_t)sizeof(T), &item, sizeof item);
        }
    } else if (stride == -(int64_t)sizeof(T)) {
        for (int64_t i = 0; i < n; i++) {
            T item;
            memcpy(&item, in - i * (int64_t)sizeof(T), sizeof item);
            item = TURN(item);
            memcpy(out + i * (int64_t)sizeof(T), &item, sizeof item);
        }
    } else {
        NAME(strided)(out, sizeof(T), in, stride, n);
    }
}

static void NAME(scatter)(unsigned char *out, int64_t stride, const unsigned char *in, int64_t n)
{
    NAME(strided)(out, stride, in, sizeof(T), n);
}
