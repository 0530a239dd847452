# SPDX-License-Identifier: BSD-3-Clause
"""The stored form of a row: what build/bench.json holds, what tables and plots are made of, what a regression check compares."""
import statistics

import ratios
import workloads


def _head(row, condition, state):
    return {"number": row.number, "name": row.name, "text": row.text or row.noise, "condition": condition, "state": state}


def refused(row, condition, why):
    """A row without figures: "not there" where farray has no such operation yet, "wrong" where its answer was."""
    return _head(row, condition, why)


def _contender(runs):
    """Costs of all rounds in one: times of every round, the median of processor time, the most of the others."""
    return {
        "state": "ok",
        "seconds": [run["seconds"] for run in runs],
        "cpu_seconds": statistics.median(run["cpu_seconds"] for run in runs),
        "resident_growth": max(run["resident_growth"] for run in runs),
        "major_faults": max(run["major_faults"] for run in runs),
        "read_bytes": statistics.median(run["read_bytes"] for run in runs),
    }


def record(row, condition, n, runs, limits, failed):
    """`runs`: {contender: what each round measured}; `limits`: the seconds of the limit in each, None where it does not matter;
    `failed`: {peer: why}."""
    mine = [run["seconds"] for run in runs["farray"]]
    others = {name: [run["seconds"] for run in of] for name, of in runs.items() if name != "farray"}
    amounts = workloads.costs(row, n)
    return {
        **_head(row, condition, "ok"),
        "n": n,
        "bytes": sum(workloads.file_bytes(row, n)) if condition in ("cold", "capped") else workloads.bytes_of(row, n),
        "limit": "+".join(dict.fromkeys(kind for _, kind in amounts)),
        "limit_seconds": limits,
        "contenders": {**{name: _contender(of) for name, of in runs.items()},
                       **{name: {"state": why} for name, why in failed.items()}},
        **(ratios.compare(mine, others, limits) if None not in limits else {"best_peer": None}),
    }
