# SPDX-License-Identifier: BSD-3-Clause
"""Conditions from file to file, each contender in a process of its own: "cold", nothing in the page cache, which is checked by
the bytes that come from the disk; "capped", the same in a control group of 512 MiB, in which some are killed; "tight", farray
alone with a memory limit of 64 MiB.
"""
import json
import os
import select
import subprocess
import sys

import numpy as np

import operands
import peers
import workloads
from checking import right
from record import record, refused

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tests", "faults"))
from control_group import ControlGroup, Unavailable  # noqa: E402

PATIENCE = 600  # seconds for one run
WARM_SIDE = 256
PROBED = 512 << 20  # bytes of the disk's probe
TIGHT = 64 << 20


class Ended(Exception):
    """A worker that gives no answer; the message says why."""


class Worker:
    def __init__(self, contender, bench, cap=None, environment=()):
        self.group = ControlGroup(cap) if cap else None
        command = [sys.executable, os.path.join(HERE, "worker.py"), contender, bench.build, str(bench.threads)]
        if self.group:
            command = ["sh", "-c", f'{self.group.join} && exec "$0" "$@"', *command]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env={**os.environ, **dict(environment)}, text=True)
        self.warm = set()
        self._answer()

    def _answer(self):
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        if line:
            return json.loads(line)
        self.process.kill()
        self.process.wait()
        killed = self.group is not None and self.group.kills() > 0
        raise Ended("timed out" if not ready else "killed" if killed else f"ended with {self.process.returncode}")

    def run(self, row, files, prepare=False):
        """What it cost; raises Ended."""
        request = {"row": row.name, "folder": files.folder, "n": files.n, "prepare": prepare}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        if "error" in answer:
            raise Ended(f"failed: {answer['error']}")
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if self.group:
            self.group.__exit__()


class FileResults:
    """Results that a worker left in its folder."""

    def __init__(self, files, count):
        self.arrays = [np.load(files.path(f"out{number}"), mmap_mode="r") for number in range(count)]
        self.shapes = [array.shape for array in self.arrays]

    def block(self, number, start, stop):
        array = self.arrays[number]
        return array[start:stop] if array.ndim else np.asarray(array)


class Cold:
    name, cap, environment = "cold", None, ()

    def __init__(self, bench):
        self.bench, self.n, self.count = bench, bench.cold_n, bench.cold_rounds
        self.files = self._folder("files", self.n)
        self.small = self._folder("small", WARM_SIDE)
        self.workers = {}

    def _folder(self, name, n):
        folder = os.path.join(self.bench.folder, name)
        os.makedirs(folder, exist_ok=True)
        return operands.InFiles(folder, n)

    def contenders(self, row):
        """Names of those that have such a job."""
        return [name for name, module in self.bench.peers.items() if name in peers.IN_FILES and module.job(row)]

    def worker(self, name):
        if name not in self.workers:
            self.workers[name] = Worker(name, self.bench, self.cap, self.environment)
        return self.workers[name]

    def _remove_outputs(self, files):
        for number in range(4):
            files.remove_output(f"out{number}")

    def once(self, name, row):
        """One cold run. What it is compiled of, imported and warmed by was done before, on small files."""
        try:
            worker = self.worker(name)
            if row.name not in worker.warm:
                for files in (self.small, self.files):
                    worker.run(row, files, prepare=True)
                worker.run(row, self.small)
                worker.warm.add(row.name)
            self._remove_outputs(self.files)
            self.files.drop()
            cost = worker.run(row, self.files)
        except Ended:
            ended = self.workers.pop(name, None)
            if ended:
                ended.close()
            raise
        if not self._was_cold(row, cost):
            raise Ended(f"not cold: {cost['read_bytes']} bytes read")
        return cost

    def _was_cold(self, row, cost):
        wanted = min(workloads.file_bytes(row, self.n)[0], sum(os.path.getsize(self.files.path(name))
                                                               for name in workloads.operands_of(row)))
        return cost["read_bytes"] >= .9 * wanted

    def _checked(self, row):
        arrays = self.files.work(row).arrays
        return right(row, FileResults(self.files, 1 if row.keeps_array else len(row.texts)), arrays)

    def run(self, row):
        if not self.bench.farray.has(row):
            return refused(row, self.name, "not there")
        row = row.bound(self.n)
        for files in (self.files, self.small):
            files.make(workloads.operands_of(row))
        try:
            return self.rounds(row)
        except Ended as why:
            return refused(row, self.name, str(why))
        finally:
            self._remove_outputs(self.files)

    def rounds(self, row):
        runs, failed, limits = {"farray": []}, {}, []
        names = ["farray", *self.contenders(row)]
        for number in range(self.count):
            limits.append(self.limit(row))
            for name in [name for name in names if name not in failed]:
                try:
                    cost = self.once(name, row)
                except Ended as why:
                    if name == "farray":
                        raise
                    failed[name] = str(why)
                    runs.pop(name, None)
                    continue
                if name == "farray" and number == 0 and not self._checked(row):
                    return refused(row, self.name, "wrong")
                runs.setdefault(name, []).append(cost)
        return record(row, self.name, self.n, runs, limits, failed)

    def limit(self, row):
        speeds = self.bench.machine.disk(self.files.folder, PROBED)
        kinds = {kind for _, kind in workloads.costs(row, self.n)}
        return workloads.file_limit_seconds(row, self.n, {**speeds, **self.bench.machine.speeds(kinds)})

    def close(self):
        for worker in self.workers.values():
            worker.close()


class Capped(Cold):
    name, cap = "capped", 512 << 20


class Tight(Cold):
    """What all of them take where little is allowed."""
    name, environment = "tight", (("FARRAY_MEMORY", str(TIGHT)),)

    def __init__(self, bench):
        super().__init__(bench)
        self.count = 1

    def contenders(self, row):
        return []

    def limit(self, row):
        return None  # nothing is timed here


def available():
    """Why no control group can be made here, or nothing."""
    try:
        with ControlGroup(Capped.cap):
            return ""
    except Unavailable as why:
        return str(why)
