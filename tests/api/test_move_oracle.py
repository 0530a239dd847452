# SPDX-License-Identifier: BSD-3-Clause
"""Moving, joining, splitting and making arrays, held against NumPy: the same text is evaluated by both, on arrays of every
layout and kind of element, seen through a view, written back as text and parsed again.
"""
import os
import random
import sys
import tempfile
import unittest

try:
    import numpy as np
except ImportError:
    sys.exit(77)
if os.environ.get("FARRAY_SANITIZE") and "LD_PRELOAD" not in os.environ:
    print("a sanitized library cannot be loaded into Python: skipped")
    sys.exit(77)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "random"))
from farray_ctypes import Failed, Library  # noqa: E402

RECORD = "[('id', '<i4'), ('name', '|S3'), ('pos', '<f4', (2,))]"
DTYPES = ["<f8", "<f4", "<i4", ">i2", "|u1", "|b1", "<c16", ">f8", "<f2", "|S3", "<U2", "<M8[D]", RECORD]
NAMES = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}


def dtype_of(text):
    return np.dtype(eval(text)) if text[0] == "[" else np.dtype(text)


class Case:
    """One library, and arrays that it and NumPy both have."""

    def __init__(self, library, folder, seed):
        self.library, self.folder = library, folder
        self.random = random.Random(seed)
        self.files = 0

    def array(self, dtype, shape, layout=None):
        """A NumPy array, and the same for farray."""
        generator = np.random.default_rng(self.random.randrange(1 << 30))
        kind = dtype_of(dtype)
        layout = layout or self.random.choice(["memory", "F", "negative", "strided", "file", "computed"])
        if kind.kind in "biufc":
            made = generator.integers(0 if kind.kind in "ub" else -50, 50, shape).astype(kind)
        elif kind.kind == "M":
            made = generator.integers(0, 20000, shape).astype("i8").view("M8[D]")
        elif kind.names:
            made = np.frombuffer(generator.bytes(int(np.prod(shape, dtype=int)) * kind.itemsize), kind).reshape(shape).copy()
            made["name"] = "ab"
            made["pos"] = 1.5
        else:
            made = generator.integers(0, 500, shape).astype(kind)
        if layout == "file":
            self.files += 1
            path = os.path.join(self.folder, f"{self.files}.npy")
            np.save(path, made)
            return np.load(path), self.library.open(path, 0)
        if layout == "F":
            turned = made.T.copy()
            return turned.T, self.library.transpose(self._memory(dtype, turned))
        if layout == "negative" and made.ndim:
            index = tuple(slice(None, None, -1) for _ in shape)
            return made[index], self.library.index(self._memory(dtype, made), index)
        if layout == "strided" and made.ndim:
            wide = np.repeat(made, 2, axis=-1)
            index = (Ellipsis, slice(None, None, 2))
            return wide[index], self.library.index(self._memory(dtype, wide), index)
        held = self._memory(dtype, made)
        if layout == "computed":
            return made.astype(kind.newbyteorder("=")), self.library.eval("where(True, x, x)", {"x": held})
        return made, held

    def _memory(self, dtype, values):
        return self.library.from_data(dtype, values.shape, np.ascontiguousarray(values).tobytes())

    def read(self, handle, dtype):
        return np.frombuffer(self.library.get_all(handle), dtype).reshape(handle.shape)

    def differs(self, handle, expected):
        """What is wrong with an array of farray's; "" for nothing."""
        native = expected.dtype.newbyteorder("=") if expected.dtype.names is None else expected.dtype
        found = np.dtype(eval(handle.dtype_text)) if handle.dtype_text[0] in "[{" else np.dtype(handle.dtype_text)
        if handle.shape != expected.shape or found.newbyteorder("=") != native.newbyteorder("="):
            return f"{found} {handle.shape} and not {native} {expected.shape}"
        values, wanted = self.read(handle, native), np.ascontiguousarray(expected.astype(native)).reshape(expected.shape)
        if native.kind in "fc":
            same = np.array_equal(values, wanted, equal_nan=True)
        else:
            same = values.tobytes() == wanted.tobytes()
        return "" if same else f"\n{values}\nand not\n{wanted}"

    def check(self, text, arrays):
        """One text by both. Refusals must agree too."""
        names = {name: values for name, (values, _) in arrays.items()}
        handles = {name: handle for name, (_, handle) in arrays.items()}
        try:
            expected = np.asarray(eval(text, {**NAMES, "np": np}, names))
        except Exception as refusal:  # NumPy has many kinds
            try:
                self.library.eval(text, handles)
            except Failed:
                return ""
            return f"{text}: NumPy refuses ({refusal}), farray does not"
        try:
            made = self.library.eval(text, handles)
            wrong = self.differs(made, expected)
            if not wrong and expected.ndim:
                index = tuple(slice(self.random.choice([None, 1]), None, self.random.choice([1, 2, -1]))
                              for _ in expected.shape)
                wrong = self.differs(self.library.transpose(self.library.index(made, index)), expected[index].T)
            if not wrong and made.flags & 16 and "'odd'" not in text and "ramp" not in text:
                wrong = self.round_trip(made, expected)
        except Failed as refusal:
            wrong = f"{refusal}"
        shapes = {name: (str(values.dtype), values.shape, values.strides) for name, values in names.items()}
        return f"{text} of {shapes}: {wrong}" if wrong else ""

    # What uses a part many times over is written many times over: those are not.
    def round_trip(self, handle, expected):
        written, leaves = self.library.expression(handle)
        again = self.library.eval(written, {f"a{i}": leaf for i, leaf in enumerate(leaves)})
        twice, _ = self.library.expression(again) if again.flags & 16 else (written, None)
        if twice != written:
            return f"\n{written}\nis written again as\n{twice}"
        return self.differs(again, expected)


