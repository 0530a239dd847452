# SPDX-License-Identifier: BSD-3-Clause
"""Makes PyTorch's wheel of PyPI importable where CUDA's libraries are not: they are gigabytes, and no peer uses a GPU.

usage: torch_without_cuda.py SITE_PACKAGES. Every library that the wheel wants and the machine lacks is made beside the
wheel's own, empty but for the names that must exist while it loads. To call one of them would be an error of the system.
"""
import os
import re
import subprocess
import sys

NAMES = "libwithout_cuda.so"
LOADED = ("libtorch_python.so", "libtorch_cuda.so", "libtorch_nvshmem.so")


def asked(folder, *options):
    """What the loader says about the libraries that `import torch` brings in."""
    present = [os.path.join(folder, name) for name in LOADED if os.path.exists(os.path.join(folder, name))]
    if not present:
        return ""
    return subprocess.run(["ldd", *options, *present], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def make(folder, name, source="", *needed):
    """A shared library that the loader finds beside PyTorch's."""
    subprocess.run(["gcc", "-w", "-fno-builtin", "-shared", "-fPIC", f"-Wl,-soname,{name}", "-Wl,--no-as-needed",
                    "-Wl,-rpath,$ORIGIN", "-o", os.path.join(folder, name), "-x", "c", "-", "-x", "none",
                    *(os.path.join(folder, library) for library in needed)], input=source, text=True, check=True)


def main():
    folder = os.path.join(sys.argv[1], "torch", "lib")
    missing = sorted(set(re.findall(r"(\S+) => not found", asked(folder))))
    if not missing:
        return
    undefined = sorted(set(re.findall(r"undefined symbol: (\w+)", asked(folder, "-r"))))
    names = [name for name in undefined if re.match(r"cu[A-Z_a-z]|nccl|nvrtc|nvshmem", name)]
    # In a library of their own: the loader refuses a name without a version in a library that is asked for versions.
    make(folder, NAMES, "".join(f"char {name}[64];\n" for name in names))
    for library in missing:
        make(folder, library, "", NAMES)
    print(f"PyTorch without CUDA: stand-ins for {', '.join(missing)}")


if __name__ == "__main__":
    main()
