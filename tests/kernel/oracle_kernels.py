# SPDX-License-Identifier: BSD-3-Clause
"""Every kernel against NumPy, on both instruction sets.

    python oracle_kernels.py LIBRARY [--seed N]

LIBRARY is built from oracle_kernels.c. Exact kernels must give NumPy's bits (NaNs are all alike; zeros of minimum and
maximum may differ in sign), the others must be near the value in long double. Both instruction sets must give the same
bits everywhere. Prints the coverage: operation x type x scalar mask; an empty cell that should not be one is a failure.
"""
import argparse
import ctypes
import os
import shutil
import sys
import tempfile
import warnings

import numpy as np

import complex_functions
import narrow_floats

warnings.simplefilter("ignore")
np.seterr(all="ignore")

TYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "bfloat16", "f4", "f8", "c8", "c16"]
DTYPES = [np.dtype(t) for t in TYPES]  # numbered as fa_type
NUMPYS = [(t, dtype) for t, dtype in enumerate(DTYPES) if dtype.kind != "V"]  # bfloat16 is asked for in narrow_floats.py
FLOAT32, FLOAT64 = TYPES.index("f4"), TYPES.index("f8")
REAL = {"c8": np.dtype("f4"), "c16": np.dtype("f8")}
failures = 0


def fail(*words):
    global failures
    failures += 1
    if failures < 60:
        print("FAIL", *words)


class Library:
    def __init__(self, path, isa, folder):
        os.environ["FARRAY_ISA"] = isa
        copy = shutil.copy(path, os.path.join(folder, f"{len(os.listdir(folder))}.so"))
        self.c = c = ctypes.CDLL(copy)
        for name in ("kernels_isa", "kernels_operation", "kernels_reduction"):
            getattr(c, name).restype = ctypes.c_char_p
        c.kernels_reducer.restype = ctypes.c_void_p
        p, i, n, d, u = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.c_double, ctypes.c_uint
        for name, types in {
            "run": [i, i, p, p, p, p, n, u], "run_mixed": [i, i, p, p, p, n, u], "any_negative": [p, i, n],
            "convert": [i, i, p, p, n], "gather": [p, p, n, n, n, i], "scatter": [p, n, p, n, n, i],
            "transpose": [p, n, p, n, n, n, n, i, i], "stream_copy": [p, p, ctypes.c_size_t], "fill": [p, p, n, n],
            "reducer_result": [p], "reducer_components": [p], "reduce": [p, p, p, n, n, d],
            "reduce_rows": [p, p, p, n, n, d], "reduce_strips": [p, p, p, n, n, n, d],
            "generate": [i, i, ctypes.c_uint64, d, d, n, n, d, n, n, n, p, i],
        }.items():
            getattr(c, "kernels_" + name).argtypes = types
        assert c.kernels_isa().decode() == isa, c.kernels_isa()


def address(array):
    return None if array is None else array.ctypes.data


def special(dtype, rng, n=0):
    """Adversarial values of a type, then random bits and small numbers up to n elements."""
    kind, size = dtype.kind, dtype.itemsize
    if kind == "b":
        base = np.array([0, 1], "u1").view("?")
        more = rng.integers(0, 2, max(n, 64)).astype("?")
    elif kind in "iu":
        info = np.iinfo(dtype)
        base = [0, 1, 2, 3, 5, 7, 8, 15, 16, 31, 32, 63, 64, 65, 100, info.max, info.max - 1, info.min, info.min + 1,
                info.max // 2, info.max // 2 + 1]
        if kind == "i":
            base += [-1, -2, -3, -7, -8, -64]
        base = np.array([b for b in base if info.min <= b <= info.max], dtype)
        m = max(n, 64)
        more = np.concatenate([rng.integers(0, 256, m * size).astype("u1").view(dtype),
                               rng.integers(max(info.min, -9), 10, m).astype(dtype)])
    elif kind == "f":
        info = np.finfo(dtype)
        base = [0.0, 1.0, 0.5, 1.5, 2.0, 2.5, 3.0, 3.5, 10.0, 0.1, 1 / 3, 100.0, 1e3, 65504.0, 1e-3, 1e-5,
                np.inf, np.nan, info.max, info.tiny, info.smallest_subnormal, info.tiny / 2, info.eps,
                1 - info.epsneg, 1 + info.eps, 0.49999999999999994, 2.0**31, 2.0**63, 2.0**52, 2.0**53 + 2, 2.0**23,
                4503599627370497.5, 709.5, 710.4, 88.6, 89.2, 745.1, 1e10, 1e22, 1e30, 1e300, 1e-30, 1e-300, 2.0**61,
                np.pi, np.pi / 2, np.pi / 4, 20.0, 0.3]
        base = np.array(base, "f8").astype(dtype)
        base = np.concatenate([base, -base])
        m = max(n, 64)
        more = np.concatenate([rng.integers(0, 256, m * size).astype("u1").view(dtype),
                               rng.standard_normal(m).astype(dtype), (rng.standard_normal(m) * 50).astype(dtype)])
    else:
        part = REAL["c%d" % size]
        values = special(part, rng, n)
        m = max(n, 64)
        base = np.empty(len(values), dtype)
        base.real, base.imag = values, rng.permutation(values)
        more = np.empty(m, dtype)
        more.real, more.imag = rng.standard_normal(m), rng.standard_normal(m)
        few = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 2.0], part)
        grid = np.empty(64, dtype)
        grid.real, grid.imag = np.repeat(few, 8), np.tile(few, 8)
        more = np.concatenate([more, grid])
    values = np.concatenate([base, more]).astype(dtype)
    if kind == "f":
        values[np.isnan(values)] = np.nan  # a signalling NaN is a payload
    return values


