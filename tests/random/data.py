# SPDX-License-Identifier: BSD-3-Clause
"""Elements for the arrays of random programs, from a seed, by profile. Knows element types, nothing about programs."""
import numpy as np

PROFILES = ["mixed", "finite", "small", "unit", "positive"]
LAYOUTS = ["C", "F", "strided", "negative", "broadcast", "misaligned", "swapped", "file", "pending", "0-d"]


def elements(dtype, shape, profile, seed):
    """An array in C order and the machine's byte order."""
    return np.asarray(_elements(dtype, shape, profile, seed))


def _elements(dtype, shape, profile, seed):
    dtype = np.dtype(dtype).newbyteorder("=")
    generator = np.random.default_rng(seed)
    if dtype.names is not None:
        array = np.zeros(shape, dtype)
        for number, name in enumerate(dtype.names):
            field = dtype[name]
            inner = shape + field.shape if field.subdtype else shape
            array[name] = elements(field.base, inner, profile, seed + number + 1)
        return array
    if dtype.kind == "b" and profile == "true":
        return np.ones(shape, bool)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu":
        return _integers(generator, dtype, shape, profile)
    if dtype.kind in "Mm":
        return _times(generator, dtype, shape, profile)
    if dtype.kind == "f":
        return _floats(generator, dtype, shape, profile)
    if dtype.kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        array = np.empty(shape, dtype)
        array.real = _floats(generator, part, shape, profile)
        array.imag = _floats(generator, part, shape, profile)
        return array
    if dtype.kind in "SU":
        return _texts(generator, dtype, shape)
    raw = generator.integers(0, 256, int(np.prod(shape, dtype="i8")) * dtype.itemsize, dtype="u1")
    return raw.view(dtype).reshape(shape) if dtype.itemsize else np.zeros(shape, dtype)


def _integers(generator, dtype, shape, profile):
    limits = np.iinfo(dtype)
    if profile in ("mixed", "finite"):
        array = generator.integers(limits.min, limits.max, shape, dtype, endpoint=True)
        special = np.array([0, 1, limits.max, limits.min, limits.max - 1], dtype)
        return np.where(generator.random(shape) < 0.2, generator.choice(special, shape), array).astype(dtype)
    low, high = {"small": (0 if dtype.kind == "u" else -3, 6), "unit": (0, 1), "positive": (1, 12)}[profile]
    return generator.integers(low, high, shape, dtype, endpoint=True)


def _times(generator, dtype, shape, profile):
    """Counts of the unit; some of them no time, in some profiles some that other units cannot hold."""
    low, high = (-3000, 3000) if profile in ("small", "unit", "positive") else (-10**10, 10**10)
    array = generator.integers(low, high, shape)
    if profile == "mixed":
        special = np.array([0, 1, -1, 2**62, -2**62, 2**63 - 1, -2**63])
        array = np.where(generator.random(shape) < 0.2, generator.choice(special, shape), array)
    array = np.where(generator.random(shape) < 0.1, -2**63, array)
    return np.asarray(array, "i8").view(dtype)


def _texts(generator, dtype, shape):
    """Letters that are often the same, of all lengths."""
    size = dtype.itemsize // (4 if dtype.kind == "U" else 1)
    count = int(np.prod(shape, dtype="i8"))
    codes = generator.integers(ord("a"), ord("d"), (count, size)).astype("u4")
    codes[np.arange(size) >= generator.integers(0, size + 1, (count, 1))] = 0
    return codes.view(f"U{size}").reshape(shape).astype(dtype) if size else np.zeros(shape, dtype)


def _floats(generator, dtype, shape, profile):
    if profile == "small":
        return generator.integers(-4, 5, shape).astype(dtype)
    if profile == "unit":
        return generator.uniform(-1, 1, shape).astype(dtype)
    if profile == "positive":
        return generator.uniform(0.05, 8, shape).astype(dtype)
    array = (generator.standard_normal(shape) * 10 ** generator.uniform(-2, 2, shape)).astype(dtype)
    if profile == "mixed":
        limits = np.finfo(dtype)
        special = np.array([0, -0.0, np.inf, -np.inf, np.nan, 1, -1, limits.max, limits.tiny, 0.5], dtype)
        array = np.where(generator.random(shape) < 0.15, generator.choice(special, shape), array).astype(dtype)
    return array


def layout_of(array, pending, in_file):
    """The name of an operand's layout, as coverage counts it."""
    if pending:
        return "pending"
    if array.ndim == 0:
        return "0-d"
    if not array.dtype.isnative:
        return "swapped"
    if not array.flags.aligned:
        return "misaligned"
    steps = [stride for size, stride in zip(array.shape, array.strides) if size > 1]
    if 0 in steps:
        return "broadcast"
    if any(step < 0 for step in steps):
        return "negative"
    if array.flags.c_contiguous:
        return "file" if in_file else "C"
    if array.flags.f_contiguous or array.T.flags.c_contiguous:
        return "F"
    return "strided"
