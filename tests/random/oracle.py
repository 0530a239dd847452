# SPDX-License-Identifier: BSD-3-Clause
"""What NumPy says an operation gives, and how far from it a result may be.

Exact operations are NumPy's own. For the inexact ones NumPy says shape and type, and extended precision says the value;
the tolerance is the row of docs/differences.md. A value carries a bound of its error, so that inexact results may feed
continuous operations. Knows nothing about farray's arrays or about programs.
"""
import math
import os
import re
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

NUMERIC = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"]
TIMES = ["M8[D]", "M8[s]", "m8[s]", "m8[h]"]
STRINGS = ["S5", "U3"]
ELEMENTS = NUMERIC + TIMES
NUMPY_ERRORS = (ValueError, TypeError, IndexError, OverflowError, ZeroDivisionError)
EPSILON = float(np.finfo("f8").eps)


class Unsuitable(Exception):
    """NumPy's answer is no oracle here (a tie that processors break differently, a bound that cannot be told)."""


class Differences:
    """The tables of docs/differences.md."""

    def __init__(self, path):
        self.rows = set()
        self.tolerated = {}  # operation -> pairs of (kinds of types, the agreement in words)
        self.refused = {}    # operation -> kinds of types
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith("## "):
                    section = line[3:].strip()
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                if not re.fullmatch(r"`[\w-]+`", cells[0]):
                    continue
                self.rows.add(cells[0].strip("`"))
                for operation in cells[1].split() if section != "Other differences" else []:
                    kinds = {np.dtype(t).kind for t in cells[2].split()}
                    if section == "Refused":
                        self.refused.setdefault(operation, set()).update(kinds)
                    else:
                        self.tolerated.setdefault(operation, []).append((kinds, cells[3]))

    def refuses(self, operation, arrays):
        return any(np.asarray(a).dtype.kind in self.refused.get(operation, ()) for a in arrays)

    def allow(self, identifier):
        return identifier in self.rows

    def agreement(self, operation, dtype):
        """The numbers of the row for an operation on a type: (ULP, a second number or 0); None when it is exact."""
        for kinds, text in self.tolerated.get(operation, []):
            if dtype.kind in kinds:
                numbers = [float(n) for n in re.findall(r"(?<!float)\b\d+(?:\.\d+)?(?= ULP)", text)]
                return (numbers + [0.0, 0.0])[:2]
        return None


class Value:
    """An array, or a Python scalar (weak), and for each element how far farray's may be from it (None: not at all)."""

    def __init__(self, array, bound=None):
        self.array = array
        self.bound = bound

    @property
    def weak(self):
        return not isinstance(self.array, (np.ndarray, np.generic))

    @property
    def fuzzy(self):
        return self.bound is not None and bool(np.any(self.bound != 0))


def native(dtype):
    return np.dtype(dtype).newbyteorder("=")


def spacing(array):
    """The distance to the next number of the array's type, as float64; of complex numbers, at their norm."""
    array = np.asarray(array)
    part = array
    if array.dtype.kind == "c":
        part = np.abs(array)
        whole = np.maximum(*(np.where(np.isfinite(p), np.abs(p), 0) for p in (array.real, array.imag)))
        part = np.where(np.isfinite(part), part, whole)
    with np.errstate(all="ignore"):
        return np.where(np.isfinite(part), np.abs(np.spacing(part.astype(native(part.dtype)))).astype("f8"), 0.0)


def extended(array):
    return np.asarray(array).astype("G" if np.asarray(array).dtype.kind == "c" else "g")


def finite_magnitude(array):
    """Magnitudes; where a part is not finite, that of the other one."""
    parts = [np.where(np.isfinite(p), np.abs(p), 0) for p in ((array.real, array.imag) if array.dtype.kind == "c" else [array])]
    return np.hypot(*parts) if len(parts) == 2 else parts[0]


def bound_of(value):
    return np.zeros(np.shape(value.array)) if value.bound is None else value.bound


def like(array, bound):
    """A bound in the memory layout of its array, so that views of both can be made alike."""
    laid_out = np.empty_like(np.asarray(array), dtype="f8")
    laid_out[...] = bound
    return laid_out


