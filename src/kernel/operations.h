/* SPDX-License-Identifier: BSD-3-Clause */
/* The one list of operations. Parser, types, kernels, C functions, `farray ops`, documentation and tests
 * derive from these rows. To add one: a row here and a loop in the .inc.h of its family
 * (docs/adding-an-operation.md). */
#ifndef FA_KERNEL_OPERATIONS_H
#define FA_KERNEL_OPERATIONS_H

#include <stdbool.h>

/* How the types of a row follow from the types of its inputs. "First of" means: the inputs are promoted, then
 * taken to the first type of the list, in NumPy's order of types, to which that is a safe cast. */
#define FA__TYPE_RULES(X)                                                                                   \
    X(ARITHMETIC)      /* bool to complex128; result the same */                                            \
    X(NUMBER)          /* int8 to complex128 (bool is refused as NumPy refuses it where the row says so) */ \
    X(DIVIDE)          /* float64 for bool and integers; float16 to complex128 */                           \
    X(FLOATING)        /* first of float16, float32, float64; complex is refused */                         \
    X(ANALYTIC)        /* the same, with complex64 and complex128 */                                        \
    X(REAL)            /* bool to float64; result the same */                                               \
    X(ABSOLUTE)        /* bool to complex128; complex gives its real type */                                \
    X(PARTS)           /* as ABSOLUTE: the real type of what comes in */                                    \
    X(COMPARE)         /* bool to complex128, and int64 with uint64 exactly; result bool */                 \
    X(PREDICATE)       /* bool to complex128; result bool */                                                \
    X(FLOAT_PREDICATE) /* first of float16, float32, float64; result bool */                                \
    X(TIME_PREDICATE)  /* datetime64 and timedelta64; result bool */                                        \
    X(LOGIC)           /* bool to complex128; result bool */                                                \
    X(BITS)            /* bool and integers; result the same */                                             \
    X(INTEGER)         /* integers, bool as int8; result the same */                                        \
    X(COUNT)           /* integers, bool as int8; result uint8 */                                           \
    X(QUOTIENT)        /* int8 to float64, bool as int8; result the same */                                 \
    X(WIDEST)          /* float64, or complex128 for complex */                                             \
    X(SCALE)    /* the first: first of float16, float32, float64; the second: int64; result as the first */ \
    X(EXPONENT) /* first of float16, float32, float64; result int32 */                                      \
    X(CHOOSE)   /* bool, then two of any one type; result that type */

/* Elementwise operations:
 * X(id, name, arity, operator as text writes it or "", other names separated by spaces, rule, documentation).
 */
