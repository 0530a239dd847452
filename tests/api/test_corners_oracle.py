#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds what is seldom written against NumPy: functions on elements of other kinds than numbers, on nothing, and arguments that
few give. Each line is evaluated by both on the same arrays, and is refused by both or by none; what differs on purpose names its
row of docs/differences.md. CTest says where the library is by FARRAY_BUILD.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from text_oracle import ROOT, Checker, farray_ctypes, np  # noqa: E402

ARRAYS = dict(
    a=np.array([3, 1, 2], "i4"), z=np.array(5), f=np.array([3.5, 1, np.nan, -2]), none=np.array([], "f8"), e2=np.zeros((0, 3)),
    e3=np.zeros((3, 0)), s=np.array([b"b", b"", b"a"], "S3"), u=np.array(["b", "", " ", "0"], "U3"),
    s2=np.array([[b"b", b""], [b" ", b"\0"]], "S2"), m=np.array([1, 5, -2], "m8[s]"), mm=np.array([[1, 2, 3], [4, 5, 6]], "m8[s]"),
    M=np.array(["2020-01-01", "2021-05-05", "2019-01-01"], "M8[D]"), MT=np.array(["NaT", "2021-05-05"], "M8[D]"),
    mT=np.array(["NaT", "5"], "m8[s]"), g=np.array([.5, 2, 3], "f4"), g2=np.array([[.5, 2, 3], [1, 2, 3]], "f4"),
    c=np.array([1 + 2j, 3 - 1j, 2 + 2j]), i8=np.array([2**62 + 1, -1, 2**53 + 1, 5]),
    u8=np.array([2**63 + 1, 2**53 + 1, 2**53, 5, 2**64 - 1], "u8"), b=np.array([True, False, True]), i2=np.array([[1, 2], [3, 4]], "i4"),
    cnt=np.array([1, 0, 2], "u8"), u1=np.array([3, 1, 2], "u1"), f2=np.array([[1., 2], [3, 5]]),
    r=np.array([(2, 1.), (1, 5.), (2, 0.), (1, 5.)], [("x", "i4"), ("y", "f8")]))

