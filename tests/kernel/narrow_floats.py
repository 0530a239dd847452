# SPDX-License-Identifier: BSD-3-Clause
"""float16 and bfloat16, all 65,536 of each: conversions both ways, and every operation of one array.

Used by oracle_kernels.py. float16 is NumPy's, bfloat16 ml_dtypes' where that rounds once; else the values are those of
float64, rounded here. Two arrays are asked for at random.
"""
import fractions

import ml_dtypes
import numpy as np

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
NARROW = [np.dtype("f2"), BFLOAT16]
SKIPPED = {"where"}  # by size, not by type


def every(dtype):
    values = np.arange(65536, dtype="u2").view(dtype)
    wide = values.astype("f4")
    quiet = np.isnan(wide)
    values = values.copy()
    values[quiet] = dtype.type(float("nan"))
    return values


def finite_ascending(dtype):
    wide = np.unique(every(dtype).astype("f8"))
    return wide[np.isfinite(wide)]


def rounded(values, dtype):
    """float64 to the nearest, ties to even: exact, as every narrow number and every middle of two is a float64."""
    ascending = finite_ascending(dtype)
    size = np.abs(values)
    positive = ascending[ascending >= 0]
    step = positive[-1] - positive[-2]
    positive = np.append(positive, positive[-1] + step)  # stands for infinity
    upper = np.searchsorted(positive, size).clip(1, len(positive) - 1)
    lower = upper - 1
    middle = (positive[lower] + positive[upper]) / 2
    take_upper = (size > middle) | (size == middle) & (upper % 2 == 0)
    index = np.where(take_upper, upper, lower)
    result = np.where(index == len(positive) - 1, np.inf, positive[index])
    result = np.where(size == np.inf, np.inf, result)
    return np.where(np.isnan(values), np.nan, np.copysign(result, values))


def same(found, expected):
    """Values alike, zeros by their signs."""
    a, b = found.astype("f8"), expected.astype("f8")
    return (a == b) & ((a != 0) | (np.signbit(a) == np.signbit(b))) | np.isnan(a) & np.isnan(b)


def check(libraries, dtypes, fail, rng):
    for narrow in NARROW:
        check_to(libraries, dtypes, narrow, fail, rng)
        check_from(libraries, dtypes, narrow, fail)
        check_operations(libraries, dtypes, narrow, fail, rng)
        check_sums(libraries, dtypes, narrow, fail, rng)


def convert(libraries, dtypes, values, target, fail):
    results = []
    for c in libraries:
        out = np.zeros(len(values), target)
        values = np.ascontiguousarray(values)
        c.kernels_convert(dtypes.index(values.dtype), dtypes.index(target), out.ctypes.data, values.ctypes.data, len(out))
        results.append(out)
    if results[0].tobytes() != results[1].tobytes():
        fail("conversion", values.dtype, "to", target, "differs between instruction sets")
    return results[0]


