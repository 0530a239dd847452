# SPDX-License-Identifier: BSD-3-Clause
"""The twelve workloads, as data: what is computed, on which operands, how many bytes that has to move, and how a result is
checked. Texts are NumPy's: they are what farray computes, and what NumPy says about them is what is right.
Knows no contender.
"""
from dataclasses import dataclass, replace
from math import isqrt

READ, TRIAD, COPY, FILL, MATH, DGEMM = "read", "triad", "copy", "fill", "math", "dgemm"
MEBIBYTE = 1 << 20
ROW = 1024  # elements of a row that is gathered
TILE = 64   # elements of an edge of a tile that rechunk makes


@dataclass(frozen=True)
class Row:
    """One line of the table. A job of `share` of an array's elements; `hot` is what it costs at least in memory: bytes (or
    elements, or operations) an element, and the limit that they run against; `files` the bytes an element that are read and
    written from file to file. A cost that overlaps with the others, because it is not memory's, counts where it is larger."""
    number: int
    name: str
    texts: tuple
    hot: tuple
    files: tuple
    target: str = None      # element type of the array that the result goes to; without one the result is new
    shape: str = "square"   # of the target: a row of SHAPES
    length: str = ""        # says how long the result is, where that depends on values: in memory it has a target all the same
    share: float = 1
    needs: str = ""         # an operation that farray must have
    check: str = "whole"    # how results are compared: blocks, whole, order, noise
    noise: str = ""         # the distribution that is drawn from, where no text says it
    in_files: bool = False  # says something from file to file only

    @property
    def text(self):
        return "; ".join(self.texts)

    def bound(self, n):
        """The row for arrays of n x n, where its texts name a size."""
        return replace(self, texts=tuple(text.replace("TILES", str(n // TILE)) for text in self.texts))

    @property
    def elementwise(self):
        return self.check == "blocks"

    @property
    def keeps_array(self):
        """Whether the result is an array worth a file, with or without a target."""
        return self.target is not None or self.name in ("mask", "sort", "argsort", "unique ints", "unique floats", "matmul")


def _row(number, name, texts, hot, files, **more):
    return Row(number, name, (texts,) if isinstance(texts, str) else texts, hot, files, **more)


def _four(axis):
    words = "" if axis is None else f", axis={axis}"
    return tuple(f"{name}(a{words})" for name in ("mean", "std", "min", "max"))


_ONE_READ = dict(hot=((8, READ),), files=(8, 0))
_TWO_IN_ONE_OUT = dict(hot=((24, TRIAD),), files=(16, 8), target="<f8", check="blocks")

ROWS = (
    _row(1, "axpby", "2*a+3*b", **_TWO_IN_ONE_OUT),
    _row(2, "compare", "a*b-4.1*a > 2.5*b", hot=((17, READ),), files=(16, 1), target="|b1", check="blocks"),
    _row(3, "exp sin", "exp(-.5*a*a)*sin(b)", **{**_TWO_IN_ONE_OUT, "hot": ((24, TRIAD), (1, MATH))}),
    _row(4, "squares", "sum((a-b)**2)", hot=((16, READ),), files=(16, 0)),
    _row(4, "sum", "sum(a)", **_ONE_READ),
    _row(4, "sum of little", "sum(z)", in_files=True, **_ONE_READ),
    _row(5, "sum axis 0", "sum(a, axis=0)", **_ONE_READ),
    _row(5, "sum axis 1", "sum(a, axis=1)", **_ONE_READ),
    _row(5, "std", "std(a)", **_ONE_READ),
    _row(5, "std axis 0", "std(a, axis=0)", **_ONE_READ),
    _row(5, "std axis 1", "std(a, axis=1)", **_ONE_READ),
    _row(5, "four", _four(None), **_ONE_READ),
    _row(5, "four axis 0", _four(0), **_ONE_READ),
    _row(5, "four axis 1", _four(1), **_ONE_READ),
    _row(5, "cumsum", "cumsum(a)", hot=((24, TRIAD),), files=(8, 8), target="<f8", shape="flat"),
    _row(6, "nanmean", "nanmean(a)", **_ONE_READ),
    _row(6, "nanmax", "nanmax(a, axis=0)", **_ONE_READ),
    _row(6, "nanvar", "nanvar(a)", **_ONE_READ),
    _row(7, "mask", "a[a > .5]", hot=((8, READ), (4, FILL)), files=(8, 4), length="count_nonzero(a > .5)"),
    _row(7, "count", "count_nonzero(a > .5)", **_ONE_READ),
    _row(7, "where", "where(a > .5, a, b)", **_TWO_IN_ONE_OUT),
    _row(8, "transpose", "a.T", hot=((16, COPY),), files=(8, 8), target="<f8"),
    _row(8, "rechunk", f"a.reshape((TILES, {TILE}, TILES, {TILE})).transpose((0, 2, 1, 3))",
         hot=((16, COPY),), files=(8, 8), target="<f8", shape="tiles"),
    _row(9, "sort", "sort(s)", hot=((16, COPY),), files=(8, 8), share=1 / 4, needs="sort"),
    _row(9, "argsort", "argsort(s)", hot=((16, COPY),), files=(8, 8), share=1 / 4, needs="argsort", check="order"),
    _row(9, "unique ints", "unique(u)", hot=((16, COPY),), files=(8, 0), share=1 / 4, needs="unique"),
    _row(9, "unique floats", "unique(s)", hot=((16, COPY),), files=(8, 8), share=1 / 4, needs="unique"),
    _row(10, "median", "median(a)", hot=((16, READ),), files=(16, 0), needs="median"),
    _row(10, "quantiles", "quantile(a, [.25, .5, .75])", hot=((16, READ),), files=(16, 0), needs="quantile"),
    _row(10, "histogram", "histogram(a, bins=100, range=(0, 1))[0]", needs="histogram", **_ONE_READ),
    _row(11, "matmul", "m @ k", hot=((0, DGEMM),), files=(16, 8), share=1 / 4, needs="matmul"),
    _row(12, "rows", f"a.reshape((-1, {ROW}))[i]", hot=((8, FILL),), files=(6.3, 8), share=1 / 2,
         target="<f8", shape="rows"),  # two fifths of all rows are drawn at least once
    _row(12, "elements", "take(a, j)", hot=((8, FILL),), files=(40, 8), share=1 / 4, target="<f8", shape="quarter"),
    _row(12, "uniform", (), hot=((8, FILL),), files=(0, 8), target="<f8", check="noise", noise="uniform"),
    _row(12, "normal", (), hot=((8, FILL),), files=(0, 8), target="<f8", check="noise", noise="normal"),
)
NAMED = {row.name: row for row in ROWS}

SHAPES = {
    "square": lambda n: (n, n),
    "flat": lambda n: (n * n,),
    "quarter": lambda n: (n * n // 4,),
    "rows": lambda n: (n * n // (2 * ROW), ROW),
    "tiles": lambda n: (n // TILE, n // TILE, TILE, TILE),
    "half square": lambda n: (n // 2, n // 2),
}
OPERANDS = {"a": "square", "b": "square", "s": "quarter", "u": "quarter", "m": "half square", "k": "half square",
            "i": "rows", "j": "quarter", "z": "square"}


def side(mebibytes):
    """The edge of the square arrays of float64 that have at most so many, and that every shape divides."""
    return max(128, isqrt(int(mebibytes * MEBIBYTE / 8)) // 128 * 128)


def operands_of(row):
    """Names of the arrays that its texts use."""
    words = "".join(c if c.isalnum() or c == "." else " " for c in row.text).split()
    return sorted({word.split(".")[0] for word in words} & OPERANDS.keys())


def costs(row, n):
    """What the row costs at least in memory with arrays of n x n: (amount, limit)."""
    if row.name == "matmul":
        return ((2 * (n // 2) ** 3, DGEMM),)
    return tuple((amount * row.share * n * n, limit) for amount, limit in row.hot)


def bytes_of(row, n):
    """The bytes behind a speed in GB/s."""
    return sum(amount for amount, limit in costs(row, n) if limit not in (MATH, DGEMM)) or sum(file_bytes(row, n))


def file_bytes(row, n):
    """Bytes that are read and written from file to file."""
    return tuple(amount * row.share * n * n for amount in row.files)


def limit_seconds(row, n, speeds):
    """How long it takes at least where memory has `speeds` (amounts a second)."""
    seconds = {limit: amount / speeds[limit] for amount, limit in costs(row, n)}
    return max(sum(t for limit, t in seconds.items() if limit != MATH), seconds.get(MATH, 0))


def file_limit_seconds(row, n, speeds):
    """The same from file to file; speeds of "disk read" and "disk write", and of dgemm."""
    read, written = file_bytes(row, n)
    seconds = (read / speeds["disk read"] if read else 0) + (written / speeds["disk write"] if written else 0)
    return max(seconds, limit_seconds(row, n, speeds)) if row.name == "matmul" else seconds