SAME = """
# order
lexsort(a)
lexsort([1,2,0])
lexsort([z])
lexsort([3,z])
lexsort(z)
lexsort(5)
lexsort([])
lexsort(none)
lexsort(e2)
lexsort(e3)
lexsort(a, axis=0)
lexsort(a, axis=1)
lexsort(i2, None)
lexsort((a, a[::-1]))
partition(none, 0)
partition(none, 7)
partition(none, -2)
partition(e2, 0, axis=0)
partition(e2, 3, axis=1)
partition(e3, 5, axis=0)
partition(e2, 0, None)
partition(none, ())
partition(a, 3)
argpartition(none, 5)
argpartition(e2, 7, axis=1)
argpartition(z, 0)
sort(r, order='y')
sort(r, order=['y','x'])
sort(r, order=('y',))
sort(r, order=[])
sort(r, order='z')
sort(r, order=['x','x'])
sort(r, order=5)
sort(a, order='x')
sort(r[::-1], order='y', axis=0)
argsort(r, order='y')
r.argsort(order='y')
partition(r, 1, order='y')
sort_complex(M)
sort_complex(m)
sort_complex(mT)
sort_complex(b)
sort_complex(z)
sort_complex(r)
# sets
unique(i2, axis=0)
unique(i2, axis=-1)
unique(i2, axis=2)
unique(z, axis=0)
unique(f, axis=0)
unique(e2, axis=0)
unique(e2, axis=1)
unique(e3, axis=0)
unique(e3, axis=1)
unique(e3, axis=0, return_index=True)[1]
unique(e3, axis=0, return_inverse=True)[1]
unique(e3, axis=0, return_counts=True)[1]
unique(s2, axis=0)
unique(f2[:, newaxis, :], axis=2)
unique(concatenate((i2,i2)), axis=0, return_index=True)[1]
unique(concatenate((i2,i2)), axis=0, return_counts=True)[1]
unique(concatenate((i2,i2)), axis=0, return_inverse=True)[1]
unique(stack((f,f,f[::-1])), axis=0, return_inverse=True)[1]
unique(stack((c,c,c[::-1])), axis=0)
unique(stack((r,r)), axis=0)
unique(mm, axis=1)
unique(stack((b,b,~b)), axis=0)
unique(arange(24).reshape(2,3,4) % 2, axis=1)
unique(reshape(arange(20000) % 10, (2,10000)), axis=0)
isin(a, [1,2], kind='table')
isin(f, [1,2], kind='table')
isin(a, f, kind='table')
isin(b, [True], kind='table')
isin(s, s, kind='table')
isin(a, [], kind='table')
isin(a, b, kind='table')
isin(a, a, kind='x')
isin(a, [1,2], kind=None)
union1d(i8, u8)
intersect1d(i8, u8)
setdiff1d(i8, u8)
setdiff1d(u8, i8)
setxor1d(i8, u8)
isin(i8, u8)
searchsorted(sort(i8), u8)
searchsorted(sort(u8), i8, side='right')
digitize(i8, sort(u8))
# strings as truth, and what takes them
nonzero(s)[0]
nonzero(u)[0]
nonzero(s2)[1]
argwhere(s)
argwhere(s2)
flatnonzero(u)
count_nonzero(s)
count_nonzero(s2, axis=1)
any(s)
all(u)
any(s2, axis=0)
logical_not(s)
extract(s, a)
extract(u, arange(4))
compress(s, a)
where(s, a, 0)
a[s]
astype(s, 'bool')
astype(u, '?')
astype(s2, '?')
pad(s, 1)
pad(u, (1,2))
pad(s, 1, 'edge')
pad(s, 1, constant_values='x')
pad(s, 1, mode='minimum')
pad(s, 1, mode='linear_ramp')
pad(r, 1)
nan_to_num(s)
# times
pad(m, 1)
pad(M, 1, constant_values=3)
pad(m, 2, 'linear_ramp')
pad(M, 2, 'linear_ramp')
pad(m, 1, 'mean')
pad(m, 1, 'maximum')
pad(M, 1, 'minimum')
pad(m, 1, 'median')
pad(m, 1, 'symmetric', reflect_type='odd')
outer(m, g)
outer(g, m)
outer(m, m)
outer(M, g)
outer(m, a)
kron(m, g)
kron(mm, g2)
kron(a, m)
kron(m, m)
multiply.outer(m, g)
matmul(m, g)
cross(m, g)
cross(m, m)
cross(m, a)
ediff1d(m)
ediff1d(M)
ediff1d(m, to_begin=5)
ediff1d(m, to_begin=True)
ediff1d(m, to_end=a)
ediff1d(m, to_end=g)
ediff1d(M, to_end=5)
ediff1d(M, to_begin=m)
nan_to_num(m)
nan_to_num(M)
nan_to_num(mT)
digitize(m, sort(m))
digitize(M, sort(M)[::-1])
digitize(a, m)
digitize(s, sort(s))
# dtype=
matmul(i2, i2, dtype='f8')
matmul(i2, i2, dtype=float32)
matmul(i2, i2, dtype='i2')
matmul(f2, f2, dtype='f4')
matmul(f2, f2, dtype='i4')
matmul(i2, i2, dtype='c16')
matmul(i2, i2, dtype='?')
matmul(i2, i2, dtype='m8[s]')
vecdot(i2, i2, dtype='f8')
matvec(i2, i2[0], dtype='f8')
vecmat(i2[0], i2, dtype='f8')
cov(i2, dtype='f4')
cov(f2, dtype='f4')
cov(f2, dtype='i4')
cov(f2, dtype='c8')
cov(c, dtype='f8')
cov(i2, dtype='f2')
cov(f2, f2, dtype='f4')
cov(i2, aweights=[1,2], dtype='f4')
corrcoef(f2, dtype='f4')
corrcoef(i2, dtype='f2')
corrcoef(f2, dtype='i4')
# counts and positions
bincount(a, minlength=None)
bincount(a, minlength=5)
bincount(a, None, 5)
repeat(a, cnt)
repeat(a, cnt[:1])
repeat(none, cnt[:0])
repeat(a, u8)
repeat(a, b)
repeat(a, [1.0,2.0,0])
repeat(a, 2.0)
repeat(a, 3.9)
repeat(a, True)
repeat(a, [2]*3)
repeat(a, m)
repeat(a, -1)
repeat(a, [])
add.reduceat(a, [])
add.reduceat(f, [])
add.reduceat(u1, [])
add.reduceat(i2, [], axis=1)
add.reduceat(none, [])
add.reduceat(none, [0])
maximum.reduceat(f, none)
add.reduceat(a, [1.0])
add.reduceat(a, cnt)
add.reduceat(a, b)
digitize(f, [nan, 1])
digitize(f, [nan])
digitize(f, [nan, nan])
digitize(f, [nan, 2, 1])
digitize(f, [1, 2, nan])
digitize(f, [1, 1, 1])
digitize(f, [2, 1])
digitize(f, [1, 3, 2])
digitize(f, [])
digitize(c, [1, 2])
digitize(f, c)
# of neighbours
unwrap(b)
unwrap(b, period=4)
unwrap(b, period=2)
unwrap(u1, period=4)
unwrap(u1, period=1)
unwrap(u8, period=7)
unwrap(a, period=4)
unwrap(m)
gradient(z, axis=0)
interp([0.5,7,-3], [1,2,3], [10,20,30], period=3)
interp([0.5,7,nan], [3,1,2], [10,20,30], period=-3)
interp([0.5,7,-3], [1,2,3], [10,20,30], period=0)
interp(2.5, [1,2], [1], period=3)
interp(2.5, [[1,2]], [1], period=3)
interp(g2, [1,2,3], [1,inf,nan], period=7)
interp([0.5,7,-3], [1,2,3], c)
interp([0.5,7,-3,2,2.5], [1,2,3], c, left=1j, right=5)
interp([0.5,7,-3], [1,2,3], c, period=2.5)
interp(g2, [1,2,3], c*inf)
interp(c, [1,2,3], [10,20,30])
interp(g, [1,2,3], [10,20,30], left=1j)
# numbers in lists
insert(u1, 1, [300])
insert(u1, 1, [300.5])
insert(u1, 1, [-1.5])
insert(u1, 1, [nan])
insert(u1, 1, [3.7, 2.2])
insert(u1, [0]*2, [1.5]*2)
insert(i8, 1, [9007199254740993])
zeros([2]*3)
where([True,False,True]*1, a, 0)
i2[[[0]*2],[[1]*2]]
a[[True]*3]
[1,2]*a[:2]
# sizes, lists and tuples
len(i2)
len(none)
len(z)
len(5)
len([1,2])
len((i2,i2))
len(i2.shape)
i2.shape
i2.T.shape
z.shape
e2.shape[1]
e2.shape[-1]
e2.shape[2]
e2.shape[::-1]
e2.shape[1:][0]
e2.shape[:1] + (2,)
e2.shape + [2]
e2.shape[0] - 1
i2[i2.shape[0]-1]
i2[i2.ndim-1, :i2.ndim-1]
i2.size * 2.5
u1 * u1.size
u1 * (u1.size * 100)
u1.itemsize
s.itemsize
u.nbytes
broadcast_to(u1, (5,3)).nbytes
sum(f) / f.size
mean(f).shape
r.size
shape([[1,2],[3,4]])
shape(5)
ndim([[1,2]])
ndim(i2)
size(i2, 1)
size(i2, (0,1))
size(i2, 2)
size([1,2,3])
zeros((2,)*3)
zeros(i2.shape + (2,))
reshape(arange(i2.size), i2.shape)
reshape(i2, (i2.shape[0],) + (1,)*2 + i2.shape[1:])
(1,2)*2
2*(1,2)
(1,2)+(3,)
[1,2]+[2.5]
[1,2]*0
(1,2)*-1
[[1,2]]*2
[[1,2]]+[[3,4]]
(a,b)*2
[a]+[b]
u1*(1,2,3)
(1,2,3)-u1
u1 + [u1, u1]
(u1, a) + u1
u1 < (2, 2.5, 3)
(1.5,2)*u1[:2]
(1,2)
(a,a)
[a,b]
(1,2)+1
array([1,2])
array([[1,2],[3,4.5]])
array(5)
array(2.5, dtype='f4')
array([1.7,-1.7], dtype='i4')
array([300], dtype='u1')
array([nan], dtype='i4')
array([1,0,2], '?')
array(['a','bcd'])
array(['a','bcd'], 'S2')
array('2020-01-01', 'M8[D]')
array(a, 'f4')
array(a, ndmin=3)
array(5, ndmin=2)
array([a, f[:3]])
array([a, 5])
array([[1,2],[3]])
array([a, a], 'u1')
array([])
array([1j, 2])
array([1j], 'f8')
asarray(a)
asarray((1,2), float32)
asarray([True, False])
asanyarray(i2)
array(i2.shape)
bincount([])
bincount([], minlength=3)
# lists where arrays are expected; floats as texts
sqrt((1,4))
sum((1,2,3))
sqrt([a, [1,2,3]])
maximum((1,2,3), a)
strings.upper(['a','b'])
strings.zfill(['-1','+2','x'], 4)
strings.isnumeric(['1','x'])
sort((3,1,2))
mean([a, a])
array([999, 1000, 2049, 65504, .0001, 1e-5], 'f2').astype('U')
array([999999, 1e6, 123456789.123, 16777216, 1e-4, 1.5e-4, .1], 'f4').astype('U')
array([1e15, 1e16, 123456789.123, 1e-4, 1e-5], 'f8').astype('S')
# dtypes of walks, in text again too; means of infinities
cumsum(u1, dtype='u1')
cumsum(b, dtype='?')
cumprod(u1, dtype='i1')
cumulative_sum(u1, dtype='u1')
nancumsum(u1, dtype='u1')
add.accumulate(i2, dtype='i4')
multiply.accumulate(b, dtype='?')
mean(array([inf+0j, 1]))
mean(array([complex(0, inf), 1]))
mean(array([[complex(-inf, 0), 1], [2, 3j]]), axis=0)
nanmean(array([complex(inf, 0), 1, complex(nan, 0)]))
# quantiles
median(c)
median(c[:2])
median(c[:0])
median(stack((c,c*nan)), axis=1, keepdims=True)
median(where([True,False,True], c, nan))
quantile(c, .5)
percentile(c, 50)
quantile(a, .5, weights=[1,2,3], method='inverted_cdf')
quantile(a, [.1,.5,1], weights=[1,2,3], method='inverted_cdf')
quantile(a, 0, weights=[0,2,3], method='inverted_cdf')
quantile(a, 0.0, weights=[1,0,3], method='inverted_cdf')
quantile(a, .5, weights=[1,2,3])
quantile(a, .5, weights=[1,-2,3], method='inverted_cdf')
quantile(a, .5, weights=[0,0,0], method='inverted_cdf')
quantile(a, .5, weights=[1,nan,0], method='inverted_cdf')
quantile(a, .5, weights=[1,2], method='inverted_cdf')
quantile(f, .5, weights=[1,2,3,4], method='inverted_cdf')
quantile(i2, [.2,.5], weights=[1,3], method='inverted_cdf', axis=1)
quantile(i2, [.2,.5], weights=i2, method='inverted_cdf', axis=1, keepdims=True)
quantile(i2, .9, weights=i2, method='inverted_cdf', axis=(1,0))
quantile(arange(24).reshape(2,3,4), [.1,.9], weights=arange(8).reshape(4,2), method='inverted_cdf', axis=(2,0))
percentile(g2, 40, weights=g2, method='inverted_cdf', axis=1)
quantile(g, [[.5],[.2]], weights=g, method='inverted_cdf')
quantile(g, [.5,1.2], weights=g, method='inverted_cdf')
quantile(mT, .4, weights=[1,2], method='inverted_cdf')
quantile(none, .4, weights=none, method='inverted_cdf')
nanquantile(a, .5, weights=[1,2,3], method='inverted_cdf')
nanquantile(f, [0,.3,.5,1], weights=[1,2,3,4], method='inverted_cdf')
nanquantile([nan,nan], [0,.5], weights=[1,1], method='inverted_cdf')
nanquantile([[nan,1],[2,3]], .5, axis=1, weights=[[1,1],[2,1]], method='inverted_cdf')
nanquantile([[nan,1],[2,3]], .5, axis=1, weights=[1,0], method='inverted_cdf')
nanquantile([nan,1,3], .5, weights=[nan,1,2], method='inverted_cdf')
nanquantile([nan,1,3], .5, weights=[-1,1,2], method='inverted_cdf')
nanpercentile(f, 50, weights=[1,2,3,4])
nanquantile(g2, .7, axis=(0,1), weights=g2, method='inverted_cdf')
histogram(a, sort(a)+0, weights=[1,2,3])[0]
histogram(a, 3, weights=c)[0]
histogram(m)[0]
"""

