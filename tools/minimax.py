# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients of the polynomials in src/kernel/: minimax by Remez's exchange, in 45 digits, rounded to the type.

    python tools/minimax.py [NAME]

Prints, for each polynomial, its coefficients from the lowest one and the largest error, relative to what the row says.
Needs mpmath."""
import sys

from mpmath import cos, exp, log, lu_solve, matrix, mp, mpf, pi

mp.dps = 45
LN_2, HALF_PI = log(2), pi / 2


def remez(function, weight, low, high, terms):
    """The `terms` coefficients that make the largest |polynomial - function| * weight smallest on [low, high]."""
    points = [(low + high) / 2 - (high - low) / 2 * cos(pi * mpf(k) / terms) for k in range(terms + 1)]
    grid = [low + (high - low) * (mpf(k) + mpf(1) / 3) / 500 for k in range(500)] + [high]
    points = [min(grid, key=lambda x: abs(x - p)) for p in points]  # never 0, where some weights are 0
    for _ in range(8):
        rows = matrix(terms + 1, terms + 1)
        values = matrix(terms + 1, 1)
        for i, x in enumerate(points):
            for j in range(terms):
                rows[i, j] = x**j
            rows[i, terms] = (-1)**i / weight(x)
            values[i] = function(x)
        solution = lu_solve(rows, values)
        coefficients = [solution[j] for j in range(terms)]
        errors = [(sum(c * x**j for j, c in enumerate(coefficients)) - function(x)) * weight(x) for x in grid]
        extrema, start = [], 0
        for k in range(1, len(grid) + 1):  # the largest error of each run of one sign
            if k == len(grid) or (errors[k] > 0) != (errors[start] > 0):
                extrema.append(max(range(start, k), key=lambda i: abs(errors[i])))
                start = k
        if len(extrema) != terms + 1:
            break
        points = [grid[k] for k in extrema]
    return coefficients, max(abs(e) for e in errors)


def series(function, first, x, terms=26):
    """sum of function(first + k) x**k: near 0, where closed forms cancel."""
    return sum(function(first + k) * x**k for k in range(terms))


def exp_rest(r):
    return r * series(lambda k: 1 / mp.factorial(k), 3, r)


def log_rest(z):
    return 2 * z * series(lambda k: 1 / mpf(2 * k + 1), 2, z)


def log_slope(z):
    return -2 * series(lambda k: 2 / mpf(2 * k + 1), 1, z)


def quarter_sine(z):
    return series(lambda k: (-1)**k * HALF_PI**(2 * k + 1) / mp.factorial(2 * k + 1), 0, z)


def quarter_cosine_slope(z):
    return series(lambda k: (-1)**k * HALF_PI**(2 * k) / mp.factorial(2 * k), 1, z)


def sine_rest(z):
    return series(lambda k: (-1)**k / mp.factorial(2 * k + 1), 2, z)


# name: (function, weight, low, high, terms, bits)
ROWS = {
    # exp(r) = 1 + r + r**2 / 2 + r**2 p(r)
    "exp_f64": (exp_rest, lambda r: r**2 / exp(r), -LN_2 / 2, LN_2 / 2, 10, 53),
    "exp_f32": (exp_rest, lambda r: r**2 / exp(r), -LN_2 / 2, LN_2 / 2, 5, 24),
    "exp_fast_f64": (exp_rest, lambda r: r**2 / exp(r), -LN_2 / 2, LN_2 / 2, 9, 53),
    "exp_fast_f32": (exp_rest, lambda r: r**2 / exp(r), -LN_2 / 2, LN_2 / 2, 4, 24),
    # sin(r) = r - r z / 6 + r z**2 p(z), z = r**2
    "sin_f64": (sine_rest, lambda z: z * z, mpf(0), (HALF_PI * HALF_PI) * mpf("1.0001"), 7, 53),
    "sin_f32": (sine_rest, lambda z: z * z, mpf(0), (HALF_PI * HALF_PI) * mpf("1.001"), 4, 24),
    "sin_fast_f64": (sine_rest, lambda z: z * z, mpf(0), (HALF_PI * HALF_PI) * mpf("1.0001"), 6, 53),
    "sin_fast_f32": (sine_rest, lambda z: z * z, mpf(0), (HALF_PI * HALF_PI) * mpf("1.001"), 3, 24),
    # log((1 + s) / (1 - s)) = 2 s + s z (2 / 3 + p(z)), z = s**2
    "log_f64": (log_rest, lambda z: z, mpf(0), mpf("0.029438"), 7, 53),
    "log_f32": (log_rest, lambda z: z, mpf(0), mpf("0.029438"), 3, 24),
    # isa_random.c: -2 log((1 + s) / (1 - s)) = s (-4 + z p(z)); sin and cos of quarters r are r p(z) and 1 + z p(z)
    "radius": (log_slope, lambda z: z / 4, mpf(0), mpf("0.0401"), 6, 53),
    "quarter_sine": (quarter_sine, lambda z: mpf(1), mpf(0), mpf("0.25"), 7, 53),
    "quarter_cosine": (quarter_cosine_slope, lambda z: z, mpf(0), mpf("0.25"), 6, 53),
    "power_f64": (log_rest, lambda z: z, mpf(0), mpf("0.029438"), 9, 53),
}


def main():
    for name, (function, weight, low, high, terms, bits) in ROWS.items():
        if len(sys.argv) > 1 and sys.argv[1] != name:
            continue
        coefficients, error = remez(function, weight, low, high, terms)
        rounded = []
        for c in coefficients:
            with mp.workprec(bits):
                rounded.append(float(+c).hex())
        print(f"{name}: error 2**{float(log(error, 2)):.1f}")
        print("    " + ", ".join(rounded))


if __name__ == "__main__":
    main()
