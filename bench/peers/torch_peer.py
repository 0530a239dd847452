# SPDX-License-Identifier: BSD-3-Clause
"""PyTorch, eager, on the processor, on the memory of NumPy's arrays."""
import warnings

import torch

warnings.filterwarnings("ignore", message="The given NumPy array is not writable")


def start(threads):
    torch.set_num_threads(threads)


def tensor(array):
    return torch.from_numpy(array)


def axpby(w):
    out = tensor(w.target)
    torch.add(torch.mul(tensor(w.a), 2, out=out), tensor(w.b), alpha=3, out=out)


def compare(w):
    a, b = tensor(w.a), tensor(w.b)
    torch.gt(a * b - 4.1 * a, 2.5 * b, out=tensor(w.target))


def exp_sin(w):
    a, out = tensor(w.a), tensor(w.target)
    torch.mul(a, -.5, out=out).mul_(a).exp_().mul_(torch.sin(tensor(w.b), out=tensor(w.scratch())))


def four(w):
    a = tensor(w.a)
    std, mean = torch.std_mean(a, correction=0)
    low, high = torch.aminmax(a)
    return mean, std, low, high


def four_along(axis):
    def job(w):
        a = tensor(w.a)
        std, mean = torch.std_mean(a, axis, correction=0)
        low, high = torch.aminmax(a, dim=axis)
        return mean, std, low, high
    return job


def where(w):
    a = tensor(w.a)
    torch.where(a > .5, a, tensor(w.b), out=tensor(w.target))


def rechunk(w):
    tiles, _, edge, _ = w.target.shape
    tensor(w.target).copy_(tensor(w.a).reshape(tiles, edge, tiles, edge).permute(0, 2, 1, 3))


def written(work):
    """A job whose result has gone to the target."""
    def job(w):
        work(w)
    return job


JOBS = {
    "axpby": axpby,
    "compare": compare,
    "exp sin": exp_sin,
    "squares": lambda w: torch.sub(tensor(w.a), tensor(w.b), out=tensor(w.scratch())).square_().sum(),
    "sum": lambda w: tensor(w.a).sum(),
    "sum of little": lambda w: tensor(w.z).sum(),
    "sum axis 0": lambda w: tensor(w.a).sum(0),
    "sum axis 1": lambda w: tensor(w.a).sum(1),
    "std": lambda w: tensor(w.a).std(correction=0),
    "std axis 0": lambda w: tensor(w.a).std(0, correction=0),
    "std axis 1": lambda w: tensor(w.a).std(1, correction=0),
    "four": four,
    "four axis 0": four_along(0),
    "four axis 1": four_along(1),
    "cumsum": written(lambda w: torch.cumsum(tensor(w.a.reshape(-1)), 0, out=tensor(w.target))),
    "nanmean": lambda w: torch.nanmean(tensor(w.a)),
    "mask": lambda w: torch.masked_select(tensor(w.a), tensor(w.a) > .5, out=None if w.target is None else tensor(w.target)),
    "count": lambda w: torch.count_nonzero(tensor(w.a) > .5),
    "where": where,
    "transpose": written(lambda w: tensor(w.target).copy_(tensor(w.a).T)),
    "rechunk": rechunk,
    "sort": lambda w: torch.sort(tensor(w.s))[0],
    "argsort": lambda w: torch.argsort(tensor(w.s)),
    "unique ints": lambda w: torch.unique(tensor(w.u)),
    "unique floats": lambda w: torch.unique(tensor(w.s)),
    "median": lambda w: tensor(w.a).median(),
    "histogram": lambda w: torch.histc(tensor(w.a), 100, 0, 1),
    "matmul": lambda w: tensor(w.m) @ tensor(w.k),
    "rows": written(lambda w: torch.index_select(tensor(w.a.reshape(-1, w.target.shape[1])), 0, tensor(w.i),
                                                 out=tensor(w.target))),
    "elements": written(lambda w: torch.take(tensor(w.a), tensor(w.j), out=tensor(w.target))),
    "uniform": written(lambda w: tensor(w.target).uniform_()),
    "normal": written(lambda w: tensor(w.target).normal_()),
}


def job(row):
    return JOBS.get(row.name)
