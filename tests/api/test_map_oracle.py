#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Random programs over fa_map and over Python's own mmap, on two files that begin equal: every answer, every position,
every refusal and, at the end, every byte of the files is the same. A program prints its seed; FARRAY_SEED runs
one. FARRAY_LONG=1 has more of them.
"""
import ctypes
import mmap
import os
import random
import sys
import tempfile
import unittest
from ctypes import byref, c_char, c_char_p, c_int, c_int64, c_size_t, c_void_p

if os.environ.get("FARRAY_SANITIZE"):
    print("a sanitized library cannot be loaded into Python: skipped")
    sys.exit(77)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "random"))
from farray_ctypes import OMITTED, _Error

LIBRARY = ctypes.CDLL(os.path.join(os.environ.get("FARRAY_BUILD", "build"), "libfarray.so"))
PROGRAMS = 2000 if os.environ.get("FARRAY_LONG", "0") not in ("", "0") else 100
READ_ONLY, READ_WRITE, COPY = 0, 1, 3


class Options(ctypes.Structure):
    _fields_ = [("offset_bytes", ctypes.c_uint64), ("length_bytes", ctypes.c_uint64),
                ("reserved", ctypes.c_uint64 * 4)]


class Refused(Exception):
    pass


def call(name, result, *arguments):
    function = getattr(LIBRARY, name)
    function.restype = result
    err = _Error()
    value = function(*arguments, byref(err))
    if err.code:
        raise Refused(err.message.decode())
    return value


class Map:
    """fa_map with the names of Python's mmap."""

    def __init__(self, path, mode, offset=0, length=0):
        if path is None:
            self.handle = c_void_p(call("fa_map_anonymous", c_void_p, c_size_t(length)))
        else:
            options = Options(offset, length)
            self.handle = c_void_p(call("fa_map_open", c_void_p, c_char_p(path.encode()), c_int(mode), byref(options)))

    def close(self):
        call("fa_map_close", None, self.handle)

    def __len__(self):
        LIBRARY.fa_map_size.restype = c_size_t
        return LIBRARY.fa_map_size(self.handle)

    def size(self):
        return call("fa_map_file_bytes", c_int64, self.handle)

    def tell(self):
        LIBRARY.fa_map_tell.restype = c_size_t
        return LIBRARY.fa_map_tell(self.handle)

    def seek(self, offset, whence):
        call("fa_map_seek", c_size_t, self.handle, c_int64(offset), c_int(whence))

    def read(self, most):
        buffer = (c_char * max(most, 1))()
        count = call("fa_map_read", c_size_t, self.handle, buffer, c_size_t(most))
        return buffer.raw[:count]

    def read_byte(self):
        return call("fa_map_read_byte", c_int, self.handle)

    def readline(self):
        length = c_size_t()
        line = call("fa_map_readline", c_void_p, self.handle, byref(length))
        return ctypes.string_at(line, length.value) if line else b""

    def write(self, data):
        return call("fa_map_write", c_size_t, self.handle, c_char_p(data), c_size_t(len(data)))

    def write_byte(self, byte):
        call("fa_map_write_byte", None, self.handle, c_int(byte))

    def get(self, start, stop):
        buffer = (c_char * max(stop - start, 1))()
        call("fa_map_get", None, self.handle, c_size_t(start), buffer, c_size_t(stop - start))
        return buffer.raw[:stop - start]

    def put(self, start, data):
        call("fa_map_put", None, self.handle, c_size_t(start), c_char_p(data), c_size_t(len(data)))

    def move(self, to, start, size):
        call("fa_map_move", None, self.handle, c_size_t(to), c_size_t(start), c_size_t(size))

    def find(self, pattern, *ends, name="fa_map_find"):
        start, stop = (list(ends) + [OMITTED, OMITTED])[:2]
        return call(name, c_int64, self.handle, c_char_p(pattern), c_size_t(len(pattern)), c_int64(start), c_int64(stop))

    def rfind(self, pattern, *ends):
        return self.find(pattern, *ends, name="fa_map_rfind")

    def flush(self, offset, size):
        call("fa_map_flush", None, self.handle, c_size_t(offset), c_size_t(size))

    def resize(self, size):
        call("fa_map_resize", None, self.handle, c_size_t(size))


class Mmap(mmap.mmap):
    """Python's, with ranges as calls: a slice that is too long is an error here, as in assignments."""

    def get(self, start, stop):
        if stop > len(self):
            raise IndexError
        return self[start:stop]

    def put(self, start, data):
        if start + len(data) > len(self):
            raise IndexError
        self[start:start + len(data)] = data


