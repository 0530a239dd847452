# SPDX-License-Identifier: BSD-3-Clause
"""Holds farray's dtypes against NumPy's: `oracle_dtype.py PROGRAM [COUNT] [SEED]`.

PROGRAM is oracle_dtype. Random texts, whole and damaged, go through both; what NumPy understands must come out with the
same text, descr, display, sizes and alignment, and what it refuses must be refused. Where farray differs on purpose,
expected_refusal() says so.
"""
import ast
import random
import re
import subprocess
import sys
import warnings

import numpy as np
from numpy.lib.format import dtype_to_descr, descr_to_dtype

warnings.simplefilter("ignore")
UNITS = "Y M W D h m s ms us ns ps fs as".split()
NAMES = """bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64 complex128 int uint
 float complex half single double longlong ulonglong intc uintc intp uintp long ulong short ushort byte ubyte int_ bool_
 str bytes void str_ bytes_ unicode csingle cdouble datetime64 timedelta64""".split()
SIZED = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16 S0 S3 S10 U0 U7 V4 V16 a5 M8 m8".split()


def scalar(rng, divisions=True):
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(["", "", "<", ">", "=", "|"]) + rng.choice(SIZED)
    if kind < 0.65:
        return rng.choice(NAMES)
    if kind < 0.75:
        return rng.choice(["", "<", ">", "="]) + rng.choice("?bBhHiIlLqQefdFDSUVMmacpPnN")
    unit = rng.choice(UNITS) if rng.random() < 0.8 else "generic"
    count = rng.choice(["", "", "1", "25", "2147483647"]) if unit != "generic" else ""
    division = rng.choice(["", "", "", "/2", "/4", "/7", "/12", "/1000", "/3600"]) if unit != "generic" and divisions else ""
    return rng.choice(["M8", "m8", "datetime64", "timedelta64", ">M8", "<m8"]) + f"[{count}{unit}{division}]"


def shape(rng):
    return rng.choice(["2", "(2,)", "(2, 3)", "(1,)", "(0,)", "()", "(2,1,2)", "1", "( 3 , 2 )"])


def commas(rng):
    items = []
    for _ in range(rng.randint(1, 4)):
        repeat = rng.choice(["", "", "", "2", "1", "(2,)", "(2,3)", "( 2 , 2 )", "0", "()"])
        items.append(rng.choice(["", "", " "]) * bool(items) + repeat + scalar(rng, divisions=False))
    return ",".join(items) + rng.choice(["", "", "", ","])


def literal(rng, depth=0):
    kind = rng.random()
    if depth > 3 or kind < 0.4:
        return repr(scalar(rng) if rng.random() < 0.85 else commas(rng))
    if kind < 0.5:
        return f"({literal(rng, depth + 1)}, {shape(rng)})"
    names = rng.sample("a b c time x.y naïve Ω it's back\\slash new\nline 数据 f1 f0".split(" "), rng.randint(0, 5))
    if kind < 0.8:
        fields = []
        for i, name in enumerate(names):
            text = repr(name) if rng.random() < 0.85 else f"({'title %d' % i!r}, {name!r})"
            if rng.random() < 0.05:
                text = "''"
            tail = f", {shape(rng)}" if rng.random() < 0.3 else ""
            fields.append(f"({text}, {literal(rng, depth + 1)}{tail})")
        return "[" + ", ".join(fields) + "]"
    formats = [literal(rng, depth + 1) for _ in names]
    text = f"{{'names': {names!r}, 'formats': [{', '.join(formats)}]"
    if rng.random() < 0.5:
        step = rng.choice([4, 8, 16, 32, 100])
        offsets = [i * step for i in range(len(names))]
        if rng.random() < 0.4:
            rng.shuffle(offsets)
        text += f", 'offsets': {offsets!r}"
    if rng.random() < 0.3:
        text += f", 'titles': {[rng.choice([None, 'T%d' % i]) for i in range(len(names))]!r}"
    if rng.random() < 0.3:
        text += f", 'itemsize': {rng.choice([0, 8, 64, 640, 1000])}"
    if rng.random() < 0.4:
        text += f", 'aligned': {rng.choice([True, False])}"
    return text + "}"


