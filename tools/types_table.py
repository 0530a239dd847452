#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes tests/expr/types_table.h: the types that NumPy's ufuncs give, for tests where there is no NumPy.

    types_table.py > tests/expr/types_table.h

One text for each operation, one character for each combination of inputs: NumPy's letter of the result's type ("t" for bool:
two of NumPy's "?" and a "-" are a trigraph of C), or "-" where NumPy refuses. Inputs run over the types of farray in order and then, for operations of two, over a Python int, float
and complex (1, 1.0, 1j), never two of these; the second input runs faster.
"""

import itertools
import os
import re
import warnings

import numpy as np

LETTERS = "?bBhHiIlLefdFD"
WEAK = [1, 1.0, 1j]
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NO_UFUNC = {"real", "imag", "clip", "where"}  # in NumPy


def operations():
    """The rows of the one list of operations: name, number of inputs."""
    with open(os.path.join(ROOT, "src", "kernel", "operations.h"), encoding="utf-8") as file:
        text = re.sub(r"\\\n", "", file.read())
        rows = re.findall(r'X\(\w+, (\w+), (\d), "[^"]*", "[^"]*",', text)
        outputs = re.findall(r'X\(\w+, (\w+), (\d), (\d),', text)
    return [(name, int(arity)) for name, arity in rows if name not in NO_UFUNC] + \
        [(f"{name}[{output}]", int(arity)) for name, output, arity in outputs]


def result(name, *inputs):
    try:
        function, _, output = name.partition("[")
        made = getattr(np, function)(*inputs)
        return (made[int(output[0])] if output else made).dtype.char.replace("?", "t")
    except TypeError:
        return "-"


def main():
    warnings.simplefilter("ignore")
    arrays = [np.ones(1, letter) for letter in LETTERS]
    print("/* SPDX-License-Identifier: BSD-3-Clause */")
    print(f"/* Made by tools/types_table.py with NumPy {np.__version__}: change that, not this file. */")
    print("static const struct {\n    const char *name, *results;\n} types_table[] = {")
    for name, arity in operations():
        if arity == 1:
            print(f'    {{"{name}", "{"".join(result(name, a) for a in arrays)}"}},')
            continue
        both = [(a, b) for a, b in itertools.product(arrays + WEAK, repeat=2)
                if isinstance(a, np.ndarray) or isinstance(b, np.ndarray)]
        text = "".join(result(name, a, b) for a, b in both)
        print(f'    {{"{name}",')
        for start in range(0, len(text), 96):
            print(f'     "{text[start:start + 96]}"' + ("}," if start + 96 >= len(text) else ""))
    print("};")


if __name__ == "__main__":
    main()
