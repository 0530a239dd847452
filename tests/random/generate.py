# SPDX-License-Identifier: BSD-3-Clause
"""Thinks up random programs. One seed is one program, for ever the same under one version of this file.

Each program is built around a few cells (operation, element type, layout) of the coverage table, chosen by the seed, so
that all cells come up in turn; what surrounds them is free. Steps are chosen while the program runs, from what exists.
"""
import itertools
import random

import numpy as np

import data
from farray_ctypes import scans
import trees
from moves import KINDS, MOVES
from oracle import ELEMENTS, NUMERIC, STRINGS, TIMES, native
from world import dtype_text

# Memory limits: under the small ones a tile has 64 elements, and results of a few thousand spill to scratch.
LIMITS = [0, 4 << 20, 512 << 10, 128 << 10, 64 << 10]
MISALIGNED_FIELDS = ["[('a', '|u1'), ('x', '{0}'), ('b', '<i2')]", "[('x', '{0}'), ('p', [('y', '{0}'), ('t', '|S3')])]"]
ALIGNED_FIELDS = ["[('x', '{0}'), ('b', '{0}')]", "[('p', [('y', '{0}'), ('z', '{0}')]), ('x', '{0}')]"]


SCANS = scans()
METHODS = {"sum", "prod", "min", "max", "mean", "var", "std", "any", "all", "argmin", "argmax", "cumsum", "cumprod"}
MASKED = {"sum", "prod", "min", "max", "mean", "var", "std", "any", "all",
          "nansum", "nanprod", "nanmin", "nanmax", "nanmean", "nanvar", "nanstd"}
BEGINS = {"sum", "prod", "min", "max", "nansum", "nanprod", "nanmin", "nanmax"}
EXACT_FOLDS = {"subtract", "bitwise_and", "bitwise_or", "bitwise_xor", "logical_xor", "left_shift", "right_shift"}


# What strings do among the operations of these lists; their own are held against NumPy elsewhere. Sums with 0 pad none.
OF_STRINGS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "add", "astype", "index", *MOVES} - \
    {"tril", "triu", "diagflat", *KINDS}
WIDTHS = ["S5", "U3", "S2", "U7", "S9"]
NOT_OF_TIMES = ["nan_to_num", "array_equal", "array_equiv"]


def cells(elementwise, reductions):
    """Every (operation, element type, layout) that there is."""
    everything = []
    for name, dtype, layout in itertools.product([*elementwise, *reductions, "astype", "index", *MOVES],
                                                  ELEMENTS + STRINGS,
                                                  data.LAYOUTS):
        dtype = np.dtype(dtype)
        if layout in ("swapped", "misaligned") and dtype.itemsize == 1:
            continue
        if dtype.kind in "Mm" and name in NOT_OF_TIMES or dtype.kind in "SU" and name not in OF_STRINGS:
            continue
        if dtype.kind not in KINDS.get(name, dtype.kind) or (name == "bincount" and dtype.str[1:] == "u8"):
            continue
        if dtype.kind == "S" and layout in ("swapped", "misaligned"):
            continue
        everything.append((name, dtype.str[1:], layout))
    # A fixed shuffle: neighbouring seeds have nothing in common.
    random.Random(0).shuffle(everything)
    return everything


