# SPDX-License-Identifier: BSD-3-Clause
"""The public C functions of farray by ctypes, as thin as it goes: structures by value, errors as exceptions, references
given back when Python lets go of an Array. For tests and benchmarks. Knows nothing that the headers do not say.
"""
import ctypes
import os
import re
from ctypes import POINTER, Structure, byref, c_bool, c_char, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, \
    c_uint, c_uint64, c_void_p

OMITTED = -(1 << 63)
READ_ONLY, READ_WRITE, CREATE, COPY_ON_WRITE = 0, 1, 2, 3
C_CONTIGUOUS, F_CONTIGUOUS, WRITEABLE, ALIGNED, PENDING = 1, 2, 4, 8, 16


class Failed(Exception):
    """An fa_error. `code` is its name."""

    def __init__(self, code, message, error=None):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.column = error.column if error is not None else 0


class _Error(Structure):
    _fields_ = [("code", c_int), ("system_errno", c_int), ("byte_offset", c_int64), ("column", c_int32),
                ("reserved", c_int32), ("message", c_char * 488)]


class _Shape(Structure):
    _fields_ = [("ndim", c_int), ("sizes", POINTER(c_int64))]


class _Axes(Structure):
    _fields_ = [("count", c_int), ("axes", POINTER(c_int))]


class _IndexPart(Structure):
    _fields_ = [("kind", c_int), ("reserved", c_int), ("start", c_int64), ("stop", c_int64), ("step", c_int64),
                ("array", c_void_p)]


class _IndexParts(Structure):
    _fields_ = [("count", c_int), ("parts", POINTER(_IndexPart))]


class _Variable(Structure):
    _fields_ = [("name", c_char_p), ("array", c_void_p)]


class _Vars(Structure):
    _fields_ = [("count", c_int), ("vars", POINTER(_Variable))]


class _Progress(Structure):
    _fields_ = [("done_bytes", c_int64), ("total_bytes", c_int64), ("seconds", c_double)]


_ProgressCallback = ctypes.CFUNCTYPE(c_bool, POINTER(_Progress), c_void_p)

_SCALARS = {"int": c_int, "int64_t": c_int64, "size_t": c_size_t, "double": c_double, "bool": c_bool, "unsigned": c_uint,
            "uint64_t": c_uint64, "int32_t": c_int32}


def _structures(text):
    """The structures of options and results, as the headers define them: they grow into their reserved words."""
    made = {}
    for name, body in re.findall(r"typedef struct (fa_\w+) \{(.*?)\n\} \1;", text, re.S):
        if name in ("fa_error", "fa_shape", "fa_axes", "fa_index_part", "fa_index_parts", "fa_variable", "fa_vars"):
            continue
        fields = []
        for member in filter(None, (m.strip() for m in body.split(";"))):
            callback = re.search(r"\(\*(\w+)\)", member)
            if callback:
                fields.append((callback.group(1), _ProgressCallback if callback.group(1) == "progress" else c_void_p))
                continue
            kind, declarators = re.match(r"(?:const )?(\w+) (.*)", " ".join(member.split())).groups()
            for declarator in declarators.split(","):
                word, length = re.match(r"[\s*]*(\w+)(?:\[(\d+)\])?", declarator).groups()
                base = c_void_p if "*" in declarator else _SCALARS.get(kind, c_int)  # else an enumeration
                fields.append((word, base * int(length) if length else base))
        made[name] = type(name, (Structure,), {"_fields_": fields})
    return made


def _shape(sizes):
    return _Shape(len(sizes), (c_int64 * len(sizes))(*sizes))


def _axes(axes):
    if axes is None:
        return _Axes(-1, None)
    if isinstance(axes, int):
        axes = (axes,)
    return _Axes(len(axes), (c_int * len(axes))(*axes))


