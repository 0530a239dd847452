# SPDX-License-Identifier: BSD-3-Clause
"""Holds expressions against NumPy: the same text is evaluated by both, and what either computes or refuses must be the
same, bit for bit; what farray computes prints as text that gives it again. Shared by the oracles of this folder.
"""
import os
import sys
import warnings

try:
    import numpy as np
except ImportError:
    print("NumPy is not installed: skipped")
    sys.exit(77)
if os.environ.get("FARRAY_SANITIZE") and "LD_PRELOAD" not in os.environ:
    print("a sanitized library cannot be loaded into Python: skipped")
    sys.exit(77)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "random"))
os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")

import farray_ctypes  # noqa: E402

NAMESPACE = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}
NAMESPACE.update(np=np, strings=np.strings, char=np.char, astype=lambda a, dtype: np.asarray(a).astype(eval_dtype(dtype)))


class Checker:
    def __init__(self):
        self.library = farray_ctypes.Library(os.environ["FARRAY_BUILD"])
        self.compared = self.refused = self.wrong = 0

    def array(self, array):
        array = np.asarray(array)
        return self.library.from_data(dtype_text(array.dtype), array.shape, array.tobytes())

    def expected(self, text, variables):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with np.errstate(all="ignore"):
                    return np.asarray(eval(text, dict(NAMESPACE), dict(variables)))
        except Exception as error:  # whatever NumPy raises
            return error

    def check(self, text, **variables):
        self.check_as(text, text, **variables)

    def check_as(self, text, by_numpy, **variables):
        """Where NumPy writes the same in another way."""
        expected = self.expected(by_numpy, variables)
        handles = {name: self.array(array) for name, array in variables.items()}
        why = self.difference(text, expected, handles)
        if why:
            self.wrong += 1
            if self.wrong <= 40:
                print(f"{text}: {why}")
                for name, array in variables.items():
                    print(f"    {name} = {shown(array)}")
        elif isinstance(expected, Exception):
            self.refused += 1
        else:
            self.compared += 1

    def difference(self, text, expected, handles):
        try:
            found = self.library.eval(text, handles)
            bytes_found = self.library.get_all(found)
        except farray_ctypes.Failed as error:
            return None if isinstance(expected, Exception) else f"farray refuses: {error}"
        if isinstance(expected, Exception):
            return f"NumPy raises {type(expected).__name__}: {expected}"
        dtype = np.dtype(eval_dtype(found.dtype_text))
        if native(dtype) != native(expected.dtype):  # docs/differences.md: native-results
            return f"{expected.dtype!r} expected, {dtype!r} found"
        dtype = as_read(dtype)
        if tuple(found.shape) != expected.shape:
            return f"shape {expected.shape} expected, {found.shape} found"
        array = np.frombuffer(bytes_found, dtype).reshape(expected.shape) if dtype.itemsize else expected
        if not same(expected, array):
            return f"{shown(expected)} expected, {shown(array)} found"
        return self.round_trip(self.library.eval(text, handles), expected)

    def round_trip(self, found, expected):
        text, leaves = self.library.expression(found)
        again = self.library.eval(text, {f"a{i}": leaf for i, leaf in enumerate(leaves)})
        dtype = as_read(np.dtype(eval_dtype(again.dtype_text)))
        array = np.frombuffer(self.library.get_all(again), dtype) if dtype.itemsize else expected
        if not same(expected, array.reshape(expected.shape)):
            return f"prints as {text!r}, which is something else"
        return None

    def finish(self):
        print(f"{self.compared} results agree, {self.refused} refused by both, {self.wrong} wrong")
        sys.exit(1 if self.wrong or not self.compared else 0)


def native(dtype):
    return dtype.newbyteorder("=")


def as_read(dtype):
    """Elements are handed over in the machine's byte order, but structures as they are stored."""
    return dtype if dtype.names is not None else native(dtype)


def shown(array):
    """NumPy cannot print all of its own times."""
    return f"{array.dtype} {array.view('i8').tolist()}" if array.dtype.kind in "Mm" else f"{array.dtype} {array.tolist()}"


def same(expected, found):
    if expected.dtype.names is not None:
        return all(same(expected[name], found[name]) for name in expected.dtype.names)
    expected, found = expected.astype(native(expected.dtype)), found.astype(native(found.dtype))
    if expected.dtype.kind in "fc":
        return bool(np.array_equal(expected, found, equal_nan=True))
    return expected.tobytes() == found.tobytes()


def dtype_text(dtype):
    return repr(dtype.descr) if dtype.names is not None else dtype.str


def eval_dtype(text):
    """A dtype from farray's notation, in which padding is fields without names."""
    return as_dtype(eval(text, {})) if text[0] in "[{" else np.dtype(text)


def as_dtype(notation):
    if isinstance(notation, dict):
        return np.dtype({**notation, "formats": [as_dtype(part) for part in notation["formats"]]})
    if isinstance(notation, tuple):
        return np.dtype((as_dtype(notation[0]), notation[1]))
    return np.lib.format.descr_to_dtype(notation)
