# SPDX-License-Identifier: BSD-3-Clause
"""Products of matrices in files, under limits in which each factor is read several times, from a copy in boxes
(src/op/panels.c) where files are read past the page cache: the bits are those of a product in memory.

    test_products_between_files.py           the tests, each way of reading in a process of its own
    test_products_between_files.py --work    one of them (a helper of the tests)
    test_products_between_files.py --short   with too little address space for a copy (the same)
"""
import hashlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "random"))
BUILD = os.environ.get("FARRAY_BUILD", "build")

import needs  # noqa: E402
import ways  # noqa: E402

needs.library()
numpy = needs.numpy()
LIMITS = [6 << 20, 13 << 20, 24 << 20]
# dtype, rows, inner, columns, the order of each factor, text
CASES = [("<f8", 1500, 1201, 1807, "CC", "a @ b"), ("<f8", 1500, 901, 1300, "FC", "a @ b"), ("<f4", 2003, 800, 1600, "CF", "a @ b"),
         (">f8", 1100, 390, 1400, "FF", "a @ b"), ("<f8", 1100, 500, 1400, "CC", "(a + 1) @ b"), ("<i4", 700, 500, 900, "CC", "a @ b")]


def work(folder):
    import farray_ctypes
    library, rng = farray_ctypes.Library(BUILD), numpy.random.default_rng(3)
    paths = {name: os.path.join(folder, name + ".npy") for name in ("a", "b", "result")}

    def compute(text, limit):
        library.set_memory_limit(limit)
        arrays = {name: library.open(paths[name], 0) for name in "ab"}
        if os.path.exists(paths["result"]):
            os.unlink(paths["result"])
        library.evaluate_all([(library.eval(text, arrays), paths["result"], None)])
        return numpy.load(paths["result"])

    for dtype, rows, inner, columns, orders, text in CASES:
        factors = [rng.integers(-99, 99, shape) if dtype[1] == "i" else rng.standard_normal(shape)
                   for shape in ((rows, inner), (inner, columns))]
        factors = [numpy.asarray(factor.astype(dtype), order=order) for factor, order in zip(factors, orders)]
        for name, factor in zip("ab", factors):
            numpy.save(paths[name], factor)
        right = compute(text, 1 << 30)
        a, b = factors
        about = eval(text, {"a": a, "b": b})
        if not numpy.allclose(right, about, rtol=1e-4, atol=1e-2):
            sys.exit(f"{text} of {dtype} is wrong")
        for limit in LIMITS:
            if compute(text, limit).tobytes() != right.tobytes():
                sys.exit(f"{text} of {dtype}, {orders}, with a limit of {limit} differs")


def short(folder):
    """The address space has room for windows, and none for what copies a factor into boxes: they are left alone."""
    import farray_ctypes
    import resource
    library, rng = farray_ctypes.Library(BUILD), numpy.random.default_rng(5)
    library.set_memory_limit(64 << 20)
    paths = {name: os.path.join(folder, name + ".npy") for name in ("a", "b", "result")}
    numpy.save(paths["a"], rng.standard_normal((3000, 2000)))
    numpy.save(paths["b"], rng.standard_normal((2000, 3000)))

    def compute(address_space):
        arrays = {name: library.open(paths[name], 0) for name in "ab"}
        if os.path.exists(paths["result"]):
            os.unlink(paths["result"])
        resource.setrlimit(resource.RLIMIT_AS, (address_space, -1))
        library.evaluate_all([(library.eval("a @ b", arrays), paths["result"], None)])
        resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
        with open(paths["result"], "rb") as file:
            return hashlib.sha256(file.read()).digest()

    right = compute(-1)
    with open("/proc/self/statm", encoding="ascii") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    if compute(taken + (40 << 20)) != right:
        sys.exit("the bits are others")


class ProductsBetweenFiles(ways.Ways):
    def test_as_it_comes(self):
        self.run_with("auto", FARRAY_THREADS=2)

    def test_past_the_page_cache(self):
        for threads in 1, 2, 3:
            self.run_with("direct", FARRAY_THREADS=threads)

    def test_no_memory_for_a_copy(self):
        self.run_with("direct", "--short", FARRAY_THREADS=2)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--short"]:
        short(sys.argv[2])
    else:
        ways.main(work)
