# SPDX-License-Identifier: BSD-3-Clause
"""Holds farray's .npy files against NumPy's: `oracle_npy.py PROGRAM [COUNT] [SEED]`.

PROGRAM is oracle_npy. Files that NumPy writes, of every dtype, byte order, order and shape, must be read with the same
dtype, shape and order, and written back byte for byte. Of COUNT damaged headers, those that farray accepts must mean to
NumPy what they mean to farray: farray may be stricter, never more generous.
"""
import ast
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from numpy.lib.format import descr_to_dtype

warnings.simplefilter("ignore")
SCALARS = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16 S1 S7 U1 U5 V3 V16".split()
UNITS = "Y M W D h m s ms us ns ps fs as".split()
SHAPES = [(), (0,), (1,), (7,), (3, 4), (1, 5), (5, 1), (0, 3), (2, 0, 4), (2, 3, 4), (1, 1, 1), (3, 1, 2, 2),
          (123456,), (2,) * 8, (1,) * 64]


def dtypes():
    for text in SCALARS + ["M8", "m8"] + [f"{k}8[{u}]" for k in "Mm" for u in UNITS + ["25s", "7D"]]:
        for order in "<>":
            yield np.dtype(text).newbyteorder(order)
    for fields in (
            [("id", "<i8")], [("a", "<f4"), ("b", ">i2", (2, 3))],
            [("id", "<i8"), ("pos", [("x", "<f8"), ("y", ">f8")]), ("name", "S12"), ("u", "<U3"), ("t", "<M8[us]")],
            [("v", "V5"), ("c", "<c16"), ("h", "<f2"), ("o", "?")], [("sub", [("deep", [("er", "<i4", (3,))], (2,))])],
            [(("title", "name"), "<i4"), ("x", "u1")], [("it's", "<i4"), ('q"', "<i4"), ("b\\s", "<i4")]):
        yield np.dtype(fields)
        yield np.dtype(fields, align=True)
    yield np.dtype({"names": ["a", "b"], "formats": ["<i2", "<f8"], "offsets": [3, 16], "itemsize": 40})
    yield np.dtype([("f%d" % i, "<i4") for i in range(200)])
    nested = np.dtype([("x", "<f4")])
    for _ in range(15):
        nested = np.dtype([("n", nested)])
    yield nested


