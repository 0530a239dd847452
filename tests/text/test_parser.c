/* SPDX-License-Identifier: BSD-3-Clause */
/* What texts mean, shown by what their graphs are written as, and the exact error of texts that mean nothing.
 */
#include "text/graphs.h"

typedef struct meaning {
    const char *text, *written, *dtype;
    int ndim;
    int64_t sizes[3];
} meaning;

static void assert_means(const meaning *row)
{
    fa_error err = {0};
    fa__node *root = parse(row->text, &err);
    if (root == NULL)
        print_error("%s: %s\n", row->text, err.message);
    assert_non_null(root);
    char *written = text_of(root), dtype[64];
    fa_dtype_text(root->dtype, dtype, sizeof dtype);
    if (strcmp(written, row->written) != 0)
        print_error("%s\n", row->text);
    assert_string_equal(written, row->written);
    assert_string_equal(dtype, row->dtype);
    assert_int_equal(root->ndim, row->ndim);
    assert_memory_equal(root->sizes, row->sizes, (size_t)row->ndim * sizeof(int64_t));
    free(written);
    fa__node_release(root);
}

static void test_precedence_is_pythons(void **state)
{
    (void)state;
    static const meaning rows[] = {
        {"a + b * c", "a0 + a1 * a2", "<f8", 2, {3, 4}},
        {"(a + b) * c", "(a0 + a1) * a2", "<f8", 2, {3, 4}},
        {"a - b - c", "a0 - a1 - a2", "<f8", 2, {3, 4}},
        {"a - (b - c)", "a0 - (a1 - a2)", "<f8", 2, {3, 4}},
        {"-a ** c", "-a0 ** a1", "<f8", 2, {3, 4}},
        {"(-a) ** c", "(-a0) ** a1", "<f8", 2, {3, 4}},
        {"a ** -c", "a0 ** -a1", "<f8", 2, {3, 4}},
        {"a ** c ** i", "a0 ** a1 ** a2", "<f8", 2, {3, 4}},
        {"(a ** c) ** i", "(a0 ** a1) ** a2", "<f8", 2, {3, 4}},
        {"2 ** -c * a", "2 ** -a0 * a1", "<f8", 2, {3, 4}},
        {"b & i | i ^ i << i", "a0 & a1 | a1 ^ a1 << a1", "<i8", 2, {3, 4}},
        {"b == i & i", "a0 == a1 & a1", "|b1", 2, {3, 4}},
        {"(b == i) & m", "(a0 == a1) & a2", "|b1", 2, {3, 4}},
        {"~m | -b > 0", "~a0 | -a1 > 0", "|b1", 2, {3, 4}},
    };
    for (size_t i = 0; i + 1 < sizeof rows / sizeof *rows; i++)
        assert_means(&rows[i]);
    fa_error err = {0}; /* ~m | -b is an operand of the comparison: bool | int8 */
    fa__node *root = parse("~m | -b > 0", &err);
    assert_int_equal(root->code, FA__OP_GREATER);
    fa__node_release(root);
}

