# SPDX-License-Identifier: BSD-3-Clause
"""A control group with a memory limit, of version 1 or 2, for as long as a `with` lasts. Knows nothing about farray."""
import os
import time

V1 = "/sys/fs/cgroup/memory"
V2 = "/sys/fs/cgroup"


class Unavailable(Exception):
    """No control group can be made here; the message says why."""


class ControlGroup:
    """`join` is a shell command that puts the shell into the group."""

    def __init__(self, limit_bytes):
        version2 = os.path.exists(os.path.join(V2, "cgroup.controllers"))
        root, limit = (V2, "memory.max") if version2 else (V1, "memory.limit_in_bytes")
        self.folder = os.path.join(root, f"farray-test-{os.getpid()}-{time.monotonic_ns()}")
        self.events = os.path.join(self.folder, "memory.events" if version2 else "memory.oom_control")
        try:
            os.mkdir(self.folder)
        except OSError as error:
            raise Unavailable(f"no control group can be made: {error}") from error
        try:
            with open(os.path.join(self.folder, limit), "w", encoding="ascii") as file:
                file.write(str(limit_bytes))
        except OSError as error:
            os.rmdir(self.folder)
            raise Unavailable(f"the memory of a control group cannot be limited: {error}") from error
        self.join = f"echo $$ > {self.folder}/cgroup.procs"

    def kills(self):
        """How many processes of the group the system has killed for want of memory."""
        with open(self.events, encoding="ascii") as file:
            for line in file:
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for _ in range(100):  # the last process of the group may still be on its way out
            try:
                os.rmdir(self.folder)
                return
            except OSError:
                time.sleep(0.02)
