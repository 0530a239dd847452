# SPDX-License-Identifier: BSD-3-Clause
"""A way to read files holds for a whole process (FARRAY_IO): tests that want several run themselves again, once for each, with
`--work FOLDER`, which main() answers."""
import os
import subprocess
import sys
import tempfile
import unittest


class Ways(unittest.TestCase):
    """Knows how the file of a test is run with one of them."""

    def run_with(self, way, what="--work", **settings):
        environment = {**os.environ, "FARRAY_IO": way, **{name: str(value) for name, value in settings.items()}}
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            done = subprocess.run([sys.executable, sys.modules[type(self).__module__].__file__, what, folder],
                                  env=environment, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


class EveryWay(Ways):
    """One test of each."""

    def test_as_they_come(self):
        self.run_with("auto")

    def test_past_the_page_cache(self):
        self.run_with("direct")

    def test_mapped(self):
        self.run_with("mmap")

    def test_through_the_page_cache(self):
        self.run_with("pread")


def main(work):
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2])
    else:
        unittest.main()
