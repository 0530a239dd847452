# SPDX-License-Identifier: BSD-3-Clause
"""What the commands print and write when all is well, and the geoid of Debian's proj-data where it is installed."""
import math
import os
import pty
import random
import struct
import subprocess
import sys
import time
import unittest

from command_line import PROGRAM, Case, npy, read_npy

try:
    import numpy as np
except ImportError:
    np = None

GEOID = "/usr/share/proj/egm96_15.gtx"
STARS = os.environ.get("FARRAY_STARS", "/usr/share/kstars/unnamedstars.dat")
RAW = ">f4:721,1440:40"


def floats(data):
    return list(struct.unpack(f"<{len(data) // 8}d", data))


class Create(Case):
    def test_zeros(self):
        self.assertEqual(self.succeeds("create", "a.npy", "--dtype", "f8", "--shape", "3,4"), "")
        header, data = read_npy(self.path("a.npy"))
        self.assertIn("'shape': (3, 4)", header)
        self.assertEqual(data, bytes(96))
        self.assertEqual(self.json("create", "a.npy", "--dtype", "f8", "--shape", "3,4"),
                         {"file": "a.npy", "dtype": "<f8", "shape": [3, 4]})

    def test_fills(self):
        for fill, dtype, wanted in [("arange", "f8", [0.0, 1.0, 2.0]), ("2.5", "f8", [2.5] * 3), ("-1", "f8", [-1.0] * 3),
                                    ("nan", "f8", [math.nan] * 3), ("arange", ">i4", [0, 1, 2]), ("7", "u1", [7] * 3)]:
            self.succeeds("create", "a.npy", "--dtype", dtype, "--shape", "3", f"--fill={fill}")
            dtype = dtype if dtype[0] in "<>" else "|u1" if dtype == "u1" else f"<{dtype}"
            header, data = read_npy(self.path("a.npy"))
            self.assertIn(f"'descr': '{dtype}'", header)
            self.assertEqual(data, npy(wanted, dtype)[-len(data):], fill)

    def test_uniform_numbers_are_below_one(self):
        for dtype, view in [("f2", "u"), ("bfloat16", "view(u, 'bfloat16')")]:
            self.succeeds("create", "u.npy", "--dtype", dtype, "--shape", "100000", "--fill", "uniform", "--seed", "1")
            self.assertEqual(self.succeeds("eval", f"any({view} >= 1)", "u=u.npy"), "False\n")

    def test_bfloat16_stands_as_raw_bytes(self):
        self.succeeds("create", "b.npy", "--dtype", "bfloat16", "--shape", "3", "--fill", "1.5")
        header, data = read_npy(self.path("b.npy"))
        self.assertIn("'descr': '<V2'", header)
        self.assertEqual(data, b"\xc0\x3f" * 3)
        self.assertEqual(self.succeeds("eval", "view(b, 'bfloat16') / 7", "b=b.npy"), "[0.214 0.214 0.214]\n")
        self.assertEqual(self.succeeds("show", "--raw", "bfloat16:3:128", "b.npy"), "[1.5 1.5 1.5]\n")
        self.assertEqual(self.succeeds("eval", "view(b, 'u2')[0]", "b=b.npy"), "16320\n")
        self.succeeds("eval", "view(b, 'bfloat16') * arange(3)", "b=b.npy", "-o", "c.npy")
        self.assertEqual(read_npy(self.path("c.npy"))[1], b"\0\0\xc0\x3f\x40\x40")

    def test_order(self):
        self.succeeds("create", "f.npy", "--dtype", "f8", "--shape", "2,3", "--order", "F", "--fill", "arange")
        header, data = read_npy(self.path("f.npy"))
        self.assertIn("'fortran_order': True", header)
        self.assertEqual(floats(data), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0])

    def test_random_numbers_follow_the_seed(self):
        data = []
        for arguments in [["--seed", "7"], ["--seed", "7"], ["--seed", "8"], []]:
            self.succeeds("create", "n.npy", "--dtype", "f8", "--shape", "10000", "--fill", "normal", *arguments)
            data.append(read_npy(self.path("n.npy"))[1])
        self.assertEqual(data[0], data[1])
        self.assertEqual(len(set(data)), 3)
        numbers = floats(data[0])
        self.assertAlmostEqual(sum(numbers) / 10000, 0, delta=0.05)
        self.assertAlmostEqual(sum(x * x for x in numbers) / 10000, 1, delta=0.1)
        self.succeeds("create", "u.npy", "--dtype", "f8", "--shape", "10000", "--fill", "uniform")
        numbers = floats(read_npy(self.path("u.npy"))[1])
        self.assertTrue(0 <= min(numbers) < 0.01 and 0.99 < max(numbers) < 1)

    def test_times(self):
        self.succeeds("create", "t.npy", "--dtype", "M8[s]", "--shape", "1")
        self.assertEqual(self.succeeds("show", "t.npy"), "['1970-01-01T00:00:00']\n")
        self.assertEqual(self.json("show", "t.npy")["value"], ["1970-01-01T00:00:00"])

    def test_structures_and_no_dimensions(self):
        self.succeeds("create", "s.npy", "--dtype", "[('id', '<i8'), ('pos', [('x', '<f8'), ('y', '<f8')])]", "--shape", "2")
        self.assertEqual(self.succeeds("show", "s.npy"), "[(0, (0., 0.)) (0, (0., 0.))]\n")
        self.succeeds("create", "z.npy", "--dtype", "f8", "--shape", "()", "--fill", "0.1")
        self.assertEqual(self.succeeds("show", "z.npy"), "0.1\n")


