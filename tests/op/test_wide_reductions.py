# SPDX-License-Identifier: BSD-3-Clause
"""Reductions across the rows of tables with so many columns that their states fill caches, of files that are not in the page
cache: the bits of the same table in memory under every limit, on every number of threads and whatever the way of reading
(FARRAY_IO); one reading for all of them, past the page cache.

    test_wide_reductions.py           the tests, each way of reading in a process of its own
    test_wide_reductions.py --work    one of them (a helper of the tests)
"""
import ctypes
import mmap
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "random"))
BUILD = os.environ.get("FARRAY_BUILD", "build")

import needs  # noqa: E402
import ways  # noqa: E402

needs.library()
numpy = needs.numpy()
import farray_ctypes  # noqa: E402

# Tables, and the axis across which they are reduced.
TABLES = [((70, 20_000), 0, "<f8"), ((33, 100_003), 0, "<f8"), ((500, 17_001), 0, "<f4"), ((17, 300_000), 0, "u1"),
          ((3, 20, 25_000), 1, "<f8"), ((4, 5, 33_000), (0, 1), "<f8"), ((9, 4, 30_001), 0, "<i4"), ((2, 1_000_000), 0, "<f8")]
NAMES = ("sum", "mean", "std", "min", "max", "argmax", "nanmean")
LIMITS = (0, 16 << 20, 4 << 20, 1 << 20)
FOUR = ("mean", "std", "min", "max")


def forget(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def resident(path):
    """The share of a file that is in the page cache."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_COPY)  # ctypes takes no read-only memory
        pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
        states = (ctypes.c_ubyte * pages)()
        base = ctypes.c_char.from_buffer(mapped)
        ctypes.CDLL(None).mincore(ctypes.c_void_p(ctypes.addressof(base)), ctypes.c_size_t(size), states)
        del base
        mapped.close()
        return sum(state & 1 for state in states) / pages


class Folder:
    def __init__(self, folder):
        self.library, self.path = farray_ctypes.Library(BUILD), os.path.join(folder, "x.npy")

    def results(self, texts, x):
        arrays = [self.library.eval(text, {"x": x}) for text in texts]
        before = self.library.statistics().passes
        self.library.evaluate_all([(array, None, None) for array in arrays])
        self.passes = self.library.statistics().passes - before
        return [self.library.get_all(array) for array in arrays]

    def of_file(self, texts):
        forget(self.path)
        return self.results(texts, self.library.open(self.path, 0))

    def of_memory(self, texts, x):
        self.library.set_memory_limit(0)
        dtype = self.library.dtype(x.dtype.str)
        return self.results(texts, self.library.array("from_data", dtype, farray_ctypes._shape(x.shape), x.ctypes.data))

    def check(self, shape, axis, dtype, rng):
        x = (rng.standard_normal(shape) * 30 + 100).astype(dtype)
        numpy.save(self.path, x)
        names = NAMES if isinstance(axis, int) else [name for name in NAMES if name != "argmax"]
        texts = [f"{name}(x, axis={axis})" for name in names]
        right = self.of_memory(texts, x)
        for name, found in zip(names, right):
            with numpy.errstate(all="ignore"):
                expected = getattr(numpy, name)(x.astype("f8") if dtype == "<f4" and name != "argmax" else x, axis=axis)
            found = numpy.frombuffer(found, "<f4" if dtype == "<f4" and name != "argmax" else expected.dtype)
            if not numpy.allclose(found, expected.reshape(-1), rtol=1e-6):
                sys.exit(f"{name} of {dtype} {shape} along {axis} is not NumPy's")
        for limit in LIMITS:
            self.library.set_memory_limit(limit)
            for threads in (1, 2, 3):
                self.library.set_threads(threads)
                if self.of_file(texts) != right:
                    sys.exit(f"{dtype} {shape} along {axis} with a limit of {limit} on {threads} threads differs")
        for text, alone in zip(texts, right):
            if self.of_file([text]) != [alone]:
                sys.exit(f"{text} of {dtype} {shape} differs alone")

    def check_one_reading(self):
        """Of four reductions, and through no page cache where a sum of all goes through none."""
        numpy.save(self.path, numpy.random.default_rng(1).random((200, 25_000)))
        for limit in (0, 16 << 20):
            self.library.set_memory_limit(limit)
            self.of_file([f"{name}(x, axis=0)" for name in FOUR])
            if self.passes != 1:
                sys.exit(f"{self.passes} passes with a limit of {limit}")
            self.of_file(["sum(x)"])
            before = resident(self.path)
            for name in ("sum", "std"):
                self.of_file([f"{name}(x, axis=0)"])
                if before < .1 < resident(self.path):
                    sys.exit(f"{name} with a limit of {limit} read through the page cache")


def work(folder):
    files = Folder(folder)
    rng = numpy.random.default_rng(5)
    for shape, axis, dtype in TABLES:
        files.check(shape, axis, dtype, rng)
    if os.environ["FARRAY_IO"] == "auto":
        files.check_one_reading()


class WideReductions(ways.EveryWay):
    pass


if __name__ == "__main__":
    ways.main(work)
