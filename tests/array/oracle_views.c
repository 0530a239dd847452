/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs programs of view operations, for oracle_views.py to compare with NumPy. A line is "dtype TAB shape TAB
 * program TAB program": operations are separated by ';', the first letter says which. Prints for each program
 * "ndim sizes strides offset flags overlaps-itself; strides in K order", or the error's name, then whether
 * the two views share a byte, separated by tabs. */
#include "array/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_numbers(const char *text, int64_t *numbers)
{
    int count = 0;
    while (*text != '\0' && count < FA_MAX_NDIM + 8) {
        char *end;
        numbers[count] = strtoll(text, &end, 10);
        if (end == text)
            break;
        count++;
        text = *end == ',' ? end + 1 : end;
    }
    return count;
}

static fa_array *apply(fa_array *array, const char *operation, fa_error *err)
{
    int64_t numbers[FA_MAX_NDIM + 8] = {0};
    int axes[FA_MAX_NDIM + 8], count = read_numbers(operation + 1, numbers);
    for (int i = 0; i < count; i++)
        axes[i] = (int)numbers[i];
    switch (operation[0]) {
    case 'S':
        return fa_slice(array, operation + 1, err);
    case 'T':
        return fa_transpose(array, err);
    case 'P':
        return fa_permute(array, (fa_axes){count, axes}, err);
    case 'W':
        return fa_swap_axes(array, axes[0], axes[1], err);
    case 'R':
        return fa_reshape(array, (fa_shape){count, numbers}, err);
    case 'V':
        return fa_ravel(array, err);
    case 'B':
        return fa_broadcast_to(array, (fa_shape){count, numbers}, err);
    case 'D':
        return fa_diagonal(array, numbers[0], axes[1], axes[2], err);
    case 'G':
        return fa_sliding_window(array, numbers[0], axes[1], err);
    case 'F':
        return fa_field(array, operation + 1, err);
    default:
        abort();
    }
}

static fa_array *run(fa_array *base, char *program, fa_error *err)
{
    fa_array *view = fa_retain(base);
    for (char *operation = strtok(program, ";"); operation != NULL; operation = strtok(NULL, ";")) {
        fa_array *next = apply(view, operation, err);
        fa_release(view);
        view = next;
        if (view == NULL)
            break;
    }
    return view;
}

static void print_view(const fa_array *view, const fa_error *err)
{
    if (view == NULL) {
        printf("%s: %s\t", fa_error_name(err->code), err->message);
        return;
    }
    printf("%d", fa_ndim(view));
    for (int i = 0; i < view->ndim; i++)
        printf(" %lld", (long long)fa_size_of_axis(view, i));
    for (int i = 0; i < view->ndim; i++)
        printf(" %lld", (long long)fa_stride_bytes(view, i));
    printf(" %lld %u %d;", (long long)view->offset, fa_flags(view), fa__overlaps_itself(view));
    int order[FA_MAX_NDIM];
    int64_t strides[FA_MAX_NDIM];
    fa__k_order(view->ndim, view->sizes, view->strides, order);
    fa__strides_in_order(view->ndim, view->sizes, view->dtype->item_bytes, order, strides);
    for (int i = 0; i < view->ndim; i++)
        printf(" %lld", (long long)strides[i]);
    printf("\t");
}

int main(void)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *parts[4] = {line};
        for (int i = 1; i < 4; i++) {
            parts[i] = strchr(parts[i - 1], '\t');
            *parts[i]++ = '\0';
        }
        parts[3][strcspn(parts[3], "\n")] = '\0';
        fa_error err = {0}, first_err = {0}, second_err = {0};
        fa_dtype *dtype = fa_dtype_parse(parts[0], &err);
        fa__geometry geometry = {0};
        int64_t count;
        geometry.ndim = read_numbers(parts[1], geometry.sizes);
        fa__shape_count(geometry.ndim, geometry.sizes, fa_dtype_item_bytes(dtype), &count, &err);
        fa__strides_c(geometry.ndim, geometry.sizes, fa_dtype_item_bytes(dtype), geometry.strides);
        fa__source *source = fa__memory_source(count * fa_dtype_item_bytes(dtype), &err);
        fa_array *base = fa__view(source, dtype, &geometry, true, &err);
        fa_array *first = run(base, parts[2], &first_err), *second = run(base, parts[3], &second_err);
        print_view(first, &first_err);
        print_view(second, &second_err);
        printf("%d\n", first != NULL && second != NULL && fa_shares_bytes(first, second));
        fa_release(first);
        fa_release(second);
        fa_release(base);
        fa__source_release(source);
        fa_dtype_release(dtype);
    }
    return 0;
}
