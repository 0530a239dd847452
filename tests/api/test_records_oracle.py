#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds structured elements against NumPy: comparing by fields, converting and assigning by position, single fields and
several at once, sub-arrays, byte orders. CTest says where the library is by FARRAY_BUILD.
"""
import itertools
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "random"))

from text_oracle import Checker, dtype_text, np, same  # noqa: E402

import data  # noqa: E402
import farray_ctypes  # noqa: E402

LEAVES = ["?", "i1", "<i4", ">i4", "u8", "f2", "<f8", ">f8", "<c8", ">c16", "<M8[D]", ">M8[s]", "<m8[h]", "S3", "V4"]


def leaf(rng):
    return rng.choice(LEAVES)


def structure(rng, depth=0, kinds=LEAVES):
    fields = []
    for i in range(rng.randint(1, 4)):
        inner = structure(rng, depth + 1, kinds) if depth < 2 and rng.random() < 0.2 else rng.choice(kinds)
        shape = rng.choice([(), (), (), (2,), (2, 3)])
        fields.append((f"f{i}", inner, shape) if shape else (f"f{i}", inner))
    return np.dtype(fields, align=rng.random() < 0.2)


def elements(rng, dtype, shape):
    array = data.elements(dtype, shape, "small", rng.randrange(1 << 30)).astype(dtype)
    if array.size > 2 and rng.random() < 0.7:  # some records are equal
        array[..., 1:] = np.where(np.arange(array.shape[-1] - 1) % 2 == 0, array[..., :1], array[..., 1:])
    return array


def relative(rng, dtype):
    """Another structure of the same fields, whose leaves have other types."""
    kinds = ["i2", "<f4", ">f8", "<i8", ">u4", "?"]
    fields = []
    for name in dtype.names:
        base, shape = dtype[name].base, dtype[name].shape
        if base.names is not None:
            base = relative(rng, base)
        elif base.kind in "biuf":
            base = np.dtype(rng.choice(kinds))
        elif base.kind in "Mm":
            base = np.dtype(f"{rng.choice('<>')}{base.kind}8[{rng.choice(['s', 'ms', 'D'])}]")
        elif rng.random() < 0.5:
            base = base.newbyteorder()
        fields.append((name, base, shape) if shape else (name, base))
    return np.dtype(fields, align=rng.random() < 0.2)


def check_assign(checker, target, value):
    """target[...] = value, through fa_assign."""
    expected = target.copy()
    try:
        np.copyto(expected, value, casting="unsafe")
    except (TypeError, ValueError):
        expected = None
    left, right = checker.array(target), checker.array(value)
    try:
        checker.library.assign(left, right)
        found = np.frombuffer(checker.library.get_all(left), target.dtype).reshape(target.shape)
        wrong = expected is None or not same(expected, found)
    except farray_ctypes.Failed as error:
        wrong, found = expected is not None, error
    if wrong:
        checker.wrong += 1
        if checker.wrong < 20:
            print(f"assign {value.dtype} to {target.dtype}: {expected!r} expected, {found!r} found")
    else:
        checker.compared += 1


def check_fields(checker, array, rng):
    """A view of several fields reads and writes its own bytes and no others."""
    names = rng.sample(array.dtype.names, rng.randint(1, len(array.dtype.names)))
    checker.check(f"a[{names!r}]", a=array)
    checker.check(f"a[{names!r}][::2]['{names[0]}']", a=array)
    expected, value = array.copy(), elements(rng, array.dtype, array.shape)
    expected[names] = value[names]
    handle = checker.array(array)
    checker.library.assign(checker.library.slice(handle, f"[{names!r}]"),
                           checker.library.slice(checker.array(value), f"[{names!r}]"))
    found = np.frombuffer(checker.library.get_all(handle), array.dtype).reshape(array.shape)
    if same(expected, found):
        checker.compared += 1
    else:
        checker.wrong += 1
        print(f"a[{names}] = b[{names}]: {expected!r} expected, {found!r} found")


def main():
    rng = random.Random(11)
    checker = Checker()
    for _ in range(400):
        dtype = structure(rng)
        shape = rng.choice([(5,), (2, 3), (1,), (4, 1)])
        a, b = elements(rng, dtype, shape), elements(rng, dtype, shape[-1:])
        other = relative(rng, dtype)
        c = elements(rng, other, shape[-1:])
        if all(dtype[name].base.kind in "biufcMmV" and dtype[name].base.names is None for name in dtype.names):
            for form in ("{} == {}", "{} != {}"):
                checker.check(form.format("a", "b"), a=a, b=b)
                checker.check(form.format("a", "a[:1]"), a=a)
                checker.check(form.format("a", "c"), a=a, c=c)
        checker.check(f"astype(a, {dtype_text(other)!r})", a=a)
        checker.check("where(m, a, a[::-1])", a=a, m=np.arange(shape[-1]) % 2 == 0)
        name = rng.choice(dtype.names)
        checker.check(f"a['{name}']", a=a)
        checker.check(f"where(m, a, a[::-1])['{name}']", a=a, m=np.arange(shape[-1]) % 2 == 0)
        check_assign(checker, a, b)
        check_assign(checker, a, c)
        check_assign(checker, c, a[0] if a.ndim > 1 else a)
        check_assign(checker, a, a[..., :1])
        check_fields(checker, a, rng)
    numbers = structure(rng, kinds=["<i4", ">f8", "?", "u2"])
    for _ in range(60):
        a = elements(rng, numbers, (4,))
        check_assign(checker, a, np.arange(4) * rng.choice([1, -2]))
        check_assign(checker, a, np.asarray(5))
        check_assign(checker, np.zeros(4), a)
        numbers = structure(rng, kinds=["<i4", ">f8", "?", "u2"])
    one = np.array([(1.5,), (-2,), (0,), (7,)], [("x", ">f4")])
    check_assign(checker, np.zeros(4, "i8"), one)
    for text in ["a == a", "a < a", "a == b", "a + a", "a['q']", "a[['x', 'q']]", "a[['x', 'x']]"]:
        checker.check(text, a=one, b=one.view([("y", ">f4")]))
    checker.finish()


main()
