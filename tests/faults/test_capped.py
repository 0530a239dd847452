# SPDX-License-Identifier: BSD-3-Clause
"""Arrays larger than the memory that there is: `farray eval` in a control group.

Every case runs in a control group far smaller than its inputs, with a budget smaller still. What it must show: the
values are NumPy's, nobody is killed, and the peak of resident memory is within the budget and 32 MiB. FARRAY_LONG=1
has inputs of 2 GiB in 512 MiB, else they are 320 MiB in 128 MiB. The inputs are made once for all cases.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import numpy
except ImportError:
    print("SKIP: this Python has no NumPy")
    sys.exit(77)

from control_group import ControlGroup, Unavailable

PROGRAM = os.environ.get("FARRAY_PROGRAM", os.path.join(os.environ.get("FARRAY_BUILD", "build"), "farray"))
LONG = os.environ.get("FARRAY_LONG", "0") not in ("", "0")
MIB = 1 << 20
INPUT, CAP, BUDGET = (2048 * MIB, 512 * MIB, 256 * MIB) if LONG else (320 * MIB, 128 * MIB, 32 * MIB)
SLACK = 32 * MIB
CLOSE = BUDGET + 64 * MIB
COLUMNS = 1000
ROWS = INPUT // 8 // COLUMNS
CHUNK = 4096  # rows that are compared at once


def chunks():
    for row in range(0, ROWS, CHUNK):
        yield slice(row, min(row + CHUNK, ROWS))


def highest_resident(process):
    """VmHWM: the system counts anew from exec on."""
    try:
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass  # it has ended
    return 0


def make(path, seed, order):
    """Normal numbers, written by chunks along the memory of the file."""
    array = numpy.lib.format.open_memmap(path, "w+", "<f8", (ROWS, COLUMNS), fortran_order=order == "F")
    along = array.T if order == "F" else array
    block = numpy.random.default_rng(seed).standard_normal(8 * MIB // 8)
    flat = along.reshape(-1)
    for at in range(0, flat.size, block.size):
        flat[at:at + block.size] = block[:min(block.size, flat.size - at)] + at / flat.size
    del array, along, flat


class Capped(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="farray-capped-", dir=os.environ.get("FARRAY_TEST_FOLDER", "/var/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        if shutil.disk_usage(cls.folder).free < 4 * INPUT:
            raise unittest.SkipTest(f"{cls.folder} has no room for 4 times {INPUT} bytes")
        for name, seed, order in [("u", 1, "C"), ("v", 2, "C"), ("f", 3, "F")]:
            make(cls.path(name), seed, order)
        for name in "uvf":
            setattr(cls, name, numpy.load(cls.path(name), mmap_mode="r"))

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name + ".npy")

    def tearDown(self):
        if os.path.exists(self.path("out")):
            os.remove(self.path("out"))
        self.assertEqual(sorted(os.listdir(self.folder)), ["f.npy", "u.npy", "v.npy"])

    def run_capped(self, *arguments, within=CAP, program=PROGRAM):
        """Standard output of `farray ARGUMENTS`; what it took is printed."""
        try:
            group = ControlGroup(within)
        except Unavailable as why:
            self.skipTest(str(why))
        with group:
            began = time.monotonic()
            child = subprocess.Popen(["sh", "-c", f'{group.join} && exec "$0" "$@"', program, *arguments],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
                                     env=dict(os.environ, FARRAY_TMPDIR=self.folder))
            peak = 0
            while child.poll() is None:
                peak = max(peak, highest_resident(child.pid))
                time.sleep(0.005)
            seconds = time.monotonic() - began
            output, errors = (text.decode() for text in child.communicate())
            self.assertEqual((child.returncode, errors, group.kills()), (0, "", 0), arguments)
        print(f"{self._testMethodName:28} {seconds:6.2f} s, peak {peak / MIB:6.1f} MiB", file=sys.stderr)
        self.assertGreater(peak, 0)
        self.assertLessEqual(peak, BUDGET + SLACK)
        return output

    def compute(self, expression, *arguments, names="uv", within=CAP):
        """The result as a file, mapped."""
        self.run_capped("eval", expression, *(f"{name}={name}.npy" for name in names), "-o", "out.npy",
                        "--memory", str(BUDGET), "--quiet", *arguments, within=within)
        return numpy.load(self.path("out"), mmap_mode="r")

    def same_rows(self, out, expected):
        """Every bit, chunk by chunk."""
        for rows in chunks():
            numpy.testing.assert_array_equal(out[rows], expected(rows))

    def test_speed(self):
        """Files that are not in memory: drop-behind keeps the page cache of the group small as well."""
        for name in "uv":
            file = os.open(self.path(name), os.O_RDONLY)
            os.fsync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)
        out = self.compute("sqrt(u**2 + v**2)")
        self.same_rows(out, lambda rows: numpy.sqrt(self.u[rows]**2 + self.v[rows]**2))

    def test_twenty_operations(self):
        text = "((((u + v) * u - v) * 0.5 + u * v) * (u - v) + u / 3 - v * 0.25 + abs(u)) * (v + 2) - (u * 2 + v * 3)"

        def expected(rows):
            return eval(text, {"abs": numpy.abs}, {"u": self.u[rows], "v": self.v[rows]})
        self.same_rows(self.compute(text), expected)

    def test_edges_of_many_bins(self):
        """Four times as many bytes of edges as the budget; they are made some at a time."""
        bins = BUDGET // 2
        out = self.compute(f"histogram_bin_edges(u, {bins})", names="u")
        numpy.testing.assert_array_equal(out, numpy.linspace(self.u.min(), self.u.max(), bins + 1))

    def test_both_orders_together(self):
        out = self.compute("u + f * 2", names="uf")
        self.same_rows(out, lambda rows: self.u[rows] + self.f[rows] * 2)

    def test_transposed_copy(self):
        out = self.compute("u.T", names="u")
        self.same_rows(out.T, lambda rows: self.u[rows])

    def test_negative_steps(self):
        out = self.compute("u[::-1, ::-2] * 2", names="u")
        flipped = self.u[::-1, ::-2]
        self.same_rows(out, lambda rows: flipped[rows] * 2)

    def test_a_column(self):
        out = self.compute("u[:, 7] + 1", names="u")
        self.same_rows(out, lambda rows: self.u[rows, 7] + 1)

    def test_moves(self):
        """Put together, turned and shifted in a group of the budget and 64 MiB: nothing is read into memory first."""
        tight = BUDGET + 64 * MIB
        out = self.compute("concatenate((u, v))", within=tight)
        self.same_rows(out[:ROWS], lambda rows: self.u[rows])
        self.same_rows(out[ROWS:], lambda rows: self.v[rows])
        del out
        out = self.compute("u.T", names="u", within=tight)
        self.same_rows(out.T, lambda rows: self.u[rows])
        del out
        out = self.compute("concatenate((u, f[:, ::-1]), axis=1) * 2", names="uf", within=tight)
        self.same_rows(out, lambda rows: numpy.concatenate((self.u[rows], self.f[rows, ::-1]), axis=1) * 2)
        del out
        out = self.compute("roll(u, (5, 17), axis=(0, 1))", names="u", within=tight)
        rolled = numpy.roll(self.u, (5, 17), axis=(0, 1))
        self.same_rows(out, lambda rows: rolled[rows])

    def test_tiled_and_padded(self):
        """What is larger than its input is not made before it is written."""
        out = self.compute("pad(tile(u[:, :300], (1, 3)), ((3, 2), (0, 0)), mode='reflect')", names="u", within=BUDGET + 64 * MIB)
        self.same_rows(out[3:ROWS + 3], lambda rows: numpy.tile(self.u[rows, :300], (1, 3)))
        numpy.testing.assert_array_equal(out[0], numpy.tile(self.u[3, :300], 3))

    def test_astype(self):
        out = self.compute("astype(u, 'f4')", names="u")
        self.same_rows(out, lambda rows: self.u[rows].astype("f4"))

    def test_standardised(self):
        out = self.compute("(u - mean(u, axis=0)) / std(u, axis=0)", names="u")
        mean, std = self.u.mean(axis=0), self.u.std(axis=0)
        for rows in chunks():
            numpy.testing.assert_allclose(out[rows], (self.u[rows] - mean) / std, rtol=1e-9, atol=1e-12)

    def test_results_in_scratch(self):
        """Elements of a reshaped computation are found where they stand: it needs all of it, here in a scratch file."""
        out = self.compute("(u * 2).reshape(-1)[::3]", names="u")
        flat = self.u.reshape(-1)
        for at in range(0, out.size, MIB):
            numpy.testing.assert_array_equal(out[at:at + MIB], flat[3 * at:3 * (at + MIB):3] * 2)

    def test_reductions(self):
        cases = [("u", "sum", None), ("u", "mean", 0), ("u", "std", 1), ("f", "std", 0), ("f", "sum", 1)]
        if LONG:
            cases = [(name, function, axis) for name in "uf" for function in ["sum", "mean", "std", "max"]
                     for axis in [None, 0, 1]]
        for name, function, axis in cases:
            text = f"{function}(a)" if axis is None else f"{function}(a, axis={axis})"
            self.run_capped("eval", text, f"a={name}.npy", "-o", "out.npy", "--memory", str(BUDGET), "--quiet")
            numpy.testing.assert_allclose(numpy.load(self.path("out")), getattr(numpy, function)(getattr(self, name), axis),
                                          rtol=1e-9, atol=1e-7, err_msg=f"{name} {text}")

    def test_elements_under_a_mask(self):
        """The mask is a computation; so is what is chosen."""
        out = self.compute("u[u > 1.5]", names="u", within=CLOSE)
        at = 0
        for rows in chunks():
            chosen = self.u[rows][self.u[rows] > 1.5]
            numpy.testing.assert_array_equal(out[at:at + chosen.size], chosen)
            at += chosen.size
        self.assertEqual(at, out.size)

    def test_elements_under_a_mask_in_the_other_order(self):
        out = self.compute("f[:, f[0] > 0]", names="f", within=CLOSE)
        columns = self.f[0] > 0
        self.same_rows(out, lambda rows: self.f[rows][:, columns])

    def test_take(self):
        """Rows in another order, and elements from all over the file."""
        numpy.save(self.path("i"), numpy.random.default_rng(4).permutation(ROWS))
        self.addCleanup(lambda: os.path.exists(self.path("i")) and os.remove(self.path("i")))
        rows = numpy.load(self.path("i"))
        try:
            out = self.compute("u[i]", names="ui", within=CLOSE)
            self.same_rows(out, lambda some: self.u[rows[some]])
            out = self.compute("take(u, i * 1000 + 7)[:100000]", names="ui", within=CLOSE)
            numpy.testing.assert_array_equal(out, self.u[rows[:100000], 7])
        finally:
            os.remove(self.path("i"))

    def test_elements_from_all_over(self):
        """As many as there are, which are dealt out through scratch."""
        flat, rng, some = self.u.reshape(-1), numpy.random.default_rng(5), 1 << 20
        places = numpy.lib.format.open_memmap(self.path("i"), "w+", "<i8", (flat.size // 2,))
        try:
            for at in range(0, places.size, some):
                places[at:at + some] = rng.integers(-flat.size, flat.size, places[at:at + some].size)
            out = self.compute("reshape(u, -1)[i]", names="ui", within=CLOSE)
            for at in range(0, places.size, some):
                numpy.testing.assert_array_equal(out[at:at + some], flat[places[at:at + some]])
        finally:
            os.remove(self.path("i"))

    def test_writing_under_a_mask(self):
        """In place: `a[a > 0] = 0` and `a[i] = -1` by calls."""
        shutil.copyfile(self.path("u"), self.path("out"))
        script = f"""
