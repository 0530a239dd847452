# SPDX-License-Identifier: BSD-3-Clause
"""Bottleneck: NumPy's nan functions, in C, on one thread."""
import bottleneck

JOBS = {
    "sum": lambda w: bottleneck.nansum(w.a),
    "sum axis 0": lambda w: bottleneck.nansum(w.a, axis=0),
    "sum axis 1": lambda w: bottleneck.nansum(w.a, axis=1),
    "std": lambda w: bottleneck.nanstd(w.a),
    "std axis 0": lambda w: bottleneck.nanstd(w.a, axis=0),
    "std axis 1": lambda w: bottleneck.nanstd(w.a, axis=1),
    "nanmean": lambda w: bottleneck.nanmean(w.a),
    "nanmax": lambda w: bottleneck.nanmax(w.a, axis=0),
    "nanvar": lambda w: bottleneck.nanvar(w.a),
    "median": lambda w: bottleneck.median(w.a),
}


def start(threads):
    """It has one thread."""


def job(row):
    return JOBS.get(row.name)