#define FA__ELEMENTWISE(X)                                                                                   \
    X(ADD, add, 2, "+", "", ARITHMETIC, "Sum of two arrays; logical or for bool.")                           \
    X(SUBTRACT, subtract, 2, "-", "", NUMBER, "Difference of two arrays.")                                   \
    X(MULTIPLY, multiply, 2, "*", "", ARITHMETIC, "Product of two arrays; logical and for bool.")            \
    X(DIVIDE, divide, 2, "/", "true_divide", DIVIDE, "Quotient of two arrays, always floating.")             \
    X(FLOOR_DIVIDE, floor_divide, 2, "//", "", QUOTIENT,                                                     \
      "Largest whole number not above the quotient; 0 for integers by 0.")                                   \
    X(REMAINDER, remainder, 2, "%", "mod", QUOTIENT,                                                         \
      "What floor_divide leaves, with the sign of the divisor; 0 for integers by 0.")                        \
    X(FMOD, fmod, 2, "", "", QUOTIENT,                                                                       \
      "What division cut to a whole number leaves, with the sign of the dividend.")                          \
    X(POWER, power, 2, "**", "pow", NUMBER, "First array raised to the second.")                             \
    X(FLOAT_POWER, float_power, 2, "", "", WIDEST, "Power in float64 at least.")                             \
    X(LOGADDEXP, logaddexp, 2, "", "", FLOATING, "log(exp(a) + exp(b)), without overflow on the way.")       \
    X(LOGADDEXP2, logaddexp2, 2, "", "", FLOATING, "log2(2**a + 2**b), without overflow on the way.")        \
    X(ARCTAN2, arctan2, 2, "", "atan2", FLOATING, "Angle of the point (second, first), in radians.")         \
    X(HYPOT, hypot, 2, "", "", FLOATING, "Square root of the sum of squares, without overflow on the way.")  \
    X(COPYSIGN, copysign, 2, "", "", FLOATING, "First array with the signs of the second.")                  \
    X(NEXTAFTER, nextafter, 2, "", "", FLOATING,                                                             \
      "The next number of the type after the first, towards the second.")                                    \
    X(LDEXP, ldexp, 2, "", "", SCALE, "First array times 2 to the power of the second, which has integers.") \
    X(HEAVISIDE, heaviside, 2, "", "", FLOATING, "0 below 0, 1 above 0, the second array at 0.")             \
    X(MINIMUM, minimum, 2, "", "", ARITHMETIC, "Smaller of two; NaN when either is.")                        \
    X(MAXIMUM, maximum, 2, "", "", ARITHMETIC, "Larger of two; NaN when either is.")                         \
    X(FMIN, fmin, 2, "", "", ARITHMETIC, "Smaller of two; the other one when either is NaN.")                \
    X(FMAX, fmax, 2, "", "", ARITHMETIC, "Larger of two; the other one when either is NaN.")                 \
    X(EQUAL, equal, 2, "==", "strings.equal", COMPARE, "Whether two are equal.")                             \
    X(NOT_EQUAL, not_equal, 2, "!=", "strings.not_equal", COMPARE, "Whether two differ.")                    \
    X(LESS, less, 2, "<", "strings.less", COMPARE, "Whether the first is smaller.")                          \
    X(LESS_EQUAL, less_equal, 2, "<=", "strings.less_equal", COMPARE,                                        \
      "Whether the first is smaller or equal.")                                                              \
    X(GREATER, greater, 2, ">", "strings.greater", COMPARE, "Whether the first is larger.")                  \
    X(GREATER_EQUAL, greater_equal, 2, ">=", "strings.greater_equal", COMPARE,                               \
      "Whether the first is larger or equal.")                                                               \
    X(LOGICAL_AND, logical_and, 2, "", "", LOGIC, "Whether both are true.")                                  \
    X(LOGICAL_OR, logical_or, 2, "", "", LOGIC, "Whether either is true.")                                   \
    X(LOGICAL_XOR, logical_xor, 2, "", "", LOGIC, "Whether exactly one is true.")                            \
    X(BITWISE_AND, bitwise_and, 2, "&", "", BITS, "Bits that both have.")                                    \
    X(BITWISE_OR, bitwise_or, 2, "|", "", BITS, "Bits that either has.")                                     \
    X(BITWISE_XOR, bitwise_xor, 2, "^", "", BITS, "Bits that exactly one has.")                              \
    X(LEFT_SHIFT, left_shift, 2, "<<", "bitwise_left_shift", INTEGER, "Bits moved up.")                      \
    X(RIGHT_SHIFT, right_shift, 2, ">>", "bitwise_right_shift", INTEGER, "Bits moved down.")                 \
    X(GCD, gcd, 2, "", "", INTEGER, "Greatest common divisor of the magnitudes.")                            \
    X(LCM, lcm, 2, "", "", INTEGER, "Least common multiple of the magnitudes.")                              \
    X(NEGATIVE, negative, 1, "", "", NUMBER, "Minus the value.")                                             \
    X(POSITIVE, positive, 1, "", "", NUMBER, "The value.")                                                   \
    X(ABSOLUTE, absolute, 1, "", "abs", ABSOLUTE, "Magnitude.")                                              \
    X(FABS, fabs, 1, "", "", FLOATING, "Magnitude, always floating.")                                        \
    X(SIGN, sign, 1, "", "", NUMBER, "-1, 0 or 1; NaN for NaN; for complex the value over its magnitude.")   \
    X(CONJUGATE, conjugate, 1, "", "conj", NUMBER, "Complex conjugate.")                                     \
    X(REAL, real, 1, "", "", PARTS, "Real part.")                                                            \
    X(IMAG, imag, 1, "", "", PARTS, "Imaginary part; zero for real types.")                                  \
    X(SQUARE, square, 1, "", "", NUMBER, "The value times itself.")                                          \
    X(RECIPROCAL, reciprocal, 1, "", "", NUMBER, "One over the value.")                                      \
    X(SQRT, sqrt, 1, "", "", ANALYTIC, "Square root.")                                                       \
    X(CBRT, cbrt, 1, "", "", FLOATING, "Cube root.")                                                         \
    X(EXP, exp, 1, "", "", ANALYTIC, "e to the power of the value.")                                         \
    X(EXP2, exp2, 1, "", "", ANALYTIC, "2 to the power of the value.")                                       \
    X(EXPM1, expm1, 1, "", "", ANALYTIC, "exp(x) - 1, accurate near 0.")                                     \
    X(LOG, log, 1, "", "", ANALYTIC, "Natural logarithm.")                                                   \
    X(LOG2, log2, 1, "", "", ANALYTIC, "Logarithm to base 2.")                                               \
    X(LOG10, log10, 1, "", "", ANALYTIC, "Logarithm to base 10.")                                            \
    X(LOG1P, log1p, 1, "", "", ANALYTIC, "log(1 + x), accurate near 0.")                                     \
    X(SIN, sin, 1, "", "", ANALYTIC, "Sine of an angle in radians.")                                         \
    X(COS, cos, 1, "", "", ANALYTIC, "Cosine of an angle in radians.")                                       \
    X(TAN, tan, 1, "", "", ANALYTIC, "Tangent of an angle in radians.")                                      \
    X(ARCSIN, arcsin, 1, "", "asin", ANALYTIC, "Inverse sine, in radians.")                                  \
    X(ARCCOS, arccos, 1, "", "acos", ANALYTIC, "Inverse cosine, in radians.")                                \
    X(ARCTAN, arctan, 1, "", "atan", ANALYTIC, "Inverse tangent, in radians.")                               \
    X(SINH, sinh, 1, "", "", ANALYTIC, "Hyperbolic sine.")                                                   \
    X(COSH, cosh, 1, "", "", ANALYTIC, "Hyperbolic cosine.")                                                 \
    X(TANH, tanh, 1, "", "", ANALYTIC, "Hyperbolic tangent.")                                                \
    X(ARCSINH, arcsinh, 1, "", "asinh", ANALYTIC, "Inverse hyperbolic sine.")                                \
    X(ARCCOSH, arccosh, 1, "", "acosh", ANALYTIC, "Inverse hyperbolic cosine.")                              \
    X(ARCTANH, arctanh, 1, "", "atanh", ANALYTIC, "Inverse hyperbolic tangent.")                             \
    X(DEG2RAD, deg2rad, 1, "", "radians", FLOATING, "Degrees as radians.")                                   \
    X(RAD2DEG, rad2deg, 1, "", "degrees", FLOATING, "Radians as degrees.")                                   \
    X(FLOOR, floor, 1, "", "", REAL, "Largest integer not above.")                                           \
    X(CEIL, ceil, 1, "", "", REAL, "Smallest integer not below.")                                            \
    X(TRUNC, trunc, 1, "", "fix", REAL, "Integer part.")                                                     \
    X(RINT, rint, 1, "", "", ANALYTIC, "Nearest integer, ties to even.")                                     \
    X(SPACING, spacing, 1, "", "", FLOATING, "Distance to the next number of the type away from zero.")      \
    X(ISNAN, isnan, 1, "", "", PREDICATE, "Whether the value is not a number.")                              \
    X(ISINF, isinf, 1, "", "", PREDICATE, "Whether the value is infinite.")                                  \
    X(ISFINITE, isfinite, 1, "", "", PREDICATE, "Whether the value is finite.")                              \
    X(ISNAT, isnat, 1, "", "", TIME_PREDICATE, "Whether a time is not a time.")                              \
    X(ISPOSINF, isposinf, 1, "", "", FLOAT_PREDICATE, "Whether the value is plus infinity.")                 \
    X(ISNEGINF, isneginf, 1, "", "", FLOAT_PREDICATE, "Whether the value is minus infinity.")                \
    X(SIGNBIT, signbit, 1, "", "", FLOAT_PREDICATE, "Whether the sign bit is set.")                          \
    X(LOGICAL_NOT, logical_not, 1, "", "", LOGIC, "Whether the value is zero.")                              \
    X(INVERT, invert, 1, "~", "bitwise_not bitwise_invert", BITS, "All bits turned; logical not for bool.")  \
    X(BITWISE_COUNT, bitwise_count, 1, "", "", COUNT, "How many bits of the magnitude are set.")             \
    X(CLIP, clip, 3, "", "", ARITHMETIC, "The value, not below the second and not above the third.")         \
    X(WHERE, where, 3, "", "", CHOOSE, "The second where the first is true, else the third.")

