# SPDX-License-Identifier: BSD-3-Clause
"""Wrong files and wrong expressions: one clear line, exit status 1, nothing half-written and nothing left beside it."""
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import time
import unittest

from command_line import PROGRAM, Case, npy, read_npy, unprivileged

class WrongInputs(Case):
    def fails_everywhere(self, pattern, path, **options):
        for arguments in [("info", path), ("show", path), ("stats", path), ("eval", "a + 1", f"a={path}"),
                          ("eval", "a + 1", f"a={path}", "-o", "out.npy")]:
            self.fails(1, pattern, *arguments, **options)

    def test_missing(self):
        self.fails_everywhere(r"none\.npy.*No such file", "none.npy")

    def test_empty(self):
        self.write("empty.npy", b"")
        self.fails_everywhere(r"empty\.npy", "empty.npy")

    def test_not_an_array(self):
        self.write("text.npy", b"hello, world\n" * 100)
        self.fails_everywhere(r"text\.npy", "text.npy")

    def test_truncated(self):
        self.write("short.npy", npy([1.0] * 100)[:-8])
        self.fails_everywhere(r"short\.npy.*\d+ bytes", "short.npy")
        self.write("header.npy", npy([1.0] * 100)[:40])
        self.fails_everywhere(r"header\.npy", "header.npy")

    def test_raw_file_is_too_short(self):
        self.write("a.bin", bytes(79))
        self.fails(1, r"a\.bin.*79", "show", "a.bin", "--raw", "f8:10")
        self.fails(1, r"a\.bin.*79", "show", "a.bin", "--raw", "f8:9:16")

    def test_folder(self):
        os.mkdir(self.path("folder"))
        self.fails_everywhere(r"folder", "folder")

    def test_fifo(self):
        os.mkfifo(self.path("fifo"))
        self.fails_everywhere(r"fifo", "fifo")

    def test_device(self):
        self.fails_everywhere(r"/dev/zero", "/dev/zero")

    def test_unreadable(self):
        self.write("secret.npy", npy([1.0]))
        os.chmod(self.path("secret.npy"), 0)
        self.fails(1, r"secret\.npy.*Permission denied", "show", "secret.npy", **unprivileged())

    def test_names_with_control_characters_stay_on_one_line(self):
        self.fails(1, r"a.{1,4}b", "info", "a\nb.npy")


class WrongExpressions(Case):
    def setUp(self):
        super().setUp()
        self.write("a.npy", npy([1.0, 2.0, 3.0]))
        self.write("b.npy", npy([1.0, 2.0]))

    def caret(self, pattern, expression, column, *arguments):
        lines = self.fails(1, pattern, "eval", expression, *arguments, caret=True)
        self.assertEqual(lines[1], f"  {expression}")
        self.assertEqual(lines[2], " " * (column + 1) + "^")

    def test_unknown_name(self):
        self.caret("'?w'?", "sqrt(a**2 + w**2)", 13, "a=a.npy")

    def test_syntax(self):
        self.caret("", "a + * 2", 5, "a=a.npy")

    def test_shapes_that_do_not_fit(self):
        lines = self.fails(1, r"\(3,\).*\(2,\)", "eval", "a + b", "a=a.npy", "b=b.npy", caret=True)
        self.assertEqual(lines[1], "  a + b")

    def test_long_expressions_are_shortened_around_the_error(self):
        expression = "a + " * 60 + "w" + " + a" * 60
        lines = self.fails(1, "w", "eval", expression, "a=a.npy", caret=True)
        self.assertLessEqual(len(lines[1]), 82)
        self.assertEqual(lines[1][lines[2].index("^")], "w")
        self.assertTrue(lines[1].startswith("  ...") and lines[1].endswith("..."), lines[1])

    def test_slices(self):
        self.fails(1, "", "show", "a.npy", "[5]", caret=True)
        self.fails(1, "", "show", "a.npy", "[1:", caret=True)
        self.fails(1, "axis", "stats", "a.npy", "--axis", "1")