def finite(*arrays):
    return all(bool(np.isfinite(a).all()) for a in arrays)


def refuse_large(arrays, most=500_000):
    """A program is small: two arrays that broadcast to millions of elements are left alone."""
    shapes = [np.shape(array)[::-1] for array in arrays]
    sizes = [max((shape[axis] for shape in shapes if axis < len(shape)), default=1)
             for axis in range(max(map(len, shapes)))]
    if math.prod(max(size, 1) for size in sizes) > most:
        raise Unsuitable


def part_of(array, part):
    """A copy of a part as a result: in the machine's byte order, laid out like the array."""
    part = np.asarray(part)
    result = np.empty_like(np.asarray(array), dtype=native(part.dtype))
    result[...] = part
    return result


def refuse_literals(arrays):
    """Python's integers must fit the type that they meet."""
    dtype = np.result_type(*arrays)
    for array in arrays:
        if type(array) is int and dtype.kind in "iu" and not np.iinfo(dtype).min <= array <= np.iinfo(dtype).max:
            raise OverflowError(f"{array} out of bounds for {dtype}")


UFUNCS = {
    # NumPy gives views of the parts; here they are results like all others.
    "real": lambda x: part_of(x, np.real(x)),
    "imag": lambda x: part_of(x, np.imag(x)),
    "clip": np.clip, "where": np.where,
}
# Operators that do more than the ufunc of their name: shortcuts of powers, and types that nothing compares.
OPERATORS = {"power": lambda a, b: a ** b, "equal": lambda a, b: a == b, "not_equal": lambda a, b: a != b}
LIPSCHITZ_1 = {"negative", "positive", "absolute", "fabs", "conjugate", "real", "imag", "sin", "cos", "tanh", "arctan",
               "minimum", "maximum"}
NOT_IF_COMPLEX = {"absolute", "sin", "cos", "tanh", "arctan"}


def ufunc(name):
    if name.endswith("]"):  # one output of several
        return lambda *arrays: getattr(np, name[:-3])(*arrays)[int(name[-2])]
    return UFUNCS.get(name) or getattr(np, name)


def asarray(result):
    return result if isinstance(result, np.ndarray) else np.asarray(result)


def running(ufunc):
    """A scan that NumPy has no name for."""
    def scan(array, axis=None):
        whole = axis is None or array.ndim == 0 and axis in (0, -1)
        return ufunc.accumulate(array.reshape(-1) if whole else array, 0 if whole else axis)
    return scan


SCANS = {name: getattr(np, name) for name in ("cumsum", "cumprod", "nancumsum", "nancumprod")} | \
    {"cummin": running(np.minimum), "cummax": running(np.maximum)}
REPEATED_BY = {"cumprod": "multiply", "nancumprod": "multiply", "cummin": "minimum", "cummax": "maximum"}
# What reduce() of an operation is by another name.
REDUCTION_OF = {"add": "sum", "multiply": "prod", "minimum": "min", "maximum": "max", "fmin": "nanmin", "fmax": "nanmax",
                "logical_and": "all", "logical_or": "any"}


def like_order(array, elements):
    """Elements in the memory layout of an array."""
    laid_out = np.empty_like(array, dtype=elements.dtype)
    laid_out[...] = elements
    return laid_out


