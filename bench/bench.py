# SPDX-License-Identifier: BSD-3-Clause
"""farray beside its peers, and beside what the machine can do.

The twelve workloads of docs/performance.md, each in several conditions: in every round farray, its peers and the probe of the
limit run one after the other, so that a machine that changes its mind changes it for all. Figures are ratios with an interval.
Every result of farray is held against NumPy's before it is timed. Prints tables, stores build/bench.json, and draws
build/bench.svg.

conditions: hot (memory), cached (files in the page cache), cold (file to durable file, page cache dropped), capped (the same in
a control group of 512 MiB), tight (resident memory with a limit of 64 MiB), layouts (operands that lie otherwise), rails
(microseconds of small calls, threads, arrays of every size).
"""
import argparse
import json
import os
import shutil
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONDITIONS = ("hot", "cached", "cold", "capped", "tight", "layouts", "rails")
PICTURE = "![What part of the limit's speed farray and its peers reach](performance.svg)"
BEGIN, END = "<!-- bench.py writes from here -->", "<!-- to here -->"


def options():
    import peers
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--condition", default=",".join(CONDITIONS), metavar="LIST", help="some of the above, by commas")
    parser.add_argument("--only", default="", metavar="LIST", help="jobs by number or by a part of their name")
    parser.add_argument("--peers", default=",".join(peers.ALL), metavar="LIST", help="(default: all that are installed)")
    parser.add_argument("--rounds", type=int, default=5, help="of what runs in memory (default 5)")
    parser.add_argument("--cold-rounds", type=int, default=3, help="of what runs from file to file (default 3)")
    parser.add_argument("--size", type=float, default=512, metavar="MIB", help="of an array in memory (default 512)")
    parser.add_argument("--cold-size", type=float, metavar="MIB",
                        help="of an array in a file (default 4096, or what a tenth of the disk's free space holds)")
    parser.add_argument("--folder", default="/var/tmp", help="where files go (default /var/tmp)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--check", metavar="BASELINE", help="compare ratios with this stored run; exit status 1 if any is worse")
    parser.add_argument("--tolerance", type=float, default=.15, help="of --check (default 0.15)")
    parser.add_argument("--stored", metavar="RUN", help="measure nothing: show, or check, this stored run")
    parser.add_argument("--add", action="store_true",
                        help="keep what build/bench.json has of conditions that are not measured now")
    parser.add_argument("--docs", action="store_true", help="put tables and plot into docs/performance.md")
    return parser.parse_args()


def prepare_environment():
    """Before anything is loaded that looks at it. OpenBLAS finds the processor's best kernel where nobody names another."""
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    cache = os.environ.setdefault("FARRAY_BENCH_CACHE", os.path.join(ROOT, ".cache", "bench"))
    os.environ.setdefault("NUMBA_CACHE_DIR", os.path.join(cache, "numba"))


class Bench:
    """What conditions need to know."""

    def __init__(self, given, folder):
        import in_process
        import peers
        import workloads
        from machine import Machine, blas
        from with_farray import Farray
        self.build, self.threads, self.folder = os.path.abspath(given.build), given.threads, folder
        self.rounds, self.cold_rounds = given.rounds, given.cold_rounds
        self.n = workloads.side(given.size)
        self.cold_n = workloads.side(given.cold_size or min(4096, shutil.disk_usage(folder).free / 10 / 2 ** 20))
        self.peers = in_process.load_peers(_words(given.peers), self.threads, say)
        os.environ["OPENBLAS_CORETYPE"] = blas()  # farray's OpenBLAS, which may be an older one, takes the kernel of NumPy's
        self.versions = peers.versions(self.peers)
        self.farray = Farray(self.build, self.threads)
        self.machine = Machine(self.build, min(self.n * self.n * 8, 512 << 20), self.threads)

    def rows(self, only):
        import workloads
        wanted = _words(only)
        return [row for row in workloads.ROWS
                if not wanted or any(word == str(row.number) or (not word.isdigit() and word in row.name) for word in wanted)]


def _words(text):
    return [word for word in text.split(",") if word]


def say(text):
    print(text, file=sys.stderr, flush=True)


