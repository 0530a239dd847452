# SPDX-License-Identifier: BSD-3-Clause
"""One program, run twice: by NumPy, which computes at once, and by farray, which computes when it must.

A step is a dictionary of plain values, so that a program can be printed, shrunk and run again. Each step is done by NumPy
first; when NumPy refuses it, farray must refuse it too. Knows nothing about how programs are thought up.
"""
import os
import shutil

import numpy as np

import data
import trees
from farray_ctypes import COPY_ON_WRITE, CREATE, PENDING, READ_ONLY, READ_WRITE, WRITEABLE, Failed
from oracle import NUMPY_ERRORS, Unsuitable, Value, compare, native

MODES = {"r": READ_ONLY, "r+": READ_WRITE, "c": COPY_ON_WRITE}


class Difference(Exception):
    """farray did something else than NumPy."""


class Root:
    """What views share: memory, a file's bytes, or a result."""

    def __init__(self, value, path=None, reads=None):
        self.value = value
        self.path = path
        self.reads = reads  # of a result: the arrays that it was made from; else None


class Variable:
    def __init__(self, value, handle, root, writeable=True):
        self.value = value
        self.handle = handle
        self.root = root
        self.writeable = writeable

    @property
    def array(self):
        return self.value.array

    @property
    def pending(self):
        return bool(self.handle.flags & PENDING)


class File:
    """The bytes of a file as NumPy sees them: all handles of the file are views of `buffer`."""

    ROOM = 1 << 16  # to grow in place, so that old views and new ones share bytes

    def __init__(self, buffer, offset, dtype, shape, order):
        self.room = np.zeros(buffer.size + self.ROOM, "u1")
        self.room[:buffer.size] = buffer
        self.buffer = self.room[:buffer.size]
        self.offset = offset
        self.dtype = dtype
        self.shape = tuple(shape)
        self.order = order

    def grow(self, end, added):
        """Makes the array that ends at byte `end` longer; what was behind it goes."""
        self.buffer = self.room[:end + added]

    def view(self, dtype=None, shape=None, offset=None, order=None):
        dtype = self.dtype if dtype is None else eval_dtype(dtype)
        shape = self.shape if shape is None else tuple(shape)
        offset = self.offset if offset is None else offset
        count = int(np.prod(shape, dtype="i8")) * dtype.itemsize
        if count == 0:
            return np.zeros(shape, dtype, order or self.order)
        return np.ndarray(shape, dtype, self.buffer, offset, order=order or self.order)


class Archive(File):
    """An archive with one array, called m, that nobody writes to: the file's bytes, and the array."""

    def __init__(self, buffer, array, order):
        super().__init__(buffer, 0, array.dtype, array.shape, order)
        self.array = array

    def view(self, dtype=None, shape=None, offset=None, order=None):
        return self.array