class Look(Case):
    def setUp(self):
        super().setUp()
        self.write("a.npy", npy([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], shape=(2, 3)))

    def test_info(self):
        text = self.succeeds("info", "a.npy")
        for line in ["format    npy 1.0", "dtype     <f8", "shape     (2, 3)", "order     C",
                     "strides   (24, 8) bytes", "elements  6", "bytes     48", "offset    128"]:
            self.assertIn(line + "\n", text)
        self.assertNotIn("trailing", text)
        info = self.json("info", "a.npy")
        self.assertEqual((info["dtype"], info["shape"], info["strides"], info["version"], info["trailing_bytes"]),
                         ("<f8", [2, 3], [24, 8], [1, 0], 0))

    def test_trailing_bytes_are_shown(self):
        self.write("long.npy", npy([1.0]) + b"tail")
        self.assertIn("trailing  4\n", self.succeeds("info", "long.npy"))

    def test_raw(self):
        self.write("r.bin", bytes(8) + struct.pack(">6h", *range(6)))
        self.assertEqual(self.succeeds("show", "r.bin", "--raw", ">i2:2,3:8"), "[[0 1 2]\n [3 4 5]]\n")
        self.assertEqual(self.succeeds("show", "r.bin", "--raw", ">i2:2,3:8:F"), "[[0 2 4]\n [1 3 5]]\n")
        self.assertEqual(self.succeeds("show", "r.bin", "--raw", ">i2:-1,2:8"), "[[0 1]\n [2 3]\n [4 5]]\n")
        self.assertEqual(self.succeeds("show", "r.bin", "--raw", "[('x', '>i2'), ('y', '>i2')]:3:8"),
                         "[(0, 1) (2, 3) (4, 5)]\n")
        info = self.json("info", "r.bin", "--raw", ">i2:2,3:8:F")
        self.assertEqual((info["format"], info["order"], info["offset"], info["dtype"]), ("raw", "F", 8, ">i2"))

    def test_show(self):
        self.assertEqual(self.succeeds("show", "a.npy"), "[[0. 1. 2.]\n [3. 4. 5.]]\n")
        self.assertEqual(self.succeeds("show", "a.npy", "[:, ::-1]"), "[[2. 1. 0.]\n [5. 4. 3.]]\n")
        self.assertEqual(self.succeeds("show", "a.npy", "-1"), "[3. 4. 5.]\n")
        self.assertEqual(self.succeeds("show", "a.npy", "[1, 2]"), "5.0\n")
        self.assertEqual(self.json("show", "a.npy", "[1]"), {"dtype": "<f8", "shape": [3], "value": [3.0, 4.0, 5.0]})

    def test_show_chooses_by_positions_and_masks(self):
        self.write("x.npy", npy([5, 1, 9, 3], "<i4"))
        for index, shown in [("[[0, -1]]", "[5 3]"), ("[0, 2],", "[5 9]"), ("self > 4", "[5 9]"), ("[self > 4]", "[5 9]"),
                             ("[1:][self[1:] > 2]", "[9 3]"), ("[[True, False, False, True]]", "[5 3]"), ("1:3", "[1 9]")]:
            self.assertEqual(self.succeeds("show", "x.npy", index).strip(), shown, index)
        self.fails(1, "unknown name 'x'", "show", "x.npy", "x > 4", caret=True)
        self.fails(1, "out of bounds", "show", "x.npy", "[[0, 4]]", caret=True)
        self.fails(1, "something follows", "show", "x.npy", "self > 4]", caret=True)

    def test_bytes_are_seen_as_another_type(self):
        self.write("w.npy", npy([0x3F80, 0x4000, 0xC040], "<u2"))
        self.assertEqual(self.succeeds("show", "w.npy", "--view", "bfloat16").strip(), "[ 1.  2. -3.]")
        self.assertEqual(self.json("stats", "w.npy", "--view", "bfloat16")["max"], 2)
        self.assertIn("bfloat16", self.succeeds("info", "w.npy", "--view", "bfloat16"))
        self.assertEqual(self.succeeds("eval", "w + w", "w=w.npy", "--view", "w=bfloat16").strip(), "[ 2.  4. -6.]")
        self.fails(1, "sizes differ", "show", "w.npy", "--view", "f4")
        self.fails(2, "no operand v", "eval", "w", "w=w.npy", "--view", "v=f2")

    def test_show_touches_the_corners_only(self):
        with open(self.path("huge.bin"), "wb") as file:
            file.truncate(1 << 40)
        text = self.succeeds("show", "huge.bin", "--raw", "u1:1048576,1048576", "--memory", "64M")
        self.assertEqual(text.splitlines()[0], "[[0 0 0 ... 0 0 0]")
        self.assertIsNone(self.json("show", "huge.bin", "--raw", "u1:1048576,1048576")["value"])

    def test_ops(self):
        text = self.succeeds("ops")
        for name in ["add", "sqrt", "where", "sum", "count_nonzero"]:
            self.assertRegex(text, rf"(?m)^  {name} ")
        rows = {row["name"]: row for row in self.json("ops")}
        for name, arity in [("searchsorted", 2), ("isin", 2), ("union1d", 2), ("quantile", 2), ("digitize", 2), ("sort", 1),
                            ("partition", 1), ("median", 1), ("take", 2), ("repeat", 1), ("pad", 1), ("matmul", 2), ("zeros", 0)]:
            self.assertEqual(rows[name]["arity"], arity, name)
        self.assertEqual((rows["add"]["symbol"], rows["add"]["arity"], rows["sum"]["kind"]), ("+", 2, "reduction"))
        kinds = {"reshape": "view", "astype": "conversion", "arange": "generator", "T": "attribute", "pi": "constant"}
        self.assertEqual({name: rows[name]["kind"] for name in kinds}, kinds)


