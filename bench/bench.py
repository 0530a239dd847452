# SPDX-License-Identifier: BSD-3-Clause
"""farray beside NumPy and numexpr, and beside what the machine can do, in one process.

Each row is one job. In every round farray, its peers and the probe of the limit run one after the other, so that a machine
that changes its mind changes it for all. Figures are ratios: farray's speed over the best peer's and over the limit's,
by the fastest round and by the median of the rounds' own ratios. Peers are used at their best: out=, all threads, nothing
allocated while they are timed. Ends with the table, and with build/bench.json.
"""
import argparse
import ctypes
import json
import os
import resource
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "random"))

import numexpr  # noqa: E402
import numpy as np  # noqa: E402

import farray_ctypes  # noqa: E402

TRIAD, READ = 0, 1


class Machine:
    """The probe of build/libbench_probe.so."""

    def __init__(self, build, bytes_, threads):
        self.c = ctypes.CDLL(os.path.join(build, "libbench_probe.so"))
        self.c.probe_start.restype = ctypes.c_void_p
        self.c.probe_start.argtypes = [ctypes.c_size_t, ctypes.c_int]
        self.c.probe_memory.restype = ctypes.c_double
        self.c.probe_memory.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.probe = self.c.probe_start(bytes_, threads)
        if not self.probe:
            raise MemoryError("no memory for the probe")

    def speed(self, kind):
        return self.c.probe_memory(self.probe, kind)


class Farray:
    """The same arrays on farray's side: in its memory, or in .npy files that are in the page cache."""

    def __init__(self, build, arrays, where, threads):
        self.library = farray_ctypes.Library(build)
        self.library.set_threads(threads)
        if where == "memory":
            self.library.set_memory_limit(16 * sum(a.nbytes for a in arrays.values()))
        self.folder = None if where == "memory" else where
        self.arrays = {name: self.bring(name, array) for name, array in arrays.items()}
        shape = next(iter(arrays.values())).shape
        self.out = self.target("out", "<f8", shape)
        self.truth = self.target("truth", "|b1", shape)

    def target(self, name, dtype, shape):
        if self.folder is None:
            return self.library.zeros(dtype, shape)
        return self.library.create(os.path.join(self.folder, name), dtype, shape)

    def bring(self, name, array):
        if self.folder is None:
            dtype = self.library.dtype(array.dtype.str)
            return self.library.array("from_data", dtype, farray_ctypes._shape(array.shape), array.ctypes.data)
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            np.save(file, array)
        return self.library.open(path, farray_ctypes.READ_ONLY)

    def into(self, target, text):
        return lambda: self.library.eval_into(target, text, self.arrays)

    def reduce(self, text):
        def run():
            result = self.library.eval(text, self.arrays)
            self.library.evaluate(result)
            return np.frombuffer(self.library.get_all(result)).reshape(result.shape)
        return run


def workloads(farray, arrays):
    """Rows: number, name, bytes that the job moves for each element, its limit, farray, peers, and a check."""
    a, b = arrays["a"], arrays["b"]
    out, other = np.empty_like(a), np.empty_like(a)
    truth, more = np.empty(a.shape, bool), np.empty_like(a)
    for scratch in (out, other, truth, more):
        scratch.fill(0)

    def numpy_1():
        np.multiply(a, 2, out=out)
        np.multiply(b, 3, out=other)
        np.add(out, other, out=out)

    def numpy_2():
        np.multiply(a, b, out=out)
        np.multiply(a, 4.1, out=other)
        np.subtract(out, other, out=out)
        np.multiply(b, 2.5, out=other)
        np.greater(out, other, out=truth)

    def numpy_3():
        np.multiply(a, -.5, out=out)
        np.multiply(out, a, out=out)
        np.exp(out, out=out)
        np.sin(b, out=other)
        np.multiply(out, other, out=out)

    def numpy_4():
        np.subtract(a, b, out=out)
        np.multiply(out, out, out=out)
        return out.sum()

    def text(expression, result=None):
        if result is None:
            return lambda: numexpr.evaluate(expression, {"a": a, "b": b})
        return lambda: numexpr.evaluate(expression, {"a": a, "b": b}, out=result)

    rows = [
        ("1", "2*a+3*b", 24, TRIAD, farray.into(farray.out, "2*a+3*b"),
         {"numpy": numpy_1, "numexpr": text("2*a+3*b", out)}),
        ("2", "a*b-4.1*a > 2.5*b", 17, READ, farray.into(farray.truth, "a*b-4.1*a > 2.5*b"),
         {"numpy": numpy_2, "numexpr": text("a*b-4.1*a > 2.5*b", truth)}),
        ("3", "exp(-.5*a*a)*sin(b)", 24, TRIAD, farray.into(farray.out, "exp(-.5*a*a)*sin(b)"),
         {"numpy": numpy_3, "numexpr": text("exp(-.5*a*a)*sin(b)", out)}),
        ("4", "sum((a-b)**2)", 16, READ, farray.reduce("sum((a-b)**2)"),
         {"numpy": numpy_4, "numexpr": text("sum((a-b)**2)")}),
        ("4", "sum(a)", 8, READ, farray.reduce("sum(a)"), {"numpy": lambda: a.sum(), "numexpr": text("sum(a)")}),
    ]
    for name, peer in (("sum", True), ("std", False), ("max", True)):
        for axis in (None, 0, 1):
            if name == "sum" and axis is None:
                continue
            words = "" if axis is None else f", axis={axis}"
            peers = {"numpy": lambda name=name, axis=axis: getattr(np, name)(a, axis=axis)}
            if peer:
                peers["numexpr"] = text(f"{name}(a{words})")
            rows.append(("5", f"{name}(a{words})", 8, READ, farray.reduce(f"{name}(a{words})"), peers))
    return rows


