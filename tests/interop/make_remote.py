"""Files of 1 GB with 1,000 datasets, as programs that use h5py leave them: elements in between, so that metadata is all over the file.

Only a few elements are written: the files have holes. Usage: make_remote.py FOLDER
"""

import sys
from pathlib import Path

import h5py
import numpy as np

COUNT = 1000
SHAPE = (256, 1024)


def describe(thing, i):
    thing.attrs["units"] = "K"
    thing.attrs["long_name"] = f"quantity number {i}"
    thing.attrs["scale"] = np.float64(0.5)
    thing.attrs["offsets"] = np.arange(3.0) + i


def chunked(parent, name):
    """A dataset whose chunks are all there, without being written."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((64, 1024))
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    space = h5py.h5s.create_simple(SHAPE)
    h5py.h5d.create(parent.id, name.encode(), h5py.h5t.IEEE_F32LE, space, plist)
    return parent[name]


def make(path, groups=0, chunks=False, **options):
    with h5py.File(path, "w", **options) as f:
        parents = [f.create_group(f"run{i:03}") for i in range(groups)] or [f]
        for i, parent in enumerate(parents):
            describe(parent, i)
        for i in range(COUNT):
            parent = parents[i * len(parents) // COUNT]
            name = f"data{i:04}"
            d = chunked(parent, name) if chunks else parent.create_dataset(name, SHAPE, "<f4")
            d[0, 0] = i
            d[255, 1023] = -i
            describe(d, i)


folder = Path(sys.argv[1])
for libver in ["earliest", "latest"]:
    make(folder / f"{libver}-flat.h5", libver=libver)
    make(folder / f"{libver}-groups.h5", groups=20, libver=libver)
make(folder / "latest-chunked.h5", groups=20, chunks=True, libver="latest")
# As is recommended for object stores: metadata in pages of its own.
make(folder / "paged.h5", groups=20, libver="latest", fs_strategy="page", fs_page_size=1 << 20)
