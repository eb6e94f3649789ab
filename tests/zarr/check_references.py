"""What references give through fsspec and zarr-python is what h5py reads: check_references.py LIST, pairs of file and references."""
import json
import sys
import warnings

import fsspec
import h5py
import hdf5plugin  # noqa: F401  filters for h5py
import numpy as np
import zarr
from zarr.storage import FsspecStore

warnings.simplefilter("ignore")

# h5py looks at single bytes of numbers in a byte order that they do not have, and shifts the wrong way.
LIBHDF5 = {"i1 in 8 at 0be", "i7_of_8_at_0be", "u7_of_8_at_0be"}
MOST = 1 << 26


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def differs(a, b):
    if a.shape != b.shape:
        return f"shape {a.shape}, not {b.shape}"
    if a.dtype.kind == "O" or b.dtype.kind in "OTU":
        return None if [*map(text, a.ravel().tolist())] == [*map(text, b.ravel().tolist())] else "texts"
    if a.dtype.names:
        if {*a.dtype.names} != {*(b.dtype.names or ())}:
            return f"{a.dtype}, not {b.dtype}"
        return next(filter(None, (differs(a[n], b[n]) for n in a.dtype.names)), None)
    if a.dtype.kind in "SV":
        return None if a.tolist() == b.tolist() else "bytes"
    # Zarr has no more than 64 bits for a float.
    wide = {"f": np.float64, "c": np.complex128}.get(a.dtype.kind)
    if wide and a.dtype.itemsize > wide().itemsize:
        a = a.astype(wide)
    same = (a == b) | ((a != a) & (b != b))
    return None if np.all(same) and a.dtype.kind == b.dtype.kind else f"{a.ravel()[:6]} {a.dtype}, not {b.ravel()[:6]} {b.dtype}"


def undefined(dataset):
    """Whether nobody says what is in some of it."""
    return dataset.id.get_create_plist().get_fill_time() == h5py.h5d.FILL_TIME_NEVER


def compare(name, f, group, refs):
    equal, wrong = 0, []
    for key in refs:
        path, _, last = key.rpartition("/")
        if last != ".zarray" or path.rpartition("/")[2] in LIBHDF5:
            continue
        try:
            dataset = f[path]
            if dataset.nbytes > MOST or undefined(dataset):
                continue
            value = dataset[()]
        except (OSError, KeyError, TypeError, ValueError):
            continue  # h5py does not read it
        want = np.asarray(value, dtype=object if isinstance(value, (bytes, str)) else None)
        try:
            got = np.asarray(group[path][...])
            # netCDF's variables are as long as their unlimited dimensions.
            problem = differs(want, got[tuple(map(slice, want.shape))] if got.ndim == want.ndim else got)
        except Exception as e:
            problem = repr(e)
        if problem:
            wrong.append(f"{name} {path}: {problem} {refs[key]}")
        equal += not problem
    return equal, wrong


total, wrong = 0, []
for name, where in json.load(open(sys.argv[1])):
    refs = json.load(open(where))
    fs = fsspec.filesystem("reference", fo=refs, asynchronous=True, remote_protocol="file", remote_options={"asynchronous": True})
    group = zarr.open_group(FsspecStore(fs, read_only=True), mode="r", zarr_format=2)
    with h5py.File(name) as f:
        equal, more = compare(name, f, group, refs["refs"])
    total += equal
    wrong += more
print("\n".join(wrong))
print(f"{total} arrays equal, {len(wrong)} not")
sys.exit(bool(wrong))
