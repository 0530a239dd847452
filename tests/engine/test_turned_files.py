# SPDX-License-Identifier: BSD-3-Clause
"""Arrays from file to file with their axes in another order, moved and computed with, against NumPy: under limits that have
room for everything and for little, whatever the way of reading (FARRAY_IO); and in long writes, however short the innermost
axis of the result is.

    test_turned_files.py           the tests, each way of reading in a process of its own
    test_turned_files.py --work    one of them (a helper of the tests)
"""
import itertools
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

SHAPES = [((2, 2, 16, 5003), "<i2"), ((3, 40_000), "<f8"), ((50_000, 3), "u1"), ((7, 1, 5, 3001), "<i4"), ((300, 401), "<f8"),
          ((1200, 1100), "<f4"), ((40, 3, 2, 41, 11), ">i2")]
LIMITS = (0, 4 << 20, 1 << 18)
LARGE = ((1500, 1777), "<f8"), ((90, 31, 900), "<f8")  # moved by the disk's rules: more than 16 MiB
WRITE_BYTES = 1 << 10  # of a call, on average


def write_calls():
    with open("/proc/self/io", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("syscw"))


class Folder:
    def __init__(self, folder):
        self.library = farray_ctypes.Library(BUILD)
        self.x, self.result = os.path.join(folder, "x.npy"), os.path.join(folder, "result.npy")

    def check(self, text, right, limit):
        """How many calls wrote it."""
        self.library.set_memory_limit(limit)
        if os.path.exists(self.result):
            os.unlink(self.result)
        x, before = self.library.open(self.x, 0), write_calls()
        self.library.evaluate_all([(self.library.eval(text, {"x": x}), self.result, None)])
        calls = write_calls() - before
        if not numpy.array_equal(numpy.load(self.result), right):
            sys.exit(f"{text} of {right.dtype} {right.shape} with a limit of {limit} differs")
        return calls

    def check_all(self, shape, dtype, rng):
        x = rng.integers(0, 100, shape).astype(dtype)
        numpy.save(self.x, x)
        for order in itertools.permutations(range(len(shape))):
            right = x.transpose(order)
            if len(shape) > 4 and rng.integers(6) > 0:
                continue
            for limit in LIMITS:
                calls = self.check(f"transpose(x, {order})", right, limit)
                if limit == 0 and calls > 1000 + right.nbytes / WRITE_BYTES:
                    sys.exit(f"{calls} calls write transpose(x, {order}) of {dtype} {shape}")
            self.check(f"transpose(x, {order}) + x.reshape(-1)[3]", right + x.reshape(-1)[3], LIMITS[0])


def work(folder):
    files = Folder(folder)
    rng = numpy.random.default_rng(3)
    for shape, dtype in SHAPES:
        files.check_all(shape, dtype, rng)
    for shape, dtype in LARGE:
        x = rng.integers(0, 100, shape).astype(dtype)
        numpy.save(files.x, x)
        for limit in (0, 64 << 20, 12 << 20, 3 << 20):
            files.check("x.T", x.T, limit)


class TurnedFiles(ways.EveryWay):
    pass


if __name__ == "__main__":
    ways.main(work)