def check_to(libraries, dtypes, narrow, fail, rng):
    ascending = finite_ascending(narrow)
    middles = (ascending[1:] + ascending[:-1]) / 2
    edges = np.concatenate([ascending, middles, np.nextafter(middles, np.inf), np.nextafter(middles, -np.inf),
                            [np.inf, -np.inf, np.nan, 65519.99, 65520, 3.4e38, 3.3961775292304957e38, 1e300, -0.0],
                            rng.standard_normal(1000), np.exp(rng.uniform(-100, 100, 5000))])
    for source in map(np.dtype, ("f4", "f8", "c8", "c16", "f2", BFLOAT16)):
        with np.errstate(all="ignore"):
            values = edges.astype(source)
        expected = rounded(values.real.astype("f8"), narrow)
        found = convert(libraries, dtypes, values, narrow, fail)
        report(f"{source} to {narrow}", values, found, expected, fail)
    for source in map(np.dtype, ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")):
        values = integers(source, rng)
        found = convert(libraries, dtypes, values, narrow, fail)
        report(f"{source} to {narrow}", values, found, np.array([round_integer(int(v), narrow) for v in values]), fail)


def integers(source, rng):
    if source.kind == "b":
        return np.array([False, True])
    info = np.iinfo(source)
    near = [sign * ((m << e) + d) for e in range(64) for m in (1, 129, 131, 257, 259, 1025, 2049, 2051) for d in (-1, 0, 1)
            for sign in (1, -1)]
    near = [v for v in near if info.min <= v <= info.max] + [info.min, info.max, 0]
    return np.concatenate([np.array(near, source), rng.integers(info.min, info.max, 500, source)])


def round_integer(value, narrow):
    """The nearest number of a type, ties to even, without a float64 on the way."""
    near = rounded(np.array([float(value)]), narrow)[0]
    if not np.isfinite(near):
        return near
    bits = int(np.array(abs(near)).astype(narrow).view("u2"))
    candidates = [np.array(bits + k, "u2").view(narrow).astype("f8") for k in (-1, 0, 1) if bits + k >= 0]
    candidates = [float(c) for c in candidates if np.isfinite(c)]
    distance = lambda c: (abs(fractions.Fraction(abs(value)) - fractions.Fraction(c)),
                          int(np.array(c).astype(narrow).view("u2")) & 1)
    return float(np.copysign(min(candidates, key=distance), -1 if value < 0 else 1))


def check_from(libraries, dtypes, narrow, fail):
    values = every(narrow)
    wide = values.astype("f4")
    for target in dtypes:
        if target in NARROW:
            continue
        usable = values
        if target.kind in "iu":
            info = np.iinfo(target)
            usable = values[np.isfinite(wide) & (wide > float(info.min) - 1) & (wide < float(info.max))]
        found = convert(libraries, dtypes, usable, target, fail)
        with np.errstate(all="ignore"):
            expected = usable.astype("f4").astype(target)
        report(f"{narrow} to {target}", usable, found, expected, fail)


def report(what, values, found, expected, fail):
    if found.dtype.kind == "c":
        found, expected = found.real, expected.real
    ok = same(found, expected) if found.dtype.kind in "fV" else found == expected
    if not ok.all():
        i = int(np.argmin(ok))
        fail(f"{what}: {int((~ok).sum())} of {len(ok)} differ, at {values[i]!r}: {found[i]!r}, expected {expected[i]!r}")


def check_operations(libraries, dtypes, narrow, fail, rng):
    t, c = dtypes.index(narrow), libraries[0]
    unary = every(narrow)
    pairs = [rng.choice(unary, 20000) for _ in range(3)]
    pairs[1][::3] = rng.integers(-40, 40, len(pairs[1][::3])).astype(narrow)
    for operation in range(c.kernels_operation_count()):
        name, arity = c.kernels_operation(operation).decode(), c.kernels_arity(operation)
        if c.kernels_output(operation) >= 0:
            name += f"[{c.kernels_output(operation)}]"
        there = c.kernels_run(operation, t, None, None, None, None, 0, 0)
        if bool(there) != bool(c.kernels_run(operation, dtypes.index(np.dtype("f4")), None, None, None, None, 0, 0)):
            fail(name, narrow, "is not where float32's is")
        if not there or name in SKIPPED:
            continue
        inputs = [unary] if arity == 1 else [p.copy() for p in pairs[:arity]]
        for k in range(arity):
            wanted = dtypes[c.kernels_input(operation, t, k)]
            if wanted != narrow:
                inputs[k] = rng.integers(-20, 20, len(inputs[0])).astype(wanted)
        result_type = dtypes[c.kernels_result(operation, t)]
        outs = []
        for library in libraries:
            out = np.zeros(len(inputs[0]), result_type)
            pointers = [x.ctypes.data for x in inputs] + [None] * (3 - arity)
            library.kernels_run(operation, t, out.ctypes.data, *pointers, len(out), 0)
            outs.append(out)
        if not np.all(outs[0].view("u1") == outs[1].view("u1")) and not same(*outs).all():
            fail(name, narrow, "differs between instruction sets")
        exact = bool(c.kernels_exact(operation, t))
        check_values(name, narrow, inputs, outs[0], exact, fail)


def check_values(name, narrow, inputs, found, exact, fail):
    """An operation of exact values has NumPy's; others are within little more than half a ULP of float64's."""
    function, _, output = name.partition("[")
    with np.errstate(all="ignore"):
        try:
            expected = reference(function, inputs)
        except TypeError:
            expected = reference(function, [x.astype("f4") if x.dtype == narrow else x for x in inputs])
    if output:
        expected = expected[int(output[0])]
    if exact:
        if expected.dtype != found.dtype and found.dtype == narrow:
            expected = expected.astype(narrow)
        ok = same(found, expected) if found.dtype.kind in "fV" else found == expected
        if function in ("minimum", "maximum", "fmin", "fmax", "clip", "sign"):  # signs of zeros
            ok |= found.astype("f8") == expected.astype("f8")
    else:
        wide = [x.astype("f8") for x in inputs]
        with np.errstate(all="ignore"):
            value = reference(function, wide)
        slack = np.where(np.isfinite(value), np.abs(value) * 2.0**-18, 0)
        low, high = rounded(value - slack, narrow), rounded(value + slack, narrow)
        f = found.astype("f8")
        ok = (f >= low) & (f <= high) | np.isnan(f) & np.isnan(value)
        if function in ("logaddexp", "logaddexp2"):
            ok |= np.abs(f - value) <= np.abs(rounded(value, narrow) * 2.0**-7) + 2.0**-20
    if not ok.all():
        i = int(np.argmin(ok))
        fail(f"{name} {narrow}: {int((~ok).sum())} of {len(ok)} differ, at {[x[i] for x in inputs]}: {found[i]!r}, "
             f"expected {expected[i]!r}")


def reference(function, inputs):
    if function == "clip":
        return np._core.umath.clip(*inputs)
    if function in ("real", "imag"):
        return inputs[0] if function == "real" else np.zeros_like(inputs[0])
    return getattr(np, function)(*inputs)


def check_sums(libraries, dtypes, narrow, fail, rng):
    """Sums and means are those of float64, rounded once; extremes are elements, found where they are."""
    t, c = dtypes.index(narrow), libraries[0]
    for reduction in range(c.kernels_reduction_count()):
        name = c.kernels_reduction(reduction).decode()
        reducer = c.kernels_reducer(reduction, t)
        composed = name in ("ptp", "nanprod")  # of others
        if (reducer is None) != composed:
            fail("a reducer" if composed else "no reducer", "for", name, narrow)
        if name not in ("sum", "mean", "min", "max", "count_nonzero", "argmin", "argmax", "nanmin", "nanargmax"):
            continue
        for n in (1, 7, 64, 1000):
            x = rng.standard_normal(n).astype(narrow)
            out = np.zeros(1, dtypes[c.kernels_reducer_result(reducer)])
            c.kernels_reduce(reducer, out.ctypes.data, x.ctypes.data, n, 2, 0.0)
            exact = getattr(np, name)(x.astype("f8"))
            expected = exact if name == "count_nonzero" or "arg" in name else rounded(np.array([exact]), narrow)[0]
            if float(out[0]) != expected:
                fail(name, narrow, n, out, expected)
