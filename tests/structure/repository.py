# SPDX-License-Identifier: BSD-3-Clause
"""Where things are, for the tests of the repository itself. Knows folders and files, not what is in them."""
import os
import re
import subprocess

ROOT = os.environ.get("FARRAY_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("FARRAY_BUILD") or os.path.join(ROOT, "build")
HEADERS = os.path.join(BUILD, "include", "farray")  # all public headers, the generated one included


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def files(*suffixes):
    """The repository's own files, those not committed yet included, with any of the suffixes; paths from the root."""
    try:
        listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):  # not a git checkout: a tar file
        listed = []
        for folder, folders, names in os.walk(ROOT):
            folders[:] = [f for f in folders if not f.startswith((".git", ".venv", "build", "__pycache__"))]
            listed += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
    return sorted(f for f in listed if f.endswith(suffixes) and os.path.isfile(os.path.join(ROOT, f)))


def public_functions():
    """The functions that the public headers declare: name -> the header's file name."""
    functions = {}
    for header in sorted(os.listdir(HEADERS)):
        with open(os.path.join(HEADERS, header), encoding="utf-8") as file:
            for name in re.findall(r"^FA_API\b[^;(]*?\b(fa_\w+)\(", file.read(), re.M):
                functions[name] = header
    return functions
