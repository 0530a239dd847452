# SPDX-License-Identifier: BSD-3-Clause
"""Statistics held against NumPy, by text. Quantiles: every method, element type, axis and kind of q, with NaN and without,
of nothing, and of arrays so long that they are searched in several passes. Histograms: every type, bins of equal width and
given ones, elements on edges and beside them.
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


def beside_the_largest(check):
    """Middle elements whose sum with another overflows: one of them stands for itself."""
    for dtype, values in (("f2", [6e4, 6.1e4, -6e4]), ("f4", [3e38, 3.1e38, -3e38]), (">f4", [3e38, 3.1e38, -3e38]),
                          ("f8", [1.7e308, -1.7e308, 1.6e308]), ("i8", [1 << 62, (1 << 62) + 1, (1 << 63) - 1]),
                          ("u8", [1 << 63, (1 << 64) - 1, 1]), ("m8[s]", [1 << 62, (1 << 62) + 2, (1 << 63) - 1])):
        x = np.array(values, "i8" if dtype[0] == "m" else dtype).astype(dtype)
        for text in ("median(x)", "median(x[:2])", "median(x[:1])", "nanmedian(x)", "nanmedian(x[:1])", "median(x[None], axis=1)",
                     "median(x[:, None], axis=0, keepdims=True)", "median(repeat(x, 400000))", "median(repeat(x[:2], 600000))"):
            check.check(text, x=x)
    for dtype in ("f2", "f4", "f8"):
        x = np.array([-0.0, -0.0, -1, 5], dtype)
        for text in ("median(x)", "median(x[:3])", "median(x[:2])", "median(x[:1])", "nanmedian(x[:1])"):
            check.check(text, x=x)


def of_nothing(check):
    for dtype, method in itertools.product(TYPES[:-1], METHODS):
        for text in ("nanquantile(x, 0.5, axis=0", "nanquantile(x, 0.5, axis=1, keepdims=True", "nanquantile(x, 1, axis=0",
                     "nanpercentile(x, 40", "nanpercentile(x[:, 0], 40", "nanquantile(x, q[0], axis=0"):
            check.check(f"{text}, method='{method}')", x=np.zeros((0, 3), dtype), q=np.array([0.5]))
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


def on_edges(dtype, n, bins, low, high):
    """Elements on the edges of bins, right beside them, and anywhere."""
    edges = np.linspace(low, high, bins + 1).astype(dtype)
    picked = edges[generator.integers(0, bins + 1, n)]
    if dtype[0] == "f":
        picked = np.choose(generator.integers(0, 3, n), [picked, np.nextafter(picked, edges[0]), np.nextafter(picked, edges[-1])])
    return np.where(generator.random(n) < 0.5, picked, generator.uniform(low, high, n)).astype(dtype)


def histograms(check):
    for dtype in ("u1", "i1", "i2", "u4", "i8", "u8", "f2", "f4", "f8", ">f8"):
        for bins, low, high in itertools.product((1, 3, 10, 100, 256, 5000), (0, 0.1, 17), (1, 20, 100)):
            if low >= high:
                continue
            x = on_edges(dtype, 500, min(bins, 200), low, high)
            shape = choices.choice([(500,), (20, 25), (5, 10, 10)])
            x = x.reshape(shape)
            for text in (f"histogram(x, {bins})", f"histogram(x, bins={bins}, range=({low}, {high}))",
                         f"histogram(x, {bins}, ({low + 0.25}, {high - 0.25}))"):
                check.check(text + "[0]", x=x)
                check.check(text + "[1]", x=x)
            check.check(f"histogram_bin_edges(x, {bins}, ({low}, {high}))", x=x)
            check.check(f"histogram(x, {bins}, density=True)[0]", x=x)
    for dtype, edge_type in itertools.product(("u1", "i4", "i8", "u8", "f2", "f4", "f8", "?"), ("f8", "f4", "i8", "i2", ">f8", "u8")):
        for count in (0, 1, 2, 3, 10, 300):
            edges = np.sort(generator.integers(0, 100, count)).astype(edge_type)
            x = numbers(dtype, (400,), 0.1)
            check.check("histogram(x, e)[0]", x=x, e=edges)
            check.check("histogram(x, e[::-1][::-1])[1]", x=x, e=edges)
    for bins, width in itertools.product((1, 10, 600), (1e-300, 1e-306, 1e-310, 4e-320, 1e300)):  # count / width overflows
        x = generator.random(3000) * width
        check.check(f"histogram(x, {bins}, (0., {width!r}))[0]", x=x)
    x = np.array([1.0, np.nan, 2.0, np.inf, -np.inf, 5.0])
    for text in ("histogram(x)[0]", "histogram(x, 4, (0, 5))[0]", "histogram(x, [0, 1, 2, 5])[0]", "histogram(x[:0])[0]", "histogram(x[:0], 3)[1]",
                 "histogram(x[:1])[0]", "histogram(x[:1])[1]", "histogram(x, 0)[0]", "histogram(x, -1)[0]", "histogram(x, 3, (5, 1))[0]",
                 "histogram(x, 3, (0, inf))[0]", "histogram(x, [2, 1])[0]", "histogram(x, [[1, 2]])[0]", "histogram(x, 'best')[0]",
                 "histogram(x, 3, (1, 1))[1]", "histogram(x * 1j)[0]", "histogram(x, 3, (0, 1), weights=x[:2])[0]",
                 "histogram(x[:1], 10**17)[0]"):
        check.check(text, x=x)


def weighted(check):
    """Weights that are whole numbers add up in any order."""
    for weights_type in ("f8", "i8", "f4", "c16", "u1"):
        x, w = generator.standard_normal((30, 40)), generator.integers(0, 9, (30, 40)).astype(weights_type)
        check.check("histogram(x, 12, weights=w)[0]", x=x, w=w)
        check.check("histogram(x, [-2, -1.5, 0, 3], weights=w)[0]", x=x, w=w)
        check.check("histogram(x, 6, (-1.5, 2), weights=w, density=True)[0]", x=x, w=w)
    x = generator.integers(0, 300, 400000)
    check.check("bincount(x, w)", x=x, w=(x % 7).astype("f8"))
    check.check("histogram(x, 50, weights=w)[0]", x=x, w=(x % 7).astype("f8"))


def rules(check):
    for n in (1, 2, 10, 1000):
        for x in (generator.standard_normal(n), generator.integers(0, 50, n), np.ones(n), generator.standard_normal(n).astype("f4")):
            for rule in ("auto", "fd", "doane", "scott", "rice", "sturges", "sqrt"):
                check.check(f"histogram(x, '{rule}')[0]", x=x)
            check.check("histogram_bin_edges(x, 'sturges', (0, 1))", x=x)
    for x in (np.zeros(0, "?"), np.ones(1, "?"), np.zeros(7, "?"), generator.random(9) > 0.5, generator.random((40, 50)) > 0.3):
        for rule in ("auto", "fd", "doane", "scott", "rice", "sturges", "sqrt"):
            check.check(f"histogram(x, '{rule}')[0]", x=x)
            check.check(f"histogram(x, '{rule}')[1]", x=x)
            check.check(f"histogram(x, '{rule}', (0, 5))[0]", x=x)
            check.check(f"histogram_bin_edges(x, '{rule}', (1, 3))", x=x)


def whole_numbers(check):
    for dtype in ("u1", "i1", "i2", "u4", "i8", "?", "u8", "f8"):
        x = abs(numbers(dtype, (60,)).astype("i8")) % 50 if dtype not in ("f8",) else numbers(dtype, (60,))
        x = x.astype(dtype)
        for text in ("bincount(x)", "bincount(x, minlength=70)", "bincount(x, x)", "bincount(x[:0])", "bincount(x[:0], minlength=4)",
                     "bincount(x[:0], x[:0])", "bincount(x[:0], x[:0], 4)", "bincount(x[:0], x[:0] * 0.5, minlength=2)",
                     "bincount(x[::2], x[1::2])"):
            check.check(text, x=x)
    for text in ("bincount(x)", "bincount(x - 5)", "bincount(x[:2], minlength=-1)", "bincount(x, x[:2])", "bincount(x.reshape(2, 2))",
                 "bincount(x, x * 1j)", "bincount(x[0])"):
        check.check(text, x=np.array([3, 1, 0, 2]))
    check.check("bincount(x)", x=generator.integers(0, 400000, 300000))


def long_histograms(check):
    n = 3 << 20
    normal = generator.standard_normal(n)
    for x in (normal, normal.astype("f4"), np.round(normal, 1), generator.integers(0, 100, n), normal.astype("f2")):
        for text in ("histogram(x)[0]", "histogram(x, 100)[0]", "histogram(x, 100, (-2.0, 2.0))[0]", "histogram(x, 200000)[0]",
                     "histogram(x, [-3, -1, 0.5, 0.7, 1, 50])[0]"):
            check.check(text, x=x)


def places_among_bins(check):
    for dtype, edges in itertools.product(("f8", "f4", "i4", "u1"), ([], [3], [0, 1, 5], [5, 1, 0], [2, 2, 2], [1, 3, 2])):
        x = numbers(dtype, (5, 8))
        for right in (False, True):
            check.check(f"digitize(x, e, right={right})", x=x, e=np.array(edges, "f8"))
    check.check("digitize(3, [1, 2])")
    check.check("digitize(x * 1j, x)", x=np.arange(3.0))


def covariances(check):
    """Products are rounded in another order than NumPy's: within a few ULP of the largest."""
    x, y = generator.standard_normal((4, 50)), generator.standard_normal((2, 50))
    f, w = generator.integers(1, 5, 50), generator.random(50)
    for text in ("cov(x)", "cov(x[0])", "cov(x, y)", "cov(x, rowvar=False)", "cov(x, bias=True)", "cov(x, ddof=3)", "cov(x[0], y[1])",
                 "cov(x, fweights=f)", "cov(x, aweights=w)", "cov(x, fweights=f, aweights=w, ddof=2)", "cov(x, y, fweights=f, bias=True)",
                 "corrcoef(x)", "corrcoef(x, y)", "corrcoef(x.T, rowvar=False)", "corrcoef(x[0])", "cov(x + 1j * x[::-1])",
                 "cov(x[:, :1])", "corrcoef(x.astype('f4'))", "cov((x * 9).astype('i4'))", "cov(x[:0])", "cov(x[:1], rowvar=False)",
                 "cov(x[:2], y, rowvar=False)", "cov(x > 0)"):
        check.check_near(text, 64 * 2.0 ** -52, x=x, y=y, f=f, w=w)
    for text in ("cov(x[None])", "cov(x, fweights=w)", "cov(x, fweights=-f)", "cov(x, aweights=-w)", "cov(x, fweights=f[1:])",
                 "cov(x, aweights=x)", "cov('a')"):
        check.check(text, x=x, f=f, w=w)


class Statistics(Checker):
    def check_near(self, text, tolerance, **variables):
        """The same type and shape; values within a part of the largest."""
        expected = self.expected(text, variables)
        found = self.library.eval(text, {name: self.array(array) for name, array in variables.items()})
        array = np.frombuffer(self.library.get_all(found), np.dtype(found.dtype_text)).reshape(found.shape)
        near = np.allclose(array, expected, rtol=0, atol=tolerance * np.abs(expected).max(initial=0, where=np.isfinite(expected)),
                           equal_nan=True) if array.shape == expected.shape and array.dtype == expected.dtype else False
        self.compared += near
        self.wrong += not near
        if not near:
            print(f"{text}: {expected!r} expected, {array!r} found")


if __name__ == "__main__":
    checker = Statistics()
    for part in (small_lines, ignoring_nan, every_method, infinities, beside_the_largest, of_nothing, refused, long_lines, histograms, weighted,
                 rules, whole_numbers, long_histograms, places_among_bins, covariances):
        part(checker)
        print(f"{part.__name__}: {checker.compared} so far", flush=True)
    checker.finish()