class WrongOutputs(Case):
    def setUp(self):
        super().setUp()
        self.write("a.npy", npy([1.0, 2.0, 3.0]))

    def hash(self, name):
        with open(self.path(name), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def test_output_onto_an_input(self):
        os.link(self.path("a.npy"), self.path("link.npy"))
        os.symlink("a.npy", self.path("symlink.npy"))
        before = self.hash("a.npy")
        for name in ["a.npy", "./a.npy", "link.npy", "symlink.npy"]:
            self.fails(1, "is the input a", "eval", "a + 1", "a=a.npy", "-o", name)
        self.assertEqual(self.hash("a.npy"), before)

    def test_force_replaces_an_input_by_the_whole_result(self):
        self.succeeds("eval", "a[::-1] + a", "a=a.npy", "-o", "a.npy", "--force")
        self.assertEqual(read_npy(self.path("a.npy"))[1], npy([4.0, 4.0, 4.0])[-24:])

    def test_missing_folder(self):
        self.fails(1, "No such file", "eval", "a + 1", "a=a.npy", "-o", "none/out.npy")
        self.fails(1, "No such file", "create", "none/out.npy", "--dtype", "f8", "--shape", "3")

    def test_folder_as_output(self):
        os.mkdir(self.path("folder"))
        self.fails(1, "folder", "eval", "a + 1", "a=a.npy", "-o", "folder")

    def test_device_as_output(self):
        os.mkfifo(self.path("fifo"))
        self.fails(1, "fifo", "eval", "a + 1", "a=a.npy", "-o", "fifo")
        self.fails(1, "fifo", "create", "fifo", "--dtype", "f8", "--shape", "3")

    def test_read_only_folder(self):
        options = unprivileged()
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        self.fails(1, "Permission denied", "eval", "a + 1", "a=a.npy", "-o", "out.npy", **options)
        self.fails(1, "Permission denied", "create", "out.npy", "--dtype", "f8", "--shape", "3", **options)

    def test_shape_that_is_too_large(self):
        self.fails(1, "", "create", "a2.npy", "--dtype", "f8", "--shape", "4000000000,4000000000")

    def test_an_error_keeps_the_old_file(self):
        self.write("out.npy", b"old")
        self.fails(1, "", "eval", "a + nothing", "a=a.npy", "-o", "out.npy", caret=True)
        self.assertEqual(self.hash("out.npy"), hashlib.sha256(b"old").hexdigest())

    def test_standard_output_is_full(self):
        with open("/dev/full", "w") as full:
            self.fails(1, "standard output: No space left", "ops", stdout=full)
            self.fails(1, "No space left", "show", "a.npy", stdout=full)

    def test_a_closed_standard_output_is_no_door_into_the_result(self):
        self.fails(1, "standard output: Bad file descriptor", "show", "a.npy", stdout=None,
                   preexec_fn=lambda: os.close(1))
        result = self.run_program("eval", "a + 1", "a=a.npy", "-o", "out.npy", "--json", stdout=None,
                                  preexec_fn=lambda: os.close(1))
        self.assertEqual(result.returncode, 1)
        self.assertEqual(read_npy(self.path("out.npy"))[1], npy([2.0, 3.0, 4.0])[-24:])


@unittest.skipUnless(os.getuid() == 0 and shutil.which("mount"), "mounting a small file system needs root")
class FullDisk(Case):
    def setUp(self):
        super().setUp()
        self.disk = self.path("disk")
        os.mkdir(self.disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", self.disk],
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk])
        self.write("a.npy", npy([1.0] * 200_000))

    def test_nothing_is_left_on_a_full_disk(self):
        self.fails(1, "No space left on device", "eval", "a + 1", "a=a.npy", "-o", "disk/out.npy")
        self.fails(1, "No space left on device", "create", "disk/out.npy", "--dtype", "f8", "--shape", "200000")
        self.fails(1, "No space left on device", "create", "disk/out.npy", "--dtype", "f8", "--shape", "200000",
                   "--fill", "normal")
        self.assertEqual(os.listdir(self.disk), [])

    def test_the_old_file_stays(self):
        with open(os.path.join(self.disk, "out.npy"), "wb") as file:
            file.write(b"old")
        self.fails(1, "No space left on device", "eval", "a + 1", "a=a.npy", "-o", "disk/out.npy")
        with open(os.path.join(self.disk, "out.npy"), "rb") as file:
            self.assertEqual(file.read(), b"old")
        self.assertEqual(os.listdir(self.disk), ["out.npy"])