class World:
    def __init__(self, library, oracle, folder, seen=None):
        self.library = library
        self.oracle = oracle
        self.folder = folder
        self.variables = {}
        self.files = {}
        self.file_kinds = {}
        self.results = []  # roots of all results ever made
        self.expected_names = set()
        self.seen = seen or (lambda *_: None)
        self.limit = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, step):
        getattr(self, "do_" + step["do"])(**{k: v for k, v in step.items() if k != "do"})

    def array(self, name):
        return self.variables[name].array

    def look(self, tree):
        """NumPy's value of a tree; None where it has none."""
        try:
            return trees.evaluate(tree, self.oracle, lambda name: self.variables[name].value).array
        except NUMPY_ERRORS + (RuntimeError, MemoryError, Unsuitable):
            return None

    # Doing a thing twice.

    def both(self, by_numpy, by_farray, may_differ=()):
        """The results of both, or None when both refuse."""
        refused = None
        try:
            expected = by_numpy()
        except NUMPY_ERRORS as error:
            refused, expected = error, None
        except (RuntimeError, MemoryError) as error:  # some of NumPy stops at 32 dimensions, or makes them all large
            raise Unsuitable from error
        try:
            found = by_farray()
        except Failed as error:
            if refused is None:
                raise Difference(f"farray refuses what NumPy does: {error}") from None
            if error.code in ("FA_INTERNAL", "FA_NO_MEMORY", "NULL"):
                raise Difference(f"NumPy says {refused!r}, farray says {error}") from None
            return None
        if refused is not None:
            raise Difference(f"NumPy refuses: {type(refused).__name__}: {refused}; farray does it")
        return expected, found

    def add(self, name, value, handle, root=None, writeable=True):
        """A new variable; its shape and element type must agree before anything is computed."""
        variable = Variable(value, handle, root or Root(value), writeable)
        if handle.shape != value.array.shape:
            raise Difference(f"shape {value.array.shape} expected, {handle.shape} found")
        found = np.dtype(eval_dtype(handle.dtype_text))
        if found != value.array.dtype:
            raise Difference(f"dtype {value.array.dtype} expected, {found} found")
        self.variables[name] = variable

    # Arrays.

    def do_memory(self, out, dtype, shape, profile, seed):
        array = data.elements(eval_dtype(dtype), tuple(shape), profile, seed).astype(eval_dtype(dtype))
        self.add(out, Value(array), self.library.from_data(dtype, shape, array.tobytes()))

    def do_make(self, out, how, arguments, dtype=None):
        if how in ("zeros", "ones", "empty"):
            array = np.ones(arguments, dtype) if how == "ones" else np.zeros(arguments, dtype)
            self.add(out, Value(array), getattr(self.library, how)(dtype, arguments))
        elif how == "full":
            shape, profile, seed = arguments
            element = data.elements(dtype, (), profile, seed).astype(dtype)
            self.add(out, Value(np.full(shape, element, dtype)), self.library.full(dtype, shape, element.tobytes()))
        elif how == "arange_int64":
            self._generated(out, np.arange(*arguments, dtype="i8"), self.library.arange_int64(*arguments))
        elif how == "arange_float64":
            self._generated(out, np.arange(*arguments), self.library.arange_float64(*arguments))
        elif how == "linspace":
            self._generated(out, np.linspace(*arguments), self.library.linspace(*arguments))
        else:  # random numbers have no oracle but themselves: another array of the same seed
            shape, seed = arguments
            make = getattr(self.library, how)
            twin = make(dtype, shape, seed)
            array = np.frombuffer(self.library.get_all(twin), dtype).reshape(shape).copy()
            self._generated(out, array, make(dtype, shape, seed))

    def _generated(self, out, array, handle):
        value = Value(array)
        self.add(out, value, handle, Root(value, reads=[]))

    def do_file(self, out, path, kind, writer, dtype, shape, order, offset, mode, profile, seed):
        element = eval_dtype(dtype)
        array = np.asarray(data.elements(element, tuple(shape), profile, seed).astype(element), order=order)
        full = self.path(path)
        self.expected_names.add(path)
        if kind in ("npz", "deflated"):
            self._archive(full, kind, writer, dtype, array, order)
            self.file_kinds[path] = kind
            self.files[path] = Archive(np.fromfile(full, "u1"), array, order)
            self.do_again(out, path, kind, "r")
            return
        if kind == "npy":
            if writer == "numpy":
                with open(full, "wb") as file:
                    np.save(file, array)
            else:
                handle = self.library.create(full, dtype, shape, order)
                self.library.assign(handle, self.library.from_data(dtype, shape, array.tobytes()))
                handle.release()
            with open(full, "rb") as file:
                version = np.lib.format.read_magic(file)
                read_header = getattr(np.lib.format, f"read_array_header_{version[0]}_0")
                found = read_header(file)
                offset = file.tell()
            self._same_header((tuple(shape), order == "F", element), found, array)
        else:
            if writer == "numpy":
                with open(full, "wb") as file:
                    file.write(bytes(offset) + array.tobytes(order))
            else:
                handle = self.library.memmap(full, CREATE, dtype, shape, offset, order)
                self.library.assign(handle, self.library.from_data(dtype, shape, array.tobytes()))
                handle.release()
        buffer = np.fromfile(full, "u1")
        self.file_kinds[path] = kind
        self.files[path] = File(buffer, offset, element, shape, order)
        written = self.files[path].view()
        if written.tobytes() != array.tobytes():
            raise Difference(f"{path}: not what was written")
        self.do_again(out, path, kind, mode)

    def _archive(self, full, kind, writer, dtype, array, order):
        """Writes an archive; what farray writes, NumPy reads."""
        if writer == "numpy":
            with open(full, "wb") as file:
                (np.savez if kind == "npz" else np.savez_compressed)(file, m=array)
            return
        handle = self.library.from_data(dtype, array.shape, array.tobytes())
        self.library.save_member(full + "::m", handle, order, kind == "deflated")
        handle.release()
        with np.load(full) as archive:
            found = archive["m"]  # compares the checksum
        self._same_header((array.shape, order == "F", array.dtype), (found.shape, found.flags.fnc, found.dtype), array)
        if found.tobytes() != array.tobytes():
            raise Difference(f"{full}: not what was written")

    @staticmethod
    def _same_header(expected, found, array):
        shape, fortran, dtype = found
        if shape != expected[0] or dtype != expected[2]:
            raise Difference(f"header says {found}, {expected} expected")
        if array.ndim > 1 and array.size > 1 and fortran != expected[1] \
                and not (array.flags.c_contiguous and array.flags.f_contiguous):
            raise Difference(f"header says fortran_order {fortran}, {expected[1]} expected")

    def do_again(self, out, path, kind, mode, dtype=None, shape=None, offset=None, order=None):
        """Another handle of a file, where it is headerless maybe with another shape and element type."""
        file = self.files[path]
        value = Value(file.view(dtype, shape, offset, order))
        if kind == "npy":
            handle = self.library.open(self.path(path), MODES[mode])
        elif kind in ("npz", "deflated"):
            handle = self.library.open(self.path(path) + "::m", READ_ONLY)
            mode = "r"
        else:
            handle = self.library.memmap(
                self.path(path), MODES[mode], dtype or dtype_text(file.dtype), file.shape if shape is None else shape,
                file.offset if offset is None else offset, order or file.order)
        if mode == "c":
            # Pages that were not written go on showing the file: written once, the whole array is its own.
            value = Value(value.array.copy("K"))
            try:
                self.library.assign(handle, handle)
            except Failed as error:
                handle.release()
                if error.code == "FA_NO_MEMORY" and self.limit and array_bytes(value.array) * 2 > self.limit:
                    raise Unsuitable from error  # pages of its own are charged, and there is no room for all of them
                raise Difference(f"farray refuses what NumPy does: {error}") from None
        self.add(out, value, handle, Root(value, path), writeable=mode != "r")

    def growing_axis(self, path):
        """The outermost in the file. A .npy header says order F only of arrays that are not in order C too."""
        file = self.files[path]
        fortran = file.order == "F" and (self.file_kinds[path] == "raw" or not file.view().flags.c_contiguous)
        return len(file.shape) - 1 if fortran else 0

    def do_append(self, out, path, kind, rows):
        """More rows for a file, through a handle of its own; all handles stay what they were."""
        file, source, axis = self.files[path], self.variables[rows], self.growing_axis(path)
        if source.value.fuzzy or len(file.buffer) > file.ROOM:
            raise Unsuitable
        old = file.view()
        order = "F" if file.order == "F" and axis == len(file.shape) - 1 else "C"
        cast = source.value if source.array.dtype.names or file.dtype.names else \
            self.oracle.cast(source.value, native(file.dtype))
        handle = self.library.open(self.path(path), READ_WRITE) if kind == "npy" else \
            self.library.memmap(self.path(path), READ_WRITE, dtype_text(file.dtype), file.shape, file.offset, file.order)
        def longer_in_numpy():
            rows = cast.array.astype(file.dtype)
            return np.concatenate([old, np.expand_dims(rows, axis) if rows.ndim == old.ndim - 1 else rows], axis)

        made = self.both(longer_in_numpy,
                         lambda: self.library.append(handle, source.handle))
        handle.release()
        if made is None:
            return
        whole, longer = made
        bytes_before, bytes_now = (a.size * file.dtype.itemsize for a in (old, whole))
        file.grow(file.offset + bytes_before, bytes_now - bytes_before)
        file.shape, file.order = whole.shape, order
        view = file.view()
        view[...] = whole
        if kind == "npy":
            with open(self.path(path), "rb") as written:
                version = np.lib.format.read_magic(written)
                read_header = getattr(np.lib.format, f"read_array_header_{version[0]}_0")
                self._same_header((whole.shape, order == "F", file.dtype), read_header(written), whole)
                written.seek(0)
                file.buffer[:file.offset] = np.frombuffer(written.read(file.offset), "u1")
        value = Value(view)
        self.add(out, value, longer, Root(value, path))
        if view.dtype.kind in "fc" and np.isnan(view).any():
            self._settle(self.variables[out])  # which NaN it is, is farray's to choose

    # Views.

    def do_view(self, out, of, how, arguments):
        variable = self.variables[of]
        library, handle = self.library, variable.handle
        writeable = variable.writeable
        if how in ("index", "slice"):
            index = trees.to_index(arguments)
            by_numpy = lambda a: a[index if Ellipsis in index else index + (Ellipsis,)]
            if how == "index":
                by_farray = lambda: library.index(handle, index)
            else:
                text = trees.text(("view", ("var", "x"), arguments))[1:]
                by_farray = lambda: library.slice(handle, text)
        elif how == "transpose":
            by_numpy, by_farray = np.transpose, lambda: library.transpose(handle)
        elif how == "permute":
            by_numpy, by_farray = lambda a: np.transpose(a, arguments), lambda: library.permute(handle, arguments)
        elif how == "swap_axes":
            by_numpy, by_farray = lambda a: np.swapaxes(a, *arguments), lambda: library.swap_axes(handle, *arguments)
        elif how == "reshape":
            by_numpy = lambda a: np.reshape(a, arguments, copy=False)
            by_farray = lambda: library.reshape(handle, arguments)
        elif how == "ravel":
            by_numpy, by_farray = lambda a: np.reshape(a, -1, copy=False), lambda: library.ravel(handle)
        elif how == "broadcast_to":
            by_numpy = lambda a: np.broadcast_to(a, arguments)
            by_farray = lambda: library.broadcast_to(handle, arguments)
            writeable = False
        elif how == "field":
            by_numpy, by_farray = lambda a: a[arguments], lambda: library.field(handle, arguments)
        elif how == "diagonal":
            by_numpy, by_farray = lambda a: np.diagonal(a, *arguments), lambda: library.diagonal(handle, *arguments)
            writeable = False
        else:
            by_numpy = lambda a: np.lib.stride_tricks.sliding_window_view(a, *arguments)
            by_farray = lambda: library.sliding_window(handle, *arguments)
            writeable = False
        made = self.both(lambda: trees.viewed(variable.value, by_numpy), by_farray)
        if made is not None:
            self.add(out, made[0], made[1], variable.root, writeable)

    # Results.

    def _evaluate_tree(self, tree):
        return trees.evaluate(tree, self.oracle, lambda name: self.variables[name].value, self._saw)

    def _saw(self, name, values, operands):
        for value, operand in zip(values, operands):
            if operand[0] == "var":
                variable = self.variables[operand[1]]
                layout = data.layout_of(variable.array, variable.pending, variable.root.path is not None)
                self.seen(name, native(variable.array.dtype).str[1:], layout)
                break

    def _by_farray(self, tree, by):
        if by == "calls":
            return trees.call(tree, self.library, lambda name: self.variables[name].handle)
        names = trees.variables(tree)
        return self.library.eval(trees.text(tree), {name: self.variables[name].handle for name in names})

    def do_build(self, out, tree, by):
        tree = trees.by_functions(tree) if by == "calls" else tree
        made = self.both(lambda: self._evaluate_tree(tree), lambda: self._by_farray(tree, by))
        if made is None:
            self._saw_refusal(tree)
            return
        value, handle = made
        root, writeable = None, bool(value.array.size) or bool(handle.flags & WRITEABLE)  # nothing shares no memory
        for name in trees.variables(tree):
            other = self.variables[name]
            if np.may_share_memory(value.array, other.array):
                root, writeable = other.root, other.writeable
        if root is None:
            reads = []
            for name in trees.variables(tree):
                other = self.variables[name]
                reads += [other.array] + (other.root.reads or [])
            root = Root(value, reads=reads)
            self.results.append(root)
            if value.array.size and not handle.flags & PENDING:  # an empty view of a view cannot be told from a result
                raise Difference("a result is not pending: it was computed when it was built")
        self.add(out, value, handle, root, writeable)

    def _saw_refusal(self, tree):
        """A cell that NumPy refuses is covered when farray refuses it."""
        operands = trees.children(tree)
        if tree[0] in ("op", "reduce", "move", "index") and operands[0][0] == "var":
            variable = self.variables[operands[0][1]]
            layout = data.layout_of(variable.array, variable.pending, variable.root.path is not None)
            self.seen("index" if tree[0] == "index" else tree[1], native(variable.array.dtype).str[1:], layout)

    # Writes.

    def _writing(self, target, value_pending, write):
        """Does a write, and holds farray to its word: one that nobody's pending array can see evaluates nothing."""
        variable = self.variables[target]
        if variable.root.value.fuzzy:
            raise Unsuitable
        low, high = np.lib.array_utils.byte_bounds(variable.array)
        reads = [array for root in self.results for array in root.reads]
        unseen = all(np.lib.array_utils.byte_bounds(a)[1] <= low or np.lib.array_utils.byte_bounds(a)[0] >= high
                     for a in reads)
        watch = unseen and not value_pending and not variable.pending and variable.root.reads is None
        before = self.library.statistics().evaluations
        made = write(variable)
        if made is not None and variable.root.path is not None and variable.array.dtype.kind in "fc" \
                and np.isnan(variable.array).any():
            self._settle(variable)  # which NaN it is, is farray's to choose; from now on NumPy's bytes are the same
        if watch and made is not None and self.library.statistics().evaluations != before:
            raise Difference("a write that no pending array can see evaluated something")

    def do_assign(self, target, value):
        source = self.variables[value]
        if source.value.fuzzy:
            raise Unsuitable

        def write(variable):
            cast = self.oracle.cast(source.value, native(variable.array.dtype)) \
                if source.array.dtype.names is None and variable.array.dtype.names is None else source.value
            return self.both(lambda: np.copyto(variable.array, cast.array, casting="unsafe"),
                             lambda: self.library.assign(variable.handle, source.handle))
        self._writing(target, source.pending or source.root.reads is not None, write)

    def do_assign_at(self, target, index, value):
        source = self.variables[value]
        arrays = [self.variables[name] for name in trees.by_names(index)]
        if source.value.fuzzy or any(array.value.fuzzy for array in arrays):
            raise Unsuitable

        def write(variable):
            cast = self.oracle.cast(source.value, native(variable.array.dtype))
            at = trees.to_index(index, lambda name: self.variables[name].array.copy())
            fixed = np.array(cast.array)

            def by_numpy():
                variable.array[at] = fixed
            parts = trees.to_index(index, lambda name: self.variables[name].handle)
            return self.both(by_numpy, lambda: self.library.assign_at(variable.handle, parts, source.handle))
        # What is read where it is written is computed apart first.
        apart = source.pending or source.root.reads is not None or any(a.pending for a in arrays) or \
            any(np.may_share_memory(a.array, self.array(target)) for a in [source, *arrays])
        self._writing(target, apart, write)

    def do_fill(self, target, value):
        def write(variable):
            if isinstance(value, float):
                cast = self.oracle.cast(Value(np.float64(value)), native(variable.array.dtype))
                return self.both(lambda: np.copyto(variable.array, cast.array),
                                 lambda: self.library.fill_float64(variable.handle, value))
            return self.both(lambda: np.copyto(variable.array, np.int64(value), casting="unsafe"),
                             lambda: self.library.fill_int64(variable.handle, value))
        self._writing(target, False, write)

    def do_eval_into(self, target, tree):
        def write(variable):
            def by_numpy():
                value = self._evaluate_tree(tree)
                if value.weak:
                    value = Value(np.asarray(value.array))
                cast = self.oracle.cast(value, native(variable.array.dtype))
                np.copyto(variable.array, cast.array, casting="unsafe")
                return cast
            names = trees.variables(tree)
            made = self.both(by_numpy, lambda: self.library.eval_into(
                variable.handle, trees.text(tree), {name: self.variables[name].handle for name in names}))
            if made is not None and made[0].fuzzy:
                self._settle(variable, np.broadcast_to(made[0].bound, variable.array.shape))
            return made
        self._writing(target, True, write)

    # Sinks.

    def _read(self, variable):
        found = np.frombuffer(self.library.get_all(variable.handle), native(variable.array.dtype))
        return found.reshape(variable.array.shape)

    def _check(self, variable, found, what, bound=None):
        bound = variable.value.bound if bound is None else bound
        expected = variable.array.astype(native(variable.array.dtype))
        wrong = compare(expected, bound, found)
        if wrong:
            raise Difference(f"{what}: {wrong}")

    def _settle(self, variable, bound=None):
        """Reads and compares; from now on NumPy goes on with farray's value, which is exact for what follows."""
        found = self._read(variable)
        self._check(variable, found, "read", bound)
        if variable.array.flags.writeable:
            variable.array[...] = found
            if variable.value.bound is not None:
                variable.value.bound[...] = 0

    def do_read(self, of):
        self._settle(self.variables[of])

    def do_get(self, of, coords):
        variable = self.variables[of]
        dtype = native(variable.array.dtype)

        def by_numpy():
            return variable.array[tuple(coords) + (Ellipsis,)] if len(coords) == variable.array.ndim else coords[99]
        made = self.both(by_numpy, lambda: self.library.get(variable.handle, coords, dtype.itemsize))
        if made is not None:
            bound = None if variable.value.bound is None else variable.value.bound[tuple(coords)]
            wrong = compare(made[0].astype(dtype), bound, np.frombuffer(made[1], dtype).reshape(()))
            if wrong:
                raise Difference(f"get: {wrong}")

    def do_evaluate(self, of):
        self.library.evaluate(self.variables[of].handle)
        if self.variables[of].pending:
            raise Difference("still pending after fa_evaluate()")

    def _check_saved(self, name, path):
        variable = self.variables[name]
        with open(self.path(path), "rb") as file:
            saved = np.load(file, allow_pickle=False)
        if saved.shape != variable.array.shape or native(saved.dtype) != native(variable.array.dtype):
            raise Difference(f"saved as {saved.dtype} {saved.shape}")
        self._check(variable, saved.astype(native(saved.dtype)), "saved file")

    def do_save(self, of, path, order):
        self.library.save(self.path(path), self.variables[of].handle, order)
        self.expected_names.add(path)
        self._check_saved(of, path)

    def do_evaluate_all(self, outputs):
        """`outputs`: (name, None) to keep a result, (name, path) for a new file, (name, True) for a new array."""
        made, targets = [], {}
        for name, path in outputs:
            variable = self.variables[name]
            if path is True:
                targets[name] = self.library.zeros(native(variable.array.dtype).str, variable.array.shape)
            made.append((variable.handle, self.path(path) if isinstance(path, str) else None, targets.get(name)))
        self.library.evaluate_all(made)
        for name, path in outputs:
            if path is True:
                variable = self.variables[name]
                self._check(variable, self._read(Variable(variable.value, targets[name], None)), "target")
            elif path:
                self.expected_names.add(path)
                self._check_saved(name, path)
            else:
                self._settle(self.variables[name])

    def do_cancel(self, of, path, after):
        """Stops an evaluation at its progress call number `after`: no file, no litter, and the array is as it was."""
        calls = [0]

        def progress(_):
            calls[0] += 1
            return calls[0] <= after
        try:
            self.library.evaluate_all([(self.variables[of].handle, self.path(path), None)], progress)
        except Failed as error:
            if error.code != "FA_CANCELLED":
                raise Difference(f"cancelled, but farray says {error}") from None
            self.check_folder()
            return
        self.expected_names.add(path)
        self._check_saved(of, path)

    def do_print(self, of):
        variable = self.variables[of]
        if variable.value.fuzzy:
            raise Unsuitable
        found = self.library.to_text(variable.handle).rstrip("\n")
        expected = str(variable.array)
        if found != expected:
            raise Difference(f"prints as\n{found}\nand not as\n{expected}")

    def do_expression(self, of, out):
        """A graph as text, and back."""
        variable = self.variables[of]
        if not variable.pending:
            raise Unsuitable
        text, leaves = self.library.expression(variable.handle)
        handle = self.library.eval(text, {f"a{i}": leaf for i, leaf in enumerate(leaves)})
        value = Value(variable.array.copy(order="K"), None if variable.value.bound is None else variable.value.bound.copy())
        root = Root(value, reads=[variable.array] + (variable.root.reads or []))
        self.results.append(root)
        self.add(out, value, handle, root)

    # The surroundings.

    def do_release(self, of):
        self.variables.pop(of).handle.release()

    def do_flush(self, of):
        self.library.flush(self.variables[of].handle)

    def do_threads(self, count):
        self.library.set_threads(count)

    def do_limit(self, bytes):
        self.limit = bytes
        self.library.set_memory_limit(bytes)

    def check_folder(self):
        found = set(os.listdir(self.folder)) - self.expected_names
        if found:
            raise Difference(f"left behind: {sorted(found)}")

    def end(self):
        """Everything that lives is read; then everything is given back, and the files must hold what NumPy holds."""
        for variable in self.variables.values():
            self._settle(variable)
        for variable in self.variables.values():
            variable.handle.release()
        self.variables.clear()
        for path, file in self.files.items():
            found = np.fromfile(self.path(path), "u1")
            if not np.array_equal(found, file.buffer):
                where = np.flatnonzero(found != file.buffer) if len(found) == len(file.buffer) else "its size"
                raise Difference(f"{path}: bytes differ from NumPy's at {where}")
        self.check_folder()

    def clear(self):
        for variable in self.variables.values():
            variable.handle.release()
        self.variables.clear()
        shutil.rmtree(self.folder, ignore_errors=True)


def array_bytes(array):
    """What an array takes if it is dense."""
    return array.size * array.itemsize


def dtype_text(dtype):
    """NumPy's text of a dtype, as fa_dtype_parse() takes it."""
    dtype = np.dtype(dtype)
    return dtype.str if dtype.names is None else str(np.lib.format.dtype_to_descr(dtype))


def eval_dtype(text):
    """What fa_dtype_text() gives, as numpy.dtype() takes it."""
    return np.dtype(eval(text, {"__builtins__": {}})) if text[0] in "[{(" else np.dtype(text)
