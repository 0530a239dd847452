# SPDX-License-Identifier: BSD-3-Clause
"""Guard rails beside the workloads: what a call on one element costs from C, and what a second thread brings."""
import os
import subprocess

import ratios
import workloads
from measuring import measure

SCALED = ("axpby", "exp sin", "squares", "std")


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
