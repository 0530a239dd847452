#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes tests/expr/types_table.h: the types that NumPy's ufuncs give, for tests where there is no NumPy.

    types_table.py > tests/expr/types_table.h

One text for each operation, one character for each combination of inputs: NumPy's letter of the result's type ("t" for bool:
two of NumPy's "?" and a "-" are a trigraph of C), or "-" where NumPy refuses. Inputs run over the types of farray in order and then, for operations of two, over a Python int, float
and complex (1, 1.0, 1j), never two of these; the second input runs faster.
"""

import itertools
import warnings

import numpy as np

LETTERS = "?bBhHiIlLefdFD"
WEAK = [1, 1.0, 1j]
# Functions of real numbers refuse complex ones here; powers of complex numbers are not there yet.
REAL = set("""arctan2 hypot copysign fabs sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh
cosh tanh arcsinh arccosh arctanh rint signbit floor ceil trunc power""".split())
UNARY = """negative positive absolute fabs sign conjugate square reciprocal sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin
cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh floor ceil trunc rint isnan isinf isfinite signbit
logical_not invert""".split()
BINARY = """add subtract multiply divide power arctan2 hypot copysign minimum maximum fmin fmax equal not_equal less less_equal
greater greater_equal logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor left_shift right_shift""".split()


def result(name, *inputs):
    if name in REAL and any(np.asarray(x).dtype.kind == "c" for x in inputs):
        return "-"
    try:
        return getattr(np, name)(*inputs).dtype.char.replace("?", "t")
    except TypeError:
        return "-"


def main():
    warnings.simplefilter("ignore")
    arrays = [np.ones(1, letter) for letter in LETTERS]
    print("/* SPDX-License-Identifier: BSD-3-Clause */")
    print(f"/* Made by tools/types_table.py with NumPy {np.__version__}: change that, not this file. */")
    print("static const struct {\n    const char *name, *results;\n} types_table[] = {")
    for name in UNARY:
        print(f'    {{"{name}", "{"".join(result(name, a) for a in arrays)}"}},')
    for name in BINARY:
        both = [(a, b) for a, b in itertools.product(arrays + WEAK, repeat=2)
                if isinstance(a, np.ndarray) or isinstance(b, np.ndarray)]
        text = "".join(result(name, a, b) for a, b in both)
        print(f'    {{"{name}",')
        for start in range(0, len(text), 96):
            print(f'     "{text[start:start + 96]}"' + ("}," if start + 96 >= len(text) else ""))
    print("};")


if __name__ == "__main__":
    main()
