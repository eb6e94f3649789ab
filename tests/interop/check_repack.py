#!/usr/bin/env python3
"""Are copies of files equal to them?

    python3 tests/interop/check_repack.py REPACK FILES... [--how HOW...]

REPACK is the example of that name, built. Every file is copied in each way: a level of gzip, "keep" or "contiguous", and behind a
colon the lower bound of releases. The copy is compared with the file through libhdf5 (tree, types, shapes, fill values, values,
attributes), must be stored as was asked for, and must be one that h5dump accepts, where that is not older than the file.
What the copier refuses as unsupported is listed, what it refuses otherwise is a failure. Exit status 0 when all
copies are equal.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

import h5py

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare_files  # noqa: E402

# What differs for a reason: references that led nowhere are null in copies, and elements that are missing stay so.
EXCEPT = (re.compile(r"^/dangling: values differ first .*\(null\)"), re.compile(r"^/missing: libhdf5 cannot read it in .*external raw data file"))
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
            if dataset.get_create_plist().get_layout() != h5py.h5d.CHUNKED:
                return False
            coords = [dataset.get_chunk_info(i).chunk_offset for i in range(dataset.get_num_chunks())]
            stored.append([(at, *dataset.read_direct_chunk(at)) for at in sorted(coords)])
        return len(stored[0]) > 0 and stored[0] == stored[1]


def stored(path, copy, how):
    """Differences between how datasets are stored and how they should be."""
    found = []
    with h5py.File(path, "r") as a, h5py.File(copy, "r") as b:
        def look(name, source):
            if not isinstance(source, h5py.Dataset):
                return
            was, now = source.id.get_create_plist(), b[name].id.get_create_plist()
            old, new = (p.get_layout() for p in (was, now))
            fixed = source.shape is None or source.shape == source.maxshape
            elsewhere = old == h5py.h5d.VIRTUAL or was.get_external_count() > 0
            large = source.size is not None and source.size * source.id.get_type().get_size() >= 2048
            promised = was.get_fill_time() != h5py.h5d.FILL_TIME_NEVER and was.fill_value_defined() != h5py.h5d.FILL_VALUE_UNDEFINED
            filters = [[p.get_filter(i)[0] for i in range(p.get_nfilters())] for p in (was, now)]
            if elsewhere or how == "keep":
                same = old == new and filters[0] == filters[1] and (old != h5py.h5d.CHUNKED or was.get_chunk() == now.get_chunk())
                if not same:
                    found.append("%s: is not stored as it was: layout %d, expected %d, filters %s" % (name, new, old, filters))
            elif how == "contiguous" and fixed and (promised or old != h5py.h5d.CHUNKED):
                if new != h5py.h5d.CONTIGUOUS:
                    found.append("%s: layout %d" % (name, new))
            elif how.isdigit() and int(how) > 0 and large and source.shape and 1 not in filters[1]:
                # What cannot be read to be compressed is carried over.
                if all(h5py.h5z.filter_avail(f) for f in filters[0]):
                    found.append("%s: is not compressed: %s" % (name, filters))
        a.visititems(look)
    return found


def check(repack, path, how):
    if os.path.basename(path) in MISREAD:
        return "misread by libhdf5", []
    compare_files.document(path)
    # Beside the file: names of other files are relative.
    copy = os.path.join(os.path.dirname(path), ".%d.copy.h5" % os.getpid())
    way, _, libver = how.partition(":")
    try:
        done = subprocess.run([repack, path, copy, way, "", libver], capture_output=True, text=True, timeout=600)
        if done.returncode:
            return ("refused" if done.returncode == 3 else "FAILED"), [done.stderr.strip()]
        found = [line for line in compare_files.compare(path, copy)[0] if not same_chunks(line, path, copy) and not any(e.match(line) for e in EXCEPT)]
        found += stored(path, copy, way)
        if shutil.which("h5dump") and not libver and dump(path).returncode == 0:
            dumped = dump(copy)
            if dumped.returncode:
                found.append("h5dump: " + dumped.stderr.strip()[:300])
        sizes = "%d -> %d" % (os.path.getsize(path), os.path.getsize(copy))
        return ("DIFFERENT" if found else "equal " + sizes), found
    finally:
        if os.path.exists(copy):
            os.remove(copy)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("repack")
    ap.add_argument("files", nargs="+")
    ap.add_argument("--how", nargs="+", default=["4"])
    a = ap.parse_args()
    bad = 0
    for how in a.how:
        equal = refused = 0
        for path in a.files:
            try:
                verdict, found = check(a.repack, path, how)
            except SystemExit as e:
                verdict, found = "unread", [str(e)]     # libhdf5 does not open the source itself
            equal += verdict.startswith("equal")
            refused += verdict == "refused"
            bad += verdict in ("FAILED", "DIFFERENT")
            if verdict in ("refused", "FAILED", "DIFFERENT"):
                print("%s %-40s %s" % (how, os.path.basename(path), verdict))
                print("".join("    %s\n" % line for line in found[:6]), end="")
        print("%s: %d of %d copies are equal, %d refused" % (how, equal, len(a.files), refused))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
