# SPDX-License-Identifier: BSD-3-Clause
"""Whether farray has become slower than it was: compares the ratios of two stored runs, never their times. Knows the stored
form and nothing about how it came about.
"""
TOLERANCE = .15


def _rows(run):
    return {(row["condition"], row["name"]): row for row in run["rows"] if row["state"] == "ok"}


def _worse(before, now, tolerance):
    """Beyond the tolerance, and beyond what either run's rounds leave open."""
    return now["median"] < before["median"] * (1 - tolerance) and now["high"] < before["low"]


def _ratios(old, new):
    """(what it is a ratio to, before, now). The peer is the one that was the best, whoever is the best now."""
    if "to_limit" in old and "to_limit" in new:  # nothing is timed where only memory counts
        yield "the limit", old["to_limit"], new["to_limit"]
    peer = old.get("best_peer")
    if peer in new.get("to_peers", {}):
        yield peer, old["to_peers"][peer], new["to_peers"][peer]


def compare(before, now, tolerance=TOLERANCE):
    """Sentences, one for each ratio that got worse or row that got lost; rows that the new run was not asked for do not count."""
    wrong, old, new = [], _rows(before), _rows(now)
    states = {(row["condition"], row["name"]): row["state"] for row in now["rows"]}
    for key in sorted(old.keys() & states.keys()):
        name = f"{key[1]}, {key[0]}"
        if key not in new:
            wrong.append(f"{name}: was computed, is now {states[key]}")
            continue
        wrong += [f"{name}: {b['median']:.2f} of {what}, was {a['median']:.2f}"
                  for what, a, b in _ratios(old[key], new[key]) if _worse(a, b, tolerance)]
    return wrong