# Refused here, and done by NumPy; or the other way around.
OTHERWISE = {
    "bins-of-complex": ["histogram(c)[0]", "histogram(c, [0,1,2])[0]", "histogram_bin_edges(c)"],
    "bins-of-times": ["histogram(m, sort(m))[0]", "histogram(f[:2], 'stone')[0]"],
    "bins-out-of-order": ["digitize(f, [1, nan])", "digitize(f, [1, nan, 2])", "digitize(f, [3, 2, nan])"],
    "gradient-of-no-axes": ["gradient(z)", "gradient(a, axis=())"],
    "isin-table": ["isin(a, [2**40, -2**40], kind='table')", "isin(a, [-2**63, 2**63-1], kind='table')"],
    "products-of-times": ["dot(m, a)", "inner(m, a)"],
    "weights-of-nan": ["nanquantile([[nan,nan],[2,3]], .5, axis=1, weights=[2,1], method='inverted_cdf', keepdims=True)",
                       "nanpercentile(stack((f,f[::-1])), [10,60], axis=0, weights=[1,3], method='inverted_cdf')"],
    "median-of-complex": ["nanmedian(c)"],
}


def main():
    checker = Checker()

    def check(text):
        checker.check(text, **{name: array for name, array in ARRAYS.items() if name in text})

    for text in SAME.splitlines():
        if text and not text.startswith("#"):
            check(text)
    # pad-constants-of-strings, lexsort-of-swapped-complex
    checker.check_as("pad(u, (1,2), constant_values=(1,2.5))", "pad(u, (1,2), constant_values=('1','2.5'))", u=ARRAYS["u"])
    swapped = np.array([1 + 2j, 1 - 2j, 256 + 1j, 2j, 1 + 2j], ">c16")
    checker.check_as("lexsort((v[::-1], v))", "lexsort((v[::-1].astype('c16'), v.astype('c16')))", v=swapped)
    # float16-in-records
    half = np.array([[1, np.nan, 0], [1, 2, 3]], "f2")
    checker.check_as("unique(h, axis=1)", "unique(h.astype('f4'), axis=1).astype('f2')", h=half)
    with open(os.path.join(ROOT, "docs", "differences.md"), encoding="utf-8") as file:
        rows = file.read()
    for row, texts in OTHERWISE.items():
        if f"| `{row}` |" not in rows:
            checker.wrong += 1
            print(f"docs/differences.md has no row {row}")
        for text in texts:
            handles = {name: checker.array(array) for name, array in ARRAYS.items() if name in text}
            by_numpy = isinstance(checker.expected(text, ARRAYS), Exception)
            try:
                checker.library.get_all(checker.library.eval(text, handles))
                here = False
            except farray_ctypes.Failed:
                here = True
            if here == by_numpy:
                checker.wrong += 1
                print(f"{text}: no longer differs: {row}")
    checker.finish()


if __name__ == "__main__":
    main()