static void test_calls_and_methods(void **state)
{
    (void)state;
    static const meaning rows[] = {
        {"np.sqrt(a)", "sqrt(a0)", "<f8", 2, {3, 4}},
        {"numpy.asin(c)", "arcsin(a0)", "<f4", 1, {4}},
        {"a.sum(axis=0)", "sum(a0, axis=0)", "<f8", 1, {4}},
        {"sum(a, axis=(0, 1), keepdims=True)", "sum(a0, keepdims=True)", "<f8", 2, {1, 1}},
        {"amax(a, -1)", "max(a0, axis=1)", "<f8", 1, {3}},
        {"a.mean(axis=None)", "mean(a0)", "<f8", 0, {0}},
        {"mean(b, dtype='f4')", "mean(a0, dtype='float32')", "<f4", 0, {0}},
        {"sum(b, 0, 'i2')", "astype(sum(a0, axis=0, dtype='int16'), 'int16')", "<i2", 1, {4}},
        {"a.std(0, ddof=1)", "std(a0, axis=0, ddof=1.0)", "<f8", 1, {4}},
        {"sum(a, axis=())", "sum(a0, axis=())", "<f8", 2, {3, 4}},
        {"a.T", "a0", "<f8", 2, {4, 3}},
        {"(a + 1).T", "(a0 + 1).T", "<f8", 2, {4, 3}},
        {"z.imag", "imag(a0)", "<f8", 0, {0}},
        {"a.real", "a0", "<f8", 2, {3, 4}},
        {"b.conj()", "a0", "|i1", 2, {3, 4}},
        {"conj(m)", "conjugate(a0)", "|i1", 1, {4}},
        {"a.astype('f4')", "astype(a0, 'float32')", "<f4", 2, {3, 4}},
        {"astype(a, np.float32)", "astype(a0, 'float32')", "<f4", 2, {3, 4}},
        {"astype(a, dtype=float)", "a0", "<f8", 2, {3, 4}},
        {"a.clip(0, None)", "maximum(a0, 0)", "<f8", 2, {3, 4}},
        {"clip(a, max=3)", "minimum(a0, 3)", "<f8", 2, {3, 4}},
        {"clip(b, -1000, 1000)", "clip(a0, -128, 127)", "|i1", 2, {3, 4}},
        {"clip(b, b.astype('u1'), b.astype('f2'))",
         "clip(a0, astype(a0, 'uint8'), astype(a0, 'float16'))",
         "<f2",
         2,
         {3, 4}},
        {"a.transpose(1, 0)", "a0", "<f8", 2, {4, 3}},
        {"transpose(a, (1, 0))", "a0", "<f8", 2, {4, 3}},
        {"a.swapaxes(0, -1)", "a0", "<f8", 2, {4, 3}},
        {"a.reshape(2, 6)", "a0", "<f8", 2, {2, 6}},
        {"a.reshape((2, -1))", "a0", "<f8", 2, {2, 6}},
        {"a.ravel()", "a0", "<f8", 1, {12}},
        {"broadcast_to(c, (2, 4)) + a[:2]", "a0 + a1", "<f8", 2, {2, 4}},
        {"diagonal(a, 1)", "a0", "<f8", 1, {3}},
        {"a[:1].squeeze()", "a0", "<f8", 1, {4}},
        {"expand_dims(c, 0)", "a0", "<f4", 2, {1, 4}},
        {"where(m, c, 0)", "where(a0, a1, 0)", "<f4", 1, {4}},
        {"float32(1.1) * c", "float32(1.1) * a0", "<f4", 1, {4}},
        {"int8(-3) + b", "int8(-3) + a0", "|i1", 2, {3, 4}},
        {"float32(b)", "astype(a0, 'float32')", "<f4", 2, {3, 4}},
        {"add(1, 2)", "int64(1) + int64(2)", "<i8", 0, {0}},
        {"power(b, 2)", "power(a0, 2)", "|i1", 2, {3, 4}},
        {"arange(4) + i", "arange(0, 4, 1) + a0", "<i8", 1, {4}},
        {"arange(1.0, 3, 0.5)", "arange(1.0, step=0.5, count=4)", "<f8", 1, {4}},
        {"linspace(0, 1, 4) * c", "linspace(0.0, 1.0, 4) * a0", "<f8", 1, {4}},
        {"random_normal((2, 3), seed=7)",
         "random_normal((2, 3), mean=0.0, std=1.0, seed=7, dtype='float64')",
         "<f8",
         2,
         {2, 3}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_means(&rows[i]);
}

static void test_literals_are_weak(void **state)
{
    (void)state;
    static const meaning rows[] = {
        {"c * 2", "a0 * 2", "<f4", 1, {4}},
        {"c * 1e-3", "a0 * 0.001", "<f4", 1, {4}},
        {"c * 0.1", "a0 * 0.1", "<f4", 1, {4}},
        {"b + 0x7f", "a0 + 127", "|i1", 2, {3, 4}},
        {"b * 1.5", "a0 * 1.5", "<f8", 2, {3, 4}},
        {"b + True", "a0 + True", "|i1", 2, {3, 4}},
        {"c + 2j", "a0 + 2.0j", "<c8", 1, {4}},
        {"b + 1_0", "a0 + 10", "|i1", 2, {3, 4}},
        {"m + 1", "a0 + 1", "<i8", 1, {4}},
        {"u + 18446744073709551615", "a0 + 18446744073709551615", "<u8", 1, {4}},
        {"b < 300", "a0 < 300", "|b1", 2, {3, 4}},
        {"u >= -1", "a0 >= -1", "|b1", 1, {4}},
        {"i == 2**63", "a0 == 9223372036854775808", "|b1", 1, {4}},
        {"u < i", "a0 < a1", "|b1", 1, {4}},
        {"c ** 2", "square(a0)", "<f4", 1, {4}},
        {"c ** 0.5", "sqrt(a0)", "<f4", 1, {4}},
        {"c ** -1", "reciprocal(a0)", "<f4", 1, {4}},
        {"b ** 1", "+a0", "|i1", 2, {3, 4}},
        {"b ** 2.0", "square(astype(a0, 'float64'))", "<f8", 2, {3, 4}},
        {"b ** 0.5", "sqrt(astype(a0, 'float64'))", "<f8", 2, {3, 4}},
        {"m ** 2", "square(a0)", "|i1", 1, {4}},
        {"c ** 3", "a0 ** 3", "<f4", 1, {4}},
        {"c + 18446744073709551615", "a0 + 18446744073709551615", "<f4", 1, {4}},
        {"hypot(astype(c, 'f2'), 70000)", "hypot(astype(a0, 'float16'), 65536)", "<f2", 1, {4}},
        {"2 * pi", "6.283185307179586", "<f8", 0, {0}},
        {"-inf + c", "-inf + a0", "<f4", 1, {4}},
        {"nan * c", "nan * a0", "<f4", 1, {4}},
        {"complex(0, -1) * c", "complex(0.0, -1.0) * a0", "<c8", 1, {4}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_means(&rows[i]);
}

static void test_slices_and_fields(void **state)
{
    (void)state;
    static const meaning rows[] = {
        {"a[1:, ::-1]", "a0", "<f8", 2, {2, 4}},
        {"c[None, :] + a", "a0 + a1", "<f8", 2, {3, 4}},
        {"(a + b)[1]", "(a0 + a1)[1]", "<f8", 1, {4}},
        {"a[0] + [1, 2, 3, 4]", "a0 + a1", "<f8", 1, {4}},
        {"[[1], [2], [3]] * a", "a0 * a1", "<f8", 2, {3, 4}},
        {"[1, 2.5]", "a0", "<f8", 1, {2}},
        {"(a + b)[1:, ::2]", "(a0 + a1)[1:, ::2]", "<f8", 2, {2, 2}},
        {"(a + b)[..., -1][None]", "(a0 + a1)[None, :, 3]", "<f8", 2, {1, 3}},
        {"(a + b)[::-1].T", "(a0 + a1)[::-1].T", "<f8", 2, {4, 3}},
        {"p['pos']['x'] * 2", "a0 * 2", "<f8", 1, {5}},
        {"p['pos.y'][1:3]", "a0", "<f8", 1, {2}},
        {"p['v'].sum(axis=1)", "sum(a0, axis=1)", "<f4", 1, {5}},
        {"where(m[0], p, p[::-1])['pos.y']",
         "as_strided(where(a0, a1, a2), (5,), (36,), 16, dtype='float64')",
         "<f8",
         1,
         {5}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_means(&rows[i]);
}

static void test_errors_say_what_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        fa_error_code code;
        int column;
        const char *message;
    } rows[] = {
        {"", FA_BAD_EXPRESSION, 1, "the expression is empty"},
        {"  ", FA_BAD_EXPRESSION, 3, "the expression is empty"},
        {"a +", FA_BAD_EXPRESSION, 4, "the expression ends where an operand is expected"},
        {"a + * b", FA_BAD_EXPRESSION, 5, "'*' where an operand is expected"},
        {"a b", FA_BAD_EXPRESSION, 3, "'b' where an operator is expected"},
        {"(a + b", FA_BAD_EXPRESSION, 1, "'(' is never closed"},
        {"a + b)", FA_BAD_EXPRESSION, 6, "')' closes nothing"},
        {"(a + b]", FA_BAD_EXPRESSION, 7, "']' closes the '(' of column 1"},
        {"b'\xcd'", FA_BAD_EXPRESSION, 1, "a b'...' holds ASCII characters alone"},
        {"[]1", FA_BAD_EXPRESSION, 3, "'1' where an operator is expected"},
        {"a, b", FA_BAD_EXPRESSION, 2, "a ',' outside of brackets"},
        {"(a, None)", FA_BAD_EXPRESSION, 5, "None where arrays are expected"},
        {"[1] + (2,)", FA_BAD_TYPES, 5, "a list and a tuple are not put together"},
        {"a.shape[2]", FA_BAD_INDEX, 8, "index 2 is out of bounds for axis 0 with size 2"},
        {"a.shape[0, 1]", FA_BAD_INDEX, 8, "an index of a tuple is a whole number or a slice"},
        {"pi.size", FA_BAD_TYPES, 1, "a number has no size: it is no array"},
        {"len(1)", FA_BAD_EXPRESSION, 5, "len(): what has no axis has no length"},
        {"(1, 2) + 1", FA_BAD_EXPRESSION, 1, "a tuple is not an operand"},
        {"[1] + 2", FA_BAD_EXPRESSION, 1, "a list is not an operand"},
        {"a < b < c", FA_BAD_EXPRESSION, 7, "a chain of comparisons: write (a < b) & (b < c)"},
        {"a and b", FA_BAD_EXPRESSION, 3, "'and' takes no arrays: write (...) & (...)"},
        {"not a", FA_BAD_EXPRESSION, 1, "'not' takes no arrays: write ~(...) of bool, or logical_not(...)"},
        {"a > 5 & a < 8", FA_BAD_TYPES, 7, "'&' binds tighter than comparisons: write (a > b) & (c < d)"},
        {"m & a > 5", FA_BAD_TYPES, 3, "'&' binds tighter than comparisons: write (a > b) & (c < d)"},
        {"m | a", FA_BAD_TYPES, 3, "'bitwise_or' is not defined for bool and float64"},
        {"b > 5 | b < 8", FA_BAD_EXPRESSION, 11,
         "a chain of comparisons, as & and | bind tighter: write (a > b) & (c < d)"},
        {"m && m", FA_BAD_EXPRESSION, 3, "'&&' is not Python's: write (...) & (...)"},
        {"m || m", FA_BAD_EXPRESSION, 3, "'||' is not Python's: write (...) | (...)"},
        {"!m", FA_BAD_EXPRESSION, 1, "'!' is not Python's: write ~(...) of bool, or logical_not(...)"},
        {"a \xe2\x88\x92 b", FA_BAD_EXPRESSION, 3, "a minus sign (U+2212): write -"},
        {"a \xc3\x97 b", FA_BAD_EXPRESSION, 3, "a multiplication sign (U+00D7): write *"},
        {"a\xc2\xa0+ b", FA_BAD_EXPRESSION, 2, "a non-breaking space (U+00A0): write a space"},
        {"a + \xc3\xa9", FA_BAD_EXPRESSION, 5, "'\xc3\xa9' (U+00E9) does not belong in an expression"},
        {"a + \xc3", FA_BAD_EXPRESSION, 5, "'\\xc3' does not belong in an expression"},
        {"a = b", FA_BAD_EXPRESSION, 3, "'=' assigns, which an expression does not: compare with =="},
        {"a $ b", FA_BAD_EXPRESSION, 3, "'$' does not belong in an expression"},
        {"1__0", FA_BAD_EXPRESSION, 1, "a number that is not complete"},
        {"2x", FA_BAD_EXPRESSION, 2, "a number runs into a name"},
        {"007", FA_BAD_EXPRESSION, 1, "an integer with zeros in front: write 0o17 for base 8"},
        {"a['x", FA_BAD_INDEX, 3, NULL},
        {"'x", FA_BAD_EXPRESSION, 1, "a text that is never closed"},
        {"99999999999999999999", FA_OUT_OF_RANGE, 1,
         "an integer that does not fit into 64 bits: write it as a float"},
        {"c + sqr(a)", FA_UNKNOWN_NAME, 5, "unknown name 'sqr': did you mean 'sqrt'?"},
        {"np.cosine(a)", FA_UNKNOWN_NAME, 4, "unknown function of NumPy 'cosine': did you mean 'cos'?"},
        {"variance(a)", FA_UNKNOWN_NAME, 1, "unknown name 'variance': did you mean 'var'?"},
        {"MEAN(a)", FA_UNKNOWN_NAME, 1, "unknown name 'MEAN': did you mean 'mean'?"},
        {"histo(a)", FA_UNKNOWN_NAME, 1, "unknown name 'histo': did you mean 'histogram'?"},
        {"norm(a)", FA_UNKNOWN_NAME, 1, "unknown name 'norm'"},
        {"strings.mod(a, 1)", FA_UNKNOWN_NAME, 9, "unknown function of strings 'mod'"},
        {"strings.uper(a)", FA_UNKNOWN_NAME, 9,
         "unknown function of strings 'uper': did you mean 'strings.upper'?"},
        {"sum(a, axs=0)", FA_BAD_EXPRESSION, 8,
         "sum() got an unexpected keyword argument 'axs': did you mean 'axis'?"},
        {"a.men()", FA_UNKNOWN_NAME, 3, "unknown attribute 'men': did you mean 'min'?"},
        {"velocity * 2", FA_UNKNOWN_NAME, 1, "unknown name 'velocity'"},
        {"sqrt + 1", FA_BAD_EXPRESSION, 1, "'sqrt' is a function: call it with (...)"},
        {"a(1)", FA_BAD_EXPRESSION, 2, "an array cannot be called"},
        {"sqrt()", FA_BAD_EXPRESSION, 1, "sqrt() needs its argument 'x'"},
        {"ravel(a, b)", FA_BAD_EXPRESSION, 10, "ravel(): an order is 'C', 'F' or 'K'"},
        {"sqrt(a, b)", FA_BAD_EXPRESSION, 9, "sqrt(): out= is not part of expressions: assign the result"},
        {"add(a, b, where=m)", FA_BAD_EXPRESSION, 17,
         "add(): where= leaves the other elements undefined: write where(condition, result, otherwise)"},
        {"add(a, b, dtype='i4')", FA_BAD_TYPES, 5,
         "add(): an input of float64 cannot be cast to int32, which is of a lower kind"},
        {"sqrt(b, dtype='i4')", FA_BAD_TYPES, 1, "'sqrt' has no loop that gives int32"},
        {"equal(a, b, dtype='f4')", FA_BAD_TYPES, 1, "'equal' has no loop that gives float32"},
        {"modf(a) + 1", FA_BAD_EXPRESSION, 1, "2 arrays: take one of them with [0] to [1]"},
        {"modf(a)", FA_BAD_EXPRESSION, 1, "2 arrays: take one of them with [0] to [1]"},
        {"modf(a)[2]", FA_BAD_INDEX, 8, "2 arrays: take one of them with [0] to [1]"},
        {"modf(a)[:1]", FA_BAD_INDEX, 8, "2 arrays: take one of them with [0] to [1]"},
        {"7 // 0", FA_OUT_OF_RANGE, 3, "division of a constant by zero"},
        {"sum(a, axes=0)", FA_BAD_EXPRESSION, 8,
         "sum() got an unexpected keyword argument 'axes': did you mean 'axis'?"},
        {"sum(a, 0, axis=0)", FA_BAD_EXPRESSION, 11, "sum() got multiple values for argument 'axis'"},
        {"sum(axis=0, a)", FA_BAD_EXPRESSION, 13, "sum(): a positional argument behind a keyword"},
        {"sum(a, out=b)", FA_BAD_EXPRESSION, 12, "sum(): out= is not part of expressions"},
        {"sum(a, axis=2)", FA_BAD_INDEX, 1, NULL},
        {"sum(a, axis='x')", FA_BAD_EXPRESSION, 13,
         "sum(): a text where a tuple of whole numbers is expected"},
        {"a + c[:3]", FA_BAD_SHAPE, 3, NULL},
        {"b + 300", FA_OUT_OF_RANGE, 5, "Python integer 300 out of bounds for int8"},
        {"b ** -1", FA_OUT_OF_RANGE, 6,
         "Integers to negative integer powers are not allowed: make the base floating, as 2.0**b"},
        {"1 / 0", FA_OUT_OF_RANGE, 3, "division of a constant by zero"},
        {"m - m", FA_BAD_TYPES, 3,
         "boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or "
         "the "
         "logical_xor function instead"},
        {"-m", FA_BAD_TYPES, 1,
         "boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not "
         "function "
         "instead"},
        {"a & b", FA_BAD_TYPES, 3, "'bitwise_and' is not defined for float64 and int8"},
        {"c << 1", FA_BAD_TYPES, 3, "'left_shift' is not defined for float32 and Python int"},
        {"u & i", FA_BAD_TYPES, 3, "'bitwise_and' is not defined for uint64 and int64"},
        {"cbrt(z)", FA_BAD_TYPES, 1, "'cbrt' is not defined for complex128"},
        {"p + 1", FA_BAD_TYPES, 3, NULL},
        {"p['vel']", FA_NOT_FOUND, 2, NULL},
        {"a[5]", FA_BAD_INDEX, 2, NULL},
        {"concatenate((a, s), axis=7)", FA_BAD_INDEX, 1,
         "axis 7 is out of bounds for an array of 2 dimensions"},
        {"concatenate((a, p))", FA_BAD_SHAPE, 1, NULL},
        {"concatenate(3)", FA_BAD_SHAPE, 13, "a 0-d array where a list of arrays is expected"},
        {"split(a, 3) + 1", FA_BAD_EXPRESSION, 1, "3 arrays: take one of them with [0] to [2]"},
        {"split(a, 3)[3]", FA_BAD_INDEX, 12, "3 arrays: take one of them with [0] to [2]"},
        {"(a, 1) + 1", FA_BAD_EXPRESSION, 1, "a list is not an operand"},
        {"reshape(a, (2.5, 1))", FA_BAD_EXPRESSION, 12,
         "reshape(): a list where a tuple of whole numbers is expected"},
        {"zeros((2,)*70)", FA_BAD_EXPRESSION, 7,
         "zeros(): 70 numbers where a tuple of at most 64 is expected"},
        {"zeros((10**9,)*3)", FA_TOO_LARGE, 1,
         "shape (1000000000, 1000000000, 1000000000) has more than 2^63 - 1 elements"},
        {"astype(a, 'q8')", FA_BAD_DTYPE, 12, NULL},
        {"astype(a, 3)", FA_BAD_EXPRESSION, 11,
         "astype(): a number where a dtype, as 'f4' or float32, is expected"},
        {"max(s, axis=0)", FA_BAD_SHAPE, 1,
         "zero-size array to reduction operation maximum which has no identity"},
        {"as_strided(a, (4, 4), (32, 8))", FA_BAD_INDEX, 1, "as_strided() reaches beyond the array"},
        {"(2)[0]", FA_BAD_TYPES, 4, "a number cannot be indexed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fa_error err = {0};
        fa__node *root = parse(rows[i].text, &err);
        if (root != NULL || err.code != (int)rows[i].code || err.column != rows[i].column)
            print_error("%s: %s, column %d: %s\n", rows[i].text, fa_error_name(err.code), (int)err.column,
                        err.message);
        assert_null(root);
        assert_int_equal(err.code, rows[i].code);
        assert_int_equal(err.column, rows[i].column);
        if (rows[i].message != NULL)
            assert_string_equal(err.message, rows[i].message);
        else
            assert_true(err.message[0] != '\0');
    }
}

static const char *nearest_variable(const char *name, size_t length, void *user)
{
    (void)name;
    (void)length;
    return user;
}

static void test_the_nearest_name_is_named(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__names names = {.find = find_array, .nearest = nearest_variable, .user = "sqrs"};
    assert_null(fa__parse("sqr + 1", &names, &err));
    assert_string_equal(err.message, "unknown name 'sqr': did you mean 'sqrs'?");
}

/* `open` before, `close` behind, `count` times each; released with free(). */
static char *nested(const char *open, const char *inner, const char *close, int count)
{
    size_t open_length = strlen(open), inner_length = strlen(inner), close_length = strlen(close);
    char *text = malloc((size_t)count * (open_length + close_length) + inner_length + 1), *at = text;
    for (int i = 0; i < count; i++, at += open_length)
        memcpy(at, open, open_length);
    memcpy(at, inner, inner_length);
    at += inner_length;
    for (int i = 0; i < count; i++, at += close_length)
        memcpy(at, close, close_length);
    *at = '\0';
    return text;
}

static void test_depth_takes_no_stack(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"(", "c", ")"},  {"", "c", "+c"},     {"-", "c", ""},   {"sqrt(", "c", ")"},
        {"c**", "c", ""}, {"", "c", "[::-1]"}, {"~(", "i", ")"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fa_error err = {0};
        char *text = nested(rows[i][0], rows[i][1], rows[i][2], i < 2 ? 1000000 : 10000);
        fa__node *root = parse(text, &err);
        assert_non_null(root);
        if (i > 1)
            free(text_of(root));
        fa__node_release(root);
        free(text);
    }
}

static void test_what_is_never_closed_takes_no_stack(void **state)
{
    (void)state;
    static const char *const openers[] = {"(", "[", "sqrt(", "-", "c**", "(c,"};
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
        fa_error err = {0};
        char *text = nested(openers[i], "", "", i == 0 ? 1000000 : 50000);
        assert_null(parse(text, &err));
        assert_int_equal(err.code, FA_BAD_EXPRESSION);
        free(text);
    }
}

static void test_length_is_bounded(void **state)
{
    (void)state;
    fa_error err = {0};
    char *text = nested(" ", "c", "", 16 << 20);
    assert_null(parse(text, &err));
    assert_int_equal(err.code, FA_TOO_LARGE);
    free(text);
}

static void test_a_failed_error_stops(void **state)
{
    (void)state;
    fa_error err = {.code = FA_IO_ERROR};
    assert_null(parse("c", &err));
    assert_int_equal(err.code, FA_IO_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence_is_pythons),
        cmocka_unit_test(test_calls_and_methods),
        cmocka_unit_test(test_literals_are_weak),
        cmocka_unit_test(test_slices_and_fields),
        cmocka_unit_test(test_errors_say_what_and_where),
        cmocka_unit_test(test_the_nearest_name_is_named),
        cmocka_unit_test(test_depth_takes_no_stack),
        cmocka_unit_test(test_what_is_never_closed_takes_no_stack),
        cmocka_unit_test(test_length_is_bounded),
        cmocka_unit_test(test_a_failed_error_stops),
    };
    return cmocka_run_group_tests(tests, make_arrays, release_arrays);
}