def pairs(dtype, rng):
    """Two arrays in which special values meet each other."""
    values = special(dtype, rng)[:120]
    a, b = np.repeat(values, len(values)), np.tile(values, len(values))
    keep = rng.permutation(len(a))[:6000]
    x, y = special(dtype, rng, 500), special(dtype, rng, 500)
    m = min(len(x), len(y))
    return np.concatenate([a[keep], x[:m]]), np.concatenate([b[keep], rng.permutation(y[:m])])


def same(result, expected, zero_sign_matters=True):
    """Indices at which bits differ, all NaNs being alike."""
    if result.dtype.kind == "c":
        real, imag = REAL["c%d" % result.itemsize], None
        r, e = result.view(real), expected.view(real)
        bad = same(r, e, zero_sign_matters) // 2
        return np.unique(bad)
    if result.dtype.kind != "f":
        return np.nonzero(result != expected)[0]
    unsigned = "u%d" % result.itemsize
    equal = result.view(unsigned) == expected.view(unsigned)
    equal |= np.isnan(result) & np.isnan(expected)
    if not zero_sign_matters:
        equal |= result == expected
    return np.nonzero(~equal)[0]


def ulps(result, exact):
    """Distance of real results from long double values in units of the last place of the result's type."""
    dtype = result.dtype
    info = np.finfo(dtype)
    wide = result.astype("g")
    with np.errstate(all="ignore"):
        limit = np.longdouble(info.max) * (1 + np.longdouble(info.eps) / 4)
        rounded = np.where(np.abs(exact) >= limit, np.copysign(np.longdouble(np.inf), exact), exact)
        exponent = np.floor(np.log2(np.maximum(np.abs(exact), np.longdouble(info.tiny))))
        unit = np.maximum(np.exp2(exponent) * np.longdouble(info.eps), np.longdouble(info.smallest_subnormal))
        distance = np.abs(wide - exact) / unit
        both = (np.isnan(wide) & np.isnan(exact)) | (wide == rounded) | (wide == exact)
        distance = np.where(both, 0, distance)
        distance = np.where(np.isnan(distance), np.inf, distance)
        # The largest finite number and infinity are neighbours.
        edge = np.isinf(wide) & np.isfinite(exact) & (np.abs(exact) > np.longdouble(info.max) * (1 - 2 * info.eps))
        edge |= np.isinf(rounded) & (np.abs(wide) >= np.longdouble(info.max) * (1 - 2 * info.eps)) & (wide * exact > 0)
        return np.where(both, 0, np.where(edge, 1, distance))


# ULP allowed; tests/kernel/accuracy.c measures more closely. NumPy's special values are asked for apart.
TOLERANCE = {"f2": 1.0, "f4": 1.0, "f8": 1.0}
worst = {}


def near(name, dtype, result, inputs, exact_inputs):
    """Checks an inexact kernel; gives indices that are too far off."""
    wide = [x.astype("g") if x.dtype.kind == "f" else x for x in exact_inputs]
    exact = getattr(np, name)(*wide)
    distance = ulps(result, exact)
    if name.startswith("logaddexp"):  # what cancels takes long doubles more digits than they have
        distance = np.where(np.abs(result.astype("g") - exact) <= 0.01 * np.finfo(dtype).eps, 0, distance)
    finite = distance[np.isfinite(distance)]
    key = (name, dtype.str[1:])
    if len(finite):
        worst[key] = max(worst.get(key, 0), float(finite.max()))
    bad = distance > TOLERANCE[dtype.str[1:]]
    # Domain errors, infinities and zeros are NumPy's.
    numpy = getattr(np, name)(*inputs)
    bad |= np.isnan(numpy) != np.isnan(result)
    bad |= (result == 0) & (numpy == 0) & (np.signbit(result) != np.signbit(numpy))
    bad[np.setdiff1d(np.arange(len(result)), same(result, numpy))] = False  # long double has faults of its own
    return np.nonzero(bad)[0]


