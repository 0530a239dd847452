# SPDX-License-Identifier: BSD-3-Clause
"""Sorts and order statistics of files that are not in the page cache, into new files, against NumPy: with limits in which
everything, some of it and next to nothing fits, through the page cache and past it (FARRAY_IO).

    test_from_file_to_file.py           the tests, each way of reading in a process of its own
    test_from_file_to_file.py --work    one of them (a helper of the tests)
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "random"))
BUILD = os.environ.get("FARRAY_BUILD", "build")

import needs  # noqa: E402
import ways  # noqa: E402

needs.library()
numpy = needs.numpy()
TYPES = ["<f8", "<i4", "<c16"]
LIMITS = [0, 4 << 20]
PLACES = [.1, .25, .5, .5000001, .75, .99]


def elements(dtype, n, rng):
    if dtype == "<c16":
        return rng.integers(0, 1000, n) + 1j * rng.integers(0, 9, n)
    if dtype[1] == "i":
        return rng.integers(-3000, 3000, n).astype(dtype)
    return rng.standard_normal(n).astype(dtype)


def forget(path):
    """Takes a file out of the page cache."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


class Folder:
    def __init__(self, library, folder):
        self.library, self.x, self.result = library, os.path.join(folder, "x.npy"), os.path.join(folder, "result.npy")

    def computed(self, text, limit):
        """From file to file."""
        self.library.set_memory_limit(limit)
        forget(self.x)
        x = self.library.open(self.x, 0)
        if os.path.exists(self.result):
            os.unlink(self.result)
        self.library.evaluate_all([(self.library.eval(text, {"x": x}), self.result, None)])
        return numpy.load(self.result)

    def check(self, text, right, limit):
        if not numpy.array_equal(self.computed(text, limit), right, equal_nan=right.dtype.kind in "fc"):
            sys.exit(f"{text} of {numpy.load(self.x, mmap_mode='r').dtype} with a limit of {limit} differs")


def work(folder):
    import farray_ctypes
    library = farray_ctypes.Library(BUILD)
    rng = numpy.random.default_rng(7)
    files = Folder(library, folder)
    for dtype in TYPES:
        x = elements(dtype, int(rng.integers(400_000, 900_000)), rng)
        y = x.reshape(-1)[:x.size // 4 * 4].reshape(4, -1)
        for limit in LIMITS:
            numpy.save(files.x, x)
            files.check("sort(x)", numpy.sort(x), limit)
            files.check("argsort(x)", numpy.argsort(x, kind="stable"), limit)
            if dtype != "<c16":
                files.check(f"quantile(x, {PLACES})", numpy.quantile(x, PLACES), limit)
                files.check("x[::1000]", x[::1000], limit)
            numpy.save(files.x, y)  # several lines, which begin anywhere in a page
            files.check("sort(x)", numpy.sort(y), limit)
            files.check("argsort(x)", numpy.argsort(y, kind="stable"), limit)
    x = rng.standard_normal(1_000_000)  # hundreds of runs, of which next to nothing is in memory
    numpy.save(files.x, x)
    files.check("sort(x)", numpy.sort(x), 1 << 16)
    files.check("argsort(x)", numpy.argsort(x, kind="stable"), 1 << 16)
    files.check("argsort(x)", numpy.argsort(x, kind="stable"), 1_000_000)


class FromFileToFile(ways.Ways):
    def test_as_it_comes(self):
        self.run_with("auto")

    def test_past_the_page_cache(self):
        self.run_with("direct")

    def test_through_the_page_cache(self):
        self.run_with("pread")


if __name__ == "__main__":
    ways.main(work)
