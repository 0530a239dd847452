/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows, brackets and line breaks around elements, and which elements are shown at all: NumPy's _formatArray
 * and _leading_trailing. Knows nothing about what an element looks like. */
#include "api/print.h"
#include "base/checked.h"

#include <string.h>

bool fa__print_settings_from(const fa_print_options *options, fa__print_settings *settings, fa_error *err)
{
    *settings = (fa__print_settings){.precision = 8, .threshold = 1000, .edge_items = 3, .line_width = 75};
    if (options == NULL)
        return !fa_failed(err);
    if (options->precision < -1 || options->threshold < 0 || options->edge_items < 0 ||
        options->line_width < 0)
        return fa__fail(err, FA_INVALID_ARGUMENT,
                        "print options: precision %d, threshold %d, edge_items %d and "
                        "line_width %d must not be negative",
                        options->precision, options->threshold, options->edge_items, options->line_width);
    for (int i = 0; i < 4; i++)
        if (options->reserved[i] != 0)
            return fa__fail(err, FA_INVALID_ARGUMENT, "print options: reserved words must be zero");
    if (options->precision != 0)
        settings->precision = options->precision == -1 ? 0 : options->precision;
    if (options->threshold != 0)
        settings->threshold = options->threshold;
    if (options->edge_items != 0)
        settings->edge_items = options->edge_items;
    if (options->line_width != 0)
        settings->line_width = options->line_width;
    settings->suppress = options->suppress;
    return !fa_failed(err);
}

bool fa__shown_choose(int ndim, const int64_t *sizes, const fa__print_settings *settings, fa__shown *shown,
                      fa_error *err)
{
    memset(shown, 0, sizeof *shown);
    shown->ndim = ndim;
    shown->sizes = sizes;
    int64_t count = 1;
    for (int i = 0; i < ndim; i++)
        count *= sizes[i]; /* an array's sizes: their product was checked */
    shown->shortened = count > settings->threshold;
    int64_t edges = 2 * (int64_t)settings->edge_items;
    shown->shown_count = 1;
    for (int i = 0; i < ndim; i++) {
        shown->shown_sizes[i] = shown->shortened && sizes[i] > edges ? edges : sizes[i];
        if (!fa__multiply_checked(shown->shown_count, shown->shown_sizes[i], &shown->shown_count))
            return fa__fail(err, FA_TOO_LARGE,
                            "the corners of an array of %d dimensions are too many to print", ndim);
    }
    return true;
}

struct page {
    const fa__shown *shown;
    const fa__print_settings *settings;
    const fa__formatter *formatter;
    int64_t item_bytes;
    const char *next; /* element; they are written in the order they lie in */
    fa__text *text;
    int64_t line_length; /* characters of the line that is being written */
};

static int64_t edge_of(const struct page *page, int axis)
{
    const fa__shown *shown = page->shown;
    return shown->shown_sizes[axis] < shown->sizes[axis] ? page->settings->edge_items : 0;
}

/* Adds the word that stands at `word` in the text to the line, on a new line where it would be too long. */
static void place_word(struct page *page, int64_t word, int indent, int64_t width, fa_error *err)
{
    fa__text *text = page->text;
    if (fa_failed(err))
        return;
    int64_t length = fa__text_characters(text->data + word, text->length - word);
    /* The first word of a line stays, however long it is. */
    if (page->line_length + length <= width || page->line_length <= indent) {
        page->line_length += length;
        return;
    }
    int64_t blanks = 0, bytes = text->length - word;
    while (text->data[word - 1 - blanks] == ' ')
        blanks++;
    /* "...last word   word" becomes "...last word\n word": the word moves behind the indent. */
    fa__text_repeat(text, ' ', indent + 1, err);
    if (fa_failed(err))
        return;
    int64_t end = word - blanks;
    memmove(text->data + end + 1 + indent, text->data + word, (size_t)bytes);
    text->data[end] = '\n';
    memset(text->data + end + 1, ' ', (size_t)indent);
    text->length = end + 1 + indent + bytes;
    page->line_length = indent + length;
}

static void write_row(struct page *page, int axis, fa_error *err)
{
    fa__text *text = page->text;
    int indent = axis + 1;
    int64_t width =
        (int64_t)page->settings->line_width - axis - 1; /* each bracket that closes takes a column */
    int64_t count = page->shown->shown_sizes[axis], edge = edge_of(page, axis);
    page->line_length = indent;
    for (int64_t i = 0; i < count && !fa_failed(err); i++) {
        if (edge > 0 && i == edge) {
            int64_t word = text->length;
            fa__text_add_string(text, "...", err);
            place_word(page, word, indent, width, err);
            fa__text_add_char(text, ' ', err);
            page->line_length++;
        }
        int64_t word = text->length;
        fa__formatter_write(page->formatter, page->next, text, err);
        page->next += page->item_bytes;
        place_word(page, word, indent, width, err);
        if (i + 1 < count) {
            fa__text_add_char(text, ' ', err);
            page->line_length++;
        }
    }
}

/* One pair of brackets. The recursion is bounded by FA_MAX_NDIM. */
static void write_axis(struct page *page, int axis, fa_error *err)
{
    int ndim = page->shown->ndim;
    fa__text *text = page->text;
    fa__text_add_char(text, '[', err);
    if (axis == ndim - 1) {
        write_row(page, axis, err);
    } else {
        int64_t count = page->shown->shown_sizes[axis], edge = edge_of(page, axis);
        for (int64_t i = 0; i < count && !fa_failed(err); i++) {
            if (i > 0) {
                fa__text_repeat(text, '\n', ndim - axis - 1, err);
                fa__text_repeat(text, ' ', axis + 1, err);
            }
            if (edge > 0 && i == edge) {
                fa__text_add_string(text, "...", err);
                fa__text_repeat(text, '\n', ndim - axis - 1, err);
                fa__text_repeat(text, ' ', axis + 1, err);
            }
            write_axis(page, axis + 1, err);
        }
    }
    fa__text_add_char(text, ']', err);
}

void fa__print_layout(const fa_dtype *dtype, const fa__shown *shown, const char *data,
                      const fa__print_settings *settings, fa__text *text, fa_error *err)
{
    if (shown->shown_count == 0) {
        fa__text_add_string(text, "[]", err);
        return;
    }
    fa__elements elements = {
        .dtype = dtype, .data = data, .count = shown->shown_count, .scalar = shown->ndim == 0};
    fa__formatter *formatter = fa__formatter_make(&elements, settings, err);
    if (formatter == NULL)
        return;
    if (shown->ndim == 0) {
        fa__formatter_write(formatter, data, text, err);
    } else {
        struct page page = {.shown = shown,
                            .settings = settings,
                            .formatter = formatter,
                            .item_bytes = dtype->item_bytes,
                            .next = data,
                            .text = text};
        write_axis(&page, 0, err);
    }
    fa__formatter_free(formatter);
}
