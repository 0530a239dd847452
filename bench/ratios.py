# SPDX-License-Identifier: BSD-3-Clause
"""What pairs of times say: the median ratio of rounds, with the interval that resampling the rounds gives. Ratios, because a
machine that is slow today is slow for all. Knows numbers only.
"""
import random
import statistics

RESAMPLED = 2000
SURE = .95


def interval(values):
    """Where the median lies with 95 % confidence: percentiles of the medians of resampled rounds."""
    generator = random.Random(1)
    medians = sorted(statistics.median(generator.choices(values, k=len(values))) for _ in range(RESAMPLED))
    cut = int((1 - SURE) / 2 * RESAMPLED)
    return medians[cut], medians[-cut - 1]


def paired(numerators, denominators):
    """{median, low, high} of numerator / denominator, round by round."""
    values = [n / d for n, d in zip(numerators, denominators)]
    low, high = interval(values)
    return {"median": statistics.median(values), "low": low, "high": high}


def best(seconds):
    """The name with the smallest median among {name: seconds of rounds}; None when there is none."""
    return min(seconds, key=lambda name: statistics.median(seconds[name]), default=None)


def compare(mine, peers, limits):
    """The ratios of one row: how many times as fast as each peer and as the best of them, and what part of the limit's speed."""
    found = {"best_peer": best(peers), "to_limit": paired(limits, mine),
             "to_peers": {name: paired(seconds, mine) for name, seconds in peers.items()}}
    if found["best_peer"] is not None:
        found["to_peer"] = found["to_peers"][found["best_peer"]]
    return found
