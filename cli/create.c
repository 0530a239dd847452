/* SPDX-License-Identifier: BSD-3-Clause */
/* farray create: a new .npy file of zeros, of a number, of a counted or a random sequence. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is asked for, taken from the options. */
typedef struct request {
    const char *path;
    fa_dtype *dtype;
    fa_shape shape;
    int64_t sizes[FA_MAX_NDIM];
    fa_create_options options;
    const char *fill;
    fa_random_options random;
} request;

static bool parse_seed(const char *text, fa_random_options *random)
{
    if (strcmp(text, "entropy") == 0) {
        random->from_entropy = true;
        return true;
    }
    char *end;
    errno = 0;
    random->seed = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0)
        return true;
    cli_usage("--seed: '%s' is not a whole number of 64 bits, nor entropy", text);
    return false;
}

static bool parse_request(const arguments *parsed, request *wanted)
{
    const char *const *values = parsed->values;
    wanted->path = parsed->operands[0];
    wanted->fill = parsed->given[OPTION_FILL] ? values[OPTION_FILL] : "0";
    wanted->shape.sizes = wanted->sizes;
    if (!parsed->given[OPTION_DTYPE] || !parsed->given[OPTION_SHAPE]) {
        cli_usage("create needs --dtype and --shape (farray create --help has examples)");
        return false;
    }
    if (parsed->given[OPTION_ORDER] && !cli_parse_order("--order", values[OPTION_ORDER],
                                                        strlen(values[OPTION_ORDER]), &wanted->options.order))
        return false;
    if (parsed->given[OPTION_SEED] && !parse_seed(values[OPTION_SEED], &wanted->random))
        return false;
    if (!cli_parse_shape("--shape", values[OPTION_SHAPE], strlen(values[OPTION_SHAPE]), false, wanted->sizes,
                         &wanted->shape.ndim))
        return false;
    wanted->dtype = cli_parse_dtype("--dtype", values[OPTION_DTYPE], strlen(values[OPTION_DTYPE]));
    return wanted->dtype != NULL;
}

static const char *dtype_text(const fa_dtype *dtype, char text[64])
{
    fa_dtype_text(dtype, text, 64);
    return text;
}

static bool is_integer(fa_type type)
{
    return type <= FA_TYPE_UINT64;
}

static bool is_complex(fa_type type)
{
    return type == FA_TYPE_COMPLEX64 || type == FA_TYPE_COMPLEX128;
}

/* ---- What the file is filled with: pending arrays of the wanted dtype and shape ---- */

static fa_array *counted(const request *wanted, fa_error *err)
{
    int64_t count = 1;
    for (int i = 0; i < wanted->shape.ndim; i++)
        if (__builtin_mul_overflow(count, wanted->sizes[i], &count))
            count = INT64_MAX;
    fa_array *numbers = fa_arange_int64(0, count, 1, err);
    fa_array *shaped = fa_reshape(numbers, wanted->shape, err);
    fa_array *result = fa_astype(shaped, wanted->dtype, err);
    fa_release(shaped);
    fa_release(numbers);
    return result;
}

/* In [0, 1): short floats round what is next to 1 up to it. */
static fa_array *below_one(fa_array *numbers, fa_error *err)
{
    const fa_shape one = {0};
    fa_array *end = fa_ones(fa_dtype_of_array(numbers), one, err);
    fa_array *start = fa_zeros(fa_dtype_of_array(numbers), one, err);
    fa_array *last = fa_nextafter(end, start, err), *result = fa_minimum(numbers, last, err);
    fa_release(last);
    fa_release(start);
    fa_release(end);
    fa_release(numbers);
    return result;
}

static fa_array *random_numbers(const request *wanted, fa_error *err)
{
    const fa_dtype *dtype = fa_dtype_type(wanted->dtype) == FA_TYPE_FLOAT32 ? FA_FLOAT32 : FA_FLOAT64;
    fa_array *numbers = strcmp(wanted->fill, "normal") == 0
                            ? fa_random_normal(dtype, wanted->shape, &wanted->random, err)
                            : fa_random_uniform(dtype, wanted->shape, &wanted->random, err);
    fa_array *result = fa_astype(numbers, wanted->dtype, err);
    fa_release(numbers);
    const fa_type type = fa_dtype_type(wanted->dtype);
    const bool is_short = type == FA_TYPE_FLOAT16 || type == FA_TYPE_BFLOAT16;
    return is_short && strcmp(wanted->fill, "uniform") == 0 ? below_one(result, err) : result;
}