def elements(rng, dtype, shape):
    count = int(np.prod(shape, dtype=np.int64))
    data = rng.integers(0, 256, count * dtype.itemsize, dtype=np.uint8)
    if dtype.kind == "U":  # code points that NumPy itself can show
        data = rng.integers(32, 0x2ff, count * dtype.itemsize // 4).astype(dtype.byteorder + "u4").view(np.uint8)
    return np.ndarray(shape, dtype, data.tobytes())


def ask(program, pairs):
    lines = "".join(f"{a}\t{b}\n" for a, b in pairs)
    result = subprocess.run([program], input=lines, stdout=subprocess.PIPE, text=True, check=True)
    return [line.split("\t") for line in result.stdout.splitlines()]


def check_meaning(reply, path):
    """What farray says of a file is what NumPy says."""
    array = np.load(path, mmap_mode="r") if os.path.getsize(path) > 4096 else np.load(path)
    assert reply[0] == "ok", (path, reply)
    assert descr_to_dtype(ast.literal_eval(reply[1])) == array.dtype, (reply, array.dtype)
    assert tuple(int(n) for n in reply[2].split()) == array.shape, (reply, array.shape)
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    assert reply[3] == ("F" if fortran else "C"), (reply, path)


def round_trips(program, folder, rng):
    pairs = []
    for dtype in dtypes():
        for shape in SHAPES:
            if dtype.itemsize * int(np.prod(shape, dtype=np.int64)) > 1 << 21:
                continue
            for order in "CF":
                path = os.path.join(folder, f"{len(pairs)}.npy")
                np.save(path, np.array(elements(rng, dtype, shape), order=order, copy=True))
                pairs.append((path, path + ".out"))
    for (path, out), reply in zip(pairs, ask(program, pairs), strict=True):
        check_meaning(reply, path)
        with open(path, "rb") as a, open(out, "rb") as b:
            assert a.read() == b.read(), (path, reply)
        os.unlink(path)
        os.unlink(out)
    return len(pairs)


def archives(program, folder, rng):
    """Archives of NumPy's, stored and compressed, member by member into archives that NumPy reads."""
    arrays = {}
    for dtype in list(dtypes())[::7]:
        shape = SHAPES[len(arrays) % 12]
        order = "CF"[len(arrays) % 2]
        arrays[f"{len(arrays)}-é"[: 2 + 3 * (len(arrays) % 2)]] = np.array(
            elements(rng, dtype, shape), order=order, copy=True)
    arrays["large"] = rng.standard_normal((300, 1000))
    arrays["zeros"] = np.zeros((1000, 1000), "u1", order="F")
    for save in np.savez, np.savez_compressed:
        path, out = os.path.join(folder, "in.npz"), os.path.join(folder, "out.npz")
        save(path, **arrays)
        pairs = [(f"{path}::{name}", f"{out}::{name}") for name in arrays]
        for (name, array), reply in zip(arrays.items(), ask(program, pairs), strict=True):
            assert reply[0] == "ok", (name, reply)
            assert descr_to_dtype(ast.literal_eval(reply[1])) == array.dtype, (name, reply)
            assert tuple(int(n) for n in reply[2].split()) == array.shape, (name, reply)
        with np.load(out) as written, np.load(path) as original:
            assert written.zip.testzip() is None
            assert sorted(written.files) == sorted(arrays), written.files
            for name in written.files:
                one, other = written[name], original[name]
                assert one.dtype == other.dtype and one.shape == other.shape, name
                assert one.tobytes("A") == other.tobytes("A"), name
                assert one.flags.f_contiguous == other.flags.f_contiguous, name
        os.unlink(path)
        os.unlink(out)
    return 2 * len(arrays)


def wider_names(program, folder):
    """Names beyond ASCII: version 3.0, which both read. NumPy's Latin-1 in version 1.0 is refused."""
    for name, version in (("日本", 3), ("é", 1)):
        path = os.path.join(folder, "wide.npy")
        np.save(path, np.zeros(3, [(name, "<f4")]))
        reply, = ask(program, [(path, path + ".out")])
        if version == 1:
            assert reply[0] == "FA_BAD_FORMAT" and "is not ASCII" in reply[1], reply
            continue
        check_meaning(reply, path)
        with open(path, "rb") as a, open(path + ".out", "rb") as b:
            assert a.read() == b.read()


def damaged(rng):
    """A header, usually with something wrong, and elements enough for most shapes. (No line ends in odd places: NumPy
    takes them by Python's rules of indentation, farray as any white space.)"""
    descr = rng.choice(["'<f8'", "'>i4'", "'|b1'", "'|S3'", "[('a', '<i2'), ('b', '<f4', (2,))]", "('<i4', (2,))",
                        "'i4,f8'", "[('a', [('b', '<i2')])]", "[('', '|V2'), ('x', '|u1')]"])
    shape = rng.choice(["()", "(3,)", "(2, 3)", "(0, 2)", "(3L,)", "(1, 2, 3,)"])
    parts = [f"'descr': {descr}", f"'fortran_order': {rng.choice(['True', 'False'])}", f"'shape': {shape}"]
    rng.shuffle(parts)
    text = "{" + ", ".join(parts) + rng.choice([", }", "}", ",}"])
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        at = rng.randrange(len(text) + 1)
        piece = rng.choice(list("{}[]()',\":;0123456789LlxTFN<>|=#\\\t -+.e_ab") + ["True", "'a'", "()", "u'", "10L"])
        text = text[:at] + rng.choice([piece, ""]) + text[at + rng.choice([0, 0, 1, 2]):]
    version = rng.choice([1, 1, 2, 3])
    body = (text + " " * rng.randrange(40) + rng.choice(["\n", ""])).encode()
    length = struct.pack("<H" if version == 1 else "<I", len(body))
    return b"\x93NUMPY" + bytes([version, 0]) + length + body + bytes(4096)


def numpy_reads(path):
    try:
        return np.load(path)
    except Exception:  # NumPy and Python refuse in many ways
        return None


def numpy_refuses_dtype(header):
    """Dtype texts have an oracle of their own (tests/array/oracle_dtype.py)."""
    start = 10 if header[6] == 1 else 12
    text = header[start:start + int.from_bytes(header[8:start], "little")].decode()
    try:
        descr_to_dtype(ast.literal_eval(text.strip().replace("L", ""))["descr"])
    except (TypeError, ValueError):
        return True
    return False


def damaged_headers(program, folder, count, rng):
    paths = [os.path.join(folder, f"d{i}.npy") for i in range(count)]
    for path in paths:
        with open(path, "wb") as file:
            file.write(damaged(rng))
    accepted = stricter = 0
    for path, reply in zip(paths, ask(program, [(p, "-") for p in paths]), strict=True):
        array = numpy_reads(path)
        if reply[0] == "ok":
            with open(path, "rb") as file:
                header = file.read(300)
            if array is None and numpy_refuses_dtype(header):
                continue
            assert array is not None, (reply, header)
            assert tuple(int(n) for n in reply[2].split()) == array.shape, (reply, header)
            assert descr_to_dtype(ast.literal_eval(reply[1])) == array.dtype, (reply, header)
            accepted += 1
        elif array is not None:
            stricter += 1
        os.unlink(path)
    return accepted, stricter


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"seed {seed}")
    folder = tempfile.mkdtemp()
    try:
        files = round_trips(program, folder, np.random.default_rng(seed))
        print(f"{files} files of NumPy's read and written byte for byte")
        wider_names(program, folder)
        print(f"{archives(program, folder, np.random.default_rng(seed))} arrays of archives read and written")
        accepted, stricter = damaged_headers(program, folder, count, random.Random(seed))
        print(f"{count} damaged headers: {accepted} accepted by both, {stricter} by NumPy alone")
        assert accepted > count // 10, "the damage leaves too little to compare"
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
