# SPDX-License-Identifier: BSD-3-Clause
"""farray's side of a row: the same operands in its memory or in files, and the text of the row computed into a target, into a
new file, or kept. Uses the public functions by ctypes.
"""
import ctypes
import os
import sys

import numpy as np

import workloads

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "random"))
import farray_ctypes  # noqa: E402

Failed = farray_ctypes.Failed


class Results:
    """What was computed, read by blocks along the first axis."""

    def __init__(self, library, arrays):
        self.library, self.arrays = library, arrays
        self.shapes = [array.shape for array in arrays]

    def block(self, number, start, stop):
        array = self.arrays[number]
        if array.shape:
            array = self.library.index(array, (slice(start, stop),))
        made = np.empty(array.shape, array.dtype_text)
        self.library.call("get_all", array.pointer, made.ctypes.data, made.nbytes)
        return made


class Farray:
    def __init__(self, build, threads):
        self.library = farray_ctypes.Library(build)
        self.library.set_threads(threads)
        self.operations = self._operations()
        self.kept, self.targets = {}, {}

    def _operations(self):
        info, names, i = self.library.structures["fa_operation_info"](), set(), 0
        while self.library.c.fa_operation_at(i, ctypes.byref(info)):
            name, aliases = (ctypes.string_at(text).decode() for text in (info.name, info.aliases))
            names.update([name, *aliases.split()])
            i += 1
        return names

    def has(self, row):
        return not row.needs or row.needs in self.operations

    # Operands.
    def in_memory(self, name, array):
        """A copy in farray's own memory, made once."""
        if name not in self.kept:
            self.library.set_memory_limit(64 << 30)  # what is in memory is charged to the limit
            dtype = self.library.dtype(array.dtype.str)
            self.kept[name] = self.library.array("from_data", dtype, farray_ctypes._shape(array.shape), array.ctypes.data)
        return self.kept[name]

    def target_in_memory(self, dtype, shape, n):
        """One array for each element type, as large as the largest target, touched."""
        if dtype is None:
            return None
        if dtype not in self.targets:
            self.targets[dtype] = self.library.zeros(dtype, (n * n,))
            self.library.eval_into(self.targets[dtype], "1", {})
        flat = self.library.index(self.targets[dtype], (slice(0, int(np.prod(shape))),))
        return self.library.reshape(flat, shape)

    def opened(self, path, writable=False):
        return self.library.open(path, farray_ctypes.READ_WRITE if writable else farray_ctypes.READ_ONLY)

    # Jobs.
    def pending(self, row, variables, n):
        if row.noise:
            return [getattr(self.library, f"random_{row.noise}")(row.target, workloads.SHAPES[row.shape](n), 1)]
        return [self.library.eval(text, variables) for text in row.texts]

    def compute(self, row, variables, n, target=None, path=None):
        """One whole job, from text to results: all that a caller would do."""
        arrays = self.pending(row, variables, n)
        self.library.evaluate_all([(array, path if row.keeps_array else None, target) for array in arrays])
        return Results(self.library, [target] if target is not None else arrays)
