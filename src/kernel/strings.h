/* SPDX-License-Identifier: BSD-3-Clause */
/* The one list of operations on strings, and their loops: elements of any width, in two widths of characters.
 * Compiled once: what takes the time is memory. A string ends where nothing but NUL follows. */
#ifndef FA_KERNEL_STRINGS_H
#define FA_KERNEL_STRINGS_H

#include "kernel/cast.h"

/* X(id, name, parameters as text calls them, kinds of inputs, result, documentation)
 *
 * Kinds: 's' a string, 'i' int64. Result: TRUTH bool; COUNT int64; SAME the first input's dtype; SUM as wide
 * as both inputs together; MEASURED as wide as the widest result, for which the results are looked at when
 * the call is made; RECODED the same, bytes of Unicode strings and the other way round. */
#define FA__STRING_OPERATIONS(X)                                                                             \
    X(STR_LEN, str_len, "a", s, COUNT, "How many characters.")                                               \
    X(ISALPHA, isalpha, "a", s, TRUTH, "Whether all characters are letters, and there is one.")              \
    X(ISALNUM, isalnum, "a", s, TRUTH, "Whether all characters are letters or digits, and there is one.")    \
    X(ISDIGIT, isdigit, "a", s, TRUTH, "Whether all characters are digits, and there is one.")               \
    X(ISDECIMAL, isdecimal, "a", s, TRUTH, "Whether all characters are decimal digits; of Unicode strings.") \
    X(ISNUMERIC, isnumeric, "a", s, TRUTH, "Whether all characters are numeric; of Unicode strings.")        \
    X(ISSPACE, isspace, "a", s, TRUTH, "Whether all characters are spaces, and there is one.")               \
    X(ISLOWER, islower, "a", s, TRUTH, "Whether all letters that have a case are lower, and there is one.")  \
    X(ISUPPER, isupper, "a", s, TRUTH, "Whether all letters that have a case are upper, and there is one.")  \
    X(ISTITLE, istitle, "a", s, TRUTH, "Whether words begin upper and go on lower.")                         \
    X(FIND, find, "a sub start= end=", ssii, COUNT,                                                          \
      "Where the second string is first found; -1 where it is not.")                                         \
    X(RFIND, rfind, "a sub start= end=", ssii, COUNT,                                                        \
      "Where the second string is last found; -1 where it is not.")                                          \
    X(INDEX, index, "a sub start= end=", ssii, COUNT, "As find, but an error where it is not found.")        \
    X(RINDEX, rindex, "a sub start= end=", ssii, COUNT, "As rfind, but an error where it is not found.")     \
    X(COUNT, count, "a sub start= end=", ssii, COUNT,                                                        \
      "How often the second string is there, without overlap.")                                              \
    X(STARTSWITH, startswith, "a prefix start= end=", ssii, TRUTH,                                           \
      "Whether the string begins with another.")                                                             \
    X(ENDSWITH, endswith, "a suffix start= end=", ssii, TRUTH, "Whether the string ends with another.")      \
    X(UPPER, upper, "a", s, SAME, "All letters upper.")                                                      \
    X(LOWER, lower, "a", s, SAME, "All letters lower.")                                                      \
    X(SWAPCASE, swapcase, "a", s, SAME, "Upper letters lower, lower ones upper.")                            \
    X(CAPITALIZE, capitalize, "a", s, SAME, "The first letter upper, all others lower.")                     \
    X(TITLE, title, "a", s, SAME, "Words begin upper and go on lower.")                                      \
    X(STRIP, strip, "a chars=", ss, SAME, "Without spaces, or the characters given, at both ends.")          \
    X(LSTRIP, lstrip, "a chars=", ss, SAME, "Without spaces, or the characters given, in front.")            \
    X(RSTRIP, rstrip, "a chars=", ss, SAME, "Without spaces, or the characters given, at the end.")          \
    X(REPLACE, replace, "a old new count=", sssi, MEASURED,                                                  \
      "One string replaced by another, at most count times.")                                                \
    X(EXPANDTABS, expandtabs, "a tabsize=", si, MEASURED, "Tabs as spaces.")                                 \
    X(CENTER, center, "a width fillchar=", sis, MEASURED, "In the middle of width characters.")              \
    X(LJUST, ljust, "a width fillchar=", sis, MEASURED, "At the left of width characters.")                  \
    X(RJUST, rjust, "a width fillchar=", sis, MEASURED, "At the right of width characters.")                 \
    X(ZFILL, zfill, "a width", si, MEASURED, "Filled up with zeros behind the sign.")                        \
    X(SLICE, slice, "a start= stop= step=", siii, SAME,                                                      \
      "The characters of Python's slice a[start:stop:step].")                                                \
    X(ADD, add, "x1 x2", ss, SUM, "One string behind the other.")                                            \
    X(MULTIPLY, multiply, "a i", si, MEASURED, "The string i times.")                                        \
    X(BEFORE, before, "a sep", ss, MEASURED,                                                                 \
      "What stands before the first separator: partition(a, sep)[0].")                                       \
    X(SEPARATOR, separator, "a sep", ss, MEASURED,                                                           \
      "The separator, where it is found: partition(a, sep)[1].")                                             \
    X(AFTER, after, "a sep", ss, MEASURED, "What stands behind the first separator: partition(a, sep)[2].")  \
    X(RBEFORE, rbefore, "a sep", ss, MEASURED,                                                               \
      "What stands before the last separator: rpartition(a, sep)[0].")                                       \
    X(RSEPARATOR, rseparator, "a sep", ss, MEASURED,                                                         \
      "The separator, where it is found: rpartition(a, sep)[1].")                                            \
    X(RAFTER, rafter, "a sep", ss, MEASURED,                                                                 \
      "What stands behind the last separator: rpartition(a, sep)[2].")                                       \
    X(ENCODE, encode, "a", s, RECODED, "Unicode strings as bytes of UTF-8.")                                 \
    X(DECODE, decode, "a", s, RECODED, "Bytes of UTF-8 as Unicode strings.")

typedef enum fa__string_operation {
#define FA__ROW(id, name, parameters, kinds, result, documentation) FA__STRING_##id,
    FA__STRING_OPERATIONS(FA__ROW)
#undef FA__ROW
    /* What text writes as comparisons; FA__OP_EQUAL and its kin. */
    FA__STRING_EQUAL,
    FA__STRING_NOT_EQUAL,
    FA__STRING_LESS,
    FA__STRING_LESS_EQUAL,
    FA__STRING_GREATER,
    FA__STRING_GREATER_EQUAL,
    FA__STRING_OPERATION_COUNT
} fa__string_operation;

typedef enum fa__string_result {
    FA__STRING_GIVES_TRUTH,
    FA__STRING_GIVES_COUNT,
    FA__STRING_GIVES_SAME,
    FA__STRING_GIVES_SUM,
    FA__STRING_GIVES_MEASURED,
    FA__STRING_GIVES_RECODED
} fa__string_result;

enum { FA__STRING_INPUTS = 4 };

/* A block of n elements. Bit k of `scalars` says that in[k] is one element, used for all. */
typedef struct fa__strings {
    void *out;
    const void *const *in;
    int64_t n;
    unsigned scalars;
    int64_t out_bytes, in_bytes[FA__STRING_INPUTS];
    int input_count;
    bool measures; /* writes how many characters each result has, as int64 */
} fa__strings;

typedef fa__trouble fa__string_loop(const fa__strings *block);

/* `type`: of the strings among the inputs. NULL: that operation is none of such strings. */
fa__string_loop *fa__string_loop_find(fa__string_operation operation, fa_type type);

#endif
