# SPDX-License-Identifier: BSD-3-Clause
"""Functions of complex numbers against mpmath's values, and against NumPy at infinities, NaNs, zeros and branch cuts.

Used by oracle_kernels.py. An error is a distance in units in the last place of the exact value's magnitude.
"""
import mpmath
import numpy as np

FUNCTIONS = {
    "sqrt": mpmath.sqrt, "exp": mpmath.exp, "exp2": lambda z: mpmath.exp(z * mpmath.ln2),
    "expm1": lambda z: mpmath.exp(z) - 1, "log": mpmath.log, "log2": lambda z: mpmath.log(z) / mpmath.ln2,
    "log10": lambda z: mpmath.log(z) / mpmath.ln10, "log1p": lambda z: mpmath.log(1 + z), "sin": mpmath.sin,
    "cos": mpmath.cos, "tan": mpmath.tan, "arcsin": mpmath.asin, "arccos": mpmath.acos, "arctan": mpmath.atan,
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh, "arcsinh": mpmath.asinh,
    "arccosh": mpmath.acosh, "arctanh": mpmath.atanh, "absolute": lambda z: mpmath.hypot(z.real, z.imag),
    "square": lambda z: z * z, "reciprocal": lambda z: 1 / z,
}
LIMIT_ULP = 4
# Where squares of a cosine that is rounded once are off by most of the tolerance.
NEXT_TO_POLES = [-0.03938989944216006 + 1.8479409524659738j, -0.010443983844641805 + 1.317230493318391j]
PARTS = {"complex64": np.dtype("f4"), "complex128": np.dtype("f8")}


def complex_of(real, imag, dtype):
    z = np.empty(len(real), dtype)
    with np.errstate(all="ignore"):
        z.real, z.imag = real, imag
    return z


def points(dtype, rng, n):
    """Numbers of every size and proportion, beside the axes, beside the unit circle, beside 1, -1, i, -i and pi / 2."""
    part = PARTS[dtype.name]
    highest = np.finfo(part).maxexp - 2
    signs = lambda: rng.choice([-1.0, 1.0], n)
    near = lambda: signs() * np.exp2(rng.uniform(-60, 0, n))
    sized = lambda most: signs() * np.exp2(rng.uniform(-most, most, n))
    angle = rng.uniform(-np.pi, np.pi, n)
    radius = 1 + near()
    parts = [
        (rng.standard_normal(n), rng.standard_normal(n)), (rng.standard_normal(n) * 30, rng.standard_normal(n) * 30),
        (sized(highest), sized(highest)), (sized(20), sized(20)), (sized(4), sized(60)), (sized(60), sized(4)),
        (radius * np.cos(angle), radius * np.sin(angle)), (np.cos(angle), np.sin(angle)),
        (signs() + near(), near()), (near(), signs() + near()), (near(), near()),
        (rng.integers(-6, 7, n) * (np.pi / 2) + near() * 0.1, near()), (near(), rng.integers(-6, 7, n) * (np.pi / 2)),
        (rng.uniform(-1.02, 1.02, n) * np.log(float(np.finfo(part).max)), rng.uniform(-4, 4, n)),
    ]
    z = np.concatenate([complex_of(real, imag, dtype) for real, imag in parts])
    return z[np.isfinite(z.real) & np.isfinite(z.imag) & (z.real != 0) & (z.imag != 0)]


def exact(function, *numbers):
    sizes = [abs(np.frexp(part)[1]) for z in numbers for part in (float(z.real), float(z.imag)) if part]
    mpmath.mp.prec = 250 + 3 * max(sizes, default=0)
    return function(*[mpmath.mpc(float(z.real), float(z.imag)) for z in numbers])


def error(value, found, part):
    """In ULP; None where the exact value's parts are not all in the type's range."""
    limits = np.finfo(part)
    real, imag = mpmath.re(value), mpmath.im(value)
    size = mpmath.hypot(real, imag)
    if size > mpmath.mpf(float(limits.max)) / 2:
        return None
    exponent = int(mpmath.floor(mpmath.log(size, 2))) if size else limits.minexp
    unit = mpmath.ldexp(1, max(exponent, int(limits.minexp)) - int(limits.nmant))
    if not (np.isfinite(found.real) and np.isfinite(found.imag)):
        return float("inf")
    distance = mpmath.hypot(real - mpmath.mpf(float(found.real)), imag - mpmath.mpf(float(found.imag)))
    return float(distance / unit)


def check_accuracy(run, fail, rng, count):
    """`run(name, *arrays)` computes. Gives the worst error of each function and type."""
    worst = {}
    for dtype in map(np.dtype, ("complex64", "complex128")):
        for name, function in FUNCTIONS.items():
            z = points(dtype, rng, count)
            if name == "exp2":  # beyond, the angle needs more than twice the precision
                z = z[np.abs(z.imag) < 2.0**50]
            found = run(name, z)
            errors = [error(exact(function, a), b, PARTS[dtype.name]) for a, b in zip(z, found)]
            note(worst, fail, name, dtype, errors, [z], found)
        for z, w in powers(dtype, rng, count):
            found = run("power", z, w)
            errors = [error(exact(lambda a, b: mpmath.exp(b * mpmath.log(a)), a, b), c, PARTS[dtype.name])
                      for a, b, c in zip(z, w, found)]
            note(worst, fail, "power", dtype, errors, [z, w], found)
    mpmath.mp.prec = 53
    return worst


