#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds the types, shapes, layouts and errors of graphs against NumPy's.

    oracle_expression.py PROGRAM [COUNT] [SEED]

PROGRAM is what tests/text/oracle_expression.c makes. Every operation meets every pair of types and every kind of Python
scalar; then COUNT random expressions on random layouts. The same text goes to farray's parser and to Python's eval().
Prints what differs, and how much was compared; exits with 1 when anything differs.
"""

import itertools
import random
import re
import subprocess
import sys
import warnings

import numpy as np

TYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32",
         "float64", "complex64", "complex128"]
LITERALS = ["True", "0", "1", "2", "-1", "300", "-300", "70000", "2**40", "2**63", "1.5", "0.5", "1e300", "2j"]
OPERATORS = ["+", "-", "*", "/", "**", "<", "<=", ">", ">=", "==", "!=", "&", "|", "^", "<<", ">>"]
BINARY = ["add", "subtract", "multiply", "divide", "power", "arctan2", "hypot", "copysign", "minimum", "maximum", "fmin",
          "fmax", "equal", "less", "logical_and", "logical_or", "logical_xor", "bitwise_and", "left_shift"]
REAL_ONLY = {"sqrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos",
             "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "rint", "cbrt"}
UNARY = ["negative", "positive", "absolute", "abs", "fabs", "sign", "conjugate", "conj", "real", "imag", "square",
         "reciprocal", "floor", "ceil", "trunc", "isnan", "isinf", "isfinite", "signbit", "logical_not",
         "invert"] + sorted(REAL_ONLY)
REDUCTIONS = ["sum", "prod", "min", "max", "mean", "var", "std", "any", "all", "count_nonzero"]

NAMESPACE = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}
NAMESPACE.update(np=np, int=int, float=float, complex=complex)


class Oracle:
    """Collects cases, asks the program once for all of them, and compares."""

    def __init__(self, program):
        self.program = program
        self.lines = []
        self.expected = []
        self.names = {}

    def variables(self, **arrays):
        if arrays.keys() == self.names.keys() and all(arrays[n] is self.names[n] for n in arrays):
            return
        self.names = arrays
        self.lines.append("clear")
        for name, array in arrays.items():
            strides = array.strides
            offset = -sum((n - 1) * s for n, s in zip(array.shape, strides) if s < 0 and n > 0) if array.size else 0
            size = offset + array.itemsize + sum((n - 1) * s for n, s in zip(array.shape, strides) if s > 0 and n > 0)

            def text(values):
                return ",".join(map(str, values)) or "-"
            self.lines.append(f"var {name} {array.dtype.str} {size} {offset} {text(array.shape)} {text(strides)}")
            self.expected.append(("declare", name, None))

    def case(self, text, layout=True):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = eval(text, dict(NAMESPACE), dict(self.names))
        except Exception as error:
            result = error
        self.lines.append("eval " + text)
        self.expected.append((text, result, layout))

    def check(self):
        done = subprocess.run([self.program], input="\n".join(self.lines) + "\n", capture_output=True, text=True)
        answers = done.stdout.splitlines()
        if done.returncode != 0 or len(answers) != len(self.expected):
            print(f"the program ended with {done.returncode} after {len(answers)} of {len(self.expected)} answers")
            print(done.stderr[-4000:])
            return len(self.expected) - len(answers) + 1
        wrong = 0
        self.failed = self.passed = 0
        for (text, result, layout), answer in zip(self.expected, answers):
            if text == "declare" and answer == "ok":
                why = None
            elif text == "folded":
                why = None if answer.endswith(" True") else f"{result[0]} is not what Python makes of it"
            else:
                why = self.compare(text, result, layout, answer)
            if why is not None:
                wrong += 1
                if wrong <= 40:
                    print(f"{text}: {why}: {answer}")
        return wrong

    def compare(self, text, result, layout, answer):
        words = answer.split(" ", 5)
        if isinstance(result, Exception):
            self.failed += 1
            if re.search("not subscriptable|not supported between instances|unsupported operand", str(result)):
                return None  # Python refuses its own numbers; the same of arrays is fine, or met later
            if words[0] != "error":
                return f"NumPy raises {type(result).__name__}: {result}"
            if "where(" in text and words[1] == "FA_OUT_OF_RANGE":
                return None  # met before what NumPy refuses: see below
            codes = {OverflowError: ["FA_OUT_OF_RANGE"], TypeError: ["FA_BAD_TYPES", "FA_UNSUPPORTED"]}
            for kind, allowed in codes.items():
                if isinstance(result, kind) and words[1] not in allowed:
                    return f"NumPy raises {type(result).__name__}: {result}"
            if words[2] == "0":
                return "the error has no column"
            return None
        self.passed += 1
        array = np.asarray(result)
        if words[0] != "ok":
            if "where(" in text and words[1] == "FA_OUT_OF_RANGE":
                return None  # farray refuses a literal that NumPy's where() wraps
            return f"NumPy gives {array.dtype} {array.shape}"
        if np.dtype(words[1]).newbyteorder("=") != array.dtype.newbyteorder("="):
            return f"NumPy gives {array.dtype.str}"
        shape = [] if words[2] == "-" else [int(n) for n in words[2].split(",")]
        if shape != list(array.shape):
            return f"NumPy gives {array.shape}"
        strides = [] if words[3] == "-" else [int(n) for n in words[3].split(",")]
        if layout and array.size:
            for n, ours, theirs in zip(shape, strides, array.strides):
                if n > 1 and ours != theirs:
                    return f"NumPy gives strides {array.strides}"
        if words[4] != "1":
            return "the text does not parse back to the same graph"
        return None


def arrays_of_types():
    return {t: np.ones((2,), t) for t in TYPES}


def is_known_difference(name, types):
    """Functions of real numbers, and powers, refuse complex numbers that NumPy takes."""
    return (name in REAL_ONLY or name in ("**", "power")) and any(t.startswith("complex") for t in types)


def every_pair(oracle):
    one, two = arrays_of_types(), arrays_of_types()
    for first, second in itertools.product(TYPES, TYPES):
        oracle.variables(a=one[first], b=two[second])
        for operator in OPERATORS:
            if not is_known_difference(operator, [first, second]):
                oracle.case(f"a {operator} b")
        for name in BINARY:
            if not is_known_difference(name, [first, second]):
                oracle.case(f"{name}(a, b)")
        oracle.case("where(a, a, b)")
        oracle.case("where(b > 0, b, a)")
        oracle.case("clip(a, b, b)")
        oracle.case(f"astype(a, '{second}')")


def every_literal(oracle):
    one = arrays_of_types()
    for kind in TYPES:
        oracle.variables(a=one[kind])
        for literal in LITERALS:
            if kind == "bool" and literal == "2**63":
                continue  # NumPy takes it for an int64 there and fails; farray compares it
            kinds = [kind, "complex128" if "j" in literal else "bool"]
            for operator in OPERATORS:
                if not is_known_difference(operator, kinds) or (operator == "**" and literal in ("2", "-1")):
                    oracle.case(f"a {operator} ({literal})")
                if not is_known_difference(operator, kinds):
                    oracle.case(f"({literal}) {operator} a")
            for name in BINARY:
                if literal == "2**63" and name.startswith("logical"):
                    continue  # NumPy takes it for an int64 and fails
                if not is_known_difference(name, kinds):
                    oracle.case(f"{name}(a, {literal})")
                    oracle.case(f"{name}({literal}, a)")
            for other in LITERALS:
                # NumPy wraps a literal that does not fit; farray refuses it.
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    values = [eval(x) for x in (literal, other)]
                whole = [v for v in values if isinstance(v, int)]
                if kind == "bool" or np.dtype(kind).kind not in "iu" or all(
                        np.iinfo(kind).min <= v <= np.iinfo(kind).max for v in whole):
                    if max(whole, default=0) < 2**63 or np.dtype(kind).kind in "fc":
                        oracle.case(f"where(a > 0, a, {literal})")
                        oracle.case(f"where({other}, {literal}, a)")
                if kind != "bool" or other != "2**63":
                    oracle.case(f"a.clip({literal}, {other})")
        for name in UNARY:
            if not is_known_difference(name, [kind]):
                oracle.case(f"{name}(a)", layout=name not in ("real", "imag"))
        oracle.case("-a")
        oracle.case("+a")
        oracle.case("~a")
        oracle.case("a.conj()")
        oracle.case("a.real", layout=False)  # a view in NumPy, computed here
        oracle.case("a.imag + 1")
        for name in REDUCTIONS:
            oracle.case(f"{name}(a)")
            oracle.case(f"{name}(a, axis=0, keepdims=True)")
            if name in ("sum", "prod", "mean", "var", "std"):
                for dtype in TYPES:
                    if name in ("var", "std") and np.dtype(dtype).kind not in "fc":
                        continue
                    oracle.case(f"{name}(a, dtype='{dtype}')")


def constants_alone(oracle):
    oracle.variables(a=np.ones(2))
    for first, second in itertools.product(LITERALS + ["7", "-3", "1e-3", "(3+2j)"], repeat=2):
        for operator in OPERATORS:
            # Python goes beyond 64 bits, and shifts by any amount; farray says that it does not.
            if operator in ("<<", "**") and any(len(x) > 3 and "." not in x for x in (first, second)):
                continue
            try:
                value = eval(f"({first}) {operator} ({second})")
            except Exception:
                continue
            if isinstance(value, int) and not -2**63 <= value < 2**64:
                continue
            oracle.case(f"({first}) {operator} ({second})")
            text = repr(value).replace("(", "").replace(")", "")
            if isinstance(value, (bool, int, float)) and value == value:
                # The value itself: a comparison of constants is a constant, and text shows it.
                oracle.lines.append(f"eval (({first}) {operator} ({second})) == ({text})")
                oracle.expected.append(("folded", (f"({first}) {operator} ({second})", "True"), None))


def random_layout(random_source, dtype, shape):
    """An array of this shape whose memory order, directions, gaps and repetitions are anything."""
    order = list(range(len(shape)))
    random_source.shuffle(order)
    base_shape = [1 if random_source.random() < 0.15 else n for n in shape]
    gaps = [random_source.choice([1, 1, 1, 2]) for _ in shape]
    memory = np.ones([base_shape[i] * gaps[i] for i in order], dtype)
    array = memory.transpose(np.argsort(order)) if shape else memory
    steps = tuple(slice(None, None, random_source.choice([1, 1, -1]) * g) for g in gaps)
    array = array[steps][tuple(slice(0, n) for n in base_shape)]
    if random_source.random() < 0.5:
        array = np.broadcast_to(array, shape)
    return array


def random_shape(random_source, shape):
    return tuple(1 if random_source.random() < 0.2 else n for n in shape[random_source.randint(0, len(shape)):]) \
        if random_source.random() < 0.4 else shape


EXACT_TYPES = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float32", "float64", "complex64", ">i4", ">f8"]


def random_expression(random_source, names, depth):
    if depth == 0 or random_source.random() < 0.15:
        # Not "2j": a Python complex takes NumPy's float64 scalars for floats, and answers in NumPy's place.
        return random_source.choice(names + names + ["2", "1.5", "3", "True", "complex64(2j)", "1"])
    kind = random_source.randint(0, 11)
    inner = [random_expression(random_source, names, depth - 1) for _ in range(3)]
    if kind <= 3:
        return f"({inner[0]} {random_source.choice(OPERATORS[:4] + OPERATORS[5:])} {inner[1]})"
    if kind == 4:
        return f"({inner[0]})[{random_source.choice(['1:', '::-1', '..., None', '0', '..., 0', 'None', ':, ::2', '1:0'])}]"
    if kind == 5:
        return f"{random_source.choice(['abs', 'square', 'isnan', 'negative', 'conj', 'logical_not', 'floor'])}({inner[0]})"
    if kind == 6:
        axis = random_source.choice(["None", "0", "-1", "(0, 1)", "()", "1"])
        keep = random_source.choice(["", ", keepdims=True"])
        return f"{random_source.choice(REDUCTIONS)}({inner[0]}, axis={axis}{keep})"
    if kind == 7:
        return f"where({inner[0]}, {inner[1]}, {inner[2]})"
    if kind == 8:
        return f"transpose({inner[0]})"
    if kind == 9:
        return f"astype(add({inner[0]}, 0), '{random_source.choice(TYPES)}')"
    if kind == 10:
        return f"({random_source.choice(['-', '+', '~'])}{inner[0]})"
    return f"{random_source.choice(['minimum', 'fmax', 'hypot', 'logical_or', 'multiply'])}({inner[0]}, {inner[1]})"


def random_cases(oracle, count, seed):
    random_source = random.Random(seed)
    for i in range(count):
        if i % 4 == 0:
            shape = tuple(random_source.choice([0, 1, 2, 3, 3, 4, 5] if random_source.random() < 0.2 else [2, 3, 4])
                          for _ in range(random_source.randint(0, 4)))
            arrays = {name: random_layout(random_source, random_source.choice(EXACT_TYPES),
                                          random_shape(random_source, shape)) for name in "abc"}
            oracle.variables(**arrays)
        text = random_expression(random_source, ["a", "b", "c"], random_source.randint(1, 4))
        # How NumPy lays out what has no elements depends on which of its loops sees it, and nobody can tell.
        has_elements = all(array.size for array in oracle.names.values()) and "1:0" not in text
        oracle.case(text, layout=has_elements)


def layouts(oracle, count, seed):
    random_source = random.Random(seed)
    for _ in range(count):
        shape = tuple(random_source.choice([1, 2, 3, 4]) for _ in range(random_source.randint(1, 5)))
        arrays = {name: random_layout(random_source, random_source.choice(["f8", "f4"]),
                                      random_shape(random_source, shape)) for name in "abc"}
        oracle.variables(**arrays)
        for text in ("a + b", "sqrt(a)", "where(a, b, c)", "clip(a, b, c)", "astype(a, 'int8')", "a.sum(axis=0)",
                     "a.max(axis=-1)", "mean(b, axis=0, keepdims=True)", "a * 2", "(a + b).T", "-c", "c ** 2",
                     "count_nonzero(a, axis=0)"):
            oracle.case(text)


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(2**32)
    print(f"seed {seed}")
    wrong = compared = 0
    for name, cases in (("pairs of types", every_pair), ("literals", every_literal), ("constants", constants_alone),
                        ("layouts", lambda oracle: layouts(oracle, count // 4, seed)),
                        ("random expressions", lambda oracle: random_cases(oracle, count, seed))):
        oracle = Oracle(program)
        cases(oracle)
        differ = oracle.check()
        print(f"{name}: {oracle.passed} results and {oracle.failed} errors compared, {differ} differ")
        wrong += differ
        compared += oracle.passed + oracle.failed
    print(f"{compared} compared, {wrong} differ")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