class Array:
    """One reference to an fa_array."""

    def __init__(self, library, pointer):
        self.library = library
        self.pointer = pointer

    def __del__(self):
        self.release()

    def release(self):
        if self.pointer:
            self.library.c.fa_release(self.pointer)
            self.pointer = None

    @property
    def shape(self):
        c = self.library.c
        return tuple(c.fa_size_of_axis(self.pointer, axis) for axis in range(c.fa_ndim(self.pointer)))

    @property
    def strides(self):
        c = self.library.c
        return tuple(c.fa_stride_bytes(self.pointer, axis) for axis in range(c.fa_ndim(self.pointer)))

    @property
    def dtype_text(self):
        """NumPy's notation of the dtype, as numpy.dtype takes it."""
        return self.library.dtype_text(self.library.c.fa_dtype_of_array(self.pointer))

    @property
    def size(self):
        return self.library.c.fa_size(self.pointer)

    @property
    def bytes(self):
        return self.library.c.fa_bytes(self.pointer)

    @property
    def flags(self):
        return self.library.c.fa_flags(self.pointer)


class Library:
    """One loaded libfarray.so. Its methods are the public functions without `fa_`, `library.call` any other."""

    def __init__(self, build):
        self.build = build
        self.c = ctypes.CDLL(os.path.join(build, "libfarray.so"))
        self._declare(os.path.join(build, "include", "farray"))

    # What ctypes has to know of functions and structures is read from the headers.
    _TYPES = {**_SCALARS, "fa_shape": _Shape, "fa_axes": _Axes, "fa_index_parts": _IndexParts,
              "fa_index_part": _IndexPart, "fa_vars": _Vars}

    def _declare(self, headers):
        self.structures = {}
        for name in sorted(os.listdir(headers)):
            with open(os.path.join(headers, name), encoding="utf-8") as file:
                text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", file.read(), flags=re.S)
            self.structures.update(_structures(text))
            for result, function, parameters in re.findall(r"^FA_API\s+([^;(]*?)\b(fa_\w+)\(([^;]*?)\);", text, re.M | re.S):
                declared = getattr(self.c, function, None)
                if declared is not None:
                    declared.restype = self._type(result, result=True)
                    declared.argtypes = [self._type(p) for p in parameters.split(",") if p.strip() != "void"]

    def _options(self, name, **members):
        return byref(self.structures["fa_" + name](**members))

    def _type(self, text, result=False):
        if "*" in text:
            return c_char_p if re.match(r"\s*const char\s*\*\s*\w*\s*$", text) else c_void_p
        words = [w for w in text.split() if w != "const"]
        if words == ["void"]:
            return None
        return self._TYPES.get(words[0], c_int)  # else an enumeration

    def call(self, name, *arguments):
        """Calls fa_<name>, whose last parameter is the error; raises Failed."""
        error = _Error()
        result = getattr(self.c, "fa_" + name)(*arguments, byref(error))
        if error.code:
            raise Failed(self.c.fa_error_name(error.code).decode(), error.message.decode("utf-8", "replace"), error)
        return result

    def prepared(self, name, *arguments):
        """The same as a function without arguments, made for being timed: Python does as little as it can."""
        function, error = getattr(self.c, "fa_" + name), _Error()
        arguments = *arguments, byref(error)

        def run():
            function(*arguments)
            if error.code:
                raise Failed(self.c.fa_error_name(error.code).decode(), error.message.decode("utf-8", "replace"), error)
        return run

    def array(self, name, *arguments):
        pointer = self.call(name, *arguments)
        if not pointer:
            raise Failed("NULL", f"fa_{name} gave NULL without an error")
        return Array(self, pointer)

    # Element types. A dtype is given as NumPy's text.
    def dtype(self, text):
        return self.call("dtype_parse", text.encode())

    def dtype_text(self, dtype):
        size = self.c.fa_dtype_text(dtype, None, 0)
        text = ctypes.create_string_buffer(size + 1)
        self.c.fa_dtype_text(dtype, text, size + 1)
        return text.value.decode()

    def _with_dtype(self, name, text, *arguments):
        dtype = self.dtype(text)
        try:
            return self.array(name, dtype, *arguments)
        finally:
            self.c.fa_dtype_release(dtype)

    # Making arrays.
    def zeros(self, dtype, shape):
        return self._with_dtype("zeros", dtype, _shape(shape))

    def empty(self, dtype, shape):
        return self._with_dtype("empty", dtype, _shape(shape))

    def ones(self, dtype, shape):
        return self._with_dtype("ones", dtype, _shape(shape))

    def full(self, dtype, shape, element):
        return self._with_dtype("full", dtype, _shape(shape), bytes(element))

    def from_data(self, dtype, shape, data):
        return self._with_dtype("from_data", dtype, _shape(shape), bytes(data))

    def arange_int64(self, start, stop, step):
        return self.array("arange_int64", start, stop, step)

    def arange_float64(self, start, stop, step):
        return self.array("arange_float64", start, stop, step)

    def linspace(self, start, stop, count):
        return self.array("linspace", start, stop, count)

    def random_normal(self, dtype, shape, seed):
        return self._with_dtype("random_normal", dtype, _shape(shape), self._options("random_options", seed=seed))

    def random_uniform(self, dtype, shape, seed):
        return self._with_dtype("random_uniform", dtype, _shape(shape), self._options("random_options", seed=seed))

    def copy(self, array):
        return self.array("copy", array.pointer)

    # Files.
    def open(self, path, mode):
        return self.array("open", os.fsencode(path), mode, None)

    def create(self, path, dtype, shape, order="C"):
        number = self.dtype(dtype)
        try:
            return self.array("create", os.fsencode(path), number, _shape(shape),
                              self._options("create_options", order=order == "F"))
        finally:
            self.c.fa_dtype_release(number)

    def memmap(self, path, mode, dtype, shape, offset=0, order="C"):
        number = self.dtype(dtype)
        try:
            return self.array("memmap", os.fsencode(path), mode, number, _shape(shape),
                              self._options("memmap_options", offset_bytes=offset, order=order == "F"))
        finally:
            self.c.fa_dtype_release(number)

    def save(self, path, array, order="C"):
        self.call("save", os.fsencode(path), array.pointer, self._options("create_options", order=order == "F"))

    def append(self, array, rows):
        return self.array("append", array.pointer, rows.pointer, None)

    def save_member(self, path, array, order, compressed):
        """To an archive, whatever the file is called."""
        self.call("save", os.fsencode(path), array.pointer,
                  self._options("create_options", order=order == "F", format=2, codec=int(compressed)))

    def flush(self, array):
        self.call("flush", array.pointer)

    def close(self, array):
        pointer, array.pointer = array.pointer, None
        self.call("close", pointer)

    # Views.
    def slice(self, array, text):
        return self.array("slice", array.pointer, text.encode())

    def _parts(self, parts):
        """`parts` as Python's index: ints, slices, Ellipsis, None, and Arrays."""
        made = []
        for part in parts:
            if part is Ellipsis:
                made.append(self.c.fa_ellipsis())
            elif part is None:
                made.append(self.c.fa_newaxis())
            elif part == slice(None):
                made.append(self.c.fa_whole())
            elif isinstance(part, slice):
                made.append(self.c.fa_range(OMITTED if part.start is None else part.start,
                                            OMITTED if part.stop is None else part.stop,
                                            1 if part.step is None else part.step))
            elif isinstance(part, Array):
                made.append(self.c.fa_by(part.pointer))
            else:
                made.append(self.c.fa_at(part))
        return _IndexParts(len(made), (_IndexPart * len(made))(*made))

    def index(self, array, parts):
        return self.array("index", array.pointer, self._parts(parts))

    def transpose(self, array):
        return self.array("transpose", array.pointer)

    def permute(self, array, axes):
        return self.array("permute", array.pointer, _axes(tuple(axes)))

    def swap_axes(self, array, axis1, axis2):
        return self.array("swap_axes", array.pointer, axis1, axis2)

    def reshape(self, array, shape):
        return self.array("reshape", array.pointer, _shape(shape))

    def ravel(self, array):
        return self.array("ravel", array.pointer)

    def broadcast_to(self, array, shape):
        return self.array("broadcast_to", array.pointer, _shape(shape))

    def field(self, array, name):
        return self.array("field", array.pointer, name.encode())

    def diagonal(self, array, offset, axis1, axis2):
        return self.array("diagonal", array.pointer, offset, axis1, axis2)

    def sliding_window(self, array, width, axis):
        return self.array("sliding_window", array.pointer, width, axis)

    def shares_bytes(self, a, b):
        return bool(self.c.fa_shares_bytes(a.pointer, b.pointer))

    # Operations.
    def operation(self, name, *arrays):
        """One operation; "modf[1]" is the second output of a function of two."""
        if not name.endswith("]"):
            return self.array(name, *(a.pointer for a in arrays))
        second = c_void_p()
        first = self.array(name[:-3], *(a.pointer for a in arrays), byref(second))
        return (first, Array(self, second.value))[int(name[-2])]

    def function(self, name, arrays, options):
        """A function that is made of others, with NumPy's names of its options."""
        pointers = [a.pointer for a in arrays]
        if name == "round":
            return self.array(name, *pointers, options.get("decimals", 0))
        if name == "angle":
            return self.array(name, *pointers, options.get("deg", False))
        if name == "array_equal":
            return self.array(name, *pointers, options.get("equal_nan", False))
        structure = {"nan_to_num": "nan_options", "isclose": "close_options", "allclose": "close_options"}.get(name)
        if structure is None:
            return self.array(name, *pointers)
        numbers = {key: c_double(value) for key, value in options.items() if not isinstance(value, bool)}
        members = {key: ctypes.addressof(number) for key, number in numbers.items()}
        members.update((key, value) for key, value in options.items() if isinstance(value, bool))
        return self.array(name, *pointers, self._options(structure, **members) if options else None)

    def reduction(self, name, array, axes=None, dtype=None, keepdims=False, ddof=0.0, where=None, initial=None):
        """A reduction, a scan, or a method of an operation ("add.accumulate")."""
        number = self.dtype(dtype) if dtype else None
        begin = None if initial is None else self.eval(repr(initial), {})
        options = self._options("reduce_options", dtype=number, keepdims=keepdims, ddof=ddof,
                                where=where.pointer if where else None, initial=begin.pointer if begin else None)
        operation, _, method = name.partition(".")
        try:
            if method == "accumulate":
                return self.array("ufunc_accumulate", operation.encode(), array.pointer, axes, number)
            if method == "reduce":
                return self.array("ufunc_reduce", operation.encode(), array.pointer, _axes(axes), options)
            if name in scans():
                return self.array(name, array.pointer, _axes(axes), number)
            return self.array(name, array.pointer, _axes(axes), options)
        finally:
            self.c.fa_dtype_release(number)

    def astype(self, array, dtype):
        number = self.dtype(dtype)
        try:
            return self.array("astype", array.pointer, number)
        finally:
            self.c.fa_dtype_release(number)

    def _vars(self, variables):
        made = (_Variable * len(variables))(*(_Variable(name.encode(), array.pointer)
                                              for name, array in variables.items()))
        return _Vars(len(variables), made)

    def eval(self, text, variables):
        return self.array("eval", text.encode(), self._vars(variables))

    def eval_into(self, target, text, variables):
        self.call("eval_into", target.pointer, text.encode(), self._vars(variables))

    def expression(self, array):
        """The text of a pending array, and its leaves."""
        count = c_int()
        size = self.call("expression", array.pointer, None, 0, None, 0, byref(count))
        text = ctypes.create_string_buffer(size + 1)
        leaves = (c_void_p * max(count.value, 1))()
        self.call("expression", array.pointer, text, size + 1, leaves, count.value, byref(count))
        return text.value.decode(), [Array(self, self.c.fa_retain(leaf)) for leaf in leaves[:count.value]]

    # Sinks.
    def assign(self, target, value):
        self.call("assign", target.pointer, value.pointer)

    def assign_at(self, target, parts, value):
        self.call("assign_at", target.pointer, self._parts(parts), value.pointer)

    def choosing(self, name, *arguments):
        """fa_<name>() of farray/choose.h that gives one array: Arrays, lists of them, axes as tuples, numbers."""
        return self.array(name, *self._converted(arguments))

    def several(self, name, count, *arguments):
        """The same for those that write `count` arrays; what they write to stands last."""
        made = (c_void_p * max(count, 1))()
        self.call(name, *self._converted(arguments), made)
        return [Array(self, pointer) for pointer in made[:count]]

    def writing(self, name, *arguments):
        self.call(name, *self._converted(arguments))

    @staticmethod
    def _converted(arguments):
        made = []
        for argument in arguments:
            if isinstance(argument, Array):
                made.append(argument.pointer)
            elif isinstance(argument, list):
                made += [(c_void_p * max(len(argument), 1))(*(a.pointer for a in argument)), len(argument)]
            else:
                made.append(argument)
        return made

    def fill_int64(self, target, value):
        self.call("fill_int64", target.pointer, value)

    def fill_float64(self, target, value):
        self.call("fill_float64", target.pointer, value)

    def get_all(self, array):
        """All elements in C order, as bytes."""
        size = array.bytes
        elements = ctypes.create_string_buffer(max(size, 1))
        self.call("get_all", array.pointer, elements, size)
        return elements.raw[:size]

    def get(self, array, coords, item_bytes):
        element = ctypes.create_string_buffer(max(item_bytes, 1))
        self.call("get", array.pointer, _shape(coords), element)
        return element.raw[:item_bytes]

    def item_float64(self, array):
        return self.call("item_float64", array.pointer)

    def _evaluate_options(self, progress):
        if progress is None:
            return None, None
        callback = _ProgressCallback(lambda p, _: bool(progress(p.contents)))
        options = self.structures["fa_evaluate_options"](progress=callback)
        return byref(options), (callback, options)

    def evaluate(self, array, progress=None):
        options, _alive = self._evaluate_options(progress)
        self.call("evaluate", array.pointer, options)

    def evaluate_all(self, outputs, progress=None):
        """`outputs`: (array, path or None, target or None)."""
        structure = self.structures["fa_output"]
        paths = [ctypes.c_char_p(os.fsencode(path)) if path else None for _, path, _ in outputs]
        made = (structure * len(outputs))(*(
            structure(array=array.pointer, path=ctypes.cast(path, c_void_p) if path else None,
                      target=target.pointer if target else None)
            for (array, _, target), path in zip(outputs, paths)))
        options, _alive = self._evaluate_options(progress)
        self.call("evaluate_all", made, len(outputs), options)

    def to_text(self, array):
        pointer = self.call("to_text", array.pointer, None)
        try:
            return ctypes.string_at(pointer).decode()
        finally:
            _libc.free(pointer)

    # Limits.
    def set_memory_limit(self, bytes_):
        self.call("set_memory_limit", bytes_)

    def set_threads(self, threads):
        self.call("set_threads", threads)

    def statistics(self):
        statistics = self.structures["fa_statistics"]()
        self.c.fa_get_statistics(byref(statistics))
        return statistics