def damage(rng, text):
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(len(text) + 1)
        kind = rng.random()
        if kind < 0.4:
            text = text[:at] + text[at + 1 :]
        elif kind < 0.8:
            text = text[:at] + rng.choice("<>=|()[]{},'0123456789fiuUSVMmbcO?:/s ") + text[at:]
        else:
            text = text[:at] + text[at + rng.randint(1, 4) :]
    return text


class ItemsOfNoBytes(Exception):
    """A sub-array of them: NumPy takes it for a type whose size is still to be said."""


def repeated(base, shape):
    if base.itemsize == 0 and (base.names is not None or base.subdtype):
        raise ItemsOfNoBytes
    return np.dtype((base, shape))


def convert(value):
    """NumPy's meaning of a literal, with np.lib.format's of lists: nameless fields of void are gaps."""
    if isinstance(value, str):
        return np.dtype(value)
    if isinstance(value, tuple):
        if len(value) != 2:
            raise TypeError("no dtype")
        base = convert(value[0])
        return base if value[1] == () else repeated(base, value[1])
    if isinstance(value, dict):
        if set(value) - {"names", "formats", "offsets", "titles", "itemsize", "aligned"} or "names" not in value:
            raise TypeError("unknown key")
        if "aligned" in value:
            value["aligned"] = bool(value["aligned"])
        return np.dtype({**value, "formats": [convert(f) for f in value["formats"]]})
    if isinstance(value, list):
        fields, offset = [], 0
        for place, field in enumerate(value):
            name, dtype = field[0], convert(field[1])
            if len(field) > 2 and field[2] != ():
                dtype = repeated(dtype, field[2])
            if len(field) > 3:
                raise TypeError("no field")
            title = None
            if isinstance(name, tuple):
                title, name = name
            gap = name == "" and title is None and dtype.type is np.void and dtype.names is None
            if not gap:
                fields.append((name or "f%d" % place, dtype, offset, title))
            offset += dtype.itemsize
        if not fields:
            return np.dtype({"names": [], "formats": [], "itemsize": offset})
        names, formats, offsets, titles = zip(*fields)
        return np.dtype(dict(names=names, formats=formats, offsets=offsets, titles=titles, itemsize=offset))
    raise TypeError("no dtype")


def numpy_says(text):
    """A dtype, or None where NumPy refuses."""
    try:
        stripped = text.strip()
        if stripped[:1] in "[{'\"" and stripped or (stripped[:1] == "(" and stripped[1:].strip()[:1] in list("'\"[{(")):
            return convert(ast.literal_eval(stripped))
        return np.dtype(text)
    except ItemsOfNoBytes:
        return ItemsOfNoBytes
    except Exception:
        return None


def leaves(dtype):
    if dtype.subdtype:
        yield from leaves(dtype.subdtype[0])
    elif dtype.names is not None:
        for name in dtype.names:
            yield from leaves(dtype.fields[name][0])
    else:
        yield dtype


def overlaps(dtype):
    if dtype.subdtype:
        return overlaps(dtype.subdtype[0])
    if dtype.names is None:
        return False
    ends = sorted((dtype.fields[n][1], dtype.fields[n][1] + dtype.fields[n][0].itemsize) for n in dtype.names)
    ends = [e for e in ends if e[1] > e[0]]
    return any(b[0] < a[1] for a, b in zip(ends, ends[1:])) or any(overlaps(dtype.fields[n][0]) for n in dtype.names)


