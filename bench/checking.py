# SPDX-License-Identifier: BSD-3-Clause
"""Whether a result is the result: a fast wrong answer is worth nothing. What is right is what NumPy says about the row's text.
Large arrays are compared by blocks. Knows nothing about who computed.
"""
import numpy as np

RELATIVE = 1e-9   # of sums whose terms are added in another order
CLOSE = 1e-14     # of elements
BLOCK = 1 << 22   # elements


def _numpy(text, arrays):
    return np.asarray(eval(text, vars(np), arrays))


def _close(found, right, relative):
    if found.shape != right.shape or found.dtype.kind != right.dtype.kind:
        return False
    if right.dtype.kind != "f":
        return np.array_equal(found, right)
    return bool(np.allclose(found, right, rtol=relative, atol=relative * np.abs(right).mean() if right.size else 0))


def _blocks(shape):
    """Ranges of the first axis of some million elements each."""
    if not shape:
        return [(0, 1)]
    step = max(1, BLOCK // max(1, int(np.prod(shape[1:]))))
    return [(start, min(start + step, shape[0])) for start in range(0, shape[0], step)]


def _same(results, number, right):
    if tuple(results.shapes[number]) != right.shape:
        return False
    return all(_close(results.block(number, *block), right[block[0]:block[1]] if right.ndim else right, RELATIVE)
               for block in _blocks(right.shape))


def _elementwise(row, results, arrays):
    """Row by row: the text of a part is the part of the text."""
    return all(_close(results.block(0, start, stop),
                      _numpy(row.text, {name: array[start:stop] for name, array in arrays.items()}), CLOSE)
               for start, stop in _blocks(arrays["a"].shape))


def _order(results, array):
    """Positions that sort: each once, whatever order equal elements have."""
    found = results.block(0, 0, array.size)
    return np.array_equal(array[found], np.sort(array)) and np.array_equal(np.sort(found), np.arange(array.size))


def _noise(row, results):
    """Mean and spread of what should be uniform in [0, 1) or normal, to six standard errors."""
    mean, std = (.5, 12 ** -.5) if row.noise == "uniform" else (0, 1)
    part = np.concatenate([results.block(0, *block).reshape(-1) for block in _blocks(results.shapes[0])[:4]])
    if row.noise == "uniform" and not (part.min() >= 0 and part.max() < 1):
        return False
    error = 6 * std / np.sqrt(part.size)
    return abs(part.mean() - mean) < error and abs(part.std() - std) < error


def right(row, results, arrays):
    """`results` has `shapes`, and `block(number, start, stop)` of each result's first axis."""
    if row.check == "blocks":
        return _elementwise(row, results, arrays)
    if row.check == "order":
        return _order(results, arrays["s"])
    if row.check == "noise":
        return _noise(row, results)
    return all(_same(results, number, _numpy(text, arrays)) for number, text in enumerate(row.texts))
