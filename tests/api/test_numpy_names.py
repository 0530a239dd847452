#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares the public list of operations with NumPy's own list of ufuncs, and with NumPy's other names for them.

Exit status 0: every ufunc of NumPy is there, or a row of EXCEPTIONS says why not; 77: there is no NumPy. CTest says where
the library is by FARRAY_BUILD.
"""
import json
import os
import subprocess
import sys
import unittest

try:
    import numpy as np
except ImportError:
    print("NumPy is not installed: skipped")
    sys.exit(77)

EXCEPTIONS = {}

# Functions that NumPy gives together, as a tuple; partition(a, sep)[0] is the first of them.
PARTS = {f"strings.{side}{part}" for side in ("", "r") for part in ("before", "separator", "after")}


def ufuncs():
    """NumPy's ufuncs: name in the namespace -> the ufunc."""
    return {name: getattr(np, name) for name in dir(np) if isinstance(getattr(np, name), np.ufunc)}


def listed():
    program = os.path.join(os.environ.get("FARRAY_BUILD", "build"), "farray")
    rows = json.loads(subprocess.run([program, "ops", "--json"], check=True, capture_output=True).stdout)
    return {row["name"]: row for row in rows}


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = listed()
        cls.names = {name: row for row in cls.rows.values() for name in [row["name"], *row["aliases"].split()]}

    def test_every_ufunc_of_numpy_is_there(self):
        missing = [name for name in ufuncs() if name not in self.names and name not in EXCEPTIONS]
        self.assertEqual(missing, [])

    def test_every_function_on_strings_is_there(self):
        missing = ["strings." + name for name in np.strings.__all__ if "strings." + name not in self.names]
        self.assertEqual(sorted(missing), ["strings.mod", "strings.translate"])  # docs/differences.md: strings-utf8

    def test_exceptions_are_ufuncs_that_are_not_there(self):
        for name in EXCEPTIONS:
            self.assertIn(name, ufuncs())
            self.assertNotIn(name, self.names)

    def test_names_of_one_ufunc_are_names_of_one_operation(self):
        for name, ufunc in ufuncs().items():
            if name in self.names and ufunc.__name__ in self.names:
                self.assertIs(self.names[name], self.names[ufunc.__name__], name)

    def test_arity_and_outputs_are_those_of_numpy(self):
        for name, ufunc in ufuncs().items():
            if name in self.names and self.names[name]["kind"] == "elementwise":
                row = self.names[name]
                self.assertEqual((row["arity"], row["outputs"]), (ufunc.nin, ufunc.nout), name)

    def test_elementwise_names_are_names_of_numpy(self):
        """What is called as NumPy's ufuncs are is NumPy's; there are no names of our own among them."""
        for name, row in self.names.items():
            if row["kind"] == "elementwise":
                if name in PARTS:
                    continue
                place = np
                for part in name.split("."):
                    self.assertTrue(hasattr(place, part), name)
                    place = getattr(place, part)

    def test_operators_are_those_of_python(self):
        x, y = np.array([7, -7]), np.array([2, 3])
        for row in self.rows.values():
            if row["symbol"] and row["arity"] == 2 and row["name"] in ufuncs():
                by_operator = eval(f"x {row['symbol']} y", {"x": x, "y": y})
                np.testing.assert_array_equal(by_operator, getattr(np, row["name"])(x, y), row["name"])


if __name__ == "__main__":
    unittest.main()
