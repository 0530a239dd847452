# SPDX-License-Identifier: BSD-3-Clause
"""Holds farray's views against NumPy's: `oracle_views.py PROGRAM [COUNT] [SEED]`.

PROGRAM is oracle_views. Random programs of slices, transposes, reshapes, broadcasts, diagonals, windows and fields run in
both; shape, strides, offset, flags, overlap of two views and of a view with itself must be the same, and so must the
step at which an error comes.
"""
import random
import subprocess
import sys

import numpy as np
from numpy._core._multiarray_tests import internal_overlap
from numpy.lib.stride_tricks import sliding_window_view

DTYPES = [
    "u1", "<i2", "f4", ">f8", "c16", "S3", "U2",
    "[('a', '<i4'), ('b', '<f8')]",
    "[('a', '<i2', (2, 3)), ('p', [('x', '<f4'), ('y', 'u1', (2,))]), ('z', '>i8')]",
]  # fmt: skip


def number(rng, size):
    return rng.choice([rng.randint(-size - 1, size + 1), rng.randint(-size - 1, size + 1), 0, -1, size, 10**20, -(10**20)])


def part(rng, size):
    if rng.random() < 0.35 and size:
        return str(rng.randint(-size, size - 1) if rng.random() < 0.97 else number(rng, size))
    ends = ["" if rng.random() < 0.4 else str(number(rng, size)) for _ in range(2)]
    step = rng.choice(["", "", ":", ":1", ":2", ":-1", ":-1", ":-2", ":3", ":None", ":7", ":-9223372036854775807"])
    if rng.random() < 0.01:
        step = ":0"
    return ends[0] + ":" + ends[1] + step


def slice_text(rng, view):
    parts = [part(rng, size) for size in view.shape[: rng.randint(0, view.ndim)]]
    if rng.random() < 0.3:
        keep = rng.randint(0, len(parts))
        tail = [part(rng, size) for size in view.shape[view.ndim - (len(parts) - keep) :]] if keep < len(parts) else []
        parts = parts[:keep] + ["..."] + tail
    while rng.random() < 0.2:
        parts.insert(rng.randint(0, len(parts)), rng.choice(["None", "newaxis"]))
    if rng.random() < 0.02:
        parts += ["0", "..."]
    if not parts:
        return "[...]" if rng.random() < 0.5 else "[()]"
    text = "[" + rng.choice([", ", ","]).join(parts) + rng.choice(["", "", ","]) + "]"
    return text


def factors(rng, size):
    """A shape of `size` elements."""
    sizes = []
    while size > 1 and rng.random() < 0.8:
        divisors = [d for d in range(2, min(size, 40) + 1) if size % d == 0]
        if not divisors:
            break
        sizes.append(rng.choice(divisors))
        size //= sizes[-1]
    if size != 1 or rng.random() < 0.2:
        sizes.append(size)
    while rng.random() < 0.2:
        sizes.insert(rng.randint(0, len(sizes)), 1)
    if sizes and rng.random() < 0.2:
        sizes[rng.randrange(len(sizes))] = -1
    if rng.random() < 0.03:
        sizes.append(rng.choice([-1, 2, 0]))
    return sizes


def axis(rng, view):
    return rng.randint(-view.ndim, view.ndim - 1) if view.ndim and rng.random() < 0.98 else rng.randint(-70, 70)


def step(rng, view):
    """An operation as text, and what NumPy does for it."""
    kind = rng.choice("SSSSTPWRRVBDGF")
    if rng.random() < 0.95 and (view.ndim < 2 and kind == "D" or view.dtype.names is None and kind == "F"):
        kind = "S"
    if kind == "S":
        text = slice_text(rng, view)
        return "S" + text, lambda v: eval("v" + text, {"v": v, "newaxis": None})
    if kind == "T":
        return "T", lambda v: v.T
    if kind == "P":
        axes = list(range(view.ndim))
        rng.shuffle(axes)
        axes = [a - view.ndim if rng.random() < 0.2 else a for a in axes]
        if rng.random() < 0.03:
            axes.append(0)
        return "P" + ",".join(map(str, axes)), lambda v: v.transpose(axes) if axes or v.ndim == 0 else 1 / 0
    if kind == "W":
        a, b = axis(rng, view), axis(rng, view)
        return f"W{a},{b}", lambda v: v.swapaxes(a, b)
    if kind == "R":
        sizes = factors(rng, view.size)
        return "R" + ",".join(map(str, sizes)), lambda v: v.reshape(sizes, copy=False)
    if kind == "V":
        return "V", lambda v: v.reshape(-1, copy=False)
    if kind == "B":
        sizes = [rng.randint(0, 4) if s == 1 and rng.random() < 0.7 else s for s in view.shape]
        sizes = [rng.randint(0, 3) for _ in range(rng.randint(0, 2))] + sizes
        if rng.random() < 0.03:
            sizes = sizes[1:] + [5]
        return "B" + ",".join(map(str, sizes)), lambda v: np.broadcast_to(v, sizes)
    if kind == "D":
        offset, a, b = rng.randint(-4, 4), axis(rng, view), axis(rng, view)
        return f"D{offset},{a},{b}", lambda v: v.diagonal(offset, a, b)
    if kind == "G":
        a = axis(rng, view)
        width = rng.randint(0, view.shape[a] + 1) if view.ndim and -view.ndim <= a < view.ndim else 1
        return f"G{width},{a}", lambda v: sliding_window_view(v, width, a)
    names = list(view.dtype.names or ["nothing"])
    if "p" in names:
        names += ["p.x", "p.y", "p.nothing"]
    name = rng.choice(names)

    def field(v):
        for piece in name.split("."):
            v = v[piece]
        return v

    return "F" + name, field


