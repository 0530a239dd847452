# SPDX-License-Identifier: BSD-3-Clause
"""NumPy, with out= wherever it takes it. What it returns is also what is right."""
import numpy as np


def start(threads):
    """NumPy's own loops have one thread; its BLAS takes those that there are."""


def axpby(w):
    np.multiply(w.a, 2, out=w.target)
    np.multiply(w.b, 3, out=w.scratch())
    np.add(w.target, w.scratch(), out=w.target)


def compare(w):
    left, right = w.scratch(), np.multiply(w.a, 4.1)
    np.multiply(w.a, w.b, out=left)
    np.subtract(left, right, out=left)
    np.multiply(w.b, 2.5, out=right)
    np.greater(left, right, out=w.target)


def exp_sin(w):
    out, other = w.target, w.scratch()
    np.multiply(w.a, -.5, out=out)
    np.multiply(out, w.a, out=out)
    np.exp(out, out=out)
    np.sin(w.b, out=other)
    np.multiply(out, other, out=out)


def squares(w):
    out = np.subtract(w.a, w.b, out=w.scratch())
    return np.multiply(out, out, out=out).sum()


def where(w):
    np.copyto(w.target, w.b)
    np.copyto(w.target, w.a, where=w.a > .5)


def mask(w):
    return w.a[w.a > .5] if w.target is None else np.compress((w.a > .5).reshape(-1), w.a, out=w.target)


def four(axis):
    return lambda w: (w.a.mean(axis), w.a.std(axis), w.a.min(axis), w.a.max(axis))


def rechunk(w):
    tiles, _, edge, _ = w.target.shape
    np.copyto(w.target, w.a.reshape(tiles, edge, tiles, edge).transpose(0, 2, 1, 3))


def rows(w):
    np.take(w.a.reshape(-1, w.target.shape[1]), w.i, axis=0, out=w.target, mode="clip")


def elements(w):
    np.take(w.a, w.j, out=w.target, mode="clip")


def cumsum(w):
    np.cumsum(w.a, out=w.target)


_GENERATOR = np.random.default_rng(1)


def uniform(w):
    _GENERATOR.random(out=w.target)


def normal(w):
    _GENERATOR.standard_normal(out=w.target)


JOBS = {
    "axpby": axpby,
    "compare": compare,
    "exp sin": exp_sin,
    "squares": squares,
    "sum": lambda w: w.a.sum(),
    "sum of little": lambda w: w.z.sum(),
    "sum axis 0": lambda w: w.a.sum(0),
    "sum axis 1": lambda w: w.a.sum(1),
    "std": lambda w: w.a.std(),
    "std axis 0": lambda w: w.a.std(0),
    "std axis 1": lambda w: w.a.std(1),
    "four": four(None),
    "four axis 0": four(0),
    "four axis 1": four(1),
    "cumsum": cumsum,
    "nanmean": lambda w: np.nanmean(w.a),
    "nanmax": lambda w: np.nanmax(w.a, axis=0),
    "nanvar": lambda w: np.nanvar(w.a),
    "mask": mask,
    "count": lambda w: np.count_nonzero(w.a > .5),
    "where": where,
    "transpose": lambda w: np.copyto(w.target, w.a.T),
    "rechunk": rechunk,
    "sort": lambda w: np.sort(w.s),
    "argsort": lambda w: np.argsort(w.s),
    "unique ints": lambda w: np.unique(w.u),
    "unique floats": lambda w: np.unique(w.s),
    "median": lambda w: np.median(w.a),
    "quantiles": lambda w: np.quantile(w.a, [.25, .5, .75]),
    "histogram": lambda w: np.histogram(w.a, 100, (0, 1))[0],
    "matmul": lambda w: w.m @ w.k,
    "rows": rows,
    "elements": elements,
    "uniform": uniform,
    "normal": normal,
}


def job(row):
    return JOBS.get(row.name)
