# SPDX-License-Identifier: BSD-3-Clause
"""Runs oracle_kernels.py on this build's kernels, also under sanitizers. Skipped without NumPy or without AVX-512."""
import os
import subprocess
import sys

SKIPPED = 77


def main():
    try:
        import numpy  # noqa: F401
    except ImportError:
        return SKIPPED
    with open("/proc/cpuinfo") as processor:
        if "avx512vl" not in processor.read():
            return SKIPPED
    environment = dict(os.environ)
    if "address" in environment.get("FARRAY_SANITIZE", ""):
        compiler = environment.get("FARRAY_CC", "gcc")
        libraries = [subprocess.run([compiler, "-print-file-name=" + name], capture_output=True, text=True).stdout.strip()
                     for name in ("libasan.so", "libubsan.so")]
        if not all(os.path.isabs(library) for library in libraries):
            return SKIPPED  # clang's runtime cannot be loaded into Python
        environment["LD_PRELOAD"] = " ".join(libraries)
        environment["ASAN_OPTIONS"] = "detect_leaks=0"
    library = os.path.join(environment["FARRAY_BUILD"], "libkernel_oracle.so")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle_kernels.py")
    return subprocess.run([sys.executable, script, library, *sys.argv[1:]], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