def check_poles(run, fail):
    for name, z in ("tanh", np.array(NEXT_TO_POLES)), ("tan", -1j * np.array(NEXT_TO_POLES)):
        for point, found in zip(z, run(name, z)):
            ulp = error(exact(FUNCTIONS[name], point), found, PARTS["complex128"])
            if ulp > 2.5:
                fail(f"{name} of {point!r} next to a pole: {ulp:.3g} ULP")
    mpmath.mp.prec = 53


def powers(dtype, rng, count):
    """Bases with exponents: whole ones, real ones, any; their angles are moderate."""
    base = rng.permutation(points(dtype, rng, count))
    n = len(base)
    zero = np.zeros(n)
    yield base, complex_of(rng.integers(-110, 111, n), zero, dtype)
    yield base, complex_of(rng.standard_normal(n) * 3, zero, dtype)
    moderate = complex_of(rng.standard_normal(n) * 8, rng.standard_normal(n) * 8, dtype)
    yield moderate, complex_of(rng.standard_normal(n) * 40, rng.standard_normal(n) * 40, dtype)
    yield moderate, complex_of(rng.integers(-6, 7, n), zero, dtype)


def note(worst, fail, name, dtype, errors, inputs, found):
    known = [0 if e is None else e for e in errors]
    at = int(np.argmax(known))
    worst[name, dtype.name] = max(worst.get((name, dtype.name), 0), known[at])
    if known[at] > LIMIT_ULP:
        bad = sum(e > LIMIT_ULP for e in known)
        fail(f"{name} {dtype.name}: {bad} of {len(known)} beyond {LIMIT_ULP} ULP, worst {known[at]:.3g} at",
             [repr(z[at]) for z in inputs], "found", repr(found[at]))


# Where NumPy says no more than the platform's C library does, and that says nothing: power of infinities and NaNs.
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 800.0, -800.0, np.inf, -np.inf, np.nan]


def check_special_values(run, fail):
    for dtype in map(np.dtype, ("complex64", "complex128")):
        z = complex_of(np.repeat(SPECIAL, len(SPECIAL)), np.tile(SPECIAL, len(SPECIAL)), dtype)
        for name in [*FUNCTIONS, "sign", "rint", "conjugate", "negative"]:
            with np.errstate(all="ignore"):
                expected = getattr(np, name)(z)
            compare_special(name, [z], expected, run(name, z), fail)
        for w in (0, complex(-0.0, 0), 1, 2, 3, 7, -1, -2, -3):
            exponents = np.full(len(z), w, dtype)
            ordinary = np.isfinite(z.real) & np.isfinite(z.imag) & (np.abs(z) < 100) | (w in (0, 1))
            with np.errstate(all="ignore"):
                expected = np.power(z, exponents)
            found = run("power", z, exponents)
            compare_special("power", [z[ordinary], exponents[ordinary]], expected[ordinary], found[ordinary], fail)
        for w in (0.5, -0.5, 1j, 1 + 1j, -1 + 1j, complex(0, np.inf), complex(np.nan, 0), complex(1, np.nan)):
            zeros = z[z == 0]
            exponents = np.full(len(zeros), w, dtype)
            with np.errstate(all="ignore"):
                expected = np.power(zeros, exponents)
            compare_special("power", [zeros, exponents], expected, run("power", zeros, exponents), fail)


def compare_special(name, inputs, expected, found, fail):
    """NaNs where NumPy has them, infinities, and the signs of zeros, unless the other part is NaN."""
    complex_result = expected.dtype.kind == "c"
    parts = [(expected.real, found.real, expected.imag), (expected.imag, found.imag, expected.real)] \
        if complex_result else [(expected, found, expected * 0)]
    for a, b, other in parts:
        signs = ~np.isnan(a) & ~np.isnan(other)
        wrong = np.isnan(a) != np.isnan(b)
        if name == "expm1":  # NumPy's own overflows on the way to it
            wrong &= ~np.isfinite(inputs[0])
        wrong |= np.isinf(a) != np.isinf(b)
        wrong |= signs & (np.signbit(a) != np.signbit(b)) & ((a == 0) & (b == 0) | np.isinf(a))
        near = np.isfinite(a) & np.isfinite(b) & (np.abs(inputs[0]) < 100)
        wrong |= near & ~np.isclose(a, b, rtol=1e-5, atol=1e-6)
        for i in np.nonzero(wrong)[0][:4]:
            fail(f"{name} {inputs[0].dtype} at", [repr(z[i]) for z in inputs], "farray", repr(found[i]), "NumPy",
                 repr(expected[i]))