_libc = ctypes.CDLL(None)
_libc.free.argtypes = [c_void_p]


def operations(source):
    """The one list of operations, read from the sources: elementwise {name: (arity, symbol, rule)}, reductions [name]."""
    with open(os.path.join(source, "src", "kernel", "operations.h"), encoding="utf-8") as file:
        text = file.read()
    text = text.replace("\\\n", "\n")
    elementwise = {name: (int(arity), symbol, rule) for name, arity, symbol, rule in
                   re.findall(r'X\(\w+, (\w+), (\d), "([^"]*)", "[^"]*",\s*(\w+),', text)}
    for name, output, arity, rule in re.findall(r"X\(\w+, (\w+), (\d), (\d), (\w+),", text):
        elementwise[f"{name}[{output}]"] = int(arity), "", rule
    with open(os.path.join(source, "src", "text", "formulas.c"), encoding="utf-8") as file:
        for name, parameters in re.findall(r'\{"(\w+)",\s*"[^"]*",\s*"([^"]*)",', file.read()):
            elementwise[name] = sum(not p.endswith("=") for p in parameters.split()), "", "COMPOSED"
    listed = text[text.index("#define FA__REDUCTIONS"):text.index("#define FA__GENERATORS")]
    reductions = re.findall(r'X\(\w+, (\w+), "[^"]*", "', listed)
    repeated = [f"{name}.{method}" for name, row in elementwise.items()
                if row[0] == 2 and row[2] != "COMPOSED" and "[" not in name for method in ("reduce", "accumulate")]
    return elementwise, reductions + list(scans()) + repeated


def scans():
    """Those that are no method of an operation."""
    return ("cumsum", "cumprod", "nancumsum", "nancumprod", "cummin", "cummax")
