# SPDX-License-Identifier: BSD-3-Clause
"""Debian's packages, as `./dev package` leaves them: what is in them, and whether programs can be built and run with them.

Packages are unpacked into a root of their own; with FARRAY_LONG they are installed with apt into a bare Debian made by
debootstrap as well, which needs root and the network."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["FARRAY_SOURCE"]
PROGRAM = os.environ["FARRAY_PROGRAM"]
PACKAGES = sorted(glob.glob(os.path.join(SOURCE, "build-package", "packages", "*.deb")))
CONSUMER = os.path.join(SOURCE, "tests", "install")
PRINTED = "[1. 2. 3.]\n"


def run(*command, **environment):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env=dict(os.environ, **environment))
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}")
    return result.stdout


def commands():
    """The names of the commands, as --help lists them."""
    return [line.split()[1] for line in run(PROGRAM, "--help").splitlines() if line.startswith("  farray ")]


class Unpacked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="farray-package-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.root = os.path.join(cls.folder, "root")
        for package in PACKAGES:
            run("dpkg-deb", "-x", package, cls.root)
        [cls.libraries] = [os.path.dirname(name) for name in glob.glob(cls.root + "/usr/lib/**/libfarray.so", recursive=True)]
        cls.program = os.path.join(cls.folder, "program")

    def test_packages(self):
        names = [run("dpkg-deb", "-f", package, "Package").strip() for package in PACKAGES]
        self.assertEqual(names, ["farray", "libfarray-dev", "libfarray0"])
        for package in PACKAGES[:2]:
            self.assertRegex(run("dpkg-deb", "-f", package, "Depends"), r"\blibfarray0 \(= ")
        self.assertRegex(run("dpkg-deb", "-f", PACKAGES[2], "Depends"), r"\blibc6 .*\blibsleef3\b")

    def test_every_package_says_its_licence(self):
        for name in ("farray", "libfarray-dev", "libfarray0"):
            with open(os.path.join(self.root, "usr/share/doc", name, "copyright"), encoding="utf-8") as file:
                self.assertIn("BSD 3-Clause", file.read())

    def test_plain_cc(self):
        run("cc", "-std=c17", os.path.join(CONSUMER, "consumer.c"), "-I", self.root + "/usr/include", "-L", self.libraries,
            "-lfarray", "-o", self.program)
        self.assertEqual(run(self.program, LD_LIBRARY_PATH=self.libraries), PRINTED)

    def test_pkg_config(self):
        flags = run("pkg-config", "--cflags", "--libs", "farray", PKG_CONFIG_PATH=self.libraries + "/pkgconfig").split()
        run("cc", "-std=c17", os.path.join(CONSUMER, "consumer.c"), *flags, "-o", self.program)
        self.assertEqual(run(self.program, LD_LIBRARY_PATH=self.libraries), PRINTED)

    def test_find_package(self):
        build = os.path.join(self.folder, "build")
        run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={self.root}/usr")
        run("cmake", "--build", build)
        self.assertEqual(run(os.path.join(build, "shared"), LD_LIBRARY_PATH=self.libraries), PRINTED)
        self.assertEqual(run(os.path.join(build, "static")), PRINTED)

    def test_the_command_line(self):
        self.assertIn("farray", run(self.root + "/usr/bin/farray", "--version", LD_LIBRARY_PATH=self.libraries))

    def test_a_manual_page_for_every_command(self):
        pages = {os.path.basename(page) for page in glob.glob(self.root + "/usr/share/man/man1/*")}
        self.assertEqual(pages, {"farray.1.gz"} | {f"farray-{command}.1.gz" for command in commands()})
        if shutil.which("mandoc"):
            for page in pages:
                found = subprocess.run(["mandoc", "-T", "lint", "-W", "error", f"{self.root}/usr/share/man/man1/{page}"],
                                       stdout=subprocess.PIPE, text=True)
                self.assertEqual(found.stdout, "", page)

    def bash(self, *words):
        """What bash offers for the last of the words."""
        script = (f"source {self.root}/usr/share/bash-completion/completions/farray\n"
                  f"COMP_WORDS=({' '.join(words)}) COMP_CWORD={len(words) - 1}\n"
                  "_farray\nprintf '%s\\n' \"${COMPREPLY[@]}\"")
        return run("bash", "-c", script).split()

    def test_bash_completes(self):
        self.assertEqual(self.bash("farray", "''"), commands() + ["--help", "--version"])
        self.assertEqual(self.bash("farray", "ev"), ["eval"])
        self.assertEqual(self.bash("farray", "create", "--or"), ["--order"])
        self.assertEqual(self.bash("farray", "create", "--order", "''"), ["C", "F"])
        self.assertNotIn("--fill", self.bash("farray", "show", "--"))

    def test_other_shells_can_read_theirs(self):
        share = self.root + "/usr/share"
        if shutil.which("zsh"):
            run("zsh", "-n", share + "/zsh/vendor-completions/_farray")
        if shutil.which("fish"):
            offered = run("fish", "-c", f"source {share}/fish/vendor_completions.d/farray.fish; complete -C 'farray '")
            self.assertEqual({line.split("\t")[0] for line in offered.splitlines()} & set(commands()), set(commands()))


@unittest.skipUnless(os.environ.get("FARRAY_LONG") and os.geteuid() == 0 and shutil.which("debootstrap"),
                     "only in the long test, as root, with debootstrap")
class Installed(unittest.TestCase):
    def test_on_a_bare_debian(self):
        root = tempfile.mkdtemp(prefix="farray-debian-", dir="/var/tmp")
        self.addCleanup(shutil.rmtree, root)
        run("debootstrap", "--variant=minbase", "--include=ca-certificates", "stable" if not os.path.exists("/etc/os-release")
            else subprocess.check_output(["sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME"], text=True).strip(), root)
        for package in PACKAGES:
            shutil.copy(package, root)
        shutil.copytree(CONSUMER, root + "/consumer")
        for name in ("/etc/resolv.conf", "/etc/apt/sources.list"):
            if os.path.exists(name):
                shutil.copy(name, root + name)
        for folder in ("/etc/apt/apt.conf.d", "/etc/apt/sources.list.d"):
            shutil.copytree(folder, root + folder, dirs_exist_ok=True)

        def inside(command):
            return run("chroot", root, "sh", "-c", command, DEBIAN_FRONTEND="noninteractive", LC_ALL="C")

        inside("apt-get update -qq && apt-get install -y -qq --no-install-recommends /*.deb")
        self.assertIn("3", inside("farray create /a.npy --dtype f8 --shape 3 --fill 1 && farray eval 'sum(a)' a=/a.npy"))
        inside("apt-get install -y -qq --no-install-recommends gcc libc6-dev pkg-config cmake ninja-build libsleef-dev liburing-dev")
        for build in ("cc consumer.c -lfarray -o p", "cc consumer.c $(pkg-config --cflags --libs farray) -o p",
                      "cmake -G Ninja -S . -B b >/dev/null && cmake --build b >/dev/null && b/static && cp b/shared p"):
            self.assertTrue(inside(f"cd /consumer && {build} && ./p").endswith(PRINTED))
        inside("apt-get remove -y -qq libfarray0")
        self.assertFalse(os.path.exists(root + "/usr/bin/farray"))


if __name__ == "__main__":
    if len(PACKAGES) != 3:
        print("SKIP: ./dev package has built none")
        sys.exit(77)
    unittest.main()
