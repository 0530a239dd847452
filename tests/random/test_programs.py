# SPDX-License-Identifier: BSD-3-Clause
"""A few random programs in every CTest run, and the negative control: an oracle that is wrong about additions must be
noticed. The many programs are run by `./dev test`."""
import os
import subprocess
import sys
import unittest

try:
    import numpy  # noqa: F401
except ImportError:
    sys.exit(77)

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs.py")


def run(*arguments):
    return subprocess.run([sys.executable, PROGRAMS, "--build", os.environ.get("FARRAY_BUILD", "build"), "--jobs", "1",
                           *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


class RandomPrograms(unittest.TestCase):
    def test_some_agree(self):
        result = run("--first", "1000000", "--programs", "50")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("50 programs agree, 0 do not", result.stdout)

    def test_a_wrong_oracle_is_noticed(self):
        result = run("--wrong", "--first", "1000000", "--programs", "50")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertRegex(result.stdout, r"\d+ programs agree, [1-9]\d* do not")


if __name__ == "__main__":
    unittest.main()
