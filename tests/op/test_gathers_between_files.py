# SPDX-License-Identifier: BSD-3-Clause
"""Elements and rows at positions all over a file, into a new file, against NumPy: under limits that have room for all of it,
and under small ones, where they are dealt out through scratch (engine/deal.c), whatever the way of reading (FARRAY_IO).

    test_gathers_between_files.py           the tests, each way of reading in a process of its own
    test_gathers_between_files.py --work    one of them (a helper of the tests)
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
LIMITS = [0, 1 << 20, 3 << 20, 12 << 20]
# dtype, elements of a row (0: no rows), bytes of the source
SOURCES = [("<f8", 0, 8 << 20), ("u1", 0, 1 << 20), ("<i2", 3, 3 << 20), ("S13", 0, 5 << 20), (">f4", 0, 2 << 20),
           ("<c16", 40, 4 << 20), ("S1000", 0, 6 << 20)]
LARGE = 32 << 20  # bytes: dealt out without being told to


def source(dtype, row, size, rng):
    item = numpy.dtype(dtype).itemsize
    x = numpy.frombuffer(rng.integers(0, 100, size, dtype="u1").tobytes()[:size // item * item], dtype)
    return x[:x.size // row * row].reshape(-1, row) if row else x


def positions(rows, n, rng):
    """Everywhere, often in a few places alone, or in order."""
    i = rng.integers(-rows, rows, n)
    kind = rng.integers(0, 4)
    if kind == 1:
        i %= max(rows // 50, 1)
    return (numpy.sort(i) if kind == 2 else i).astype(rng.choice(["<i8", "<i4", ">i8"]))


def bytes_written():
    with open("/proc/self/io", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("write_bytes"))


class Folder:
    def __init__(self, library, folder):
        self.library, self.folder = library, folder

    def path(self, name):
        return os.path.join(self.folder, name + ".npy")

    def save(self, **arrays):
        for name, array in arrays.items():
            numpy.save(self.path(name), array)

    def forget(self, name):
        descriptor = os.open(self.path(name), os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)

    def compute(self, text, limit):
        """From file to file; how many bytes went to the disk."""
        self.library.set_memory_limit(limit)
        for name in "xi":
            self.forget(name)
        arrays = {name: self.library.open(self.path(name), 0) for name in "xi"}
        if os.path.exists(self.path("result")):
            os.unlink(self.path("result"))
        before = bytes_written()
        self.library.evaluate_all([(self.library.eval(text, arrays), self.path("result"), None)])
        return bytes_written() - before

    def check(self, text, right, limit):
        written = self.compute(text, limit)
        result = numpy.load(self.path("result"))
        same = result.shape == right.shape and result.astype(right.dtype).tobytes() == right.tobytes()
        if not same:
            sys.exit(f"{text} of {right.dtype}, {right.shape}, with a limit of {limit} differs")
        return written


def check_small(files, rng):
    for dtype, row, size in SOURCES:
        x = source(dtype, row, size, rng)
        n = min(int(rng.integers(5_000, 400_000)), (16 << 20) // x[:1].nbytes)
        i = positions(len(x), n, rng)
        files.save(x=x, i=i)
        right = x[i]
        for limit in LIMITS:
            files.check("x[i]", right, limit)
        files.check("x[i][1000:]", right[1000:], LIMITS[1])
        files.check("take(x, i * 2 - 5, 0, mode='wrap')", numpy.take(x, i.astype("i8") * 2 - 5, 0, mode="wrap"), LIMITS[2])
        files.check("take(x, i, 0, mode='clip')", numpy.take(x, i, 0, mode="clip"), LIMITS[1])


def check_two_indices(files, rng):
    x, i = source("<i4", 100, 4 << 20, rng), rng.integers(-100, 100, 300_000)
    files.save(x=x, i=i)
    for limit in LIMITS:
        files.check("x[i, (i * 3) % 100]", x[i, i * 3 % 100], limit)


def check_computed_on(files, rng):
    x = source("<i8", 0, 3 << 20, rng)
    i = positions(len(x), 300_000, rng)
    files.save(x=x, i=i)
    g = x[i]
    for limit in LIMITS:
        for text, right in [("x[i] * 2 - 1", g * 2 - 1), ("sum(x[i])", g.sum()), ("x[i] + x[i][::-1]", g + g[::-1]),
                            ("sort(x[i])", numpy.sort(g)), ("x[i].reshape(300, 1000).T + 1", g.reshape(300, 1000).T + 1),
                            ("x[i][:1000] * 2", g[:1000] * 2), ("cumsum(x[i] % 7)", numpy.cumsum(g % 7))]:
            files.check(text, numpy.asarray(right), limit)
    x = source("<f4", 40, 4 << 20, rng)
    i = positions(len(x), 30_000, rng)
    files.save(x=x, i=i)
    for limit in LIMITS:
        files.check("x[i] * x[i]", x[i] * x[i], limit)
        files.check("max(x[i], axis=1)", x[i].max(axis=1), limit)


def check_large(files, rng):
    x = rng.integers(0, 1 << 60, LARGE // 8)
    i = rng.integers(0, x.size, x.size)
    files.save(x=x, i=i)
    written = files.check("x[i]", x[i], 4 << 20)
    if os.environ["FARRAY_IO"] in ("auto", "direct") and written < 2 * LARGE:
        sys.exit(f"{written} bytes were written: nothing was dealt out")
    written = files.check("x[i] + 1", x[i] + 1, 4 << 20)
    if os.environ["FARRAY_IO"] in ("auto", "direct") and written < 3 * LARGE:
        sys.exit(f"{written} bytes were written: nothing was dealt out to be computed on")


def check_refused(files, rng):
    """Found before anything is written."""
    x = source("<f8", 0, 2 << 20, rng)
    i = rng.integers(0, x.size, 300_000)
    i[200_000] = x.size
    files.save(x=x, i=i)
    for text in "x[i]", "x[i + 0]":
        try:
            files.compute(text, 1 << 20)
        except Exception as error:  # pylint: disable=broad-except
            if "out of bounds" not in str(error) and "out of range" not in str(error):
                sys.exit(f"{text}: {error}")
        else:
            sys.exit(f"{text} found every position")
        if sorted(os.listdir(files.folder)) != ["i.npy", "x.npy"]:
            sys.exit(f"{text} left {os.listdir(files.folder)}")


def work(folder):
    import farray_ctypes
    files, rng = Folder(farray_ctypes.Library(BUILD), folder), numpy.random.default_rng(11)
    check_refused(files, rng)
    check_small(files, rng)
    check_two_indices(files, rng)
    check_computed_on(files, rng)
    check_large(files, rng)


class GathersBetweenFiles(ways.Ways):
    def test_as_it_comes(self):
        self.run_with("auto", FARRAY_THREADS=2)

    def test_past_the_page_cache(self):
        for threads in 1, 2, 5:
            self.run_with("direct", FARRAY_THREADS=threads)

    def test_through_the_page_cache(self):
        self.run_with("pread", FARRAY_THREADS=2)


if __name__ == "__main__":
    ways.main(work)
