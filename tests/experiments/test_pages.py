# SPDX-License-Identifier: BSD-3-Clause
"""The pages of docs/experiments: their C programs are compiled and their commands run, and what is printed must be what the
page shows, to the byte.

A ```c block whose first line is a comment with a file name is written to that file. In a ```console block a line that begins
with "$ " is a command of the shell, and the lines behind it are what it prints, errors included. Commands of a page run in
one folder, where the examples are too, with the build's farray, headers and library in reach of sh and cc.

    test_pages.py [PAGE...] --write      writes what is printed into the pages instead
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get("FARRAY_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("FARRAY_BUILD") or os.path.join(SOURCE, "build")
PAGES = sorted(glob.glob(os.path.join(SOURCE, "docs", "experiments", "[0-9]*.md")))
BLOCK = re.compile(r"^```(c|console)\n(.*?)^```$", re.M | re.S)


def environment(folder):
    """Where the programs of a page find what they need."""
    tools = os.path.join(folder, ".tools")
    os.mkdir(tools)
    os.symlink(os.path.join(BUILD, "farray"), os.path.join(tools, "farray"))
    with open(os.path.join(tools, "python3"), "w", encoding="utf-8") as file:  # a link would lose its environment
        file.write(f'#!/bin/sh\nexec "{shutil.which(os.environ.get("FARRAY_PYTHON") or sys.executable)}" "$@"\n')
    os.chmod(file.name, 0o755)
    return dict(os.environ, PATH=tools + ":" + os.environ["PATH"], CPATH=os.path.join(BUILD, "include"),
                LIBRARY_PATH=BUILD, LD_LIBRARY_PATH=BUILD, LC_ALL="C.UTF-8")


def printed(command, folder, surroundings):
    result = subprocess.run(["sh", "-c", command], cwd=folder, env=surroundings, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=120)
    return result.stdout.decode("utf-8")


def run_page(text):
    """The page as it would be if it showed what is printed today."""
    with tempfile.TemporaryDirectory(prefix="farray-page-") as folder:
        surroundings = environment(folder)
        for example in glob.glob(os.path.join(SOURCE, "examples", "**", "*.c"), recursive=True):
            shutil.copy(example, folder)

        def block(match):
            kind, body = match.groups()
            if kind == "c":
                name = re.match(r"/\* (\w+\.c) \*/\n", body)
                if name:
                    with open(os.path.join(folder, name.group(1)), "w", encoding="utf-8") as file:
                        file.write(body)
                return match.group(0)
            commands = re.findall(r"^\$ (.*)$", body, re.M)
            shown = "".join(f"$ {command}\n{printed(command, folder, surroundings)}" for command in commands)
            return f"```console\n{shown}```"

        return BLOCK.sub(block, text)


class Pages(unittest.TestCase):
    maxDiff = None

    def test_the_list_names_every_page(self):
        with open(os.path.join(SOURCE, "docs", "experiments", "README.md"), encoding="utf-8") as file:
            self.assertEqual(re.findall(r"\]\((\d\d-[^)]+)\)", file.read()), [os.path.basename(p) for p in PAGES])


def page_test(path):
    def test(self):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertRegex(text, r"(?m)^\$ ", "a page without a command shows nothing")
        self.assertEqual(run_page(text), text)
    return test


for page in PAGES:
    setattr(Pages, "test_" + re.sub(r"\W", "_", os.path.basename(page)[:-3]), page_test(page))


def write(pages):
    for path in pages:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(run_page(text))


if __name__ == "__main__":
    if "--write" in sys.argv:
        write([argument for argument in sys.argv[1:] if argument != "--write"] or PAGES)
    else:
        unittest.main()
