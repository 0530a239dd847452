# SPDX-License-Identifier: BSD-3-Clause
"""NumPy by hand: a loop over chunks that fit the cache in memory, and are large enough for the disk in files."""
import numpy as np

IN_CACHE, IN_FILES = 1 << 14, 1 << 18  # elements
BLOCK = 2048  # the edge of a square that is transposed


def start(threads):
    """One thread: who writes the loop by hand writes one loop."""


def chunks(w):
    size = IN_FILES if isinstance(w.a, np.memmap) else IN_CACHE
    flat = {name: array.reshape(-1) for name, array in w.arrays.items()}
    for at in range(0, flat["a"].size, size):
        yield at, {name: array[at:at + size] for name, array in flat.items()}


def elementwise(w):
    code, names = compile(w.row.text, w.row.name, "eval"), {"exp": np.exp, "sin": np.sin, "where": np.where}
    target = w.target.reshape(-1)
    for at, part in chunks(w):
        target[at:at + part["a"].size] = eval(code, names, part)


def squares(w):
    return sum(np.square(part["a"] - part["b"]).sum() for _, part in chunks(w))


def std(w):
    """Chan's formula: each part by its own mean."""
    count, mean, squared = 0, 0.0, 0.0
    for _, part in chunks(w):
        a = part["a"]
        delta = a.mean() - mean
        mean += delta * a.size / (count + a.size)
        squared += a.var() * a.size + delta * delta * count * a.size / (count + a.size)
        count += a.size
    return np.sqrt(squared / count)


def by_rows(w):
    """Views of some rows at a time."""
    step = max(1, (IN_FILES if isinstance(w.a, np.memmap) else IN_CACHE) // w.a.shape[1])
    return (w.a[i:i + step] for i in range(0, w.a.shape[0], step))


def nanmax(w):
    top = np.full(w.a.shape[1], -np.inf)
    for part in by_rows(w):
        np.fmax(top, np.nanmax(part, axis=0), out=top)
    return top


def mask(w):
    return np.concatenate([part["a"][part["a"] > .5] for _, part in chunks(w)])


def transpose(w):
    for i in range(0, w.n, BLOCK):
        for j in range(0, w.n, BLOCK):
            w.target[j:j + BLOCK, i:i + BLOCK] = w.a[i:i + BLOCK, j:j + BLOCK].T


def histogram(w):
    return sum(np.histogram(part["a"], 100, (0, 1))[0] for _, part in chunks(w))


JOBS = {
    "squares": squares,
    "sum": lambda w: sum(part["a"].sum() for _, part in chunks(w)),
    "sum axis 0": lambda w: sum(part.sum(0) for part in by_rows(w)),
    "std": std,
    "nanmean": lambda w: sum(np.nansum(part["a"]) for _, part in chunks(w)) / w.a.size,
    "nanmax": nanmax,
    "mask": mask,
    "count": lambda w: sum(np.count_nonzero(part["a"] > .5) for _, part in chunks(w)),
    "transpose": transpose,
    "histogram": histogram,
}


def job(row):
    return elementwise if row.elementwise else JOBS.get(row.name)
