# SPDX-License-Identifier: BSD-3-Clause
"""Copies in memory with their axes in another order are NumPy's: of items of every size, in both byte orders, with steps,
repeated and turned round, of arrays that fit the cache and of some that do not; and so are reductions of such operands."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("FARRAY_SOURCE") or os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("FARRAY_BUILD", os.path.join(SOURCE, "build"))
sys.path.insert(0, os.path.join(SOURCE, "tests", "random"))

import farray_ctypes  # noqa: E402
import needs  # noqa: E402

needs.library()
np = needs.numpy()

DTYPES = ("|u1", "<i2", ">i2", "<f4", ">f4", "<f8", ">f8", "<c16", ">c16", "|S3", "|S24")
CACHE = 36 << 20  # more than most third-level caches have


class Permute(unittest.TestCase):
    def setUp(self):
        self.library = farray_ctypes.Library(BUILD)
        self.rng = np.random.default_rng(7)

    def data(self, dtype, shape):
        """Bytes of any value; texts without NULs, which NumPy would cut off."""
        dtype = np.dtype(dtype)
        made = self.rng.integers(1, 100, (*shape, dtype.itemsize)).astype("u1")
        return made.view(dtype).reshape(shape)

    def array(self, x):
        return self.library.array("from_data", self.library.dtype(x.dtype.str), farray_ctypes._shape(x.shape), x.ctypes.data)

    def check(self, x, axes, parts, to_dtype, target_axes=None):
        view = self.library.permute(self.library.index(self.array(x), parts), axes)
        expected = np.ascontiguousarray(x[parts].transpose(axes), x.dtype.newbyteorder("="))  # as elements are given
        order = target_axes or tuple(range(len(axes)))
        space = self.library.zeros(to_dtype, tuple(expected.shape[k] for k in order))
        self.library.assign(self.library.permute(space, tuple(np.argsort(order))), view)
        self.assertEqual(self.library.get_all(space), expected.transpose(order).tobytes(), (x.dtype, x.shape, axes, parts, to_dtype, order))

    def test_small(self):
        for turn in range(400):
            dtype = np.dtype(self.rng.choice(DTYPES))
            ndim = int(self.rng.integers(2, 5))
            most = {2: 150, 3: 40, 4: 14}[ndim]
            x = self.data(dtype, tuple(int(n) for n in self.rng.integers(1, most, ndim)))
            parts = tuple(slice(None, None, int(self.rng.choice([1, 1, 1, -1, 2]))) for _ in range(ndim))
            to_dtype = dtype.newbyteorder(self.rng.choice(["<", ">"])) if dtype.kind in "ifc" else dtype
            order = tuple(int(k) for k in self.rng.permutation(ndim)) if turn % 3 == 0 else None
            self.check(x, tuple(int(k) for k in self.rng.permutation(ndim)), parts, to_dtype.str, order)

    def test_repeated(self):
        for shape, wide in (((70, 1), (70, 90)), ((1, 70), (90, 70))):
            x = self.data("<f8", shape)
            view = self.library.broadcast_to(self.array(x), wide)
            for turned in (False, True):
                made = self.library.zeros("<f8", wide[::-1] if turned else wide)
                self.library.assign(made, self.library.transpose(view) if turned else view)
                expected = np.broadcast_to(x, wide)
                self.assertEqual(self.library.get_all(made), (expected.T if turned else expected).tobytes())

    def test_reduced_beside_another_order(self):
        """Reductions walk in the order of one operand, and turn the other in rows."""
        for n, m in ((1500, 1301), (4000, 77), (77, 4000)):
            for dtype in ("<i4", ">i4", "<i8", "<i2"):
                x, y = (self.rng.integers(0, 100, shape).astype(dtype) for shape in ((n, m), (m, n)))
                variables = {"x": self.array(x), "y": self.array(y)}
                for text, expected in (("sum(x * y.T)", (x * y.T).sum()), ("sum(x - y.T, axis=0)", (x - y.T).sum(0)),
                                       ("max(x + y.T, axis=1)", (x + y.T).max(1))):
                    made = self.library.eval(text, variables)
                    self.assertEqual(self.library.get_all(made), expected.astype(expected.dtype.newbyteorder("=")).tobytes(),
                                     (text, dtype, n, m))

    def test_larger_than_the_cache(self):
        everything = (slice(None),) * 3
        for dtype, shape, axes in (("<f8", (1, 1537, CACHE // 8 // 1537), (0, 2, 1)),   # lines begin anywhere in rows
                                   ("<f8", (1, 2048, CACHE // 8 // 2048), (0, 2, 1)),   # in one place
                                   ("<f4", (1, 3001, CACHE // 4 // 3001), (0, 2, 1)), (">i2", (1, 4001, CACHE // 2 // 4001), (0, 2, 1)),
                                   ("|u1", (1, 6001, CACHE // 6001), (0, 2, 1)), ("<c16", (1, 1100, CACHE // 16 // 1100), (0, 2, 1)),
                                   ("<f8", (64, CACHE // 8 // 64 // 90, 90), (1, 0, 2)), ("<f8", (3, CACHE // 8 // 30, 10), (1, 2, 0)),
                                   ("<f8", (CACHE // 8 // 30, 10, 3), (2, 0, 1)), ("<f8", (CACHE // 8 // 36, 6, 6), (0, 2, 1))):
            self.check(self.data(dtype, shape), axes, everything, np.dtype(dtype).newbyteorder("<").str)


if __name__ == "__main__":
    unittest.main()
