# SPDX-License-Identifier: BSD-3-Clause
"""The public headers: they compile alone as C17 and C++17 without a warning, document every function, and are exactly
what the shared library exports."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from repository import BUILD, HEADERS, public_functions

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-fsyntax-only"]
COMPILERS = [("gcc", "-std=c17", ".c"), ("clang", "-std=c17", ".c"),
             ("g++", "-std=c++17", ".cpp"), ("clang++", "-std=c++17", ".cpp")]

# What a program writes: every macro, with and without arguments.
PROGRAM = """
#include <farray/farray.h>
int use(void);
int use(void)
{
    fa_error err = {0};
    fa_array *a = fa_zeros(FA_FLOAT64, FA_SHAPE(2, 3), &err);
    fa_array *scalar = fa_ones(FA_INT32, FA_SHAPE(), &err);
    fa_array *row = fa_index(a, FA_INDEX(fa_at(0), fa_range(FA_OMITTED, FA_OMITTED, -1)), &err);
    fa_array *same = fa_index(a, FA_INDEX(), &err);
    fa_array *total = fa_sum(a, FA_ALL_AXES, NULL, &err);
    fa_array *column = fa_max(a, FA_AXES(0, -1), NULL, &err);
    fa_array *expression = fa_eval("a + s", FA_VARS({"a", a}, {"s", scalar}), &err);
    fa_array *constant = fa_eval("1 + 1", FA_VARS(), &err);
    double value = fa_get_float64(a, FA_COORDS(0, 0), &err) + fa_item_float64(total, &err);
    fa_array *all[] = {a, scalar, row, same, total, column, expression, constant};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fa_release(all[i]);
    return fa_failed(&err) || err.code != FA_OK || value > 0;
}
"""


def compile_text(text, compiler, standard, suffix):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "program" + suffix)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return subprocess.run([compiler, standard, *WARNINGS, "-I", os.path.dirname(HEADERS), path],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def undocumented(text):
    """Functions of a header that have no comment of their own, stand in no group of comments, and do not follow in the
    same paragraph one that has."""
    documented = in_group = False
    for line in text.splitlines():
        if line.lstrip().startswith("///"):
            documented = True
            if "@{" in line or "@name" in line:
                in_group = True
            if "@}" in line:
                in_group = documented = False
        elif not line.strip():
            documented = False
        else:
            found = re.match(r"FA_API\b[^;(]*?\b(fa_\w+)\(", line)
            if found and not (documented or in_group):
                yield found.group(1)


class Headers(unittest.TestCase):
    def test_each_header_compiles_alone(self):
        for header in sorted(os.listdir(HEADERS)):
            for compiler in COMPILERS:
                if shutil.which(compiler[0]) is None:
                    self.fail(f"{compiler[0]} is not there")
                result = compile_text(f"#include <farray/{header}>\n#include <farray/{header}>\n", *compiler)
                self.assertEqual(result.returncode, 0, f"{header} with {compiler[0]}: {result.stdout}")

    def test_the_macros_compile_in_both_languages(self):
        for compiler in COMPILERS:
            result = compile_text(PROGRAM, *compiler)
            self.assertEqual(result.returncode, 0, f"{compiler[0]}: {result.stdout}")

    def test_every_function_is_documented(self):
        for header in sorted(os.listdir(HEADERS)):
            with open(os.path.join(HEADERS, header), encoding="utf-8") as file:
                self.assertEqual(list(undocumented(file.read())), [], header)

    def test_undocumented_functions_are_noticed(self):
        self.assertEqual(list(undocumented("/// Says.\nFA_API int fa_said(int a);\n\nFA_API int fa_mute(int a);\n")),
                         ["fa_mute"])

    def test_the_library_exports_the_headers_and_nothing_else(self):
        library = os.path.join(BUILD, "libfarray.so")
        listed = subprocess.run(["nm", "-D", "--defined-only", library], check=True, stdout=subprocess.PIPE, text=True)
        symbols = [line.split()[-1] for line in listed.stdout.splitlines()]
        exported = {s.split("@")[0] for s in symbols if not s.startswith("FARRAY_0")}
        declared = set(public_functions())
        self.assertEqual(sorted(declared - exported), [], "declared, but not there")
        self.assertEqual(sorted(exported - declared), [], "exported, but in no public header")
        self.assertTrue(all(s.endswith("@@FARRAY_0") for s in symbols if s.startswith("fa_")), "symbol version")

    def test_the_library_has_its_soname(self):
        dynamic = subprocess.run(["objdump", "-p", os.path.join(BUILD, "libfarray.so")], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout
        self.assertRegex(dynamic, r"SONAME\s+libfarray\.so\.0\n")


if __name__ == "__main__":
    unittest.main()
