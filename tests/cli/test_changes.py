# SPDX-License-Identifier: BSD-3-Clause
"""Commands that change a file in place: set, append and sort; and order F, and what info says about the page cache."""
import fcntl
import os
import struct
import unittest

from command_line import Case, npy, read_npy


def doubles(data):
    return list(struct.unpack(f"<{len(data) // 8}d", data))


class Set(Case):
    def setUp(self):
        super().setUp()
        self.write("a.npy", npy([float(i) for i in range(12)], shape=(3, 4)))

    def values(self, name="a.npy"):
        return doubles(read_npy(self.path(name))[1])

    def test_a_part_is_assigned_in_place(self):
        inode = os.stat(self.path("a.npy")).st_ino
        self.assertEqual(self.succeeds("set", "a.npy", "[1, ::2]", "-1"), "")
        self.assertEqual(self.values(), [0, 1, 2, 3, -1, 5, -1, 7, 8, 9, 10, 11])
        self.assertEqual(os.stat(self.path("a.npy")).st_ino, inode)
        self.assertEqual(os.listdir(self.folder), ["a.npy"])

    def test_the_array_itself_is_called_self(self):
        self.succeeds("set", "a.npy", "...", "self[::-1] * 2")
        self.assertEqual(self.values(), [16, 18, 20, 22, 8, 10, 12, 14, 0, 2, 4, 6])

    def test_other_files_and_casts(self):
        self.write("i.npy", npy([1, 2, 3], "<i4"))
        self.write("b.npy", npy([0.5, 1.5, 2.5], "<f8"))
        self.succeeds("set", "i.npy", "1:", "b[:2] + 10", "b=b.npy")
        self.assertEqual(struct.unpack("<3i", read_npy(self.path("i.npy"))[1]), (1, 10, 11))

    def test_masks_and_positions(self):
        self.succeeds("set", "a.npy", "self > 6", "-1")
        self.assertEqual(self.values(), [0, 1, 2, 3, 4, 5, 6, -1, -1, -1, -1, -1])
        self.succeeds("set", "a.npy", "[[0, 2], 1]", "[50, 60]")
        self.assertEqual(self.values(), [0, 50, 2, 3, 4, 5, 6, -1, -1, 60, -1, -1])
        self.write("m.npy", npy([True, False, True], "|b1"))
        self.succeeds("set", "a.npy", "m, ::2", "self[1, 0]", "m=m.npy")
        self.assertEqual(self.values(), [4, 50, 4, 3, 4, 5, 6, -1, 4, 60, 4, -1])
        self.succeeds("set", "a.npy", "[1:][self[1:] < 0]", "7")
        self.assertEqual(self.values(), [4, 50, 4, 3, 4, 5, 6, 7, 4, 60, 4, 7])
        self.assertEqual(self.json("set", "a.npy", "self < 0", "1")["shape"], [3, 4])

    def test_numbers_must_fit(self):
        self.write("i.npy", npy([1, 2, 3], "|u1"))
        for value in ["300", "-1", "[300]", "[1, 2, -3]"]:
            self.fails(1, "out of bounds for uint8", "set", "i.npy", "...", value, caret=True)
        for value, words in [("256.0", "Python integer 256 out of bounds for uint8"), ("1e10", "out of bounds for uint8"),
                             ("1e300", r"1e\+300 out of bounds for uint8"), ("inf", "inf out of bounds for uint8"),
                             ("nan", "NaN is no uint8"), ("1j", "a complex number is no uint8")]:
            self.fails(1, words, "set", "i.npy", "[0]", value, caret=True)
        for value in ["-1.0", "-inf", "-nan"]:
            self.fails(1, "uint8", "set", "i.npy", "[0]", caret=True, *["--", value])
        self.assertEqual(read_npy(self.path("i.npy"))[1], bytes([1, 2, 3]))
        self.succeeds("set", "i.npy", "[0]", "--", "-0.5")
        self.succeeds("set", "i.npy", "[1]", "255.9")
        self.assertEqual(read_npy(self.path("i.npy"))[1], bytes([0, 255, 3]))
        self.write("f.npy", npy([1.0, 2.0]))
        self.fails(1, "a complex number is no float64", "set", "f.npy", "[0]", "1j", caret=True)
        self.succeeds("set", "f.npy", "...", "nan")
        self.succeeds("create", "u.npy", "--dtype", "u8", "--shape", "1")
        self.succeeds("set", "u.npy", "...", "1e19")
        self.assertEqual(self.succeeds("show", "u.npy"), "[10000000000000000000]\n")
        self.succeeds("set", "i.npy", "...", "[255, 1.5, 0]")
        self.assertEqual(read_npy(self.path("i.npy"))[1], bytes([255, 1, 0]))

    def test_json(self):
        self.assertEqual(self.json("set", "a.npy", "[:, 0]", "9"),
                         {"file": "a.npy", "slice": "[:, 0]", "dtype": "<f8", "shape": [3]})

    def test_columns_into_a_file(self):
        """Lines that do not stand dense in the new file are put in order beside it, and laid down at the end."""
        values = [float(v * 37 % 101) for v in range(60)]
        columns = [sorted(values[c::3]) for c in range(3)]
        self.write("a.npy", npy(values, shape=(20, 3)))
        self.succeeds("sort", "a.npy", "--axis", "0", "-o", "b.npy")
        self.assertEqual(doubles(read_npy(self.path("b.npy"))[1]), [v for row in zip(*columns) for v in row])
        self.succeeds("eval", "partition(a, 4, axis=0)[4]", "a=a.npy", "-o", "c.npy")
        self.assertEqual(doubles(read_npy(self.path("c.npy"))[1]), [column[4] for column in columns])
        self.succeeds("eval", "partition(a, 4, axis=0)", "a=a.npy", "-o", "c.npy", "--force")
        parted = doubles(read_npy(self.path("c.npy"))[1])
        self.assertEqual([sorted(parted[c::3]) for c in range(3)], columns)

    def test_a_file_without_a_header(self):
        self.write("raw", struct.pack("<4h", 1, 2, 3, 4))
        self.succeeds("set", "raw", "0", "self[1]", "--raw", "i2:2,2")
        self.write("b", struct.pack("<2h", 8, 9))
        self.succeeds("set", "raw", "1", "b", "b=b", "--raw", "self=i2:2,2", "--raw", "b=i2:2")
        with open(self.path("raw"), "rb") as file:
            self.assertEqual(struct.unpack("<4h", file.read()), (3, 4, 8, 9))

    def test_numbers_in_lists_must_fit(self):
        self.write("b.npy", npy([1, 2, 3], "|u1", shape=(3,)))
        for values in ("[300]", "[300.5]", "[-1.5]", "[3.5, 256.0, 1]"):
            self.fails(1, "out of bounds for uint8", "set", "b.npy", "...", values, caret=True)
        self.fails(1, "NaN is no uint8", "set", "b.npy", "0:1", "[nan]", caret=True)
        self.succeeds("set", "b.npy", "[[True, False, True]]", "[7.9, 8]")
        self.assertEqual(self.succeeds("show", "b.npy", "[[True] * 3]"), "[7 2 8]\n")
        self.succeeds("set", "b.npy", "[[True] * 3]", "[1] * 3")
        self.assertEqual(self.succeeds("show", "b.npy"), "[1 1 1]\n")

    def test_indices_say_where_they_are_wrong(self):
        rows = [("[self>]", "the index ends where an operand is expected", 6), ("self>", "the index ends where", 5),
                ("[(self>)]", r"'\)' where an operand is expected", 7), ("[[9, 1]]", "index 9 is out of bounds", 0),
                ("[self[0] > 1]", "boolean index did not match", 0), ("[self > 3.5", r"'\[' is never closed", 0),
                ("  [:, 1", r"'\[' is never closed", 2), ("[0][[7]]", "index 7 is out of bounds", 3),
                ("[7, 1]", "index 7 is out of bounds", 0), ("[sel > 1]", "did you mean 'self'", 1)]
        for index, message, column in rows:
            for command in (["show", "a.npy", index], ["set", "a.npy", index, "0"]):
                lines = self.fails(1, message, *command, caret=True)
                self.assertEqual(lines[2], "  " + " " * column + "^", command)

    def test_wrong_ones_change_nothing(self):
        with open(self.path("a.npy"), "rb") as file:
            before = file.read()
        self.fails(1, "out of bounds", "set", "a.npy", "[3]", "0", caret=True)
        self.fails(1, "", "set", "a.npy", "[0, x]", "0", caret=True)
        self.fails(1, "ends where an operand", "set", "a.npy", "[0]", "1 +", caret=True)
        self.fails(1, r"could not broadcast input array from shape \(2,\) into shape \(4,\)",
                   "set", "a.npy", "[0]", "arange(2)")
        self.fails(1, r"none\.npy", "set", "none.npy", "[0]", "1")
        self.usage("self=... is given twice", "set", "a.npy", "[0]", "1", "self=a.npy")
        self.usage("is not NAME=PATH", "set", "a.npy", "[0]", "1", "b.npy")
        self.usage("set needs", "set", "a.npy", "[0]")
        with open(self.path("a.npy"), "rb") as file:
            self.assertEqual(file.read(), before)


