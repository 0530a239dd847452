#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares printing with NumPy's str() on random arrays. CTest says where the program is by FARRAY_BUILD.

    python3 tests/api/test_print_oracle.py [--program build/api_test_print] [--cases N] [--seed S]

Exit status 0: all texts are equal; 1: some differ (the first ones are shown); 77: there is no NumPy.
"""
import argparse
import os
import random
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("NumPy is not installed: skipped")
    sys.exit(77)

FLOATS = ["f2", "f4", "f8"]
NUMBERS = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "c8", "c16"] + FLOATS * 3


UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]


def scalar_dtype(rng, orders="<>"):
    if rng.random() < 0.12:
        return f"{rng.choice(orders)}{rng.choice('Mm')}8[{rng.choice(['', '', '25'])}{rng.choice(UNITS)}]"
    kind = rng.choice(NUMBERS + ["S", "U", "V"])
    if kind in "SUV":
        kind += str(rng.randint(1, 6))
    return rng.choice(orders) + kind if kind[0] not in "?SV" and kind[-1] != "1" else kind


def field_dtype(rng, depth):
    if depth < 3 and rng.random() < 0.25:
        dtype = structured_dtype(rng, depth + 1)
    else:
        dtype = scalar_dtype(rng)
    if rng.random() < 0.25:
        return dtype, tuple(rng.randint(1, 4) for _ in range(rng.randint(1, 3)))
    return dtype, ()


def structured_dtype(rng, depth=0):
    fields = []
    for i in range(rng.randint(1, 4)):
        dtype, shape = field_dtype(rng, depth)
        fields.append((f"f{i}", dtype) + ((shape,) if shape else ()))
    return fields


def floats(rng, dtype, count):
    """Numbers of one of the kinds that choose between NumPy's ways of writing them."""
    size = np.dtype(dtype).itemsize
    kind = rng.randrange(9)
    nprng = np.random.default_rng(rng.getrandbits(64))
    if kind == 0:
        values = nprng.integers(0, 256, (count, size), dtype=np.uint8).view(dtype).reshape(count)
    elif kind == 1:
        values = nprng.standard_normal(count)
    elif kind == 2:
        values = nprng.integers(-1000, 1000, count) / rng.choice([1, 2, 8, 10, 1000])
    elif kind == 3:
        values = 10.0 ** nprng.integers(-6, 9, count)
    elif kind == 4:
        values = 2.0 ** nprng.integers(-30, 30, count)
    elif kind == 5:
        values = np.zeros(count)
    elif kind == 6:
        values = nprng.standard_normal(count) * 10.0 ** rng.randint(-310, 305)
    elif kind == 7:
        values = np.array([rng.choice([1e-4, 9.9e-5, 1000., 1e3 + 1e-9, 1e8, 99999999., 1e6, 1e16, 5e-324, 0.1, 5e-9])
                           for _ in range(count)])
    else:
        values = 2.0 ** nprng.integers(-1074, 1024, count)
    with np.errstate(all="ignore"):
        values = values.astype(dtype)
        for special in (np.nan, np.inf, -np.inf, -0.0):
            if rng.random() < 0.15:
                values[nprng.random(count) < 0.3] = special
    return values