/* Operations that are one output of a function of several: X(id, function, output, arity, rule,
 * documentation). Text writes modf(a)[0]. */
#define FA__OUTPUTS(X)                                                                              \
    X(MODF_FRACTION, modf, 0, 1, FLOATING, "What is behind the point, with the sign of the value.") \
    X(MODF_WHOLE, modf, 1, 1, FLOATING, "What is before the point.")                                \
    X(FREXP_MANTISSA, frexp, 0, 1, FLOATING,                                                        \
      "A number from 0.5 to 1, or 0, infinite or NaN as the value is.")                             \
    X(FREXP_EXPONENT, frexp, 1, 1, EXPONENT, "The power of two that makes the value of it.")

/* Functions of two outputs: X(name, arity, operation of the first, of the second, name of the second,
 * documentation). */
#define FA__PAIRS(X)                                                                                        \
    X(divmod, 2, FLOOR_DIVIDE, REMAINDER, remainder, "Quotient and remainder: floor_divide and remainder.") \
    X(modf, 1, MODF_FRACTION, MODF_WHOLE, whole, "What is behind the point, and what is before it.")        \
    X(frexp, 1, FREXP_MANTISSA, FREXP_EXPONENT, exponent,                                                   \
      "Mantissa from 0.5 to 1, and the power of two that goes with it.")