def complex_near(name, dtype, result, inputs):
    """Signs, whose values are NumPy's to a few ULP. What other functions give is asked for in check_complex."""
    if name != "sign":
        return np.zeros(0, int)
    expected = np.sign(inputs[0])
    bad = np.isnan(result) != np.isnan(expected)
    bad |= np.abs(result - expected) > 4 * np.finfo(dtype).eps
    return np.nonzero(bad)[0]


def numpy_value(name, inputs):
    if name == "where":
        return np.where(*inputs)
    if name == "clip":
        # The ufunc: np.clip() itself refuses some types.
        return np._core.umath.clip(*inputs)
    if name.endswith("]"):
        return getattr(np, name[:-3])(*inputs)[int(name[-2])]
    if name in ("real", "imag"):
        value = getattr(np, name)(inputs[0])
        return np.ascontiguousarray(value)
    return getattr(np, name)(*inputs)


def check_elementwise(libraries, rng):
    cells, expected_cells = {}, 0
    c = libraries[0].c
    for operation in range(c.kernels_operation_count()):
        name, arity = c.kernels_operation(operation).decode(), c.kernels_arity(operation)
        if c.kernels_output(operation) >= 0:
            name += f"[{c.kernels_output(operation)}]"
        row = ""
        for t, dtype in NUMPYS:
            there = [lib.c.kernels_run(operation, t, None, None, None, None, 0, 0) for lib in libraries]
            if there[0] != there[1]:
                fail(name, dtype, "is on one instruction set only")
            if not there[0]:
                row += "."
                continue
            if arity == 1:
                arrays = [special(dtype, rng, 1100)]
            elif arity == 2:
                arrays = list(pairs(dtype, rng))
            else:
                arrays = list(pairs(dtype, rng))
                arrays.append(rng.permutation(arrays[1]))
            for k in range(arity):
                wanted = DTYPES[c.kernels_input(operation, t, k)]
                if wanted != dtype:  # conditions and exponents
                    arrays[k] = rng.permutation(np.resize(special(wanted, rng), len(arrays[k])))
            if name == "ldexp":
                near_ones = rng.integers(-2200, 2200, len(arrays[0]))
                arrays[1] = np.where(rng.random(len(arrays[0])) < 0.3, arrays[1], near_ones)
            if name == "power" and dtype.kind in "iu":
                arrays[1] = np.where(arrays[1] < 0, ~arrays[1], arrays[1]).astype(dtype)
            result_type = DTYPES[c.kernels_result(operation, t)]
            exact = c.kernels_exact(operation, t)
            ok = True
            for mask in range(1 << arity):
                sizes = [len(arrays[0])] if mask == 0 else [0, 1, 1024, *rng.choice([2, 3, 7, 8, 9, 15, 31, 64, 257], 3)]
                for n in map(int, sizes):
                    start = int(rng.integers(0, len(arrays[0]) - n + 1))
                    inputs, whole = [], []
                    for k, array in enumerate(arrays):
                        if mask >> k & 1:
                            one = array[int(rng.integers(0, len(array)))]
                            inputs.append(np.array([one], array.dtype))
                            whole.append(np.full(n, one, array.dtype))
                        else:
                            inputs.append(array[start:start + n].copy())
                            whole.append(inputs[-1])
                    results = []
                    for lib in libraries:
                        out = np.full(n + 8, 0xA5, "u1").repeat(result_type.itemsize)[:(n + 8) * result_type.itemsize]
                        out = out.view(result_type)
                        tail = out[n:].tobytes()
                        p = [address(x) for x in inputs] + [None] * (3 - arity)
                        lib.c.kernels_run(operation, t, address(out), *p, n, mask)
                        if out[n:].tobytes() != tail:
                            fail(name, dtype, "writes past its end, n", n)
                        results.append(out[:n].copy())
                    if len(same(results[0], results[1])):
                        bad = same(results[0], results[1])[0]
                        fail(name, dtype, "differs between instruction sets at", [w[bad] for w in whole],
                             results[0][bad], results[1][bad])
                        ok = False
                    # In place, over the first input that is as wide as the result.
                    for k, array in enumerate(inputs):
                        if array.dtype.itemsize == result_type.itemsize and not mask >> k & 1:
                            copies = [x.copy() for x in inputs]
                            p = [address(x) for x in copies] + [None] * (3 - arity)
                            libraries[1].c.kernels_run(operation, t, p[k], *p, n, mask)
                            if copies[k].tobytes() != results[1].tobytes() and \
                                    len(same(copies[k].view(result_type), results[1])):
                                fail(name, dtype, "differs in place", mask, n)
                            break
                    if exact:
                        expected = numpy_value(name, whole)
                        if expected.dtype != result_type:
                            fail(name, dtype, "gives", result_type, "where NumPy gives", expected.dtype)
                            break
                        signs = name not in ("minimum", "maximum", "fmin", "fmax", "clip")
                        bad = same(results[0], np.ascontiguousarray(expected), signs)
                    elif dtype.kind == "c":
                        bad = complex_near(name, dtype, results[0], whole)
                        expected = numpy_value(name, whole)
                    else:
                        bad = near(name, dtype, results[0], whole, whole)
                        expected = numpy_value(name, whole)
                    if len(bad):
                        ok = False
                        i = bad[0]
                        fail(f"{name} {dtype} mask {mask} n {n}: {len(bad)} differ, at", [repr(w[i]) for w in whole],
                             "farray", repr(results[0][i]), "NumPy", repr(expected[i]))
            row += "x" if ok else "F"
        print(f"  {name:14s} {row}")
    print("  (columns:", " ".join(TYPES[t] for t, _ in NUMPYS) + ")")


