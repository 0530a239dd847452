# SPDX-License-Identifier: BSD-3-Clause
"""Expression trees: as text in NumPy's language, as NumPy's value, and as calls of farray.

A tree is nested tuples, so that a program can be printed and replayed:
    ("var", name)   ("lit", a Python number)   ("op", name, as_operator or options, (tree, ...))
    ("reduce", name, as_method, tree, {"axes": ..., "dtype": ..., "keepdims": ..., "ddof": ..., "where": a name,
     "initial": a number}), where the name may be that of a scan ("cumsum"), or a method of an operation ("add.accumulate")
    ("move", name, text with {0}, {1}, ..., (tree, ...))
    ("view", tree, index)   ("index", tree, index)   ("T", tree)   ("astype", tree, dtype)   ("field", tree, name)
An index is a tuple of ints, slices as ("slice", start, stop, step), "..." and None; that of "index" has arrays in it too,
as ("by", name).
"""
import ast

import moves
from oracle import Value

BINARY = {"add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult, "divide": ast.Div, "power": ast.Pow,
          "bitwise_and": ast.BitAnd, "bitwise_or": ast.BitOr, "bitwise_xor": ast.BitXor, "left_shift": ast.LShift,
          "right_shift": ast.RShift, "floor_divide": ast.FloorDiv, "remainder": ast.Mod}
COMPARISONS = {"equal": ast.Eq, "not_equal": ast.NotEq, "less": ast.Lt, "less_equal": ast.LtE, "greater": ast.Gt,
               "greater_equal": ast.GtE}
UNARY = {"negative": ast.USub, "positive": ast.UAdd, "invert": ast.Invert}
# Functions that are made of others, and some of their options.
OPTIONS = {
    "round": [{}, {"decimals": 2}, {"decimals": -1}], "nan_to_num": [{}, {"nan": 2.5, "posinf": 7.0}, {"neginf": -1.0}],
    "isclose": [{}, {"rtol": 0.25}, {"atol": 1.0, "equal_nan": True}], "allclose": [{}, {"atol": 100.0}],
    "array_equal": [{}, {"equal_nan": True}], "array_equiv": [{}], "sinc": [{}], "angle": [{}, {"deg": True}],
}
HAS_OPERATOR = set(BINARY) | set(COMPARISONS) | set(UNARY)


def to_index(index, array_of=None):
    """An index as Python takes it; `array_of` gives the arrays in it."""
    return tuple(Ellipsis if part == "..." else part if not isinstance(part, tuple) else
                 array_of(part[1]) if part[0] == "by" else slice(*part[1:]) for part in index)


def by_names(index):
    return [part[1] for part in index if isinstance(part, tuple) and part[0] == "by"]


def children(tree):
    """The trees below a node."""
    if tree[0] in ("var", "lit"):
        return ()
    if tree[0] == "index":
        return (tree[1],) + tuple(("var", name) for name in by_names(tree[2]))
    if tree[0] == "reduce":
        where = tree[4].get("where")
        return (tree[3], ("var", where)) if where else (tree[3],)
    return tree[3] if tree[0] in ("op", "move") else (tree[1],)


def variables(tree):
    """The names in a tree, in order of appearance."""
    if tree[0] == "var":
        return [tree[1]]
    return list(dict.fromkeys(name for child in children(tree) for name in variables(child)))


def has_literal(tree):
    return tree[0] == "lit" or any(has_literal(child) for child in children(tree))


def is_view(tree):
    """Whether the tree only looks at a variable, so that its value shares the variable's bytes."""
    while tree[0] in ("view", "T", "field"):
        tree = tree[1]
    return tree[0] == "var"


# Text.

def _name(name):
    return ast.Name(name, ast.Load())


def _literal(value):
    if isinstance(value, bool) or not isinstance(value, (int, float, complex)):
        return ast.Constant(value)
    if isinstance(value, float) and value != value:
        return _name("nan")
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return _name("inf") if value > 0 else ast.UnaryOp(ast.USub(), _name("inf"))
    if not isinstance(value, complex) and (value < 0 or str(value).startswith("-")):
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _index_node(index):
    parts = []
    for part in index:
        if part == "...":
            parts.append(ast.Constant(Ellipsis))
        elif isinstance(part, tuple) and part[0] == "by":
            parts.append(_name(part[1]))
        elif isinstance(part, tuple):
            parts.append(ast.Slice(*(None if p is None else _literal(p) for p in part[1:])))
        elif part is None:
            parts.append(_name("newaxis"))
        else:
            parts.append(_literal(part))
    return parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load())


