# SPDX-License-Identifier: BSD-3-Clause
"""One expression has one result: the same bits on 1, 2, 3 and 5 threads, with 16 MiB and with all memory, however files are
read, and on every instruction set. For every operation that the library lists; one that no call below computes fails the test.

A process has one way to read files, one instruction set and one size of tiles, and goes through threads and limits; its
results, refusals included, are hashed and compared with those of the first. FARRAY_LONG=1 takes every call on every element
type, larger arrays (of which what MAY_BE_REFUSED names may not fit), and so many combinations that any two choices meet: each
thread count each limit, each way to read each instruction set, and so on. (All combinations are eight times as many, and take hours.)
"""
import ctypes
import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("FARRAY_SOURCE") or os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("FARRAY_BUILD", os.path.join(SOURCE, "build"))
LONG = os.environ.get("FARRAY_LONG", "0") not in ("", "0")
sys.path.insert(0, os.path.join(SOURCE, "tests", "random"))

import farray_ctypes  # noqa: E402
import needs  # noqa: E402

needs.library()
np = needs.numpy()

SHAPE = (1500, 301) if LONG else (100, 301)
MOST = 1 << 22  # elements of a result that is worth hashing
THREADS, LIMITS, MODES, SETS, TILES = (1, 2, 3, 5), (16 << 20, 0), ("auto", "mmap", "pread", "direct"), \
    ("x86-64-v3", "x86-64-v4"), ("", "16384") if LONG else ("65536", "4096")
DTYPES = ("<f8", "<f4", "<i4", "<c16", "|b1", "<f2", "<U6", "<M8[s]", "<m8[s]")

# What every name is tried as; what the library refuses for an element type is left out. `x`, `y`, `z` have one type, `i` has
# positions, `n` small counts, `p` positions along the first axis, `l` is a row, `c` are conditions, `q` is square.
FORMS = ("{0}(x)", "{0}(x, axis=0)", "{0}(x, axis=1)", "{0}(x, y)", "{0}(x, y, z)", "{0}(x, n)", "{0}((x, y))", "x.{0}",
         "{0}(x, 2)", "{0}(q)", "{0}(q, q)", "{0}(q, l[:100])", "{0}(l[:100], q)", "{0}(x, .3)", "{0}(l, l)",
         "{0}(x)[1]")
