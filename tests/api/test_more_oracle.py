# SPDX-License-Identifier: BSD-3-Clause
"""Scans, segments, neighbours, and what reductions of times take, held against NumPy: the same text is evaluated by both, on
arrays of every layout, written back as text and parsed again."""
import os
import random
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_move_oracle as moves  # noqa: E402  (ends with 77 where there is no NumPy)

np = moves.np
NUMBERS = ["<f8", "<f4", "<i4", ">i2", "|u1", "|b1", "<c16", ">f8", "<f2", "<u8"]
REALS = ["<f8", "<f4", "<i4", ">i2", ">f8"]
TIMES = ["<M8[D]", ">M8[s]", "<m8[s]", ">m8[h]"]
moves.NAMES.update(cummax=lambda a, axis=None: np.maximum.accumulate(np.asarray(a).ravel() if axis is None else a, axis or 0),
                   cummin=lambda a, axis=None: np.minimum.accumulate(np.asarray(a).ravel() if axis is None else a, axis or 0))


class Case(moves.Case):
    """Times with some that are none; floats may differ in the last digits."""

    def array(self, dtype, shape, layout=None):
        if np.dtype(dtype).kind not in "mM":
            return super().array(dtype, shape, layout)
        generator = np.random.default_rng(self.random.randrange(1 << 30))
        counts = generator.integers(-900, 900, shape)
        counts = np.asarray(np.where(generator.random(shape) < 0.15, np.iinfo("i8").min, counts), "i8")
        values = np.asarray(counts.view(np.dtype(dtype).newbyteorder("="))).reshape(shape).astype(dtype)
        turned = layout != "C" and values.ndim > 1 and self.random.random() < 0.3
        held = self._memory(dtype, values.T if turned else values)
        if turned:
            return values.T.copy().T, self.library.transpose(held)
        if self.random.random() < 0.3:
            return values.astype(values.dtype.newbyteorder("=")), self.library.eval("where(True, x, x)", {"x": held})
        return values, held

    def differs(self, handle, expected):
        kind = expected.dtype
        if kind.kind not in "fc":
            return super().differs(handle, expected)
        found = np.dtype(handle.dtype_text).newbyteorder("=")
        if handle.shape != expected.shape or found != kind.newbyteorder("="):
            return f"{found} {handle.shape} and not {kind} {expected.shape}"
        values = self.read(handle, found)
        epsilon = float(np.finfo(kind).eps) * 64
        close = np.allclose(values, expected, rtol=epsilon, atol=epsilon * float(np.max(np.abs(np.nan_to_num(
            expected.astype("c16" if kind.kind == "c" else "f8"), posinf=0, neginf=0)), initial=1)), equal_nan=True)
        return "" if close else f"\n{values}\nand not\n{expected}"


