# SPDX-License-Identifier: BSD-3-Clause
"""Reductions over axes of tables of all forms: alone, together in one look, of arrays and of computations, on several threads,
have one result, and it is NumPy's.
"""
import itertools
import os
import sys
import unittest
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("FARRAY_SOURCE") or os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("FARRAY_BUILD", os.path.join(SOURCE, "build"))
sys.path.insert(0, os.path.join(SOURCE, "tests", "random"))

import farray_ctypes  # noqa: E402
import needs  # noqa: E402

needs.library()
np = needs.numpy()

# Leaves across rows have 16 rows, and up to 8 of them are merged in the cache; leaves along memory have 1024 elements.
TABLES = ((3000, 100), (2100, 333), (523, 9), (700, 1030), (37, 5761), (90, 3000), (17, 16500), (5, 130, 67), (6, 40, 1500),
          (300_001,))
TOLERANCE = {"<f4": 1e-6, "<f8": 1e-9, "<i4": 1e-9}
NAMES = ("sum", "mean", "std", "var", "min", "max", "nanmean", "nanstd", "nanmin", "nanmax", "count_nonzero")
GROUPS = (("mean", "std", "min", "max"), ("min", "max"), ("sum", "max", "mean"), ("std", "var"), ("mean", "std", "nanstd"), NAMES)


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.library = farray_ctypes.Library(BUILD)

    def evaluated(self, texts, x):
        arrays = [self.library.eval(text, {"x": x}) for text in texts]
        self.library.evaluate_all([(array, None, None) for array in arrays])
        results = []
        for array in arrays:
            made = np.empty(array.shape, array.dtype_text)
            self.library.call("get_all", array.pointer, made.ctypes.data, made.nbytes)
            results.append(made)
        return results

    def check(self, shape, dtype, axis, generator):
        x = generator.standard_normal(shape) * 10 + 1000 * generator.integers(2)
        if dtype != "<i4" and generator.integers(2):
            x[generator.random(shape) < .01] = -np.nan
        x = x.astype(dtype)
        mine = self.library.array("from_data", self.library.dtype(dtype), farray_ctypes._shape(shape), x.ctypes.data)
        words = "" if axis is None else f", axis={axis}"
        wide = x.astype("f8") if dtype == "<f4" else x
        alone = {}
        for threads in (1, 2, 3):
            self.library.set_threads(threads)
            for name in NAMES:
                result, = self.evaluated([f"{name}(x{words})"], mine)
                alone.setdefault(name, result.tobytes())
                self.assertEqual(alone[name], result.tobytes(), (name, threads))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    right = getattr(np, name)(wide, axis=axis)
                np.testing.assert_allclose(result, right, TOLERANCE[dtype], 100 * TOLERANCE[dtype], err_msg=name)
                if result.dtype.kind == "f":
                    self.assertFalse(np.signbit(result[np.isnan(result)]).any(), f"{name}: which NaN it is")
            for group in GROUPS:
                for text in ("{}(x{})", "{}(x*1{})"):
                    for name, result in zip(group, self.evaluated([text.format(name, words) for name in group], mine)):
                        self.assertEqual(alone[name], result.tobytes(), (name, group, text, threads))

    def test_along_and_across_rows_apart(self):
        """Of a part of a table, whose rows lie apart: over several axes in one pass, whichever comes first."""
        generator = np.random.default_rng(6)
        for shape, part in (((3000, 200), np.s_[:, :100]), ((50, 60, 70), np.s_[:, :, 3:40]), ((300, 20, 70), np.s_[:, 2:9])):
            x = generator.integers(0, 100, shape).astype("f8")
            mine = self.library.array("from_data", self.library.dtype("<f8"), farray_ctypes._shape(shape), x.ctypes.data)
            cut = ", ".join(f"{s.start or ''}:{s.stop or ''}" for s in part)
            for axes in itertools.permutations([*range(x.ndim), None], 2):
                for group in itertools.product(("sum", "argmax"), repeat=2):
                    calls = list(zip(group, axes))
                    results = self.evaluated([f"{name}(x[{cut}], axis={axis})" for name, axis in calls], mine)
                    for (name, axis), result in zip(calls, results):
                        np.testing.assert_array_equal(result, getattr(np, name)(x[part], axis=axis), f"{calls} of {shape}")

    def test_of_rows_with_gaps_along_several_axes(self):
        """In one walk some take whole rows where they are, and others do not."""
        x = np.random.default_rng(3).standard_normal((40, 7, 310))
        mine = self.library.array("from_data", self.library.dtype("<f8"), farray_ctypes._shape(x.shape), x.ctypes.data)
        view = self.library.index(mine, [slice(None), slice(None), slice(0, 300)])
        texts = [f"{name}(x, axis={axis})" for name in ("sum", "min") for axis in (1, 2, (1, 2), (0, 1), (0, 2), (0, 1, 2))]
        alone = [self.evaluated([text], view)[0] for text in texts]
        for first in range(len(texts)):
            order = texts[first:] + texts[:first]
            for text, result in zip(order, self.evaluated(order, view)):
                self.assertEqual(alone[texts.index(text)].tobytes(), result.tobytes(), (text, order))


def _add(shape, axis):
    def test(self):
        generator = np.random.default_rng([*shape, axis or 9])
        for dtype in TOLERANCE:
            self.check(shape, dtype, axis, generator)
    setattr(Tables, f"test_{'x'.join(map(str, shape))}_axis_{axis}", test)


for _shape in TABLES:
    for _axis in (None, *range(len(_shape))):
        _add(_shape, _axis)

if __name__ == "__main__":
    unittest.main()
