# SPDX-License-Identifier: BSD-3-Clause
"""The layers as the linker sees them: no function of a lower layer calls one of a higher layer, whatever is declared where.
What a lower layer needs of a higher one is a table, which the lower one declares and the higher one fills."""
import os
import re
import shutil
import subprocess
import sys
import unittest

from repository import BUILD, files, read
from test_layers import MAY_INCLUDE, visible

CODE = set("TtWiu")
DATA = set("RrDdBbGV")


def objects():
    """Pairs of (layer, object file) of the library."""
    for folder, _, names in os.walk(os.path.join(BUILD, "CMakeFiles")):
        layer = re.search(r"farray_\w+\.dir/src/(\w+)$", folder)
        if layer:
            yield from ((layer.group(1), os.path.join(folder, name)) for name in names if name.endswith(".o"))


def symbols(path):
    """The symbols of an object file that others see: pairs of (kind, name)."""
    listed = subprocess.run(["nm", "--extern-only", "--format=posix", path], check=True, capture_output=True, text=True).stdout
    return [(line.split()[1], line.split()[0]) for line in listed.splitlines() if len(line.split()) > 1]


def declared_tables():
    """What headers declare as extern data: name -> layers."""
    found = {}
    for path in files(".h"):
        if path.startswith("src/"):
            for declaration in re.findall(r"^extern\b[^;]*;", read(path), re.M):
                for name in re.findall(r"fa__\w+", declaration):
                    found.setdefault(name, set()).add(path.split("/")[1])
    return found


def violations(wanted, defined, tables, seen):
    """What runs up. `wanted`: (layer, symbol) pairs; `defined`: symbol -> (layer, kind)."""
    for layer, symbol in sorted(wanted):
        home, kind = defined.get(symbol, (layer, "T"))
        if home in seen[layer]:
            continue
        if kind in DATA and tables.get(symbol, set()) & seen[layer]:
            continue
        yield f"{layer} uses {symbol}, which {home} defines as {'a function' if kind in CODE else 'data'}"


class Symbols(unittest.TestCase):
    def setUp(self):
        if shutil.which("nm") is None or not any(objects()):
            print("no nm, or no object files: skipped")
            sys.exit(77)

    def test_no_call_goes_up(self):
        defined, wanted = {}, set()
        for layer, path in objects():
            if layer not in MAY_INCLUDE:
                continue
            for kind, name in symbols(path):
                if kind == "U":
                    wanted.add((layer, name))
                else:
                    defined[name] = (layer, kind)
        self.assertGreater(len(defined), 500)
        wrong = list(violations(wanted, defined, declared_tables(), visible()))
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_the_rule_notices(self):
        """The negative control: a call that goes up, a table that nobody below declares, and what is in order."""
        seen = visible()
        defined = {"fa__up": ("op", "T"), "fa__hidden": ("op", "R"), "fa__table": ("op", "R"), "fa__down": ("base", "T")}
        tables = {"fa__table": {"expr"}, "fa__hidden": {"op"}}
        wanted = {("expr", "fa__up"), ("expr", "fa__hidden"), ("expr", "fa__table"), ("op", "fa__down"), ("expr", "memcpy")}
        self.assertEqual(len(list(violations(wanted, defined, tables, seen))), 2)


if __name__ == "__main__":
    unittest.main()