CALLS = {
    "where": ["where(c, x, y)"], "clip": ["clip(x, y, z)"],
    "divmod": ["divmod(x, y)[0]", "divmod(x, y)[1]"], "modf": ["modf(x)[0]", "modf(x)[1]"],
    "frexp": ["frexp(x)[0]", "frexp(x)[1]"], "strings.find": ["strings.find(x, 'a')"],
    "strings.index": ["strings.index(strings.add(x, 'a'), 'a')"], "strings.rindex": ["strings.rindex(strings.add(x, 'a'), 'a')"],
    "strings.replace": ["strings.replace(x, 'a', 'bc')"], "strings.partition": ["strings.partition(x, 'a')[2]"],
    "strings.rpartition": ["strings.rpartition(x, 'a')[0]"], "strings.zfill": ["strings.zfill(x, 9)"],
    "strings.ljust": ["strings.ljust(x, 9)"], "strings.rjust": ["strings.rjust(x, 9)"],
    "strings.center": ["strings.center(x, 9)"], "view": ["view(x, 'u1')"], "reshape": ["reshape(x, (-1, 7))"],
    "swapaxes": ["swapaxes(x, 0, 1)"], "broadcast_to": [f"broadcast_to(l, {SHAPE})"],
    "expand_dims": ["expand_dims(x, 0)"], "as_strided": ["as_strided(x, shape=(10, 10), strides=(80, 8))"],
    "broadcast_arrays": ["broadcast_arrays(x, l)[1]"], "moveaxis": ["moveaxis(x, 0, 1)"], "rollaxis": ["rollaxis(x, 1)"],
    "split": ["split(x, 2)[1]"], "vsplit": ["vsplit(x, 2)[1]"], "hsplit": ["hsplit(x, 7)[1]"],
    "dsplit": ["dsplit(dstack((x, y)), 2)[1]"], "array_split": ["array_split(x, 7)[3]"],
    "astype": ["astype(x, 'f4')", "astype(x, 'i8')"], "complex": ["complex(x)"],
    "datetime64": ["datetime64('2020-01-01')"], "timedelta64": ["timedelta64(5, 'D')"],
    "arange": ["arange(100000)", "arange(0., 1000., .01)"], "linspace": ["linspace(0, 1, 100001)"],
    "logspace": ["logspace(0, 1, 100001)"], "geomspace": ["geomspace(1, 10, 100001)"], "full": ["full((300, 70), 7)"],
    **{name: [f"{name}((300, 70))"] for name in ("zeros", "ones", "empty")},
    "full_like": ["full_like(x, 7)"], "eye": ["eye(300)"], "tri": ["tri(300)"], "identity": ["identity(300)"],
    "take": ["take(x, p, axis=0)", "take(x, i)"], "take_along_axis": ["take_along_axis(x, argmax(x, axis=0)[newaxis], axis=0)"],
    "compress": ["compress(l > l, x, axis=1)", "compress(c, x)"], "extract": ["extract(c, x)"], "argwhere": ["argwhere(c)"],
    "flatnonzero": ["flatnonzero(c)"], "nonzero": ["nonzero(c)[1]"], "choose": ["choose(n % 2, (x, y))"],
    "select": ["select([c, ~c], [x, y])"], "unravel_index": [f"unravel_index(i, {SHAPE})[0]"],
    "ravel_multi_index": [f"ravel_multi_index(unravel_index(i, {SHAPE}), {SHAPE})"], "ix_": ["ix_(p, p)[0]"],
    "block": ["block([[x, y], [y, x]])"], "append": ["append(x, y)"], "insert": ["insert(x, 3, y[0], axis=0)"],
    "delete": ["delete(x, 3, axis=0)"], "tile": ["tile(x, (2, 3))"], "repeat": ["repeat(x, 3, axis=0)"],
    "resize": ["resize(x, (100, 1000))"], "pad": ["pad(x, 3, mode='reflect')"], "meshgrid": ["meshgrid(l, p)[0]"],
    "diagflat": ["diagflat(l)"], "diag": ["diag(q)"], "array_equal": ["array_equal(x, y)"],
    **{f"strings.{name}": [f"strings.{whole}(x, 'a')[{k}]"] for whole, parts in
       {"partition": ("before", "separator", "after"), "rpartition": ("rbefore", "rseparator", "rafter")}.items()
       for k, name in enumerate(parts)},
    "random_uniform": ["random_uniform((300, 70), seed=3)"], "random_normal": ["random_normal((300, 70), seed=3)"],
    "complex": ["complex(2, 3) * x"], "quantile": ["quantile(x, [.1, .5, .9], axis=0)"], "nanquantile": ["nanquantile(x, .3)"],
    "percentile": ["percentile(x, 30)"], "nanpercentile": ["nanpercentile(x, 30, axis=1)"],
    "cross": ["cross(x[:, :3], y[:, :3])"], "interp": ["interp(x, arange(9.), arange(9.)**2)"],
    "digitize": ["digitize(x, arange(9.))"], "searchsorted": ["searchsorted(arange(9.), x)"], "isin": ["isin(x, l)"],
    "unique_all": [f"unique_all(n)[{i}]" for i in range(4)], "unique_counts": ["unique_counts(n)[1]"],
    "unique_inverse": ["unique_inverse(x)[1]"],
    "bincount": ["bincount(ravel(n))"], "histogram2d": ["histogram2d(l, l[::-1])[0]"],
    "einsum": ["einsum('ij,jk->ik', q, q)"], "tensordot": ["tensordot(q, q, axes=1)"], "lexsort": ["lexsort((l, l[::-1]))"],
    "gradient": ["gradient(l)", "gradient(x)[0]"], "partition": ["partition(x, 5)"], "argpartition": ["argpartition(x, 5)"],
    "histogram_bin_edges": ["histogram_bin_edges(x, bins=10, range=(0, 1))"],
    "strings.decode": ["strings.decode(astype(x, 'S6'))"], "histogram": ["histogram(x, bins=10, range=(0, 1))[0]"], "spread": ["spread(c, extract(c, x))"],
}
MAY_BE_REFUSED = {"unique"} if LONG else set()  # where rows of 24 KB are sorted in what two arrays leave of 16 MiB
UNCALLED = {"pi", "e", "inf", "nan", "True", "False", "None", "newaxis"}