def check_complex(libraries, rng):
    c = libraries[0].c
    codes = {c.kernels_operation(k).decode(): k for k in range(c.kernels_operation_count())}

    def run(name, *arrays):
        t = DTYPES.index(arrays[0].dtype)
        out = np.empty(len(arrays[0]), DTYPES[c.kernels_result(codes[name], t)])
        arrays = [np.ascontiguousarray(a) for a in arrays]
        p = [address(a) for a in arrays] + [None] * (3 - len(arrays))
        c.kernels_run(codes[name], t, address(out), *p, len(out), 0)
        return out

    complex_functions.check_special_values(run, fail)
    complex_functions.check_poles(run, fail)
    for (name, dtype), ulp in complex_functions.check_accuracy(run, fail, rng, 60).items():
        worst[name, dtype] = max(ulp, worst.get((name, dtype), 0))


def check_narrow(libraries, rng):
    narrow_floats.check([lib.c for lib in libraries], DTYPES, fail, rng)


def check_mixed(libraries, rng):
    c = libraries[0].c
    signed, unsigned = pairs(np.dtype("i8"), rng)[0], pairs(np.dtype("u8"), rng)[1]
    n = min(len(signed), len(unsigned))
    signed, unsigned = signed[:n].copy(), unsigned[:n].copy()
    unsigned[::3] = signed[::3].astype("u8")
    for operation in range(c.kernels_operation_count()):
        name = c.kernels_operation(operation).decode()
        if name not in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
            continue
        for first_signed in (0, 1):
            a, b = (signed, unsigned) if first_signed else (unsigned, signed)
            for mask in range(4):
                x, y = (a[5:6] if mask & 1 else a), (b[7:8] if mask & 2 else b)
                expected = np.broadcast_to(getattr(np, name)(x, y), n)
                for lib in libraries:
                    out = np.empty(n, "?")
                    lib.c.kernels_run_mixed(operation, first_signed, address(out), address(x), address(y), n, mask)
                    if not np.array_equal(out, expected):
                        fail("mixed", name, first_signed, mask)


def check_conversions(libraries, rng):
    for f, source in NUMPYS:
        values = special(source, rng, 2000)
        if source.kind == "f":
            edges = np.array([2.0**k + d for k in (7, 8, 15, 16, 24, 31, 32, 53, 63, 64)
                              for d in (-1, -0.5, 0, 0.5, 1)] + [65519.0, 65520.0, 2.0**-24, 2.0**-25, 2.0**-25 * 1.001])
            values = np.concatenate([values, edges.astype(source), -edges.astype(source)])
        if source == np.dtype("f8"):
            halves = np.arange(0, 31744, dtype="u2").view("f2").astype("f8")
            middle = (halves[:-1] + halves[1:]) / 2
            values = np.concatenate([values, middle, np.nextafter(middle, 0), np.nextafter(middle, np.inf)])
        row = ""
        for t, target in NUMPYS:
            if source.kind in "fc" and target == np.dtype("u4"):
                # NumPy's long loops differ from its one-element cast here; farray is as the latter.
                expected = np.array([np.array(v).astype(target) for v in values], target)
            else:
                expected = values.astype(target)
            for n in (len(values), 0, 1, 5, 33):
                results = []
                for lib in libraries:
                    out = np.zeros(n + 1, target)
                    lib.c.kernels_convert(f, t, address(out), address(values), n)
                    if out[n] != 0:
                        fail("convert", source, target, "writes past its end")
                    results.append(out[:n])
                    bad = same(out[:n], expected[:n])
                    if len(bad):
                        fail(f"convert {source} {target} {lib.c.kernels_isa()}: {len(bad)} differ, at",
                             repr(values[bad[0]]), "farray", out[bad[0]], "NumPy", expected[bad[0]])
            row += "x"
        print(f"  {TYPES[f]:4s} {row}")