def fill(rng, array):
    """Fills a 1-d array of any dtype, in place."""
    dtype = array.dtype
    if dtype.names is not None:
        for name in dtype.names:
            part = array[name]
            flat = np.zeros(part.size, part.dtype)
            fill(rng, flat)
            array[name] = flat.reshape(part.shape)
        return
    count = array.size
    if dtype.kind == "f":
        array[...] = floats(rng, dtype.newbyteorder("="), count)
    elif dtype.kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        with np.errstate(all="ignore"):
            values = np.empty(count, dtype.newbyteorder("="))
            values.real = floats(rng, part, count)
            values.imag = floats(rng, part, count)
            array[...] = values
    elif dtype.kind == "b":
        array[...] = [rng.random() < 0.5 for _ in range(count)]
    elif dtype.kind in "iu":
        info = np.iinfo(dtype)
        small = rng.random() < 0.5
        low, high = (max(info.min, -20), min(info.max, 100)) if small else (info.min, info.max)
        array[...] = [rng.randint(low, high) for _ in range(count)]
    elif dtype.kind in "mM":
        most = rng.choice([3, 1000, 10**6, 10**12, 10**17])
        values = np.array([rng.randint(-most, most) for _ in range(count)], np.int64)
        values[np.random.default_rng(rng.getrandbits(64)).random(count) < rng.choice([0, 0, 0.3, 1])] = -2**63
        array[...] = values.view(dtype.newbyteorder("="))
    elif dtype.kind == "S":
        array[...] = [bytes(rng.choice([rng.randrange(256), 39, 34, 97]) for _ in range(dtype.itemsize))
                      for _ in range(count)]
    elif dtype.kind == "U":
        pool = [39, 34, 92, 10, 0x61, 0xe9, 0x85, 0xad, 0x2028, 0x4e2d, 0x1f600, 0xe000, 0x10ffff, 0x378]
        array[...] = ["".join(chr(rng.choice(pool)) for _ in range(dtype.itemsize // 4)) for _ in range(count)]
    else:
        array[...] = [np.void(rng.randbytes(dtype.itemsize)) for _ in range(count)]


def shape_of(rng):
    kind = rng.randrange(10)
    if kind == 0:
        return ()
    if kind < 5:
        return (rng.choice([0, 1, 2, 3, 5, 7, 12, 30, 100, 1001]),)
    if kind < 7:
        return (rng.randint(1, 40), rng.randint(1, 40))
    if kind < 9:
        return tuple(rng.choice([0, 1, 2, 3, 7, 8]) for _ in range(rng.randint(3, 4)))
    return tuple(rng.choice([1, 2]) for _ in range(rng.randint(5, 7)))


def shown(array, threshold, edge):
    if array.size <= threshold:
        return array
    for axis, size in enumerate(array.shape):
        if size > 2 * edge:
            array = np.take(array, list(range(edge)) + list(range(size - edge, size)), axis)
    return array


def make_case(rng):
    text = str(structured_dtype(rng)) if rng.random() < 0.3 else scalar_dtype(rng)
    dtype = np.dtype(eval(text) if text.startswith("[") else text)
    shape = shape_of(rng)
    flat = np.zeros(int(np.prod(shape)), dtype)
    fill(rng, flat)
    if rng.random() < 0.5:
        options = dict(precision=8, threshold=1000, edgeitems=3, linewidth=75, suppress=False)
    else:
        options = dict(precision=rng.choice([0, 1, 2, 3, 8, 12, 17, 30]), threshold=rng.choice([1, 10, 100, 1000]),
                       edgeitems=rng.randint(1, 5), linewidth=rng.choice([1, 10, 20, 40, 75, 120]),
                       suppress=rng.random() < 0.4)
    return text, flat.reshape(shape), options


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(os.environ.get("FARRAY_BUILD", "build"), "api_test_print"))
    parser.add_argument("--cases", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}")
    rng = random.Random(seed)
    child = subprocess.Popen([arguments.program, "--filter"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    different = 0
    for case in range(arguments.cases):
        text, array, options = make_case(rng)
        with np.printoptions(**options):
            wanted = str(array)
        sizes = ",".join(map(str, array.shape)) or "-"
        settings = (f"{options['precision'] or -1},{options['threshold']},{options['edgeitems']},"
                    f"{options['linewidth']},{int(options['suppress'])}")
        data = shown(array, options["threshold"], options["edgeitems"]).tobytes()
        child.stdin.write(f"{text};{sizes};{settings}\n".encode() + data)
        child.stdin.flush()
        length = child.stdout.readline()
        if not length:
            print(f"case {case}: the program ended at {text} {array.shape} {options}")
            return 1
        given = child.stdout.read(int(length)).decode("utf-8", "replace")
        if given != wanted:
            different += 1
            if different <= 3:
                at = next((i for i, (a, b) in enumerate(zip(wanted, given)) if a != b), min(len(wanted), len(given)))
                begin, end = max(0, at - 60), at + 60
                print(f"case {case}: {text} {array.shape} {options}, at character {at}\n"
                      f"NumPy:  {wanted[begin:end]!r}\nfarray: {given[begin:end]!r}")
    child.stdin.close()
    print(f"{arguments.cases} cases, {different} differ")
    return 1 if different or child.wait() != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
