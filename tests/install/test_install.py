# SPDX-License-Identifier: BSD-3-Clause
"""The installed package serves a program that is built by plain cc, by pkg-config and by find_package, also after it was
moved to another folder."""
import os
import shutil
import subprocess
import tempfile
import unittest

BUILD = os.environ.get("FARRAY_BUILD", "build")
HERE = os.path.dirname(os.path.abspath(__file__))
CONSUMER = os.path.join(HERE, "consumer.c")
PRINTED = "[1. 2. 3.]\n"


def run(*command, **environment):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env=dict(os.environ, **environment))
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}")
    return result.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="farray-install-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        before = os.path.join(cls.folder, "before")
        run("cmake", "--install", BUILD, "--prefix", before)
        cls.prefix = os.path.join(cls.folder, "prefix")
        os.rename(before, cls.prefix)
        for folder, _, names in os.walk(cls.prefix):
            if "libfarray.so" in names:
                cls.libraries = folder
        cls.program = os.path.join(cls.folder, "program")

    def flags(self, *options):
        return run("pkg-config", *options, "--cflags", "--libs", "farray",
                   PKG_CONFIG_PATH=os.path.join(self.libraries, "pkgconfig")).split()

    def test_plain_cc(self):
        run("cc", "-std=c17", CONSUMER, "-I", os.path.join(self.prefix, "include"), "-L", self.libraries, "-lfarray",
            "-o", self.program)
        self.assertEqual(run(self.program, LD_LIBRARY_PATH=self.libraries), PRINTED)

    def test_pkg_config(self):
        run("cc", "-std=c17", CONSUMER, *self.flags(), "-o", self.program)
        self.assertEqual(run(self.program, LD_LIBRARY_PATH=self.libraries), PRINTED)

    def test_pkg_config_static(self):
        flags = [os.path.join(self.libraries, "libfarray.a") if f == "-lfarray" else f for f in self.flags("--static")]
        run("cc", "-std=c17", CONSUMER, *flags, "-o", self.program)
        self.assertEqual(run(self.program), PRINTED)
        self.assertNotIn("libfarray", run("ldd", self.program))

    def test_find_package(self):
        build = os.path.join(self.folder, "build")
        run("cmake", "-G", "Ninja", "-S", HERE, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        self.assertEqual(run(os.path.join(build, "shared")), PRINTED)
        self.assertEqual(run(os.path.join(build, "static")), PRINTED)

    def test_sleef_is_a_private_matter(self):
        self.assertNotIn("-lsleef", self.flags())
        self.assertIn("-lsleef", self.flags("--static"))

    def test_the_command_line_finds_its_library(self):
        self.assertIn("farray", run(os.path.join(self.prefix, "bin", "farray"), "--help"))


if __name__ == "__main__":
    unittest.main()
