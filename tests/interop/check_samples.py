#!/usr/bin/env python3
"""Are the files we write what h5py would have written?

    cargo run --example make_samples FOLDER && python3 tests/interop/check_samples.py FOLDER

For every sample: h5py makes a twin, both are compared through libhdf5 (tree, types, values, attributes, chunk shapes,
filters, fill values), `h5dump -p -H` must say the same of both, `h5stat` must accept ours, and ours must not be larger.
Prints a line a file; exit status 0 when all are equal.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare_files  # noqa: E402
import twins  # noqa: E402

# Told of storage, not of contents: places, sizes after compression.
PLACES = re.compile(r"^\s*(SIZE|OFFSET) .*$", re.M)
# Datasets as large as they like, with nothing in them: only their descriptions are compared.
HOLLOW = {"guess"}
# Where another deflate and another order of allocation may cost a little.
ROOM = {"text": 1.02}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def described(path):
    """`h5dump -p -H`, without the file's name and the places in it."""
    code, out, err = run("h5dump", "-p", "-H", path)
    if code:
        return None, err
    return PLACES.sub("", out.split("\n", 1)[1]), err


def problems(name, ours, folder):
    twin = os.path.join(folder, name + ".h5")
    twins.make(name, twin)
    found = [] if name in HOLLOW else compare_files.compare(twin, ours, storage=True)[0]
    if shutil.which("h5dump"):
        (a, _), (b, err) = described(twin), described(ours)
        if b is None:
            found.append("h5dump: " + err.strip())
        elif a != b:
            pairs = zip(a.split("\n"), b.split("\n"))
            found.append("h5dump -p -H: %s" % (next((p for p in pairs if p[0] != p[1]), "length"),))
        code, _, err = run("h5stat", ours)
        if code:
            found.append("h5stat: " + err.strip())
    sizes = os.path.getsize(ours), os.path.getsize(twin)
    if sizes[0] > sizes[1] * ROOM.get(name, 1):
        found.append("%d bytes, h5py needs %d" % sizes)
    return found, sizes


def main():
    folder = sys.argv[1]
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in twins.TWINS:
            found, (ours, theirs) = problems(name, os.path.join(folder, name + ".h5"), scratch)
            bad += bool(found)
            print("%-12s %8d bytes (h5py %8d)  %s" % (name, ours, theirs, "DIFFERENT" if found else "equal"))
            for line in found[:10]:
                print("    " + line)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
