# SPDX-License-Identifier: BSD-3-Clause
"""Writes tests/array/promote_table.inc.h: NumPy's own answers on all pairs of numeric types.

Run it with a Python that has NumPy 2: `tools/promote_table.py > tests/array/promote_table.inc.h`.
"""
import numpy as np

NAMES = """bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64
 complex128""".split()
TYPES = [np.dtype(name) for name in NAMES]


def table(name, comment, cell):
    print(f"\n/* {comment} */")
    print(f"static const unsigned char {name}[{len(TYPES)}][{len(TYPES)}] = {{")
    for a in TYPES:
        print("    {" + ", ".join(str(cell(a, b)) for b in TYPES) + f"}}, /* {a} */")
    print("};")


print("/* SPDX-License-Identifier: BSD-3-Clause */")
print(f"/* Made by tools/promote_table.py with NumPy {np.__version__}; types are numbered as fa_type. */")
table("promoted", "np.promote_types(row, column)", lambda a, b: TYPES.index(np.promote_types(a, b)))
table("safe", 'np.can_cast(row, column, "safe")', lambda a, b: int(np.can_cast(a, b, "safe")))
table("same_kind", 'np.can_cast(row, column, "same_kind")', lambda a, b: int(np.can_cast(a, b, "same_kind")))
print("\n/* np.result_type(row, True), (row, 1), (row, 1.0), (row, 1j) */")
print(f"static const unsigned char weak[{len(TYPES)}][4] = {{")
for a in TYPES:
    print("    {" + ", ".join(str(TYPES.index(np.result_type(a, w))) for w in (True, 1, 1.0, 1j)) + f"}}, /* {a} */")
print("};")
