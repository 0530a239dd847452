/* SPDX-License-Identifier: BSD-3-Clause */
/* How one element is written so that it lines up with all others that are shown: NumPy's IntegerFormat,
 * FloatingFormat, ComplexFloatingFormat, BoolFormat, StructuredVoidFormat and SubArrayFormat. A formatter
 * looks at all elements once, when it is made. Knows nothing about rows and brackets. */
#include "api/print_column.h"
#include "base/memory.h"

#include <string.h>

/* A row of the recursion over a dtype: its own format, and what its fields or its sub-array are made of. */
struct fa__formatter {
    const fa_dtype *dtype;
    int width;     /* integers */
    bool pad_true; /* " True" beside "False" */
    bool scalar;   /* 0-d: strings without quotes, numbers as scalars */
    fa__float_format real, imaginary;
    int child_count; /* fields */
    fa__formatter **children;
    int64_t *offsets;
    int ndim; /* of the sub-array that it is repeated in; 0: none */
    int64_t sizes[FA_MAX_NDIM];
    bool shortened;
    int edge_items;
};

/* ---- Integers ---- */

typedef struct whole_number {
    bool negative;
    uint64_t magnitude;
} whole_number;

static whole_number load_whole(const fa_dtype *dtype, const char *element)
{
    unsigned char bytes[8] = {0};
    int size = (int)dtype->item_bytes;
    uint64_t bits = 0;
    memcpy(bytes, element, (size_t)size);
    const uint16_t one = 1;
    bool little = *(const unsigned char *)&one == 1;
    bool lowest_first = little != dtype->swapped;
    for (int i = 0; i < size; i++)
        bits |= (uint64_t)bytes[lowest_first ? i : size - 1 - i] << 8 * i;
    bool is_signed = dtype->type == FA_TYPE_INT8 || dtype->type == FA_TYPE_INT16 ||
                     dtype->type == FA_TYPE_INT32 || dtype->type == FA_TYPE_INT64;
    bool negative = is_signed && bits >> (8 * size - 1) & 1;
    if (negative && size < 8)
        bits |= UINT64_MAX << 8 * size;
    return (whole_number){negative, negative ? -bits : bits};
}

/* Writes backwards from the end of `buffer` and gives the length. */
enum { WHOLE_NUMBER_TEXT = 21 };
static int whole_number_text(whole_number number, char buffer[WHOLE_NUMBER_TEXT])
{
    int length = 0;
    do {
        buffer[WHOLE_NUMBER_TEXT - ++length] = (char)('0' + number.magnitude % 10);
        number.magnitude /= 10;
    } while (number.magnitude > 0);
    if (number.negative)
        buffer[WHOLE_NUMBER_TEXT - ++length] = '-';
    return length;
}

static int integer_width(const fa_dtype *dtype, const fa__column *column)
{
    int width = 0;
    char buffer[WHOLE_NUMBER_TEXT];
    for (fa__column_walk walk = fa__column_begin(column); !walk.finished; fa__column_next(&walk)) {
        int length = whole_number_text(load_whole(dtype, walk.at), buffer);
        width = length > width ? length : width;
    }
    return width;
}

/* ---- Times ---- */

static int64_t load_time(const fa_dtype *dtype, const char *element)
{
    uint64_t bits;
    memcpy(&bits, element, sizeof bits);
    return (int64_t)(dtype->swapped ? __builtin_bswap64(bits) : bits);
}

/* In arrays dates stand in quotes, and so does what is no time; spans are bare numbers. */
static void add_time(fa__text *text, const fa_dtype *dtype, int64_t value, fa_error *err)
{
    if (value == FA__NOT_A_TIME) {
        fa__text_add_string(text, "'NaT'", err);
    } else if (dtype->type == FA_TYPE_DATETIME64) {
        fa__text_add_char(text, '\'', err);
        fa__time_date(text, dtype, value, err);
        fa__text_add_char(text, '\'', err);
    } else {
        char buffer[WHOLE_NUMBER_TEXT];
        whole_number number = {value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value};
        int length = whole_number_text(number, buffer);
        fa__text_add(text, buffer + WHOLE_NUMBER_TEXT - length, length, err);
    }
}

