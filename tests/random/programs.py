# SPDX-License-Identifier: BSD-3-Clause
"""Random programs against NumPy: the same program is run by NumPy and by farray, and whatever either computes, refuses,
writes or leaves behind must be the same. A difference is shrunk to the steps that show it, and printed with its seed.

    programs.py --programs 2000                 seeds 0 to 1999, on all processors
    programs.py --replay 1234                   one program again, with the same environment
    programs.py --programs 20000 --complete     and no cell of operation x type x layout may stay empty
"""
import argparse
import ast
import collections
import concurrent.futures
import gc
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CHUNK = 50  # programs in one process, with one environment


def environment(seed, build, folder):
    """What the programs of a seed's process run under: how files are read, which instruction set, where scratch goes."""
    chunk = seed // CHUNK
    made = dict(os.environ, FARRAY_TMPDIR=folder, FARRAY_IO=["auto", "mmap", "pread", "direct", "direct"][chunk % 5],
                PYTHONDONTWRITEBYTECODE="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        if chunk % 2 and "avx512vl" in file.read():
            made["FARRAY_ISA"] = "x86-64-v3"
    tile = [None, 512, None, 64][chunk % 4]
    if tile:
        made["FARRAY_TILE"] = str(tile)  # bytes: arrays of a few thousand elements span many tiles
    sanitize = cached(build, "FARRAY_SANITIZE")
    if sanitize:
        compiler = cached(build, "CMAKE_C_COMPILER") or "gcc"
        runtime = "libtsan.so" if "thread" in sanitize else "libasan.so"
        preload = subprocess.run([compiler, f"-print-file-name={runtime}"], stdout=subprocess.PIPE, text=True, check=True)
        made["LD_PRELOAD"] = preload.stdout.strip()
        made["ASAN_OPTIONS"] = "detect_leaks=0"  # Python's own
        made["TSAN_OPTIONS"] = "halt_on_error=1"
    return made


def cached(build, variable):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
        for line in file:
            if line.startswith(variable + ":"):
                return line.split("=", 1)[1].strip()
    return ""


def descriptors():
    """What this process has open, but for the ring of transfers past the page cache: it is made once."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink("/proc/self/fd/" + number))
        except FileNotFoundError:
            pass  # the folder itself, which was open while it was read
    return [name for name in found if "io_uring" not in name]


# One process of programs.

class Runner:
    """Runs programs in this process."""

    def __init__(self, options):
        import farray_ctypes
        import generate
        import oracle
        self.library = farray_ctypes.Library(options.build)
        self.oracle = oracle.Oracle(ROOT, options.wrong)
        self.elementwise, self.reductions = farray_ctypes.operations(ROOT)
        self.cells = generate.cells(self.elementwise, self.reductions)
        self.generate = generate

    def _surroundings(self):
        """What a program must leave as it was: open descriptors, files in scratch, bytes charged to the memory limit."""
        scratch = os.environ.get("FARRAY_TMPDIR")
        return {"descriptors": len(descriptors()), "scratch": sorted(os.listdir(scratch)) if scratch else [],
                "charged": self.library.c.fa_memory_used()}

    def run(self, program):
        """Runs `program(world, do)`; gives (None or what is wrong, steps that were done, cells that were seen)."""
        import oracle
        import world as worlds
        from farray_ctypes import Failed
        steps, seen = [], set()
        folder = tempfile.mkdtemp(prefix="farray-random-")
        world = worlds.World(self.library, self.oracle, folder, lambda *cell: seen.add(cell))
        before = self._surroundings()

        def do(step):
            steps.append(step)
            try:
                world.run(step)
            except oracle.Unsuitable:
                steps.pop()
                return False
            return True
        try:
            program(world, do)
            steps.append({"do": "end"})
            world.end()
            if self._surroundings() != before:
                raise worlds.Difference(f"left behind: {self._surroundings()}, was {before}")
        except worlds.Difference as difference:
            return str(difference), steps, seen
        except Failed as error:
            return f"farray refuses what NumPy does: {error}", steps, seen
        finally:
            world.clear()
            gc.collect()  # what an exception's frames held is not the next program's
        return None, steps, seen

    def seed(self, seed):
        def program(world, do):
            self.generate.Generator(seed, world, do, self.elementwise, self.reductions, self.cells).program()
        return self.run(program)

    def steps(self, steps):
        def program(world, do):
            for step in steps:
                if step["do"] != "end":
                    do(step)
        return self.run(program)


def worker(options):
    """Speaks to the parent by lines: what is about to run, then what came of it."""
    runner = Runner(options)
    if options.steps:
        with open(options.steps, encoding="utf-8") as file:
            wrong, _, _ = runner.steps(ast.literal_eval(file.read()))
        print(repr(("done", wrong)), flush=True)
        return 0
    for seed in range(options.first, options.first + options.programs):
        print(repr(("start", seed)), flush=True)
        wrong, steps, seen = runner.seed(seed)
        print(repr(("done", seed, wrong, steps if wrong else len(steps), sorted(seen))), flush=True)
    return 0


# The parent.

def run_worker(options, first, count, steps=None, timeout=300):
    """The lines of one worker process, its exit status, and what it said to stderr."""
    with tempfile.TemporaryDirectory(prefix="farray-scratch-", dir="/var/tmp") as scratch:
        command = [sys.executable, os.path.abspath(__file__), "--worker", "--build", options.build, "--first", str(first),
                   "--programs", str(count)] + (["--wrong"] if options.wrong else [])
        if steps is not None:
            path = os.path.join(scratch, "steps")
            with open(path, "w", encoding="utf-8") as file:
                file.write(repr(steps))
            folder = os.path.join(scratch, "tmp")
            os.mkdir(folder)
            command += ["--steps", path]
        else:
            folder = scratch
        try:
            result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout,
                                    errors="replace", env=environment(first, options.build, folder), check=False)
        except subprocess.TimeoutExpired as expired:
            output = expired.stdout or b""
            lines = output.decode("utf-8", "replace") if isinstance(output, bytes) else output
            return parse(lines), "timeout", ""
    return parse(result.stdout), result.returncode, result.stderr


def parse(output):
    lines = []
    for line in output.splitlines():
        try:
            lines.append(ast.literal_eval(line))
        except (SyntaxError, ValueError):
            pass
    return lines


def run_chunk(options, first, count):
    """All programs of a chunk; a process that dies costs one program and goes on behind it."""
    results = []
    last = first + count
    while first < last:
        lines, status, said = run_worker(options, first, last - first, timeout=60 + 20 * (last - first))
        results += [line[1:] for line in lines if line[0] == "done"]
        started = [line[1] for line in lines if line[0] == "start"]
        finished = {line[1] for line in lines if line[0] == "done"}
        unfinished = [seed for seed in started if seed not in finished]
        if unfinished:
            results.append((unfinished[0], f"the process ended with {status}\n{said[-3000:]}", None, []))
            first = unfinished[0] + 1
        elif not started:
            results.append((first, f"the process did not start ({status})\n{said[-3000:]}", None, []))
            return results
        else:
            first = started[-1] + 1
            if status != 0:
                results.append((started[-1], f"the process ended with {status}\n{said[-3000:]}", None, []))
    return results


def uses(step):
    """The names that a step needs, files' names among them."""
    import trees
    names = {step[key] for key in ("of", "target") if key in step}
    if "tree" in step:
        names.update(trees.variables(step["tree"]))
    if step["do"] == "assign":
        names.add(step["value"])
    if step["do"] == "evaluate_all":
        names.update(name for name, _ in step["outputs"])
    if step["do"] in ("again", "append"):
        names.add(step["path"])
    if step["do"] == "append":
        names.add(step["rows"])
    return names


def makes(step):
    return {step[key] for key in ("out",) if key in step} | ({step["path"]} if step["do"] == "file" else set())


def without(steps, position):
    """A program without one step and without all that needs it."""
    gone, left = set(), []
    for index, step in enumerate(steps):
        if index == position or uses(step) & gone:
            gone |= makes(step)
        else:
            left.append(step)
    return left


def ancestors(steps):
    """The last step that is one, and all that it stands on."""
    needed, left = set(), []
    for step in reversed([step for step in steps if step["do"] != "end"]):
        if not left or makes(step) & needed or step["do"] in ("threads", "limit"):
            needed |= uses(step)
            left.append(step)
    return left[::-1]


def shrink(options, seed, steps):
    """Leaves out steps for as long as something is still wrong."""
    end = time.monotonic() + options.shrink

    def fails(candidate):
        lines, _, _ = run_worker(options, seed, 1, candidate, timeout=60)
        return not lines or lines[-1][1] is not None
    if not fails(steps):
        return steps
    needed = ancestors(steps)
    if fails(needed):
        steps = needed
    position = len(steps) - 1
    while position >= 0 and time.monotonic() < end:
        candidate = without(steps, position)
        if len(candidate) < len(steps) and fails(candidate):
            steps = candidate
            position = min(position, len(steps))
        position -= 1
    return steps


def listing(steps):
    """A program as a reader wants it."""
    import trees
    lines = []
    for step in steps:
        rest = {k: v for k, v in step.items() if k not in ("do", "out", "tree")}
        text = f"{step['out']} = " if "out" in step else ""
        text += step["do"]
        if "tree" in step:
            text += f"  {trees.text(step['tree'])}"
        lines.append("    " + text + "".join(f"  {k}={v!r}" for k, v in rest.items()))
    return "\n".join(lines)


def report(options, seed, wrong, steps, long):
    print(f"\nprogram {seed}: {wrong}")
    if steps:
        if long and options.shrink:
            steps = shrink(options, seed, steps)
        print(listing(steps))
    print(f"again: {os.path.relpath(__file__, os.getcwd())} --build {os.path.relpath(options.build)} --replay {seed}",
          flush=True)


def coverage(options, counts):
    """Prints what was covered; gives the empty cells."""
    import farray_ctypes
    import generate
    wanted = generate.cells(*farray_ctypes.operations(ROOT))
    empty = sorted(cell for cell in wanted if not counts[cell])
    print(f"coverage: {len(wanted) - len(empty)} of {len(wanted)} cells of operation x type x layout")
    if options.complete:
        layouts = generate.data.LAYOUTS
        print("  least programs in a cell of an operation, by layout\n" + " " * 16 + "".join(f"{la:>11}" for la in layouts))
        for name in dict.fromkeys(sorted(cell[0] for cell in wanted)):
            row = [min(counts[cell] for cell in wanted if cell[0] == name and cell[2] == layout) for layout in layouts]
            print(f"  {name:<14}" + "".join(f"{n:>11}" for n in row))
        for cell in empty[:40]:
            print("  empty:", *cell)
    return empty


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="a build folder with libfarray.so")
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--replay", type=int, metavar="SEED")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--complete", action="store_true", help="an empty cell of the coverage is a failure")
    parser.add_argument("--wrong", action="store_true", help="the negative control: NumPy's additions are falsified")
    parser.add_argument("--shrink", type=int, default=30, metavar="SECONDS", help="at most, for each of the first failures")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--steps", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    if options.worker:
        return worker(options)
    if options.replay is not None:
        options.first, options.programs = options.replay, 1

    began = time.monotonic()
    counts = collections.Counter()
    agreed, failed, steps_done = 0, [], 0
    chunks = []
    position = options.first
    while position < options.first + options.programs:
        end = min((position // CHUNK + 1) * CHUNK, options.first + options.programs)
        chunks.append((position, end - position))
        position = end
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for results in pool.map(lambda chunk: run_chunk(options, *chunk), chunks):
            for seed, wrong, steps, seen in results:
                counts.update(tuple(cell) for cell in seen)
                if wrong is None:
                    agreed += 1
                    steps_done += steps
                    continue
                failed.append(seed)
                if len(failed) <= 4:
                    report(options, seed, wrong, steps, not options.wrong)
                elif len(failed) < 40:
                    print(f"program {seed}: {wrong.strip().splitlines()[0]}", flush=True)
    print(f"seeds {options.first} to {options.first + options.programs - 1}, {steps_done} steps, "
          f"{time.monotonic() - began:.0f} s")
    empty = coverage(options, counts) if options.replay is None else []
    print(f"{agreed} programs agree, {len(failed)} do not")
    return bool(failed) or bool(options.complete and empty)


if __name__ == "__main__":
    sys.exit(main())
