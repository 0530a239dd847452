#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Choosing elements, and writing where positions and masks say, against NumPy: random shapes, element types, layouts and
overlaps, in memory and in files, by calls. CTest says where the library is by FARRAY_BUILD.

    python3 tests/api/test_choose_oracle.py [--cases N] [--first SEED]

Exit status 0: all agree; 1: some differ (each with its seed); 77: there is no NumPy.
"""
import argparse
import itertools
import os
import random
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("NumPy is not installed: skipped")
    sys.exit(77)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "random"))
from farray_ctypes import Failed, Library, READ_WRITE  # noqa: E402

DTYPES = ["?", "i1", "u2", ">i4", "i8", "f2", "f4", "f8", ">f8", "c8", "c16", "S3", "U2", "M8[s]",
          [("a", "<i2"), ("b", "<f8"), ("c", "S3")]]
LAYOUTS = ["C", "F", "strided", "negative", "file", "pending", "broadcast"]
ERRORS = (IndexError, ValueError, TypeError)
NUMBERS = itertools.count()


class Pair:
    """The same elements as an array of NumPy's and as one of farray's."""

    def __init__(self, numpy, farray):
        self.numpy, self.farray = numpy, farray


class Case:
    def __init__(self, library, folder, seed):
        self.library, self.folder = library, folder
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)

    # Arrays.

    def elements(self, dtype, shape):
        dtype = np.dtype(dtype)
        if dtype.names:
            made = np.zeros(shape, dtype)
            for name in dtype.names:
                made[name] = self.elements(dtype[name], shape)
            return made
        return self.numbers.integers(0, 100, shape).astype(dtype)

    def shape(self, ndim=None, most=6):
        ndim = self.random.choice([1, 1, 2, 2, 3, 4]) if ndim is None else ndim
        if ndim == 1 and self.random.random() < 0.15:
            return (self.random.choice([9000, 140000]),)
        if ndim == 2 and self.random.random() < 0.1:
            return self.random.choice([(400, 300), (3, 70000), (70000, 2)])
        return tuple(self.random.choice([0, 1] + list(range(2, most + 1)) * 4) for _ in range(ndim))

    def pair(self, dtype, shape, layouts=LAYOUTS):
        layout = self.random.choice(layouts)
        array = self.elements(dtype, shape)
        library = self.library
        if layout == "F" and len(shape) > 1:
            base = np.ascontiguousarray(array.T)
            return Pair(base.T, library.transpose(self.memory(base)))
        if layout in ("strided", "negative") and shape:
            step = 2 if layout == "strided" else -1
            wide = shape[:-1] + (shape[-1] * abs(step),)
            base = self.elements(dtype, wide)
            index = (Ellipsis, slice(None, None, step))
            return Pair(base[index], library.index(self.memory(base), index))
        if layout == "file":
            path = os.path.join(self.folder, f"{next(NUMBERS)}.npy")
            np.save(path, array)
            return Pair(array, library.open(path, READ_WRITE))
        if layout == "pending" and np.dtype(dtype).kind in "?biufc":
            mask, other = self.numbers.integers(0, 2, shape).astype(bool), self.elements(dtype, shape)
            made = library.operation("where", self.memory(mask), self.memory(array), self.memory(other))
            return Pair(np.where(mask, array, other), made)
        if layout == "broadcast" and shape and shape[0]:
            base = self.elements(dtype, (1,) + shape[1:])
            return Pair(np.broadcast_to(base, shape), library.broadcast_to(self.memory(base), shape))
        return Pair(array, self.memory(array))

    def memory(self, array):
        array = np.ascontiguousarray(array).reshape(array.shape)
        text = array.dtype.str if array.dtype.names is None else str(np.lib.format.dtype_to_descr(array.dtype))
        return self.library.from_data(text, array.shape, array.tobytes())

    def target(self):
        return self.pair(self.random.choice(DTYPES), self.shape(), ["C", "F", "strided", "negative", "file", "pending"])

    def mask(self, shape):
        density = self.random.choice([0, 0.01, 0.3, 0.5, 0.97, 1])
        made = self.pair("?", shape, ["C", "C", "F", "strided", "pending", "file"])
        chosen = self.numbers.random(shape) < density
        if made.numpy.flags.writeable and self.random.random() < 0.8:
            made.numpy[...] = chosen
            self.library.assign(made.farray, self.memory(chosen))
        return made

    def positions(self, size, shape, wrong=0.03):
        low, high = (-size, size) if self.random.random() < 0.5 else (0, size)
        if self.random.random() < wrong:
            high = size + 2
        kinds = ["i8", "i8", "i8", "i4", ">i8", "i2"] + (["u1"] if low >= 0 and high < 256 else [])
        values = self.numbers.integers(low, max(high, low + 1), shape)
        if self.random.random() < 0.2:
            values = np.sort(values.ravel()).reshape(shape)
        dtype = self.random.choice([kind for kind in kinds if high <= 30000 or kind[-1] != "2"])
        made = self.pair(dtype, shape, ["C", "C", "F", "strided", "file", "pending"])
        if made.numpy.flags.writeable:
            made.numpy[...] = values
            self.library.assign(made.farray, self.memory(values.astype("i8")))
        return made

    def index(self, shape):
        """An index with at least one array in it: as NumPy takes it, and as farray does."""
        choose = self.random
        while True:
            many = 7000 if np.prod(shape, dtype="i8") <= 400 or len(shape) == 1 else 9
            common = choose.choice([(), (1,), (4,), (2, 3), (3, 1), (0,), (many,)])
            numpy, farray, axis, arrays = [], [], 0, 0
            ellipsis = False
            while axis < len(shape):
                kind = choose.random()
                if kind < 0.3:
                    some = tuple(1 if choose.random() < 0.2 else size for size in common[choose.choice([0, 0, -1]):])
                    made = self.positions(shape[axis], some)
                    axis += 1
                elif kind < 0.45:
                    span = choose.randrange(0 if choose.random() < 0.1 else 1, min(2, len(shape) - axis) + 1)
                    # An axis without elements fits every other one.
                    made = self.mask(tuple(0 if choose.random() < 0.03 else size for size in shape[axis:axis + span]))
                    axis += span
                else:
                    made = None
                if made is not None:
                    arrays += 1
                    numpy.append(made.numpy)
                    farray.append(made.farray)
                    continue
                if kind < 0.55:
                    part = None
                elif kind < 0.6 and not ellipsis:
                    part, ellipsis = Ellipsis, True
                    axis += choose.randrange(0, len(shape) - axis + 1)
                elif kind < 0.7 and shape[axis]:
                    part = choose.randrange(-shape[axis], shape[axis])
                    axis += 1
                else:
                    part = choose.choice([slice(None), slice(None), slice(1, None), slice(None, None, -1), slice(0, 2)])
                    axis += 1
                numpy.append(part)
                farray.append(part)
                if choose.random() < 0.1:
                    break
            if arrays:
                return tuple(numpy), tuple(farray)

    # Comparing.

    def both(self, by_numpy, by_farray):
        """Both results, or None where both say no."""
        try:
            expected, refused = by_numpy(), None
        except ERRORS as error:
            expected, refused = None, error
        try:
            found, failed = by_farray(), None
        except Failed as error:
            found, failed = None, error
        if (refused is None) != (failed is None):
            raise AssertionError(f"NumPy: {refused or 'fine'}, farray: {failed or 'fine'}")
        return None if refused is not None else (expected, found)

    def read(self, array):
        raw = self.library.get_all(array)
        dtype = np.dtype(eval(array.dtype_text) if array.dtype_text[0] == "[" else array.dtype_text)
        if dtype.names is None:
            dtype = dtype.newbyteorder("=")
        return np.frombuffer(raw, dtype).reshape(array.shape)

    def same(self, expected, array):
        found = self.read(array)
        if found.shape != np.shape(expected):
            raise AssertionError(f"shape {found.shape}, NumPy has {np.shape(expected)}")
        expected = np.asarray(expected).astype(found.dtype)
        if found.tobytes() != expected.tobytes():
            where = np.argwhere(np.atleast_1d(found != expected))[:3].tolist() if found.dtype.names is None else "somewhere"
            raise AssertionError(f"values differ at {where}: {found.ravel()[:12]} {expected.ravel()[:12]}")

    def result(self, by_numpy, by_farray):
        def computed():
            made = by_farray()
            for array in made if isinstance(made, list) else [made]:
                self.read(array)
            return made
        both = self.both(by_numpy, computed)
        if both is None:
            return
        expected, found = both
        if not isinstance(found, list):
            expected, found = [expected], [found]
        for e, f in zip(expected, found, strict=True):
            self.same(e, f)
            self.views(np.asarray(e), f)
        self.round_trip(expected[0], found[0])

    def views(self, expected, array):
        """A slice of what is chosen is that slice."""
        if expected.ndim == 0:
            return
        part = tuple(self.random.choice([slice(None), slice(None, None, -1), slice(1, None, 2), slice(2, 3)])
                     for _ in range(expected.ndim))
        view = self.library.index(array, part)
        self.same(expected[part], view)
        if expected.ndim > 1:
            self.same(expected.T, self.library.transpose(array))

    def round_trip(self, expected, array):
        """The text of a graph gives the same graph."""
        if not array.flags & 16:
            return
        text, leaves = self.library.expression(array)
        again = self.library.eval(text, {f"a{i}": leaf for i, leaf in enumerate(leaves)})
        self.same(expected, again)
        if self.library.expression(again)[0] != text:
            raise AssertionError(f"{text} becomes {self.library.expression(again)[0]}")

    # Cases.

    def get_index(self):
        a = self.pair(self.random.choice(DTYPES), self.shape())
        numpy, farray = self.index(a.numpy.shape)
        self.result(lambda: np.array(a.numpy[numpy]), lambda: self.library.index(a.farray, farray))

    def get_take(self):
        a = self.pair(self.random.choice(DTYPES), self.shape())
        axis = self.random.choice([None] + list(range(-a.numpy.ndim, a.numpy.ndim)))
        size = a.numpy.size if axis is None else a.numpy.shape[axis]
        many = 5000 if a.numpy.size <= 400 or axis is None else 5
        i = self.positions(size, self.random.choice([(), (3,), (2, 2), (many,)]), wrong=0.3)
        mode = self.random.choice(["raise", "wrap", "clip"])
        if mode != "raise" and (a.numpy.size == 0 or np.abs(i.numpy.astype("f8")).max(initial=0) > 1000 * max(size, 1)):
            return  # NumPy goes around step by step, and for ever where there is nothing
        axes = self.axes(axis)
        self.result(lambda: np.take(a.numpy, i.numpy, axis, mode=mode),
                    lambda: self.library.choosing("take", a.farray, i.farray, axes,
                                                  ["raise", "wrap", "clip"].index(mode)))

    @staticmethod
    def axes(axis):
        import farray_ctypes
        return farray_ctypes._axes(axis)

    def get_compress(self):
        a = self.pair(self.random.choice(DTYPES), self.shape())
        axis = self.random.choice([None] + list(range(a.numpy.ndim)))
        size = a.numpy.size if axis is None else a.numpy.shape[axis]
        # Where there is nothing in front of the axis NumPy counts what is beyond the end, and looks at nothing.
        length = max(0, size + self.random.choice([0, 0, 0, -1, 1, 3] if a.numpy.size else [0]))
        m = self.mask((length,))
        self.result(lambda: np.compress(m.numpy, a.numpy, axis),
                    lambda: self.library.choosing("compress", m.farray, a.farray, self.axes(axis)))

    def get_extract(self):
        a = self.pair(self.random.choice(DTYPES), self.shape(), ["C", "F", "file", "strided"])
        m = self.pair(self.random.choice(["?", "i2", "f4"]), a.numpy.shape)
        self.result(lambda: np.extract(m.numpy, a.numpy), lambda: self.library.choosing("extract", m.farray, a.farray))

    def get_positions(self):
        a = self.mask(self.shape())
        self.result(lambda: np.argwhere(a.numpy), lambda: self.library.choosing("argwhere", a.farray))
        self.result(lambda: np.flatnonzero(a.numpy), lambda: self.library.choosing("flatnonzero", a.farray))
        self.result(lambda: list(np.nonzero(a.numpy)), lambda: self.library.several("nonzero", a.numpy.ndim, a.farray))

    def get_take_along_axis(self):
        a = self.pair(self.random.choice(DTYPES), self.shape(most=5))
        axis = self.random.randrange(-a.numpy.ndim, a.numpy.ndim)
        shape = list(a.numpy.shape)
        shape[axis] = self.random.choice([1, 3, 0])
        if self.random.random() < 0.2:
            shape[self.random.randrange(len(shape))] = 1
        i = self.positions(a.numpy.shape[axis], tuple(shape))
        self.result(lambda: np.take_along_axis(a.numpy, i.numpy, axis),
                    lambda: self.library.choosing("take_along_axis", a.farray, i.farray, axis))

    def get_choose(self):
        shape = self.shape(most=4)
        count = self.random.randrange(1, 5)
        dtype = self.random.choice(["i2", "f4", "f8", "c16", "u1"])
        choices = [self.pair(self.random.choice([dtype, "i4"]), shape[self.random.choice([0, 0, len(shape) // 2]):])
                   for _ in range(count)]
        i = self.positions(count, shape, wrong=0.2)
        mode = self.random.choice(["raise", "wrap", "clip"])
        if mode == "raise" and (i.numpy < 0).any():
            mode = "wrap"
        self.result(lambda: np.choose(i.numpy, [c.numpy for c in choices], mode=mode),
                    lambda: self.library.choosing("choose", i.farray, [c.farray for c in choices],
                                                  ["raise", "wrap", "clip"].index(mode)))

    def get_select(self):
        shape = self.shape(most=4)
        count = self.random.randrange(1, 4)
        conditions = [self.mask(shape) for _ in range(count)]
        choices = [self.pair(self.random.choice(["i2", "f4", "f8"]), shape) for _ in range(count)]
        def by_farray():
            import ctypes
            lists = [(ctypes.c_void_p * count)(*(p.farray.pointer for p in pairs)) for pairs in (conditions, choices)]
            return self.library.array("select", *lists, count, None)
        self.result(lambda: np.select([c.numpy for c in conditions], [c.numpy for c in choices]), by_farray)

    def get_coordinates(self):
        shape = tuple(max(size, 1) for size in self.shape(most=5))
        total = int(np.prod(shape))
        i = self.positions(total, self.random.choice([(), (4,), (2, 3), (5000,)]), wrong=0.1)
        self.result(lambda: list(np.unravel_index(i.numpy, shape)),
                    lambda: self.several_coordinates(i.farray, shape))
        common = self.random.choice([(3,), (2, 2)])
        each = [self.positions(size, common, wrong=0.05) for size in shape]
        mode = self.random.choice(["raise", "wrap", "clip"])
        import farray_ctypes
        self.result(lambda: np.ravel_multi_index([e.numpy.astype("i8") for e in each], shape, mode=mode),
                    lambda: self.library.choosing("ravel_multi_index", [e.farray for e in each],
                                                  farray_ctypes._shape(shape), ["raise", "wrap", "clip"].index(mode)))

    def several_coordinates(self, positions, shape):
        import farray_ctypes
        return self.library.several("unravel_index", len(shape), positions, farray_ctypes._shape(shape))

    def get_ix(self):
        arrays = [self.mask((4,)) if self.random.random() < 0.3 else self.positions(4, (3,), wrong=0) for _ in range(3)]
        self.result(lambda: list(np.ix_(*(a.numpy for a in arrays))),
                    lambda: self.library.several("ix", 3, [a.farray for a in arrays]))

    # Writing.

    def written(self, a, by_numpy, by_farray):
        if self.both(by_numpy, by_farray) is not None:
            self.same(a.numpy, a.farray)

    def value_for(self, a, shape):
        """Something that broadcasts to a shape, now and then part of the target itself."""
        choose = self.random
        if choose.random() < 0.2 and shape == a.numpy.shape and shape:
            index = tuple(choose.choice([slice(None), slice(None, None, -1)]) for _ in shape)
            return Pair(a.numpy[index], self.library.index(a.farray, index))
        some = tuple(1 if choose.random() < 0.3 else size for size in shape)
        some = some[choose.choice([0, 0, len(some), max(len(some) - 1, 0)]):]
        if choose.random() < 0.05:
            some = some + (3,)
        dtype = a.numpy.dtype
        if dtype.kind in "biufc" and dtype.kind != "?":
            dtype = choose.choice([dtype, "f8", "i4", "?"]) if dtype.kind != "b" else dtype
            if np.dtype(dtype).kind == "c" and a.numpy.dtype.kind != "c":
                dtype = a.numpy.dtype
        return self.pair(dtype.str if isinstance(dtype, np.dtype) and dtype.names is None else dtype, some,
                         ["C", "F", "strided", "file", "pending"])

    def put_index(self):
        a = self.target()
        numpy, farray = self.index(a.numpy.shape)
        try:
            shape = a.numpy[numpy].shape
        except ERRORS:
            shape = (2,)
        value = self.value_for(a, shape)
        fixed = np.array(value.numpy)
        reader = None
        if self.random.random() < 0.3 and a.numpy.dtype.kind in "iuf":
            before = a.numpy + a.numpy
            reader = self.library.operation("add", a.farray, a.farray)

        def by_numpy():
            a.numpy[numpy] = fixed
        self.written(a, by_numpy, lambda: self.library.assign_at(a.farray, farray, value.farray))
        if reader is not None:
            self.same(before, reader)

    def put_own_mask(self):
        """The mask is a computation of the target: a[a > 50] = b."""
        a = self.pair(self.random.choice(["i4", "f8", ">f8", "u2"]), self.shape(), ["C", "F", "strided", "file"])
        limit = self.memory(np.array(50, a.numpy.dtype))
        mask = Pair(a.numpy > 50, self.library.operation("greater", a.farray, limit))
        value = self.value_for(a, (int(mask.numpy.sum()),))

        def by_numpy():
            a.numpy[mask.numpy] = value.numpy
        self.written(a, by_numpy, lambda: self.library.assign_at(a.farray, (mask.farray,), value.farray))

    def put_own_index(self):
        """The positions are the target's own elements."""
        size = self.random.choice([1, 5, 300])
        a = self.pair("i8", (size,), ["C", "strided", "file"])
        a.numpy[...] = self.numbers.integers(0, size, size)
        self.library.assign(a.farray, self.memory(np.ascontiguousarray(a.numpy)))
        value = self.pair("i8", (size,), ["C"])
        fixed = a.numpy.copy()

        def by_numpy():
            a.numpy[fixed] = value.numpy
        self.written(a, by_numpy, lambda: self.library.assign_at(a.farray, (a.farray,), value.farray))

    def put_function(self):
        a = self.target()
        i = self.positions(a.numpy.size, self.random.choice([(), (3,), (2, 2), (5000,)]), wrong=0.2)
        count = self.random.choice([1, 2, 3, max(i.numpy.size, 1)])
        v = self.pair(a.numpy.dtype.str if a.numpy.dtype.names is None else np.lib.format.dtype_to_descr(a.numpy.dtype),
                      (count,), ["C", "strided"])
        mode = self.random.choice(["raise", "wrap", "clip"])
        self.written(a, lambda: np.put(a.numpy, i.numpy, v.numpy, mode=mode),
                     lambda: self.library.writing("put", a.farray, i.farray, v.farray,
                                                  ["raise", "wrap", "clip"].index(mode)))

    def put_along(self):
        a = self.target()
        axis = self.random.randrange(-a.numpy.ndim, a.numpy.ndim)
        shape = list(a.numpy.shape)
        shape[axis] = self.random.choice([1, 3])
        i = self.positions(a.numpy.shape[axis], tuple(shape))
        v = self.value_for(a, tuple(shape))
        self.written(a, lambda: np.put_along_axis(a.numpy, i.numpy, v.numpy, axis),
                     lambda: self.library.writing("put_along_axis", a.farray, i.farray, v.farray, axis))

    def put_mask(self):
        a = self.target()
        name = self.random.choice(["place", "putmask"])
        m = self.mask(a.numpy.shape if self.random.random() < 0.9 else (3,))
        count = self.random.choice([1, 2, 5, max(a.numpy.size, 1)])
        v = self.pair(a.numpy.dtype.str if a.numpy.dtype.names is None else np.lib.format.dtype_to_descr(a.numpy.dtype),
                      (count,), ["C", "strided"])
        if a.numpy.size > 20000 and name == "putmask":
            v = Pair(v.numpy[:1], self.library.index(v.farray, (slice(0, 1),)))
        self.written(a, lambda: getattr(np, name)(a.numpy, m.numpy, v.numpy),
                     lambda: self.library.writing(name, a.farray, m.farray, v.farray))

    def put_copyto(self):
        a = self.target()
        m = self.mask(a.numpy.shape[self.random.choice([0, 0, 1]):])
        v = self.value_for(a, a.numpy.shape)
        self.written(a, lambda: np.copyto(a.numpy, v.numpy.copy(), where=m.numpy),
                     lambda: self.library.writing("copyto", a.farray, v.farray, m.farray))


KINDS = [name for name in vars(Case) if name.startswith(("get_", "put_"))]


def main():
    if os.environ.get("FARRAY_SANITIZE") and "LD_PRELOAD" not in os.environ:
        print("SKIP: a sanitized library cannot be loaded here")
        return 77
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--only", choices=KINDS)
    options = parser.parse_args()
    library = Library(os.environ.get("FARRAY_BUILD", "build"))
    wrong = 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("FARRAY_TEST_FOLDER")) as folder:
        for seed in range(options.first, options.first + options.cases):
            kind = options.only or KINDS[seed % len(KINDS)]
            case = Case(library, folder, seed)
            library.set_threads(case.random.choice([1, 2, 3]))
            library.set_memory_limit(case.random.choice([0, 0, 4 << 20]))
            try:
                getattr(case, kind)()
            except Exception as error:  # noqa: BLE001: any of them is a difference, and is shown with its seed
                wrong += 1
                if wrong <= 12:
                    print(f"--first {seed} --cases 1 --only {kind}: {type(error).__name__}: {error}", flush=True)
    print(f"{options.cases - wrong} cases agree, {wrong} do not")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