def step(rng, length):
    """A method and its arguments; some are outside of what it takes."""
    near = lambda: rng.randint(0, length + length // 8 + 2)
    data = bytes(rng.choice(b"ab\nc") for _ in range(rng.choice([0, 1, 2, 3, 10, 100, 5000])))
    ends = [rng.randint(-length - 5, length + 5) for _ in range(rng.randint(0, 2))]
    start = near()
    # No empty pattern: where it is found between ends that stand the wrong way round depends on Python's release.
    return rng.choice([
        ("seek", rng.randint(-length // 4, length + 5), rng.randint(0, 2)), ("seek", near(), 0), ("tell",), ("size",),
        ("read", near()), ("read", rng.randint(0, 20)), ("read_byte",), ("readline",), ("readline",),
        ("write", data), ("write", data[:5]), ("write_byte", rng.randint(0, 255)),
        ("get", start, start + rng.randint(0, 300)), ("put", near(), data), ("move", near(), near(), near()),
        ("move", start, max(start - 3, 0), length // 2), ("find", data[:4] or b"x", *ends), ("rfind", data[:4] or b"x", *ends),
        ("find", data[:1] or b"x", *ends), ("rfind", data[:12] or b"x", *ends)])


def answer(subject, method, arguments):
    try:
        return getattr(subject, method)(*arguments)
    except (ValueError, IndexError, TypeError, OverflowError, Refused):
        return "refused"


class MapsAgree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="farray-map-")
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def compare(self, rng, ours, python, steps, mode):
        for number in range(steps):
            method, *arguments = step(rng, len(python))
            if mode == READ_ONLY and method in ("write", "put", "move", "write_byte"):
                with self.assertRaises(Refused):
                    ours.put(0, b"x")
                continue
            expected, found = (answer(subject, method, arguments) for subject in (python, ours))
            if method == "seek" and expected != "refused":
                expected = found = None
            self.assertEqual(found, expected, f"step {number}: {method}{tuple(arguments)} of {len(python)} bytes")
            self.assertEqual(ours.tell(), python.tell(), f"step {number}: {method}{tuple(arguments)}")
        self.assertEqual(ours.get(0, len(ours)), python[:])

    def program(self, seed):
        rng = random.Random(seed)
        length = rng.choice([1, 2, 50, 4096, 4097, 70000, 600000])
        content = bytes(rng.choices(b"abc\nd", weights=[5, 5, 5, rng.choice([0, 1]), 1], k=length))
        for name in ("ours", "python"):
            with open(self.path(name), "wb") as file:
                file.write(content)
        mode = rng.choice([READ_ONLY, READ_WRITE, READ_WRITE, READ_WRITE, COPY])
        offset = rng.choice([0, 0, mmap.ALLOCATIONGRANULARITY]) if length > mmap.ALLOCATIONGRANULARITY else 0
        part = rng.choice([0, 0, rng.randint(1, length - offset)])
        access = {READ_ONLY: mmap.ACCESS_READ, READ_WRITE: mmap.ACCESS_WRITE, COPY: mmap.ACCESS_COPY}[mode]
        with open(self.path("python"), "rb" if mode == READ_ONLY else "r+b") as file:
            python = Mmap(file.fileno(), part, access=access, offset=offset)
        ours = Map(self.path("ours"), mode, offset, part)
        self.assertEqual(len(ours), len(python))
        self.compare(rng, ours, python, 30, mode)
        if mode == READ_WRITE and rng.random() < 0.5:
            for size in (rng.randint(1, 2 * length), rng.randint(1, 2 * length)):
                position = python.tell()
                ours.resize(size)
                python.resize(size)
                python.seek(min(position, size))  # Python leaves the position behind the end
                self.assertEqual((len(ours), ours.size()), (len(python), python.size()))
                self.compare(rng, ours, python, 10, mode)
        if mode == READ_WRITE and offset == 0:
            ours.flush(0, rng.randint(0, len(ours)))
        ours.close()
        python.close()
        with open(self.path("ours"), "rb") as a, open(self.path("python"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_random_programs(self):
        given = os.environ.get("FARRAY_SEED")
        first = random.randrange(10 ** 9)
        for seed in [int(given)] if given else range(first, first + PROGRAMS):
            with self.subTest(seed=seed):
                self.program(seed)

    def test_anonymous_maps(self):
        for seed in range(20):
            rng = random.Random(seed)
            length = rng.choice([1, 13, 4096, 100000])
            ours, python = Map(None, READ_WRITE, length=length), Mmap(-1, length)
            for number in range(60):
                method, *arguments = step(rng, length)
                if method == "size":
                    continue  # Python asks for a file here
                expected, found = (answer(subject, method, arguments) for subject in (python, ours))
                if method == "seek" and expected != "refused":
                    expected = found = None
                self.assertEqual(found, expected, f"seed {seed}, step {number}: {method}{tuple(arguments)}")
            self.assertEqual(ours.get(0, length), python[:])
            ours.close()

    def test_an_empty_file_is_an_empty_map(self):
        open(self.path("empty"), "wb").close()
        ours = Map(self.path("empty"), READ_WRITE)
        self.assertEqual((len(ours), ours.read(5), ours.find(b"x")), (0, b"", -1))
        ours.resize(3)
        ours.write(b"abc")
        ours.close()
        with open(self.path("empty"), "rb") as file:
            self.assertEqual(file.read(), b"abc")


if __name__ == "__main__":
    unittest.main()
