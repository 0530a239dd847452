# SPDX-License-Identifier: BSD-3-Clause
"""Appends under readers: NumPy loads the file in a loop, mapped and read, and farray opens it, while rows are appended.
Every load is a whole array in an old or in the new length. FARRAY_LONG=1 has more appends.
"""
import os
import sys
import threading
import unittest

try:
    import numpy
except ImportError:
    print("NumPy is not installed: skipped")
    sys.exit(77)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from command_line import Case

LONG = os.environ.get("FARRAY_LONG", "0") not in ("", "0")
APPENDS = 3000 if LONG else 150
COLUMNS = 33


class Reader(threading.Thread):
    """Loads until it is told to stop, and keeps the first thing that was wrong."""

    def __init__(self, path, load):
        super().__init__()
        self.path, self.load = path, load
        self.loads, self.lengths, self.wrong = 0, set(), None
        self.stop = threading.Event()

    def check(self):
        array = self.load(self.path)
        rows, columns = array.shape
        if columns != COLUMNS or not numpy.array_equal(array.reshape(-1), numpy.arange(rows * COLUMNS)):
            self.wrong = f"{rows} x {columns} with wrong elements"
        self.lengths.add(rows)
        self.loads += 1

    def run(self):
        while not self.stop.is_set() and self.wrong is None:
            try:
                self.check()
            except Exception as error:  # whatever it is: the file was not an array at that moment
                self.wrong = f"load {self.loads}: {type(error).__name__}: {error}"


def read_whole(path):
    return numpy.load(path)


def read_mapped(path):
    return numpy.load(path, mmap_mode="r")


class Appends(Case):
    def rows(self, first, count):
        numbers = numpy.arange(first * COLUMNS, (first + count) * COLUMNS, dtype="f8")
        numpy.save(self.path("rows.npy"), numbers.reshape(count, COLUMNS))

    def read_by_farray(self, path):
        self.succeeds("eval", "a + 0", f"a={path}", "-o", "copy.npy", "--threads", "1")
        return numpy.load(self.path("copy.npy"))

    def test_every_load_is_a_whole_array(self):
        numpy.save(self.path("a.npy"), numpy.arange(95 * COLUMNS, dtype="f8").reshape(95, COLUMNS))
        readers = [Reader(self.path("a.npy"), read_whole), Reader(self.path("a.npy"), read_mapped),
                   Reader(self.path("a.npy"), self.read_by_farray)]
        for reader in readers:
            reader.start()
        rows, lengths = 95, {95}
        try:
            for number in range(APPENDS):
                count = 1 + number * 7 % 40
                self.rows(rows, count)
                self.succeeds("append", "a.npy", "rows.npy", "--threads", "1")
                rows += count
                lengths.add(rows)
        finally:
            for reader in readers:
                reader.stop.set()
            for reader in readers:
                reader.join()
        for reader in readers:
            self.assertIsNone(reader.wrong)
            self.assertLessEqual(reader.lengths, lengths)
            self.assertGreater(len(reader.lengths), APPENDS // 4, "the reader saw few of the lengths: the test shows little")
        self.assertEqual(numpy.load(self.path("a.npy")).shape, (rows, COLUMNS))
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.npy", "copy.npy", "rows.npy"])
        print(f"{[reader.loads for reader in readers]} loads of {[len(reader.lengths) for reader in readers]} lengths",
              file=sys.stderr)

    def test_a_header_that_comes_before_its_rows_is_noticed(self):
        """The negative control: the order the other way round is no whole array."""
        numpy.save(self.path("a.npy"), numpy.arange(5 * COLUMNS, dtype="f8").reshape(5, COLUMNS))
        with open(self.path("a.npy"), "r+b") as file:
            header = file.read(128)
            file.seek(0)
            file.write(header.replace(b"(5, 33), }", b"(6, 33), }"))
        reader = Reader(self.path("a.npy"), read_whole)
        reader.run()
        self.assertIsNotNone(reader.wrong)


if __name__ == "__main__":
    unittest.main()
