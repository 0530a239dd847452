# SPDX-License-Identifier: BSD-3-Clause
"""What a test needs that not every machine and build has. One that lacks it is skipped: exit status 77, as ctest knows it."""
import importlib
import os
import sys


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def library():
    """One that ctypes can load."""
    if os.environ.get("FARRAY_SANITIZE"):
        skip("ctypes cannot load a library with sanitizers")


def numpy():
    """The module."""
    try:
        return importlib.import_module("numpy")
    except ImportError:
        skip("this Python has no NumPy")
