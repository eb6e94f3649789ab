#!/usr/bin/env python3
"""Are the files we write what h5py would have written?

    cargo run -p hyperslab-tests --example make_samples FOLDER && python3 tests/interop/check_samples.py FOLDER

For every sample: h5py makes a twin, both are compared through libhdf5 (tree, types, values, attributes, chunk shapes,
filters, fill values), `h5dump -p -H` must say the same of both, `h5stat` must accept ours, h5py must be able to go on editing
it, and ours must not be larger.
Prints a line a file; exit status 0 when all are equal.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare_files  # noqa: E402
import twins  # noqa: E402

# Told of storage, not of contents: places, sizes after compression.
PLACES = re.compile(r"^\s*(SIZE|OFFSET) .*$", re.M)
# Datasets as large as they like, with nothing in them: only their descriptions are compared.
HOLLOW = {"guess"}
# Where another deflate and another order of allocation may cost a little.
ROOM = {"text": 1.02}
# What Debian's h5dump (1.10) reads.
OLD_TOOLS = ("", "earliest", "v108", "v110")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def described(path):
    """`h5dump -p -H`, without the file's name and the places in it."""
    code, out, err = run("h5dump", "-p", "-H", path)
    if code:
        return None, err
    return PLACES.sub("", out.split("\n", 1)[1]), err


def edited(ours, folder, tools):
    """The reference library goes on where we stopped: adds to and takes from every group and object."""
    path = os.path.join(folder, "edited.h5")
    shutil.copy(ours, path)
    with h5py.File(path, "r+") as f:
        groups, datasets = [f], []
        f.visititems(lambda _, o: (groups if isinstance(o, h5py.Group) else datasets).append(o))
        for g in groups[:40]:
            for i in range(12):
                g["added %d" % i] = np.arange(3)
            g["added ä"] = h5py.SoftLink("/")
            del g["added 3"]
        for o in groups[:40] + datasets[:40]:
            before = dict(o.attrs)
            for i in range(10):
                o.attrs["added %d" % i] = "text %d" % i
            for name in list(before)[:2]:
                del o.attrs[name]
        for d in datasets[:40]:
            if isinstance(d, h5py.Dataset) and not d.is_virtual and d.maxshape and d.maxshape[0] is None and d.size:
                d.resize(d.shape[0] + 5, axis=0)
    with h5py.File(path) as f:
        if list(f["added 7"]) != [0, 1, 2] or f.attrs["added 9"] != "text 9":
            return ["what h5py added is not there"]
    code, _, err = run("h5dump", "-H", path) if tools and shutil.which("h5dump") else (0, "", "")
    return ["h5dump after h5py's edits: " + err.strip()] if code else []


def problems(name, ours, folder):
    kind, _, bound = name.partition(".")
    tools = bound in OLD_TOOLS
    twin = os.path.join(folder, name + ".h5")
    twins.make(name, twin)
    for path in ours, twin:
        with open(os.path.join(os.path.dirname(path), "samples.bin"), "wb") as raw:
            raw.write(bytes(range(56)))
    found = [] if name in HOLLOW else compare_files.compare(twin, ours, storage=True)[0]
    if tools and shutil.which("h5dump"):
        (a, _), (b, err) = described(twin), described(ours)
        if b is None:
            found.append("h5dump: " + err.strip())
        elif a != b:
            pairs = zip(a.split("\n"), b.split("\n"))
            found.append("h5dump -p -H: %s" % (next((p for p in pairs if p[0] != p[1]), "length"),))
        code, _, err = run("h5stat", ours)
        if code:
            found.append("h5stat: " + err.strip())
    found += edited(ours, folder, tools)
    sizes = os.path.getsize(ours), os.path.getsize(twin)
    if sizes[0] > sizes[1] * ROOM.get(kind, 1):
        found.append("%d bytes, h5py needs %d" % sizes)
    return found, sizes


def main():
    folder = sys.argv[1]
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in twins.TWINS:
            found, (ours, theirs) = problems(name, os.path.join(folder, name + ".h5"), scratch)
            bad += bool(found)
            print("%-20s %8d bytes (h5py %8d)  %s" % (name, ours, theirs, "DIFFERENT" if found else "equal"))
            for line in found[:10]:
                print("    " + line)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