class Eval(Case):
    def setUp(self):
        super().setUp()
        self.write("u.npy", npy([3.0, 5.0, 8.0]))
        self.write("v.npy", npy([4.0, 12.0, 15.0]))

    def test_prints_without_output(self):
        self.assertEqual(self.succeeds("eval", "sqrt(u**2 + v**2)", "u=u.npy", "v=v.npy"), "[ 5. 13. 17.]\n")
        self.assertEqual(self.succeeds("eval", "sum(u)", "u=u.npy"), "16.0\n")
        self.assertEqual(self.succeeds("eval", "u > 4", "u=u.npy", "v=v.npy"), "[False  True  True]\n")
        self.assertEqual(self.succeeds("eval", "--", "-u", "u=u.npy"), "[-3. -5. -8.]\n")

    def test_writes_a_file(self):
        self.assertEqual(self.succeeds("eval", "u * v", "u=u.npy", "v=v.npy", "-o", "w.npy"), "")
        self.assertEqual(floats(read_npy(self.path("w.npy"))[1]), [12.0, 60.0, 120.0])
        self.write("w.npy", b"an old file")
        self.assertEqual(self.json("eval", "u - v", "u=u.npy", "v=v.npy", "--output=w.npy"),
                         {"file": "w.npy", "dtype": "<f8", "shape": [3]})
        self.assertEqual(floats(read_npy(self.path("w.npy"))[1]), [-1.0, -7.0, -7.0])
        self.assertEqual(sorted(os.listdir(self.folder)), ["u.npy", "v.npy", "w.npy"])

    def test_json_numbers_read_back_as_the_same_double(self):
        values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, 2.0 ** 70, math.pi * 1e-9]
        self.write("x.npy", npy(values))
        read = self.json("eval", "x", "x=x.npy")["value"]
        self.assertEqual([struct.pack("d", a) for a in read], [struct.pack("d", a) for a in values])
        self.assertEqual(self.json("eval", "max(u)", "u=u.npy"), {"dtype": "<f8", "shape": [], "value": 8.0})
        self.assertEqual(self.json("eval", "x * inf", "x=x.npy")["value"], ["inf", "inf", "inf", "inf", "nan", "inf", "inf"])
        self.assertEqual(self.json("eval", "u + 2j", "u=u.npy")["value"][0], {"real": 3.0, "imag": 2.0})
        self.assertEqual(self.json("eval", "u > 4", "u=u.npy")["value"], [False, True, True])

    def test_a_bar_on_a_terminal_only(self):
        elements = 1 << 27
        with open(self.path("zeros.bin"), "wb") as file:
            file.truncate(4 * elements)
        arguments = [PROGRAM, "eval", "sum(sin(cos(sin(a))) ** 2.5)", "a=zeros.bin", "--raw", f"f4:{elements}", "--threads",
                     "1"]
        for extra, drawn in [([], True), (["--quiet"], False)]:
            try:
                ours, theirs = pty.openpty()
            except OSError as error:
                self.skipTest(f"no terminals here: {error}")
            child = subprocess.Popen([*arguments, *extra], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=theirs,
                                     env={**os.environ, "TERM": "xterm"})
            os.close(theirs)
            shown = b""
            began = time.monotonic()
            while True:
                try:
                    part = os.read(ours, 65536)
                except OSError:
                    break
                if not part:
                    break
                shown += part
            self.assertEqual(child.wait(timeout=60), 0)
            os.close(ours)
            if not drawn:
                self.assertEqual(shown, b"")
            elif time.monotonic() - began > 0.6:
                self.assertRegex(shown, rb"eval  \[#*-*\] +\d+ %  [\d.]+ GB/s  \S+ left")
                self.assertTrue(shown.endswith(b"\r\x1b[K"), shown[-40:])
                self.assertLess(shown.count(b"\r"), 12 * (time.monotonic() - began) + 3)