def check_moves(libraries, rng):
    for item in (1, 2, 3, 4, 6, 8, 12, 16, 24, 100):
        for swap in {0, 1, 2, 4, 8, 16}:
            if swap > 1 and item % swap:
                continue
            n = 77
            data = rng.integers(0, 256, (3 * n + 8) * item + 64).astype("u1")
            part = max(swap, 1)

            def turned(block):
                return block.reshape(-1, part)[:, ::-1].reshape(block.shape)

            for stride in (item, -item, 2 * item, -2 * item, 0, item + 1, 3 * item - 1):
                base = n * item * 2 if stride < 0 else 1
                picked = np.stack([data[base + k * stride: base + k * stride + item] for k in range(n)])
                for lib in libraries:
                    for count in (n, 5, 0):
                        out = np.zeros(n * item + 33, "u1")
                        lib.c.kernels_gather(address(out) + 1, address(data) + base, stride, count, item, swap)
                        if not np.array_equal(out[1:1 + count * item], turned(picked[:count]).ravel()) or \
                                out[1 + count * item:].any():
                            fail("gather", item, swap, stride, count)
                    if stride != 0 and abs(stride) >= item:
                        out = np.zeros(len(data), "u1")
                        expected = out.copy()
                        block = np.ascontiguousarray(picked)
                        for k in range(n):
                            expected[base + k * stride: base + k * stride + item] = turned(block[k])
                        lib.c.kernels_scatter(address(out) + base, stride, address(block), n, item, swap)
                        if not np.array_equal(out, expected):
                            fail("scatter", item, swap, stride)
            # Rows that begin in one place of a cache line, in many, and in none that holds whole items.
            for rows, columns, room, shift in ((8, 8, 2, 0), (16, 24, 0, 0), (1, 9, 1, 0), (9, 1, 1, 0), (23, 17, 3, 1),
                                               (40, 8, 2, 0), (5, 64, 0, item), (70, 200, 56, 5 * item),
                                               (130, 391, 1, 2 * item), (67, 260, 60, 1), (4200 // item + 9, 330, 54, 0)):
                source = rng.integers(0, 256, (columns, rows + 1, item)).astype("u1")
                expected = turned(source[:, :rows].transpose(1, 0, 2).reshape(-1, item)).reshape(rows, columns, item)
                for lib in libraries:
                    for stream in (0, 1):
                        space = np.zeros(rows * (columns + room) * item + shift + 64, "u1")
                        first = -address(space) % 64 + shift
                        out = space[first:first + rows * (columns + room) * item].reshape(rows, columns + room, item)
                        lib.c.kernels_transpose(address(out), out.strides[0], address(source), source.strides[0], rows,
                                                columns, item, swap, stream)
                        if not np.array_equal(out[:, :columns], expected) or out[:, columns:].any() or \
                                space[:first].any() or space[first + out.size:].any():
                            fail("transpose", item, swap, rows, columns, stream)
        for lib in libraries:
            element = rng.integers(0, 256, item).astype("u1")
            out = np.zeros(50 * item + 1, "u1")
            lib.c.kernels_fill(address(out), address(element), 50, item)
            if not np.array_equal(out[:-1], np.tile(element, 50)) or out[-1]:
                fail("fill", item)
    for lib in libraries:
        for size in (0, 1, 63, 64, 65, 127, 128, 4096, 100001):
            for offset in (0, 1, 31, 63):
                data = rng.integers(0, 256, size + 64).astype("u1")
                out = np.zeros(size + 192, "u1")
                lib.c.kernels_stream_copy(address(out) + offset, address(data) + 3, size)
                if not np.array_equal(out[offset:offset + size], data[3:3 + size]) or out[:offset].any() or \
                        out[offset + size:].any():
                    fail("stream_copy", size, offset)


# Reductions whose results are elements or positions, and those that take ddof.
EXACT = {"min", "max", "nanmin", "nanmax", "argmin", "argmax", "nanargmin", "nanargmax"}
SPREADS = {"var", "std", "nanvar", "nanstd"}
# Those that are made of others, by the kinds of types; for types without NaN all that pass over NaN are.
COMPOSED = {"ptp": "biufc", "nanprod": "biufc", "nansum": "biuc", "nanmean": "biuc"}


def reduction_reference(name, x, axis, ddof):
    if name.startswith("nanarg"):  # -1 where NumPy stops
        extreme = getattr(np, name.replace("arg", ""))(x, axis=axis, keepdims=True)
        return np.where(np.isnan(x).all(axis=axis), -1, np.argmax(x == extreme, axis=axis))
    if name in SPREADS | {"sum", "prod", "mean", "nansum", "nanmean"} and x.dtype.kind in "fc":
        wide = x.astype("g" if x.dtype.kind == "f" else "G")
        if name in SPREADS:
            return getattr(np, name)(wide, axis=axis, ddof=ddof)
        return getattr(np, name)(wide, axis=axis)
    if name in ("var", "std", "mean") and x.dtype.kind in "biu":
        wide = x.astype("g")
        return np.mean(wide, axis=axis) if name == "mean" else getattr(np, name)(wide, axis=axis, ddof=ddof)
    return getattr(np, name)(x, axis=axis)


def reduction_near(name, out, expected, x, count):
    """True where a reduced value is as good as sums in double can be."""
    if out.dtype.kind not in "fc" or name in EXACT:
        return (out == expected) | ((out != out) & (expected != expected))
    nonfinite = ~np.isfinite(expected)
    eps = np.finfo(out.dtype).eps
    magnitude = np.abs(x.astype("G" if x.dtype.kind == "c" else "g"))
    if name in ("sum", "nansum"):
        scale = magnitude.sum(axis=-1)
    elif name in ("mean", "nanmean"):
        scale = magnitude.sum(axis=-1) / max(count, 1)
    elif name in SPREADS:
        scale = np.abs(expected)
        limit = magnitude.max(axis=-1) * 4e-19  # of the reference itself, in long double
        scale = scale + (limit**2 if name.endswith("var") else limit) * 2.0**48
        if x.dtype.kind in "iu" and x.dtype.itemsize == 8:  # integers that are no doubles
            rounding = magnitude.max(axis=-1)
            scale = scale + (rounding * np.sqrt(np.abs(expected)) if name == "var" else rounding)
    else:
        scale = np.abs(expected) * max(count, 4)
    bound = np.abs(expected) * eps * 2 + scale * 2.0**-52 * 16 + np.finfo(out.dtype).smallest_subnormal
    close = np.abs(out.astype("G" if out.dtype.kind == "c" else "g") - expected) <= bound
    big = np.abs(expected) > np.longdouble(np.finfo(out.dtype).max) * 0.999
    return close | nonfinite & ((out == expected) | np.isnan(out) | np.isinf(out)) | (big & ~np.isfinite(out))


def check_reductions(libraries, rng):
    c = libraries[0].c
    for reduction in range(c.kernels_reduction_count()):
        name = c.kernels_reduction(reduction).decode()
        row = ""
        for t, dtype in NUMPYS:
            reducers = [lib.c.kernels_reducer(reduction, t) for lib in libraries]
            composed = dtype.kind in COMPOSED.get(name, "") or name.startswith("nan") and dtype.kind not in "fc"
            if (reducers[0] is None) != composed:
                fail("a reducer" if composed else "no reducer", "for", name, dtype)
            if reducers[0] is None:
                row += "."
                continue
            result_type = DTYPES[c.kernels_reducer_result(reducers[0])]
            numpy_type = getattr(np, name)(np.ones(2, dtype)).dtype
            if result_type != numpy_type:
                fail(name, dtype, "gives", result_type, "NumPy gives", numpy_type)
            for kind in ("normal", "special", "offset"):
                sizes = [2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 63, 64, 65, 100, 127, 128, 500, 1000, 1023, 1025]
                for n in (1, 1024, 40000, *map(int, rng.choice(sizes, 9, replace=False))):
                    if kind == "special":
                        x = rng.choice(special(dtype, rng, 64), n)
                    elif dtype.kind in "fc":
                        x = rng.standard_normal(n).astype(dtype) + (1000 if kind == "offset" else 0)
                        if name == "prod":
                            x = np.exp(x.real * 0.01 if kind == "normal" else x.real * 0) * (1 + 0 * x)
                        if dtype.kind == "c":
                            x = x + 1j * rng.standard_normal(n) * 0.01
                        x = x.astype(dtype)
                    else:
                        x = rng.choice(special(dtype, rng, 64), n)
                    ddof = float(rng.integers(0, 2)) if n > 1 else 0.0
                    outs = []
                    for lib, reducer in zip(libraries, reducers):
                        out = np.zeros(1, result_type)
                        lib.c.kernels_reduce(reducer, address(out), address(x), n, dtype.itemsize, ddof)
                        outs.append(out)
                    if len(same(outs[0], outs[1])):
                        fail(name, dtype, n, kind, "differs between instruction sets", outs)
                    expected = np.atleast_1d(reduction_reference(name, x, None, ddof))
                    if kind == "special" and result_type.kind in "fc" and name not in EXACT:
                        numpy = np.atleast_1d(getattr(np, name)(x.astype("c16" if dtype.kind == "c" else "f8"),
                                                                **({"ddof": ddof} if name in SPREADS else {})))
                        overflow = np.nanmax(np.abs(x).astype("f8"), initial=0) > 1e100
                        if not overflow and dtype != np.dtype("f2") and \
                                (np.isnan(outs[0]) != np.isnan(numpy)).any() and dtype.kind != "c":
                            fail(name, dtype, n, kind, outs[0], numpy)
                        continue
                    if name in EXACT:
                        numpy = np.atleast_1d(reduction_reference(name, x, None, 0.0))
                        alike = (outs[0] == numpy) | (np.isnan(outs[0]) & np.isnan(numpy)) if dtype.kind in "fc" \
                            else outs[0] == numpy
                        if not alike.all():
                            fail(name, dtype, n, kind, outs[0], numpy)
                        continue
                    if not reduction_near(name, outs[0], expected, x[None], n).all():
                        fail(name, dtype, n, kind, "leaf", outs[0], expected)
                    # Rows give what leaves give.
                    if n <= 1024:
                        rows = min(4096 // n, 37)
                        table = np.stack([np.roll(x, k) for k in range(rows)])
                        for lib, reducer in zip(libraries, reducers):
                            out = np.zeros(rows, result_type)
                            lib.c.kernels_reduce_rows(reducer, address(out), address(table), rows, n, ddof)
                            each = np.zeros(rows, result_type)
                            for k in range(rows):
                                lib.c.kernels_reduce(reducer, address(each[k:]), address(table[k]), n, dtype.itemsize,
                                                     ddof)
                            if len(same(out, each)):
                                fail(name, dtype, n, kind, "rows differ from leaves")
                        strips = []
                        width = min(n, 1000)
                        table = np.ascontiguousarray(table[:, :width])
                        for lib, reducer in zip(libraries, reducers):
                            out = np.zeros(width, result_type)
                            lib.c.kernels_reduce_strips(reducer, address(out), address(table), rows, width,
                                                        dtype.itemsize, 0.0)
                            strips.append(out)
                        if len(same(strips[0], strips[1])):
                            fail(name, dtype, n, kind, "strips differ between instruction sets")
                        expected = reduction_reference(name, table, 0, 0.0)
                        if not reduction_near(name, strips[0], expected, np.ascontiguousarray(table.T), rows).all():
                            fail(name, dtype, rows, n, kind, "strips", strips[0][:3], expected[:3])
            for lib, reducer in zip(libraries, reducers):
                if name in EXACT:
                    continue
                out = np.zeros(1, result_type)
                lib.c.kernels_reduce(reducer, address(out), address(out), 0, dtype.itemsize, 0.0)
                expected = getattr(np, name)(np.zeros(0, dtype))
                if len(same(out, np.array([expected], result_type))):
                    fail(name, dtype, "of nothing", out, expected)
            row += "x"
        print(f"  {name:14s} {row}")
    negative = np.array([-0.0] * 5)
    out = np.ones(1)
    for lib in libraries:
        lib.c.kernels_reduce(lib.c.kernels_reducer(0, FLOAT64), address(out), address(negative), 5, 8, 0.0)
        if not np.signbit(out[0]):
            fail("sum of -0.0")


def philox(seed, count):
    c = [count & 0xffffffff, count >> 32, 0, 0]
    k = [seed & 0xffffffff, seed >> 32]
    for _ in range(7):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xffffffff, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xffffffff]
        k = [(k[0] + 0x9E3779B9) & 0xffffffff, (k[1] + 0xBB67AE85) & 0xffffffff]
    return c


def check_generators(libraries, rng):
    ARANGE, LINSPACE, UNIFORM, NORMAL = range(4)
    assert philox(0, 0) == [0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48]  # of the authors' list of answers

    def make(lib, generator, t, n, seed=0, a=0.0, b=1.0, i=0, j=0, last=0.0, first=0, step=1):
        out, past = np.zeros(n, DTYPES[t]), np.zeros(n, DTYPES[t])
        lib.c.kernels_generate(generator, t, seed, a, b, i, j, last, first, step, n, address(out), 0)
        lib.c.kernels_generate(generator, t, seed, a, b, i, j, last, first, step, n, address(past), 1)
        if out.tobytes() != past.tobytes():
            fail("past the cache", generator, t, first, step, n)
        return out

    for lib in libraries:
        for seed in (0, 1, 2**63 + 12345):
            uniform = make(lib, UNIFORM, FLOAT64, 600, seed)
            words = [philox(seed, k) for k in range(300)]
            expected = np.array([((w[2 * h + 1] << 32 | w[2 * h]) >> 11) * 2.0**-53 for w in words for h in (0, 1)])
            if not np.array_equal(uniform, expected):
                fail("uniform", seed)
            floats = make(lib, UNIFORM, FLOAT32, 1200, seed)
            expected32 = np.array([w[k] >> 8 for w in words for k in range(4)]).astype("f4") * np.float32(2.0**-24)
            if not np.array_equal(floats, expected32):
                fail("uniform float32", seed)
            normal = make(lib, NORMAL, FLOAT64, 600, seed)
            drawn, angle = (np.array([w[k + 1] << 32 | w[k] for w in words], np.uint64) for k in (0, 2))
            radius = np.sqrt(-2 * np.log((drawn | np.uint64(1)) * 2.0**-64))
            first = angle >> np.uint64(62)  # two bits that turn the pair about
            angle = np.pi / 2 * ((angle & np.uint64((1 << 52) - 1)) * 2.0**-52 - 0.5)
            radius = np.where(first & np.uint64(2), -radius, radius)
            along, across, exchanged = radius * np.cos(angle), radius * np.sin(angle), (first & np.uint64(1)) != 0
            if not np.allclose(normal[0::2], np.where(exchanged, across, along), rtol=4e-15, atol=0) or \
                    not np.allclose(normal[1::2], np.where(exchanged, along, across), rtol=4e-15, atol=0):
                fail("normal", seed)
        across = 2**33 - 400  # positions of which the counts' lower words wrap
        words = [philox(9, across // 2 + k) for k in range(400)]
        expected = np.array([((w[2 * h + 1] << 32 | w[2 * h]) >> 11) * 2.0**-53 for w in words for h in (0, 1)])
        if not np.array_equal(make(lib, UNIFORM, FLOAT64, 800, 9, first=across), expected):
            fail("uniform across 2**32 counts")
        long = make(lib, NORMAL, FLOAT64, 4000, 9, first=across - 2000)
        if not np.array_equal(np.concatenate([make(lib, NORMAL, FLOAT64, 100, 9, first=across - 2000 + k)
                                              for k in range(0, 4000, 100)]), long):
            fail("normal across 2**32 counts")
        for generator in (UNIFORM, NORMAL):
            for t in (TYPES.index("f2"), FLOAT32, FLOAT64, TYPES.index("c16")):
                whole = make(lib, generator, t, 5000, 7, 2.0, 3.0)
                for first, step, n in ((1, 1, 700), (3, 1, 10), (128, 1, 1500), (0, 3, 900), (4999, -1, 4000), (17, 7, 600),
                                       (5, 0, 20), (2, 1, 0)):
                    piece = make(lib, generator, t, n, 7, 2.0, 3.0, first=first, step=step)
                    if not np.array_equal(piece, whole[[first + k * step for k in range(n)]]):
                        fail("generator", generator, t, first, step, n)
        uniform = make(lib, UNIFORM, FLOAT64, 400000, 5, -1.0, 3.0)
        normal = make(lib, NORMAL, FLOAT64, 400000, 5, 1.0, 2.0)
        if not (-1 <= uniform.min() and uniform.max() < 3 and abs(uniform.mean() - 1) < 0.01):
            fail("uniform moments")
        if abs(normal.mean() - 1) > 0.015 or abs(normal.std() - 2) > 0.015 or \
                abs(((normal - 1) ** 4).mean() / 16 - 3) > 0.06:
            fail("normal moments")
        tight = make(lib, UNIFORM, FLOAT32, 100000, 5, 1.0, 1.0 + 2.0**-22)
        if not (tight < np.float32(1.0 + 2.0**-22)).all():
            fail("uniform reaches its end")
        for t, dtype in NUMPYS:
            if dtype.kind in "fc":
                for _ in range(20):
                    start, step = float(rng.standard_normal() * 10), float(rng.standard_normal())
                    n = int(rng.integers(1, 900))
                    values = make(lib, ARANGE, t, n, a=start, b=step)
                    numpy = np.arange(start, start + (n - 0.5) * step, step, dtype=dtype)
                    if len(numpy) == n and len(same(values, numpy)):
                        fail("arange", dtype, start, step, n, values[:4], numpy[:4])
            elif dtype.kind != "b":
                start, step, n = 3, 2, 50
                if len(same(make(lib, ARANGE, t, n, i=start, j=step), np.arange(start, start + n * step, step, dtype))):
                    fail("arange", dtype)
            for _ in range(20):
                start, stop = float(rng.standard_normal() * 10), float(rng.standard_normal() * 100)
                if dtype.kind == "u":
                    start, stop = abs(start), abs(stop)
                n = int(rng.integers(1, 900))
                _, step = np.linspace(start, stop, n, retstep=True)
                numpy = np.linspace(start, stop, n, dtype=dtype)
                values = make(lib, LINSPACE, t, n, a=start, b=float(step) if n > 1 else 0.0, i=n, last=stop)
                if len(same(values, numpy)):
                    fail("linspace", dtype, start, stop, n, values[:4], numpy[:4])
    for generator in (UNIFORM, NORMAL):
        a, b = (make(lib, generator, FLOAT64, 100000, 99) for lib in libraries)
        if len(same(a, b)):
            fail("generators differ between instruction sets")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else int.from_bytes(os.urandom(4), "little")
    print(f"seed {seed}, NumPy {np.__version__}")
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        with open("/proc/cpuinfo") as processor:
            newer = "x86-64-v4" if "avx512vl" in processor.read() else "x86-64-v3"
        libraries = [Library(arguments.library, isa, folder) for isa in ("x86-64-v3", newer)]
        for check in (check_elementwise, check_complex, check_narrow, check_mixed, check_conversions, check_moves, check_reductions,
                      check_generators):
            if arguments.only in check.__name__:
                print(check.__name__)
                check(libraries, rng)
    print("  worst ULP:", {" ".join(k): round(v, 2) for k, v in sorted(worst.items()) if v > 0.9})
    print("failures:", failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
