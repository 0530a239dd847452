# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the command line share: running it, small .npy files without NumPy, and what an error must look like."""
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest

PROGRAM = os.environ.get("FARRAY_PROGRAM", os.path.join(os.environ.get("FARRAY_BUILD", "build"), "farray"))


def npy(values, dtype="<f8", shape=None, order="False"):
    """The bytes of a .npy file of numbers."""
    shape = (len(values),) if shape is None else shape
    code = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "u2": "H", "u1": "B", "b1": "?"}[dtype[1:]]
    header = f"{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
            + struct.pack((">" if dtype[0] == ">" else "<") + code * len(values), *values))


def read_npy(path):
    """Header text and the bytes behind it."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack_from("<H", data, 8)[0]
    return data[10:10 + size].decode(), data[10 + size:]


def unprivileged():
    """Options that run the program as somebody whom permissions bind; skips the test where that cannot be."""
    if os.getuid() != 0:
        return {}

    def become_nobody():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)

    try:
        subprocess.run([PROGRAM, "--version"], preexec_fn=become_nobody, stdout=subprocess.DEVNULL, check=True, cwd="/")
    except (OSError, subprocess.SubprocessError):
        raise unittest.SkipTest("nobody may run the program where it lies") from None
    return {"preexec_fn": become_nobody}


class Case(unittest.TestCase):
    """A folder of its own for each test, and the program run in it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="farray-cli-")
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return name

    def run_program(self, *arguments, **options):
        options.setdefault("cwd", self.folder)
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120,
                              **options)

    def succeeds(self, *arguments, **options):
        """Standard output of a run that succeeds and says nothing on stderr."""
        result = self.run_program(*arguments, **options)
        self.assertEqual((result.returncode, result.stderr.decode()), (0, ""), arguments)
        return result.stdout.decode() if result.stdout is not None else None

    def json(self, *arguments):
        return json.loads(self.succeeds(*arguments, "--json"))

    def fails(self, status, pattern, *arguments, caret=False, **options):
        """One clear line, the exact exit status, and a folder that is as it was."""
        before = sorted(os.listdir(self.folder))
        result = self.run_program(*arguments, **options)
        lines = result.stderr.decode().splitlines()
        self.assertEqual(result.returncode, status, (arguments, lines))
        self.assertEqual(len(lines), 3 if caret else 1, (arguments, lines))
        self.assertTrue(lines[0].startswith("farray: "), lines)
        self.assertIsNotNone(re.search(pattern, lines[0]), f"{lines[0]!r} does not say {pattern!r}")
        self.assertEqual(result.stdout or b"", b"", arguments)
        self.assertEqual(sorted(os.listdir(self.folder)), before, f"{arguments} left something behind")
        return lines

    def usage(self, pattern, *arguments, **options):
        return self.fails(2, pattern, *arguments, **options)