class Stats(Case):
    def test_one_pass(self):
        self.write("a.npy", npy([0.0, 1.0, 2.0, 5.0]))
        self.assertEqual(self.succeeds("stats", "a.npy"),
                         f"min   0.0\nmax   5.0\nmean  2.0\nstd   {3.5 ** 0.5}\ncount 4\nnan   0\nzeros 1\n")
        self.assertEqual(self.json("stats", "a.npy"), {"dtype": "<f8", "shape": [4], "min": 0.0, "max": 5.0, "mean": 2.0,
                                                      "std": 3.5 ** 0.5, "count": 4, "nan": 0, "zeros": 1})

    def test_nan_propagates_and_is_counted(self):
        self.write("a.npy", npy([math.nan, 0.0, 1.0, math.nan]))
        stats = self.json("stats", "a.npy")
        self.assertEqual([stats[k] for k in ["min", "max", "mean", "std"]], ["nan"] * 4)
        self.assertEqual([stats[k] for k in ["count", "nan", "zeros"]], [4, 2, 1])

    def test_complex_numbers(self):
        self.write("a.npy", npy([1.0, 2.0, 3.0, -1.0]).replace(b"<f8", b"<c16").replace(b"(4,), }  ", b"(2,), } "))
        stats = self.json("stats", "a.npy")
        self.assertEqual((stats["min"], stats["max"], stats["mean"], stats["nan"]),
                         ({"real": 1.0, "imag": 2.0}, {"real": 3.0, "imag": -1.0}, {"real": 2.0, "imag": 0.5}, 0))
        self.assertAlmostEqual(stats["std"], 3.25 ** 0.5)

    def test_integers_stay_exact(self):
        self.write("a.npy", npy([2 ** 62 + 1, -(2 ** 62), 0], "<i8"))
        stats = self.json("stats", "a.npy")
        self.assertEqual([stats[k] for k in ["min", "max", "nan", "zeros"]], [-(2 ** 62), 2 ** 62 + 1, 0, 1])

    def test_axis(self):
        self.write("a.npy", npy([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], shape=(2, 3)))
        stats = self.json("stats", "a.npy", "--axis", "0")
        self.assertEqual((stats["min"], stats["mean"], stats["count"], stats["zeros"], stats["nan"]),
                         ([0.0, 1.0, 2.0], [1.5, 2.5, 3.5], 2, [1, 0, 0], [0, 0, 0]))
        self.assertEqual(self.json("stats", "a.npy", "--axis=-1")["max"], [2.0, 5.0])
        self.assertIn("mean\n[1. 4.]\n", self.succeeds("stats", "a.npy", "--axis", "1"))

    def test_quantiles_and_histogram(self):
        self.write("a.npy", npy([0.0, 1.0, 2.0, 5.0]))
        text = self.succeeds("stats", "a.npy", "--quantiles", "--histogram=2")
        self.assertIn("zeros 1\nq0.25 0.75\nq0.5  1.5\nq0.75 2.75\n[0, 2.5) 3\n[2.5, 5] 1\n", text)
        stats = self.json("stats", "--quantiles=0,0.5", "--histogram", "a.npy")
        self.assertEqual(stats["quantiles"], {"q": [0.0, 0.5], "values": [0.0, 1.5]})
        self.assertEqual((stats["histogram"]["counts"], stats["histogram"]["edges"][::10]), ([1, 0, 1, 0, 1, 0, 0, 0, 0, 1], [0.0, 5.0]))

    def test_quantiles_of_columns(self):
        self.write("a.npy", npy([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], shape=(2, 3)))
        stats = self.json("stats", "a.npy", "--axis", "0", "--quantiles=0.5")
        self.assertEqual(stats["quantiles"]["values"], [[1.5, 2.5, 3.5]])
        self.assertIn("q0.5\n[1. 4.]\n", self.succeeds("stats", "a.npy", "--axis=1", "--quantiles=0.5"))

    def test_a_histogram_is_of_what_is_finite(self):
        self.write("a.npy", npy([math.nan, 1.0, 3.0, -math.inf]))
        stats = self.json("stats", "a.npy", "--histogram=2", "--quantiles=0.5")
        self.assertEqual(stats["histogram"], {"edges": [1.0, 2.0, 3.0], "counts": [1, 1]})
        self.assertEqual(stats["quantiles"]["values"], ["nan"])
        self.write("b.npy", npy([math.nan, math.inf]))
        self.assertEqual(self.json("stats", "b.npy", "--histogram=1")["histogram"], {"edges": [0.0, 1.0], "counts": [0]})

    def test_wrong_quantiles_and_bins(self):
        self.write("a.npy", npy([0.0, 1.0]))
        for wrong, words in [("--quantiles=1.5", "not a number from 0 to 1"), ("--quantiles=half", "not a number"), ("--quantiles=", "not a number"),
                             ("--histogram=0", "--histogram"), ("--histogram=many", "--histogram"), ("--quantiles=nan", "not a number from 0 to 1")]:
            self.usage(words, "stats", "a.npy", wrong)
        self.usage("--axis", "stats", "a.npy", "--histogram", "--axis=0")