class Append(Case):
    def test_rows_are_appended(self):
        self.write("a.npy", npy([1.0, 2.0, 3.0, 4.0], shape=(2, 2)))
        self.write("rows.npy", npy([5, 6, 7, 8, 9, 10], "<i4", shape=(3, 2)))
        self.write("row.npy", npy([11.0, 12.0]))
        self.succeeds("append", "a.npy", "rows.npy")
        self.assertEqual(self.json("append", "a.npy", "row.npy"), {"file": "a.npy", "dtype": "<f8", "shape": [6, 2]})
        header, data = read_npy(self.path("a.npy"))
        self.assertIn("'shape': (6, 2), }", header)
        self.assertEqual(doubles(data), list(range(1, 13)))
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.npy", "row.npy", "rows.npy"])

    def test_a_file_to_itself(self):
        self.write("a.npy", npy([1.0, 2.0]))
        for _ in range(5):
            self.succeeds("append", "a.npy", "a.npy")
        self.assertEqual(doubles(read_npy(self.path("a.npy"))[1]), [1, 2] * 32)

    def test_a_file_without_a_header(self):
        self.write("raw", struct.pack("<4h", 1, 2, 3, 4))
        self.write("rows.npy", npy([5.0, 6.0], shape=(1, 2)))
        self.succeeds("append", "raw", "rows.npy", "--raw", "self=i2:-1,2")
        self.write("rows", struct.pack("<2h", 7, 8))
        self.succeeds("append", "raw", "rows", "--raw", "self=i2:-1,2", "--raw", "rows=i2:2")
        with open(self.path("raw"), "rb") as file:
            self.assertEqual(struct.unpack("<8h", file.read()), tuple(range(1, 9)))

    def test_a_locked_file_is_left_alone(self):
        self.write("a.npy", npy([1.0, 2.0]))
        with open(self.path("a.npy"), "rb") as file:
            lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
            fcntl.fcntl(file, 37, lock)  # F_OFD_SETLK
            self.fails(1, r"a\.npy: another reader or writer holds a lock on it", "append", "a.npy", "a.npy")
        self.succeeds("append", "a.npy", "a.npy")

    def test_wrong_ones_change_nothing(self):
        self.write("a.npy", npy([1.0, 2.0, 3.0, 4.0], shape=(2, 2)))
        self.write("b.npy", npy([1.0, 2.0, 3.0], shape=(1, 3)))
        self.fails(1, r"rows of shape \(1, 3\) cannot be appended to an array of shape \(2, 2\) along axis 0",
                   "append", "a.npy", "b.npy")
        self.fails(1, r"none\.npy", "append", "a.npy", "none.npy")
        self.fails(1, r"none\.npy", "append", "none.npy", "a.npy")
        self.usage("does not say which file", "append", "a.npy", "b.npy", "--raw", "f8:3")
        self.assertEqual(doubles(read_npy(self.path("a.npy"))[1]), [1, 2, 3, 4])


