/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's names of types, as they stand inside quotes: "<f8", "float64", "S4", "M8[25s]", and lists of them
 * with commas and repeats, "f4,(2,3)i8". Knows nothing about Python literals (dtype_parse.c). */
#include "array/dtype.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* A part of the text, and the column where it begins. */
typedef struct span {
    const char *text;
    size_t length;
    int column;
} span;

static span part(span whole, size_t first, size_t length)
{
    return (span){whole.text + first, length, whole.column + (int)first};
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool equals(span name, const char *text)
{
    return strlen(text) == name.length && memcmp(name.text, text, name.length) == 0;
}

static bool starts_with(span name, const char *text)
{
    return strlen(text) <= name.length && memcmp(name.text, text, strlen(text)) == 0;
}

static fa_dtype *fail(span name, fa_error_code code, const char *why, fa_error *err)
{
    char quoted[80];
    fa__quote(quoted, sizeof quoted, name.text, name.length);
    fa__fail_at_column(err, code, name.column, "dtype '%s': %s", quoted, why);
    return NULL;
}

/* Digits at text[*at], as a number up to `limit`. False when there are none, or when it is larger. */
static bool read_number(span name, size_t *at, int64_t limit, int64_t *number)
{
    size_t first = *at;
    *number = 0;
    for (; *at < name.length && is_digit(name.text[*at]); ++*at)
        if (!fa__multiply_checked(*number, 10, number) ||
            !fa__add_checked(*number, name.text[*at] - '0', number) || *number > limit)
            return false;
    return *at > first;
}

/* ---- Units of time ---- */

static const char *const units[] = {"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"};
enum { UNIT_COUNT = sizeof units / sizeof units[0], UNIT_DAY = 3, UNIT_SECOND = 6 };

/* What one unit is made of, for "[Y/12]": how many of which smaller unit. */
static const struct {
    int count, unit;
} divisions[UNIT_SECOND][3] = {
    {{12, 1}, {52, 2}, {365, 3}},     {{4, 2}, {30, 3}, {720, 4}},  {{7, 3}, {168, 4}, {10080, 5}},
    {{24, 4}, {1440, 5}, {86400, 6}}, {{60, 5}, {3600, 6}, {0, 0}}, {{60, 6}, {60000, 7}, {0, 0}},
};

static int find_unit(span name)
{
    if (equals(name, "\xce\xbcs") || equals(name, "\xc2\xb5s"))
        return 8; /* microseconds with the Greek letter, or with the micro sign */
    for (int i = 0; i < UNIT_COUNT; i++)
        if (equals(name, units[i]))
            return i;
    return -1;
}

/* Replaces count units / divisor by a whole count of a smaller unit. */
static bool divide_unit(int *unit, int64_t *count, int64_t divisor)
{
    for (int i = 0; i < 3; i++) {
        int64_t parts = 0, thousands = i == 0 ? 1000 : 1000000;
        int smaller = *unit + 1 + i;
        if (*unit < UNIT_SECOND) {
            parts = divisions[*unit][i].count;
            smaller = divisions[*unit][i].unit;
        } else if (i < 2 && smaller < UNIT_COUNT) {
            parts = thousands;
        }
        if (parts == 0 || parts % divisor != 0)
            continue;
        *unit = smaller;
        *count *= parts / divisor;
        return *count <= INT32_MAX;
    }
    return false;
}

/* "[25s]", "[s/4]", "[generic]" behind datetime64 or timedelta64. */
static fa_dtype *parse_time(span name, fa_type type, span meta, bool swapped, fa_error *err)
{
    if (meta.length == 0)
        return fa__dtype_time(type, "", 1, swapped, err);
    if (meta.text[0] != '[' || meta.text[meta.length - 1] != ']')
        return fail(name, FA_BAD_DTYPE, "a unit of time stands in brackets, as in 'M8[us]'", err);
    meta = part(meta, 1, meta.length - 2);
    if (equals(meta, "generic"))
        return fa__dtype_time(type, "", 1, swapped, err);
    size_t at = 0;
    int64_t count = 1, divisor = 1;
    if (meta.length > 0 && is_digit(meta.text[0]) && !read_number(meta, &at, INT32_MAX, &count))
        return fail(meta, FA_BAD_DTYPE, "the count of units is above 2147483647", err);
    size_t end = at;
    while (end < meta.length && meta.text[end] != '/')
        end++;
    span unit_name = part(meta, at, end - at);
    int unit = find_unit(unit_name);
    if (unit < 0)
        return fail(unit_name, FA_BAD_DTYPE,
                    "unknown unit of time: known are Y M W D h m s ms us ns ps fs as", err);
    if (end < meta.length) {
        at = end + 1;
        if (!read_number(meta, &at, INT32_MAX, &divisor) || at < meta.length || divisor == 0)
            return fail(meta, FA_BAD_DTYPE, "the divisor is no number", err);
        if (divisor > 1 && !divide_unit(&unit, &count, divisor))
            return fail(meta, FA_BAD_DTYPE, "the divisor gives no whole number of a smaller unit", err);
    }
    return fa__dtype_time(type, units[unit], (int32_t)count, swapped, err);
}

/* ---- Names and letters ---- */

/* What np.dtype() takes besides the names in the list of types, on Linux for 64-bit machines. */
static const struct {
    const char *name;
    fa_type type;
} aliases[] = {
    {"bool_", FA_TYPE_BOOL},         {"byte", FA_TYPE_INT8},          {"ubyte", FA_TYPE_UINT8},
    {"short", FA_TYPE_INT16},        {"ushort", FA_TYPE_UINT16},      {"intc", FA_TYPE_INT32},
    {"uintc", FA_TYPE_UINT32},       {"int", FA_TYPE_INT64},          {"int_", FA_TYPE_INT64},
    {"intp", FA_TYPE_INT64},         {"long", FA_TYPE_INT64},         {"longlong", FA_TYPE_INT64},
    {"uint", FA_TYPE_UINT64},        {"uintp", FA_TYPE_UINT64},       {"ulong", FA_TYPE_UINT64},
    {"ulonglong", FA_TYPE_UINT64},   {"half", FA_TYPE_FLOAT16},       {"single", FA_TYPE_FLOAT32},
    {"float", FA_TYPE_FLOAT64},      {"double", FA_TYPE_FLOAT64},     {"csingle", FA_TYPE_COMPLEX64},
    {"complex", FA_TYPE_COMPLEX128}, {"cdouble", FA_TYPE_COMPLEX128}, {"bytes", FA_TYPE_BYTES},
    {"bytes_", FA_TYPE_BYTES},       {"str", FA_TYPE_STRING},         {"str_", FA_TYPE_STRING},
    {"unicode", FA_TYPE_STRING},     {"void", FA_TYPE_VOID},
};

static const char *const long_doubles[] = {"g",          "G",           "f16",      "c32",
                                           "longdouble", "clongdouble", "float128", "complex256"};
static const char *const objects[] = {"O", "O4", "O8", "object", "object_"};

/* A letter that names a type alone: those of the list, and these. */
static int letter_type(char letter)
{
    static const char more[] = "qQpPnN";
    static const fa_type more_types[] = {FA_TYPE_INT64,  FA_TYPE_UINT64, FA_TYPE_INT64,
                                         FA_TYPE_UINT64, FA_TYPE_INT64,  FA_TYPE_UINT64};
    if (letter == '\0') /* what types without a letter have */
        return -1;
    switch (letter) {
#define LETTER(id, suffix, name, kind, character, c_type, bytes) \
    case character:                                              \
        return FA_TYPE_##id;
        FA__NUMERIC_TYPES(LETTER)
#undef LETTER
    case 'S':
    case 'a':
        return FA_TYPE_BYTES;
    case 'U':
        return FA_TYPE_STRING;
    case 'V':
        return FA_TYPE_VOID;
    case 'M':
        return FA_TYPE_DATETIME64;
    case 'm':
        return FA_TYPE_TIMEDELTA64;
    default:
        break;
    }
    const char *found = letter != '\0' ? strchr(more, letter) : NULL;
    return found != NULL ? (int)more_types[found - more] : -1;
}

static bool is_one_of(span name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (equals(name, list[i]))
            return true;
    return false;
}

static fa_dtype *of_type(fa_type type, bool swapped, fa_error *err)
{
    if (fa__type_is_numeric(type))
        return fa__dtype_numeric(type, swapped, err);
    if (type == FA_TYPE_DATETIME64 || type == FA_TYPE_TIMEDELTA64)
        return fa__dtype_time(type, "", 1, swapped, err);
    return fa__dtype_flexible(type, 0, swapped, err);
}

/* "i4", "f8", "S10": a kind and bytes, or characters for U. */
static fa_dtype *parse_sized(span name, span body, bool swapped, fa_error *err)
{
    size_t at = 1;
    int64_t size;
    if (!read_number(body, &at, INT64_MAX / 4, &size) || at < body.length)
        return fail(name, FA_BAD_DTYPE, "unknown type", err);
#define SIZED(id, suffix, type_name, kind_, character, c_type, bytes) \
    if (body.text[0] == (kind_) && size == (bytes))                   \
        return fa__dtype_numeric(FA_TYPE_##id, swapped, err);
    FA__NUMERIC_TYPES(SIZED)
#undef SIZED
    fa_dtype *flexible;
    switch (body.text[0]) {
    case 'S':
    case 'a':
        flexible = fa__dtype_flexible(FA_TYPE_BYTES, size, swapped, err);
        break;
    case 'U':
        flexible = fa__dtype_flexible(FA_TYPE_STRING, 4 * size, swapped, err);
        break;
    case 'V':
        flexible = fa__dtype_flexible(FA_TYPE_VOID, size, swapped, err);
        break;
    default:
        return fail(name, FA_BAD_DTYPE, "unknown type", err);
    }
    if (fa_failed(err) && err->column == 0)
        err->column = name.column;
    return flexible;
}

/* A name as a whole, without a byte order: "float64", "int", "datetime64[s]". Sets *known. */
static fa_dtype *parse_long_name(span name, bool *known, fa_error *err)
{
    *known = true;
#define LONG_NAME(id, suffix, type_name, kind, character, c_type, bytes) \
    if (equals(name, type_name))                                         \
        return fa__dtype_numeric(FA_TYPE_##id, false, err);
    FA__NUMERIC_TYPES(LONG_NAME)
#undef LONG_NAME
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (equals(name, aliases[i].name))
            return of_type(aliases[i].type, false, err);
    if (starts_with(name, "datetime64"))
        return parse_time(name, FA_TYPE_DATETIME64, part(name, 10, name.length - 10), false, err);
    if (starts_with(name, "timedelta64"))
        return parse_time(name, FA_TYPE_TIMEDELTA64, part(name, 11, name.length - 11), false, err);
    *known = false;
    return NULL;
}

static bool is_order(char character)
{
    return character == '<' || character == '>' || character == '=' || character == '|';
}

static bool is_swapped(char order)
{
    return order == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
}

static fa_dtype *parse_one(span name, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    bool known, swapped = name.length > 0 && is_swapped(name.text[0]);
    fa_dtype *dtype = parse_long_name(name, &known, err);
    if (known)
        return dtype;
    span body = name.length > 0 && is_order(name.text[0]) ? part(name, 1, name.length - 1) : name;
    if (body.length == 0)
        return fail(name, FA_BAD_DTYPE,
                    name.length == 0 ? "the text is empty" : "a byte order without a type", err);
    if (is_one_of(body, objects, sizeof objects / sizeof objects[0]))
        return fail(name, FA_UNSUPPORTED, "Python objects cannot live in files", err);
    if (is_one_of(body, long_doubles, sizeof long_doubles / sizeof long_doubles[0]))
        return fail(name, FA_UNSUPPORTED, "long double has another format on each machine", err);
    if (equals(body, "T"))
        return fail(name, FA_UNSUPPORTED, "strings of variable width have no fixed size", err);
    if (equals(body, "c"))
        return fa__dtype_flexible(FA_TYPE_BYTES, 1, false, err);
    int type = body.length == 1 ? letter_type(body.text[0]) : -1;
    if (type >= 0)
        return of_type((fa_type)type, swapped, err);
    if (starts_with(body, "M8") && (body.length == 2 || body.text[2] == '['))
        return parse_time(name, FA_TYPE_DATETIME64, part(body, 2, body.length - 2), swapped, err);
    if (starts_with(body, "m8") && (body.length == 2 || body.text[2] == '['))
        return parse_time(name, FA_TYPE_TIMEDELTA64, part(body, 2, body.length - 2), swapped, err);
    return parse_sized(name, body, swapped, err);
}

/* ---- Repeats and commas ---- */

/* The shape in front of a type: "3", "(2,3)", "()" or nothing; *ndim is -1 for nothing. */
static bool parse_repeat(span text, size_t *at, int *ndim, int64_t *sizes, fa_error *err)
{
    size_t i = *at;
    *ndim = -1;
    if (i < text.length && is_digit(text.text[i])) {
        *ndim = 1;
        *at = i;
        if (!read_number(text, at, FA__MAX_ITEM_BYTES, &sizes[0])) {
            fail(text, FA_TOO_LARGE, "a repeat is above the limit of 2147483647", err);
            return false;
        }
        return true;
    }
    if (i >= text.length || text.text[i] != '(')
        return true;
    bool comma = true;
    *ndim = 0;
    for (i++; i < text.length && text.text[i] != ')';) {
        if (text.text[i] == ' ') {
            i++;
        } else if (text.text[i] == ',' && !comma) {
            comma = true;
            i++;
        } else if (comma && *ndim < FA_MAX_NDIM && read_number(text, &i, FA__MAX_ITEM_BYTES, &sizes[*ndim])) {
            comma = false;
            ++*ndim;
        } else {
            break;
        }
    }
    if (i >= text.length || text.text[i] != ')') {
        fail(part(text, *at, text.length - *at), FA_BAD_DTYPE, "the repeat is no tuple of up to 64 sizes",
             err);
        return false;
    }
    *at = i + 1;
    return true;
}

static size_t skip_spaces(span text, size_t at)
{
    while (at < text.length && text.text[at] == ' ')
        at++;
    return at;
}

/* "(2,3)f4", ">2f4", "2>f4": the order may stand on either side of the repeat. */
static fa_dtype *parse_item(span text, fa_error *err)
{
    size_t at = 0;
    char order = '\0';
    int ndim;
    int64_t sizes[FA_MAX_NDIM];
    if (text.length > 0 && is_order(text.text[0]))
        order = text.text[at++];
    size_t repeat = at = skip_spaces(text, at);
    bool is_number = at < text.length && is_digit(text.text[at]);
    if (!parse_repeat(text, &at, &ndim, sizes, err))
        return NULL;
    if (ndim < 0 && repeat > (order != '\0'))
        return fail(text, FA_BAD_DTYPE, "unknown type", err);
    if (ndim < 0)
        return parse_one(text, err);
    at = skip_spaces(text, at);
    span name = part(text, at, text.length - at);
    bool inner = name.length > 0 && is_order(name.text[0]);
    if (order != '\0' && inner && is_swapped(order) != is_swapped(name.text[0]))
        return fail(text, FA_BAD_DTYPE, "two byte orders that are not the same", err);
    fa_dtype *base = parse_one(name, err);
    if (base != NULL && !inner && is_swapped(order)) {
        const fa_dtype *swapped = fa__dtype_swapped(base, err);
        fa_dtype_release(base);
        base = (fa_dtype *)swapped;
    }
    fa_dtype *dtype = fa__dtype_repeated(base, ndim, sizes, is_number, err);
    if (fa_failed(err) && err->column == 0)
        err->column = text.column;
    return dtype;
}

/* Where the item that begins at `at` ends: at a comma outside of parentheses and brackets, or at the end. */
static size_t item_end(span text, size_t at)
{
    int depth = 0;
    for (; at < text.length && !(text.text[at] == ',' && depth <= 0); at++) {
        depth += text.text[at] == '(' || text.text[at] == '[';
        depth -= text.text[at] == ')' || text.text[at] == ']';
    }
    return at;
}

static fa_dtype *parse_list(span text, fa_error *err)
{
    fa__field *fields = NULL;
    int64_t capacity = 0;
    int count = 0;
    size_t at = 0;
    while (at < text.length && !fa_failed(err)) {
        size_t end = item_end(text, at), last = end;
        while (last > at && end < text.length && text.text[last - 1] == ' ')
            last--;
        if (count == FA__MAX_FIELDS)
            fa__fail_at_column(err, FA_TOO_LARGE, text.column + (int)at, "a dtype has more than %d fields",
                               FA__MAX_FIELDS);
        if (!fa__grow(&fields, &capacity, count + 1, sizeof *fields, err))
            break;
        char name[16];
        snprintf(name, sizeof name, "f%d", count);
        fields[count] = (fa__field){.offset_bytes = -1};
        fields[count].dtype = parse_item(part(text, at, last - at), err);
        fields[count].name = fa__copy_text(name, strlen(name), err);
        count++;
        at = skip_spaces(text, end + 1);
    }
    fa_dtype *dtype = fa__dtype_structure(fields, count, false, -1, err);
    for (int i = 0; i < count; i++) {
        fa_dtype_release(fields[i].dtype);
        fa__free(fields[i].name);
    }
    fa__free(fields);
    if (fa_failed(err) && err->column == 0)
        err->column = text.column;
    return dtype;
}

fa_dtype *fa__dtype_from_string(const char *text, size_t length, int column, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    span whole = {text, length, column};
    return item_end(whole, 0) < length ? parse_list(whole, err) : parse_item(whole, err);
}