@unittest.skipUnless(np, "NumPy is not installed")
class ShowAsNumPy(Case):
    def test_json_of_records_strings_and_dates(self):
        record = [("id", "<i4"), ("p", [("x", ">f8"), ("s", "S4")], (2,)), ("u", ">U3"), ("d", "<M8[D]"), ("v", "V2")]
        array = np.zeros((2, 1), dtype=record)
        array["u"] = [["\u00e9\"a"], ["\U0001f600b"]]
        array["p"]["s"] = b"a\xff"
        array["p"]["x"][1, 0] = [1.5, -2]
        array["d"] = [["2020-02-29"], ["NaT"]]
        np.save(self.path("a.npy"), array)
        self.assertEqual(self.json("show", "a.npy")["value"],
                         [[{"id": 0, "p": [{"x": 0.0, "s": "a\xff"}] * 2, "u": "\u00e9\"a", "d": "2020-02-29",
                            "v": "b'\\x00\\x00'"}],
                          [{"id": 0, "p": [{"x": 1.5, "s": "a\xff"}, {"x": -2.0, "s": "a\xff"}], "u": "\U0001f600b",
                            "d": "NaT", "v": "b'\\x00\\x00'"}]])
        np.save(self.path("none.npy"), array[:0])
        self.assertEqual(self.json("show", "none.npy")["value"], [])

    def test_random_arrays(self):
        """Any dtype, byte order, memory order and slice; replay with FARRAY_SEED."""
        sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api"))
        import test_print_oracle as oracle
        seed = int(os.environ.get("FARRAY_SEED", random.SystemRandom().getrandbits(32)))
        rng = random.Random(seed)
        for case in range(60):
            dtype, array, options = oracle.make_case(rng)
            array = np.asfortranarray(array) if rng.random() < 0.3 else array
            part = rng.choice(["[...]", "[::-1]", "[1::2]"]) if array.ndim > 0 else ""
            np.save(self.path("a.npy"), array)
            with np.printoptions(**options):
                wanted = str(eval(f"array{part}"))
            given = [f"--{option}={options[name]}" for option, name in
                     [("precision", "precision"), ("threshold", "threshold"), ("edge-items", "edgeitems"),
                      ("line-width", "linewidth")]] + ["--suppress"] * options["suppress"]
            self.assertEqual(self.succeeds("show", "a.npy", *[p for p in [part] if p], *given), f"{wanted}\n",
                             f"seed {seed}, case {case}: {dtype} {array.shape} {part} {given}")