/* The earliest and the latest are the widest, NumPy says, and what is no time. */
static int time_width(const fa_dtype *dtype, const fa__column *column, fa_error *err)
{
    int64_t extremes[2] = {0, 0};
    bool any_time = false, any_missing = false;
    for (fa__column_walk walk = fa__column_begin(column); !walk.finished; fa__column_next(&walk)) {
        int64_t value = load_time(dtype, walk.at);
        if (value == FA__NOT_A_TIME) {
            any_missing = true;
            continue;
        }
        extremes[0] = !any_time || value < extremes[0] ? value : extremes[0];
        extremes[1] = !any_time || value > extremes[1] ? value : extremes[1];
        any_time = true;
    }
    int64_t width = any_missing ? 5 : 0;
    fa__text text = {0};
    for (int i = 0; i < 2 && any_time; i++) {
        text.length = 0;
        add_time(&text, dtype, extremes[i], err);
        width = text.length > width ? text.length : width;
    }
    fa__text_clear(&text);
    return (int)width;
}

/* The "j" stands before the blanks that fill the imaginary part up. */
static void write_complex(const fa__formatter *formatter, const char *element, fa__text *text, fa_error *err)
{
    fa__float_format_write(&formatter->real, element, text, err);
    fa__float_format_write(&formatter->imaginary, element + formatter->dtype->item_bytes / 2, text, err);
    if (fa_failed(err))
        return;
    int64_t blanks = 0;
    while (text->data[text->length - 1 - blanks] == ' ')
        blanks++;
    text->length -= blanks;
    fa__text_add_char(text, 'j', err);
    fa__text_repeat(text, ' ', blanks, err);
}

/* ---- Making ---- */

static bool make(const fa_dtype *dtype, const fa__column *parent, const fa__print_settings *settings,
                 int depth, fa__formatter **result, fa_error *err);

/* Takes the axes of a sub-array (of sub-arrays) off the dtype, and gives the column of all its elements. */
static bool open_subarray(fa__formatter *formatter, fa__column *column, const fa__print_settings *settings,
                          fa_error *err)
{
    const fa_dtype *base = formatter->dtype;
    int64_t count = 1;
    for (; base->base != NULL; base = base->base) {
        if (formatter->ndim + base->base_ndim > FA_MAX_NDIM)
            return fa__fail(err, FA_UNSUPPORTED, "a field has more than %d dimensions", FA_MAX_NDIM);
        for (int i = 0; i < base->base_ndim; i++) {
            formatter->sizes[formatter->ndim++] = base->base_sizes[i];
            count *= base->base_sizes[i];
        }
    }
    formatter->dtype = base;
    if (formatter->ndim == 0)
        return true;
    column->levels[column->level_count++] = (fa__column_level){count, base->item_bytes};
    column->scalar = false;
    formatter->edge_items = settings->edge_items;
    formatter->shortened = count > settings->threshold;
    return true;
}

static bool make_structure(fa__formatter *formatter, const fa__column *parent,
                           const fa__print_settings *settings, int depth, fa_error *err)
{
    int count = formatter->dtype->field_count;
    formatter->children = fa__alloc_zero((size_t)count, sizeof *formatter->children, err);
    formatter->offsets = fa__alloc_zero((size_t)count, sizeof *formatter->offsets, err);
    if (fa_failed(err))
        return false;
    for (int i = 0; i < count; i++) {
        const fa__field *field = &formatter->dtype->fields[i];
        fa__column column = *parent;
        column.data += field->offset_bytes;
        formatter->offsets[i] = field->offset_bytes;
        formatter->child_count = i + 1;
        if (!make(field->dtype, &column, settings, depth + 1, &formatter->children[i], err))
            return false;
    }
    return true;
}

