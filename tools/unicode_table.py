#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes src/kernel/unicode_table.inc.h: what Python's str methods know of characters, in two stages of tables.

    unicode_table.py > src/kernel/unicode_table.inc.h

Every character has a record: its classes, and its upper, lower and title case as a distance, or as a place in the list of
cases of several characters.
"""
import sys
import unicodedata

CLASSES = ["ALPHA", "DECIMAL", "DIGIT", "NUMERIC", "SPACE", "LOWER", "UPPER", "TITLE", "CASED", "IGNORABLE"]
BLOCK = 128


def classes(c):
    title = unicodedata.category(c) == "Lt"
    ignorable = ("A" + c + "\u03a3").lower()[-1] == "\u03c2" and (c + "\u03a3").lower()[-1] != "\u03c2"
    flags = [c.isalpha(), c.isdecimal(), c.isdigit(), c.isnumeric(), c.isspace(), c.islower(), c.isupper() and not title,
             title, c.islower() or c.isupper() or title, ignorable]
    return sum(1 << i for i, flag in enumerate(flags) if flag)


def main():
    several, records, numbers = [], {}, []

    def case(c, changed):
        if len(changed) == 1:
            return ord(changed) - ord(c), 0
        several.append(changed)
        return len(several), len(changed)  # places count from 1: 0 is "no change"

    for code in range(0x110000):
        c = chr(code)
        if 0xD800 <= code < 0xE000:
            record = (0, (0, 0), (0, 0), (0, 0))
        else:
            lower = c if code == 0x3A3 else c.lower()  # which sigma it is depends on what is around it
            record = (classes(c), case(c, c.upper()), case(c, lower if code != 0x3A3 else "\u03c3"), case(c, c.title()))
        numbers.append(records.setdefault(record, len(records)))
    blocks, index = {}, []
    for start in range(0, len(numbers), BLOCK):
        block = tuple(numbers[start:start + BLOCK])
        index.append(blocks.setdefault(block, len(blocks)))

    out = sys.stdout.write
    out("/* SPDX-License-Identifier: BSD-3-Clause */\n")
    out(f"/* Unicode {unicodedata.unidata_version} as Python sees it. Made by tools/unicode_table.py: change that, not this file. */\n")
    out("/* clang-format off */\n")
    out("enum {" + ", ".join(f"IS_{name} = {1 << i}" for i, name in enumerate(CLASSES)) + "};\n")
    out(f"enum {{UNICODE_BLOCK = {BLOCK}}};\n")

    def table(declaration, values):
        out(f"static const {declaration}[] = {{\n")
        line = "   "
        for value in values:
            if len(line) + len(value) + 2 > 116:
                out(line + "\n")
                line = "   "
            line += " " + value + ","
        out(line + "\n};\n")

    out("typedef struct letter_case {int32_t by; int8_t count;} letter_case; /* count 0: a distance; else a place, from 1 */\n")
    out("typedef struct character {uint16_t classes; letter_case upper, lower, title;} character;\n")
    table("character characters", ["{" + str(r[0]) + "".join(",{%d,%d}" % part for part in r[1:]) + "}" for r in records])
    out("static const uint32_t several_cases[][3] = {\n" +
        "".join("    {" + ", ".join(f"0x{ord(c):x}" for c in text) + "},\n" for text in several) + "};\n")
    table("uint16_t unicode_index", [str(i) for i in index])
    table("uint16_t unicode_blocks", [str(n) for block in blocks for n in block])
    out("/* clang-format on */\n")


main()
