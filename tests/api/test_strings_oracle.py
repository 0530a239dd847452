#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds strings against NumPy: comparisons, every function of numpy.strings, constants, conversions, on bytes and Unicode.
CTest says where the library is by FARRAY_BUILD.
"""
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from text_oracle import Checker, np  # noqa: E402

ASCII = ["", " ", "a", "A", "ab", "aB1", "Hello World", "  padded\t", "tab\tin\tit", "123", "-45", "+7", "aaa", "abab", "x\ny",
         "UPPER", "lower", "Title Case", "a.b.c", "they're", "__", "1a", "0", "abc" * 7, "it's a Test"]
WIDE = ["\u00e9t\u00e9", "\u00c9T\u00c9", "stra\u00dfe", "\u01c5x", "\u039f\u0394\u039f\u03a3", "\u03a3", "\u0391\u03a3.", "\u0130stanbul",
        "\ufb01sh", "\u0663", "\u00b2", "\u2168", "\U0001d400x", "\u3000 x\u2003", "\u0149", "\u01f0", "na\u00efve caf\u00e9"]
QUESTIONS = ["isalpha", "isalnum", "isdigit", "isspace", "islower", "isupper", "istitle", "str_len"]
WIDE_QUESTIONS = ["isdecimal", "isnumeric"]
CHANGES = ["upper", "lower", "swapcase", "capitalize", "title", "strip", "lstrip", "rstrip", "expandtabs"]
SEARCHES = ["find", "rfind", "count", "startswith", "endswith", "index", "rindex"]


def words(rng, kind, count=24):
    chosen = [rng.choice(ASCII + (WIDE if kind == "U" else [])) for _ in range(count)]
    return np.array(chosen if kind == "U" else [w.encode() for w in chosen], f"{kind}{rng.randint(3, 24)}")


def main():
    rng = random.Random(5)
    checker = Checker()
    for kind, other in ("UU", "SS", "US", "SU") * 3:
        a, b = words(rng, kind), words(rng, other)
        short = np.array([w[:rng.randint(0, 2)] for w in b], b.dtype)
        n, m = np.arange(24) % 5 - 1, np.arange(24) % 30
        for form in ("equal(a, b)", "not_equal(a, b)", "a < b", "a <= b", "a > b", "a >= b", "a == a[::-1]", "strings.add(a, b)", "a + b",
                     "equal(a[:3], b[:, newaxis])", "where(n > 0, a, a[::-1])", "maximum(a, b)", "a - b"):
            if form != "maximum(a, b)":
                checker.check(form, a=a, b=b, n=n)
        for name in QUESTIONS + WIDE_QUESTIONS:
            checker.check(f"strings.{name}(a)", a=a)
            checker.check(f"strings.{name}(a[::3])", a=a)
        for name in CHANGES:
            if name != "expandtabs" or kind == "S":  # docs/differences.md: expandtabs-width
                checker.check(f"strings.{name}(a)", a=a)
        checker.check_as("strings.expandtabs(a, n) == w", "w == w", a=a, n=n, w=np.strings.expandtabs(a, n))
        for name in SEARCHES:
            checker.check(f"strings.{name}(a, b)", a=a, b=short)
            checker.check(f"strings.{name}(a, b, n)", a=a, b=short, n=n)
            checker.check(f"strings.{name}(a, b, n, m)", a=a, b=short, n=n, m=m)
            checker.check(f"strings.{name}(a, b, 1, end=-1)", a=a, b=short)
        for name in ("strip", "lstrip", "rstrip"):
            checker.check(f"strings.{name}(a, b)", a=a, b=b)
        checker.check("strings.replace(a, b, c)", a=a, b=short, c=words(rng, other))
        checker.check("strings.replace(a, b, c, n)", a=a, b=short, c=b[:1], n=n)
        checker.check("strings.multiply(a, n)", a=a, n=n)
        for part in ("2", "-2", "None", "1, None", "n, m", "None, n", "None, None, -1", "m, n, -1", "n, None, -2", "None, n, -3", "0, 9, 2",
                     "n, m, n", "None, None, where(n < 0, -1, 2)", "n, None, where(n < 0, -1, 2)", "2**62, -2**62, -2**62", "True, 3",
                     "-2**63, 2**63-1, 2**63-1", "2**63-1, -2**63, -2**63", "1, 2, 0", "1.5", "a", "n.astype('u8'), m"):
            checker.check(f"strings.slice(a, {part})", a=a, n=n, m=m)
        checker.check("strings.equal(a, b)", a=a, b=b)
        checker.check("strings.less_equal(a, b)", a=a, b=b)
        checker.check("strings.zfill(a, m)", a=a, m=m)
        for name in ("center", "ljust", "rjust"):
            checker.check(f"strings.{name}(a, m)", a=a, m=m)
            checker.check(f"strings.{name}(a, 9, b)", a=a, b=np.array(["*"] * 24, "U1" if other == "U" else "S1"))
            checker.check(f"strings.{name}(a, 9, b)", a=a, b=b)
        for i in range(3):
            part, rpart = ("before", "separator", "after")[i], ("rbefore", "rseparator", "rafter")[i]
            for farray, numpy in ((part, f"partition(a, b)[{i}]"), (rpart, f"rpartition(a, b)[{i}]")):
                checker.check(f"strings.{numpy}", a=a, b=words(rng, other))
                checker.check_as(f"strings.{farray}(a, b)", f"strings.{numpy}", a=a, b=np.where(short == "" if other == "U" else short == b"", "." if other == "U" else b".", short))
    a, s = words(rng, "U"), words(rng, "S")
    for text in ["a == 'aB1'", "s == b'aB1'", "equal(s, 'aB1')", "a == \"they're\"", "'ab' < a", "strings.find(a, 'a')", "char.upper(a)",
                 "np.strings.upper(a)", "np.char.upper(a)", "strings.upper('stra\u00dfe')", "strings.str_len('')", "a == ''",
                 "strings.replace(a, 'a', '<>')", "strings.replace(a, '', '-')", "strings.replace(a, 'a', '')",
                 "strings.center(a, 30, '*')", "strings.center(a, 30, '**')", "strings.find(a, 'a', 1)", "a + '!'", "'<' + a + '>'",
                 "strings.index(a, 'a')", "strings.index(a, '')", "strings.upper(5)", "strings.find(a, 5)", "strings.nothing(a)",
                 "strings.multiply('ab', 3)", "strings.zfill('-5', 4)", "count_nonzero(a == 'a')",
                 "(strings.str_len(a) > 3).sum()", "strings.isdecimal(s)", "strings.count(a, 'a').max()", "-a", "a < 5",
                 "strings.upper(strings.strip(a))", "strings.strip(a, ' a')", "isnan(a)", "a & a"]:
        if text != "a < 5":
            checker.check(text, a=a, s=s)
    for kind in "SU":
        for array in (np.arange(-3, 4, dtype="i2"), np.array([2**64 - 1, 0], "u8"), np.array([True, False]),
                      np.array([-2**63, 0, 2**63 - 1]), np.array(["2020-01-01T12:30", "NaT"], "M8[m]"), np.array([5, -7], "m8[25h]"),
                      np.array([1.5, 1e20, 1e16, -1e-5, np.nan, -np.inf, 0.1]), np.array([1.1, 3e38, 1e-7], "f4"), np.array([1.1, 0.5], "f2")):
            checker.check(f"a.astype('{kind}40')", a=array)
            if array.dtype.kind != "m":
                checker.check(f"a.astype('{kind}')", a=array)
        for t, texts in (("i4", ["1", " -5 ", "1_000", "+7"]), ("u8", [str(2**64 - 1), "0"]), ("i1", ["127", "-128"]), ("i1", ["300"]),
                         ("f8", ["1.5", "nan", "-inf", "1e300", " 2 "]), ("f4", ["0.1"]), ("i4", ["x"]), ("f8", [""]), ("i4", ["1.5"]),
                         ("M8[s]", ["2020-01-01", "NaT", "1969-12-31T23:59:59"]), ("M8[D]", ["x"]), ("m8[s]", ["5", "NaT", "-7"])):
            checker.check(f"a.astype('{t}')", a=np.array(texts).astype(kind))
        checker.check("a.astype('U2')", a=words(rng, kind)), checker.check("a.astype('S2')", a=words(rng, kind))
        checker.check("a.astype('S')", a=words(rng, kind)), checker.check("a.astype('U')", a=words(rng, kind))
    checker.check("a.astype('S')", a=np.array(["plain"])), checker.check("a.astype('U')", a=np.array([b"\xe9"]))
    every = np.array([chr(c) for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000], "U3")
    for name in QUESTIONS + WIDE_QUESTIONS + CHANGES[:5]:
        checker.check(f"strings.{name}(a)", a=every)
    checker.finish()


main()
