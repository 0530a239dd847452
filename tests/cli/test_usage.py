# SPDX-License-Identifier: BSD-3-Clause
"""Help, and command lines that are wrong: one line, exit status 2, nothing done."""
import os
import unittest

from command_line import Case, npy

COMMANDS = ["create", "info", "show", "eval", "set", "append", "sort", "stats", "convert", "diff", "ops"]


class Help(Case):
    def test_version(self):
        self.assertRegex(self.succeeds("--version"), r"^farray \d+\.\d+\.\d+\n$")

    def test_help_lists_every_command(self):
        text = self.succeeds("--help")
        for command in COMMANDS:
            self.assertIn(f"farray {command}", text)

    def test_each_command_explains_itself_with_examples(self):
        for command in COMMANDS:
            text = self.succeeds(command, "--help")
            self.assertTrue(text.startswith(f"farray {command}"), text)
            self.assertIn("\nExamples:\n", text)
            self.assertIn(f"\n  farray {command}", text)
            self.assertLessEqual(max(map(len, text.splitlines())), 120)

    def test_help_wins_over_what_is_missing(self):
        self.assertIn("--shape", self.succeeds("create", "-h"))


class Usage(Case):
    def test_command(self):
        self.usage("a command is missing")
        self.usage("'shoe' is not a command; did you mean show", "shoe", "a.npy")
        self.usage("'qqqqqqqq' is not a command", "qqqqqqqq")

    def test_environment(self):
        for options in [{"env": {**os.environ, "FARRAY_MEMORY": "1"}}, {}]:
            arguments = [] if options else ["--memory", "1"]
            self.usage("a memory limit of 1 bytes is below the least one of 65536 bytes", "ops", *arguments, **options)
        for name, value in [("FARRAY_MEMORY", "abc"), ("FARRAY_THREADS", "0"), ("FARRAY_THREADS", "257"), ("FARRAY_IO", "foo"), ("FARRAY_ISA", "foo"), ("FARRAY_MATH", "foo")]:
            self.usage(f"{name}: '{value}' is not", "ops", env={**os.environ, name: value})

    def test_an_empty_slice_is_not_all_of_the_array(self):
        self.write("a.npy", npy([1.0, 2.0]))
        self.usage("SLICE is empty", "set", "a.npy", "", "7")

    def test_options(self):
        self.usage("unknown option --jsn; did you mean --json", "ops", "--jsn")
        self.usage("unknown option -z", "ops", "-z")
        self.usage("--shape is not an option of info", "info", "a.npy", "--shape", "3")
        self.usage("--memory needs a value", "ops", "--memory")
        self.usage("--memory is given twice", "ops", "--memory", "1M", "--memory=2M")
        self.usage("--json takes no value", "ops", "--json=1")

    def test_operands(self):
        self.usage("info needs PATH", "info")
        self.usage("info does not take 'b.npy'", "info", "a.npy", "b.npy")
        self.usage("eval needs EXPR", "eval")
        self.usage("'u' is not NAME=PATH", "eval", "u + 1", "u")
        self.usage("'1u=a.npy' is not NAME=PATH", "eval", "u + 1", "1u=a.npy")
        self.usage("u=... is given twice", "eval", "u", "u=a.npy", "u=b.npy")
        self.usage("--force goes with --output", "eval", "1", "--force")

    def test_sizes(self):
        for text in ["", "M", "12Q", "-5M", "0", "1e99", "0x10", "1.5.5G", "9999999999999T"]:
            self.usage("is not a size like 256M", "ops", f"--memory={text}")
        for text in ["256M", "1.5G", "64KiB", "100000000", "500MB", "1g"]:
            self.succeeds("ops", "--memory", text)

    def test_threads(self):
        for text in ["0", "-1", "two", "257", "99999", "1.5", ""]:
            self.usage("--threads: '.*' is not a whole number from 1 to 256", "ops", "--threads", text)
        self.succeeds("ops", "--threads", "256")

    def test_create(self):
        self.usage("create needs --dtype and --shape", "create", "a.npy")
        self.usage("--dtype: .*floaty", "create", "a.npy", "--dtype", "floaty", "--shape", "3")
        self.usage("--dtype: .*object", "create", "a.npy", "--dtype", "O", "--shape", "3")
        self.usage("--shape: 'x' is not a whole number", "create", "a.npy", "--dtype", "f8", "--shape", "3,x")
        self.usage("--shape: '-3'", "create", "a.npy", "--dtype", "f8", "--shape=-3")
        self.usage("--shape: the shape is empty", "create", "a.npy", "--dtype", "f8", "--shape", "")
        self.usage("more than 64 dimensions", "create", "a.npy", "--dtype", "f8", "--shape", ",".join(["1"] * 65))
        self.usage("--order: 'Z' is not an order", "create", "a.npy", "--dtype", "f8", "--shape", "3", "--order", "Z")
        self.usage("--fill: 'lots'", "create", "a.npy", "--dtype", "f8", "--shape", "3", "--fill", "lots")
        self.usage("--fill: 300 is not a value of", "create", "a.npy", "--dtype", "u1", "--shape", "3", "--fill", "300")
        self.usage("--fill: 2.5 is not a value of", "create", "a.npy", "--dtype", "i4", "--shape", "3", "--fill", "2.5")
        self.usage("not a floating type", "create", "a.npy", "--dtype", "i4", "--shape", "3", "--fill", "normal")
        self.usage("can only be zero", "create", "a.npy", "--dtype", "S4", "--shape", "3", "--fill", "1")
        self.usage("--seed: '-1'", "create", "a.npy", "--dtype", "f8", "--shape", "3", "--seed=-1")

    def test_raw(self):
        self.write("a.bin", bytes(80))
        self.usage("has no shape", "info", "a.bin", "--raw", "f8")
        self.usage("--raw: .*f99", "info", "a.bin", "--raw", "f99:10")
        self.usage("--raw: offset: 'x'", "info", "a.bin", "--raw", "f8:10:x")
        self.usage("is not an order", "info", "a.bin", "--raw", "f8:10:0:Q")
        self.usage("there is no operand b", "eval", "a", "a=a.bin", "--raw", "b=f8:10")
        self.usage("does not say which file", "eval", "a + b", "a=a.bin", "b=a.bin", "--raw", "f8:10")
        self.usage("a=... is given twice", "eval", "a", "a=a.bin", "--raw", "a=f8:10", "--raw", "a=f8:5")

    def test_axis(self):
        self.write("a.npy", npy([1.0]))
        self.usage("--axis: 'x'", "stats", "a.npy", "--axis", "x")


if __name__ == "__main__":
    unittest.main()
