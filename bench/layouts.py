# SPDX-License-Identifier: BSD-3-Clause
"""What operands cost that do not lie as kernels like them: farray's speed on them beside its own on plain ones, run in turns.
Files are in the page cache, results go to memory in the order that NumPy would give them.
"""
import os
from dataclasses import dataclass

import numpy as np

import ratios
from measuring import measure
from operands import settle
from with_farray import farray_ctypes

BAR = 2 / 3  # at most a third may be lost
TEXTS = ("2*a+3*b", "exp(-.5*a*a)*sin(b)", "sum((a-b)**2)", "sum(a, axis=0)")
SMALL = 128  # the edge of small arrays


@dataclass(frozen=True)
class Layout:
    """How a and b are stored and seen; `b` says it where it is not what a is."""
    name: str
    dtype: str = "<f8"
    order: str = "C"
    offset: int = 0
    view: str = ""       # "", "T", "reversed"
    b: str = ""          # the layout of b
    target: str = "C"
    small: bool = False


LAYOUTS = (
    Layout("plain"),
    Layout("Fortran-ordered", order="F", target="F"),
    Layout("transposed", view="T", target="F"),
    Layout("reversed", view="reversed"),
    Layout("byte-swapped", dtype=">f8"),
    Layout("misaligned", offset=1),
    Layout("mixed orders", b="Fortran-ordered"),
    Layout("small", small=True),
)
NAMED = {layout.name: layout for layout in LAYOUTS}


class Operands:
    """The raw files behind them, written once for each way to store."""

    def __init__(self, library, folder, n):
        self.library, self.folder = library, folder
        self.right = {name: np.random.default_rng(ord(name)).random((n, n)) for name in "ab"}

    def _path(self, name, layout, n):
        path = os.path.join(self.folder, f"{name}-{layout.dtype[0]}{layout.order}{layout.offset}-{n}.raw".replace(">", "big"))
        if not os.path.exists(path):
            array = self.right[name][:n, :n]
            with open(path, "wb") as file:
                file.write(b"\0" * layout.offset)
                file.write(array.astype(layout.dtype).tobytes(layout.order))
        return path

    def seen(self, name, layout, n):
        path = self._path(name, layout, n)
        array = self.library.memmap(path, farray_ctypes.READ_ONLY, layout.dtype, (n, n), layout.offset, layout.order)
        if layout.view == "T":
            return self.library.transpose(array)
        if layout.view == "reversed":
            return self.library.index(array, (slice(None, None, -1),) * 2)
        return array

    def expected(self, name, layout, n):
        array = self.right[name][:n, :n]
        return array.T if layout.view == "T" else array[::-1, ::-1] if layout.view == "reversed" else array


class Case:
    """One text on operands of one layout: run() computes it over as many elements as the plain case has."""

    def __init__(self, operands, layout, text, n):
        self.library, self.text = operands.library, text
        self.n = SMALL if layout.small else n
        layouts = {"a": layout, "b": NAMED[layout.b] if layout.b else layout}
        self.variables = {name: operands.seen(name, of, self.n) for name, of in layouts.items()}
        self.right = eval(text, vars(np), {name: operands.expected(name, of, self.n) for name, of in layouts.items()})
        self.times = (n // SMALL) ** 2 if layout.small else 1
        self.target = self._target(np.shape(self.right), layout.target)
        self.call = self.library.prepared("eval_into", self.target.pointer, text.encode(), self.library._vars(self.variables))

    def _target(self, shape, order):
        made = self.library.zeros("<f8", shape)
        return self.library.transpose(made) if order == "F" else made

    def run(self):
        for _ in range(self.times):
            self.call()

    def is_right(self):
        self.run()
        found = np.frombuffer(self.library.get_all(self.target)).reshape(self.target.shape)
        return np.allclose(found, self.right, rtol=1e-9)


def compare(library, folder, n, rounds):
    """Records {layout, text, ratio or state}, a plain run beside each."""
    operands, found = Operands(library, folder, n), []
    for text in TEXTS:
        plain = Case(operands, NAMED["plain"], text, n)
        for layout in LAYOUTS[1:]:
            case = Case(operands, layout, text, n)
            if not (plain.is_right() and case.is_right()):
                found.append({"layout": layout.name, "text": text, "state": "wrong"})
                continue
            seconds = {plain: [], case: []}
            for _ in range(rounds):
                for one in (plain, case):
                    settle()
                    seconds[one].append(measure(one.run)[0]["seconds"])
            found.append({"layout": layout.name, "text": text, "state": "ok",
                          "ratio": ratios.paired(seconds[plain], seconds[case])})
    return found
