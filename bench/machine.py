# SPDX-License-Identifier: BSD-3-Clause
"""What this machine is and what it can do at best, probed in the run that asks: memory and vector mathematics by
build/libbench_probe.so, matrix products by NumPy's OpenBLAS. Knows nothing about farray.
"""
import ctypes
import os
import platform
import time

import numpy as np
import threadpoolctl

import workloads

KINDS = {workloads.TRIAD: 0, workloads.READ: 1, workloads.COPY: 2, workloads.FILL: 3, workloads.MATH: 4}
DGEMM_SIDE = 2048


class Machine:
    def __init__(self, build, bytes_, threads):
        self.c = ctypes.CDLL(os.path.join(build, "libbench_probe.so"))
        self.c.probe_start.restype = ctypes.c_void_p
        self.c.probe_start.argtypes = [ctypes.c_size_t, ctypes.c_int]
        self.c.probe_memory.restype = ctypes.c_double
        self.c.probe_memory.argtypes = [ctypes.c_void_p, ctypes.c_int]
        for name in ("probe_disk_write", "probe_disk_read"):
            getattr(self.c, name).restype = ctypes.c_double
        self.c.probe_disk_write.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
        self.c.probe_disk_read.argtypes = [ctypes.c_char_p]
        self.probe = self.c.probe_start(bytes_, threads)
        if not self.probe:
            raise MemoryError("no memory for the probe")
        self.matrices = None

    def speed(self, kind):
        """Bytes, elements or operations a second, now."""
        return self.dgemm() if kind == workloads.DGEMM else self.c.probe_memory(self.probe, KINDS[kind])

    def speeds(self, kinds):
        return {kind: self.speed(kind) for kind in kinds}

    def dgemm(self):
        if self.matrices is None:
            self.matrices = [np.full((DGEMM_SIDE, DGEMM_SIDE), number) for number in (1., 2., 0.)]
        began = time.perf_counter()
        np.matmul(self.matrices[0], self.matrices[1], out=self.matrices[2])
        return 2 * DGEMM_SIDE ** 3 / (time.perf_counter() - began)

    def disk(self, folder, bytes_):
        """The disk under `folder`, by a file of its own."""
        path = os.fsencode(os.path.join(folder, "probe"))
        try:
            return {"disk write": self.c.probe_disk_write(path, bytes_), "disk read": self.c.probe_disk_read(path)}
        finally:
            os.unlink(path)


def blas():
    """The kernel that NumPy's OpenBLAS runs."""
    return next((pool["architecture"] for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "openblas"), "")


def description(threads):
    """For people who read the figures."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        lines = file.read().splitlines()
    model = next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"processor": model.strip(), "avx512": "avx512f" in flags, "threads": threads, "memory_bytes": pages,
            "system": f"{platform.system()} {platform.release()}", "openblas": blas()}
