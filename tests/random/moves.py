# SPDX-License-Identifier: BSD-3-Clause
"""Functions that put elements in other places, as random programs call them: texts that NumPy and farray both understand,
with {0}, {1}, ... where their arrays stand. Knows what fits a shape, nothing about values.
"""
import ast

import numpy as np

from oracle import Unsuitable, Value, bound_of, extended, like, like_order, native, spacing

NAMES = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}
MOST = 20_000


def _axis(choose, ndim):
    return choose.randrange(-ndim, ndim) if ndim else 0


def _widths(choose, ndim):
    """Of arrays of many axes a few grow: all of them would have billions of elements."""
    return tuple((choose.randrange(3), choose.randrange(3)) if ndim <= 6 or axis % 16 == 0 else (0, 0) for axis in range(ndim))


# name -> how many arrays of the first one's shape it takes besides, and its text for a shape.
MOVES = {
    "concatenate": (1, lambda c, s: f"concatenate(({{0}}, {{1}}), axis={_axis(c, len(s))})"),
    "stack": (1, lambda c, s: f"stack(({{0}}, {{1}}), axis={_axis(c, len(s))})"),
    "hstack": (1, lambda c, s: "hstack(({0}, {1}, {0}))"),
    "vstack": (1, lambda c, s: "vstack(({0}, {1}))"),
    "dstack": (0, lambda c, s: "dstack(({0}, {0}))"),
    "column_stack": (1, lambda c, s: "column_stack(({1}, {0}))"),
    "block": (1, lambda c, s: "block([[{0}, {1}], [{1}, {0}]])"),
    "append": (1, lambda c, s: c.choice(["append({0}, {1})", f"append({{0}}, {{1}}, axis={_axis(c, len(s))})"])),
    "insert": (0, lambda c, s: f"insert({{0}}, {c.randrange(3)}, {{0}}.ravel()[:1])"),
    "delete": (0, lambda c, s: c.choice(["delete({0}, 0)", f"delete({{0}}, [0, -1], axis={_axis(c, len(s))})"])),
    "roll": (0, lambda c, s: c.choice([f"roll({{0}}, {c.randrange(-5, 6)})",
                                       f"roll({{0}}, {c.randrange(-5, 6)}, axis={_axis(c, len(s))})"])),
    "tile": (0, lambda c, s: f"tile({{0}}, ({c.randrange(1, 3)}, {c.randrange(3)}))"),
    "repeat": (0, lambda c, s: c.choice([f"repeat({{0}}, {c.randrange(4)})",
                                         f"repeat({{0}}, 2, axis={_axis(c, len(s))})"])),
    "resize": (0, lambda c, s: f"resize({{0}}, ({c.randrange(5)}, {c.randrange(1, 9)}))"),
    "pad": (0, lambda c, s: f"pad({{0}}, {_widths(c, len(s)) or 0}, mode='{c.choice(['edge', 'reflect', 'symmetric', 'wrap'])}')"),
    # NumPy's flip() makes a number of a 0-d array, farray a view.
    "flip": (0, lambda c, s: "flip({0}[newaxis])" if not s else c.choice(["flip({0})", f"flip({{0}}, axis={_axis(c, len(s))})"])),
    "rot90": (0, lambda c, s: f"rot90({{0}}, {c.randrange(-4, 5)})"),
    "moveaxis": (0, lambda c, s: f"moveaxis({{0}}, {_axis(c, len(s))}, {_axis(c, len(s))})"),
    "swapaxes": (0, lambda c, s: f"swapaxes({{0}}, {_axis(c, len(s))}, {_axis(c, len(s))})"),
    "expand_dims": (0, lambda c, s: f"expand_dims({{0}}, {_axis(c, len(s) + 1)})"),
    "squeeze": (0, lambda c, s: "squeeze({0})"),
    "atleast_3d": (0, lambda c, s: "atleast_3d({0})"),
    "split": (0, lambda c, s: f"split({{0}}, {c.choice([1, 2])}, axis={_axis(c, len(s))})[0]"),
    "array_split": (0, lambda c, s: f"array_split({{0}}, 3, axis={_axis(c, len(s))})[{c.randrange(3)}]"),
    "meshgrid": (0, lambda c, s: f"meshgrid({{0}}.flatten()[:9], {{0}}.flatten()[:4])[{c.randrange(2)}]"),
    "flatten": (0, lambda c, s: "{0}.flatten()"),
    "copy": (0, lambda c, s: f"copy({{0}}, order='{c.choice('CFK')}')"),
    "tril": (0, lambda c, s: f"tril({{0}}, {c.randrange(-3, 4)})"),
    "triu": (0, lambda c, s: f"triu({{0}}, {c.randrange(-3, 4)})"),
    "diagflat": (0, lambda c, s: f"diagflat({{0}}.flatten()[:20], {c.randrange(-3, 4)})"),
}

