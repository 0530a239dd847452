# SPDX-License-Identifier: BSD-3-Clause
"""Products of arrays, held against NumPy: every element type, shapes with and without elements, batches that broadcast, and
factors in every layout. Elements are small whole numbers, whose sums are exact in any order; rounded sums are held to the
tolerance of docs/differences.md. FARRAY_BLAS=none is a second run: the kernels of farray's own.
"""
import itertools
import os
import subprocess
import sys
import warnings

from text_oracle import Checker, np

from oracle import Differences

TYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"]
LAYOUTS = ["C", "F", "swapped", "negative", "strided", "broadcast"]
SHAPES = [((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((1, 3), (3, 4)), ((4, 3), (3, 1)), ((4, 1), (1, 5)),
          ((0, 3), (3, 4)), ((2, 0), (0, 4)), ((2, 3), (3, 0)), ((0,), (0,)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)),
          ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (6, 3, 4)), ((0, 2, 3), (3, 4)), ((5, 2, 3), (3,)), ((3,), (5, 3, 4)),
          ((2, 3), (4, 5)), ((5, 2, 3), (6, 3, 4)), ((), (3,)), ((2, 3), ()), ((40, 70), (70, 33)), ((1, 2, 1), (3, 1, 2))]


def make(rng, dtype, shape, layout):
    kind = np.dtype(dtype).kind
    low, high = (0, 2) if kind == "b" else (0, 9) if kind == "u" else (-6, 7)
    wide = tuple(2 * n for n in shape) if layout == "strided" else shape
    array = rng.integers(low, high, wide)
    if kind == "c":
        array = array + 1j * rng.integers(low, high, wide)
    array = np.asarray(array).astype(dtype)
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "swapped":
        return array.astype(array.dtype.newbyteorder(">"))
    if layout == "negative":
        return np.asarray(array[tuple(slice(None, None, -1) for _ in shape)])
    if layout == "strided":
        return np.asarray(array[tuple(slice(None, None, 2) for _ in shape)])
    if layout == "broadcast" and array.ndim > 1 and array.shape[0] > 0:
        return np.broadcast_to(array[:1], array.shape)
    return array


class Layouts(Checker):
    """Arrays are handed over as they lie in memory, and seen through the same view."""

    def array(self, array):
        array, give = np.asarray(array), super().array
        if array.size < 2 or array.flags.c_contiguous:
            return give(array)
        if array.flags.f_contiguous:
            return self.library.transpose(give(array.T))
        if 0 in array.strides:
            return self.library.broadcast_to(give(array[:1]), array.shape)
        if min(array.strides) < 0:
            every = tuple(slice(None, None, -1) for _ in array.shape)
            return self.library.index(give(np.ascontiguousarray(array[every])), every)
        wide = array
        for axis in range(array.ndim):
            wide = wide.repeat(2, axis=axis)
        return self.library.index(give(wide), tuple(slice(None, None, 2) for _ in array.shape))


def everything(check, rng):
    for one, other in itertools.product(TYPES, TYPES):
        a, b = make(rng, one, (5, 7), rng.choice(LAYOUTS)), make(rng, other, (7, 6), rng.choice(LAYOUTS))
        check.check("a @ b", a=a, b=b)
        check.check("dot(a[1], b)", a=a, b=b)
        check.check("vecdot(a, b.T[:5])", a=a, b=b)
    for dtype in TYPES:
        for left, right in SHAPES:
            a, b = make(rng, dtype, left, rng.choice(LAYOUTS)), make(rng, dtype, right, rng.choice(LAYOUTS))
            for text in ["a @ b", "matmul(a, b)", "dot(a, b)", "inner(a, b)", "outer(a, b)", "kron(a, b)", "vdot(a, b)",
                         "vecdot(a, b)", "matvec(a, b)", "vecmat(a, b)", "a.dot(b)", "tensordot(a, b, axes=1)",
                         "tensordot(a, b, axes=0)"]:
                check.check(text, a=a, b=b)
        for first, second in itertools.product(LAYOUTS, LAYOUTS):
            check.check("a @ b", a=make(rng, dtype, (31, 45), first), b=make(rng, dtype, (45, 29), second))
            check.check("a @ b", a=make(rng, dtype, (3, 6, 5), first), b=make(rng, dtype, (3, 5, 4), second))
        a, b = make(rng, dtype, (3, 4, 5), "C"), make(rng, dtype, (4, 3, 2), "C")
        for text in ["tensordot(a, b, axes=([1, 0], [0, 1]))", "tensordot(a, b, axes=([1], [0]))", "tensordot(a, b, axes=(1, 0))",
                     "tensordot(a, b)", "tensordot(a, b, axes=([0, 0], [1, 1]))", "tensordot(a, a, axes=3)",
                     "tensordot(a, a, axes=4)", "vecdot(a, a, axis=1)", "vecdot(a, b, axis=0)", "trace(a)",
                     "trace(a, offset=1, axis1=1, axis2=2)", "trace(a, dtype='f8')", "a[0].trace(-1)", "dot(a, b.T)",
                     "inner(a, a[0])", "(a @ a.swapaxes(1, 2))[1:, ::2]", "(a[0] @ a[0].T).T + 1", "sum(a[0] @ a[0].T)",
                     "(a[0] + a[1]) @ (a[0] * 2).T", "a[0] @ a[1].T @ a[2]", "-a[0] @ b[:, :1].reshape(-1)[:5]",
                     "2 ** (a[0] @ a[1].T)" if dtype in "?u1" else "a[0].T @ a[1]"]:
            check.check(text, a=a, b=b)
    check.check("[[1, 2], [3, 4]] @ [[1, 0], [0, 1]]")
    check.check("dot(2, [1, 2])")
    check.check("outer([1, 2], [[3, 4], [5, 6]])")
    for text in ["m @ m", "dot(m, m)", "s @ s"]:
        check.check(text, m=np.arange(4).view("M8[s]").reshape(2, 2), s=np.array([["a", "b"], ["c", "d"]]))


