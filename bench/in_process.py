# SPDX-License-Identifier: BSD-3-Clause
"""Conditions in which all contenders live in this process and are run one after the other in every round, with the probe of
the limit: "hot", arrays in memory; "cached", the same in files that the page cache has.
"""
import os

import operands
import peers
import workloads
from checking import right
from measuring import measure
from record import record, refused
from with_farray import Failed


class Hot:
    name, files = "hot", False

    def __init__(self, bench):
        self.bench, self.farray, self.machine, self.n = bench, bench.farray, bench.machine, bench.n
        self.operands = operands.InMemory(self.n)

    def work(self, row):
        return self.operands.work(row)

    def variables(self, row, work):
        return {name: self.farray.in_memory(name, array) for name, array in work.arrays.items()}

    def target(self, row):
        return self.farray.target_in_memory(*self.operands.wanted(row), self.n)

    def finish(self, row):
        """Nothing is left behind in memory."""

    def run(self, row):
        """The record of one row."""
        if not self.farray.has(row):
            return refused(row, self.name, "not there")
        row = row.bound(self.n)
        work = self.work(row)
        variables, target = self.variables(row, work), self.target(row)

        def mine():
            return self.farray.compute(row, variables, self.n, target)
        try:
            if not right(row, mine(), work.arrays):
                return refused(row, self.name, "wrong")
            return self.rounds(row, mine, work)
        except Failed as why:
            return refused(row, self.name, f"failed: {why}")
        finally:
            self.finish(row)

    def warmed(self, row, work):
        """{peer: job}, each run once; and {peer: why not}."""
        jobs, failed = {}, {}
        for name, module in self.bench.peers.items():
            job = module.job(row)
            if job is None:
                continue
            try:
                job(work)
                jobs[name] = lambda job=job: job(work)
            except Exception as why:  # whatever another library raises is its own affair, and is reported
                failed[name] = f"failed: {why!r:.100}"
        return jobs, failed

    def rounds(self, row, mine, work):
        jobs, failed = self.warmed(row, work)
        jobs = {"farray": mine, **jobs}
        runs, limits = {name: [] for name in jobs}, []
        kinds = {kind for _, kind in workloads.costs(row, self.n)}
        for _ in range(self.bench.rounds):
            limits.append(workloads.limit_seconds(row, self.n, self.machine.speeds(kinds)))
            for name, job in jobs.items():
                operands.settle()
                runs[name].append(measure(job)[0])
        return record(row, self.name, self.n, runs, limits, failed)


class Cached(Hot):
    name = "cached"

    def __init__(self, bench):
        super().__init__(bench)
        self.folder = os.path.join(bench.folder, "cached")
        os.makedirs(self.folder, exist_ok=True)
        self.operands = operands.InFiles(self.folder, self.n)

    def work(self, row):
        self.operands.make(workloads.operands_of(row))
        return self.operands.work(row, self.operands.new_target(row, "peer"))

    def variables(self, row, work):
        return {name: self.farray.opened(self.operands.path(name)) for name in work.arrays}

    def target(self, row):
        if row.target is None:
            return None
        self.operands.new_target(row, "mine").flush()
        return self.farray.opened(self.operands.path("mine"), writable=True)

    def finish(self, row):
        for out in ("peer", "mine"):
            self.operands.remove_output(out)


def load_peers(names, threads, say):
    """{name: module} of those that are installed."""
    loaded = {}
    for name in names:
        try:
            loaded[name] = peers.load(name, threads)
        except peers.Missing as why:
            say(f"not installed: {why}")
    return loaded