class Oracle:
    def __init__(self, root, wrong=False):
        self.differences = Differences(os.path.join(root, "docs", "differences.md"))
        self.wrong = wrong  # the negative control: one element of each sum of two arrays is off

    # Elementwise operations.

    def elementwise(self, name, values, operator=False):
        """`operator`: written as `a ** b`, where NumPy has its shortcuts for scalar exponents; or the options of a function
        that is made of others."""
        arrays = [v.array for v in values]
        options, operator = (operator, False) if isinstance(operator, dict) else ({}, operator)
        refuse_large(arrays)
        shortcut = self.shortcut(name, values)
        if name == "where" and self.differences.allow("where-literal-out-of-range"):
            refuse_literals(arrays[1:])
        if name == "array_equiv" and max(map(np.ndim, arrays)) > 32:
            raise Unsuitable  # NumPy finds that nothing broadcasts with so many dimensions
        function = OPERATORS.get(name, ufunc(name)) if operator else ufunc(name)
        result = function(*arrays, **options)
        if isinstance(result, (np.str_, np.bytes_)):  # one string forgets how wide it was
            lines = [np.asarray(a)[np.newaxis] if isinstance(a, np.ndarray) else a for a in arrays]
            result = function(*lines, **options)[0:1].reshape(())
        result = asarray(result)
        if "m" in (np.asarray(a).dtype.kind for a in arrays) and any(np.asarray(a).dtype.kind == "f" for a in arrays):
            self._refuse_beyond_64_bits(name, arrays)
        if name in ("round", "nan_to_num", "where") and self.differences.allow("native-results"):
            result = result.astype(native(result.dtype), copy=False)
        if name == "round":
            self._refuse_out_of_range(arrays[0], options)
        if name in ("minimum", "maximum", "fmin", "fmax", "clip"):
            self._refuse_zero_ties(arrays)
        if name in ("signbit", "copysign") and np.isnan(np.asarray(arrays[-1], "f8")).any():
            raise Unsuitable  # the sign of a NaN
        if name == "reciprocal" and result.dtype.kind in "iu" and (np.asarray(arrays[0]) == 0).any():
            raise Unsuitable
        if self.wrong and name == "add" and result.size and result.dtype.kind != "b":
            result = result.copy(order="K")
            result.flat[-1] += 1
        if any(v.fuzzy for v in values):
            return self._continuous(name, values, result)
        agreement = self._agreement(name, values, result, shortcut, operator)
        if agreement is None:
            return Value(result)
        return self._inexact(name, arrays, result, *agreement, **options)

    @staticmethod
    def _refuse_beyond_64_bits(name, arrays):
        """A span times or over a float that 64 bits do not hold is undefined in C."""
        wide = [np.asarray(a).view("i8") if np.asarray(a).dtype.kind == "m" else np.asarray(a) for a in arrays]
        exact = np.asarray(ufunc(name)(*(w.astype("f8") for w in wide)))
        if (np.isfinite(exact) & (np.abs(exact) >= 2.0**63)).any():
            raise Unsuitable

    @staticmethod
    def shortcut(name, values):
        """The operation that NumPy does for `a ** 2` and its kin; None where it raises to a power."""
        if name != "power" or not values[1].weak:
            return None
        if np.asarray(values[0].array).dtype.kind == "c":
            return None
        shortcuts = {2: "square", 0.5: "sqrt", -1: "reciprocal", 1: "positive"}
        if np.asarray(values[0].array).dtype.kind in "bf":
            shortcuts[0] = "ones"
        return shortcuts.get(values[1].array)

    def _agreement(self, name, values, result, shortcut, operator):
        inputs = [v.array for v in values]
        if shortcut and operator:
            return self.differences.agreement(shortcut, result.dtype)
        complex_input = any(np.asarray(a).dtype.kind == "c" for a in inputs)
        dtype = np.dtype("c16") if complex_input else result.dtype
        return self.differences.agreement(name, dtype)

    @staticmethod
    def _refuse_out_of_range(array, options):
        """Integers that are rounded beyond their type."""
        array = np.asarray(array)
        if array.dtype.kind in "iu" and options.get("decimals", 0) < 0:
            rounded = np.round(array.astype("g"), options["decimals"])
            limits = np.iinfo(array.dtype)
            if ((rounded < limits.min) | (rounded > limits.max - (1 << 10 if limits.bits == 64 else 0))).any():
                raise Unsuitable

    @staticmethod
    def _refuse_zero_ties(arrays):
        parts = [np.asarray(a) for a in arrays]
        if np.result_type(*parts).kind in "fc":
            signs = set()
            for p in parts:
                for component in ([p.real, p.imag] if p.dtype.kind == "c" else [p]):
                    signs.update(np.signbit(component[component == 0]).ravel().tolist())
            if len(signs) > 1:
                raise Unsuitable

    def _inexact(self, name, arrays, result, ulp, ulp_of_one, **options):
        """The exact value, rounded to the result's type, and how far from it a result may be."""
        loop = np.result_type(*arrays)
        if result.dtype.kind in "fc" and (loop.kind not in "fc" or name == "float_power"):
            loop = result.dtype
        wide = [extended(np.asarray(a).astype(loop)) for a in arrays]
        if loop.kind == "c" and not finite(*wide):
            raise Unsuitable
        if name == "square":
            exact = wide[0] * wide[0]
        elif name == "reciprocal":
            exact = 1 / wide[0]
        elif name == "sinc":  # of the angle as it is rounded
            angle = np.pi * np.asarray(arrays[0])
            angle = extended(np.where(angle, angle, np.finfo(angle.dtype).eps))
            exact = np.sin(angle) / angle
        elif name == "log1p" and loop.kind == "c":  # NumPy's own cancels next to 0, and the square of |1 + z| - 1 next to -1
            x, y = wide[0].real, wide[0].imag
            excess = 2 * x + x * x + y * y
            exact = np.where(np.abs(excess) < 0.5, np.log1p(excess) / 2, np.log(np.hypot(1 + x, y))) + 1j * np.arctan2(y, 1 + x)
        else:
            exact = ufunc(name)(*wide, **options)
        if loop.kind == "c":
            return self._inexact_complex(name, wide, result, exact, ulp)
        value = np.empty_like(result)
        value[...] = exact
        bound = ulp * spacing(value)
        if result.dtype.kind == "f":
            bound = bound + ulp_of_one * np.finfo(result.dtype).eps
        return Value(value, like(value, bound))

    @staticmethod
    def _inexact_complex(name, wide, result, exact, ulp):
        value = np.empty_like(result)
        value[...] = exact
        limits = np.finfo(result.dtype)
        magnitude = np.abs(exact)
        # Squares of magnitudes must stay in range, or what overflows on the way depends on the formula.
        safe = math.sqrt(float(limits.max)) / 16, math.sqrt(float(limits.tiny)) * 16
        operands = [np.abs(w) for w in wide] + [magnitude]
        if any(((m > safe[0]) | ((m < safe[1]) & (m != 0))).any() for m in operands):
            raise Unsuitable
        if name in ("divide", "reciprocal") and (wide[-1] == 0).any() or not finite(exact):
            raise Unsuitable
        if name == "exp2" and (np.abs(wide[0].imag) > 1000).any():
            raise Unsuitable  # the angle has too few digits even in extended precision
        if name == "power" and ((wide[0] == 0) | (np.abs(wide[1] * np.log(wide[0])) > 900)).any():
            raise Unsuitable
        return Value(value, like(value, ulp * spacing(value)))

    def _continuous(self, name, values, result):
        """An operation that may take inexact values: the bound grows as its derivative says."""
        arrays = [np.asarray(v.array) for v in values]
        bounds = [bound_of(v) for v in values]
        if result.dtype.kind not in "fc" or not finite(result, *arrays):
            raise Unsuitable
        magnitudes = [np.abs(extended(a)).astype("f8") + b for a, b in zip(arrays, bounds)]
        if name in ("add", "subtract"):
            bound = bounds[0] + bounds[1]
        elif name == "multiply":
            bound = bounds[0] * magnitudes[1] + bounds[1] * magnitudes[0]
        elif name == "square":
            bound = 2 * bounds[0] * magnitudes[0]
        elif name == "where" and not values[0].fuzzy:
            bound = np.where(arrays[0], bounds[1], bounds[2])
        elif name in LIPSCHITZ_1 and not (name in NOT_IF_COMPLEX and arrays[0].dtype.kind == "c"):
            bound = np.maximum(bounds[0], bounds[-1])
        else:
            raise Unsuitable
        bound = 1.001 * bound + 4 * spacing(result) + np.finfo(result.dtype).smallest_subnormal
        if not finite(bound):
            raise Unsuitable
        return Value(result, like(result, bound))

    # Indices with arrays.

    def index(self, value, index, value_of):
        """What is chosen is in the machine's byte order, as everything that is computed."""
        import trees
        if any(value_of(name).fuzzy for name in trees.by_names(index)):
            raise Unsuitable
        at = trees.to_index(index, lambda name: value_of(name).array)
        array = np.asarray(value.array)
        if self.differences.allow("index-layout") and array.ndim:
            array = np.ascontiguousarray(array)
        chosen = np.asarray(array[at], array.dtype)  # one string forgets how wide it was
        result = np.empty_like(chosen, dtype=native(chosen.dtype))
        result[...] = chosen
        return Value(result, None if value.bound is None else like(result, value.bound[at]))

    # Casts.

    def cast(self, value, dtype):
        dtype = np.dtype(dtype)
        array = np.asarray(value.array)
        if dtype == array.dtype and self.differences.allow("same-type-astype"):
            return value
        if dtype.kind in "iuMm" and array.dtype.kind in "fc":
            limits = np.iinfo(dtype if dtype.kind in "iu" else "i8")
            real = array.real.astype("f8")
            if not finite(real) or (np.trunc(real) < float(limits.min)).any() or (np.trunc(real) >= float(limits.max)).any():
                raise Unsuitable
        result = array.astype(dtype)
        if not value.fuzzy:
            return Value(result)
        if dtype.kind not in "fc" or not finite(result) or array.dtype.kind == "c" and dtype.kind != "c":
            raise Unsuitable
        return Value(result, like(result, 1.001 * value.bound + spacing(result)))

    # Reductions.

    def reduction(self, name, value, axes=None, dtype=None, keepdims=False, ddof=0, where=None, initial=None):
        array = np.asarray(value.array)
        if dtype and np.dtype(dtype).kind in "iu":
            self.cast(value, dtype)  # refuses what is out of range
        operation, _, method = name.partition(".")
        if method == "reduce" and operation in REDUCTION_OF and not dtype:
            return self.reduction(REDUCTION_OF[operation], value, axes, None, keepdims, 0, where, initial)
        if method or name in SCANS:
            return self._repeated(operation, method, value, axes, dtype, keepdims, initial)
        arguments = {"axis": axes, "keepdims": keepdims}
        if dtype:
            arguments["dtype"] = np.dtype(dtype)
        if name.endswith(("var", "std")):
            arguments["ddof"] = ddof
            self.cast(value, dtype)
        if array.ndim == 0 and axes is not None and (where is not None or name.startswith("nan")):
            raise Unsuitable  # NumPy lets some of these pass
        if where is not None:
            arguments["where"] = where
        if initial is not None:
            arguments["initial"] = initial
        try:
            result = asarray(getattr(np, name)(array, **arguments))
        except ValueError as error:
            if "All-NaN" in str(error):
                raise Unsuitable from error  # found when it is computed
            raise
        counted = np.broadcast_to(True if where is None else where, array.shape)
        if name == "mean" and result.dtype.kind in "iu" and not counted.any(axis=axes).all():
            raise Unsuitable  # an integer of NaN
        if "arg" in name and result.ndim and self.differences.allow("positions-layout"):
            over = {key: value for key, value in arguments.items() if key in ("axis", "keepdims")}
            result = like_order(asarray(np.max(array.view("i8") if array.dtype.kind in "mM" else array, **over)), result)
        if name[-3:] in ("min", "max", "ptp") and "arg" not in name and array.dtype.kind in "fc":
            self._refuse_zero_ties([array, array] + ([np.asarray(initial, array.dtype)] if initial == 0 else []))
        if value.fuzzy:
            if where is not None or initial is not None:
                raise Unsuitable
            return self._reduce_fuzzy(name, value, axes, keepdims, result)
        if result.dtype.kind not in "fc" or self.differences.agreement(name, result.dtype) is None:
            return Value(result)
        given = array
        if dtype:
            array = array.astype(dtype)
        mask = None if where is None else np.broadcast_to(where, array.shape)
        if name.startswith("nan"):
            numbers = ~np.isnan(given)  # before elements become those of another dtype
            mask = numbers if mask is None else numbers & mask
        return self._reduce_inexact(name, array, {"axis": axes, "keepdims": keepdims}, ddof, result, mask, initial)

    # Operations that are repeated along an axis.

    def _repeated(self, name, method, value, axes, dtype, keepdims, initial):
        array = np.asarray(value.array)
        if value.fuzzy:
            raise Unsuitable
        arguments = {"axis": axes} | ({"dtype": np.dtype(dtype)} if dtype else {})
        if method == "reduce":
            arguments |= {"keepdims": keepdims} | ({} if initial is None else {"initial": initial})
        function = SCANS[name] if not method else getattr(getattr(np, name), method)
        operation = name if method else REPEATED_BY.get(name, "add")
        if self.differences.refuses(f"{name}.{method}", [array]):
            raise TypeError(f"docs/differences.md: {name}.{method} is refused")
        try:
            result = asarray(function(array, **arguments))
        except ValueError as error:
            if "negative integer powers" in str(error):
                raise Unsuitable from error  # found when it is computed
            raise
        if array.dtype.kind in "fc":
            if operation in ("minimum", "maximum", "fmin", "fmax"):
                self._refuse_zero_ties([array, array])
            if operation == "copysign" and np.isnan(array).any():
                raise Unsuitable
        agreement = self.differences.agreement(operation, result.dtype)
        folds_half = method == "reduce" and result.dtype == "f2"  # NumPy rounds when it likes
        if agreement is None and not folds_half:
            return Value(result)
        length = array.size if axes is None else array.shape[axes] if array.ndim else 1
        if length + (initial is not None) > 2:
            raise Unsuitable
        if length < 2 or agreement is None:
            return Value(result)
        steps = [Value(array.take([k], axis=axes).astype(result.dtype)) for k in range(2)]
        second = self.elementwise(operation, steps)
        if method == "reduce":
            shape = result.shape
            return Value(like_order(result, second.array.reshape(shape)),
                         None if second.bound is None else like_order(result, second.bound.reshape(shape)))
        parts = [Value(steps[0].array.reshape(-1) if axes is None else steps[0].array), second]
        return Value(like_order(result, np.concatenate([p.array for p in parts], axis=axes or 0)),
                     like_order(result, np.concatenate([bound_of(p) for p in parts], axis=axes or 0)))

    @staticmethod
    def _reducible(name, wide, dtype):
        """Whether NumPy and extended precision agree about what is beyond numbers and beyond the range."""
        if dtype.kind == "c" and name != "sum" and not finite(wide):
            return False  # a quotient of complex numbers makes NaN of infinities
        if name == "mean" and dtype.itemsize >= 8 and np.abs(wide[np.isfinite(wide)]).sum() > 1e308:
            return False  # the sum overflows, the mean does not
        if name in ("var", "std") and dtype.itemsize >= 8:
            magnitude = np.abs(wide[np.isfinite(wide)])
            return not (magnitude > 1e150).any()  # squares overflow
        return True

    def _reduce_inexact(self, name, array, over, ddof, result, mask, initial):
        own, other = self.differences.agreement(name, result.dtype)
        name = name.removeprefix("nan")
        wide = extended(array)
        counted = wide if mask is None else wide[mask]
        if name in ("sum", "mean") and array.dtype.itemsize >= 8:
            # Finite ones that overflow beside infinities: NaN or an infinity, as they are added.
            size = np.where(np.isfinite(wide), np.abs(wide), 0).sum(**over)
            if ((size > np.finfo("f8").max) & np.isinf(wide).any(**over)).any():
                raise Unsuitable
        if not self._reducible(name, counted, array.dtype):
            raise Unsuitable
        if mask is not None:
            over = {**over, "where": mask}
        magnitude = finite_magnitude(wide)
        count = np.add.reduce(np.ones(wide.shape), **over)
        if name in ("sum", "mean"):
            scale = 1 if name == "sum" else 1 / np.maximum(count, 1)
            exact = wide.sum(**over) if name == "sum" else wide.mean(**over)
            slack = other * EPSILON * np.add.reduce(magnitude, **over).astype("f8") * scale
            if initial is not None:
                exact = exact + initial
                slack = slack + other * EPSILON * abs(initial)
        elif name in ("var", "std"):
            if ((count - ddof <= 0) & (count > 1)).any():
                raise Unsuitable
            exact = getattr(wide, name)(ddof=ddof, **over)
            square = np.add.reduce(np.where(np.isfinite(wide), np.abs(wide), 0) ** 2, **over) / np.maximum(count, 1)
            slack = other * EPSILON * np.asarray(square, dtype="f8") * (count / np.maximum(count - ddof, 1e-300))
            if name == "std":  # |sqrt(v + d) - sqrt(v)| <= min(sqrt(d), d / sqrt(v))
                deviation = np.asarray(exact, dtype="f8")
                slack = np.minimum(np.sqrt(slack), slack / np.where(deviation > 0, deviation, 1e-300))
        else:
            logarithms = np.log2(np.abs(wide))
            total = np.add.reduce(np.where(np.isfinite(logarithms), np.abs(logarithms), 0), **over)
            limit = {2: 8, 4: 60, 8: 500}[result.dtype.itemsize // (2 if result.dtype.kind == "c" else 1)]
            if (total > limit).any() or array.dtype.kind == "c" and not finite(counted):
                raise Unsuitable
            exact = wide.prod(**over) if initial is None else wide.prod(**over) * initial
            own = own * np.maximum(count, 1)
            slack = 0.0
        value = np.empty_like(result)
        value[...] = exact
        return Value(value, like(value, own * spacing(value) + np.where(np.isfinite(slack), slack, 0)))

    @staticmethod
    def _reduce_fuzzy(name, value, axes, keepdims, result):
        array = np.asarray(value.array)
        if result.dtype != array.dtype or not finite(array, result) or array.dtype.kind != "f" or not array.size:
            raise Unsuitable
        over = {"axis": axes, "keepdims": keepdims}
        if name in ("min", "max"):
            bound = value.bound.max(**over)
        elif name in ("sum", "mean"):
            scale = 1 if name == "sum" else result.size / array.size
            magnitude = (np.abs(array).astype("f8") + value.bound).sum(**over) * scale
            bound = value.bound.sum(**over) * scale + array.size * float(np.finfo(array.dtype).eps) * magnitude
        else:
            raise Unsuitable
        return Value(result, like(result, 1.001 * bound + 4 * spacing(result)))


def compare(expected, bound, found):
    """None when `found` may stand for `expected`; else a text that says where they differ first."""
    if expected.dtype.names is not None:  # padding is nobody's business
        wrong = [compare(expected[name], None, found[name]) for name in expected.dtype.names]
        return next((f"field {name}: {text}" for name, text in zip(expected.dtype.names, wrong) if text), None)
    if expected.dtype.kind in "Mm":  # no time is not even equal to itself
        wrong = expected.view("i8") != found.view("i8")
    elif expected.dtype.kind not in "fc":
        wrong = expected != found
    elif expected.dtype.kind == "c" and bound is None:
        return compare(expected.real, None, found.real) or compare(expected.imag, None, found.imag)
    else:
        same = (expected == found) | (np.isnan(expected) & np.isnan(found))
        if bound is None:
            wrong = ~same | (np.isfinite(expected) & (np.signbit(expected) != np.signbit(found)))
        else:
            distance = np.abs(extended(expected) - extended(found))
            wrong = ~(same | (distance <= bound))
            if expected.dtype.kind == "c":  # where one part is not finite, the other one still must be right
                near = [(a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(extended(a) - extended(b)) <= bound)
                        for a, b in ((expected.real, found.real), (expected.imag, found.imag))]
                wrong &= np.isfinite(expected) | ~(near[0] & near[1])
    if not np.any(wrong):
        return None
    where = tuple(int(i) for i in np.argwhere(wrong)[0]) if np.ndim(wrong) else ()
    count = int(np.count_nonzero(wrong))
    text = f"{count} of {expected.size} differ, first at {where}: {expected[where]!r} expected, {found[where]!r} found"
    if bound is not None:
        text += f", within {bound[where]:.3g}"
    return text
