# SPDX-License-Identifier: BSD-3-Clause
"""One contender in a process of its own, for conditions in which it may be killed or must not share memory with others.

usage: worker.py CONTENDER BUILD THREADS. Reads requests, one JSON object a line: {"row", "folder", "n"}; answers each with what
the run cost, or {"error"}. With "prepare", it makes the files that the contender wants beside those there are. The job is whole: from files in the folder to a durable file out0.npy there. Results that are no
files of their own are saved to out0.npy, out1.npy, ... afterwards, to be checked.
"""
import gc
import json
import sys

import numpy as np

import operands
import peers
import workloads
from measuring import measure


class FarrayJobs:
    def __init__(self, build, threads):
        from with_farray import Farray
        self.farray = Farray(build, threads)

    def prepare(self, row, files):
        """It wants none."""

    def run(self, row, files):
        variables = {name: self.farray.opened(files.path(name)) for name in workloads.operands_of(row)}
        return self.farray.compute(row, variables, files.n, path=files.path("out0"))

    def small_results(self, results):
        return [results.block(number, 0, shape[0] if shape else 1) for number, shape in enumerate(results.shapes)]


class PeerJobs:
    def __init__(self, name, threads):
        self.module = peers.load(name, threads)

    def prepare(self, row, files):
        getattr(self.module, "prepare", lambda *_: None)(row, files)

    def run(self, row, files):
        work = files.work(row, files.new_target(row, "out0"))
        result = self.module.job(row)(work)
        if work.target is not None:
            if result is not None:
                work.target[...] = result
            work.target.flush()
        elif row.keeps_array:
            np.save(files.path("out0"), np.asarray(result))
        if row.keeps_array:
            operands.sync(files.path("out0"))
        return result

    def small_results(self, results):
        return [np.asarray(result) for result in (results if isinstance(results, tuple) else (results,))]


def answer(jobs, request):
    row, files = workloads.NAMED[request["row"]].bound(request["n"]), operands.InFiles(request["folder"], request["n"])
    if request.get("prepare"):
        jobs.prepare(row, files)
        return {}
    cost, results = measure(lambda: jobs.run(row, files))
    if not row.keeps_array:
        for number, result in enumerate(jobs.small_results(results)):
            np.save(files.path(f"out{number}"), result)
    return cost


def main():
    contender, build, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    jobs = FarrayJobs(build, threads) if contender == "farray" else PeerJobs(contender, threads)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        try:
            reply = answer(jobs, json.loads(line))
        except Exception as why:  # told to who asked; the process goes on
            reply = {"error": f"{why!r:.150}"}
        gc.collect()  # a file that is still mapped does not leave the page cache
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