/* Reductions: X(id, name, other names, documentation). Some have kernels (fa__reducer in kernel.h), the
 * others are made of those and of elementwise operations (expr/compose.c). Those before COUNT_NONZERO are
 * methods of arrays too (text/calls.c). */
#define FA__REDUCTIONS(X)                                                                                 \
    X(SUM, sum, "", "Sum.")                                                                               \
    X(PROD, prod, "", "Product.")                                                                         \
    X(MIN, min, "amin", "Smallest; NaN when any is.")                                                     \
    X(MAX, max, "amax", "Largest; NaN when any is.")                                                      \
    X(MEAN, mean, "", "Arithmetic mean.")                                                                 \
    X(VAR, var, "", "Variance; ddof is taken from the count.")                                            \
    X(STD, std, "", "Standard deviation; ddof is taken from the count.")                                  \
    X(ANY, any, "", "Whether any is true.")                                                               \
    X(ALL, all, "", "Whether all are true.")                                                              \
    X(COUNT_NONZERO, count_nonzero, "", "How many are not zero.")                                         \
    X(PTP, ptp, "", "Largest minus smallest.")                                                            \
    X(ARGMIN, argmin, "", "Position of the first smallest, of the first NaN when there is one.")          \
    X(ARGMAX, argmax, "", "Position of the first largest, of the first NaN when there is one.")           \
    X(NANSUM, nansum, "", "Sum of what is not NaN.")                                                      \
    X(NANPROD, nanprod, "", "Product of what is not NaN.")                                                \
    X(NANMIN, nanmin, "", "Smallest that is not NaN; NaN when all are.")                                  \
    X(NANMAX, nanmax, "", "Largest that is not NaN; NaN when all are.")                                   \
    X(NANMEAN, nanmean, "", "Arithmetic mean of what is not NaN.")                                        \
    X(NANVAR, nanvar, "", "Variance of what is not NaN.")                                                 \
    X(NANSTD, nanstd, "", "Standard deviation of what is not NaN.")                                       \
    X(NANARGMIN, nanargmin, "", "Position of the first smallest that is not NaN; an error when all are.") \
    X(NANARGMAX, nanargmax, "", "Position of the first largest that is not NaN; an error when all are.")