# Order, as far as it is one answer: by positions, places and membership.
ORDERS = {
    "argsort": (0, lambda c, s: f"argsort({{0}}, axis={c.choice([_axis(c, len(s)), None])}, kind='stable')"),
    "sort": (0, lambda c, s: f"argsort(sort({{0}}, axis={_axis(c, len(s))}, kind='stable'), axis=None, kind='stable')"),
    "searchsorted": (0, lambda c, s: f"searchsorted(sort({{0}}.ravel()[::2], kind='stable'), {{0}}, "
                                     f"side='{c.choice(['left', 'right'])}')"),
    "isin": (0, lambda c, s: f"isin({{0}}, {{0}}.ravel()[::3], invert={c.choice([True, False])})"),
    "unique": (0, lambda c, s: f"unique({{0}}, return_index=True, return_inverse=True, return_counts=True, "
                               f"equal_nan={c.choice([True, False])})[{c.randrange(1, 4)}]"),
}
ORDERS.update({
    "lexsort": (1, lambda c, s: f"lexsort(({{1}}, {{0}}), axis={_axis(c, len(s))})"),
    # What is put into its place; which of several zeros that is, is left open.
    "partition": (0, lambda c, s: _parted(c, s)),
    "unique_along": (0, lambda c, s: f"unique({{0}}, axis={_axis(c, len(s))}, return_index=True, return_inverse=True, "
                                     f"return_counts=True)[{c.randrange(1, 4)}]"),
})

# Statistics that are elements, lie between two of them by NumPy's formulas, or count; + 0 makes one zero of two.
METHODS = ["linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
           "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased"]


def _parted(choose, shape):
    axis = _axis(choose, len(shape))
    size = shape[axis] if shape else 1
    place = choose.randrange(-size, size) if size else 0
    return f"take(partition({{0}}, {place}, axis={axis}), {place if size else '[]'}, axis={axis}) + 0"


def _over(choose, shape):
    return choose.choice([None, _axis(choose, len(shape))]) if shape else None


