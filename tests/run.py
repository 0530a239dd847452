# SPDX-License-Identifier: BSD-3-Clause
"""Runs every kind of test on what `./dev test` has built, and counts them.

CTest in the dev build (AddressSanitizer, UndefinedBehaviorSanitizer) and in the release build, CTest of what has
threads in the tsan build, and the random programs against NumPy. With --long also more random programs and the
fuzzers. A cmocka program counts as its cases, any other test as one, a random program as one.
Knows nothing about what is tested.
"""
import argparse
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Layers whose tests start threads, or are used by those that do.
THREADED = r"^(base|platform|storage|engine|op|api)_test|^faults_test_(truncation|fork|read_only|cycles)$"
ORACLES = "_oracle$|^op_test_order$"  # long lists of small arrays: their threads do what the random programs' do
RANDOM_PROGRAMS = {"build": 1650, "build-dev": 300, "build-tsan": 50}
RANDOM_PROGRAMS_LONG = {"build": 17000, "build-dev": 2000, "build-tsan": 1000}
FUZZ_RUNS_LONG = 10_000_000


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed, failed, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped


def cases(test):
    """How many cases of one CTest test passed and failed."""
    output = test.findtext("system-out") or ""
    passed = sum(int(n) for n in re.findall(r"^\[  PASSED  \] (\d+) test", output, re.M))
    failed = sum(int(n) for n in re.findall(r"^\[  FAILED  \] \S+: (\d+) test|^\[  FAILED  \] (\d+) test", output, re.M)
                 for n in n if n)
    unit = re.search(r"^Ran (\d+) tests? in", output, re.M)
    if unit and not failed:
        wrong = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", output))
        passed, failed = int(unit.group(1)) - wrong, wrong
    if test.get("status") == "run":
        return (passed or 1), 0
    return passed, failed or 1


def ctest(build, count, jobs, only=None, without=None):
    junit = os.path.join(ROOT, build, "tests.xml")
    if os.path.exists(junit):
        os.remove(junit)
    command = ["ctest", "--test-dir", os.path.join(ROOT, build), "-j", str(jobs), "--output-on-failure",
               "--output-junit", junit, "--test-output-size-passed", "1000000", "--no-tests=error",
               "--timeout", "600"]
    if only:
        command += ["-R", only]
    if without:
        command += ["-E", without]
    print(f"== tests: {build}", flush=True)
    began = time.monotonic()
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        print(result.stdout)
    if not os.path.exists(junit):
        print(f"{build}: CTest wrote no report")
        count.add(0, 1)
        return
    before = (count.passed, count.failed, count.skipped)
    for test in xml.etree.ElementTree.parse(junit).getroot().iter("testcase"):
        if test.get("status") in ("notrun", "disabled"):
            skipped = test.find("skipped")
            why = skipped.get("message", "") if skipped is not None else ""
            if why.startswith("SKIP"):
                count.add(0, 0, 1)
                print(f"   skipped {test.get('name')}")
            else:
                count.add(0, 1)
                print(f"   not run {test.get('name')}: {why}")
        else:
            count.add(*cases(test))
    if result.returncode != 0 and count.failed == before[1]:
        count.add(0, 1)
    print(f"   {count.passed - before[0]} passed, {count.failed - before[1]} failed, "
          f"{count.skipped - before[2]} skipped, {time.monotonic() - began:.0f} s", flush=True)


def random_programs(build, number, count, long):
    print(f"== random programs against NumPy: {build}", flush=True)
    command = [sys.executable, os.path.join(ROOT, "tests", "random", "programs.py"), "--build",
               os.path.join(ROOT, build), "--programs", str(number)]
    if long:
        command.append("--complete")
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    print(result.stdout, end="", flush=True)
    summary = re.search(r"^(\d+) programs agree, (\d+) do not", result.stdout, re.M)
    if summary:
        count.add(int(summary.group(1)), int(summary.group(2)))
    if result.returncode != 0 and not (summary and int(summary.group(2))):
        count.add(0, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    options = parser.parse_args()
    if options.long:
        os.environ["FARRAY_LONG"] = "1"  # tests that have more to give look at it
    began = time.monotonic()

    count = Count()
    ctest("build-dev", count, options.jobs)
    ctest("build", count, options.jobs)
    ctest("build-tsan", count, options.jobs, only=THREADED, without=ORACLES)
    for build, number in (RANDOM_PROGRAMS_LONG if options.long else RANDOM_PROGRAMS).items():
        random_programs(build, number, count, options.long and build == "build")
    if options.long:
        print("== fuzzers", flush=True)
        result = subprocess.run([sys.executable, os.path.join(ROOT, "tests", "fuzz.py"), "--runs",
                                 str(FUZZ_RUNS_LONG), "--jobs", str(options.jobs)],
                                stdout=subprocess.PIPE, text=True)
        print(result.stdout, end="")
        count.add(result.stdout.count(": nothing found"), int(result.returncode != 0))

    skipped = f" ({count.skipped} skipped)" if count.skipped else ""
    print(f"== {time.monotonic() - began:.0f} s{skipped}")
    print(f"{count.passed} passed, {count.failed} failed")
    return count.failed != 0


if __name__ == "__main__":
    sys.exit(main())
