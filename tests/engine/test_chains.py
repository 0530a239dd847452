# SPDX-License-Identifier: BSD-3-Clause
"""Random expressions of the operations that go through registers together, against NumPy: deep and shallow, values that are
read twice, types side by side, operands that lie anyhow, lengths around steps and blocks; and sums of them against sums of the
same elements as they stand in memory. A failure prints its seed: test_chains.py SEED repeats it.
"""
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "random"))
BUILD = os.environ.get("FARRAY_BUILD", "build")
LONG = os.environ.get("FARRAY_LONG", "0") not in ("", "0")

import farray_ctypes  # noqa: E402
import needs  # noqa: E402

needs.library()
numpy = needs.numpy()

LENGTHS = (1, 5, 63, 64, 65, 127, 500, 1023, 1024, 1025, 2500, 5000, 40000)
LAYOUTS = ("{0}", "{0}[::-1]", "{0}[1:]", "{0}[::2]", "{0}.reshape((-1, 1)).T", "concatenate(({0}, {0}))[3:-2]")
TWO = ("+", "-", "*", "/")  # which zero is the larger one, NumPy itself decides now so and now so
ONE = ("-", "abs", "sqrt", "square", "reciprocal", "exp", "sin", "log1p", "tanh")
OURS = ("exp", "sin", "log1p", "tanh")  # not NumPy's bits: held against farray's own on what stands in memory
COMPARED = ("<", "<=", "==", "!=", ">", ">=")
LOGIC = ("&", "|", "^")


def number(rng):
    return rng.choice(("2.5", "-0.75", "3", "1e-3", "0.0", "-1e30"))


class Expression:
    """Text that both understand; parts of it come again, so that graphs are no trees."""

    def __init__(self, rng, names):
        self.rng, self.names, self.parts = rng, names, []

    def real(self, depth):
        rng = self.rng
        if self.parts and rng.random() < .15:
            return rng.choice(self.parts)
        if depth == 0 or rng.random() < .1:
            return rng.choice(self.names)
        kind = rng.random()
        if kind < .2:
            operation = rng.choice(ONE)
            text = f"(-{self.real(depth - 1)})" if operation == "-" else f"{operation}({self.real(depth - 1)})"
        elif kind < .27:
            text = f"floor({self.real(depth - 1)})"  # a value that is no link
        elif kind < .4:
            sides = [self.real(depth - 1), number(rng) if rng.random() < .3 else self.real(depth - 1)]
            rng.shuffle(sides)
            text = f"where({self.truth(depth)}, {sides[0]}, {sides[1]})"
        else:
            operation = rng.choice(TWO)
            sides = [self.real(depth - 1), number(rng) if rng.random() < .3 else self.real(depth - 1)]
            rng.shuffle(sides)
            text = f"({sides[0]} {operation} {sides[1]})"
        self.parts.append(text)
        return text

    def truth(self, depth):
        rng = self.rng
        if depth > 1 and rng.random() < .5:
            return f"({self.truth(depth - 1)} {rng.choice(LOGIC)} {self.truth(depth - 1)})"
        text = f"({self.real(depth - 1)} {rng.choice(COMPARED)} {self.real(depth - 1)})"
        return f"~{text}" if rng.random() < .2 else text


FUNCTIONS = {name: getattr(numpy, name) for name in
             ("abs", "sqrt", "square", "reciprocal", "floor", "where", "concatenate")}


def elements(rng, dtype, n):
    made = rng.standard_normal(n) * 10.0 ** rng.integers(-3, 4, n)
    made[rng.random(n) < .05] = rng.choice([0.0, -0.0, numpy.inf, -numpy.inf, numpy.nan])
    return made.astype(dtype)


def same(mine, theirs):
    if theirs.dtype.kind == "f":
        return numpy.array_equal(mine, theirs, equal_nan=True) and \
            numpy.array_equal(numpy.signbit(mine[theirs == 0]), numpy.signbit(theirs[theirs == 0]))
    return numpy.array_equal(mine, theirs)


def seen(array, dtype, shape):
    return numpy.frombuffer(array.library.get_all(array), dtype).reshape(shape)


def ours(library, name):
    def computed(x):
        x = numpy.ascontiguousarray(x)
        mine = library.from_data(x.dtype.str, x.shape, x.tobytes())
        return seen(library.eval(f"{name}(x)", {"x": mine}), x.dtype, x.shape)
    return computed


def run(library, seed):
    """One expression; what is wrong with it, or None."""
    rng, numbers = random.Random(seed), numpy.random.default_rng(seed)
    dtype, n = rng.choice(("f8", "f4")), rng.choice(LENGTHS)
    arrays = {name: elements(numbers, dtype, n) for name in "ab"}
    mine = {name: library.from_data("<" + dtype, (n,), array.tobytes()) for name, array in arrays.items()}
    layout = rng.choice(LAYOUTS)
    expression = Expression(rng, [layout.format(name) for name in "ab"] if n > 1 else list("ab"))
    is_truth = rng.random() < .3
    text = expression.truth(rng.randint(1, 4)) if is_truth else expression.real(rng.randint(1, 6))
    library.set_threads(rng.choice((1, 2)))
    functions = {name: ours(library, name) for name in OURS}
    with numpy.errstate(all="ignore"):
        theirs = numpy.asarray(eval(text, {**FUNCTIONS, **functions, **arrays}))  # noqa: S307: it is our own
    computed = library.eval(text, mine)
    found = seen(computed, theirs.dtype, theirs.shape)
    if not same(found, theirs):
        return f"seed {seed}: {dtype} {n}: {text}"
    if not is_truth:
        for reduction in ("sum", "mean"):
            whole = library.eval(f"{reduction}({text})", mine)
            stored = library.eval(f"{reduction}(c)", {"c": computed})
            if library.get_all(whole) != library.get_all(stored) and not numpy.isnan(seen(stored, theirs.dtype, ())):
                return f"seed {seed}: {dtype} {n}: {reduction}({text})"
    return None


def main():
    library = farray_ctypes.Library(BUILD)
    first, count = int(time.time()), 20000 if LONG else 1500
    if len(sys.argv) > 1:
        first, count = int(sys.argv[1]), 1
    print("seeds from", first)
    wrong = [line for line in (run(library, first + i) for i in range(count)) if line]
    print("\n".join(wrong[:10]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