class Sort(Case):
    def test_in_place(self):
        self.write("a.npy", npy([3.0, 1.0, 2.0, 9.0, 8.0, 7.0], shape=(2, 3)))
        self.assertEqual(self.json("sort", "a.npy"), {"file": "a.npy", "dtype": "<f8", "shape": [2, 3]})
        self.assertEqual(doubles(read_npy(self.path("a.npy"))[1]), [1, 2, 3, 7, 8, 9])
        self.write("a.npy", npy([3.0, 1.0, 2.0, 9.0, 0.0, 7.0], shape=(2, 3)))
        self.succeeds("sort", "a.npy", "--axis", "0")
        self.assertEqual(doubles(read_npy(self.path("a.npy"))[1]), [3, 0, 2, 9, 1, 7])

    def test_into_a_file(self):
        self.write("a.npy", npy([3.0, 1.0, 2.0]))
        self.assertEqual(self.json("sort", "a.npy", "-o", "b.npy"), {"file": "b.npy", "dtype": "<f8", "shape": [3]})
        self.assertEqual(doubles(read_npy(self.path("b.npy"))[1]), [1, 2, 3])
        self.assertEqual(doubles(read_npy(self.path("a.npy"))[1]), [3, 1, 2])
        self.fails(1, "is the input", "sort", "a.npy", "-o", "a.npy")
        self.succeeds("sort", "a.npy", "-o", "a.npy", "--force")
        self.assertEqual(doubles(read_npy(self.path("a.npy"))[1]), [1, 2, 3])

    def test_a_file_without_a_header(self):
        self.write("raw", struct.pack("<4h", 4, -2, 3, 1))
        self.succeeds("sort", "raw", "--raw", "i2:-1")
        with open(self.path("raw"), "rb") as file:
            self.assertEqual(struct.unpack("<4h", file.read()), (-2, 1, 3, 4))

    def test_a_header_that_is_taken_for_elements_is_noted(self):
        self.write("a.npy", npy([3.0, 1.0, 2.0]))
        for command in (["show", "a.npy"], ["sort", "a.npy", "-o", "b.npy"], ["sort", "a.npy"]):
            result = self.run_program(*command, "--raw", "f8:3")
            self.assertEqual((result.returncode, result.stderr.decode()),
                             (0, "farray: note: a.npy is a .npy file: --raw takes its header for elements\n"), command)

    def test_descending(self):
        self.write("a.npy", npy([3.0, float("nan"), 1.0, 2.0, 9.0, -0.0], shape=(2, 3)))
        self.succeeds("sort", "a.npy", "--descending", "-o", "b.npy")
        self.assertEqual(repr(doubles(read_npy(self.path("b.npy"))[1])), "[nan, 3.0, 1.0, 9.0, 2.0, -0.0]")
        self.succeeds("sort", "a.npy", "--descending", "--axis", "0")
        self.assertEqual(repr(doubles(read_npy(self.path("a.npy"))[1])), "[3.0, nan, 1.0, 2.0, 9.0, -0.0]")
        self.succeeds("create", "big.npy", "--dtype", "f8", "--shape", "300000", "--fill", "normal", "--seed", "1")
        self.succeeds("sort", "big.npy", "--descending", "--memory", "1M", "-o", "new.npy")
        self.succeeds("sort", "big.npy", "--descending", "--memory", "1M")
        self.assertEqual(self.succeeds("eval", "all(a[1:] <= a[:-1]) & all(a == b)", "a=big.npy", "b=new.npy"), "True\n")

    def test_what_cannot_be(self):
        self.write("a.npy", npy([3.0, 1.0]))
        self.succeeds("eval", "a", "a=a.npy", "-o", "c.npz::a", "--codec", "deflate")
        self.fails(1, r"c\.npz", "sort", "c.npz::a")
        self.fails(1, r"axis 1 is out of bounds", "sort", "a.npy", "--axis", "1")
        self.fails(1, r"none\.npy", "sort", "none.npy")
        self.usage("--order goes with --output", "sort", "a.npy", "--order", "F")
        self.usage("into one file", "sort", "a.npy", "-o", "b.npy", "-o", "c.npy")
        self.assertEqual(doubles(read_npy(self.path("a.npy"))[1]), [3, 1])


