# SPDX-License-Identifier: BSD-3-Clause
"""Guard rails beside the workloads: what a call on one element costs from C, what a second thread brings, and what part of the
limit is reached on arrays of every size."""
import copy
import os
import shutil
import subprocess

import in_workers
import ratios
import workloads
from measuring import measure

SCALED = ("axpby", "exp sin", "squares", "std")
IN_MEMORY = (1, 2, 4, 8, 16, 32, 64, 256, 1024)  # MiB an array
IN_FILES = (64, 256, 1024, 4096, 16384)


def overhead(build):
    """{call: microseconds}"""
    lines = subprocess.run([os.path.join(build, "bench_overhead")], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {name: float(value) for name, value in (line.split("\t") for line in lines.splitlines())}


def scaling(hot, threads, rounds):
    """How many times as fast all threads are as one: {row: ratio}."""
    library, found = hot.farray.library, {}
    for name in SCALED:
        row = workloads.NAMED[name]
        work = hot.work(row)
        variables, target = hot.variables(row, work), hot.target(row)
        seconds = {1: [], threads: []}
        for _ in range(rounds + 1):
            for count, times in seconds.items():
                library.set_threads(count)
                times.append(measure(lambda: hot.farray.compute(row, variables, hot.n, target))[0]["seconds"])
        found[name] = ratios.paired(seconds[1][1:], seconds[threads][1:])
    library.set_threads(threads)
    return found


def sizes(build, threads, rounds):
    """{job: {MiB: ratio to the limit}}, in memory."""
    command = [os.path.join(build, "bench_sizes"), str(threads), str(rounds), *map(str, IN_MEMORY)]
    found = {}
    for line in subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        name, size, *values = line.split("\t")
        found.setdefault(name, {})[int(size)] = ratios.paired([float(value) for value in values], [1] * len(values))
    return found


def file_sizes(bench, most=IN_FILES[-1]):
    """{MiB: ratio to the disk} of a sum, cold."""
    row, found = workloads.NAMED["sum"], {}
    for size in [size for size in IN_FILES if size <= most]:
        alone = copy.copy(bench)
        alone.peers, alone.cold_n, alone.cold_rounds = {}, workloads.side(size), bench.rounds
        cold = in_workers.Cold(alone)
        try:
            found[size] = cold.run(row).get("to_limit")
        finally:
            cold.close()
            shutil.rmtree(cold.files.folder)
    return found