class Moves(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.library = Library(os.environ["FARRAY_BUILD"])
        cls.folder = tempfile.TemporaryDirectory()

    def setUp(self):
        self.case = Case(self.library, self.folder.name, self.id())
        self.random = self.case.random
        self.library.set_memory_limit(self.random.choice([0, 1 << 20, 128 << 10]))

    def tearDown(self):
        self.library.set_memory_limit(0)

    def shape(self, least=0, most=4):
        return tuple(self.random.choice([1, 2, 3, 4, self.random.randrange(0, 9)]) for _ in
                     range(self.random.randrange(least, most)))

    def each(self, count, make):
        """`make` gives a text and its arrays; those that differ are shown together."""
        wrong = []
        for _ in range(count):
            text, arrays = make()
            found = self.case.check(text, arrays)
            if found:
                wrong.append(found)
        self.assertFalse(wrong, "\n\n".join(wrong[:5]))

    def one(self, least=0, most=4, dtypes=DTYPES):
        shape = self.shape(least, most)
        return shape, {"a": self.case.array(self.random.choice(dtypes), shape)}

    def axis(self, ndim):
        return self.random.randrange(-ndim - (self.random.random() < 0.05), ndim) if ndim else 0

    def similar(self, count, same=True, least=1):
        """Arrays that can be joined along an axis, most of the time."""
        shape = list(self.shape(least))
        axis = self.axis(len(shape)) if shape else 0
        dtypes = self.random.choice([[d] for d in DTYPES] + [["<f4", ">i2", "|u1", "<i4"], ["|S3", "|S5"], ["<U2", ">U4"],
                                                             ["<f2", "|b1", "<c8"]])
        arrays = {}
        for i in range(count):
            sizes = list(shape)
            if shape and not same and -len(shape) <= axis < len(shape):
                sizes[axis] = self.random.randrange(0, 6)
            if self.random.random() < 0.02:
                sizes = sizes + [2]
            arrays[f"x{i}"] = self.case.array(self.random.choice(dtypes), tuple(sizes))
        return axis, arrays

    def test_concatenate(self):
        def make():
            axis, arrays = self.similar(self.random.randrange(1, 5), same=False)
            names = ", ".join(arrays) + ","
            axis = self.random.choice([axis, axis, axis, None])
            dtype = self.random.choice(["", "", "", ", dtype='f8'"])
            return f"concatenate(({names}), axis={axis}{dtype})", arrays
        self.each(100, make)

    def test_stacks(self):
        def make():
            axis, arrays = self.similar(self.random.randrange(1, 4), least=0)
            names = ", ".join(arrays) + ","
            text = self.random.choice(["stack(({0}), axis={1})", "hstack(({0}))", "vstack(({0}))", "dstack([{0}])",
                                       "column_stack(({0}))", "stack([{0}])"])
            return text.format(names, axis), arrays
        self.each(100, make)

    def test_block(self):
        def make():
            _, arrays = self.similar(4)
            return self.random.choice(["block([[x0, x1], [x2, x3]])", "block([x0, x1])", "block([[x0], [x1]])",
                                       "block([[x0, x1], [x2]])", "block(x0)", "block([[[x0]], [[x1]]])",
                                       "block([[x0], [x1[..., ::-1]]])"]), arrays
        self.each(60, make)

    def test_split(self):
        def make():
            shape, arrays = self.one(1)
            axis = self.axis(len(shape))
            text = self.random.choice(["split(a, {0}, axis={1})[{2}]", "array_split(a, {0}, {1})[{2}]",
                                       "split(a, [1, 3], axis={1})[{2}]", "split(a, (-2, 1, 9))[{2}]", "hsplit(a, {0})[{2}]",
                                       "vsplit(a, [1])[{2}]", "dsplit(a, 1)[{2}]"])
            return text.format(self.random.choice([1, 2, 3]), axis, self.random.choice([0, 0, 1, -1])), arrays
        self.each(100, make)

    def test_views(self):
        def make():
            shape, arrays = self.one()
            n = len(shape)
            text = self.random.choice([
                "flip(a)", "flip(a, {0})", "flip(a, axis=({0}, {1}))", "fliplr(a)", "flipud(a)", "rot90(a, {k})",
                "rot90(a, k={k}, axes=({0}, {1}))", "moveaxis(a, {0}, {1})", "moveaxis(a, ({0}, {1}), ({1}, {2}))",
                "rollaxis(a, {0}, {2})", "swapaxes(a, {0}, {1})", "squeeze(a)", "squeeze(a, {0})", "expand_dims(a, {0})",
                "expand_dims(a, (0, {1}))", "atleast_1d(a)", "atleast_2d(a)", "atleast_3d(a)", "atleast_2d(a, a)[1]",
                "broadcast_to(a, {wide})", "broadcast_arrays(a, zeros({wide}))[0]", "ravel(a)", "a.ravel()", "a.flatten()",
                "ravel(a, order='F')", "a.flatten('F')", "reshape(a, -1)", "reshape(a, (-1, 1))", "reshape(a, -1, order='F')",
                "a.T.reshape({0}, -1)", "copy(a)", "a.copy()", "copy(a, order='F')", "a.transpose({0}, {1})", "diagonal(a)"])
            return text.format(*(self.axis(n) for _ in range(3)), k=self.random.randrange(-5, 6),
                               wide=(2,) + shape), arrays
        self.each(200, make)

    def test_roll(self):
        def make():
            shape, arrays = self.one()
            n = len(shape)
            text = self.random.choice(["roll(a, {0})", "roll(a, {0}, axis={1})", "roll(a, ({0}, {2}), axis=({1}, {3}))",
                                       "roll(a, {0}, axis=({1}, {3}))", "roll(a, ({0}, {2}))"])
            return text.format(self.random.randrange(-9, 9), self.axis(n), self.random.randrange(-3, 40), self.axis(n)), arrays
        self.each(83, make)

    def test_tile_and_repeat(self):
        def make():
            shape, arrays = self.one()
            text = self.random.choice(["tile(a, {0})", "tile(a, ({0}, {1}))", "tile(a, (1, {0}, {1}, 2))", "repeat(a, {0})",
                                       "repeat(a, {1}, axis={2})", "a.repeat({0}, axis={2})", "resize(a, ({0}, {1}))",
                                       "resize(a, {3})", "tile(a.T, ({0}, 1, {1}))"])
            return text.format(self.random.randrange(0, 4), self.random.randrange(0, 4), self.axis(len(shape)),
                               self.random.randrange(0, 50)), arrays
        self.each(100, make)

    def test_arrays_with_all_axes_repeat(self):
        values, handle = self.case.array("<i4", (2, 3) + (1,) * 62)
        for text in ["repeat(a, 2, axis=1)", "repeat(a, 3, axis=60)", "repeat(a.T, 2, axis=1)", "tile(a, 2)"]:
            self.assertEqual(self.case.check(text, {"a": (values, handle)}), "")

    def test_append_insert_delete(self):
        def make():
            shape, arrays = self.one(1)
            axis = self.axis(len(shape))
            text = self.random.choice(["append(a, a)", "append(a, a, axis={0})", "append(a, 5)", "append(a, [1, 2.5])",
                                       "insert(a, {1}, 7)", "insert(a, {1}, 7, axis={0})", "insert(a, [{3}, {4}], 3)",
                                       "insert(a, ({3}, {4}, {3}), [1, 2, 3])", "insert(a, {1}, [1, 2, 3])",
                                       "insert(a, [{3}, {4}], 3, axis={0})", "delete(a, {1})", "delete(a, {1}, axis={0})",
                                       "delete(a, [{1}, {2}])", "delete(a, ({1}, {2}, {1}), {0})"])
            if "7" in text or "3" in text or "5" in text:
                arrays = {"a": self.case.array(self.random.choice(["<f8", "<i4", ">i2", "|u1", "<c16"]), shape)}
            # Of several places NumPy checks none that is too far below 0.
            return text.format(axis, self.random.randrange(-3, 6), self.random.randrange(-2, 4), self.random.randrange(4),
                               self.random.randrange(4)), arrays
        self.each(100, make)

    def test_pad(self):
        def make():
            numbers = ["<f8", "<i4", ">i2", "|u1", "<c16", "<f4"]
            shape, arrays = self.one(1, 4, numbers)
            width = self.random.choice(["{0}", "({0}, {1})", "(({0}, {1}),)", "[[{0}, {1}]] + [[{2}, {0}]] * (a.ndim - 1)"])
            if "*" in width:
                width = str([[self.random.randrange(5), self.random.randrange(5)] for _ in shape])
            width = width.format(*(self.random.randrange(0, 12) for _ in range(3)))
            mode = self.random.choice(["", ", mode='edge'", ", mode='reflect'", ", mode='symmetric'", ", mode='wrap'",
                                       ", mode='maximum'", ", mode='minimum'", ", mode='mean'", ", mode='linear_ramp'",
                                       ", constant_values=3", ", constant_values=(3, 4)", ", mode='linear_ramp', end_values=7",
                                       ", mode='reflect', reflect_type='odd'", ", mode='symmetric', reflect_type='odd'",
                                       ", mode='maximum', stat_length=2", ", mode='mean', stat_length=(1, 3)", ", mode='median'",
                                       ", mode='median', stat_length=3"])
            if "median" in mode or "maximum" in mode or "minimum" in mode or "linear" in mode or "mean" in mode:
                arrays = {"a": self.case.array(self.random.choice(["<f8", "<i4", ">i2", "|u1"]), shape)}
            return f"pad(a, {width}{mode})", arrays
        self.each(133, make)

    def test_structures_of_the_other_byte_order(self):
        """Pads keep it; what is joined with another order is converted."""
        kind = np.dtype([("id", ">i4"), ("name", ">U2")])
        values = np.array([(1, "ab"), (2, "c"), (3, "")], kind)
        handle = self.case._memory("[('id', '>i4'), ('name', '>U2')]", values)
        for mode in ["edge", "reflect", "symmetric", "wrap"]:
            self.assertEqual(self.case.check(f"pad(a, 2, mode='{mode}')", {"a": (values, handle)}), "", mode)
        padded = self.library.eval("pad(a, 2)['id']", {"a": handle})
        self.assertEqual(self.case.round_trip(padded, np.pad(values, 2)["id"]), "")
        native = values.astype([("id", "<i4"), ("name", "<U2")])
        other = self.case._memory("[('id', '<i4'), ('name', '<U2')]", native)
        joined = self.library.eval("concatenate((a, b))", {"a": handle, "b": other})
        self.assertEqual(self.case.read(joined, native.dtype).tolist(), values.tolist() * 2)

    def test_an_empty_list_takes_nothing(self):
        values, handle = self.case.array("<f8", (2, 3), "file")
        for text in ["take(a, [])", "take(a, [], axis=0)", "a.take([], axis=1)"]:
            expected = eval(text.replace("[]", "np.zeros(0, int)"), {**NAMES, "np": np}, {"a": values})
            self.assertEqual(self.case.differs(self.library.eval(text, {"a": handle}), expected), "", text)

    def test_inserted_literals_fit(self):
        for text in ["insert(a, 1, 300)", "insert(a, 1, -1)", "insert(a, 1, 255)", "insert(a, [0, 1], 300, axis=0)",
                     "insert(a, 1, [300])", "insert(a, 1, [1, -1])", "insert(a, 1, [1.5, 255])", "insert(a, 1, [2**8 - 1])"]:
            self.assertEqual(self.case.check(text, {"a": self.case.array("|u1", (3,), "file")}), "")

    def test_differences_of_nothing(self):
        for shape, axis in [((0, 3), -1), ((2, 0, 3), 0), ((2, 0, 3), 2), ((0,), 0)]:
            arrays = {"a": self.case.array("<f8", shape, "file")}
            self.assertEqual(self.case.check(f"diff(a, axis={axis})", arrays), "")

    def test_meshgrid(self):
        def make():
            count = self.random.randrange(1, 4)
            arrays = {f"x{i}": self.case.array(self.random.choice(DTYPES), self.shape(0, 2)) for i in range(count)}
            options = self.random.choice(["", ", sparse=True", ", indexing='ij'", ", sparse=True, indexing='ij'"])
            return f"meshgrid({', '.join(arrays)}{options})[{self.random.randrange(-count, count)}]", arrays
        self.each(60, make)

    def test_triangles_and_diagonals(self):
        def make():
            shape, arrays = self.one(0, 4)
            text = self.random.choice(["tril(a)", "triu(a)", "tril(a, {0})", "triu(a, k={0})", "diag(a)", "diag(a, {0})",
                                       "diagflat(a)", "diagflat(a, {0})"])
            return text.format(self.random.randrange(-7, 8)), arrays
        self.each(100, make)

    def test_made(self):
        def make():
            _, arrays = self.one()
            shape = self.shape()
            n, m, k = (self.random.randrange(0, 9) for _ in range(3))
            text = self.random.choice([
                "zeros({s})", "ones({s}, 'i4')", "empty({s}) == 7e300", "full({s}, 7)", "full({s}, 2.5, dtype='f4')", "zeros({n}, 'S3')",
                "full({s}, True)", "zeros_like(a)", "empty_like(zeros({s})) == 7e300", "ones_like(zeros({s}), dtype='i2')",
                "full_like(ones({s}), 3)", "eye({n})", "eye({n}, {m}, {k})", "eye({n}, k=-{k}, dtype='i4')", "identity({n})",
                "tri({n}, {m}, {k})", "tri({n}, k=-{k}, dtype=bool)", "arange({n}, dtype='f4')", "arange({n}, dtype='u1')",
                "arange(0.5, {n}, 0.7, dtype='f4')", "arange(0.5, {n}, dtype='i4')", "arange(2, dtype=bool)",
                "arange({n}, dtype='c8')", "arange(0, {n}, 2, 'f2')", "linspace(0, {n}, {m})",
                "linspace(1, {n}, {m}, endpoint=False)", "linspace(0.5, {n}, num={m}, dtype='i4')",
                "linspace(0, 1, {m}, False, dtype='f4')", "full({s}, 300, dtype='u1')", "zeros(-1)",
                "concatenate(([1, 2], [3.5], arange({n})))", "stack([[1, 2], [3, 4]])"])
            return text.format(s=shape, n=n, m=m, k=k), arrays
        self.each(166, make)

    def test_powers_are_close(self):
        for text in ["logspace(0, 3, 7)", "logspace(0, 3, 7, endpoint=False, base=2)", "geomspace(1, 1000, 4)",
                     "geomspace(-2, -50, 9)", "geomspace(3, 9, 5, endpoint=False)", "geomspace(5, 5, 1)"]:
            expected = eval(text, NAMES)
            np.testing.assert_allclose(self.case.read(self.library.eval(text, {}), "f8"), expected, rtol=1e-15)

    def test_chains(self):
        """Moves of moves of moves, more than stand on each other."""
        for dtype in ["<f4", "|S3", RECORD]:
            values, handle = self.case.array(dtype, (5, 7))
            for step in range(12):
                text = ["concatenate((a, a.T[:5, ::-1]), axis=1)", "roll(a, 3, axis=1)", "tile(a, (2, 1))[:5]",
                        "repeat(a, 2, axis=0)[1::2]", "flip(a)"][step % 5]
                text = "roll(a, 2)" if step % 5 == 0 else text
                values, handle = eval(text, {**NAMES}, {"a": values}), self.library.eval(text, {"a": handle})
            self.assertEqual(self.case.differs(handle, values), "")


if __name__ == "__main__":
    unittest.main()
