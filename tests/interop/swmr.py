"""The other side of SWMR: writes a file while it is read, or reads one while it is written.

In every dataset each element follows from its place, so whatever is read at whatever time can be judged:
    write FILE                    libhdf5 writes until there is FILE.stop
    read FILE                     libhdf5 reads until told on stdin that the writer has ended
    states FILE...                libhdf5 opens each as a reader, once
    make FILE                     a file with empty datasets, ready to be written for readers
    die FILE [swmr]               libhdf5 dies while it writes
"""

import json
import os
import random
import sys
import time

import h5py
import numpy as np

NAMES = ["zipped", "plain", "wide", "square", "within", "fixed", "row", "one"]


def expected(name, shape):
    """What a dataset of this shape holds."""
    if len(shape) > 1:
        return np.arange(shape[0])[:, None] * 1000 + np.arange(shape[1])[None, :]
    return np.arange(shape[0]) * 3 + 1


def make(file):
    """The datasets, one for each index that may be written."""
    few = {"dtype": "i4", "fillvalue": -1}
    with h5py.File(file, "w", libver="latest") as f:
        f.create_dataset("zipped", (0,), maxshape=(None,), chunks=(50,), compression="gzip", **few)
        f.create_dataset("plain", (0,), maxshape=(None,), chunks=(16,), **few)
        f.create_dataset("wide", (0,), maxshape=(None,), chunks=(4,), **few)
        f.create_dataset("square", (0, 3), maxshape=(None, None), chunks=(6, 4), compression="gzip", **few)
        f.create_dataset("within", (0,), maxshape=(60000,), chunks=(20,), **few)
        f.create_dataset("fixed", (0, 5), maxshape=(3000, 40), chunks=(8, 5), compression="gzip", **few)
        # All chunks in a row, without an index; and one chunk, which is all there can be.
        early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        early.set_chunk((8, 5))
        early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        early.set_fill_value(np.array(-1, "i4"))
        space = h5py.h5s.create_simple((0, 5), (3000, 5))
        h5py.h5d.create(f.id, b"row", h5py.h5t.STD_I32LE, space, early)
        f.create_dataset("one", (0,), maxshape=(200,), chunks=(200,), compression="gzip", **few)
        for i in range(7):
            f["plain"].attrs[f"text {i}"] = "so that the header goes on elsewhere " * (i + 1)
            f["square"].attrs[f"n {i}"] = np.arange(50 * i)
        f.attrs["about"] = "each element follows from its place"


def grow(dataset, name, by):
    """Makes a dataset larger, and writes what is new."""
    old = dataset.shape
    new = [n + by for n in old] if len(old) > 1 else [old[0] + by]
    if len(old) > 1:
        new[1] = old[1] + (by == 9 and random.random() < 0.2)
    new = tuple(min(n, m or n) for n, m in zip(new, dataset.maxshape))
    dataset.resize(new)
    values = expected(name, new)
    dataset[old[0] :] = values[old[0] :]
    if len(old) > 1:
        dataset[: old[0], old[1] :] = values[: old[0], old[1] :]


def write(file):
    make(file)
    f = h5py.File(file, "r+", libver="latest")
    f.swmr_mode = True
    print("ready", flush=True)
    while not os.path.exists(f"{file}.stop"):
        for name in NAMES:
            grow(f[name], name, random.randint(1, 9))
            f[name].flush()
        time.sleep(0.01)
    shapes = {name: f[name].shape for name in NAMES}
    f.close()
    print(json.dumps(shapes), flush=True)


def check(f, least):
    """Compares everything with what it has to be; shapes only ever grow."""
    for name in NAMES:
        dataset = f[name]
        dataset.refresh()
        shape = dataset.shape
        if any(n < m for n, m in zip(shape, least.get(name, shape))):
            raise AssertionError(f"{name} was {least[name]} and is {shape}")
        least[name] = shape
        np.testing.assert_array_equal(dataset[...], expected(name, shape), f"{name} {shape}")


def read(file):
    f = h5py.File(file, "r", libver="latest", swmr=True)
    least, rounds, seen = {}, 0, set()
    print("ready", flush=True)
    for line in sys.stdin:
        check(f, least)
        rounds += 1
        seen.add(least["zipped"])
        if line.strip() == "end":
            break
        print("more", flush=True)
    print(json.dumps({"rounds": rounds, "states": len(seen), "shapes": least}), flush=True)


def states(files):
    for file in files:
        with h5py.File(file, "r", libver="latest", swmr=True) as f:
            try:
                check(f, {})
            except Exception as e:
                raise AssertionError(f"{file}: {e}") from e


def die(file, swmr):
    make(file)
    f = h5py.File(file, "r+", libver="latest")
    if swmr:
        f.swmr_mode = True
    for _ in range(20):
        for name in NAMES:
            grow(f[name], name, 5)
            f[name].flush()
    if not swmr:
        f.flush()
    os._exit(0)


if __name__ == "__main__":
    verb, *args = sys.argv[1:]
    if verb == "write":
        write(args[0])
    elif verb == "read":
        read(args[0])
    elif verb == "die":
        die(args[0], args[1:])
    elif verb == "states":
        states(args)
    else:
        make(args[0])
