#!/usr/bin/env python3
"""Are copies of files equal to them?

    python3 tests/interop/check_repack.py REPACK FILES... [--level N]

REPACK is the example of that name, built. Every file is copied; the copy is compared with it through libhdf5 (tree, types,
shapes, fill values, values, attributes) and must be one that h5dump accepts. What the copier refuses as unsupported is
listed, what it refuses otherwise is a failure. Exit status 0 when all copies are equal.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import h5py

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare_files  # noqa: E402

# libhdf5 itself misreads these: with 4-byte lengths it takes "unlimited" for a number.
MISREAD = {"sizes_8_4_latest.h5"}


def dump(path):
    return subprocess.run(["h5dump", "-p", "-H", path], capture_output=True, text=True, timeout=300)


def same_chunks(line, path, copy):
    """Whether a difference is only that libhdf5 lacks a filter: then the stored chunks are what has to be equal."""
    name, unread, _ = line.partition(": libhdf5 cannot read it in ")
    if not unread:
        return False
    with h5py.File(path, "r") as a, h5py.File(copy, "r") as b:
        stored = []
        for file in (a, b):
            dataset = file[name].id
            coords = [dataset.get_chunk_info(i).chunk_offset for i in range(dataset.get_num_chunks())]
            stored.append([(at, *dataset.read_direct_chunk(at)) for at in sorted(coords)])
        return len(stored[0]) > 0 and stored[0] == stored[1]


def check(repack, path, level, folder):
    if os.path.basename(path) in MISREAD:
        return "misread by libhdf5", []
    compare_files.document(path)
    copy = os.path.join(folder, os.path.basename(path))
    done = subprocess.run([repack, path, copy, level], capture_output=True, text=True, timeout=600)
    if done.returncode:
        return ("refused" if done.returncode == 3 else "FAILED"), [done.stderr.strip()]
    found = [line for line in compare_files.compare(path, copy)[0] if not same_chunks(line, path, copy)]
    if shutil.which("h5dump") and dump(path).returncode == 0:
        dumped = dump(copy)
        if dumped.returncode:
            found.append("h5dump: " + dumped.stderr.strip()[:300])
    sizes = "%d -> %d" % (os.path.getsize(path), os.path.getsize(copy))
    os.remove(copy)
    return ("DIFFERENT" if found else "equal " + sizes), found


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("repack")
    ap.add_argument("files", nargs="+")
    ap.add_argument("--level", default="4", help="of gzip, or \"keep\": chunks as they are stored")
    a = ap.parse_args()
    bad = equal = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in a.files:
            try:
                verdict, found = check(a.repack, path, a.level, folder)
            except SystemExit as e:
                verdict, found = "unread", [str(e)]     # libhdf5 does not open the source itself
            equal += verdict.startswith("equal")
            bad += verdict in ("FAILED", "DIFFERENT")
            print("%-40s %s" % (os.path.basename(path), verdict))
            for line in found[:6]:
                print("    " + line)
    print("%d of %d copies are equal, %d are not" % (equal, len(a.files), bad))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