def _told(record):
    """One line of progress."""
    if record["state"] != "ok":
        return record["state"]
    if "to_limit" not in record:
        return f"{record['contenders']['farray']['resident_growth'] / 1e6:.1f} MB"
    peer = f", {record['to_peer']['median']:.2f} times {record['best_peer']}" if record["best_peer"] else ""
    return f"{record['to_limit']['median']:.2f} of the limit{peer}"


def conditions(bench, wanted):
    """Those with rows, one after the other, so that only one has its files and arrays."""
    import in_process
    import in_workers
    kinds = {kind.name: kind for kind in (in_process.Hot, in_process.Cached, in_workers.Cold, in_workers.Capped,
                                          in_workers.Tight)}
    for name in [name for name in CONDITIONS if name in wanted and name in kinds]:
        why = in_workers.available() if name == "capped" else ""
        if why:
            say(f"capped: left out: {why}")
            continue
        yield kinds[name](bench)


def run_rows(bench, wanted, rows):
    found = []
    for condition in conditions(bench, wanted):
        for row in [row for row in rows if not row.in_files or condition.files]:
            found.append(condition.run(row))
            say(f"{condition.name:7} {row.number:2} {row.name:14} {_told(found[-1])}")
        if hasattr(condition, "close"):
            condition.close()
    return found


def measure_all(given, folder):
    import in_process
    import layouts
    import rails
    from machine import description
    bench, wanted = Bench(given, folder), _words(given.condition)
    run = {"machine": description(bench.threads), "versions": bench.versions,
           "rows": run_rows(bench, wanted, bench.rows(given.only))}
    if "layouts" in wanted:
        run["layouts"] = layouts.compare(bench.farray.library, folder, bench.n, bench.rounds)
    if "rails" in wanted:
        run["rails"] = {"overhead": rails.overhead(bench.build),
                        "sizes": rails.sizes(bench.build, bench.threads, bench.rounds),
                        "file sizes": rails.file_sizes(bench, shutil.disk_usage(folder).free / 4 / 2 ** 20),
                        "scaling": rails.scaling(in_process.Hot(bench), bench.threads, bench.rounds)}
    return run


def measured(given):
    """In a folder of its own, which goes whatever happens."""
    folder = tempfile.mkdtemp(prefix="farray-bench-", dir=given.folder)
    try:
        return measure_all(given, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_docs(run, lines):
    """Between two marks of docs/performance.md, and the plot beside it."""
    import plot
    path = os.path.join(ROOT, "docs", "performance.md")
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n" + "\n".join([PICTURE, "", *lines]) + f"\n\n{END}" + rest.split(END)[1])
    plot.draw(run, os.path.join(ROOT, "docs", "performance.svg"))


def added(run, before):
    """What was measured now, and of the stored run the conditions that were not."""
    measured_now = {row["condition"] for row in run["rows"]}
    rows = [row for row in before["rows"] if row["condition"] not in measured_now]
    return {**before, **run, "versions": {**before["versions"], **run["versions"]}, "rows": rows + run["rows"]}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def store(run, given):
    """The whole run, as it is shown."""
    path = os.path.join(given.build, "bench.json")
    if given.add and os.path.exists(path):
        run = added(run, load(path))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(run, file, indent=1)
    return run


def show(run, given):
    import table
    lines = table.whole(run)
    print("\n".join(lines))
    if any(row["state"] == "ok" and row["condition"] != "tight" for row in run["rows"]):
        import plot
        plot.draw(run, os.path.join(given.build, "bench.svg"))
    if given.docs:
        write_docs(run, lines)


def check(given, run):
    """Exit status: 1 when a ratio got worse."""
    import regression
    wrong = regression.compare(load(given.check), run, given.tolerance)
    print("\n".join(f"worse: {sentence}" for sentence in wrong) or "no ratio is worse")
    return bool(wrong)


def main():
    given = options()
    unknown = set(_words(given.condition)) - set(CONDITIONS)
    if unknown:
        sys.exit(f"bench: no condition {', '.join(sorted(unknown))}; there are {', '.join(CONDITIONS)}")
    if given.stored and given.check:
        return check(given, load(given.stored))
    prepare_environment()
    run = load(given.stored) if given.stored else store(measured(given), given)
    show(run, given)
    wrong = [row for row in run["rows"] + run.get("layouts", []) if row["state"] == "wrong"]
    return check(given, run) or bool(wrong) if given.check else bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