/* Scans: X(id, name, the operation that is repeated, documentation). All operations with two inputs and one
 * type can be repeated along an axis, as accumulate(); these have a name of their own. */
#define FA__SCANS(X)                                                                                \
    X(CUMSUM, cumsum, ADD, "Running sums along an axis, or of all elements in C order.")            \
    X(CUMPROD, cumprod, MULTIPLY, "Running products along an axis, or of all elements in C order.") \
    X(CUMMIN, cummin, MINIMUM,                                                                      \
      "Smallest so far along an axis, or of all elements in C order; NaN from the first one on.")   \
    X(CUMMAX, cummax, MAXIMUM,                                                                      \
      "Largest so far along an axis, or of all elements in C order; NaN from the first one on.")    \
    X(NANCUMSUM, nancumsum, ADD, "Running sums that take NaN for 0.")                               \
    X(NANCUMPROD, nancumprod, MULTIPLY, "Running products that take NaN for 1.")

/* Generators: elements made from their position alone: X(id, name). */
#define FA__GENERATORS(X)             \
    X(ARANGE, arange)                 \
    X(LINSPACE, linspace)             \
    X(RANDOM_UNIFORM, random_uniform) \
    X(RANDOM_NORMAL, random_normal)

/* Moves: elements of arrays in other places. Nothing is computed, and nothing copied before a pass asks for
 * elements: X(id, name, documentation). What each of them does is a class of src/op/move.c. */
#define FA__MOVES(X)                                                                        \
    X(CONCATENATE, concatenate, "Arrays one behind the other along an axis.")               \
    X(RESHAPE, reshape, "The elements in C order, under another shape.")                    \
    X(TAKE, take, "Elements at positions that other arrays hold, or where a mask is true.") \
    X(FLATNONZERO, flatnonzero, "Positions, counted in C order, of what is not zero.")      \
    X(ARGWHERE, argwhere, "One row of coordinates for each element that is not zero.")      \
    X(SPREAD, spread, "The values of an array, one after the other, where a mask is true; zero elsewhere.")

/* Operations on whole arrays, which look at all elements before they give one: X(id, name, whether its first
 * input is walked as a reduction's is, documentation). What each of them does is a class of src/op/wholes.c.
 */
#define FA__WHOLES(X)                                                                                \
    X(SORT, sort, false, "Elements along an axis in order.")                                         \
    X(ARGSORT, argsort, false, "Positions along an axis, in the order of their elements.")           \
    X(SEARCHSORTED, searchsorted, false, "Where elements belong among those of an array in order.")  \
    X(ISIN, isin, false, "Whether elements are among those of another array.")                       \
    X(MATMUL, matmul, false, "Product of matrices, or of batches of them.")                          \
    X(MEDIAN, median, false, "Half the sum of the two elements in the middle of the order.")         \
    X(NANMEDIAN, nanmedian, false, "The same of what is not NaN.")                                   \
    X(QUANTILE, quantile, false, "What a part of the elements is below.")                            \
    X(NANQUANTILE, nanquantile, false, "The same of what is not NaN.")                               \
    X(HISTOGRAM, histogram, true, "How many elements are in each bin.")                              \
    X(HISTOGRAM_EDGES, histogram_bin_edges, false, "Where bins of equal width begin and end.")       \
    X(BIN_SUMS, histogram, false, "The sum of the weights of the elements in each bin.")             \
    X(BINCOUNT, bincount, false, "How often each whole number is there.")                            \
    X(REDUCEAT, reduceat, false, "An operation between the elements from one position to the next.") \
    X(INTERP, interp, false, "Values between the points of a function that is given by tables.")     \
    X(KERNEL, kernel, false, "The states of a user's reduction.")

