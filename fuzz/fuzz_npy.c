/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzzes the .npy header: any bytes are refused with a clear error or give a layout that survives writing and
 * reading back. Memory stays below what docs/promises.md allows for metadata: 16 MiB and 8 times the bytes of
 * the header. */
#include "storage/storage.h"

#include "array/dtype.h"
#include "base/memory.h"

#include "allocation_cap.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const fa_error *err)
{
    require(err->message[0] != '\0' && memchr(err->message, '\n', sizeof err->message) == NULL);
    require(memchr(err->message, '\0', sizeof err->message) != NULL);
    require(err->code != FA_INTERNAL && err->byte_offset >= 0);
}

static void check_layout(const fa__layout *layout)
{
    char *header;
    size_t header_bytes;
    fa_error err = {0};
    if (!fa__npy_format(layout->dtype, layout->ndim, layout->sizes, layout->order, &header, &header_bytes,
                        &err)) {
        check_error(&err); /* a header of NumPy's width may pass the limit where the tighter input did not */
        require(err.code == FA_TOO_LARGE ||
                (err.code == FA_UNSUPPORTED && !fa__dtype_has_descr(layout->dtype)));
        return;
    }
    fa__layout again;
    require(header_bytes % 64 == 0);
    require(fa__npy_parse("again", header, header_bytes, INT64_MAX, &again, &err));
    require(again.ndim == layout->ndim && fa_dtype_equal(again.dtype, layout->dtype));
    require(memcmp(again.sizes, layout->sizes, sizeof again.sizes) == 0);
    fa__layout_clear(&again);
    fa__free(header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fa__layout layout;
    fa_error err = {0};
    allocated = 0;
    allowed = ((size_t)16 << 20) + 8 * size;
    bool parsed = fa__npy_parse("fuzz.npy", data, size, INT64_MAX, &layout, &err);
    allowed = SIZE_MAX;
    require(parsed == !fa_failed(&err));
    if (parsed) {
        check_layout(&layout);
        fa__layout_clear(&layout);
    } else {
        check_error(&err);
    }
    return 0;
}