def rounded(check, rng):
    """Products of random numbers, within what the page says; NaN and infinity come out as NumPy's."""
    differences = Differences(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "differences.md"))
    for dtype in ["f2", "f4", "f8", "c8", "c16"]:
        for rows, inner, columns in [(50, 1000, 20), (1100, 800, 40), (3, 5000, 3), (530, 3, 1050)]:
            a, b = rng.standard_normal((rows, inner)), rng.standard_normal((inner, columns))
            if dtype[0] == "c":
                a, b = a + 1j * rng.standard_normal(a.shape), b + 1j * rng.standard_normal(b.shape)
            a, b = a.astype(dtype), b.astype(dtype)
            wide = np.complex128 if dtype[0] == "c" else np.float64
            exact, magnitudes = a.astype(wide) @ b.astype(wide), np.abs(a).astype("f8") @ np.abs(b).astype("f8")
            found = check.library.eval("a @ b", {"a": check.array(a), "b": check.array(b)})
            found = np.frombuffer(check.library.get_all(found), dtype).reshape(exact.shape).astype(wide)
            own, each = differences.agreement("matmul", np.dtype(dtype))
            eps, rounding = np.finfo("f4" if dtype == "f2" else dtype).eps, np.finfo(dtype).eps
            if not np.all(np.abs(found - exact) <= inner * each * eps * magnitudes + own * rounding * np.abs(exact)):
                check.wrong += 1
                print(f"{dtype} {rows} x {inner} x {columns}: {np.max(np.abs(found - exact) / magnitudes) / eps} eps")
            check.compared += 1
    a, b = rng.standard_normal((20, 30)), rng.standard_normal((30, 25))
    a[3, 4], b[5, 6], b[7, 8] = np.nan, np.inf, -np.inf
    found = check.library.eval("a @ b", {"a": check.array(a), "b": check.array(b)})
    found = np.frombuffer(check.library.get_all(found), "f8").reshape(20, 25)
    with np.errstate(invalid="ignore"):
        if not np.allclose(found, a @ b, equal_nan=True):
            check.wrong += 1
            print("NaN and infinity are lost")


def of_several_tiles(check, rng):
    """The same bits whatever the threads and the limit are; there is one tile for each half a million elements."""
    for dtype in ["f4", "f8", "c16"]:
        a, b = rng.standard_normal((1100, 385)).astype(dtype), rng.standard_normal((385, 1300)).astype(dtype)
        library, results = check.library, set()
        operands = {"a": check.array(a), "b": check.array(b)}
        for threads, limit in [(1, 0), (2, 0), (3, 0), (2, 48 << 20)]:
            library.set_threads(threads)
            library.set_memory_limit(limit)
            results.add(bytes(library.get_all(library.eval("a @ b", operands))))
        library.set_memory_limit(0)
        check.compared += 1
        if len(results) != 1:
            check.wrong += 1
            print(f"{dtype}: {len(results)} results of one product")
    check.library.set_threads(0)


def main():
    warnings.simplefilter("ignore")
    check, rng = Layouts(), np.random.default_rng(5)
    everything(check, rng)
    rounded(check, rng)
    of_several_tiles(check, rng)
    if os.environ.get("FARRAY_BLAS") != "none":
        again = subprocess.run([sys.executable, __file__], env=dict(os.environ, FARRAY_BLAS="none"), check=False)
        check.wrong += again.returncode != 0
    check.finish()


main()