/* Whether a number is still the same after it became an element: 300 is no uint8, 2.5 no integer, 1j no
 * float. Floating types round. */
static bool number_fits(fa_array *number, const fa_dtype *dtype, fa_error *err)
{
    fa_type from = fa_dtype_type(fa_dtype_of_array(number)), to = fa_dtype_type(dtype);
    if (is_complex(from))
        return is_complex(to);
    if (!is_integer(to))
        return true;
    fa_array *element = fa_astype(number, dtype, err);
    fa_array *back = fa_astype(element, fa_dtype_of_array(number), err);
    fa_array *equal = fa_equal(back, number, err);
    bool fits = fa_item_int64(equal, err) != 0;
    fa_release(equal);
    fa_release(back);
    fa_release(element);
    return fits;
}

static fa_array *one_number(const request *wanted, int *status, fa_error *err)
{
    char text[64];
    fa_error reading = {0};
    fa_array *number = fa_eval(wanted->fill, FA_VARS(), &reading);
    fa_array *result = NULL;
    if (fa_failed(&reading) || fa_ndim(number) != 0)
        *status = cli_usage("--fill: '%s' is not 0, arange, normal, uniform, or a number", wanted->fill);
    else if (!number_fits(number, wanted->dtype, err) && !fa_failed(err))
        *status = cli_usage("--fill: %s is not a value of %s", wanted->fill, dtype_text(wanted->dtype, text));
    else {
        fa_array *element = fa_astype(number, wanted->dtype, err);
        result = fa_broadcast_to(element, wanted->shape, err);
        fa_release(element);
    }
    fa_release(number);
    return result;
}

static fa_array *filling(const request *wanted, int *status, fa_error *err)
{
    char text[64];
    fa_type type = fa_dtype_type(wanted->dtype);
    bool is_random = strcmp(wanted->fill, "normal") == 0 || strcmp(wanted->fill, "uniform") == 0;
    if (type > FA_TYPE_COMPLEX128) {
        *status = cli_usage("--fill: elements of %s can only be zero", dtype_text(wanted->dtype, text));
        return NULL;
    }
    if (is_random && (is_integer(type) || is_complex(type))) {
        *status =
            cli_usage("--fill %s: %s is not a floating type", wanted->fill, dtype_text(wanted->dtype, text));
        return NULL;
    }
    if (is_random)
        return random_numbers(wanted, err);
    if (strcmp(wanted->fill, "arange") == 0)
        return counted(wanted, err);
    return one_number(wanted, status, err);
}

static void describe(const char *path, fa_error *err)
{
    fa_array *made = fa_open(path, FA_READ_ONLY, NULL, err);
    if (made == NULL)
        return;
    json_begin('{');
    json_key("file");
    json_string(path);
    json_describe(made);
    json_end('}');
    putchar('\n');
    fa_release(made);
}

static int create(const arguments *parsed, const request *wanted)
{
    int status = EXIT_OK;
    fa_error err = {0};
    if (strcmp(wanted->fill, "0") == 0) {
        fa_array *array = fa_create(wanted->path, wanted->dtype, wanted->shape, &wanted->options, &err);
        fa_close(array, &err);
    } else {
        fa_array *array = filling(wanted, &status, &err);
        if (array != NULL && !fa_failed(&err)) {
            progress_bar bar;
            cli_progress_begin(&bar, wanted->path, parsed);
            fa_create_options options = wanted->options;
            options.dtype = wanted->dtype; /* in the byte order that was asked for */
            fa_output output = {.array = array, .path = wanted->path, .options = &options};
            fa_evaluate_all(&output, 1, &bar.options, &err);
            cli_progress_end(&bar);
        }
        fa_release(array);
    }
    if (status == EXIT_OK && parsed->given[OPTION_JSON])
        describe(wanted->path, &err);
    return fa_failed(&err) ? cli_fail(&err, NULL) : status;
}

int command_create(const arguments *parsed)
{
    request wanted = {0};
    int status = EXIT_USAGE;
    if (parse_request(parsed, &wanted))
        status = create(parsed, &wanted);
    fa_dtype_release(wanted.dtype);
    return status;
}
