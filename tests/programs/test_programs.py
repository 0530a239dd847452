# SPDX-License-Identifier: BSD-3-Clause
"""The programs of examples/, run as a user runs them, at reduced size, with what they print and what they leave."""
import os
import re
import struct
import subprocess
import tempfile
import unittest

try:
    import numpy
except ImportError:
    numpy = None

BUILD = os.path.abspath(os.environ.get("FARRAY_BUILD", "build"))
SOURCE = os.environ.get("FARRAY_SOURCE", ".")
EXAMPLES = os.path.join(BUILD, "examples")

ZEROS = """[[0. 0. 0. ... 0. 0. 0.]
 [0. 0. 0. ... 0. 0. 0.]
 [0. 0. 0. ... 0. 0. 0.]
 ...
 [0. 0. 0. ... 0. 0. 0.]
 [0. 0. 0. ... 0. 0. 0.]
 [0. 0. 0. ... 0. 0. 0.]]
"""


class Programs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="farray-programs-")
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_example(self, name, *arguments, status=0):
        result = subprocess.run([os.path.join(EXAMPLES, name), *map(str, arguments)], cwd=self.folder.name,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
        self.assertEqual(result.returncode, status, f"{name}: {result.stdout}{result.stderr}")
        return result

    def test_mymmap(self):
        printed = self.run_example("mymmap", 1000).stdout
        self.assertEqual(os.listdir(self.folder.name), ["mymmap"])
        self.assertEqual(os.path.getsize(self.path("mymmap")), 8_000_000)
        self.assertTrue(printed.startswith(ZEROS), printed)
        again = printed[len(ZEROS):]
        with open(self.path("mymmap"), "rb") as file:
            noise = struct.unpack("<5000d", file.read(40000))
            self.assertEqual(file.read(), bytes(8_000_000 - 40000))
        mean = sum(noise) / len(noise)
        deviation = (sum((x - mean) ** 2 for x in noise) / len(noise)) ** 0.5
        self.assertLess(abs(mean), 0.1)
        self.assertLess(abs(deviation - 1), 0.05)
        if numpy is not None:
            array = numpy.memmap(self.path("mymmap"), dtype="float64", shape=(1000, 1000), mode="r")
            self.assertEqual(again, f"{array}\n")

    def test_views(self):
        lines = self.run_example("views").stdout.splitlines()
        self.assertEqual(lines[0], "[1 3 4 4]")
        self.assertRegex(lines[1], r"^FA_NOT_WRITEABLE: .*read-only")
        self.assertEqual(lines[2:], ["aligned 1, stride 8 bytes"])

    @unittest.skipIf(numpy is None, "needs NumPy")
    def test_speed(self):
        generator = numpy.random.default_rng(7)
        u, v = generator.standard_normal((2, 700, 300))
        numpy.save(self.path("u.npy"), u)
        numpy.save(self.path("v.npy"), v)
        printed = self.run_example("speed", "u.npy", "v.npy", "out.npy").stdout
        expected = numpy.sqrt(u ** 2 + v ** 2)
        found = numpy.load(self.path("out.npy"))
        self.assertEqual((found.dtype, found.shape), (expected.dtype, expected.shape))
        self.assertEqual(found.tobytes(), expected.tobytes())
        self.assertEqual(printed, f"mean speed {expected.mean():.6f}, top of the first column {expected[:, 0].max():.6f}\n")
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["out.npy", "u.npy", "v.npy"])

    def test_speed_without_its_input(self):
        result = self.run_example("speed", "u.npy", "v.npy", "out.npy", status=1)
        self.assertRegex(result.stderr, r"^farray: u\.npy: .*No such file or directory\n$")
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_big_array(self):
        n = 2000
        lines = self.run_example("big_array", n).stdout.splitlines()
        self.assertEqual(len(lines), 6)
        self.assertEqual(sum(bool(re.fullmatch(r".{24} +\d+\.\d MB resident", line)) for line in lines), 5)
        value, rows = 1.0, []
        for _ in range(n):
            value *= 1.0001
            rows.append(value)
        self.assertEqual(lines[3], f"column sum {sum(rows[3 * n // 4:]):.6g}")
        with open(self.path("big_array.dat"), "rb") as file:
            for row in (0, 1, n - 1):
                file.seek(row * n * 8)
                self.assertEqual(file.read(n * 8), struct.pack("<d", rows[row]) * n)

    HELLO = "Hello Python!\nHello  world!\nHello world!\n"

    def test_hello(self):
        self.assertEqual(self.run_example("hello").stdout, self.HELLO)
        with open(self.path("hello.txt"), "rb") as file:
            self.assertEqual(file.read(), b"Hello  world!\n")

    def test_programs_without_designated_initialisers_are_cpp_too(self):
        for name, program in (("big_array", None), ("hello", self.path("hello"))):
            command = ["g++", "-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I",
                       os.path.join(BUILD, "include"), os.path.join(SOURCE, "examples", name + ".c")]
            if program is None or os.environ.get("FARRAY_SANITIZE"):
                command.append("-fsyntax-only")
            else:
                command += ["-x", "none", "-L", BUILD, "-lfarray", f"-Wl,-rpath,{BUILD}", "-o", program]
            result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(result.returncode, 0, f"{name}: {result.stdout}")
        if not os.environ.get("FARRAY_SANITIZE"):
            printed = subprocess.run([self.path("hello")], cwd=self.folder.name, stdout=subprocess.PIPE, text=True, check=True)
            self.assertEqual(printed.stdout, self.HELLO)


if __name__ == "__main__":
    unittest.main()
