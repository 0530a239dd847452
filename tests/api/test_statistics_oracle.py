# SPDX-License-Identifier: BSD-3-Clause
"""Medians and quantiles held against NumPy, by text: every method, element type, axis and kind of q, with NaN and without,
of nothing, and of arrays so long that they are searched in several passes.
"""
import itertools
import random

from text_oracle import Checker, np

METHODS = ["inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
           "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest"]
TYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", ">f8", ">i4", "m8[s]", "M8[D]"]
SHAPES = [(), (1,), (2,), (7,), (40,), (1, 3), (5, 6), (3, 4, 5)]

generator = np.random.default_rng(20)
choices = random.Random(20)


def numbers(dtype, shape, nan=0.0):
    """Numbers of a type, some of them equal, and NaN or NaT among them."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        made = (generator.standard_normal(shape) * choices.choice([1, 100])).astype(dtype)
        if choices.random() < 0.3:
            made = np.round(made)
        return np.where(generator.random(shape) < nan, np.nan, made).astype(dtype)
    if dtype.kind in "mM":
        made = np.asarray(generator.integers(-50, 50, shape))
        return np.where(generator.random(shape) < nan, np.iinfo("i8").min, made).astype("i8").view(dtype)
    if dtype.kind == "b":
        return np.asarray(generator.integers(0, 2, shape)).astype(dtype)
    limits = np.iinfo(dtype)
    low, high = (max(limits.min, -100), min(limits.max, 100)) if choices.random() < 0.5 else (limits.min, limits.max)
    return np.asarray(generator.integers(low, high, shape, dtype=dtype.newbyteorder("="), endpoint=True)).astype(dtype)


def axes_of(shape):
    every = range(len(shape))
    return [None] + [axis for axis in every] + list(itertools.combinations(every, 2))


def small_lines(check):
    for dtype, shape in itertools.product(TYPES, SHAPES):
        for axis in axes_of(shape):
            keepdims = choices.choice(["", ", keepdims=True"])
            for nan in (0, 0.2):
                x = numbers(dtype, shape, nan)
                check.check(f"median(x, axis={axis}{keepdims})", x=x)
                check.check(f"quantile(x, {choices.random():.3f}, axis={axis}{keepdims})", x=x)
                q = choices.choice(["[0.25, 0.5, 0.75]", "[0.0, 1.0]", "[]", "[[0.1, 0.9], [0.4, 0.4]]", "0", "1", "[0, 1]"])
                check.check(f"quantile(x, {q}, axis={axis}, method='{choices.choice(METHODS)}'{keepdims})", x=x)
                check.check(f"percentile(x, {choices.choice(['30', '[12.5, 99]', '0.5'])}, axis={axis})", x=x)


def ignoring_nan(check):
    for dtype, shape in itertools.product(["f4", "f8", "i4", "u1", "m8[s]"], SHAPES[1:]):
        for axis in axes_of(shape):
            for nan in (0, 0.2, 1):
                x = numbers(dtype, shape, nan)
                check.check(f"nanmedian(x, axis={axis})", x=x)
                check.check(f"nanquantile(x, 0.3, axis={axis}, method='{choices.choice(METHODS)}')", x=x)
                if nan == 0 or dtype != "f4":  # docs/differences.md: nanquantile-type
                    check.check(f"nanquantile(x, [0.3, 0.9], axis={axis})", x=x)
                check.check(f"nanpercentile(x, 42, axis={axis}, keepdims=True)", x=x)


def every_method(check):
    for method, dtype, n in itertools.product(METHODS, TYPES, (1, 2, 3, 5, 8, 13, 100)):
        x = numbers(dtype, (n,))
        places = [0.0, 1.0, 0.5, 1 / 3, 0.25, 1 / n, (n - 1) / n, choices.random()]
        for q in places:
            check.check(f"quantile(x, {q!r}, method='{method}')", x=x)
        check.check(f"quantile(x, q, method='{method}')", x=x, q=np.array(places))
        for narrow in ("f4", "f2"):
            check.check(f"quantile(x, q, method='{method}')", x=x, q=np.array(places).astype(narrow))
        check.check(f"percentile(x, q, method='{method}')", x=x, q=np.array(places) * 100)
        check.check(f"quantile(x, q, method='{method}')", x=x, q=np.array([0, 1, 1]))


def infinities(check):
    for values in ([np.inf, np.inf], [-np.inf, np.inf], [-np.inf, 1, np.inf], [np.nan], [np.nan, np.inf], [0.0, -0.0, 0.0]):
        for method in METHODS:
            check.check(f"quantile(x, [0.0, 0.3, 0.5, 1.0], method='{method}')", x=np.array(values))
        check.check("median(x)", x=np.array(values))
        check.check("nanmedian(x)", x=np.array(values))


def of_nothing(check):
    for text in ("median(x)", "median(x, axis=0)", "median(x, axis=1)", "nanmedian(x, axis=0)", "nanmedian(x, axis=1)",
                 "quantile(x, 0.5, axis=0)", "quantile(x, 0.5, axis=1)", "quantile(x, [0.5, 0.1], axis=1)",
                 "quantile(x, 0.5)", "nanquantile(x, 0.5)", "nanquantile(x, 0.5, axis=1)"):
        for dtype in ("f8", "f4", "i4"):
            check.check(text, x=np.zeros((0, 3), dtype))


def refused(check):
    x = np.arange(6.0).reshape(2, 3)
    for text in ("quantile(x, 1.5)", "quantile(x, -0.1)", "quantile(x, [0.5, 2.0])", "quantile(x, nan)", "percentile(x, 101)",
                 "quantile(x, 0.5, method='best')", "quantile(x, 0.5, axis=2)", "quantile(x, 0.5, axis=(0, 0))", "median(x, axis=5)",
                 "quantile(x, [[[0.5]]])", "quantile(x * 1j, 0.5)", "quantile(x > 1, 0.5)", "median('a')"):
        check.check(text, x=x)


def long_lines(check):
    """Long enough for samples, brackets and digits; some such that a sample is misled."""
    n = (1 << 20) + 12345
    normal = generator.standard_normal(n)
    waves = np.sin(np.arange(n) * (2 * np.pi / 64))
    blocks = np.repeat(generator.standard_normal(n // 4096 + 1), 4096)[:n]
    arrays = [normal, normal.astype("f4"), np.arange(float(n)), np.arange(float(n))[::-1].copy(), waves, blocks,
              np.zeros(n), (normal > 0.3) * 1.0, np.round(normal, 1), generator.integers(0, 5, n),
              generator.integers(-(1 << 62), 1 << 62, n), generator.integers(0, 1 << 32, n, dtype="u4"),
              generator.integers(0, 256, n, dtype="u1"), normal.astype("f2"), np.exp(40 * normal),
              np.where(np.arange(n) % 64 == 63, 1e300, normal), np.where(normal > 1, np.nan, normal)]
    for x in arrays:
        for text in ("median(x)", "quantile(x, [0.75, 0.25, 0.5, 0.0, 1.0])", "quantile(x, 0.999999, method='hazen')",
                     "nanquantile(x, [0.01, 0.5])"):
            check.check(text, x=x)
    check.check("percentile(x, q)", x=normal, q=np.arange(101.0))
    check.check("median(x, axis=0)", x=np.stack([normal, waves], axis=1))
    check.check("median(x, axis=1)", x=np.stack([normal, waves]))
    check.check("median(x * 2 - 1)", x=normal)
    check.check("nanmedian(x[::-3])", x=np.where(normal > 0, np.nan, normal))
    check.check("median(x[:, ::2])", x=normal[:1 << 20].reshape(1 << 10, 1 << 10))


if __name__ == "__main__":
    checker = Checker()
    for part in (small_lines, ignoring_nan, every_method, infinities, of_nothing, refused, long_lines):
        part(checker)
        print(f"{part.__name__}: {checker.compared} so far", flush=True)
    checker.finish()
