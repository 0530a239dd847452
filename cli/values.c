/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of option values: shapes, integers, sizes, orders, dtypes. Each reports one usage error that names
 * the option, the text, and what was expected. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool cli_parse_integer(const char *what, const char *text, size_t length, int64_t least, int64_t most,
                       int64_t *value)
{
    char digits[32], *end;
    if (length > 0 && length < sizeof digits && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))) {
        memcpy(digits, text, length);
        digits[length] = '\0';
        errno = 0;
        *value = strtoll(digits, &end, 10);
        if (*end == '\0' && errno == 0 && *value >= least && *value <= most)
            return true;
    }
    if (most == INT64_MAX)
        cli_usage("%s: '%.*s' is not a whole number of at least %lld", what, (int)length, text,
                  (long long)least);
    else
        cli_usage("%s: '%.*s' is not a whole number from %lld to %lld", what, (int)length, text,
                  (long long)least, (long long)most);
    return false;
}

bool cli_parse_number(const char *what, const char *text, double least, double most, double *value)
{
    char *end;
    *value = strtod(text, &end);
    if (end != text && *end == '\0' && *value >= least && *value <= most)
        return true;
    if (most == INFINITY)
        cli_usage("%s: '%s' is not a number of at least %g", what, text, least);
    else
        cli_usage("%s: '%s' is not a number from %g to %g", what, text, least, most);
    return false;
}

/* Sizes with commas between, as they stand in a shape that Python prints: "3", "3,4", "(3, 4)", "(3,)", "()".
 */
bool cli_parse_shape(const char *what, const char *text, size_t length, bool may_infer,
                     int64_t sizes[FA_MAX_NDIM], int *ndim)
{
    const char *at = text, *end = text + length;
    *ndim = 0;
    if (length >= 2 && at[0] == '(' && end[-1] == ')') {
        at++;
        end--;
    } else if (length == 0) {
        cli_usage("%s: the shape is empty; that of an array without dimensions is ()", what);
        return false;
    }
    bool inferred = false;
    while (at < end) {
        while (at < end && *at == ' ')
            at++;
        const char *stop = at;
        while (stop < end && *stop != ',')
            stop++;
        const char *last = stop;
        while (last > at && last[-1] == ' ')
            last--;
        if (*ndim == FA_MAX_NDIM) {
            cli_usage("%s: '%.*s' has more than %d dimensions", what, (int)length, text, FA_MAX_NDIM);
            return false;
        }
        bool infer = may_infer && !inferred && last - at == 2 && memcmp(at, "-1", 2) == 0;
        inferred |= infer;
        if (infer)
            sizes[*ndim] = -1;
        else if (!cli_parse_integer(what, at, (size_t)(last - at), 0, INT64_MAX, &sizes[*ndim]))
            return false;
        ++*ndim;
        at = stop < end ? stop + 1 : end;
    }
    return true;
}

/* "", "B", "K", "KiB": factors of 1024; "KB": of 1000. In any case. */
static bool unit_factor(const char *unit, double *factor)
{
    static const char letters[] = "kmgtpe";
    char lower[4] = {0};
    *factor = 1;
    if (strlen(unit) >= sizeof lower)
        return false;
    for (int i = 0; unit[i] != '\0'; i++)
        lower[i] = (char)(unit[i] >= 'A' && unit[i] <= 'Z' ? unit[i] - 'A' + 'a' : unit[i]);
    if (lower[0] == '\0' || strcmp(lower, "b") == 0)
        return true;
    const char *letter = strchr(letters, lower[0]);
    bool decimal = strcmp(lower + 1, "b") == 0;
    if (letter == NULL || (!decimal && lower[1] != '\0' && strcmp(lower + 1, "ib") != 0))
        return false;
    for (const char *i = letters; i <= letter; i++)
        *factor *= decimal ? 1000 : 1024;
    return true;
}

bool cli_parse_bytes(const char *what, const char *text, size_t *bytes)
{
    char *end;
    double factor, number = -1;
    if (text[0] >= '0' && text[0] <= '9' && strspn(text, "0123456789.") < 32 && strpbrk(text, "xX") == NULL) {
        number = strtod(text, &end);
        while (*end == ' ')
            end++;
        if (unit_factor(end, &factor))
            number = floor(number * factor);
        else
            number = -1;
    }
    if (!(number >= 1 && number < 0x1p63)) {
        cli_usage("%s: '%s' is not a size like 256M, 1.5G or 64KiB", what, text);
        return false;
    }
    *bytes = (size_t)number;
    return true;
}

bool cli_parse_order(const char *what, const char *text, size_t length, fa_order *order)
{
    if (length == 1 && (*text == 'C' || *text == 'F')) {
        *order = *text == 'C' ? FA_ORDER_C : FA_ORDER_F;
        return true;
    }
    cli_usage("%s: '%.*s' is not an order: C or F", what, (int)length, text);
    return false;
}

fa_dtype *cli_parse_dtype(const char *what, const char *text, size_t length)
{
    fa_error err = {0};
    char *copy = malloc(length + 1);
    if (copy == NULL) {
        cli_usage("%s: the system has no memory for the dtype", what);
        return NULL;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    fa_dtype *dtype = fa_dtype_parse(copy, &err);
    free(copy);
    if (fa_failed(&err))
        cli_usage("%s: %s", what, err.message);
    return dtype;
}