class More(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.library = moves.Library(os.environ["FARRAY_BUILD"])
        cls.folder = tempfile.TemporaryDirectory()

    def setUp(self):
        self.case = Case(self.library, self.folder.name, self.id())
        self.random = random.Random(self.id())

    def shape(self, least=1, most=4):
        return tuple(self.random.choice([1, 2, 3, 5, self.random.randrange(0, 12)])
                     for _ in range(self.random.randrange(least, most)))

    def axis(self, shape):
        return self.random.randrange(-len(shape), len(shape)) if shape else 0

    def each(self, count, make):
        wrong = []
        with np.errstate(all="ignore"):
            for _ in range(count):
                text, arrays = make()
                found = self.case.check(text, arrays)
                if found:
                    wrong.append(found)
        self.assertFalse(wrong, f"{len(wrong)}:\n" + "\n\n".join(wrong[:6]))

    def test_scans_of_extremes(self):
        def make():
            shape = self.shape()
            text = self.random.choice(["cummax(a)", "cummin(a)", "cummax(a, axis={0})", "cummin(a, axis={0})",
                                       "maximum.accumulate(a, axis={0})"])
            return text.format(self.axis(shape)), {"a": self.case.array(self.random.choice(NUMBERS + TIMES), shape)}
        self.each(120, make)

    def test_scans_and_folds_of_times(self):
        def make():
            shape = self.shape()
            text = self.random.choice([
                "cumsum(a)", "cumsum(a, axis={0})", "nancumsum(a, {0})", "cumprod(a)", "{1}.accumulate(a, {0})",
                "{1}.reduce(a, {0})", "{1}.reduce(a, {0}, keepdims=True)", "diff(a, axis={0})", "cumulative_sum(a, axis={0})",
                "cumulative_sum(a, axis={0}, include_initial=True)"])
            name = self.random.choice(["add", "subtract", "minimum", "maximum", "fmin", "fmax", "remainder", "floor_divide",
                                       "multiply", "logical_and", "logical_xor", "equal"])
            return text.format(self.axis(shape), name), {"a": self.case.array(self.random.choice(TIMES), shape)}
        self.each(200, make)

    def test_reductions_of_times(self):
        def make():
            shape = self.shape()
            name = self.random.choice(["sum", "min", "max", "mean", "any", "all", "argmin", "argmax", "nanargmin", "nanargmax",
                                       "nanmin", "nanmax", "nansum", "nanmean", "ptp", "prod", "std", "count_nonzero"])
            text = self.random.choice(["{0}(a)", "{0}(a, axis={1})", "{0}(a, {1}, keepdims=True)", "{0}(a[..., ::2], axis={1})"])
            arrays = {"a": self.case.array(self.random.choice(TIMES), shape)}
            if name in ("sum", "min", "max", "mean", "any", "all", "nanmin", "nanmax") and self.random.random() < 0.5:
                arrays["m"] = self.case.array("|b1", shape)
                text = "{0}(a, axis={1}, where=m" + self.random.choice([")", ", initial=b)"])
                arrays["b"] = self.case.array(arrays["a"][0].dtype.str, (), "C")
                if name in ("any", "all", "mean") and "initial" in text:
                    text = "{0}(a, axis={1}, where=m)"
            return text.format(name, self.axis(shape)), arrays
        self.each(400, make)

    def test_segments(self):
        def make():
            shape = self.shape()
            axis = self.axis(shape)
            size = shape[axis]
            count = self.random.randrange(1, 7)
            positions = [self.random.randrange(size) if size else 0 for _ in range(count)]
            if self.random.random() < 0.05:
                positions[0] = size
            name = self.random.choice(["add", "multiply", "subtract", "maximum", "minimum", "logical_or", "bitwise_xor", "fmax",
                                       "less"])
            text = self.random.choice(["{0}.reduceat(a, {1}, axis={2})", "{0}.reduceat(a, i, {2})",
                                       "{0}.reduceat(a, {1}, {2}, dtype='f8')"])
            arrays = {"a": self.case.array(self.random.choice(NUMBERS + ([] if "dtype" in text else TIMES)), shape)}
            arrays["i"] = (np.array(positions, "i4"), self.case._memory("<i4", np.array(positions, "i4")))
            return text.format(name, positions, axis), arrays
        self.each(300, make)

    def test_long_segments(self):
        values = np.random.default_rng(1).uniform(0.5, 1, (3, 70001)).astype("f4")
        starts = [0, 5, 5, 30000, 7, 69999, 12]
        for a, axis in [(values, 1), (np.ascontiguousarray(values.T), 0), (values[1], 0)]:
            found = self.case.read(self.library.eval(f"add.reduceat(a, {starts}, axis={axis})", {
                "a": self.case._memory("<f4", a)}), "f4")
            np.testing.assert_allclose(found, np.add.reduceat(a.astype("f8"), starts, axis), rtol=1e-7)

    def test_parts_of_complex_numbers(self):
        special = np.array([complex(a, b) for a in (np.nan, np.inf, -np.inf, -0.0, 1.255, -2.5)
                            for b in (np.nan, np.inf, -np.inf, 0.0, 1234.567)]).reshape(5, 6)

        def make():
            kind = self.random.choice(["<c16", "<c8", ">c16"])
            values = special.astype(kind)
            held = self.case._memory(kind, values)
            if self.random.random() < 0.5:
                values, held = values[::-1, ::2].T, self.library.eval("a[::-1, ::2].T", {"a": held})
            text = self.random.choice(["round(a)", "round(a, 2)", "round(a, -1)", "a.round(1)", "nan_to_num(a)", "real(round(a, 1))",
                                       "nan_to_num(a, nan=2.5, posinf=9)", "round(a + a, 1)", "nan_to_num(a * 1)[1:]"])
            return text, {"a": (values, held)}
        self.each(60, make)

    def test_neighbours(self):
        def make():
            shape = self.shape(1, 4)
            axis = self.axis(shape)
            text = self.random.choice([
                "gradient(a, axis={0})", "gradient(a, 0.5, axis={0})", "gradient(a, x, axis={0})", "gradient(a, axis={0}, edge_order=2)",
                "gradient(a, x, axis={0}, edge_order=2)", "gradient(a, axis=({0},))", "gradient(a, y, axis={0})",
                "trapezoid(a, axis={0})", "trapezoid(a, dx=0.25, axis={0})", "trapezoid(a, x, axis={0})", "trapezoid(a, a, axis={0})",
                "unwrap(a, axis={0})", "unwrap(a, period=6.0, axis={0})", "unwrap(a, 4, axis={0})", "unwrap(a, period=7, axis={0})",
                "unwrap(a, period=8, axis={0})", "ediff1d(a)", "ediff1d(a, 3)", "ediff1d(a, [1, 2], 7)", "ediff1d(a, to_begin=2.5)"])
            size = shape[axis]
            x = np.cumsum(np.random.default_rng(self.random.randrange(99)).integers(1, 4, size)).astype("f8")
            y = np.arange(size) * 2.0
            return text.format(axis), {"a": self.case.array(self.random.choice(REALS), shape),
                                       "x": (x, self.case._memory("<f8", x)), "y": (y, self.case._memory("<f8", y))}
        self.each(300, make)

    def test_gradients_of_several_axes(self):
        def make():
            shape = self.shape(2, 4)
            text = self.random.choice(["gradient(a)[0]", "gradient(a)[-1]", "gradient(a, 2.0)[1]", "gradient(a, axis=(0, 1))[1]",
                                       "gradient(a, 1.0, 3.0, axis=(1, 0))[0]", "gradient(a, 1, 2, 3, 4, 5)[0]"])
            return text, {"a": self.case.array(self.random.choice(REALS + ["<M8[D]"]), shape)}
        self.each(60, make)

    def test_cross(self):
        def make():
            shape = self.random.choice([(), (4,), (2, 3)])
            a, b = (self.case.array(self.random.choice(REALS), shape + (self.random.choice([2, 3, 3, 3]),)) for _ in range(2))
            text = self.random.choice(["cross(a, b)", "cross(a, a)", "cross(a, b, axisc=0)", "cross(b, a, axis=-1)",
                                       "cross(moveaxis(a, -1, 0), b, axisa=0)"])
            return text, {"a": a, "b": b}
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.each(60, make)

    def test_operators_of_unlike_types(self):
        def make():
            kinds = ["<f8", "|S3", "<U2", "<M8[D]", "<m8[s]", ">i2", "|b1"]
            shapes = [(3,), (3,), (2, 3), (2,), ()]
            arrays = {name: self.case.array(self.random.choice(kinds), self.random.choice(shapes)) for name in "ab"}
            return self.random.choice(["a == b", "a != b", "a == 3", "a != 2.5", "'x' == a", "b'x' != a", "a == [1, 2, 3]",
                                       "equal(a, b)", "(a == b) | (a != b)", "a < b"]), arrays
        self.each(200, make)

    def test_elements_that_are_no_numbers(self):
        """Chosen and joined: strings of other widths and kinds, times of other units, spans and whole numbers."""
        def make():
            kinds = self.random.choice([["|S3", "<U2", "<U5", "|S1"], ["<M8[D]", ">M8[s]", "<m8[s]", ">m8[h]"],
                                        ["<m8[s]", ">i2", "|b1", "<u8", "<f4"]])
            shape = self.shape()
            arrays = {name: self.case.array(self.random.choice(kinds), shape) for name in "ab"}
            arrays["m"] = self.case.array("|b1", shape)
            return self.random.choice(["where(m, a, b)", "concatenate((a, b))", "stack([a, b], axis=-1)", "append(a, b)",
                                       "where(m, a, a[::-1])", "hstack((b, a))"]), arrays
        self.each(150, make)

    def test_rows_by_arrays(self):
        def make():
            shape = self.shape()
            axis = self.axis(shape)
            size = shape[axis]
            counts = np.array([self.random.randrange(-1 if self.random.random() < 0.02 else 0, 4) for _ in range(size)], "i4")
            places = np.array([self.random.randrange(-size, size) if size else 0 for _ in range(self.random.randrange(0, 5))], ">i8")
            mask = np.array([self.random.random() < 0.5 for _ in range(size + (self.random.random() < 0.05))], bool)
            text = self.random.choice([
                "repeat(a, c, axis={0})", "a.repeat(c, {0})", "repeat(a, [2])", "repeat(a, [2], axis={0})", "repeat(a, c)",
                "repeat(a, (1, 0, 2), axis={0})", "delete(a, p, axis={0})", "delete(a, m, axis={0})", "delete(a, p + 0, {0})",
                "delete(a, [0, -1], {0})", "delete(a, m)", "delete(a, c * 1.5, {0})", "repeat(a, c + 0.5, {0})",
                "repeat(where(m, c, c), c, axis=0)"])
            if "p" in text.split("(")[1] and len(places) == 0:
                places = np.zeros(0, "i8")
            arrays = {"a": self.case.array(self.random.choice(NUMBERS), shape)}
            for name, values in ("c", counts), ("p", places), ("m", mask):
                arrays[name] = (values, self.case._memory(values.dtype.str, values))
            return text.format(axis), arrays
        self.each(250, make)

    def test_many_rows(self):
        """More than one block of counts and positions, under a limit that has room for the counts alone: results go to scratch."""
        counts = np.random.default_rng(3).integers(0, 3, 200_001)
        held = self.case._memory("<i8", counts)
        self.library.set_memory_limit(2 << 20)
        try:
            found = self.case.read(self.library.eval("repeat(arange(200001), c)", {"c": held}), "i8")
            kept = self.case.read(self.library.eval("delete(arange(200001), c * 7)", {"c": held}), "i8")
        finally:
            self.library.set_memory_limit(0)
        np.testing.assert_array_equal(found, np.repeat(np.arange(200_001), counts))
        np.testing.assert_array_equal(kept, np.delete(np.arange(200_001), counts * 7))

    def test_folds_of_arrays_that_repeat(self):
        """A conversion walks in the order in which results stand: views of them that are reshaped read the right ones."""
        values = np.arange(12, dtype="i4").reshape(1, 12, 1)
        held = self.case._memory("<i4", values)
        for shape in (11, 12, 6), (5, 12, 1), (1, 12, 7):
            for text in ["logical_xor.reduce({0}, axis=2)", "cumsum({0}, axis=0)", "sum({0}, axis=2, dtype='f8')", "any({0}, axis=0)",
                         "bitwise_or.reduce({0}, axis=1)", "mean({0}, axis=1)", "add.accumulate({0}, axis=2, dtype='f4')"]:
                text = text.format(f"broadcast_to(a, {shape})")
                self.assertEqual(self.case.check(f"ravel({text})", {"a": (values, held)}), "", text)

    def test_pads_that_are_cut(self):
        values, held = self.case.array("<i4", (3, 6, 2), "C")
        made = self.library.eval("pad(a, ((2, 1), (1, 1), (2, 2)), mode='symmetric')", {"a": held})
        self.assertEqual(self.library.reshape(made, (2, 3, 24, 2)).shape, (2, 3, 24, 2))
        self.assertEqual(self.case.differs(made, np.pad(values, ((2, 1), (1, 1), (2, 2)), "symmetric")), "")

    def test_utf8(self):
        samples = ["", "abc", "é", "日本語", "a\U0001f600b", "\uffff", "\x7f\x80", "ß\u0130"]
        texts = np.array(samples * 300)
        codes = np.strings.encode(texts, "utf-8")
        for kind in "<U7", ">U7":
            held = self.case._memory(kind, texts.astype(kind))
            self.assertEqual(self.case.check("strings.encode(a)", {"a": (texts.astype(kind), held)}), "")
            self.assertEqual(self.case.check("strings.encode(a[::-3], 'utf-8') == b'abc'", {"a": (texts, held)}), "")
        held = self.case._memory(codes.dtype.str, codes)
        self.assertEqual(self.case.check("strings.decode(a)", {"a": (codes, held)}), "")
        self.assertEqual(self.case.check("strings.decode(a[2::8], encoding='utf8')", {"a": (codes, held)}), "")
        for wrong in b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\x80", b"\xe2\x82":
            values = np.array([b"ok", wrong])
            with self.assertRaisesRegex(moves.Failed, "not UTF-8"):
                self.library.get_all(self.library.eval("strings.decode(a)", {"a": self.case._memory(values.dtype.str, values)}))
        for text in "strings.encode(a)", "strings.decode(strings.decode(a))", "strings.decode(a, 'latin-1')":
            with self.assertRaises(moves.Failed):
                self.library.eval(text, {"a": held})

    def test_interp(self):
        def make():
            count = self.random.randrange(0 if self.random.random() < 0.05 else 1, 9)
            generator = np.random.default_rng(self.random.randrange(1 << 30))
            points = np.cumsum(generator.integers(0 if self.random.random() < 0.2 else 1, 5, count)).astype("f8")
            values = generator.choice([1.5, -2, np.inf, np.nan, 7, 0], count)
            x = generator.choice(np.concatenate((points, points + 0.5, [np.nan, -9, 99, np.inf])), self.shape(0, 3))
            x = np.asarray(x, self.random.choice(["f8", "f4", ">f8"]))
            text = self.random.choice(["interp(a, x, y)", "interp(a, x, y, left=-1)", "interp(a, x, y, left=2, right=3.5)",
                                       "interp(2 * a, x, y[::-1], right=0)"])
            return text, {"a": (x, self.case._memory(x.dtype.str, x)), "x": (points, self.case._memory("<f8", points)),
                          "y": (values, self.case._memory("<f8", values))}
        self.each(150, make)


if __name__ == "__main__":
    unittest.main()
