# SPDX-License-Identifier: BSD-3-Clause
"""The other libraries, each used as its own documentation advises: results into memory that exists, all threads, chunks of
the size that suits it, compiled before it is timed. A peer is a module with start(threads) and
job(row), which gives a function of a Work, or None where the library has no such thing. A job returns its result, or has
written it to `work.target` and returns None. A module may have prepare(row, files), which makes files of its own beside those
of the operands.
"""
import importlib
import importlib.metadata

ALL = ("numpy", "chunks", "numexpr", "numba", "bottleneck", "blosc2", "torch", "compiled", "dask")
LABELS = {"chunks": "NumPy chunks", "compiled": "torch.compile", "numpy": "NumPy", "numba": "Numba", "torch": "PyTorch",
          "bottleneck": "Bottleneck", "blosc2": "Blosc2", "dask": "Dask", "farray": "farray", "numexpr": "numexpr"}
IN_FILES = ("numpy", "chunks", "numexpr", "numba", "blosc2", "torch", "dask")  # those that say something about files


class Missing(Exception):
    """The library of a peer is not installed; the message says which."""


def load(name, threads):
    """The module of the peer, started."""
    try:
        module = importlib.import_module(f"peers.{name}_peer")
    except ImportError as why:
        raise Missing(f"{name}: {why}") from why
    module.start(threads)
    return module


def versions(names):
    """What is installed: {distribution: version}."""
    found = {}
    for distribution in dict.fromkeys({"chunks": "numpy", "compiled": "torch"}.get(name, name) for name in names):
        try:
            found[distribution] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found
