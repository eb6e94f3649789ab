#!/usr/bin/env python3
"""Files of datatypes that few programs write, and what libhdf5 says is in them.

    python3 make_types.py DIR SEED

Whole numbers of any width, precision and offset, floats with their fields anywhere, and types nested in one another,
filled with random bits. Writes DIR/*.h5 and DIR/truth.json.
"""
import json
import os
import random
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fixtures/corpus"))
import canon  # noqa: E402
import h5c  # noqa: E402
from h5c import ok  # noqa: E402
from writing import T, W, floatt, intt  # noqa: E402


def bits(rng, size, elements):
    """Random elements; one of zeros and one of ones, which floats take for special."""
    return bytes(size) + b"\xff" * size + rng.randbytes(size * elements)


def integer(rng):
    """(type, bytes of an element)"""
    size = rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 16, 17, 24, 32, 40])
    # The library takes numbers that are mostly padding for damage.
    precision = rng.randint(4 * size + 1, 8 * size)
    offset = rng.randint(0, 8 * size - precision)
    big = rng.random() < 0.5
    t = intt(size, big, rng.random() < 0.5, precision, offset)
    if size <= 8 and rng.random() < 0.2:
        t = T("H5T_STD_B64BE" if big else "H5T_STD_B64LE")
        ok(h5c.H5Tset_precision(t, precision))
        ok(h5c.H5Tset_size(t, size))
        ok(h5c.H5Tset_offset(t, offset))
    return t, size


def floating(rng):
    """(type, bytes of an element)"""
    size = rng.choice([1, 2, 3, 4, 6, 8, 10, 12, 16, 16, 20, 32, 40])
    # Positions of fields are bytes in the file.
    reach = min(8 * size, 255)
    exponent = rng.randint(2, min(30, reach - 3))
    mantissa = rng.randint(1, reach - 1 - exponent)
    at = rng.randint(0, reach - 1 - exponent - mantissa)
    parts = [("m", mantissa), ("e", exponent), ("s", 1)]
    if rng.random() < 0.3:
        rng.shuffle(parts)
    place = {}
    for part, n in parts:
        place[part] = at
        at += n
    bias = (1 << (exponent - 1)) - 1 if rng.random() < 0.8 else rng.randint(0, 1 << min(exponent, 20))
    t = floatt(size, place["s"], place["e"], exponent, place["m"], mantissa, bias, rng.random() < 0.5, rng.choice([0, 0, 1, 2]))
    return t, size


def scalar_dtype(rng):
    return np.dtype(rng.choice(["<i4", ">i2", "<f4", ">f8", "u1", "<f2", "<c8", ">c16", "S3", "V5", "?"]))


def nested(rng, depth):
    """(dtype, a function that makes one value)."""
    choice = rng.random()
    if depth == 0 or choice < 0.2:
        dt = scalar_dtype(rng)
        return dt, lambda: np.frombuffer(rng.randbytes(dt.itemsize), dtype=dt)[0] if dt.kind not in "S?" else (
            np.bool_(rng.random() < 0.5) if dt.kind == "?" else np.bytes_(rng.choice([b"", b"a", b"xyz"])))
    if choice < 0.35:
        return h5py.string_dtype(), lambda: rng.choice(["", "a", "é", "longer text \U0001f642"])
    if choice < 0.6:
        base, make = nested(rng, depth - 1)
        while base.subdtype is not None:
            base, make = nested(rng, depth - 1)

        def items():
            n = rng.choice([0, 1, 2, 5])
            out = np.empty(n, dtype=base)
            for i in range(n):
                out[i] = make()
            return out
        return h5py.vlen_dtype(base), items
    if choice < 0.8:
        base, make = nested(rng, depth - 1)
        shape = rng.choice([(1,), (3,), (2, 2)])

        def array():
            out = np.empty(shape, dtype=base) if base.subdtype is None else np.empty(shape + base.subdtype[1], base.subdtype[0])
            for i in np.ndindex(shape):
                out[i] = make()
            return out
        return np.dtype((base, shape)), array
    fields = [("m%d" % i,) + nested(rng, depth - 1) for i in range(rng.randint(1, 4))]
    dt = np.dtype([(n, b) for n, b, _ in fields])

    def record():
        out = np.empty(1, dtype=dt)
        for n, _, make in fields:
            out[n][0] = make()
        return out[0]
    return dt, record


def only(dt, make):
    def record():
        out = np.empty(1, dtype=dt)
        out["only"][0] = make()
        return out[0]
    return record


def main(out, seed):
    rng = random.Random(seed)
    os.makedirs(out, exist_ok=True)
    names = []
    for libver in ["latest", "v110"]:
        name = "numbers_%s.h5" % libver
        names.append(name)
        with W(os.path.join(out, name), (libver, "latest")) as w:
            for k in range(300):
                t, size = integer(rng) if k % 2 else floating(rng)
                w.dset("n%d" % k, t, (42,), bits(rng, size, 40))
            for t in ["H5T_UNIX_D32LE", "H5T_UNIX_D32BE", "H5T_UNIX_D64LE", "H5T_UNIX_D64BE"]:
                size = int(t[10:12]) // 8
                w.dset(t, T(t), (7,), bits(rng, size, 5))
    name = "nested.h5"
    names.append(name)
    with h5py.File(os.path.join(out, name), "w") as f:
        for k in range(120):
            dt, make = nested(rng, rng.randint(1, 4))
            if dt.subdtype is not None:
                dt = np.dtype([("only", dt)])
                inner = make
                make = only(dt, inner)
            n = rng.choice([0, 1, 4])
            ds = f.create_dataset("n%d" % k, (n,), dt)
            for i in range(n):
                if rng.random() < 0.8:
                    try:
                        ds[i] = make()
                    except TypeError:       # some nestings are beyond h5py: the element stays empty
                        pass
    doc = {"files": []}
    os.chdir(out)
    for name in names:
        doc["files"].append(dict(canon.describe(name), name=name))
    with open("truth.json", "w") as f:
        json.dump(doc, f)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
