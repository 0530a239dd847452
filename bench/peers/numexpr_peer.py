# SPDX-License-Identifier: BSD-3-Clause
"""numexpr, the same texts, with out=."""
import numexpr

REDUCTIONS = {"squares": "sum((a-b)**2)", "sum": "sum(a)", "sum of little": "sum(z)", "sum axis 0": "sum(a, axis=0)", "sum axis 1": "sum(a, axis=1)",
              "count": "sum(where(a > .5, 1, 0))"}


def start(threads):
    numexpr.set_num_threads(threads)


def job(row):
    if row.elementwise:
        return lambda w: _written(row.text, w)
    text = REDUCTIONS.get(row.name)
    return text and (lambda w: numexpr.evaluate(text, w.arrays))


def _written(text, w):
    numexpr.evaluate(text, w.arrays, out=w.target)