class Generator:
    """Chooses the steps of one program. `world` is asked what exists; `do` runs a step and says whether it was one."""

    def __init__(self, seed, world, do, elementwise, reductions, all_cells):
        self.random = random.Random(seed)
        self.world = world
        self.do = do
        self.elementwise = elementwise
        self.reductions = reductions
        count = 6
        self.cells = [all_cells[(seed * count + k) % len(all_cells)] for k in range(count)]
        self.number = 0
        self.big = self.random.random() < 0.04

    # Names and choices.

    def name(self, prefix="v"):
        self.number += 1
        return f"{prefix}{self.number}"

    def seed(self):
        return self.random.randrange(1 << 30)

    def shape(self):
        choose = self.random
        if self.big:
            self.big = False
            return choose.choice([(180000,), (300, 701), (5, 40000), (70001, 3)])
        if choose.random() < 0.02:
            ndim = choose.randrange(7, 65)
            sizes = [1] * ndim
            sizes[choose.randrange(ndim)] = choose.randrange(0, 9)
            return tuple(sizes)
        ndim = choose.choice([0, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6])
        while True:
            high = {0: 1, 1: 400, 2: 40, 3: 12, 4: 7, 5: 5, 6: 4}[ndim]
            sizes = tuple(choose.choice([1, 2, 3, choose.randrange(high + 1), choose.randrange(high + 1)])
                          for _ in range(ndim))
            if np.prod(sizes, dtype="i8") <= 4000:
                return sizes

    def partner(self, shape):
        """A shape that broadcasts with another; now and then one that does not."""
        choose = self.random
        if choose.random() < 0.02:
            return shape + (choose.randrange(2, 5),) if len(shape) < 6 else shape
        sizes = [1 if choose.random() < 0.25 else size for size in shape]
        return tuple(sizes[choose.choice([0, 0, 0, len(sizes) // 2]):])

    def existing(self, condition=lambda variable: True):
        names = [name for name, variable in self.world.variables.items() if condition(variable)]
        return self.random.choice(names) if names else None

    # Operands of a chosen element type and layout.

    def operand(self, dtype, layout, shape=None, profile=None):
        """Makes a variable, and gives its name, or None. The shape is bent to what has that layout at all."""
        choose = self.random
        shape = self.shape() if shape is None else shape
        profile = profile or choose.choice(data.PROFILES)
        if layout == "0-d":
            shape = ()
        elif not shape and layout != "pending":
            shape = (choose.randrange(1, 6),)
        shape = self.solid(shape, layout)
        ndim = len(shape)
        basis = {"dtype": np.dtype(dtype).str, "profile": profile, "seed": self.seed()}
        out = self.name()
        if layout == "F":
            inner = self.name()
            made = self.do({"do": "memory", "out": inner, "shape": shape[::-1], **basis}) and \
                self.do({"do": "view", "out": out, "of": inner, "how": "transpose", "arguments": None})
        elif layout == "strided":
            if choose.random() < 0.5:
                made = self.field(out, shape, basis, ALIGNED_FIELDS)
            else:
                inner = self.name()
                last = ndim - 1  # many dimensions would become too much
                wide = tuple(2 * n if axis == last or ndim < 5 else n for axis, n in enumerate(shape))
                index = tuple(("slice", n % 2 if n > 1 else 0, None, w // n if n else 2) for n, w in zip(shape, wide))
                made = self.do({"do": "memory", "out": inner, "shape": wide, **basis}) and \
                    self.do({"do": "view", "out": out, "of": inner, "how": choose.choice(["index", "slice"]),
                             "arguments": index})
        elif layout == "negative":
            inner = self.name()
            index = tuple(("slice", None, None, choose.choice([-1, -1, 1])) for _ in shape[:-1]) + (("slice", None, None, -1),)
            made = self.do({"do": "memory", "out": inner, "shape": shape, **basis}) and \
                self.do({"do": "view", "out": out, "of": inner, "how": choose.choice(["index", "slice"]), "arguments": index})
        elif layout == "broadcast":
            inner = self.name()
            base = tuple(1 if axis == ndim - 1 or choose.random() < 0.4 else size for axis, size in enumerate(shape))
            made = self.do({"do": "memory", "out": inner, "shape": base, **basis}) and \
                self.do({"do": "view", "out": out, "of": inner, "how": "broadcast_to", "arguments": shape})
        elif layout == "misaligned":
            if choose.random() < 0.6:
                made = self.file(out, "raw", shape, basis, offset=choose.choice([1, 3, 7, 13]))
            else:
                made = self.field(out, shape, basis, MISALIGNED_FIELDS)
        elif layout == "file":
            made = self.file(out, choose.choice(["raw", "npy", "npy", "npz", "deflated"]), shape, basis, offset=choose.choice([0, 16, 128]),
                             order="C")
        elif layout == "pending":
            inner, mask = self.name(), self.name()
            made = self.do({"do": "memory", "out": inner, "shape": shape, **basis}) and \
                self.do({"do": "memory", "out": mask, "shape": shape[-1:], **basis, "dtype": "|b1"}) and \
                self.do({"do": "build", "out": out, "by": choose.choice(["text", "calls"]), "tree":
                         ("op", "where", False, (("var", mask), ("var", inner), ("var", inner)))})
        else:
            if layout == "swapped":
                basis["dtype"] = np.dtype(dtype).newbyteorder(">").str
            made = self.do({"do": "memory", "out": out, "shape": shape, **basis})
        return out if made and out in self.world.variables else None

    def field(self, out, shape, basis, structures):
        inner = self.name()
        structure = self.random.choice(structures).format(basis["dtype"])
        return self.do({"do": "memory", "out": inner, "shape": shape, **basis, "dtype": structure}) and \
            self.do({"do": "view", "out": out, "of": inner, "how": "field", "arguments": "x"})

    def solid(self, shape, layout):
        """A shape near `shape` whose arrays can have a layout: a reversed axis needs two elements, and so on."""
        choose = self.random
        if layout in ("0-d", "C", "pending", "swapped") or choose.random() < 0.1:
            return shape
        least = {"F": 2, "strided": 2, "negative": 2, "broadcast": 2}.get(layout, 1)
        bent = [max(size, least if axis >= len(shape) - 2 else 1) for axis, size in enumerate(shape)]
        if layout == "F" and len(bent) == 1:
            bent.insert(0, choose.randrange(2, 5))
        return tuple(bent)

    def file(self, out, kind, shape, basis, offset, order=None):
        choose = self.random
        return self.do({"do": "file", "out": out, "path": self.name("f"), "kind": kind, "shape": shape,
                        "writer": choose.choice(["numpy", "farray"]), "order": order or choose.choice("CF"),
                        "offset": offset, "mode": choose.choice(["r", "r+", "r+"]), **basis})

    def any_layout(self):
        return self.random.choice(data.LAYOUTS)

    # Trees.

    def options(self, ndim, name):
        """Axes and the other arguments of a reduction."""
        choose = self.random
        axes = None
        kind = choose.random()
        if ndim and kind < 0.4:
            axes = choose.randrange(-ndim, ndim)
        elif ndim and kind < 0.65:
            axes = tuple(sorted(choose.sample(range(ndim), choose.randrange(1, min(ndim, 3) + 1))))
        elif kind > 0.98:
            axes = ndim + 1
        options = {"axes": axes}
        if choose.random() < 0.3:
            options["keepdims"] = True
        if name in ("sum", "prod", "mean", "nansum", "nanprod", "cumsum", "cumprod") and choose.random() < 0.12:
            options["dtype"] = choose.choice(["f8", "f4", "i8", "c16", "u4"])
        if name in ("var", "std", "nanvar", "nanstd") and choose.random() < 0.3:
            options["ddof"] = choose.choice([1, 0.5, 2])
        return options

    def reduction_on(self, name, tree, shape):
        """A reduction, or an operation that is repeated along an axis: a short one, where each step adds to the error."""
        choose = self.random
        options = self.options(len(shape), name)
        operation, _, method = name.partition(".")
        if (method or name in SCANS or name.removeprefix("nan")[:3] == "arg") and isinstance(options["axes"], tuple):
            options["axes"] = options["axes"][0]
        if method and shape and (options["axes"] is None or choose.random() < 0.7):
            options["axes"] = min(range(len(shape)), key=lambda axis: shape[axis])
        if method == "accumulate" or name in SCANS:
            options.pop("keepdims", None)
        if method == "accumulate" and options["axes"] is None:
            options["axes"] = 0
        if name in MASKED and choose.random() < 0.15:
            options["where"] = self.operand("?", "C", self.partner(shape) if choose.random() < 0.5 else shape, "unit")
        if name in BEGINS and (choose.random() < 0.1 or options.get("where") and name[-3:] in ("min", "max")) or \
                method == "reduce" and operation in EXACT_FOLDS and choose.random() < 0.2:
            options["initial"] = choose.choice([0, 1, 3])
        is_method = name in METHODS and choose.random() < 0.5
        return ("reduce", name, is_method, tree, options)

    def literal(self, dtype):
        choose = self.random
        if dtype.kind in "SU":
            text = choose.choice(["", "a", "abc", "b", "cab"])
            return text if dtype.kind == "U" else text.encode()
        if dtype.kind == "b":
            return choose.choice([True, False, 0, 1, 2.5])
        if dtype.kind in "iuMm":
            return choose.choice([0, 1, 2, 3, 7, 2.5, 100, 1000 if dtype.itemsize > 1 else 5, -1])
        if dtype.kind == "f":
            return choose.choice([0, 1, 2, -1, 0.5, -2.5, 1e-3, 3, 100])
        return choose.choice([0, 1, 2, 2j, -1.5, 0.5])

    def operation_on(self, name, tree, dtype, shape):
        """A tree with an operation whose first operand is given, and how to build it."""
        choose = self.random
        if name == "astype":
            return ("astype", tree, choose.choice(WIDTHS if dtype.kind in "SU" else ELEMENTS))
        if name == "index":
            index = self.index_with_arrays(shape)
            return None if index is None else ("index", tree, index)
        if name in self.reductions:
            reduction = self.reduction_on(name, tree, shape)
            if dtype.kind in "Mm" and name.partition(".")[2] == "reduce":
                reduction[4].pop("initial", None)  # docs/differences.md: folds-of-times
            return reduction
        if name in MOVES:
            return self.move_of(name, tree, dtype, shape)
        arity = self.elementwise[name][0]
        operands = [tree]
        for position in range(1, arity):
            operands.append(self.other_operand(name, position, dtype, shape))
            if operands[-1] is None:
                return None
        options = trees.OPTIONS.get(name)
        return ("op", name, choose.choice(options) if options else choose.random() < 0.6, tuple(operands))

    def move_of(self, name, tree, dtype, shape):
        more, text_for = MOVES[name]
        operands = [tree]
        for _ in range(more):
            others = WIDTHS if dtype.kind in "SU" else NUMERIC
            other = dtype if self.random.random() < 0.7 else np.dtype(self.random.choice(others))
            made = self.operand(other, self.random.choice(["C", "F", self.any_layout()]), shape)
            if made is None:
                return None
            operands.append(("var", made))
        return ("move", name, text_for(self.random, shape), tuple(operands))

    @staticmethod
    def partners(dtype):
        """Types for the other operand; what NumPy refuses is tried now and then."""
        return WIDTHS if dtype.kind in "SU" else ELEMENTS + TIMES * 3 if dtype.kind in "Mm" else NUMERIC

    def other_operand(self, name, position, dtype, shape):
        choose = self.random
        kind = choose.random()
        if kind < 0.2:
            if name == "power":
                return ("lit", choose.choice([2, 0.5, -1, 1, 0, 3]) if dtype.kind in "fc" else choose.choice([0, 1, 2, 3]))
            return ("lit", self.literal(dtype))
        if kind < 0.35:
            near = self.existing(lambda v: v.array.shape == shape and v.array.dtype.names is None and
                                 alike(v.array.dtype, dtype))
            if near and name != "power":
                return ("var", near)
        same = choose.random() < 0.5
        other = dtype if same and not (name == "where" and position == 1) else np.dtype(choose.choice(self.partners(dtype)))
        profile = None
        if name == "power":
            profile = "positive" if other.kind in "iu" else choose.choice(["unit", "positive", "small"])
        elif name in ("left_shift", "right_shift") and choose.random() < 0.5:
            profile = "positive"
        made = self.operand(other, choose.choice(["C", "C", "C", self.any_layout()]), self.partner(shape), profile)
        return ("var", made) if made else None

    def tree(self, depth):
        """An expression over what exists."""
        choose = self.random
        name = self.existing(lambda v: v.array.dtype.names is None and v.array.dtype.kind in "biufc")
        if name is None:
            return None
        array = self.world.array(name)
        tree = ("var", name)
        if array.ndim and array.ndim < 10 and choose.random() < 0.25:
            tree = ("view", tree, self.index(array.shape))
        elif choose.random() < 0.1:
            tree = ("T", tree)
        for _ in range(depth):
            operation = choose.choice([*self.elementwise, *self.elementwise, *self.reductions, *MOVES, "astype", "index",
                                       "index", "index"])
            shape, dtype = self.shape_of(tree)
            if shape is None:
                return None
            tree = self.operation_on(operation, tree, dtype, shape)
            if tree is None:
                return None
        return tree

    def shape_of(self, tree):
        """Shape and type of a tree that NumPy takes; (None, None) otherwise."""
        value = self.world.look(tree)
        return (None, None) if value is None else (np.shape(value), native(np.asarray(value).dtype))

    def index(self, shape):
        choose = self.random
        parts = []
        for size in shape:
            kind = choose.random()
            if kind < 0.2 and size:
                parts.append(choose.randrange(-size, size))
            elif kind < 0.5:
                ends = [None, 0, 1, 2, -1, -2, size, size + 3, size // 2]
                parts.append(("slice", choose.choice(ends), choose.choice(ends), choose.choice([None, 1, 2, -1, -2, 3])))
            else:
                parts.append(("slice", None, None, None))
        if choose.random() < 0.15:
            parts.insert(choose.randrange(len(parts) + 1), None)
        if choose.random() < 0.2:
            parts = parts[:choose.randrange(len(parts) + 1)] + ["..."]
        if choose.random() < 0.02:
            parts = [99999] if len(shape) else [0]
        return tuple(parts)

    def index_with_arrays(self, shape):
        """An index with at least one array in it: masks, and positions that are now and then out of bounds."""
        choose = self.random
        if not shape or choose.random() < 0.05:
            return self.index_with_one_truth(shape)
        parts, axis, arrays = [], 0, 0
        common = choose.choice([(), (1,), (3,), (3,), (2, 2), (70,)])
        if len(shape) > 6:
            return None
        while axis < len(shape):
            kind = choose.random()
            if kind < 0.35:
                span = choose.randrange(1, min(2, len(shape) - axis) + 1)
                made = self.index_array("|b1", shape[axis:axis + span], "mixed")
                axis += span
            elif kind < 0.65:
                made = self.index_array(choose.choice(["<i8", "<i8", "<i4", ">i8", "|i1"]), common,
                                        "unit" if shape[axis] < 12 or choose.random() < 0.5 else "small")
                axis += 1
            else:
                parts += self.index(shape[axis:axis + 1])
                axis += 1
                continue
            if made is None:
                return None
            parts.append(("by", made))
            arrays += 1
            if choose.random() < 0.2:
                break
        return tuple(parts) if arrays else None

    def index_with_one_truth(self, shape):
        """A mask of no dimensions: all that an array of none can be chosen by. It makes an axis of 0 or 1 elements."""
        choose = self.random
        parts = [] if len(shape) > 6 else list(self.index(shape))
        for _ in range(choose.choice([1, 1, 1, 2])):
            made = self.index_array("|b1", (), "mixed")
            if made is None:
                return None
            parts.insert(choose.randrange(len(parts) + 1), ("by", made))
        return tuple(parts)

    def index_array(self, dtype, shape, profile):
        name = self.name("i")
        made = self.do({"do": "memory", "out": name, "shape": shape, "dtype": dtype, "profile": profile,
                        "seed": self.seed()})
        return name if made else None

    # Steps.

    def program(self):
        choose = self.random
        self.do({"do": "threads", "count": choose.choice([1, 2, 3, 5])})
        self.do({"do": "limit", "bytes": choose.choice(LIMITS)})
        for cell in self.cells:
            self.cell(*cell)
            for _ in range(choose.randrange(3)):
                self.free_step()
        for _ in range(choose.randrange(6)):
            self.free_step()

    def cell(self, name, dtype, layout):
        choose = self.random
        for _ in range(6):  # until NumPy can say what is right
            profile = None
            if name.partition(".")[0] == "power" and np.dtype(dtype).kind != "b":
                profile = choose.choice(["positive", "small"])
            elif name in ("prod", "nanprod", "cumprod", "nancumprod", "multiply.reduce", "multiply.accumulate"):
                profile = choose.choice(["unit", "positive", "small"])
            elif name == "reciprocal" and np.dtype(dtype).kind == "b":
                profile = "true"  # of False it is an integer that NumPy does not define
            variable = self.operand(np.dtype(dtype), layout, profile=profile)
            if variable is None:
                continue
            array = self.world.array(variable)
            tree = self.operation_on(name, ("var", variable), native(array.dtype), array.shape)
            if tree is not None and self.build(tree):
                return

    def build(self, tree):
        choose = self.random
        by = "text" if trees.has_literal(tree) or choose.random() < 0.5 else "calls"
        if choose.random() < 0.12:
            value = self.world.look(tree)
            if value is not None and np.asarray(value).dtype.kind not in "SU":
                target = self.existing(lambda v: v.writeable and v.array.dtype.kind in "biufcMm" and
                                       fits(np.shape(value), v.array.shape))
                if target and self.do({"do": "eval_into", "target": target, "tree": tree}):
                    return True
        return self.do({"do": "build", "out": self.name(), "tree": tree, "by": by})

    def free_step(self):
        choose = self.random
        kind = choose.choice(["read", "read", "view", "view", "view", "tree", "tree", "tree", "tree", "assign", "assign",
                              "assign", "assign_at", "assign_at", "fill", "get", "save", "evaluate", "evaluate_all", "cancel", "print",
                              "expression",
                              "release", "flush", "again", "again", "append", "make", "threads"])
        getattr(self, "step_" + kind)()

    def step_assign_at(self):
        """Writes where masks and positions say: what fits there, or one element."""
        target = self.existing(lambda v: v.writeable and v.array.dtype.kind in "biufc" and v.array.size < 100000)
        if target is None:
            return
        index = self.index_with_arrays(self.world.array(target).shape)
        if index is None:
            return
        value = self.world.look(("index", ("var", target), index))
        shape = () if value is None or self.random.random() < 0.4 else value.shape
        if shape and self.random.random() < 0.3:
            shape = self.partner(shape)
        near = self.existing(lambda v: v.array.shape == shape and v.array.dtype.kind in "biufc")
        if near is None or self.random.random() < 0.5:
            near = self.operand(self.random.choice(NUMERIC), self.random.choice(["C", "C", "strided", "pending"]), shape)
        if near:
            self.do({"do": "assign_at", "target": target, "index": index, "value": near})

    def step_read(self):
        self.on_any("read")

    def step_evaluate(self):
        self.on_any("evaluate")

    def step_flush(self):
        self.on_any("flush")

    def on_any(self, what, **more):
        name = self.existing()
        if name:
            self.do({"do": what, "of": name, **more})

    def step_release(self):
        if len(self.world.variables) > 3:
            self.on_any("release")

    def step_threads(self):
        self.do({"do": "threads", "count": self.random.choice([1, 2, 3, 5])})

    def step_get(self):
        name = self.existing(lambda v: v.array.size and v.array.dtype.names is None)
        if name:
            coords = tuple(self.random.randrange(-n, n) for n in self.world.array(name).shape)
            if self.random.random() < 0.1:
                coords += (0,)
            self.do({"do": "get", "of": name, "coords": coords})

    def step_print(self):
        name = self.existing(lambda v: v.array.dtype.names is None and v.array.size < 3000)
        if name:
            self.do({"do": "print", "of": name})

    def step_save(self):
        self.on_any("save", path=self.name("s"), order=self.random.choice("CF"))

    def step_evaluate_all(self):
        names = list(self.world.variables)
        chosen = self.random.sample(names, min(len(names), self.random.randrange(1, 4)))
        if chosen:
            self.do({"do": "evaluate_all", "outputs": tuple((name, self.output(name)) for name in chosen)})

    def output(self, name):
        kind = self.random.random()
        if kind < 0.25 and self.world.array(name).dtype.names is None:
            return True
        return self.name("o") if kind < 0.6 else None

    def step_cancel(self):
        name = self.existing(lambda v: v.pending)
        if name:
            self.do({"do": "cancel", "of": name, "path": self.name("c"), "after": self.random.choice([0, 0, 1, 2, 5])})

    def step_expression(self):
        name = self.existing(lambda v: v.pending)
        if name:
            self.do({"do": "expression", "of": name, "out": self.name()})

    def step_make(self):
        choose = self.random
        how = choose.choice(["zeros", "ones", "empty", "full", "arange_int64", "arange_float64", "linspace",
                             "random_uniform", "random_normal"])
        step = {"do": "make", "out": self.name(), "how": how}
        if how in ("zeros", "ones", "empty"):
            step.update(dtype=choose.choice(NUMERIC), arguments=self.shape())
        elif how == "full":
            step.update(dtype=choose.choice(NUMERIC), arguments=(self.shape(), choose.choice(data.PROFILES), self.seed()))
        elif how == "arange_int64":
            step.update(arguments=(choose.randrange(-50, 50), choose.randrange(-50, 50), choose.choice([1, 2, -3, 7])))
        elif how == "arange_float64":
            step.update(arguments=(choose.uniform(-5, 5), choose.uniform(-5, 20), choose.choice([0.1, 0.37, -1.5, 2.0])))
        elif how == "linspace":
            step.update(arguments=(choose.uniform(-5, 5), choose.uniform(-5, 5), choose.randrange(0, 200)))
        else:
            step.update(dtype=choose.choice(["f4", "f8"]), arguments=(self.shape(), self.seed()))
        self.do(step)

    def step_tree(self):
        tree = self.tree(self.random.choice([1, 1, 2, 2, 3, 4]))
        if tree is not None:
            self.build(tree)

    def step_assign(self):
        target = self.existing(lambda v: v.writeable and v.array.dtype.names is None)
        if target is None:
            return
        wanted = self.world.array(target)
        value = self.existing(lambda v: v.array.dtype.names is None and fits(v.array.shape, wanted.shape) and
                              alike(v.array.dtype, wanted.dtype))
        if value:
            self.do({"do": "assign", "target": target, "value": value})

    def step_fill(self):
        target = self.existing(lambda v: v.writeable and v.array.dtype.kind in "biufc")
        if target:
            self.do({"do": "fill", "target": target, "value": self.random.choice([0, 1, -1, 7, 2.5, -0.0, 300])})

    def step_again(self):
        """A second handle of a file, of a headerless one maybe as something else."""
        choose = self.random
        if not self.world.files:
            return
        path = choose.choice(list(self.world.files))
        kind = self.world.file_kinds[path]
        step = {"do": "again", "out": self.name(), "path": path, "kind": kind,
                "mode": choose.choice(["r", "r+", "r+", "r+", "c"])}
        if kind == "raw" and choose.random() < 0.5:
            file = self.world.files[path]
            dtype = np.dtype(choose.choice(NUMERIC))
            offset = choose.randrange(0, min(len(file.buffer), 40) + 1)
            count = (len(file.buffer) - offset) // dtype.itemsize
            if count:
                step.update(dtype=dtype_text(dtype), offset=offset, shape=(choose.randrange(1, count + 1),))
        self.do(step)

    def step_append(self):
        """More rows for a file: of its own kind, of another, or of a shape that does not fit."""
        choose = self.random
        paths = [path for path, file in self.world.files.items()
                 if file.shape and 0 not in file.shape and self.world.file_kinds[path] in ("raw", "npy")]
        if not paths:
            return
        path = choose.choice(paths)
        file = self.world.files[path]
        axis = self.world.growing_axis(path)
        shape = list(file.shape)
        shape[axis] = choose.randrange(0, 4)
        if choose.random() < 0.1:
            shape[choose.randrange(len(shape))] += 1
        if file.dtype.names is None and file.dtype.kind not in "SU" and choose.random() < 0.7:
            rows = self.operand(choose.choice(NUMERIC), self.any_layout(), tuple(shape))
        else:
            rows = self.name()
            self.do({"do": "memory", "out": rows, "shape": tuple(shape), "dtype": dtype_text(file.dtype),
                     "profile": choose.choice(data.PROFILES), "seed": self.seed()})
        if rows in self.world.variables:
            self.do({"do": "append", "out": self.name(), "path": path, "kind": self.world.file_kinds[path], "rows": rows})

    def step_view(self):
        choose = self.random
        name = self.existing()
        if name is None:
            return
        array = self.world.array(name)
        ndim, shape = array.ndim, array.shape
        how = choose.choice(["index", "index", "slice", "slice", "transpose", "permute", "swap_axes", "reshape", "reshape",
                             "ravel", "broadcast_to", "diagonal", "window"])
        arguments = None
        if how in ("index", "slice"):
            arguments = self.index(shape)
            if how == "slice" and not arguments:
                arguments = ("...",)
        elif how == "permute":
            arguments = tuple(choose.sample(range(ndim), ndim))
        elif how == "swap_axes":
            arguments = (choose.randrange(-ndim, ndim), choose.randrange(-ndim, ndim)) if ndim else (0, 0)
        elif how == "reshape":
            arguments = self.new_shape(shape)
        elif how == "broadcast_to":
            arguments = tuple(choose.randrange(1, 4) for _ in range(choose.randrange(3))) + \
                tuple(choose.randrange(1, 4) if n == 1 else n for n in shape)
            if len(arguments) > 64 or np.prod(arguments, dtype="i8") > 20000:
                return
        elif how == "diagonal":
            arguments = (choose.randrange(-3, 4), 0, ndim - 1) if ndim > 1 else (0, 0, 1)
        elif how == "window":
            arguments = (choose.randrange(1, 5), choose.randrange(ndim)) if ndim else (1, 0)
            if array.size > 4000:
                return
        self.do({"do": "view", "out": self.name(), "of": name, "how": how, "arguments": arguments})

    def new_shape(self, shape):
        choose = self.random
        size = int(np.prod(shape, dtype="i8"))
        if size == 0:
            return choose.choice([(0,), (3, 0), (0, 1, 2), (1,)])
        kind = choose.random()
        if kind < 0.3:
            return tuple(n for n in shape if n != 1)
        if kind < 0.5:
            return choose.choice([(-1,), (1, -1), (-1, 1)])
        factors, rest = [], size
        for prime in (2, 3, 5, 2, 3):
            if rest % prime == 0 and choose.random() < 0.6:
                factors.append(prime)
                rest //= prime
        factors.append(rest)
        choose.shuffle(factors)
        return tuple(factors)


def alike(a, b):
    """Whether both are strings, or neither: what is written into what no text can be read as is held against NumPy elsewhere."""
    return (a.kind in "SU") == (b.kind in "SU")


def fits(shape, target):
    """Whether a value of a shape can be assigned to a target."""
    if len(shape) > len(target):
        return False
    return all(size in (1, wanted) for size, wanted in zip(shape[::-1], tuple(target)[::-1]))