class Orders(Case):
    def test_eval_writes_order_f(self):
        self.write("a.npy", npy([float(i) for i in range(6)], shape=(2, 3)))
        self.succeeds("eval", "a * 1", "a=a.npy", "-o", "f.npy", "--order", "F")
        header, data = read_npy(self.path("f.npy"))
        self.assertIn("'fortran_order': True, 'shape': (2, 3)", header)
        self.assertEqual(doubles(data), [0, 3, 1, 4, 2, 5])
        self.usage("--order goes with --output", "eval", "a", "a=a.npy", "--order", "F")
        self.usage("is not an order", "eval", "a", "a=a.npy", "-o", "g.npy", "--order", "X")

    def test_append_makes_more_columns_of_order_f(self):
        self.write("f.npy", npy([0.0, 1.0, 2.0, 3.0], shape=(2, 2), order="True"))
        self.write("c.npy", npy([4.0, 5.0]))
        self.succeeds("append", "f.npy", "c.npy")
        header, data = read_npy(self.path("f.npy"))
        self.assertIn("'fortran_order': True, 'shape': (2, 3)", header)
        self.assertEqual(doubles(data), [0, 1, 2, 3, 4, 5])


class Cache(Case):
    def test_info_says_what_is_in_memory(self):
        self.succeeds("create", "a.npy", "--dtype", "f8", "--shape", "100000", "--fill", "arange")
        self.succeeds("show", "a.npy")
        info = self.json("info", "a.npy")
        self.assertIn("resident_bytes", info)
        if info["resident_bytes"] is not None:
            self.assertLessEqual(info["resident_bytes"], 800000)
        if info["dirty_bytes"] is not None:
            self.assertEqual(info["dirty_bytes"], 0)  # create has flushed it
        text = self.succeeds("info", "a.npy")
        self.assertRegex(text, r"(?m)^resident  (\d+|unknown)")
        self.assertRegex(text, r"(?m)^dirty     (\d+|unknown)")


if __name__ == "__main__":
    unittest.main()
