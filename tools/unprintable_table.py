#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes src/api/unprintable.inc.h: the code points that Python's repr() writes as escapes.

    python3 tools/unprintable_table.py > src/api/unprintable.inc.h
"""
import unicodedata


def ranges():
    start = None
    for code_point in range(0x110000 + 1):
        escaped = code_point < 0x110000 and not chr(code_point).isprintable()
        if escaped and start is None:
            start = code_point
        elif not escaped and start is not None:
            yield start, code_point - 1
            start = None


rows = [f"{{0x{first:x}, 0x{last:x}}}," for first, last in ranges()]
print("/* SPDX-License-Identifier: BSD-3-Clause */")
print(f"/* Made by tools/unprintable_table.py from Unicode {unicodedata.unidata_version}: first and last code points of the")
print(" * ranges that Python's str.isprintable() denies, in order. */")
for at in range(0, len(rows), 5):
    print(" ".join(rows[at:at + 5]))