class Outputs(Case):
    def test_two_outputs_in_one_file(self):
        self.write("x.npy", npy([1.0, 2.0]))
        for second in ("out.npy", "./out.npy"):
            self.fails(1, "two outputs go to one file", "eval", "x", "x + 1", "x=x.npy", "-o", "out.npy", "-o", second)
        self.succeeds("eval", "x", "x + 1", "x=x.npy", "-o", "out.npz::a", "-o", "./out.npz::b")
        self.assertIn("arrays    2", self.succeeds("info", "out.npz"))


class Interrupted(Case):
    def test_control_c_leaves_nothing_behind(self):
        elements = 1 << 28
        with open(self.path("zeros.bin"), "wb") as file:
            file.truncate(4 * elements)
        for number, status in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
            before = sorted(os.listdir(self.folder))
            child = subprocess.Popen([PROGRAM, "eval", "sum(sin(cos(sin(cos(a)))) ** 2.5)", "a=zeros.bin", "--raw",
                                      f"f4:{elements}", "--threads", "1"],
                                     cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.5)
            self.assertIsNone(child.poll(), "it ended before it could be interrupted")
            child.send_signal(number)
            began = time.monotonic()
            output, errors = child.communicate(timeout=60)
            self.assertEqual((child.returncode, output, errors), (status, b"", b"farray: interrupted\n"))
            self.assertLess(time.monotonic() - began, 5)
            self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_an_interrupted_output_is_not_there(self):
        elements = 1 << 27
        with open(self.path("zeros.bin"), "wb") as file:
            file.truncate(4 * elements)
        for number in (signal.SIGINT, signal.SIGPIPE):
            child = subprocess.Popen([PROGRAM, "eval", "sin(cos(sin(cos(sin(cos(a)))))) ** 2.5", "a=zeros.bin", "--raw",
                                      f"f4:{elements}", "--threads", "1", "-o", "out.npy"],
                                     cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.2)
            child.send_signal(number)
            output, errors = child.communicate(timeout=60)
            if child.returncode != 0:  # a fast machine may have finished
                self.assertEqual((child.returncode, output, errors), (128 + number, b"", b"farray: interrupted\n"))
                self.assertEqual(os.listdir(self.folder), ["zeros.bin"])
            else:
                os.remove(self.path("out.npy"))

    @unittest.skipIf(os.environ.get("FARRAY_SANITIZE"), "sanitizers want all of the address space")
    def test_a_product_ends_where_address_space_is_short(self):
        """OpenBLAS has threads of its own where it may, and such a thread waits for memory that never comes."""
        for limit in (120000 << 10, 150000 << 10, 200000 << 10, 300000 << 10):
            self.succeeds("eval", "eye(700) @ eye(700)", "-o", "product.npy", "--memory", "4M",
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
            os.remove(self.path("product.npy"))

    def test_output_past_the_limit_of_file_sizes_is_an_error(self):
        self.write("a.npy", npy([float(i) for i in range(100)]))
        with open(self.path("out.txt"), "wb") as out:
            ended = subprocess.run([PROGRAM, "show", "a.npy"], cwd=self.folder, stdout=out, stderr=subprocess.PIPE,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)))
        self.assertEqual((ended.returncode, ended.stderr), (1, b"farray: standard output: File too large\n"))

    def test_few_descriptors_leave_all_or_nothing(self):
        """Whatever cannot be opened is missed before the new file has its name."""
        self.write("a.npy", npy([float(i) for i in range(100)]))
        made = set()
        for most in range(4, 20):
            result = self.run_program("eval", "a * 2", "a=a.npy", "-o", "out.npy", "--quiet",
                                      preexec_fn=lambda most=most: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
            found = sorted(os.listdir(self.folder))
            if result.returncode != 0:
                self.assertEqual(found, ["a.npy"], (most, result.stderr))
                continue
            self.assertEqual(found, ["a.npy", "out.npy"], most)
            os.remove(self.path("out.npy"))
            made.add(most)
        self.assertIn(19, made)


if __name__ == "__main__":
    unittest.main()
