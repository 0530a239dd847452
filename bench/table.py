# SPDX-License-Identifier: BSD-3-Clause
"""A stored run as tables of Markdown, which people read in a terminal too. Knows the stored form, and nothing else."""
import statistics

from peers import ALL, LABELS

CONDITIONS = {
    "hot": "Hot: in memory",
    "cached": "Cached: files in the page cache",
    "cold": "Cold: from file to durable file, nothing in the page cache",
    "capped": "Capped: the same in a control group of 512 MiB",
}


def _lines(head, rows):
    """Columns padded, so that it is a table before it is rendered."""
    cells = [head, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]

    def line(row):
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
    return [line(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows)]


def _time(seconds):
    return f"{seconds * 1e3:.1f}" if seconds < .1 else f"{seconds * 1e3:.0f}"


def _ratio(ratio):
    return f"{ratio['median']:.2f} ({ratio['low']:.2f}–{ratio['high']:.2f})" if ratio else "–"


def _short(ratio):
    return f"{ratio['median']:.2f}" if ratio else "–"


def _cell(contender):
    if contender is None:
        return "–"
    if contender["state"] != "ok":
        return contender["state"].split(":")[0]
    return _time(statistics.median(contender["seconds"]))


def _row(row, names):
    if row["state"] != "ok":
        return [str(row["number"]), row["name"], row["state"].split(":")[0]] + ["–"] * (len(names) + 7)
    mine = row["contenders"]["farray"]
    best = LABELS[row["best_peer"]] if row["best_peer"] else "–"
    return [str(row["number"]), row["name"], _cell(mine), *(_cell(row["contenders"].get(name)) for name in names),
            _time(statistics.median(row["limit_seconds"])), best, _ratio(row.get("to_peer")), _ratio(row["to_limit"]),
            f"{mine['resident_growth'] / 1e6:.1f}", f"{mine['cpu_seconds']:.2f}", str(mine["major_faults"])]


def workloads(run, condition):
    rows = [row for row in run["rows"] if row["condition"] == condition]
    names = [name for name in ALL if any(name in row.get("contenders", {}) for row in rows)]
    head = ["#", "job", "farray", *(LABELS[name] for name in names), "limit", "best peer", "times the best peer",
            "of the limit", "MB", "CPU s", "faults"]
    return _lines(head, [_row(row, names) for row in rows])


def layouts(run):
    texts = list(dict.fromkeys(row["text"] for row in run["layouts"]))
    names = list(dict.fromkeys(row["layout"] for row in run["layouts"]))
    found = {(row["layout"], row["text"]): row for row in run["layouts"]}
    return _lines(["operands", *(f"`{text}`" for text in texts)],
                  [[name, *(_ratio(found[name, text].get("ratio")) if found[name, text]["state"] == "ok" else "wrong"
                            for text in texts)] for name in names])


def _rails(run):
    rails = run["rails"]
    lines = _lines(["call on one element", "microseconds"], [[n, f"{v:.1f}"] for n, v in rails["overhead"].items()])
    lines += ["", *_lines(["job", f"{run['machine']['threads']} threads beside 1"],
                          [[name, _ratio(ratio)] for name, ratio in rails["scaling"].items()])]
    return lines


def _sizes(run):
    rails = run["rails"]
    sizes = list(dict.fromkeys(size for of in rails["sizes"].values() for size in of))
    lines = _lines(["MiB an array, in memory", *map(str, sizes)],
                   [[f"`{name}`", *(_short(of.get(size)) for size in sizes)] for name, of in rails["sizes"].items()])
    sizes = rails["file sizes"]
    return [*lines, "", *_lines(["MiB of a file, cold", *map(str, sizes)], [["`sum(a)`", *map(_short, sizes.values())]])]


def _tight(run):
    rows = [row for row in run["rows"] if row["condition"] == "tight"]
    return _lines(["#", "job", "resident MB"],
                  [[str(row["number"]), row["name"], f"{row['contenders']['farray']['resident_growth'] / 1e6:.1f}"
                    if row["state"] == "ok" else row["state"].split(":")[0]] for row in rows])


def _size(run, condition):
    """Of what was measured."""
    n = next((row["n"] for row in run["rows"] if row["condition"] == condition and "n" in row), 0)
    return f"{n} x {n} float64, {n * n * 8 >> 20} MiB an array"


def whole(run):
    """Everything that the run has, as lines."""
    machine = run["machine"]
    lines = [f"{machine['processor']}{', AVX-512' if machine['avx512'] else ''}, {machine['threads']} threads, "
             f"{machine['memory_bytes'] / 2 ** 30:.0f} GiB, {machine['system']}; OpenBLAS for {machine['openblas']}. "
             + ", ".join(f"{name} {version}" for name, version in run["versions"].items()) + ". Times in milliseconds, "
             "medians of the rounds; ratios with their 95 % interval."]
    for condition, title in CONDITIONS.items():
        if any(row["condition"] == condition for row in run["rows"]):
            lines += ["", f"### {title}, {_size(run, condition)}", "", *workloads(run, condition)]
    if any(row["condition"] == "tight" for row in run["rows"]):
        lines += ["", "### Resident memory with a limit of 64 MiB, from file to file", "", *_tight(run)]
    if run.get("layouts"):
        lines += ["", "### Operands that lie otherwise: speed beside the plain case", "", *layouts(run)]
    if run.get("rails"):
        lines += ["", "### Small things", "", *_rails(run)]
        lines += ["", "### Every size: what part of the limit of the cache, of memory, of the disk", "", *_sizes(run)]
    return lines
