# SPDX-License-Identifier: BSD-3-Clause
"""Archives of arrays on the command line, and what converts and compares arrays: eval into them, convert, diff, info."""
import io
import json
import os
import struct
import unittest
import zipfile

from command_line import Case, npy, read_npy


def npz(arrays, compression=zipfile.ZIP_STORED):
    """The bytes of an archive, as Python's own zipfile writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, array in arrays.items():
            archive.writestr(name + ".npy", array)
    return file.getvalue()


class Archives(Case):
    def setUp(self):
        super().setUp()
        self.arrays = {"u": npy([1.0, 2.0, 3.0]), "v": npy([1, 2, 3, 4, 5, 6], ">i4", (2, 3))}
        self.write("s.npz", npz(self.arrays))
        self.write("z.npz", npz(self.arrays, zipfile.ZIP_DEFLATED))

    def members(self, name):
        """Name -> (header, bytes), after zipfile has compared every checksum."""
        with zipfile.ZipFile(self.path(name)) as archive:
            self.assertIsNone(archive.testzip())
            return {info.filename: archive.read(info) for info in archive.infolist()}

    def doubles(self, member):
        return list(struct.unpack(f"<{(len(member) - 128) // 8}d", member[128:]))


class Reading(Archives):
    def test_members_are_named(self):
        for path in ["s.npz", "z.npz"]:
            self.assertEqual(self.succeeds("show", path + "::u"), "[1. 2. 3.]\n")
            self.assertEqual(self.succeeds("show", path + "::v.npy", "[1]"), "[4 5 6]\n")
            self.assertEqual(self.succeeds("eval", "v + u", f"u={path}::u", f"v={path}::v"),
                             "[[2. 4. 6.]\n [5. 7. 9.]]\n")
            self.assertEqual(self.json("stats", path + "::u")["mean"], 2.0)

    def test_one_array_needs_no_name(self):
        self.write("one.npz", npz({"u": self.arrays["u"]}))
        self.assertEqual(self.succeeds("show", "one.npz"), "[1. 2. 3.]\n")
        for command in ["show", "stats"]:
            self.fails(1, r"^farray: s\.npz: holds 2 arrays, s\.npz::NAME is one of them: u, v$", command, "s.npz")
        self.fails(1, r"^farray: s\.npz: holds no array 'w', but u, v$", "show", "s.npz::w")
        self.write("u.npy", self.arrays["u"])
        self.fails(1, "which has no name", "show", "u.npy::u")

    def test_info_lists_all(self):
        self.assertRegex(self.succeeds("info", "z.npz"),
                         r"^file      z\.npz\narrays    2\nu +<f8 +\(3,\) +C  24 bytes in \d+\nv +>i4 +\(2, 3\) +C  24 bytes")
        arrays = self.json("info", "z.npz")["arrays"]
        self.assertEqual([(a["name"], a["dtype"], a["shape"]) for a in arrays], [("u", "<f8", [3]), ("v", ">i4", [2, 3])])
        one = self.json("info", "s.npz::v")
        self.assertEqual((one["name"], one["format"], one["packed_bytes"]), ("v", "npz", None))

    def test_info_goes_on_behind_what_cannot_be_read(self):
        objects = self.arrays["u"].replace(b"<f8", b"|O8")
        self.write("o.npz", npz({"o": objects, **self.arrays}))
        result = self.run_program("info", "o.npz")
        self.assertEqual((result.returncode, result.stdout.count(b"\n"), result.stderr.count(b"\n")), (1, 4, 1), result)
        self.assertIn(b"Python objects cannot live in files", result.stderr)
        result = self.run_program("info", "o.npz", "--json")
        arrays = json.loads(result.stdout)["arrays"]
        self.assertEqual([a["name"] for a in arrays], ["o", "u", "v"])
        self.assertIn("Python objects", arrays[0]["error"])

    def test_a_name_may_be_empty(self):
        """np.savez(path, **{"": a}) makes a member called ".npy"."""
        self.write("e.npz", npz({"": self.arrays["u"], "v": self.arrays["v"]}))
        self.assertRegex(self.succeeds("info", "e.npz"), r"arrays    2\n\.npy +<f8")
        self.assertEqual(self.succeeds("show", "e.npz::.npy"), "[1. 2. 3.]\n")

    def test_wrong_archives(self):
        data = npz(self.arrays)
        for cut in [1, 30, 100, 200]:
            self.write("cut.npz", data[:-cut])
            for arguments in [("info", "cut.npz"), ("show", "cut.npz::u"), ("eval", "a", "a=cut.npz::v", "-o", "o.npy"),
                              ("convert", "cut.npz", "o.npz")]:
                self.fails(1, r"cut\.npz: byte \d+: ", *arguments)
        packed = bytearray(npz(self.arrays, zipfile.ZIP_DEFLATED))
        packed[80] ^= 1
        self.write("bad.npz", packed)
        self.fails(1, r"bad\.npz::u\.npy: ", "eval", "u + 1", "u=bad.npz::u", "-o", "o.npz::a")


class Writing(Archives):
    def test_several_arrays_in_one_pass(self):
        self.succeeds("eval", "u + 1", "v * 2", "sum(u)", "u=z.npz::u", "v=s.npz::v", "-o", "o.npz::a", "-o", "o.npz::b",
                      "-o", "sum.npy")
        self.assertEqual(sorted(self.members("o.npz")), ["a.npy", "b.npy"])
        self.assertEqual(self.doubles(self.members("o.npz")["a.npy"]), [2, 3, 4])
        self.assertEqual(read_npy(self.path("sum.npy"))[1], struct.pack("<d", 6))

    def test_other_arrays_stay(self):
        before = self.members("z.npz")
        self.succeeds("eval", "u * 3", "u=z.npz::u", "-o", "z.npz::w")
        self.succeeds("eval", "u * 4", "u=z.npz::u", "-o", "z.npz::é")
        after = self.members("z.npz")
        self.assertEqual(self.doubles(after.pop("w.npy")), [3, 6, 9])
        self.assertEqual(self.doubles(after.pop("é.npy")), [4, 8, 12])
        self.assertEqual(after, before)
        self.fails(1, "is the input u", "eval", "u * 3", "u=z.npz::u", "-o", "z.npz::u.npy")
        self.succeeds("eval", "u * 5", "u=z.npz::u", "-o", "z.npz::u", "--force")
        self.assertEqual(self.doubles(self.members("z.npz")["u.npy"]), [5, 10, 15])

    def test_compressed(self):
        self.succeeds("eval", "arange(100000) % 7", "-o", "o.npz::a", "--codec", "deflate")
        self.assertLess(os.path.getsize(self.path("o.npz")), 20000)
        self.assertEqual(self.members("o.npz")["a.npy"][128:], struct.pack("<100000q", *[i % 7 for i in range(100000)]))
        self.assertEqual(self.succeeds("eval", "sum(a)", "a=o.npz::a"), f"{sum(i % 7 for i in range(100000))}\n")

    def test_what_is_no_archive_is_not_replaced(self):
        self.write("text.npz", b"hello, world\n" * 10)
        self.fails(1, r"text\.npz: .*no end record", "eval", "1.5", "-o", "text.npz::a")
        self.fails(1, r"x\.h5::a: several arrays of one file are written to \.npz archives", "eval", "1.5", "-o", "x.h5::a")
        self.fails(1, "arrays are compressed in .npz archives", "eval", "1.5", "-o", "x.npy", "--codec", "deflate")
        self.fails(1, "two outputs are called 'a'", "eval", "1", "2", "-o", "x.npz::a", "-o", "x.npz::a.npy")
        self.fails(1, "written once", "create", "x.npz", "--dtype", "f8", "--shape", "3")

    def test_usage(self):
        self.usage(r"'v' is not NAME=PATH, and another expression needs an --output of its own", "eval", "u", "v", "-o", "a.npy")
        self.usage(r"2 times --output, but only 1 expression$", "eval", "1", "-o", "a.npy", "-o", "b.npy")
        self.usage(r"--codec: 'zip' is not none\|deflate", "eval", "1", "-o", "a.npz", "--codec", "zip")
        self.usage(r"--codec goes with --output", "eval", "1", "--codec", "none")


class Convert(Archives):
    def test_type_and_byte_order(self):
        self.succeeds("convert", "z.npz::v", "v.npy", "--dtype", "<f8")
        header, data = read_npy(self.path("v.npy"))
        self.assertIn("'descr': '<f8'", header)
        self.assertEqual(data, struct.pack("<6d", 1, 2, 3, 4, 5, 6))
        self.succeeds("convert", "v.npy", "w.npy", "--dtype", ">u2")
        self.assertEqual(read_npy(self.path("w.npy"))[1], struct.pack(">6H", 1, 2, 3, 4, 5, 6))

    def test_order(self):
        self.succeeds("convert", "s.npz::v", "f.npy", "--order", "F")
        header, data = read_npy(self.path("f.npy"))
        self.assertIn("'fortran_order': True", header)
        self.assertEqual(data, struct.pack(">6i", 1, 4, 2, 5, 3, 6))
        self.succeeds("convert", "f.npy", "g.npz")
        self.assertEqual(self.json("info", "g.npz::arr_0")["order"], "F")
        self.succeeds("convert", "g.npz", "h.npy", "--order", "C")
        self.assertEqual(read_npy(self.path("h.npy"))[1], struct.pack(">6i", 1, 2, 3, 4, 5, 6))

    def test_raw(self):
        self.succeeds("convert", "s.npz::v", "v.bin", "--to", "raw", "--order", "F", "--dtype", "<i2")
        with open(self.path("v.bin"), "rb") as file:
            self.assertEqual(file.read(), struct.pack("<6h", 1, 4, 2, 5, 3, 6))
        self.succeeds("convert", "v.bin", "w.npz", "--raw", "<i2:2,3:0:F")
        self.assertEqual(self.succeeds("show", "w.npz"), "[[1 2 3]\n [4 5 6]]\n")

    def test_whole_archives(self):
        self.succeeds("convert", "z.npz", "all.npz")
        self.assertEqual(self.members("all.npz"), self.members("s.npz"))
        self.succeeds("convert", "s.npz", "all.npz", "--dtype", "f4", "--codec", "deflate")
        self.assertEqual(sorted(self.members("all.npz")), ["u.npy", "v.npy"])
        self.succeeds("convert", "z.npz::u", "all.npz")
        self.assertEqual(list(self.members("all.npz")), ["arr_0.npy"])
        self.fails(1, "holds 2 arrays", "convert", "z.npz", "all.npy")

    def test_in_place_is_asked_for(self):
        self.fails(1, "is the input", "convert", "z.npz", "z.npz")
        self.succeeds("convert", "z.npz", "z.npz", "--force")
        self.assertEqual(self.members("z.npz"), self.members("s.npz"))

    def test_larger_than_the_limit(self):
        values = [float(i) for i in range(200000)]
        self.write("big.npz", npz({"a": npy(values), "b": npy(values)}, zipfile.ZIP_DEFLATED))
        self.succeeds("convert", "big.npz", "big2.npz", "--memory", "256K")
        self.assertEqual(self.doubles(self.members("big2.npz")["b.npy"]), values)
        self.succeeds("convert", "big2.npz", "big3.npz", "--memory", "256K", "--codec", "deflate")
        self.assertEqual(self.doubles(self.members("big3.npz")["a.npy"]), values)

    def test_usage(self):
        self.usage("convert needs IN OUT", "convert", "a.npy")
        self.usage(r"--to: 'hdf5' is not npy\|npz\|raw", "convert", "s.npz", "b.npz", "--to", "hdf5")
        self.usage("--dtype", "convert", "s.npz", "b.npz", "--dtype", "q9")


class Diff(Archives):
    def differs(self, status, *arguments):
        result = self.run_program("diff", *arguments)
        self.assertEqual((result.returncode, result.stderr), (status, b""), arguments)
        return result.stdout.decode()

    def test_equal(self):
        self.assertEqual(self.differs(0, "s.npz::u", "z.npz::u"), "s.npz::u and z.npz::u are equal: 3 elements\n")
        self.assertEqual(self.differs(0, "s.npz", "z.npz").count("are equal"), 2)

    def test_different(self):
        self.write("a.npy", npy([1.0] * 999 + [3.0, 0.0], shape=(77, 13)))
        self.write("b.npy", npy([1.0] * 998 + [2.0, 4.0, 0.0], shape=(77, 13)))
        self.assertEqual(self.differs(1, "a.npy", "b.npy"),
                         "a.npy and b.npy differ\ndifferent 2 of 1001 elements\nat most   1 absolute, 0.5 relative\n"
                         "first     [76, 10]: 1.0 and 2.0\n")
        self.differs(1, "a.npy", "b.npy", "--atol", "0.99")
        self.differs(0, "a.npy", "b.npy", "--atol", "1")
        self.differs(0, "a.npy", "b.npy", "--rtol", "0.5")
        self.differs(1, "a.npy", "b.npy", "--rtol", "0.24")

    def test_nan_and_infinity(self):
        nan, inf = float("nan"), float("inf")
        self.write("a.npy", npy([nan, inf, 1.0, nan]))
        self.write("b.npy", npy([nan, inf, 1.0, 2.0]))
        self.assertIn("different 2 of 4", self.differs(1, "a.npy", "b.npy"))
        self.assertIn("different 1 of 4", self.differs(1, "a.npy", "b.npy", "--equal-nan"))
        self.assertIn("[3]: nan and 2.0", self.differs(1, "a.npy", "b.npy", "--equal-nan", "--atol", "inf"))
        self.write("c.npy", npy([nan, -inf, 1.0, 2.0]))
        self.assertIn("at most   inf absolute", self.differs(1, "b.npy", "c.npy", "--equal-nan"))

    def test_types_need_not_be_the_same(self):
        self.write("i.npy", npy([1, 2, 3], "<i4"))
        self.write("n.npy", npy([True, False, True], "|b1"))
        self.differs(0, "i.npy", "s.npz::u")
        self.differs(1, "i.npy", "n.npy")
        self.write("i.bin", struct.pack(">3h", 1, 2, 3))
        self.differs(0, "i.npy", "i.bin", "--raw", "b=>i2:3")

    def test_shapes_and_names(self):
        self.assertEqual(self.differs(1, "s.npz::u", "s.npz::v"),
                         "s.npz::u and s.npz::v differ\nshapes    (3,) and (2, 3)\n")
        self.write("other.npz", npz({"u": self.arrays["u"], "w": self.arrays["u"]}))
        text = self.differs(1, "s.npz", "other.npz")
        self.assertIn("other.npz has no v\n", text)
        self.assertIn("s.npz has no w\n", text)
        self.write("empty.npy", npy([], shape=(0, 3)))
        self.differs(0, "empty.npy", "empty.npy")

    def test_json(self):
        import json
        self.write("a.npy", npy([1.0, 2.0, 5.0]))
        answer = json.loads(self.differs(1, "a.npy", "s.npz::u", "--json"))
        self.assertEqual(answer, {"equal": False, "shape_a": [3], "shape_b": [3], "elements": 3, "different": 1,
                                  "max_abs": 2.0, "max_rel": 2 / 3, "first": [2]})
        answer = json.loads(self.differs(0, "s.npz", "z.npz", "--json"))
        self.assertEqual([(a["name"], a["equal"], a["first"]) for a in answer], [("u", True, None), ("v", True, None)])

    def test_trouble_is_no_difference(self):
        self.fails(2, "No such file", "diff", "none.npy", "s.npz::u")
        self.fails(2, "No such file", "diff", "s.npz::u", "none.npy")
        self.usage("--rtol: '-1' is not a number", "diff", "s.npz", "s.npz", "--rtol=-1")
        self.usage("diff needs A B", "diff", "s.npz")


if __name__ == "__main__":
    unittest.main()
