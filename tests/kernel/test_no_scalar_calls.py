# SPDX-License-Identifier: BSD-3-Clause
"""No loop of a kernel calls a scalar function of libm, whatever the compiler made of the source: the objects are
disassembled, and the calls that stand between a jump back and its target are looked up among what libm exports. A
function that such a loop calls counts as a part of it."""
import glob
import os
import re
import subprocess
import tempfile
import unittest

BUILD = os.environ.get("FARRAY_BUILD") or "build"
COMPILER = os.environ.get("FARRAY_CC") or "cc"
FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
RELOCATION = re.compile(r"^\s+[0-9a-f]+: R_X86_64_\S+\s+([^\s+-]+)")
TARGET = re.compile(r"^([0-9a-f]+) <([^>+]+)(?:\+0x[0-9a-f]+)?>")


def scalar_functions():
    path = subprocess.run([COMPILER, "-print-file-name=libm.so.6"], stdout=subprocess.PIPE, text=True, check=True)
    names = subprocess.run(["nm", "-D", "--defined-only", path.stdout.strip()], stdout=subprocess.PIPE, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in names.stdout.splitlines() if line.split()[1:2][0] in "TWi"}


def functions_of(path):
    """name -> [(address, jump target or None, called name or None)]"""
    listing = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", path], stdout=subprocess.PIPE, text=True, check=True)
    functions, body = {}, None
    for line in listing.stdout.splitlines():
        if match := FUNCTION.match(line):
            body = functions.setdefault(match[1], [])
        elif (match := RELOCATION.match(line)) and body and body[-1][3]:
            body[-1][2] = match[1]  # of the call or jump above
        elif match := INSTRUCTION.match(line):
            target = TARGET.match(match[3])
            moves = match[2].startswith(("call", "j"))
            body.append([int(match[1], 16), int(target[1], 16) if target and match[2].startswith("j") else None,
                         target[2] if target and moves else None, moves])
    return functions


def calls_in_loops(path):
    """(function, what it calls) for all calls that are repeated."""
    functions = functions_of(path)
    repeated, waiting, found = set(), [], []

    def look(name, everywhere):
        body = functions[name]
        loops = [(target, address) for address, target, called, _ in body if target is not None and target <= address
                 and called == name]
        for address, _, called, _ in body:
            if called and called != name and (everywhere or any(low <= address <= high for low, high in loops)):
                found.append((name, called))
                if called in functions and called not in repeated:
                    repeated.add(called)
                    waiting.append(called)

    for name in functions:
        look(name, False)
    while waiting:
        look(waiting.pop(), True)
    return found


@unittest.skipIf(os.environ.get("FARRAY_SANITIZE"), "sanitizers add calls of their own")
class NoScalarCalls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scalar = scalar_functions()

    def wrong(self, path):
        return [(name, called) for name, called in calls_in_loops(path) if called in self.scalar]

    def test_no_kernel_calls_libm_in_a_loop(self):
        objects = glob.glob(os.path.join(BUILD, "CMakeFiles", "farray_kernel_v*.dir", "src", "kernel", "isa_*.o"))
        self.assertGreater(len(objects), 30)
        self.assertTrue({"exp", "sinf", "pow", "fmod"} <= self.scalar)
        vectors = 0
        for path in objects:
            with self.subTest(object=os.path.basename(path), level=path.split("farray_kernel_")[1][:2]):
                self.assertEqual(self.wrong(path), [])
            vectors += sum(called.startswith("Sleef_") for _, called in calls_in_loops(path))
        self.assertGreater(vectors, 40)  # that calls are seen at all: those of vectors

    def test_a_call_is_noticed(self):
        source = """
            #include <math.h>
            void loop(double *x, int n) { for (int i = 0; i < n; i++) x[i] = sin(x[i]); }
            __attribute__((noinline)) static double helper(double x) { return pow(x, 3.3) + 1; }
            void other(double *x, int n) { for (int i = 0; i < n; i++) x[i] = helper(x[i]); }
            double once(double x) { return exp(x) + 1; }
        """
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "wrong.o")
            subprocess.run([COMPILER, "-O2", "-fPIC", "-fno-math-errno", "-x", "c", "-", "-c", "-o", path], input=source, text=True,
                           check=True)
            self.assertEqual(sorted(called for _, called in self.wrong(path)), ["pow", "sin"])


if __name__ == "__main__":
    unittest.main()
