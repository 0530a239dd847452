# SPDX-License-Identifier: BSD-3-Clause
"""What one run costs: seconds, processor time, faults that read, growth of resident memory, bytes from the disk.
Knows nothing about what runs. Linux.
"""
import gc
import resource
import time


def _status(word):
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(word):
                return int(line.split()[1]) * 1024
    return 0


def _read_bytes():
    try:
        with open("/proc/self/io", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("read_bytes"))
    except OSError:
        return 0


def forget_peak():
    """VmHWM begins anew at what is resident now."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def measure(run):
    """Runs it once: ({seconds, cpu_seconds, major_faults, resident_growth, read_bytes}, result)."""
    gc.collect()
    gc.disable()
    forget_peak()
    resident, read = _status("VmHWM"), _read_bytes()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    gc.enable()
    return {
        "seconds": seconds,
        "cpu_seconds": after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime,
        "major_faults": after.ru_majflt - usage.ru_majflt,
        "resident_growth": _status("VmHWM") - resident,
        "read_bytes": _read_bytes() - read,
    }, result
