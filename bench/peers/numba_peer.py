# SPDX-License-Identifier: BSD-3-Clause
"""Numba: the loop that a person would write, parallel and compiled before it is timed."""
import numba
import numpy as np
from numba import njit, prange

fast = njit(parallel=True, fastmath=True, cache=True)
exact = njit(parallel=True, cache=True)
PARTS = 64  # how many parts work that needs two passes is cut into


def start(threads):
    numba.set_num_threads(threads)


@fast
def axpby(a, b, out):
    for i in prange(a.size):
        out[i] = 2 * a[i] + 3 * b[i]


@fast
def compare(a, b, out):
    for i in prange(a.size):
        out[i] = a[i] * b[i] - 4.1 * a[i] > 2.5 * b[i]


@fast
def exp_sin(a, b, out):
    for i in prange(a.size):
        out[i] = np.exp(-.5 * a[i] * a[i]) * np.sin(b[i])


@fast
def where(a, b, out):
    for i in prange(a.size):
        out[i] = a[i] if a[i] > .5 else b[i]


@fast
def squares(a, b):
    total = 0.
    for i in prange(a.size):
        total += (a[i] - b[i]) ** 2
    return total


@fast
def total(a):
    total = 0.
    for i in prange(a.size):
        total += a[i]
    return total


@fast
def count(a):
    found = 0
    for i in prange(a.size):
        found += a[i] > .5
    return found


@fast
def spread(a):
    mean = total(a) / a.size
    squared = 0.
    for i in prange(a.size):
        squared += (a[i] - mean) ** 2
    return np.sqrt(squared / a.size)


@exact
def sum_axis_0(a, out):
    width = a.shape[1] // PARTS
    for part in prange(PARTS):
        out[part * width:(part + 1) * width] = 0
        for i in range(a.shape[0]):
            for j in range(part * width, (part + 1) * width):
                out[j] += a[i, j]
    return out


@fast
def sum_axis_1(a, out):
    for i in prange(a.shape[0]):
        total = 0.
        for j in range(a.shape[1]):
            total += a[i, j]
        out[i] = total
    return out


@exact
def nanmean(a):
    total, found = 0., 0
    for i in prange(a.size):
        if a[i] == a[i]:
            total += a[i]
            found += 1
    return total / found


@exact
def mask(a, target):
    """Counted by parts, then copied by parts: into the target, if it is as long."""
    length = (a.size + PARTS - 1) // PARTS
    at = np.zeros(PARTS + 1, np.int64)
    for part in prange(PARTS):
        found = 0
        for i in range(part * length, min((part + 1) * length, a.size)):
            found += a[i] > .5
        at[part + 1] = found
    at = np.cumsum(at)
    out = target if target.size == at[PARTS] else np.empty(at[PARTS])
    for part in prange(PARTS):
        k = at[part]
        for i in range(part * length, min((part + 1) * length, a.size)):
            if a[i] > .5:
                out[k] = a[i]
                k += 1
    return out


@exact
def transpose(a, out):
    for i0 in prange(a.shape[0] // 32):
        for j0 in range(a.shape[1] // 32):
            for i in range(32):
                for j in range(32):
                    out[j0 * 32 + j, i0 * 32 + i] = a[i0 * 32 + i, j0 * 32 + j]


@exact
def take(a, j, out):
    for i in prange(j.size):
        out[i] = a[j[i]]


@exact
def histogram(a):
    counts = np.zeros((PARTS, 100), np.int64)
    length = (a.size + PARTS - 1) // PARTS
    for part in prange(PARTS):
        for i in range(part * length, min((part + 1) * length, a.size)):
            counts[part, min(int(a[i] * 100), 99)] += 1
    return counts.sum(axis=0)


def _flat(array):
    return np.asarray(array).reshape(-1)


def _into(loop):
    return lambda w: loop(_flat(w.a), _flat(w.b), _flat(w.target))


def _of(loop):
    return lambda w: loop(_flat(w.a))


JOBS = {
    "axpby": _into(axpby),
    "compare": _into(compare),
    "exp sin": _into(exp_sin),
    "where": _into(where),
    "squares": lambda w: squares(_flat(w.a), _flat(w.b)),
    "sum": _of(total),
    "sum of little": lambda w: total(_flat(w.z)),
    "std": _of(spread),
    "sum axis 0": lambda w: sum_axis_0(np.asarray(w.a), np.empty(w.n)),
    "sum axis 1": lambda w: sum_axis_1(np.asarray(w.a), np.empty(w.n)),
    "nanmean": _of(nanmean),
    "count": _of(count),
    "mask": lambda w: mask(_flat(w.a), np.empty(0) if w.target is None else _flat(w.target)),
    "transpose": lambda w: transpose(np.asarray(w.a), np.asarray(w.target)),
    "elements": lambda w: take(_flat(w.a), _flat(w.j), _flat(w.target)),
    "histogram": _of(histogram),
}


def job(row):
    return JOBS.get(row.name)