def expected_refusal(text, dtype, answer):
    """What farray refuses on purpose although NumPy takes it."""
    if any(leaf.kind in "OT" or leaf.char in "gG" for leaf in leaves(dtype)):
        return answer[0] == "FA_UNSUPPORTED"
    if overlaps(dtype):
        return True  # another refusal may come first
    if "generic" in answer[-1] and re.search(r"[0-9]generic", text):
        return True  # NumPy drops the count
    if re.search(r"(^|,) *[<>=|]?[0-9()]* *[<>=|]?[0-9() ]*(,|$)", text):
        return answer[0] == "FA_BAD_DTYPE"  # "5,<l" is a repeat whose comma is inside, for NumPy's regular expression
    if "divisor" in answer[-1]:
        # NumPy's count of units overflows, and its table of weeks is read past its end ("M8[W/1000]" is "M8[0Y]").
        return bool(re.search(r"2147483647\w+/|W/", text))
    if dtype.itemsize > 2**31 - 1:
        return answer[0] == "FA_TOO_LARGE"
    message = answer[-1]
    # Spaces inside a name of a type ("i 4" is what strtol() leaves of it), and text that only Python reads: sums, sets,
    # strings side by side, 1_000, 0x10, (2) for 2, lists for tuples.
    return any(space in text for space in " \t") and "unknown" in message or "expected" in message


def expected_acceptance(text):
    """What farray takes on purpose although NumPy refuses it: names with '_' and divided units among commas, "=a", a
    repeat that begins with 0, (2) in front, () in front of a type without a size, repeats of items of no bytes."""
    return bool(
        re.search(r"[0-9)] *[<>|=]?\w+_|\w_,|, *\w+_|[<>=|]a\b|\b0[0-9]+|\([0-9]+\)|\( *\)|/", text)
        or re.search(r"\b0[<>=|]?[a-zA-Z?]|[SUVa]0|\(0,\)|, *0\)|'(str|bytes|void|unicode)_?'|\[\]|'formats': \[\['", text)
    )


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"oracle_dtype.py: seed {seed}")
    rng = random.Random(seed)
    texts, damages = [], []
    while len(texts) < count:
        text = rng.choice([scalar, commas, literal, literal])(rng)
        damaged = rng.random() < 0.3
        if damaged:
            text = damage(rng, text)
        if "\n" not in text and "\0" not in text and not re.search(r"/[\s+-]*0", text):  # a divisor of 0 ends NumPy's process
            texts.append(text)
            damages.append(damaged)
    run = subprocess.run([program], input="\n".join(texts) + "\n", capture_output=True, encoding="utf-8", errors="replace", check=True)
    answers = [line.split("\t") for line in run.stdout.split("\n")[:-1]]
    assert len(answers) == len(texts), (len(answers), len(texts), run.stderr)
    wrong = odd = accepted = refused = differ = 0
    for text, answer, damaged in zip(texts, answers, damages):
        dtype = numpy_says(text)
        if dtype is ItemsOfNoBytes:
            differ += 1
            continue
        if dtype is None:
            refused += 1
            good = answer[0].startswith("FA_") or (answer[0] == "ok" and expected_acceptance(text))
        elif answer[0].startswith("FA_"):
            differ += 1
            good = expected_refusal(text, dtype, answer)
        else:
            accepted += 1
            simple = dtype.names is None and dtype.subdtype is None
            expected = [str(dtype), str(dtype.itemsize), str(dtype.alignment), str(int(all(leaf.isnative for leaf in leaves(dtype))))]
            good = answer[0] == "ok" and answer[3:] == expected
            if re.search(r"\(0,\)|\[\]|[SUVa]0|\(\)", text) and not good:
                # NumPy takes a sub-array of items of no bytes for a type whose size is still to be said.
                differ += 1
                continue
            if dtype.subdtype is None:
                try:
                    descr = repr(dtype_to_descr(dtype))
                    good = good and answer[2] == descr and answer[1] == (dtype.str if simple else descr)
                    good = good and descr_to_dtype(ast.literal_eval(answer[2])) == dtype
                except ValueError:  # out of order: NumPy has no descr
                    good = good and answer[2].count("{") > 0
        if not good and damaged and (dtype is None or answer[0].startswith("FA_")):
            odd += 1  # NumPy's regular expressions read damaged repeats and units in ways of their own
            continue
        if not good:
            wrong += 1
            if wrong <= 20:
                print("DIFFERS", text, "\n   farray:", answer, "\n   numpy: ", dtype and (dtype, dtype.alignment))
    print(f"oracle_dtype.py: {accepted} alike, {refused} refused by both, {differ} differ on purpose, "
          f"{odd} damaged texts taken by one alone, {wrong} wrong")
    wrong += odd > count // 500
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