def flags_of(view):
    f = view.flags
    return f.c_contiguous + 2 * f.f_contiguous + 4 * f.writeable + 8 * f.aligned


def program(rng, base):
    """Texts of operations up to the first that NumPy refuses, and the view (None: refused)."""
    texts, view = [], base
    for _ in range(rng.randint(1, 6)):
        text, function = step(rng, view)
        texts.append(text)
        try:
            view = function(view)
        except Exception:
            return texts, None
        if not isinstance(view, np.ndarray):  # an element: farray's view of 0 dimensions, which "..." gives in NumPy
            return ["S[...]"], base
        if view.ndim > 40:
            break
    return texts, view


def describe(view, base):
    offset = view.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return [view.ndim, *view.shape, *view.strides, offset, flags_of(view), internal_overlap(view)]


def same(answer, view, base):
    if view is None:
        return answer.startswith("FA_") and not answer.startswith("FA_INTERNAL")
    if answer.startswith("FA_"):
        return False
    answer, order = answer.split(";")
    got, expected = [int(word) for word in answer.split()], describe(view, base)
    # Windows of windows are large where nothing is stored: what is larger than the test's memory is left out.
    if view.dtype.kind in "iufc" and view.dtype.isnative and view.size and view.nbytes <= 2**26:
        result = np.positive(view)  # laid out in K order
        strides = [int(word) for word in order.split()]
        if any(a != b for a, b, size in zip(strides, result.strides, view.shape) if size > 1):
            return False
    if view.size == 0:  # NumPy's empty arrays have strides of 0; farray's keep their offset inside of the source
        got[1 + view.ndim : -2] = expected[1 + view.ndim : -2]
    for i in range(1 + view.ndim, 1 + 2 * view.ndim):  # a stride of one element whose product overflows in NumPy
        if expected[i - view.ndim] == 1 and max(abs(expected[i]), abs(got[i])) > 2**60:
            got[i] = expected[i]
    if expected[-1] < 0:
        got[-1] = expected[-1]  # too hard for NumPy
    return got == expected


def share(a, b):
    try:
        return np.shares_memory(a, b, max_work=10**6)
    except np.exceptions.TooHardError:
        return None


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"oracle_views.py: seed {seed}")
    rng = random.Random(seed)
    lines, cases = [], []
    while len(lines) < count:
        dtype = rng.choice(DTYPES)
        shape = [rng.choice([0, 1, 1, 2, 3, 4, 5, 6, 8, 12]) if rng.random() < 0.9 else 3 for _ in range(rng.randint(0, 5))]
        base = np.zeros(shape, np.dtype(eval(dtype) if dtype[0] == "[" else dtype))
        first, second = program(rng, base), program(rng, base)
        lines.append("\t".join([dtype, ",".join(map(str, shape)), ";".join(first[0]), ";".join(second[0])]))
        cases.append((base, first[1], second[1]))
    run = subprocess.run([sys.argv[1]], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    answers = run.stdout.split("\n")[:-1]
    assert len(answers) == len(lines), (len(answers), len(lines), run.stderr)
    wrong = refused = overlaps = 0
    for line, answer, (base, first, second) in zip(lines, answers, cases):
        one, two, shared = answer.split("\t")
        good = same(one, first, base) and same(two, second, base)
        refused += (first is None) + (second is None)
        if first is not None and second is not None:
            expected = share(first, second)
            overlaps += bool(expected)
            good = good and (expected is None or bool(expected) == bool(int(shared)))
        if not good:
            wrong += 1
            if wrong <= 20:
                print("DIFFERS", line, "\n   farray:", answer)
                print("   numpy: ", *[v is not None and describe(v, base) for v in (first, second)])
    print(f"oracle_views.py: {count} pairs of programs, {refused} refused by both, {overlaps} overlap, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