typedef enum fa__operation {
#define FA__ROW(id, name, arity, symbol, aliases, rule, documentation) FA__OP_##id,
    FA__ELEMENTWISE(FA__ROW)
#undef FA__ROW
#define FA__ROW(id, function, output, arity, rule, documentation) FA__OP_##id,
        FA__OUTPUTS(FA__ROW)
#undef FA__ROW
            FA__OPERATION_COUNT
} fa__operation;

typedef enum fa__pair {
#define FA__ROW(name, arity, first, second, name_of_second, documentation) FA__PAIR_##first##_##second,
    FA__PAIRS(FA__ROW)
#undef FA__ROW
        FA__PAIR_COUNT
} fa__pair;

typedef enum fa__reduction {
#define FA__ROW(id, name, aliases, documentation) FA__REDUCE_##id,
    FA__REDUCTIONS(FA__ROW)
#undef FA__ROW
        FA__REDUCTION_COUNT
} fa__reduction;

typedef enum fa__scan {
#define FA__ROW(id, name, operation, documentation) FA__SCAN_##id,
    FA__SCANS(FA__ROW)
#undef FA__ROW
        FA__SCAN_COUNT
} fa__scan;

typedef enum fa__generator {
#define FA__ROW(id, name) FA__GENERATE_##id,
    FA__GENERATORS(FA__ROW)
#undef FA__ROW
        FA__GENERATOR_COUNT
} fa__generator;

typedef enum fa__move {
#define FA__ROW(id, name, documentation) FA__MOVE_##id,
    FA__MOVES(FA__ROW)
#undef FA__ROW
        FA__MOVE_COUNT
} fa__move;

typedef enum fa__whole {
#define FA__ROW(id, name, is_walk, documentation) FA__WHOLE_##id,
    FA__WHOLES(FA__ROW)
#undef FA__ROW
        FA__WHOLE_COUNT
} fa__whole;

typedef enum fa__type_rule {
#define FA__ROW(id) FA__RULE_##id,
    FA__TYPE_RULES(FA__ROW)
#undef FA__ROW
        FA__TYPE_RULE_COUNT
} fa__type_rule;

typedef struct fa__operation_info {
    const char *name, *symbol, *aliases, *documentation;
    int arity;
    fa__type_rule rule;
    int output; /* which one, of a function of several outputs; -1 where there is one */
} fa__operation_info;

typedef struct fa__pair_info {
    const char *name, *documentation;
    int arity;
    fa__operation outputs[2];
} fa__pair_info;

typedef struct fa__reduction_info {
    const char *name, *aliases, *documentation;
} fa__reduction_info;

typedef struct fa__scan_info {
    const char *name, *documentation;
    fa__operation operation;
} fa__scan_info;

typedef struct fa__whole_info {
    const char *name, *documentation;
    bool is_walk;
} fa__whole_info;

extern const fa__operation_info fa__operations[FA__OPERATION_COUNT];
extern const fa__pair_info fa__pairs[FA__PAIR_COUNT];
extern const fa__reduction_info fa__reductions[FA__REDUCTION_COUNT];
extern const fa__scan_info fa__scans[FA__SCAN_COUNT];
extern const fa__whole_info fa__wholes[FA__WHOLE_COUNT + 1]; /* ended by a row without a name */

#endif
