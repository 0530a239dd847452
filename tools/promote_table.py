# SPDX-License-Identifier: BSD-3-Clause
"""Writes tests/array/promote_table.inc.h: NumPy's own answers on all pairs of numeric types.

bfloat16 is ml_dtypes', as far as it has an answer: with integers of more than 8 bits bfloat16 wins here as with smaller ones.
Run it with a Python that has NumPy 2 and ml_dtypes: `tools/promote_table.py > tests/array/promote_table.inc.h`.
"""
import ml_dtypes  # registers bfloat16
import numpy as np

NAMES = """bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 bfloat16 float32 float64 complex64
 complex128""".split()
TYPES = [np.dtype(name) for name in NAMES]
BFLOAT = np.dtype(ml_dtypes.bfloat16)


def is_integer(dtype):
    return dtype.kind in "iu"


def promote(a, b):
    if BFLOAT in (a, b) and (is_integer(a) or is_integer(b)):
        return BFLOAT
    if {a, b} == {BFLOAT, np.dtype("float16")}:
        return np.dtype("float32")
    return np.promote_types(a, b)


def can_cast(a, b, how):
    if a.kind == "c" and b == BFLOAT:
        return False
    return a == BFLOAT == b or is_integer(a) and b == BFLOAT or \
        how == "same_kind" and BFLOAT in (a, b) and {a.kind, b.kind} <= {"f", "V"} or np.can_cast(a, b, how)


def weak(a, scalar):
    if a == BFLOAT:  # its own answer is that of the scalar's strong type
        return np.dtype("complex64") if type(scalar) is complex else BFLOAT
    return np.result_type(a, scalar)


def table(name, comment, cell):
    print(f"\n/* {comment} */")
    print(f"static const unsigned char {name}[{len(TYPES)}][{len(TYPES)}] = {{")
    for a in TYPES:
        print("    {" + ", ".join(str(cell(a, b)) for b in TYPES) + f"}}, /* {a} */")
    print("};")


print("/* SPDX-License-Identifier: BSD-3-Clause */")
print(f"/* Made by tools/promote_table.py with NumPy {np.__version__}; types are numbered as fa_type. */")
table("promoted", "np.promote_types(row, column)", lambda a, b: TYPES.index(promote(a, b)))
table("safe", 'np.can_cast(row, column, "safe")', lambda a, b: int(can_cast(a, b, "safe")))
table("same_kind", 'np.can_cast(row, column, "same_kind")', lambda a, b: int(can_cast(a, b, "same_kind")))
print("\n/* np.result_type(row, True), (row, 1), (row, 1.0), (row, 1j) */")
print(f"static const unsigned char weak[{len(TYPES)}][4] = {{")
for a in TYPES:
    print("    {" + ", ".join(str(TYPES.index(weak(a, w))) for w in (True, 1, 1.0, 1j)) + f"}}, /* {a} */")
print("};")