@unittest.skipUnless(np and os.path.exists(STARS), "Debian's kstars-data is not installed")
class Stars(Case):
    """The catalogue of KStars: its header, of 6458 bytes, names the fields of the records behind it, with their sizes and
    types."""
    FIELDS = [("RA", "<i4"), ("Dec", "<i4"), ("dRA", "<i4"), ("dDec", "<i4"), ("parallax", "<i4"), ("HD", "<i4"),
              ("mag", "<i2"), ("bv_index", "<i2"), ("spec_type", "S2"), ("flags", "u1"), ("unused", "u1")]

    def test_query_and_export(self):
        with open(STARS, "rb") as file:
            header = file.read(6458)
        for name, _ in self.FIELDS:
            self.assertIn(name.encode() + b"\0", header)
        stars = np.memmap(STARS, dtype=self.FIELDS, offset=6458, mode="r")
        given = [f"s={STARS}", "--raw", f"s={self.FIELDS}:-1:6458"]
        for text in ("s[s['mag'] < 300]['Dec'].mean()", "s['mag'].min()", "s[s['mag'] < 300][['HD', 'mag', 'spec_type']]"):
            self.assertEqual(self.succeeds("eval", text, *given), f"{eval(text, {'s': stars})}\n")
        self.succeeds("eval", "s", *given, "-o", "stars.npy")
        exported = np.load(self.path("stars.npy"))
        self.assertEqual((exported.dtype, exported.tobytes()), (stars.dtype, stars.tobytes()))


@unittest.skipUnless(os.path.exists(GEOID), "Debian's proj-data is not installed")
class Geoid(Case):
    def test_stats(self):
        stats = self.json("stats", "--raw", RAW, GEOID)
        for key, value in [("min", -106.991), ("max", 85.391), ("mean", -1.44411), ("std", 29.22182)]:
            self.assertAlmostEqual(stats[key], value, delta=1e-4 if key in ("min", "max") else 1e-5)
        self.assertEqual(stats["count"], 721 * 1440)

    @unittest.skipUnless(np, "NumPy is not installed")
    def test_slope_is_numpys_bit_for_bit(self):
        g = np.memmap(GEOID, dtype=">f4", shape=(721, 1440), offset=40, mode="r")
        self.assertEqual(self.succeeds("show", GEOID, "--raw", RAW), f"{g}\n")
        wanted = np.sqrt((g[1:, 1:] - g[:-1, 1:])**2 + (g[1:, 1:] - g[1:, :-1])**2)
        self.succeeds("eval", "sqrt((g[1:, 1:] - g[:-1, 1:])**2 + (g[1:, 1:] - g[1:, :-1])**2)", f"g={GEOID}", "--raw",
                      f"g={RAW}", "-o", "slope.npy")
        given = np.load(self.path("slope.npy"))
        self.assertEqual(given.shape, wanted.shape)
        self.assertEqual(given.astype("<f4").tobytes(), wanted.astype("<f4").tobytes())


if __name__ == "__main__":
    unittest.main()
