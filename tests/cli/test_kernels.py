# SPDX-License-Identifier: BSD-3-Clause
"""farray eval --kernel: kernels of a shared object, and what is said about those that are none."""
import os
import subprocess
import unittest

from command_line import Case, npy, read_npy

SOURCE = os.environ.get("FARRAY_SOURCE", ".")
BUILD = os.environ.get("FARRAY_BUILD", "build")
GEO = os.path.join(SOURCE, "examples", "kernels", "geo.c")

FIRST_LINES = """#include <farray/kernel.h>
static const fa_type types[1] = {FA_TYPE_FLOAT64};
static int copy(const void *const *in, void *const *out, int64_t n, void *user)
{
    (void)user;
    for (int64_t i = 0; i < n; i++)
        ((double *)out[0])[i] = ((const double *)in[0])[i];
    return 0;
}
static const fa_kernel kernels[] = {{.abi = ABI, .name = NAME, .input_count = 1, .output_count = 1,
                                     .inputs = types, .outputs = types, .compute = copy}};
"""


class Kernels(Case):
    def compile(self, name, source, *options):
        with open(self.path(name + ".c"), "w", encoding="utf-8") as file:
            file.write(source)
        subprocess.run([os.environ.get("FARRAY_CC", "cc"), "-std=c17", "-shared", "-fPIC", "-O2",
                        "-I" + os.path.join(BUILD, "include"), *options, "-o", self.path(name), self.path(name + ".c"), "-lm"],
                       check=True)
        return name

    def geo(self):
        with open(GEO, encoding="utf-8") as file:
            return self.compile("geo.so", file.read())

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def test_a_kernel_is_an_operation(self):
        geo = self.geo()
        self.write("lat.npy", npy([52.5, 0.0], ">f4", shape=(2,)))
        self.assertEqual(self.succeeds("eval", "haversine(lat, 13.4, 48.85, 2.35)[0] > 870", "lat=lat.npy", "--kernel", geo), "True\n")
        self.assertEqual(self.succeeds("eval", "polar([3, 5], [4, 12])[0]", "--kernel", "./" + geo), "[ 5. 13.]\n")
        self.assertEqual(self.succeeds("eval", "weighted_spread([1, 2, 3.], 1)[0]", "--kernel", geo, "--kernel", geo), "2.0\n")
        self.assertIn("  haversine@1    4", self.succeeds("ops", "--kernel", geo))

    def test_set(self):
        geo = self.geo()
        self.write("a.npy", npy([3.0, 6.0]))
        self.succeeds("set", "a.npy", "...", "polar(self, [4, 8])[0]", "--kernel", geo)
        self.assertEqual(read_npy(self.path("a.npy"))[1], npy([5.0, 10.0])[-16:])

    def test_larger_than_the_limit(self):
        geo = self.geo()
        self.succeeds("create", "x.npy", "--dtype", "f8", "--shape", "600000", "--fill", "normal", "--seed", "1")
        spread = [self.succeeds("eval", "weighted_spread(x, 1)[1]", "x=x.npy", "--kernel", geo, "--memory", memory, "--threads",
                                threads) for memory, threads in [("64K", "1"), ("1M", "3"), ("1G", "2")]]
        self.assertEqual(len(set(spread)), 1)
        self.succeeds("eval", "polar(x, x)[0] ** 2", "x=x.npy", "--kernel", geo, "--memory", "64K", "-o", "y.npy")
        self.assertEqual(self.succeeds("eval", "allclose(y, 2 * x * x)", "x=x.npy", "y=y.npy"), "True\n")

    def test_a_version_that_is_not_there(self):
        lines = self.fails(1, "kernel 'haversine' has no version 2: there is 1", "eval", "haversine@2(1, 2, 3, 4)[0]", "--kernel",
                           self.geo(), caret=True)
        self.assertEqual(lines[2], "  ^")

    def test_a_status(self):
        self.fails(1, "polar: the kernel returned status 7", "eval", "polar(nan, 1)[0]", "--kernel", self.geo())

    def test_what_is_no_kernel(self):
        self.fails(1, "none.so: cannot open shared object file: No such file or directory", "eval", "1", "--kernel", "none.so")
        self.write("text.so", b"no shared object at all, but long enough for a header of one" * 3)
        self.fails(1, "./text.so: invalid ELF header", "eval", "1", "--kernel", "text.so")
        empty = self.compile("empty.so", "int nothing;")
        self.fails(1, r"empty.so: has no function farray_kernels\(\): FA_KERNELS\(\) of farray/kernel.h writes it", "eval", "1",
                   "--kernel", empty)

    def test_one_that_is_cut_off(self):
        geo = self.geo()
        with open(self.path(geo), "rb") as file:
            whole = file.read()
        for length in [100, 4096, 4097, len(whole) // 2]:
            self.write("cut.so", whole[:length])
            self.fails(1, "cut.so: is cut off: its program headers name bytes behind its end", "eval", "1", "--kernel", "cut.so")
        for length in [0, 3, 63]:
            self.write("cut.so", whole[:length])
            self.fails(1, "cut.so: file too short", "eval", "1", "--kernel", "cut.so")
        far = bytearray(whole)
        far[32:40] = b"\xff" * 8
        self.write("far.so", bytes(far))
        self.fails(1, "far.so: is cut off", "eval", "1", "--kernel", "far.so")
        os.mkdir(self.path("folder.so"))
        os.mkfifo(self.path("fifo.so"))
        for name in ["folder.so", "fifo.so"]:
            self.fails(1, name + ": is not a regular file", "eval", "1", "--kernel", name)
        self.usage("--kernel: the path is empty", "eval", "1", "--kernel", "")

    def test_another_version(self):
        whole = FIRST_LINES + "FA_KERNELS(kernels)\n"
        old = self.compile("old.so", whole.replace("FA_KERNELS(kernels)", """const fa_kernel *farray_kernels(int abi, int *count)
            { *count = 1; return abi == 2 ? kernels : 0; }"""), "-DABI=2", '-DNAME="copied"')
        self.fails(1, "old.so: was made for another version of farray's kernels than 1: build it again", "eval", "1", "--kernel", old)
        mixed = self.compile("mixed.so", whole, "-DABI=2", '-DNAME="copied"')
        self.fails(1, "mixed.so: a kernel for version 2 of the interface, this is version 1", "eval", "1", "--kernel", mixed)

    def test_names(self):
        whole = FIRST_LINES + "FA_KERNELS(kernels)\n"
        sine = self.compile("sine.so", whole, "-DABI=1", '-DNAME="sin"')
        self.fails(1, "sine.so: kernel 'sin': the name is that of an operation", "eval", "1", "--kernel", sine)
        one = self.compile("one.so", whole, "-DABI=1", '-DNAME="copied"')
        other = self.compile("other.so", whole, "-DABI=1", '-DNAME="copied"')
        self.fails(1, "other.so: kernel 'copied': another one of this name is registered", "eval", "copied(1)", "--kernel", one,
                   "--kernel", other)
        newer = self.compile("newer.so", whole, "-DABI=1", '-DNAME="copied@2"')
        self.assertEqual(self.succeeds("eval", "copied@2(4) + copied(1)", "--kernel", one, "--kernel", newer), "5.0\n")


if __name__ == "__main__":
    if os.environ.get("FARRAY_SANITIZE"):
        print("SKIP: a shared object without sanitizers is loaded here")
        raise SystemExit(77)
    unittest.main()
