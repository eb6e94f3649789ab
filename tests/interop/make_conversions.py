#!/usr/bin/env python3
"""Numbers of every type, and what libhdf5 converts them to:  python3 make_conversions.py FILE SEED

FILE has a dataset for each numeric type in both byte orders, and for each pair of types SOURCE/TARGET what reading the
little-endian one with astype(TARGET) gave, with the positions that are judged in SOURCE/TARGET_judged. Not judged is
what C leaves undefined and libhdf5 therefore leaves to the processor: NaN, and out of a range whose limits the float
cannot hold, as a whole number; the halves of a unit between the largest float32 and infinity, too.
"""
import sys

import h5py
import numpy as np

TYPES = "i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8".split()
POWERS = [7, 8, 15, 16, 24, 31, 32, 53, 63, 64]
FLOATS = [0.0, -0.0, 0.5, -0.5, 0.999, 1.5, -1.5, 2.5, 254.9, 1e30, -1e30, 3.4028234663852886e38, 3.41e38, 1e39, -1e39,
          1e300, np.inf, -np.inf, np.nan, 1e-45, 7e-46, 1e-50, 5e-324, 65504, 1e-8, 6e-8, 65504.5, 65505, 65519, 65520,
          2049, 2051, 2049.0000001, 2050.9999999, 2**-25, 3 * 2**-25, 2**-25 + 2**-60, -(2**-25)]


def integers(dtype, random):
    low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    near = [s * 2**p + d for p in POWERS for s in (1, -1) for d in (-1, 0, 1)]
    # Halfway between two float32, a little more, a little less: rounding twice goes wrong here.
    near += [s * (2**p + 2**(p - 24) + d) for p in (40, 55, 60, 62) for s in (1, -1) for d in (-1, 0, 1)]
    some = [low, high, 0] + [n for n in near if low <= n <= high]
    bits = random.integers(0, 8 * dtype.itemsize, 300, dtype="u8")
    wild = random.integers(0, 2**63, 300, dtype="u8") * 2 + random.integers(0, 2, 300, dtype="u8")
    wild = (wild >> (np.uint64(64 - 8 * dtype.itemsize) + bits)).astype("u%d" % dtype.itemsize).view(dtype)
    return np.concatenate([np.array(some, dtype), wild])


def floats(dtype, random):
    near = [s * (2.0**p + d) for p in POWERS for s in (1, -1) for d in (-1, -0.5, 0, 0.5, 1)]
    wild = np.ldexp(random.uniform(-1, 1, 400), random.integers(-30, 70, 400))
    with np.errstate(all="ignore"):
        return np.concatenate([np.array(FLOATS), near, wild]).astype(dtype)


def judged(values, target):
    source = values.dtype
    if source.kind == "f" and target.kind in "iu":
        low, high = int(np.iinfo(target).min), int(np.iinfo(target).max)
        with np.errstate(all="ignore"):
            exact = all(np.isfinite(x) and int(x) == n for n, x in ((low, source.type(low)), (high, source.type(high))))
        return np.array([not np.isnan(v) and (exact or (np.isfinite(v) and low <= int(v) <= high)) for v in values])
    if source == "f8" and target == "f4":
        return ~((abs(values) > np.finfo("f4").max) & (abs(values) < 2.0**128))
    return np.ones(len(values), bool)


def main(path, seed):
    random = np.random.default_rng(seed)
    with h5py.File(path, "w") as f:
        for name in TYPES:
            dtype = np.dtype(name)
            values = floats(dtype, random) if dtype.kind == "f" else integers(dtype, random)
            for order in "<>":
                f["values/%s%s" % (order, name)] = values.astype(dtype.newbyteorder(order))
            for target in TYPES:
                f["%s/%s" % (name, target)] = f["values/<" + name].astype(target)[...]
                f["%s/%s_judged" % (name, target)] = judged(values, np.dtype(target)).astype("u1")


main(sys.argv[1], int(sys.argv[2]))