def elements(dtype, seed):
    """Numbers, and what is none; strings of few letters; times around 1970."""
    generator = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "U":
        return generator.choice(np.array(["", "a", "Ab", "ba c", "12", "aXa"], dtype), SHAPE)
    if dtype.kind in "iMm":
        return generator.integers(-1000, 1000, SHAPE).astype(dtype)
    if dtype.kind == "b":
        return generator.random(SHAPE) > .3
    made = generator.standard_normal(SHAPE) * np.exp(generator.standard_normal(SHAPE))
    if dtype.kind == "c":
        made = made + 1j * generator.standard_normal(SHAPE)
    made[generator.random(SHAPE) < .001] = np.nan
    return made.astype(dtype)


def write_operands(folder, seed):
    generator = np.random.default_rng(seed)
    size = SHAPE[0] * SHAPE[1]
    for dtype, (k, name) in itertools.product(DTYPES, enumerate("xyz")):
        np.save(os.path.join(folder, f"{name}{dtype[1:]}.npy"), elements(dtype, [seed, k]))
    for dtype in DTYPES:
        np.save(os.path.join(folder, f"l{dtype[1:]}.npy"), elements(dtype, [seed, 4])[0])
        np.save(os.path.join(folder, f"q{dtype[1:]}.npy"), elements(dtype, [seed, 5])[:100, :100])
    np.save(os.path.join(folder, "i.npy"), generator.integers(0, size, 50_000))
    np.save(os.path.join(folder, "p.npy"), generator.permutation(SHAPE[0]))
    np.save(os.path.join(folder, "n.npy"), generator.integers(0, 5, SHAPE))
    np.save(os.path.join(folder, "c.npy"), generator.random(SHAPE) > .4)


def one_nan(elements, dtype):
    """Which of its bit patterns a NaN has depends on the order of operands in an instruction: it is one value."""
    if dtype[:2] not in ("<f", "<c"):
        return elements
    parts = np.frombuffer(elements, dtype)
    parts = parts.view(parts.real.dtype)
    return np.where(parts != parts, np.array(np.nan, parts.dtype), parts).tobytes()


class Computer:
    """One process's library and its operands."""

    def __init__(self, folder):
        self.library = farray_ctypes.Library(BUILD)
        self.variables = {}
        for dtype in DTYPES:
            self.variables[dtype] = {
                **{name: self.open(folder, name + dtype[1:]) for name in "xyzlq"},
                **{name: self.open(folder, name) for name in "ipnc"}}

    def open(self, folder, name):
        return self.library.open(os.path.join(folder, f"{name}.npy"), farray_ctypes.READ_ONLY)

    def names(self):
        info, i = self.library.structures["fa_operation_info"](), 0
        while self.library.c.fa_operation_at(i, ctypes.byref(info)):
            yield ctypes.string_at(info.name).decode()
            i += 1

    def hash(self, text, dtype):
        """Of shape, type and bits of the result; or the error."""
        try:
            array = self.library.eval(text, self.variables[dtype])
            digest = hashlib.blake2b(f"{array.shape} {array.dtype_text}".encode(), digest_size=8)
            digest.update(one_nan(self.library.get_all(array), array.dtype_text))
            return digest.hexdigest()
        except farray_ctypes.Failed as why:
            return why.code

    def has_result(self, text, dtype):
        """Whether it is an array, of a size that is worth computing."""
        try:
            return self.library.eval(text, self.variables[dtype]).size <= MOST
        except farray_ctypes.Failed:
            return False

    def computable(self, names):
        """[(name, text, dtype)]"""
        return [(name, text, dtype) for name, dtype in itertools.product(names, DTYPES)
                for text in CALLS.get(name, []) + [form.format(name) for form in FORMS] if self.has_result(text, dtype)]

    def hashes(self, calls, combinations):
        """{"threads T, limit L": [hash of each call]}"""
        found = {}
        for threads, limit in combinations:
            self.library.set_threads(threads)
            self.library.set_memory_limit(limit)
            found[f"threads {threads}, limit {limit}"] = [self.hash(text, dtype) for _, text, dtype in calls]
        return found


