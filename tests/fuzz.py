# SPDX-License-Identifier: BSD-3-Clause
"""Runs the fuzzers of build-fuzz, each a number of times, from the inputs in fuzz/corpus/<name>/.

What a fuzzer finds interesting goes to build-fuzz/corpus/<name>/; an input that breaks something is named, and belongs
into fuzz/corpus/ for ever once what it found is mended.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build-fuzz")


def fuzz(program, runs):
    """Runs one fuzzer; gives its name, whether it found nothing, and what to say."""
    name = os.path.basename(program)
    seeds = os.path.join(ROOT, "fuzz", "corpus", name.removeprefix("fuzz_"))
    grown = os.path.join(BUILD, "corpus", name)
    os.makedirs(grown, exist_ok=True)
    command = [program, f"-runs={runs}", "-timeout=60", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0",
               f"-artifact_prefix={BUILD}/{name}-", grown]
    if os.path.isdir(seeds):
        command.append(seeds)
    dictionary = os.path.join(ROOT, "fuzz", name + ".dict")
    if os.path.exists(dictionary):
        command.insert(1, f"-dict={dictionary}")
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    executed = re.search(r"number_of_executed_units:\s*(\d+)", result.stdout)
    if result.returncode != 0:
        return name, False, result.stdout[-6000:]
    return name, True, f"{executed.group(1) if executed else '?'} executions"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    options = parser.parse_args()
    programs = sorted(p for p in glob.glob(os.path.join(BUILD, "fuzz_*"))
                      if os.access(p, os.X_OK) and not os.path.isdir(p))
    if not programs:
        print("no fuzzer is built")
        return 1
    failed = False
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, clean, what in pool.map(lambda p: fuzz(p, options.runs), programs):
            print(f"{name}: nothing found, {what}" if clean else f"{name}: FOUND SOMETHING\n{what}", flush=True)
            failed |= not clean
    return failed


if __name__ == "__main__":
    sys.exit(main())