static bool make_leaf(fa__formatter *formatter, const fa__column *column, const fa__print_settings *settings,
                      fa_error *err)
{
    const fa_dtype *dtype = formatter->dtype;
    switch (dtype->type) {
    case FA_TYPE_BOOL:
        formatter->pad_true = !column->scalar;
        return true;
    case FA_TYPE_FLOAT16:
    case FA_TYPE_BFLOAT16:
    case FA_TYPE_FLOAT32:
    case FA_TYPE_FLOAT64:
        formatter->real = fa__float_format_make(dtype->type, dtype->swapped, false, column, settings, err);
        return !fa_failed(err);
    case FA_TYPE_COMPLEX64:
    case FA_TYPE_COMPLEX128: {
        fa_type part = dtype->type == FA_TYPE_COMPLEX64 ? FA_TYPE_FLOAT32 : FA_TYPE_FLOAT64;
        fa__column imaginary = *column;
        imaginary.data += dtype->item_bytes / 2;
        formatter->real = fa__float_format_make(part, dtype->swapped, false, column, settings, err);
        formatter->imaginary = fa__float_format_make(part, dtype->swapped, true, &imaginary, settings, err);
        return !fa_failed(err);
    }
    case FA_TYPE_DATETIME64:
    case FA_TYPE_TIMEDELTA64:
        formatter->width = time_width(dtype, column, err);
        return !fa_failed(err);
    case FA_TYPE_BYTES:
    case FA_TYPE_STRING:
    case FA_TYPE_VOID:
        return true;
    default:
        formatter->width = integer_width(dtype, column);
        return true;
    }
}

static bool make(const fa_dtype *dtype, const fa__column *parent, const fa__print_settings *settings,
                 int depth, fa__formatter **result, fa_error *err)
{
    if (depth > FA__MAX_DTYPE_DEPTH)
        return fa__fail(err, FA_UNSUPPORTED, "a structure is nested more than %d deep", FA__MAX_DTYPE_DEPTH);
    fa__formatter *formatter = *result = fa__alloc_zero(1, sizeof *formatter, err);
    if (formatter == NULL)
        return false;
    formatter->dtype = dtype;
    fa__column column = *parent;
    if (!open_subarray(formatter, &column, settings, err))
        return false;
    if (formatter->dtype->is_structure)
        return make_structure(formatter, &column, settings, depth, err);
    return make_leaf(formatter, &column, settings, err);
}

/* Inside a 0-d structure NumPy writes real numbers as scalars, and everything else as in arrays. */
static void make_numbers_scalar(fa__formatter *formatter)
{
    formatter->real.scalar = fa__type_kind(formatter->dtype->type) == 'f';
    for (int i = 0; i < formatter->child_count; i++)
        make_numbers_scalar(formatter->children[i]);
}

fa__formatter *fa__formatter_make(const fa__elements *elements, const fa__print_settings *settings,
                                  fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__column column = {.data = elements->data, .level_count = 1, .scalar = elements->scalar};
    column.levels[0] = (fa__column_level){elements->count, elements->dtype->item_bytes};
    fa__formatter *formatter = NULL;
    if (!make(elements->dtype, &column, settings, 0, &formatter, err)) {
        fa__formatter_free(formatter);
        return NULL;
    }
    if (elements->scalar) {
        formatter->scalar = true;
        make_numbers_scalar(formatter);
    }
    return formatter;
}

void fa__formatter_free(fa__formatter *formatter)
{
    if (formatter == NULL)
        return;
    for (int i = 0; i < formatter->child_count; i++)
        fa__formatter_free(formatter->children[i]);
    fa__free(formatter->children);
    fa__free(formatter->offsets);
    fa__free(formatter);
}

/* ---- Writing ---- */

static void write_structure(const fa__formatter *formatter, const char *element, fa__text *text,
                            fa_error *err)
{
    fa__text_add_char(text, '(', err);
    for (int i = 0; i < formatter->child_count; i++) {
        if (i > 0)
            fa__text_add_string(text, ", ", err);
        fa__formatter_write(formatter->children[i], element + formatter->offsets[i], text, err);
    }
    fa__text_add_string(text, formatter->child_count == 1 ? ",)" : ")", err);
}

static void write_string(const fa__formatter *formatter, const char *element, fa__text *text, fa_error *err)
{
    const fa_dtype *dtype = formatter->dtype;
    if (dtype->type == FA_TYPE_BYTES) {
        fa__text_add_string(text, formatter->scalar ? "np.bytes_(" : "", err);
        fa__string_bytes(text, element, dtype->item_bytes, err);
        fa__text_add_string(text, formatter->scalar ? ")" : "", err);
    } else if (formatter->scalar) {
        fa__string_plain(text, element, dtype->item_bytes / 4, dtype->swapped, err);
    } else {
        fa__string_unicode(text, element, dtype->item_bytes / 4, dtype->swapped, err);
    }
}