STATISTICS = {
    "median": (0, lambda c, s: f"median({{0}}, axis={_over(c, s)}, keepdims={c.choice([True, False])}) + 0"),
    "nanmedian": (0, lambda c, s: "nanmedian({0}) + 0"),
    "quantile": (0, lambda c, s: f"quantile({{0}}, [0, 0.25, {round(c.random(), 3)}, 1], axis={_over(c, s)}, "
                                 f"method='{c.choice(METHODS)}') + 0"),
    "percentile": (0, lambda c, s: f"percentile({{0}}, {c.randrange(101)}, axis={_over(c, s)}) + 0"),
    "weighted_quantile": (0, lambda c, s: f"quantile({{0}}, [0.1, {round(c.random(), 3)}], method='inverted_cdf', "
                                          f"weights=reshape(arange({int(np.prod(s, dtype='i8'))}) % 5 + 1.0, {s})) + 0"),
    # Ranges that are there: those that are not finite are found while they are computed.
    "histogram": (0, lambda c, s: c.choice([f"histogram({{0}} % 50, {c.randrange(1, 20)}, range=(0, {c.randrange(1, 60)}))[0]",
                                            f"histogram({{0}}, {c.randrange(1, 9)}, range=(-3, 5.5))[0]",
                                            "histogram({0}, [-50, -1, 0, 0.5, 3, 100])[0]"])),
    "histogram_bin_edges": (0, lambda c, s: f"histogram_bin_edges({{0}} % 50, {c.randrange(1, 20)}) + 0"),
    "bincount": (0, lambda c, s: f"bincount({{0}}.ravel() % {c.randrange(2, 90)}, minlength={c.randrange(9)})"),
    "digitize": (0, lambda c, s: f"digitize({{0}}, {c.choice(['[-2, 0, 1.5, 7]', '[9, 3, 3, -1]', '[0.5]', '[1, 2, nan]'])}, "
                                 f"right={c.choice([True, False])})"),
    "cov": (0, lambda c, s: f"cov({{0}}, bias={c.choice([True, False])})"),
    "outer": (1, lambda c, s: "outer({0}, {1}.ravel()[:9])"),
    "kron": (1, lambda c, s: "kron({0}, {1}.ravel()[:3])"),
}
# The kinds of elements that they take.
KINDS = {"median": "biufm", "nanmedian": "iuf", "quantile": "iufm", "percentile": "iuf", "weighted_quantile": "biufm",
         "histogram": "biuf", "histogram_bin_edges": "iu", "bincount": "biu", "digitize": "biuf", "cov": "biuf", "outer": "biuf",
         "kron": "biuf", "partition": "biufm"}
MOVES.update(ORDERS)
MOVES.update(STATISTICS)


# Sums of products of two arrays of one shape. Not of NumPy's own matmul() for vectors: dot() takes every number of axes.
PRODUCTS = {
    "matmul": (1, lambda c, s: "matmul({0}, swapaxes({1}, -1, -2))" if len(s) > 1 else "matmul({0}, {1})"),
    "dot": (1, lambda c, s: "dot({0}, {1}.T)" if len(s) < 3 else "dot({0}, swapaxes({1}, -1, -2))"),
    "inner": (1, lambda c, s: "inner({0}, {1})"),
    "vecdot": (1, lambda c, s: f"vecdot({{0}}, {{1}}, axis={_axis(c, len(s))})"),
    "tensordot": (1, lambda c, s: f"tensordot({{0}}, {{1}}, axes={len(s)})"),
}
MOVES.update(PRODUCTS)
VIEWS = {"flip", "rot90", "moveaxis", "swapaxes", "expand_dims", "squeeze", "atleast_3d", "split", "array_split"}


class _Fill(ast.NodeTransformer):
    def __init__(self, nodes):
        self.nodes = nodes

    def visit_Name(self, node):
        return self.nodes[int(node.id[1:])] if node.id[:1] == "_" else node


def node(template, nodes):
    """The text as a syntax tree, with trees in its places."""
    return _Fill(nodes).visit(ast.parse(template.format(*(f"_{i}" for i in range(len(nodes)))), mode="eval").body)


def _sums(a, b, axis=-1):
    """In farray's layout: factors become one type before they are multiplied."""
    dtype = np.result_type(a, b)
    dtype = np.dtype("f4") if dtype == "f2" else dtype
    a, b = (np.moveaxis(factor, axis, -1).astype(dtype, copy=False) for factor in (a, b))
    return ((a.conjugate() if dtype.kind == "c" else a) * b).sum(axis=-1)


def _matrices(a, b):
    """A product of matrices in farray's layout: in C order, but where it is no more than sums of products."""
    if a.ndim < 2 or b.ndim < 2:
        return np.matmul(a, b)
    rows, inner, columns = a.shape[-2:] + b.shape[-1:]
    if inner == 1:
        dtype = np.result_type(a, b)
        return a.astype(dtype, copy=False) * b.astype(dtype, copy=False)
    if inner == 0:
        return _sums(a[..., np.newaxis, :], np.swapaxes(b, -1, -2)[..., np.newaxis, :, :])
    if rows == 1:
        return _sums(a[..., 0, :, np.newaxis], b, -2)[..., np.newaxis, :]
    if columns == 1:
        return _sums(a, b[..., 0][..., np.newaxis, :])[..., np.newaxis]
    return np.ascontiguousarray(np.matmul(a, b))