def child(environment, request):
    made = subprocess.run([sys.executable, os.path.abspath(__file__), "--child"], input=json.dumps(request), text=True,
                          stdout=subprocess.PIPE, env={**os.environ, **environment}, check=True)
    return json.loads(made.stdout)


def answer(request):
    computer = Computer(request["folder"])
    if "calls" in request:
        return computer.hashes(request["calls"], request["combinations"])
    names = [name for name in computer.names() if name not in UNCALLED]
    return {"names": names, "calls": computer.computable(names)}


def some(calls):
    """Of each operation two texts on its first element type, and one on its second."""
    kept, seen = [], {}
    for name, text, dtype in calls:
        of = seen.setdefault(name, {})
        of[dtype] = of.get(dtype, 0) + 1
        if list(of).index(dtype) < 2 and of[dtype] <= (2 if len(of) == 1 else 1):
            kept.append((name, text, dtype))
    return kept


def environments():
    """Every way to read on every instruction set, with tiles large and small; and what is gone through in each.

    The long form is an orthogonal array of strength two (Hedayat, Sloane and Stufken, Orthogonal Arrays, 1999): thread counts
    are added to the ways to read as in a Latin square, limits by the parity of two other choices."""
    everything = list(itertools.product(THREADS, LIMITS))
    for number, (mode, level, tile) in enumerate(itertools.product(MODES, SETS, TILES)):
        of_mode, of_level, of_tile = number // 4, number // 2 % 2, number % 2
        if LONG:
            taken = [(THREADS[of_mode ^ (2 * of_level + of_tile)], LIMITS[of_mode % 2 ^ of_level])]
        elif of_tile == of_mode % 2:  # every second one, tiles in turn
            taken = [everything[(3 * number + 5 * k) % len(everything)] for k in range(2)]
        else:
            continue
        yield {"FARRAY_IO": mode, "FARRAY_ISA": level, "FARRAY_TILE": tile}, taken


class SameBits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="farray-bits-", dir=os.environ.get("FARRAY_TEST_FOLDER", "/var/tmp"))
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        write_operands(cls.folder, 1)
        cls.plan = child({}, {"folder": cls.folder})
        cls.calls = cls.plan["calls"] if LONG else some(cls.plan["calls"])

    def test_one_hash(self):
        first, wrong, refused = None, [], set()
        for environment, combinations in environments():
            for where, hashes in child(environment, {"folder": self.folder, "calls": self.calls,
                                                     "combinations": combinations}).items():
                first = first or hashes
                refused |= {call[0] for call, found in zip(self.calls, hashes) if found == "FA_NO_MEMORY"}
                wrong += [f"{call[1]} of {call[2]}: {environment}, {where}"
                          for call, expected, found in zip(self.calls, first, hashes)
                          if expected != found and "FA_NO_MEMORY" not in (expected, found)]
                first = [found if expected == "FA_NO_MEMORY" else expected for expected, found in zip(first, hashes)]
        self.assertEqual(wrong, [], f"{len(wrong)} differ:\n" + "\n".join(wrong[:40]))
        self.assertEqual(refused - MAY_BE_REFUSED, set(), "refused for the sake of the memory limit")
        computed = {call[0] for call, found in zip(self.calls, first) if not found.startswith("FA_")}
        self.assertEqual(sorted(set(self.plan["names"]) - computed), [], "CALLS does not say how these are computed")

    def test_other_elements_have_other_hashes(self):
        """The negative control."""
        with tempfile.TemporaryDirectory(prefix="farray-bits-", dir=os.path.dirname(self.folder)) as other:
            write_operands(other, 2)
            calls = [call for call in self.calls if call[2] == "<f8" and call[1].endswith("(x)")]
            request = {"calls": calls, "combinations": [(1, 0)]}
            one, two = (next(iter(child({}, {**request, "folder": folder}).values())) for folder in (self.folder, other))
        self.assertGreater(sum(a != b for a, b in zip(one, two)), len(calls) / 2)


if __name__ == "__main__":
    if sys.argv[1:] == ["--child"]:
        print(json.dumps(answer(json.load(sys.stdin))))
        sys.exit()
    unittest.main()