static void write_integer(const fa__formatter *formatter, const char *element, fa__text *text, fa_error *err)
{
    char buffer[WHOLE_NUMBER_TEXT];
    int length = whole_number_text(load_whole(formatter->dtype, element), buffer);
    fa__text_repeat(text, ' ', formatter->width - length, err);
    fa__text_add(text, buffer + WHOLE_NUMBER_TEXT - length, length, err);
}

static void write_scalar_complex(const fa__formatter *formatter, const char *element, fa__text *text,
                                 fa_error *err)
{
    const fa__float_format *format = &formatter->real;
    fa__binary real = fa__binary_load(format->type, format->swapped, element);
    fa__binary imaginary =
        fa__binary_load(format->type, format->swapped, element + formatter->dtype->item_bytes / 2);
    fa__number_scalar_complex(text, &real, &imaginary, err);
}

/* Moves what was added since `begin` to the right end of `width` characters. */
static void align_right(fa__text *text, int64_t begin, int64_t width, fa_error *err)
{
    int64_t length = text->length - begin, blanks = width - length;
    fa__text_repeat(text, ' ', blanks, err);
    if (fa_failed(err) || blanks <= 0)
        return;
    memmove(text->data + begin + blanks, text->data + begin, (size_t)length);
    memset(text->data + begin, ' ', (size_t)blanks);
}

static void write_time(const fa__formatter *formatter, const char *element, fa__text *text, fa_error *err)
{
    const fa_dtype *dtype = formatter->dtype;
    int64_t value = load_time(dtype, element), begin = text->length;
    if (!formatter->scalar) {
        add_time(text, dtype, value, err);
        align_right(text, begin, formatter->width, err);
    } else if (value == FA__NOT_A_TIME) {
        fa__text_add_string(text, "NaT", err);
    } else if (dtype->type == FA_TYPE_DATETIME64) {
        fa__time_date(text, dtype, value, err);
    } else {
        fa__time_span(text, dtype, value, err);
    }
}

static void write_one(const fa__formatter *formatter, const char *element, fa__text *text, fa_error *err)
{
    switch (fa__type_kind(formatter->dtype->type)) {
    case 'b':
        fa__text_add_string(text, *element == 0 ? "False" : formatter->pad_true ? " True" : "True", err);
        return;
    case 'f':
        fa__float_format_write(&formatter->real, element, text, err);
        return;
    case 'c':
        if (formatter->scalar)
            write_scalar_complex(formatter, element, text, err);
        else
            write_complex(formatter, element, text, err);
        return;
    case 'M':
    case 'm':
        write_time(formatter, element, text, err);
        return;
    case 'S':
    case 'U':
        write_string(formatter, element, text, err);
        return;
    case 'V':
        if (formatter->dtype->is_structure)
            write_structure(formatter, element, text, err);
        else
            fa__string_void(text, element, formatter->dtype->item_bytes, err);
        return;
    default:
        write_integer(formatter, element, text, err);
    }
}

/* The parts of an array field: [[1., 2.], [3., 4.]], with the edges alone where it is large. Bounded by
 * FA_MAX_NDIM. */
static void write_subarray(const fa__formatter *formatter, int axis, const char *element, fa__text *text,
                           fa_error *err)
{
    if (fa_failed(err))
        return;
    if (axis == formatter->ndim) {
        write_one(formatter, element, text, err);
        return;
    }
    int64_t size = formatter->sizes[axis], edge = formatter->edge_items;
    int64_t part_bytes = formatter->dtype->item_bytes;
    for (int i = axis + 1; i < formatter->ndim; i++)
        part_bytes *= formatter->sizes[i];
    bool shortened = formatter->shortened && size > 2 * edge;
    fa__text_add_char(text, '[', err);
    for (int64_t i = 0; i < size; i++) {
        if (i > 0)
            fa__text_add_string(text, ", ", err);
        if (shortened && i == edge) {
            fa__text_add_string(text, "..., ", err);
            i = size - edge;
        }
        write_subarray(formatter, axis + 1, element + i * part_bytes, text, err);
    }
    fa__text_add_char(text, ']', err);
}

void fa__formatter_write(const fa__formatter *formatter, const char *element, fa__text *text, fa_error *err)
{
    write_subarray(formatter, 0, element, text, err);
}