def _node(tree):
    kind = tree[0]
    if kind == "var":
        return _name(tree[1])
    if kind == "lit":
        return _literal(tree[1])
    if kind == "op":
        _, name, as_operator, below = tree
        nodes = [_node(child) for child in below]
        if as_operator is True and name in BINARY:
            return ast.BinOp(nodes[0], BINARY[name](), nodes[1])
        if as_operator is True and name in COMPARISONS:
            return ast.Compare(nodes[0], [COMPARISONS[name]()], [nodes[1]])
        if as_operator is True and name in UNARY:
            return ast.UnaryOp(UNARY[name](), nodes[0])
        if isinstance(as_operator, dict):
            return ast.Call(_name(name), nodes, [ast.keyword(key, _literal(value)) for key, value in as_operator.items()])
        if name.endswith("]"):  # one output of several
            return ast.Subscript(ast.Call(_name(name[:-3]), nodes, []), ast.Constant(int(name[-2])), ast.Load())
        return ast.Call(_name(name), nodes, [])
    if kind == "reduce":
        _, name, as_method, child, options = tree
        keywords = []
        if name.endswith(".reduce") and options.get("axes") is None:
            keywords.append(ast.keyword("axis", ast.Constant(None)))
        if options.get("axes") is not None:
            axes = options["axes"]
            node = ast.Tuple([_literal(a) for a in axes], ast.Load()) if isinstance(axes, tuple) else _literal(axes)
            keywords.append(ast.keyword("axis", node))
        if options.get("dtype"):
            keywords.append(ast.keyword("dtype", ast.Constant(options["dtype"])))
        if options.get("keepdims"):
            keywords.append(ast.keyword("keepdims", ast.Constant(True)))
        if options.get("ddof"):
            keywords.append(ast.keyword("ddof", ast.Constant(options["ddof"])))
        if options.get("where"):
            keywords.append(ast.keyword("where", _name(options["where"])))
        if options.get("initial") is not None:
            keywords.append(ast.keyword("initial", _literal(options["initial"])))
        if as_method:
            return ast.Call(ast.Attribute(_node(child), name, ast.Load()), [], keywords)
        operation, _, method = name.partition(".")
        function = ast.Attribute(_name(operation), method, ast.Load()) if method else _name(name)
        return ast.Call(function, [_node(child)], keywords)
    if kind == "move":
        return moves.node(tree[2], [_node(child) for child in tree[3]])
    if kind in ("view", "index"):
        return ast.Subscript(_node(tree[1]), _index_node(tree[2]), ast.Load())
    if kind == "T":
        return ast.Attribute(_node(tree[1]), "T", ast.Load())
    if kind == "field":
        return ast.Subscript(_node(tree[1]), ast.Constant(tree[2]), ast.Load())
    return ast.Call(_name("astype"), [_node(tree[1]), ast.Constant(tree[2])], [])


def text(tree):
    return ast.unparse(ast.fix_missing_locations(_node(tree)))


# Value.

def evaluate(tree, oracle, value_of, seen=None):
    """NumPy's value. `seen(kind, name, operand values, operand trees)` hears of each operation."""
    kind = tree[0]
    if kind == "var":
        return value_of(tree[1])
    if kind == "lit":
        return Value(tree[1])
    if kind == "op":
        _, name, as_operator, below = tree
        values = [evaluate(child, oracle, value_of, seen) for child in below]
        result = oracle.elementwise(name, values, as_operator)
        if seen:
            seen(name, values, below)
        return result
    if kind == "move":
        values = [evaluate(child, oracle, value_of, seen) for child in tree[3]]
        if tree[1] in moves.PRODUCTS:
            result = moves.product(tree[1], tree[2], values, oracle.differences)
        else:
            result = moves.evaluate(tree[1], tree[2], values)
        if seen:
            seen(tree[1], values, tree[3])
        return result
    child = evaluate(tree[3] if kind == "reduce" else tree[1], oracle, value_of, seen)
    if kind == "reduce":
        where = tree[4].get("where")
        result = oracle.reduction(tree[1], child, **{**tree[4], "where": value_of(where).array if where else None})
        if seen:
            seen(tree[1], [child], (tree[3],))
        return result
    if kind == "index":
        if seen:
            seen("index", [child], (tree[1],))
        return oracle.index(child, tree[2], value_of)
    if kind == "astype":
        if seen:
            seen("astype", [child], (tree[1],))
        return oracle.cast(child, tree[2])
    return viewed(child, lambda array: view_of(tree, array))


def view_of(tree, array):
    if tree[0] == "T":
        return array.T
    if tree[0] == "field":
        return array[tree[2]]
    index = to_index(tree[2])
    return array[index if Ellipsis in index else index + (Ellipsis,)]  # a view also where one element is left


def viewed(value, function):
    """A view, made of the array and of its bound alike."""
    return Value(function(value.array), None if value.bound is None else function(value.bound))


# Calls.

def by_functions(tree):
    """The tree as calls make it: == and != are functions, which refuse what the operators do not."""
    if tree[0] == "op":
        operator = False if tree[1] in ("equal", "not_equal") else tree[2]
        return ("op", tree[1], operator, tuple(by_functions(child) for child in tree[3]))
    if tree[0] in ("reduce", "move"):
        below = tree[3] if tree[0] == "move" else (tree[3],)
        made = tuple(by_functions(child) for child in below)
        return tree[:3] + ((made,) if tree[0] == "move" else (made[0], tree[4]))
    return tree if tree[0] in ("var", "lit") else (tree[0], by_functions(tree[1])) + tuple(tree[2:])


def call(tree, library, handle_of):
    """The same graph built by calls. Trees with literals, whose weakness only text can say, are not for this."""
    kind = tree[0]
    if kind == "var":
        return handle_of(tree[1])
    if kind == "op":
        arrays = [call(child, library, handle_of) for child in tree[3]]
        if isinstance(tree[2], dict):
            return library.function(tree[1], arrays, tree[2])
        return library.operation(tree[1], *arrays)
    if kind == "reduce":
        where = tree[4].get("where")
        return library.reduction(tree[1], call(tree[3], library, handle_of),
                                 **{**tree[4], "where": handle_of(where) if where else None})
    if kind == "move":
        arrays = {f"x{i}": call(child, library, handle_of) for i, child in enumerate(tree[3])}
        return library.eval(tree[2].format(*arrays), arrays)
    if kind in ("view", "index"):
        return library.index(call(tree[1], library, handle_of), to_index(tree[2], handle_of))
    if kind == "T":
        return library.transpose(call(tree[1], library, handle_of))
    if kind == "field":
        return library.field(call(tree[1], library, handle_of), tree[2])
    return library.astype(call(tree[1], library, handle_of), tree[2])

