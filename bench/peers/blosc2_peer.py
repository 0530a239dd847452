# SPDX-License-Identifier: BSD-3-Clause
"""Blosc2's lazy expressions on NumPy's arrays."""
import blosc2

ROWS = ("axpby", "compare", "exp sin", "squares", "sum")


def start(threads):
    blosc2.set_nthreads(threads)


def where(w):
    return blosc2.lazyexpr("a > .5", {"a": w.a}).where(w.a, w.b)[:]


def job(row):
    if row.name == "where":
        return where
    return (lambda w: blosc2.lazyexpr(row.text, w.arrays)[:]) if row.name in ROWS else None
