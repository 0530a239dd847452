# SPDX-License-Identifier: BSD-3-Clause
"""The arrays of the workloads, as NumPy sees them: in memory, or mapped from .npy files of a folder. Contenders get the same
ones. Knows neither contenders nor clocks.
"""
import os
import time

import numpy as np

import workloads

BLOCK = 1 << 22  # elements that are made, or compared, at once


def _fill(name, array, n, generator):
    """Numbers by blocks, so that no second array is needed."""
    flat = array.reshape(-1)
    for at in range(0, flat.size, BLOCK):
        part = flat[at:at + BLOCK]
        if name in ("b", "k"):
            generator.standard_normal(out=part)
        elif name == "z":  # what compressors like: long stretches of one small number
            part[:] = (np.arange(at, at + part.size) // 1000) % 100
        elif name == "u":
            part[:] = generator.integers(0, 100_000, part.size)
        elif name == "i":
            part[:] = generator.integers(0, n * n // workloads.ROW, part.size)
        elif name == "j":
            part[:] = generator.integers(0, n * n, part.size)
        else:
            generator.random(out=part)


def _shape(name, n):
    return (n * n // (2 * workloads.ROW),) if name == "i" else workloads.SHAPES[workloads.OPERANDS[name]](n)


def _dtype(name):
    return "<i8" if name in "uij" else "<f8"


def _made(name, n, array):
    _fill(name, array, n, np.random.default_rng([n, ord(name)]))
    return array


class Work:
    """What a job of a peer is given: operands as attributes, `target`, `row`, and `scratch()`."""

    def __init__(self, row, n, arrays, target):
        self.row, self.n, self.target = row, n, target
        self.arrays = arrays
        self.__dict__.update(arrays)

    def scratch(self):
        """An array as large as a, for what a peer must put somewhere; the same one every time."""
        if "_scratch" not in self.__dict__:
            self._scratch = np.zeros((self.n, self.n))
        return self._scratch


class InMemory:
    def __init__(self, n):
        self.n = n
        self.made = {}
        self.targets = {}

    def array(self, name):
        if name not in self.made:
            self.made[name] = _made(name, self.n, np.zeros(_shape(name, self.n), _dtype(name)))
        return self.made[name]

    def target(self, row):
        """Touched: zeros would be pages that are not there yet."""
        dtype, shape = self.wanted(row)
        if dtype is None:
            return None
        if dtype not in self.targets:
            self.targets[dtype] = np.ones(self.n * self.n, dtype)
        return self.targets[dtype][:int(np.prod(shape))].reshape(shape)

    def wanted(self, row):
        """Element type and shape of the target, (None, None) where there is none."""
        if row.length:
            values = {name: self.array(name) for name in workloads.operands_of(row)}
            return "<f8", (int(eval(row.length, vars(np), values)),)
        return (row.target, workloads.SHAPES[row.shape](self.n)) if row.target is not None else (None, None)

    def work(self, row):
        return Work(row, self.n, {name: self.array(name) for name in workloads.operands_of(row)}, self.target(row))


class InFiles:
    """A folder of NAME.npy, and OUT.npy for targets. Arrays are mapped anew for every job, so that nothing keeps pages."""

    def __init__(self, folder, n):
        self.folder, self.n = folder, n

    def path(self, name):
        return os.path.join(self.folder, f"{name}.npy")

    def make(self, names):
        for name in names:
            if not os.path.exists(self.path(name)):
                array = np.lib.format.open_memmap(self.path(name), "w+", _dtype(name), _shape(name, self.n))
                _made(name, self.n, array)
                array.flush()
                del array
                sync(self.path(name))

    def new_target(self, row, out="out"):
        if row.target is None:
            return None
        return np.lib.format.open_memmap(self.path(out), "w+", row.target, workloads.SHAPES[row.shape](self.n))

    def work(self, row, target=None):
        return Work(row, self.n, {name: np.load(self.path(name), mmap_mode="r") for name in workloads.operands_of(row)},
                    target)

    def drop(self):
        """Takes every file of the folder out of the page cache."""
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if os.path.isfile(path):
                sync(path)
                file = os.open(path, os.O_RDONLY)
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(file)

    def remove_output(self, out="out"):
        if os.path.exists(self.path(out)):
            os.unlink(self.path(out))


def sync(path):
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)
    os.close(file)


def settle():
    """Threads of the last contender spin a while before they sleep, those of OpenBLAS for 2**26 ticks of the clock."""
    time.sleep(0.06)
