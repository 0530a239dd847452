#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds datetime64 and timedelta64 against NumPy: every operation on every pair of types and many pairs of units, casts
between all units, reductions, constants and ranges. CTest says where the library is by FARRAY_BUILD.
"""
import itertools
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from text_oracle import Checker, np  # noqa: E402

UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
UNARY = ["-{}", "abs({})", "+{}", "sign({})", "isnat({})", "isnan({})", "isinf({})", "isfinite({})", "logical_not({})",
         "square({})", "sqrt({})", "floor({})", "~{}", "signbit({})"]
BINARY = ["{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} // {}", "{} % {}", "divmod({}, {})[0]", "divmod({}, {})[1]", "minimum({}, {})", "maximum({}, {})", "fmin({}, {})",
          "fmax({}, {})", "equal({}, {})", "not_equal({}, {})", "{} < {}", "{} <= {}", "{} > {}", "{} >= {}",
          "logical_and({}, {})", "logical_or({}, {})", "logical_xor({}, {})", "{} & {}", "hypot({}, {})", "{} ** {}"]
REDUCTIONS = ["sum", "prod", "min", "max", "mean", "var", "any", "all", "count_nonzero"]
COUNTS = [0, 1, -1, 2, 5, -7, 11, 365, -366, 100000, -99999, 18262, -2**40, 2**55, 2**62, -2**62, 2**63 - 1, -2**63 + 1,
          -2**63]


def times(rng, kind, unit, count=12, small=False):
    values = [rng.choice(COUNTS) if not small and rng.random() < 0.6 else rng.randrange(-3000, 3000) for _ in range(count)]
    values[rng.randrange(count)] = -2**63
    return np.array(values, "i8").view(f"{kind}8[{unit}]" if unit else f"{kind}8")


def operands(rng):
    """One of each kind: times in several units, whole numbers, floats, bool, complex."""
    numbers = np.array([0, 1, -1, 2, -3, 7, 100, -100, 2**40, 3, -2, 5])
    yield from (times(rng, kind, unit) for kind in "Mm" for unit in ("D" if kind == "M" else "", rng.choice(UNITS), rng.choice(UNITS), "25s"))
    yield from (numbers.astype(t) for t in ("i8", "u2", "f8", "f4", "?", "c16"))


def main():
    rng = random.Random(7)
    checker = Checker()
    for _ in range(3):
        for a in operands(rng):
            if a.dtype.kind in "Mm":
                for form in UNARY:
                    checker.check(form.format("a"), a=a)
            for b in operands(rng):
                if a.dtype.kind in "Mm" or b.dtype.kind in "Mm":
                    for form in BINARY:
                        checker.check(form.format("a", "b"), a=a, b=b)
    for kinds in ("MM", "Mm", "mM", "mm"):
        for first, second in itertools.product(UNITS + ["", "3D", "7m"], repeat=2):
            a, b = times(rng, kinds[0], first, small=True), times(rng, kinds[1], second, small=True)
            checker.check("a + b" if kinds != "MM" else "a - b", a=a, b=b)
            checker.check("a < b", a=a, b=b)
            if kinds == "mm" or first and second:  # NumPy has no dates without a unit but NaT
                checker.check("where(c, a, b)", a=a, b=b, c=np.arange(12) % 3 == 0)
    for first, second in itertools.product(UNITS + ["", "3D", "7m", "2Y", "5M"], repeat=2):
        for kind in "Mm":
            if kind == "M" and not (first and second):
                continue  # NumPy has no dates without a unit but NaT
            a = times(rng, kind, first)
            if kind == "M" and (set("YM") & set(first + second)):
                a = a[np.abs(a.view("i8")) < 2**41]  # docs/differences.md: dates-beyond-64-bits
            checker.check(f"a.astype('{kind}8[{second}]')" if second else f"a.astype('{kind}8')", a=a)
    for kind, other in ("Mm", "mM"):
        checker.check(f"a.astype('{other}8[s]')", a=times(rng, kind, "D"))
    for t in ["?", "i1", "u1", "i2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"]:
        for kind in "Mm":
            checker.check(f"a.astype('{t}')", a=times(rng, kind, "D"))
            checker.check(f"a.astype('{kind}8[D]')", a=np.array([0, 1, 2, 100]).astype(t))
    checker.check("a.astype('M8')", a=np.arange(3))
    checker.check("a.astype('m8')", a=np.arange(3))
    for name, kind in itertools.product(REDUCTIONS, "Mm"):
        for array in (times(rng, kind, "D", 12, small=True).reshape(3, 4), times(rng, kind, "h", 12)[:0],
                      np.arange(5000).view(f"{kind}8[s]").reshape(50, 100)):
            for arguments in ("", "axis=0", "axis=-1, keepdims=True"):
                if array.ndim > 1 or not arguments:
                    checker.check(f"{name}(a{', ' if arguments else ''}{arguments})", a=array)
    date, span = times(rng, "M", "D", small=True), times(rng, "m", "h", small=True)
    for text in ["a > datetime64('2020-01-01')", "a + timedelta64(5, 'D')", "a - datetime64('2000')", "b / timedelta64(1, 'h')",
                 "b * 2", "2 * b", "b * 2.5", "b / 3", "b / 2.5", "b + 3", "b < 5", "minimum(b, 3)", "clip(b, -1, 3)",
                 "clip(b, 0, timedelta64(90, 'm'))", "b == True", "b + True", "b + 2.5", "a + 2", "a - 2", "2 - a", "a < 5",
                 "where(a > datetime64('1970'), a, datetime64('1999-12-31T23:59'))", "where(b > 0, b, 0)", "b ** 2",
                 "isnat(5)", "a * 2", "datetime64(5, 'D')", "datetime64(5)", "timedelta64(5)", "timedelta64(-5, '25s')",
                 "timedelta64(timedelta64(5, 'D'), 'h')", "datetime64('NaT')", "datetime64('NaT', 'D')",
                 "timedelta64('NaT', 's')", "datetime64('2020-01-01T12', 'D')", "datetime64('2020-01-01', '25s')",
                 "datetime64('1969-12-31', '7h')", "-timedelta64(3, 'D')", "a.max() - a.min()", "a[2:] - a[:-2]",
                 "a.T", "isnat(a).sum()", "count_nonzero(b)",
                 "arange(datetime64('2020-01-01'), datetime64('2020-01-10'), 3)", "arange(timedelta64(5, 'D'))",
                 "arange(datetime64('2020-01-01'), 5)", "arange(datetime64('2020-01'), timedelta64(5, 'D'))",
                 "arange(datetime64('2020-01-01'), timedelta64(5, 'D'))",
                 "arange(timedelta64(0, 'D'), timedelta64(10, 'D'), timedelta64(48, 'h'))",
                 "arange(3,5,dtype='M8[D]')",
                 "arange(5,dtype='M8[D]')",
                 "arange(5,dtype='m8[D]')",
                 "arange('2020-01','2020-02-03',10,dtype='M8[D]')",
                 "arange('2020-01',5,dtype='M8[D]')",
                 "arange('2020-01','2020-04',dtype='M8')",
                 "arange('2020-01','2020-04',dtype='M8[M]')",
                 "arange('2020-01','2020-04')",
                 "arange(datetime64('2020-01'),datetime64('2020-02'),dtype='M8[W]')",
                 "arange(datetime64('2020-01'),datetime64('2020-02'),dtype='M8[D]')",
                 "arange(datetime64('2020-01-01T05'),datetime64('2020-01-05T03'),dtype='M8[D]')",
                 "arange('2020-01-05','2020-01-01',-1,dtype='M8[D]')",
                 "arange('2020-01','2020-03',timedelta64(1,'M'),dtype='M8[D]')",
                 "arange('2020-01','2020-03',timedelta64(7,'D'),dtype='M8[D]')",
                 "arange(timedelta64(0,'h'),timedelta64(50,'h'),dtype='m8[D]')",
                 "arange('5','9',dtype='m8[D]')",
                 "arange(datetime64('2020'),dtype='M8[D]')",
                 "arange(datetime64('2020'))",
                 "arange(datetime64('2020-01-01'),datetime64('2020-01-03'),dtype='i8')",
                 "arange(datetime64('2020-01-01'),5)",
                 "arange(datetime64('2020-01-01'),timedelta64(5,'D'))",
                 "arange('2020-01-01T00:00:01','2020-01-03',dtype='M8[D]')",
                 "arange('x','2020-01-03',dtype='M8[D]')",
                 "~b", "timedelta64(1, 'Y') == timedelta64(365, 'D')", "timedelta64(1, 'Y') != timedelta64(12, 'M')"]:
        checker.check(text, a=date, b=span)
    for text in ["2020", "-5-01-01", "+2020", "2020-13", "2020-02-30", "2020-02-29", "2019-02-29", "2020-01-01T24:00",
                 "2020-01-01T23", "2020-01-01 12:30", "2020-01-01T12:30:59.5", "2020-01-01T12:30:59.123456",
                 "2020-01-01T12:30:59.1234567", "2020-01-01T12:30:59.123456789123", "2020-01-01T00:00:00.123456789123456789",
                 "2020-01-01T00:00:00.", "2020-01-01T", "2020-", "2020-1", "2020-01-01T12:60", "2020-01-01T00:00Z",
                 "2020-01-01T00:00+02:00", "2020-01-01T00:00-0330", "2020-01-01T00:00+25", "20200101", "abc", "  2020-01",
                 "2020-01-01T00:00 ", "2020-01-01x", "0000-01-01", "99999-12-31", "nat", "", "2020-01-01T12:00:60"]:
        checker.check(f"datetime64('{text}')")
        checker.check(f"datetime64('{text}', 's')")
    checker.finish()


main()
