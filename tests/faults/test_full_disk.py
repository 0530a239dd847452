# SPDX-License-Identifier: BSD-3-Clause
"""Full disks: create, eval into a file, and results that go to scratch, on file systems of 64 KiB to 8 MiB. Where the
bytes do not fit there is one line that says so, nothing is left beside the target, and an old file of that name is as it
was; where they fit, the file is whole."""
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from command_line import Case, npy, read_npy

HEADER, PAGE = 128, 4096
DISKS = {"64k": 64 << 10, "256k": 256 << 10, "1m": 1 << 20, "8m": 8 << 20}
FULL = "No space left on device"


@unittest.skipUnless(os.getuid() == 0 and shutil.which("mount"), "mounting a small file system needs root")
class FullDisk(Case):
    def disk(self, size):
        """A fresh file system of that size, gone when the test ends."""
        folder = self.path("disk-" + size)
        os.mkdir(folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
                          stderr=subprocess.DEVNULL, check=False).returncode != 0:
            self.skipTest("a tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        return os.path.basename(folder)

    def old_file(self, path):
        with open(self.path(path), "wb") as file:
            file.write(b"an old file")

    def is_old(self, path):
        with open(self.path(path), "rb") as file:
            self.assertEqual(file.read(), b"an old file")

    def sizes_around(self, disk_bytes):
        """Counts of doubles whose file is just too large for the disk: by an element, a page, and by far."""
        first = (disk_bytes - HEADER) // 8 + 1
        return [first, first + PAGE // 8, first + 1000000]

    def test_create_and_eval(self):
        for size, disk_bytes in DISKS.items():
            disk = self.disk(size)
            for count in self.sizes_around(disk_bytes):
                with self.subTest(disk=size, elements=count):
                    self.write("a.npy", npy([1.5] * count))
                    for old in [False, True]:
                        if old:
                            self.old_file(disk + "/out.npy")
                        for arguments in [("create", disk + "/out.npy", "--dtype", "f8", "--shape", str(count)),
                                          ("create", disk + "/out.npy", "--dtype", "f8", "--shape", str(count), "--fill",
                                           "arange"),
                                          ("eval", "a + 1", "a=a.npy", "-o", disk + "/out.npy"),
                                          ("eval", "a[::-1] * 2 + sum(a)", "a=a.npy", "-o", disk + "/out.npy")]:
                            self.fails(1, FULL, *arguments)
                            self.assertEqual(os.listdir(self.path(disk)), ["out.npy"] if old else [], arguments)
                    self.is_old(disk + "/out.npy")
                    os.remove(self.path(disk + "/out.npy"))

    def test_archives(self):
        """Arrays that are stored, compressed, and copied from the archive that is replaced."""
        for size, disk_bytes in DISKS.items():
            disk = self.disk(size)
            out = disk + "/out.npz"
            count = disk_bytes // 16
            self.write("a.npy", npy([1.5] * (2 * count)))
            self.succeeds("create", "noise.npy", "--dtype", "f8", "--shape", str(3 * count), "--fill", "normal")
            with self.subTest(disk=size):
                self.fails(1, FULL, "eval", "a", "a=a.npy", "-o", out + "::a")
                self.fails(1, FULL, "eval", "a[::2]", "a[::2]", "a=a.npy", "-o", out + "::a", "-o", out + "::b")
                self.fails(1, FULL, "convert", "noise.npy", out, "--codec", "deflate")
                self.assertEqual(os.listdir(self.path(disk)), [])
                self.succeeds("eval", "a[::8]", "a=a.npy", "-o", out + "::a")
                before = self.succeeds("info", out)
                self.fails(1, FULL, "eval", f"a[:{count * 3 // 2}]", "a=a.npy", "-o", out + "::b")
                self.fails(1, FULL, "convert", "a.npy", out)
                self.assertEqual((os.listdir(self.path(disk)), self.succeeds("info", out)), (["out.npz"], before))

    def test_what_fits_is_written(self):
        for size, disk_bytes in DISKS.items():
            disk = self.disk(size)
            for count in [(disk_bytes - HEADER) // 8, (disk_bytes - HEADER - PAGE) // 8]:
                with self.subTest(disk=size, elements=count):
                    self.write("a.npy", npy([1.5] * count))
                    self.succeeds("eval", "a + 1", "a=a.npy", "-o", disk + "/out.npy")
                    self.assertEqual(os.listdir(self.path(disk)), ["out.npy"])
                    self.assertEqual(read_npy(self.path(disk + "/out.npy"))[1], npy([2.5] * count)[-8 * count:])
                    os.remove(self.path(disk + "/out.npy"))

    def test_old_and_new_do_not_fit_together(self):
        """The old file lives until the new one is whole, so that both must fit."""
        disk = self.disk("1m")
        self.write("a.npy", npy([1.5] * 80000))
        self.succeeds("eval", "a + 1", "a=a.npy", "-o", disk + "/out.npy")
        self.fails(1, FULL, "eval", "a + 2", "a=a.npy", "-o", disk + "/out.npy")
        self.assertEqual(read_npy(self.path(disk + "/out.npy"))[1], npy([2.5] * 80000)[-640000:])

    def test_scratch(self):
        """A tmpfs is charged as memory, so that its being full is one of two things to say."""
        count = 200000
        self.write("a.npy", npy([1.5] * count))
        needs_all = ("eval", "(a * 2).reshape(-1, 2).reshape(-1)[::3] + 1", "a=a.npy", "-o", "out.npy")
        for size in DISKS:
            disk = self.disk(size)
            environment = dict(os.environ, FARRAY_TMPDIR=self.path(disk))
            for memory in ["64K", "1M"]:
                with self.subTest(disk=size, memory=memory):
                    result = self.run_program(*needs_all, "--memory", memory, env=environment)
                    if result.returncode == 0:
                        self.assertEqual(read_npy(self.path("out.npy"))[1], npy([4.0] * 66667)[-8 * 66667:])
                        os.remove(self.path("out.npy"))
                    else:
                        self.assertRegex(result.stderr.decode(), FULL + "|the limit of .* has no room for it")
                        self.assertEqual((result.returncode, result.stderr.count(b"\n")), (1, 1))
                    self.assertEqual(os.listdir(self.path(disk)), [])
                    self.assertEqual([name for name in os.listdir(self.folder) if not name.startswith("disk")], ["a.npy"])


if __name__ == "__main__":
    unittest.main()