import sys
sys.path.insert(0, {os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "random")!r})
from farray_ctypes import Library, READ_WRITE
import struct
library = Library({os.environ.get("FARRAY_BUILD", "build")!r})
library.set_memory_limit({BUDGET})
a = library.open("out.npy", READ_WRITE)
zero = library.from_data("<f8", (), struct.pack("<d", 0))
mask = library.operation("greater", a, zero)
library.assign_at(a, (mask,), zero)
i = library.from_data("<i8", (3,), struct.pack("<3q", 5, -1, {ROWS // 2}))
library.assign_at(a, (i,), library.from_data("<f8", (), struct.pack("<d", -1)))
library.flush(a)
"""
        self.run_capped("-c", script, within=CLOSE, program=sys.executable)
        out = numpy.load(self.path("out"), mmap_mode="r")
        special = [5, ROWS - 1, ROWS // 2]

        def expected(rows):
            made = numpy.where(self.u[rows] > 0, 0, self.u[rows])
            for row in special:
                if rows.start <= row < rows.stop:
                    made[row - rows.start] = -1
            return made
        self.same_rows(out, expected)

    def test_scans(self):
        """Along rows, down columns and of all elements: to a file, and through scratch where something else is made of it."""
        for axis in (0, 1):
            out = self.compute(f"cumsum(u * 2, axis={axis})", names="u")
            carry = 0
            for rows in chunks():
                part = numpy.cumsum(self.u[rows] * 2 if axis else numpy.vstack([carry + self.u[rows][:1] * 2,
                                                                               self.u[rows][1:] * 2]), axis=axis)
                numpy.testing.assert_array_equal(out[rows], part)
                carry = part[-1:]
        out = self.compute("cumsum(u)[::5] + 1", names="u")
        carry, flat = 0.0, self.u.reshape(-1)
        for at in range(0, flat.size, 5 * MIB):
            part = numpy.cumsum(numpy.concatenate([[carry + flat[at]], flat[at + 1:at + 5 * MIB]]))
            carry = part[-1]
            numpy.testing.assert_array_equal(out[at // 5:at // 5 + MIB], part[::5] + 1)

    def test_positions_and_folds(self):
        for text, expected in [("argmax(a)", self.u.argmax()), ("nanargmin(a, axis=0)", self.u.argmin(axis=0)),
                               ("subtract.reduce(a, axis=1)", numpy.subtract.reduce(self.u, axis=1))]:
            self.run_capped("eval", text, "a=u.npy", "-o", "out.npy", "--memory", str(BUDGET), "--quiet")
            numpy.testing.assert_array_equal(numpy.load(self.path("out")), expected)

    def test_quantiles(self):
        for text, expected in [("median(a)", numpy.median(self.u)),
                               ("quantile(a, [0.1, 0.999, 0.5])", numpy.quantile(self.u, [0.1, 0.999, 0.5])),
                               ("median(where(a > 0, 1.0, a))", numpy.median(numpy.minimum(self.u, 0) + (self.u > 0))),
                               ("quantile(a, 0.3, axis=0)", numpy.quantile(self.u, 0.3, axis=0)),
                               ("nanmedian(a, axis=1)", numpy.median(self.u, axis=1))]:
            self.run_capped("eval", text, "a=u.npy", "-o", "out.npy", "--memory", str(BUDGET), "--quiet")
            numpy.testing.assert_array_equal(numpy.load(self.path("out")), expected)

    def test_sort(self):
        """All elements, ten times the budget: runs in scratch, merged into the file."""
        out = self.compute("sort(u, axis=None)", names="u", within=CLOSE)
        numpy.testing.assert_array_equal(out, numpy.sort(self.u, axis=None))

    def test_sort_down_columns(self):
        out = self.compute("sort(u, axis=0)", names="u", within=CLOSE)
        for column in range(0, COLUMNS, 111):
            numpy.testing.assert_array_equal(out[:, column], numpy.sort(self.u[:, column]))

    def test_argsort(self):
        out = self.compute("argsort(rint(u * 100), axis=None)", names="u", within=CLOSE)
        numpy.testing.assert_array_equal(out, numpy.argsort(numpy.rint(self.u * 100), axis=None, kind="stable"))

    def test_sort_in_place(self):
        shutil.copyfile(self.path("u"), self.path("out"))
        self.run_capped("sort", "out.npy", "--memory", str(BUDGET), within=CLOSE)
        self.same_rows(numpy.load(self.path("out"), mmap_mode="r"), lambda rows: numpy.sort(self.u[rows], axis=1))

    def test_unique(self):
        values, counts = numpy.unique(numpy.rint(self.u * 1000), return_counts=True)
        out = self.compute("unique(rint(u * 1000), return_counts=True)[1]", names="u", within=CLOSE)
        numpy.testing.assert_array_equal(out, counts)
        self.compute("unique(rint(u * 1000))", names="u", within=CLOSE)
        numpy.testing.assert_array_equal(numpy.load(self.path("out")), values)

    def test_searchsorted(self):
        """In an order that does not fit, and of elements that do not fit."""
        numpy.save(self.path("i"), numpy.sort(self.v, axis=None))
        try:
            line = numpy.load(self.path("i"), mmap_mode="r")
            out = self.compute("searchsorted(i, u[:200])", names="ui", within=CLOSE)
            numpy.testing.assert_array_equal(out, numpy.searchsorted(line, self.u[:200]))
            out = self.compute("searchsorted(i[::1000], u)", names="ui", within=CLOSE)
            self.same_rows(out, lambda rows: numpy.searchsorted(line[::1000], self.u[rows]))
        finally:
            os.remove(self.path("i"))

    def test_products(self):
        """Both factors and the result are larger than the budget, in a group of the budget and 64 MiB."""
        side = 4096 if LONG else 2048
        rows = CLOSE // 8 // side * side
        out = self.compute(f"u.reshape(-1)[:{side * rows // side}].reshape(-1, {side}) @ "
                           f"f.T.reshape(-1)[:{side * side}].reshape({side}, {side})", names="uf", within=CLOSE)
        first = self.u.reshape(-1)[:rows].reshape(-1, side)
        second = self.f.T.reshape(-1)[:side * side].reshape(side, side)
        numpy.testing.assert_allclose(out[::97], first[::97] @ second, rtol=1e-9, atol=1e-7)

    def test_a_product_with_a_vector(self):
        out = self.compute("u @ v[0]", within=CLOSE)
        numpy.testing.assert_allclose(out[:CHUNK], self.u[:CHUNK] @ self.v[0], rtol=1e-9, atol=1e-7)
        out = self.compute("u[:, 0] @ v", within=CLOSE)
        expected = sum(self.u[part, 0] @ self.v[part] for part in chunks())
        numpy.testing.assert_allclose(out, expected, rtol=1e-9, atol=1e-5)

    def test_histograms(self):
        for text, expected in [("histogram(a, 50)[0]", numpy.histogram(self.u, 50)[0]),
                               ("histogram(a, [-1, 0.25, 0.5, 9])[0]", numpy.histogram(self.u, [-1, 0.25, 0.5, 9])[0]),
                               ("histogram(a, 9, (0, 1), weights=(a > 0.5) * 1)[0]",
                                numpy.histogram(self.u, 9, (0, 1), weights=(self.u > 0.5) * 1)[0]),
                               ("bincount(reshape(floor(a * 100), -1).astype('i8') + 1000)",
                                numpy.bincount(numpy.floor(self.u.reshape(-1) * 100).astype("i8") + 1000))]:
            self.run_capped("eval", text, "a=u.npy", "-o", "out.npy", "--memory", str(BUDGET), "--quiet")
            numpy.testing.assert_array_equal(numpy.load(self.path("out")), expected)

    def test_stats(self):
        found = json.loads(self.run_capped("stats", "u.npy", "--json", "--memory", str(BUDGET)))
        self.assertEqual((found["min"], found["max"]), (self.u.min(), self.u.max()))


if __name__ == "__main__":
    if os.environ.get("FARRAY_SANITIZE"):
        print("SKIP: sanitizers use memory of their own")
        sys.exit(77)
    unittest.main()
