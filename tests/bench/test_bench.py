# SPDX-License-Identifier: BSD-3-Clause
"""The bench's own logic, without its peers: intervals of ratios, the regression check, tables, and that every row is what NumPy
says and would be noticed if it were not. What is slow is not asked here.
"""
import os
import random
import sys
import tempfile
import unittest

SOURCE = os.environ.get("FARRAY_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SOURCE, "bench"))
BUILD = os.environ.get("FARRAY_BUILD", os.path.join(SOURCE, "build"))

import ratios  # noqa: E402
import record  # noqa: E402
import regression  # noqa: E402
import table  # noqa: E402
import workloads  # noqa: E402

try:
    import numpy as np
except ImportError:
    np = None


def cost(seconds):
    return {"seconds": seconds, "cpu_seconds": seconds, "resident_growth": 0, "major_faults": 0, "read_bytes": 0}


def run(slower=1.0, peer_slower=1.0, machine=1.0, seed=1):
    """A stored run: ten rounds of one row in which times differ by a twentieth at random, all of them by `machine`."""
    noise = random.Random(seed)

    def times(seconds):
        return [seconds * machine * noise.uniform(1, 1.05) for _ in range(10)]
    mine, peer, limit = times(slower), times(2 * peer_slower), times(.9)
    row = record.record(workloads.NAMED["axpby"], "hot", 1024,
                        {"farray": [cost(t) for t in mine], "numexpr": [cost(t) for t in peer]}, limit, {})
    return {"rows": [row]}


class Ratios(unittest.TestCase):
    def test_the_interval_holds_the_median_and_narrows_with_rounds(self):
        noise = random.Random(1)
        few, many = ([noise.gauss(2, .2) for _ in range(n)] for n in (5, 200))
        for values in (few, many):
            low, high = ratios.interval(values)
            self.assertLessEqual(low, sorted(values)[len(values) // 2])
            self.assertGreaterEqual(high, sorted(values)[len(values) // 2])
        self.assertLess(*(high - low for low, high in (ratios.interval(many), ratios.interval(few))))

    def test_a_machine_that_slows_down_between_rounds_changes_no_ratio(self):
        drift = [1, 2, 5, 3]
        found = ratios.paired([2 * d for d in drift], drift)
        self.assertEqual((found["median"], found["low"], found["high"]), (2, 2, 2))

    def test_the_best_peer_is_the_fastest_by_its_median(self):
        found = ratios.compare([1, 1, 1], {"lucky": [.5, 9, 9], "steady": [2, 2, 2]}, [.5, .5, .5])
        self.assertEqual((found["best_peer"], found["to_peer"]["median"], found["to_limit"]["median"]), ("steady", 2, .5))

    def test_a_row_without_peers(self):
        found = ratios.compare([1, 1], {}, [1, 1])
        self.assertIsNone(found["best_peer"])
        self.assertNotIn("to_peer", found)


class Regression(unittest.TestCase):
    def test_noise_and_a_slower_machine_are_no_regression(self):
        self.assertEqual(regression.compare(run(seed=1), run(seed=2, machine=3)), [])

    def test_a_slower_farray_is(self):
        """The negative control: half as fast, on a machine that is twice as fast."""
        wrong = regression.compare(run(seed=1), run(seed=2, slower=2, machine=.5))
        self.assertEqual(len(wrong), 2, wrong)  # beside the limit, and beside the peer
        self.assertIn("axpby, hot: 0.4", wrong[0])

    def test_less_than_the_tolerance_is_not(self):
        self.assertEqual(regression.compare(run(), run(slower=1.1), tolerance=.15), [])
        self.assertNotEqual(regression.compare(run(), run(slower=1.1), tolerance=.03), [])

    def test_a_faster_peer_counts_as_beside_the_peer_only(self):
        wrong = regression.compare(run(seed=1), run(seed=2, peer_slower=.5))
        self.assertEqual([sentence.split(" of ")[1].split(",")[0] for sentence in wrong], ["numexpr"])

    def test_the_peer_is_the_one_that_was_the_best(self):
        now = run(seed=2)
        now["rows"][0]["best_peer"] = "other"
        self.assertEqual(regression.compare(run(seed=1), now), [])

    def test_rows_without_times_have_no_ratios(self):
        """Checking a run of the condition "tight" was an error."""
        row = record.record(workloads.NAMED["axpby"], "tight", 1024, {"farray": [cost(1)]}, [None], {})
        self.assertEqual(regression.compare({"rows": [row]}, {"rows": [row]}), [])
        self.assertIn("axpby", "\n".join(table._tight({"rows": [row]})))

    def test_a_row_that_got_lost(self):
        now = {"rows": [record.refused(workloads.NAMED["axpby"], "hot", "wrong")]}
        self.assertEqual(regression.compare(run(), now), ["axpby, hot: was computed, is now wrong"])
        self.assertEqual(regression.compare(run(), {"rows": []}), [])


class Rows(unittest.TestCase):
    def test_all_twelve_are_there(self):
        self.assertEqual({row.number for row in workloads.ROWS}, set(range(1, 13)))
        self.assertEqual(len(workloads.NAMED), len(workloads.ROWS))

    def test_limits(self):
        speeds = {kind: 1e9 for kind in ("read", "triad", "copy", "fill", "math", "dgemm")}
        row, n = workloads.NAMED["axpby"], 1024
        self.assertAlmostEqual(workloads.limit_seconds(row, n, speeds), 24 * n * n / 1e9)
        row = workloads.NAMED["exp sin"]  # what overlaps is not added
        self.assertAlmostEqual(workloads.limit_seconds(row, n, speeds), 24 * n * n / 1e9)
        self.assertAlmostEqual(workloads.limit_seconds(row, n, {**speeds, "math": 1e6}), n * n / 1e6)
        row = workloads.NAMED["mask"]
        self.assertAlmostEqual(workloads.limit_seconds(row, n, speeds), 12 * n * n / 1e9)
        self.assertAlmostEqual(workloads.file_limit_seconds(row, n, {**speeds, "disk read": 2e9, "disk write": 1e9}),
                               (8 / 2 + 4) * n * n / 1e9)

    def test_operands_are_found_in_the_texts(self):
        for name, operands in {"axpby": ["a", "b"], "rows": ["a", "i"], "matmul": ["k", "m"], "unique ints": ["u"],
                               "uniform": [], "sum of little": ["z"], "exp sin": ["a", "b"], "four axis 0": ["a"]}.items():
            self.assertEqual(workloads.operands_of(workloads.NAMED[name]), operands)


class Tables(unittest.TestCase):
    def test_killed_and_missing_are_said(self):
        found = run()["rows"]
        found[0]["contenders"]["numpy"] = {"state": "killed"}
        found.append(record.refused(workloads.NAMED["sort"], "hot", "not there"))
        lines = "\n".join(table.workloads({"rows": found}, "hot"))
        self.assertIn("killed", lines)
        self.assertIn("not there", lines)
        self.assertEqual(len({line.count("|") for line in lines.splitlines()}), 1)


class Wrong:
    """Results of which the last element of one is not right."""

    def __init__(self, results, number):
        self.results, self.number, self.shapes = results, number, results.shapes

    def block(self, number, start, stop):
        made = np.array(self.results.block(number, start, stop))
        if number == self.number and stop >= (self.shapes[number] or (1,))[0]:
            flat = made.reshape(-1)
            flat[-1] = not flat[-1] if made.dtype == bool else flat[-1] + 1
        return made


@unittest.skipIf(np is None, "this Python has no NumPy")
class Jobs(unittest.TestCase):
    N = 128

    def each_row(self, files, jobs, has):
        """Runs every row from file to file and holds it against NumPy, right and made wrong."""
        import checking
        import in_workers
        for row in workloads.ROWS:
            row = row.bound(self.N)
            if not has(row):
                continue
            with self.subTest(row.name):
                files.make(workloads.operands_of(row))
                results = jobs.run(row, files)
                if not row.keeps_array:
                    for number, result in enumerate(jobs.small_results(results)):
                        np.save(files.path(f"out{number}"), result)
                found = in_workers.FileResults(files, 1 if row.keeps_array else len(row.texts))
                arrays = files.work(row).arrays
                self.assertTrue(checking.right(row, found, arrays))
                if not row.noise:
                    self.assertFalse(checking.right(row, Wrong(found, len(found.shapes) - 1), arrays))

    def test_numpy_says_what_the_texts_say(self):
        import operands
        import worker
        for peer in ("numpy", "chunks"):
            with tempfile.TemporaryDirectory() as folder, self.subTest(peer):
                jobs = worker.PeerJobs(peer, 1)
                self.each_row(operands.InFiles(folder, self.N), jobs, lambda row: jobs.module.job(row) is not None)

    @unittest.skipIf(os.environ.get("FARRAY_SANITIZE"), "ctypes cannot load a library with sanitizers")
    def test_farray_is_right(self):
        import operands
        import worker
        with tempfile.TemporaryDirectory() as folder:
            jobs = worker.FarrayJobs(BUILD, 2)
            self.each_row(operands.InFiles(folder, self.N), jobs, jobs.farray.has)


if __name__ == "__main__":
    unittest.main()
