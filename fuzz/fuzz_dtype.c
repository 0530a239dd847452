/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzzes the dtype parsers: any bytes are refused with a clear error that has a column, or give a dtype that
 * keeps its own promises and survives being written, shown, read back and swapped. Memory stays below what
 * docs/promises.md allows for metadata: 16 MiB and 8 times the bytes of the text. */
#include "array/dtype.h"

#include "base/error.h"
#include "base/memory.h"

#include "allocation_cap.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const fa_error *err, size_t size)
{
    require(err->code == FA_BAD_DTYPE || err->code == FA_UNSUPPORTED || err->code == FA_TOO_LARGE);
    require(err->column >= 1 && (size_t)err->column <= size + 1);
    require(err->message[0] != '\0' && memchr(err->message, '\n', sizeof err->message) == NULL);
    require(memchr(err->message, '\0', sizeof err->message) != NULL);
}

/* What every dtype promises. `depth` is that of the dtypes around it. */
static void check_parts(const fa_dtype *dtype, int depth)
{
    require(depth + dtype->depth <= FA__MAX_DTYPE_DEPTH);
    require(dtype->item_bytes >= 0 && dtype->item_bytes <= FA__MAX_ITEM_BYTES);
    require(dtype->alignment >= 1 && dtype->alignment <= 16);
    require(dtype->field_count >= 0 && dtype->field_count <= FA__MAX_FIELDS);
    for (int i = 0; i < dtype->field_count; i++) {
        const fa__field *field = &dtype->fields[i];
        require(field->offset_bytes >= 0 && field->dtype->item_bytes <= dtype->item_bytes);
        require(field->offset_bytes <= dtype->item_bytes - field->dtype->item_bytes);
        require(field->name[0] != '\0');
        require(field->dtype->depth < dtype->depth);
        check_parts(field->dtype, depth + 1);
    }
    if (dtype->base == NULL)
        return;
    int64_t bytes = dtype->base->item_bytes;
    for (int i = 0; i < dtype->base_ndim; i++)
        bytes *= dtype->base_sizes[i];
    require(bytes == dtype->item_bytes && dtype->base->depth + 1 == dtype->depth);
    check_parts(dtype->base, depth + 1);
}

static char *text_of(size_t (*write)(const fa_dtype *, char *, size_t), const fa_dtype *dtype)
{
    size_t length = write(dtype, NULL, 0);
    char *text = malloc(length + 1);
    require(write(dtype, text, length + 1) == length && strlen(text) == length);
    return text;
}

static void check_texts(const fa_dtype *dtype)
{
    fa_error err = {0};
    char *text = text_of(fa_dtype_text, dtype), *descr = text_of(fa__dtype_descr, dtype);
    char *display = text_of(fa__dtype_display, dtype);
    fa_dtype *again = fa_dtype_parse(text, &err);
    require(fa_dtype_equal(dtype, again));
    fa_dtype *from_descr = fa__dtype_parse_literal(descr, strlen(descr), &err);
    require(fa_dtype_equal(dtype, from_descr));
    fa_dtype_release(again);
    fa_dtype_release(from_descr);
    free(text);
    free(descr);
    free(display);
}

static void check_orders(const fa_dtype *dtype)
{
    fa_error err = {0};
    const fa_dtype *native = fa__dtype_native(dtype, &err);
    const fa_dtype *swapped = fa__dtype_swapped(dtype, &err);
    const fa_dtype *back = fa__dtype_swapped(swapped, &err);
    require(fa_dtype_is_native(native) && fa_dtype_equal(dtype, back));
    require(fa_dtype_equal(dtype, native) == fa_dtype_is_native(dtype));
    fa_dtype_release(native);
    fa_dtype_release(swapped);
    fa_dtype_release(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fa_error err = {0};
    if (size == 0)
        return -1;
    bool literal = data[0] & 1;
    data++;
    size--;
    char *text = fa__copy_text((const char *)data, size, &err);
    allocated = 0;
    allowed = 8 * size + (16 << 20);
    fa_dtype *dtype =
        literal ? fa__dtype_parse_literal((const char *)data, size, &err) : fa_dtype_parse(text, &err);
    allowed = SIZE_MAX;
    require((dtype == NULL) == fa_failed(&err));
    if (dtype != NULL) {
        check_parts(dtype, 0);
        check_texts(dtype);
        check_orders(dtype);
    } else {
        check_error(&err, size);
    }
    fa_dtype_release(dtype);
    fa__free(text);
    return 0;
}
