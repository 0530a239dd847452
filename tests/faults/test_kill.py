# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 at random moments of `farray eval -o`, `farray convert`, `farray sort -o` and `farray append`: the target is the old file or the
new one, whole, and the next run of that name leaves nothing else behind. FARRAY_LONG=1 has 500 rounds of each, else
there are fewer."""
import os
import random
import re
import struct
import subprocess
import sys
import time
import unittest
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from command_line import PROGRAM, Case, npy, read_npy

LONG = os.environ.get("FARRAY_LONG", "0") not in ("", "0")
ROUNDS = 500 if LONG else 50
ELEMENTS = 1 << 20
CONVERT_ROUNDS = 500 if LONG else 10
APPEND_ROUNDS = 500 if LONG else 20
ROW = 1 << 9
ROWS = 1 << 9  # in one append: 2 MiB
TIMED = 3  # runs, of which the shortest says how long one takes


def shortest(call):
    """What no neighbour has made longer: moments are drawn from it."""
    seconds = []
    for _ in range(TIMED):
        began = time.monotonic()
        call()
        seconds.append(time.monotonic() - began)
    return min(seconds)


class Killed(Case):
    def value(self):
        """The number that every element of the target is; anything else is a file that is not whole."""
        header, data = read_npy(self.path("out.npy"))
        self.assertIn(f"({ELEMENTS},)", header)
        return self.same(data)

    def same(self, data):
        number = data[:8]
        self.assertEqual(data, number * ELEMENTS, "the file is a mixture, or cut")
        return struct.unpack("<d", number)[0]

    def archive_value(self):
        """The same of both members of an archive, whose checksums are right."""
        with zipfile.ZipFile(self.path("out.npz")) as archive:
            self.assertIsNone(archive.testzip())
            values = {self.same(archive.read(name)[128:]) for name in ("a.npy", "b.npy")}
        self.assertEqual(len(values), 1, "one array is old, the other one new")
        return values.pop()

    def test_eval(self):
        self.write("a.npy", npy([1.0] * ELEMENTS))
        self.rounds(ROUNDS, lambda number: ("eval", f"a * {number} + sum(a) - {ELEMENTS}", "a=a.npy", "-o", "out.npy"),
                    self.value)

    def test_convert(self):
        """Archives are converted into others, one stored, one compressed."""
        for number in 0, 1:
            with zipfile.ZipFile(self.path(f"in{number}.npz"), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                for name in "a.npy", "b.npy":
                    archive.writestr(name, npy([number] * ELEMENTS, "<i4"))
        self.rounds(CONVERT_ROUNDS, lambda number: ("convert", f"in{number % 2}.npz", "out.npz", "--dtype", "<f8", "--codec",
                                                "deflate" if number % 3 == 0 else "none"),
                    self.archive_value, lambda number: number % 2)

    def test_sort(self):
        for number in 0, 1:
            self.write(f"in{number}.npy", npy([float(number)] * ELEMENTS))
        self.rounds(CONVERT_ROUNDS, lambda number: ("sort", f"in{number % 2}.npy", "-o", "out.npy", "--memory", "1M"),
                    self.value, lambda number: number % 2)

    def rounds(self, count, command, value, number_of=lambda number: number):
        """Kills `command(n)` for n = 2, 3, ..., which makes a file whose value is `number_of(n)`."""
        seed = int(os.environ.get("FARRAY_SEED", time.time_ns() % 1000000))
        print(f"seed {seed}", file=sys.stderr)
        chance = random.Random(seed)
        # The leak checker of a dev build stops the program's threads to look at them, and complains when it is killed then.
        options = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"]))
        environment = dict(os.environ, ASAN_OPTIONS=options)
        whole = shortest(lambda: self.succeeds(*command(1)))
        names = sorted(os.listdir(self.folder))
        held, killed, replaced, littered = value(), 0, 0, 0
        self.assertEqual(held, number_of(1))
        for number in range(2, count + 2):
            child = subprocess.Popen([PROGRAM, *command(number), "--quiet"], cwd=self.folder, env=environment,
                                     stderr=subprocess.PIPE)
            time.sleep(chance.random() * 0.8 * whole)
            child.kill()
            errors = child.communicate()[1]
            self.assertEqual(errors, b"")
            self.assertIn(child.returncode, (0, -9))
            killed += child.returncode == -9
            found = value()
            self.assertIn(found, (held, number_of(number)))
            self.assertTrue(found == number_of(number) or child.returncode != 0)
            replaced += found == number_of(number)
            held = found
            litter = set(os.listdir(self.folder)) - set(names)
            littered += bool(litter)
            self.assertLessEqual(len(litter), 1, "litter of earlier rounds is there")
            if number % 5 == 0:
                self.succeeds(*command(number))
                held = value()
                self.assertEqual(held, number_of(number))
                self.assertEqual(sorted(os.listdir(self.folder)), names)
        self.succeeds(*command(1))
        self.assertEqual(sorted(os.listdir(self.folder)), names)
        print(f"{killed} killed, {littered} left a temporary, {replaced} had replaced the file", file=sys.stderr)
        self.assertGreater(killed, count // 10)
        self.assertGreater(littered, 0, "no round was killed while it wrote: the test shows nothing")


class KilledAppend(Case):
    """Appending the same rows again and again: the file is whole rows of 1, 2, 3, ... and their number a multiple."""

    def check(self):
        """How many appends the file holds; bytes of a killed one may lie behind them."""
        header, data = read_npy(self.path("a.npy"))
        rows = int(re.search(r"'shape': \((\d+), 512\), }", header).group(1))
        self.assertEqual(rows % ROWS, 0, header)
        self.assertGreaterEqual(len(data), rows * ROW * 8)
        self.assertEqual(data[:rows * ROW * 8], self.block * (rows // ROWS))
        return rows // ROWS, len(data) - rows * ROW * 8

    def test_old_or_new(self):
        seed = int(os.environ.get("FARRAY_SEED", time.time_ns() % 1000000))
        print(f"seed {seed}", file=sys.stderr)
        chance = random.Random(seed)
        environment = dict(os.environ, ASAN_OPTIONS=":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"])))
        values = [float(i + 1) for i in range(ROW)] * ROWS
        self.block = struct.pack(f"<{len(values)}d", *values)
        self.write("rows.npy", npy(values, shape=(ROWS, ROW)))
        self.succeeds("create", "a.npy", "--dtype", "f8", "--shape", f"0,{ROW}")
        command = [PROGRAM, "append", "a.npy", "rows.npy", "--quiet"]
        whole = shortest(lambda: self.succeeds(*command[1:]))
        held, killed, littered, longer = TIMED, 0, 0, 0
        for number in range(APPEND_ROUNDS):
            child = subprocess.Popen(command, cwd=self.folder, env=environment, stderr=subprocess.PIPE)
            time.sleep(chance.random() * 1.2 * whole)
            child.kill()
            self.assertEqual(child.communicate()[1], b"")
            found, litter = self.check()
            self.assertIn(found, (held, held + 1))
            self.assertTrue(found == held + 1 or child.returncode == -9)
            killed += child.returncode == -9
            littered += litter > 0
            longer += found == held + 1
            held = found
            if number % 5 == 4 or held > 12:
                self.succeeds(*command[1:])
                self.assertEqual(self.check(), (held + 1, 0))
                held += 1
            if held > 12:  # small enough to be looked at in every round
                self.succeeds("create", "a.npy", "--dtype", "f8", "--shape", f"0,{ROW}")
                held = 0
            self.assertEqual(sorted(os.listdir(self.folder)), ["a.npy", "rows.npy"])
        print(f"{killed} killed, {littered} left bytes behind the array, {longer} had made it longer", file=sys.stderr)
        self.assertGreater(killed, APPEND_ROUNDS // 10)
        if LONG:
            self.assertGreater(littered, 0, "no round was killed while it wrote: the test shows nothing")


if __name__ == "__main__":
    unittest.main()
