# SPDX-License-Identifier: BSD-3-Clause
"""Draws a stored run: for every job, what part of the limit's speed farray and each peer reached. Wants Matplotlib."""
import statistics

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "farray", "svg.fonttype": "none"})
from matplotlib import pyplot  # noqa: E402

from peers import ALL, LABELS  # noqa: E402

STYLES = dict(zip(ALL, "sPvD^<>xo"))
COLOURS = dict(zip(ALL, ("#4c78a8", "#9ecae9", "#f58518", "#54a24b", "#88d27a", "#b79a20", "#e45756", "#ff9d98", "#79706e")))
TITLES = {"hot": "in memory", "cached": "in cached files", "cold": "file to file, cold", "capped": "file to file, in 512 MiB"}


def _achieved(row):
    """{contender: part of the limit}"""
    limit = statistics.median(row["limit_seconds"])
    return {name: limit / statistics.median(contender["seconds"])
            for name, contender in row["contenders"].items() if contender["state"] == "ok"}


def _panel(axes, rows, title):
    for y, row in enumerate(rows):
        achieved = _achieved(row)
        for name in [name for name in ALL if name in achieved]:
            axes.plot(achieved[name], y, STYLES[name], color=COLOURS[name], markersize=5, alpha=.85, linestyle="none")
        axes.plot(achieved["farray"], y, "o", color="black", markersize=8, linestyle="none", zorder=3)
    axes.axvline(1, color="black", linewidth=.8)
    axes.set_xscale("log")
    axes.set_title(title, fontsize=10)
    axes.set_yticks(range(len(rows)), [f"{row['number']}  {row['name']}" for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - .5, -.5)
    axes.set_xlabel("part of the limit's speed", fontsize=8)
    axes.grid(axis="both", color="#dddddd", linewidth=.5)
    axes.set_axisbelow(True)


def _legend(figure, names):
    marks = [pyplot.Line2D([], [], marker="o", color="black", markersize=8, linestyle="none", label="farray")]
    marks += [pyplot.Line2D([], [], marker=STYLES[name], color=COLOURS[name], linestyle="none", label=LABELS[name])
              for name in ALL if name in names]
    figure.legend(handles=marks, loc="lower center", ncols=5, fontsize=8, frameon=False)


def draw(run, path):
    panels = [(title, [row for row in run["rows"] if row["condition"] == condition and row["state"] == "ok"])
              for condition, title in TITLES.items()]
    panels = [(title, rows) for title, rows in panels if rows]
    height = max(len(rows) for _, rows in panels) * .24 + 1.8
    figure, axes = pyplot.subplots(1, len(panels), figsize=(4.6 * len(panels), height), squeeze=False)
    for panel, (title, rows) in zip(axes[0], panels):
        _panel(panel, rows, title)
    _legend(figure, {name for _, rows in panels for row in rows for name in row["contenders"]})
    figure.tight_layout(rect=(0, .6 / height, 1, 1))
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