def product(name, template, values, differences):
    """The exact value of a product, and how far from it a result may be."""
    arrays = [np.asarray(value.array) for value in values]
    if differences.refuses(name, arrays):
        raise TypeError(f"docs/differences.md: {name} of times is refused")
    text = template.format(*(f"_{i}" for i in range(len(arrays))))

    def computed(factors):
        return np.asarray(eval(text, NAMES, {f"_{i}": array for i, array in enumerate(factors)}))
    if sum(array.size for array in arrays) > MOST or any(value.fuzzy for value in values):
        raise Unsuitable
    if name in ("inner", "dot") and arrays[0].ndim > 2 and arrays[0].size > 400:
        raise Unsuitable  # as many elements as the square
    result = computed(arrays)
    result = result.astype(native(result.dtype), order="K")
    if result.ndim and name in ("vecdot", "matmul") and differences.allow("products-layout"):
        laid_out = eval(text, {"swapaxes": np.swapaxes, "vecdot": _sums, "matmul": _matrices},
                        {f"_{i}": array for i, array in enumerate(arrays)})
        result = like_order(laid_out, result)
    allowed = differences.agreement(name, result.dtype)
    if allowed is None or result.dtype.kind not in "fc":
        return Value(result)
    factors = [array.astype(result.dtype) for array in arrays]
    exact, magnitudes = computed([extended(f) for f in factors]), computed([np.abs(extended(f)) for f in factors])
    if not np.all(magnitudes < float(np.finfo(result.dtype).max) / 4):
        raise Unsuitable  # also what is no number
    terms = arrays[0].size if name == "tensordot" or arrays[0].ndim == 0 else max(arrays[0].shape)
    step = np.finfo("f4" if result.dtype.itemsize == 2 else result.dtype)
    value = np.empty_like(result)
    value[...] = exact
    return Value(value, like(value, allowed[0] * spacing(value) + allowed[1] * terms * (float(step.eps) * magnitudes.astype("f8")
                                                                                      + float(step.tiny))))


def _rounding_of_cov(array, result):
    """docs/differences.md, covariance: sums of products that are rounded in another order."""
    largest = np.max(np.abs(array.astype("f8")), initial=0) if array.size else 0.0
    if not np.isfinite(largest) or largest > 1e100:
        raise Unsuitable
    return like(result, np.full(result.shape, 64 * np.finfo("f8").eps * (largest ** 2 + 1) * max(array.size, 1)))


def evaluate(name, template, values):
    """NumPy's value. Bounds of errors move as the elements do; where a conversion rounds them it is no oracle."""
    arrays = [np.asarray(value.array) for value in values]
    if sum(array.size for array in arrays) > MOST or (name in {*ORDERS, *STATISTICS} and any(value.fuzzy for value in values)):
        raise Unsuitable
    if any(array.dtype.kind not in KINDS.get(name, array.dtype.kind) for array in arrays):
        raise Unsuitable
    if name == "unique_along" and arrays[0].dtype.str[1:] == "f2" and np.isnan(arrays[0]).any():
        raise Unsuitable  # docs/differences.md: float16-in-records
    if name in STATISTICS and arrays[0].size == 0:  # what NumPy refuses of nothing depends on the method
        raise Unsuitable
    if name == "lexsort":  # docs/differences.md: lexsort-of-swapped-complex
        arrays = [array.astype(native(array.dtype)) for array in arrays]
    text = template.format(*(f"_{i}" for i in range(len(arrays))))
    result = np.asarray(eval(text, NAMES, {f"_{i}": array for i, array in enumerate(arrays)}))
    if name not in VIEWS:
        result = result.astype(native(result.dtype), order="K")
    bound = None
    if name == "cov":
        return Value(result, _rounding_of_cov(arrays[0], result))
    if any(value.fuzzy for value in values):
        if any(native(array.dtype) != native(result.dtype) for array in arrays):
            raise Unsuitable
        bounds = [bound_of(value) for value in values]
        bound = np.asarray(eval(text, NAMES, {f"_{i}": array for i, array in enumerate(bounds)}))
    return Value(result, bound)
