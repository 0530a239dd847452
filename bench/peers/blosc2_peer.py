# SPDX-License-Identifier: BSD-3-Clause
"""Blosc2's lazy expressions on NumPy's arrays, and on its own compressed file of what can be compressed."""
import os

import blosc2
import numpy as np

ROWS = ("axpby", "compare", "exp sin", "squares", "sum")


def start(threads):
    blosc2.set_nthreads(threads)


def where(w):
    return blosc2.lazyexpr("a > .5", {"a": w.a}).where(w.a, w.b)[:]


def _compressed(path):
    return f"{path}.b2nd"


def prepare(row, files):
    if row.name == "sum of little" and not os.path.exists(_compressed(files.path("z"))):
        blosc2.asarray(np.load(files.path("z"), mmap_mode="r"), urlpath=_compressed(files.path("z")))


def sum_of_little(w):
    return blosc2.open(_compressed(w.z.filename), mode="r").sum()


def job(row):
    if row.name == "sum of little":
        return sum_of_little
    if row.name == "where":
        return where
    return (lambda w: blosc2.lazyexpr(row.text, w.arrays)[:]) if row.name in ROWS else None