def same(row, farray, out, arrays):
    """Whether farray's answer is the answer; a fast wrong one is worth nothing."""
    _, expression, _, _, run, peers = row
    found = run()
    if found is None:
        target = farray.truth if ">" in expression else farray.out
        take = (slice(0, 3),) if out.ndim == 1 else (slice(0, 3), slice(0, 50))
        piece = farray.library.index(target, take)
        found = np.frombuffer(farray.library.get_all(piece), bool if ">" in expression else "f8").reshape(piece.shape)
        small = {name: array[take] for name, array in arrays.items()}
        expected = eval(expression, {"exp": np.exp, "sin": np.sin}, small)
        return np.allclose(found, expected, rtol=1e-14) if found.dtype == "f8" else np.array_equal(found, expected)
    expected = peers["numpy"]()
    return np.allclose(found, expected, rtol=1e-9)


def resident_peak():
    """Bytes at most since the last call of forget_peak()."""
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0


def forget_peak():
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass


def timed(run):
    usage = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    run()
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    return seconds, after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime, after.ru_majflt - usage.ru_majflt


def measure(row, count, machine, rounds):
    number, name, bytes_each, kind, run, peers = row
    runs = {"farray": run, **peers}
    for warm in runs.values():
        warm()
    seconds = {who: [] for who in runs}
    limits, peak, cpu, faults = [], 0, [], 0
    for _ in range(rounds):
        limits.append(machine.speed(kind))
        for who, job in runs.items():
            forget_peak()
            before = resident_peak()
            spent, cpu_spent, faulted = timed(job)
            seconds[who].append(spent)
            if who == "farray":
                peak = max(peak, resident_peak() - before)
                cpu.append(cpu_spent)
                faults += faulted
    size = bytes_each * count
    best = {who: min(times) for who, times in seconds.items()}
    peer = min((who for who in best if who != "farray"), key=best.get)
    paired = [min(seconds[who][i] for who in peers) / seconds["farray"][i] for i in range(rounds)]
    to_limit = [size / seconds["farray"][i] / limits[i] for i in range(rounds)]
    return {
        "workload": number, "name": name, "best_peer": peer,
        "gigabytes_per_second": {who: size / t / 1e9 for who, t in best.items()},
        "limit_gigabytes_per_second": max(limits) / 1e9, "limit": "triad" if kind == TRIAD else "read",
        "to_peer": {"fastest": best[peer] / best["farray"], "median": statistics.median(paired), "least": min(paired)},
        "to_limit": {"fastest": size / best["farray"] / max(limits), "median": statistics.median(to_limit)},
        "resident_growth_bytes": peak, "cpu_seconds": statistics.median(cpu), "major_faults": faults,
    }


def print_table(rows, skipped):
    print(f"\n{'':2} {'job':<22} {'farray':>7} {'numpy':>7} {'numexpr':>8} {'limit':>6}  GB/s"
          f"{'to best peer':>19} {'to limit':>13} {'resident':>10} {'CPU s':>6} {'faults':>6}")
    for row in rows:
        speed = row["gigabytes_per_second"]
        print(f"{row['workload']:2} {row['name']:<22} {speed['farray']:7.1f} {speed['numpy']:7.1f} "
              f"{speed.get('numexpr', float('nan')):8.1f} {row['limit_gigabytes_per_second']:6.1f}      "
              f"{row['to_peer']['fastest']:8.2f} ({row['to_peer']['median']:.2f})"
              f"{row['to_limit']['fastest']:7.2f} ({row['to_limit']['median']:.2f})"
              f"{row['resident_growth_bytes'] / 1e6:+8.1f} MB {row['cpu_seconds']:6.2f} {row['major_faults']:6}")
    print("ratios: the fastest rounds' (the median of the rounds' own)")
    for name in skipped:
        print(f"wrong answer: {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=512, metavar="MIB", help="of each array (default 512)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="jobs whose name contains this")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--where", default="memory", metavar="memory|FOLDER",
                        help="where farray's arrays are: in memory, or in files of a folder")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    options = parser.parse_args()

    side = max(16, int((options.size * 2 ** 20 / 8) ** 0.5) // 16 * 16)
    generator = np.random.default_rng(1)
    arrays = {name: generator.standard_normal((side, side)) for name in "ab"}
    numexpr.set_num_threads(options.threads)
    machine = Machine(options.build, side * side * 8, options.threads)
    farray = Farray(options.build, arrays, options.where, options.threads)
    print(f"{side} x {side} float64, {side * side * 8 / 2 ** 20:.0f} MiB an array, {options.threads} threads, "
          f"{options.rounds} rounds; NumPy {np.__version__}, numexpr {numexpr.__version__}", flush=True)
    results, wrong = [], []
    for row in workloads(farray, arrays):
        if options.only and options.only not in row[1]:
            continue
        if not same(row, farray, arrays["a"], arrays):
            wrong.append(row[1])
            continue
        results.append(measure(row, side * side, machine, options.rounds))
        print(f"  {row[1]}: {results[-1]['to_peer']['fastest']:.2f} of {results[-1]['best_peer']}", flush=True)
    print_table(results, wrong)
    with open(os.path.join(options.build, "bench.json"), "w", encoding="utf-8") as file:
        json.dump({"bytes_per_array": side * side * 8, "threads": options.threads, "rounds": options.rounds,
                   "rows": results}, file, indent=1)
    if options.where != "memory":
        for name in ("a", "b", "out", "truth"):
            os.unlink(os.path.join(options.where, name))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
