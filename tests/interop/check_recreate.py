#!/usr/bin/env python3
"""Are objects that are made again equal to those that they were made from?

    python3 tests/interop/check_recreate.py RECREATE FOLDER FILES... [--bound NAME]

RECREATE is the example of that name, built. FILES are in FOLDER, which is copied, so that files that name one another are
found. Every file is made again in the copy, with the lower bound NAME (or with each of them in turn), and compared with the original through libhdf5: tree,
types, shapes, fill values, values, attributes, layouts, chunks, filters. What RECREATE could not make is listed.
"""
import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare_files  # noqa: E402

BOUNDS = ("earliest", "v108", "v110", "v112", "v114", "v200")
# libhdf5 itself misreads these: with lengths of fewer than 8 bytes it takes "unlimited" for a number, and heaps for none.
MISREAD = {"sizes_8_4_latest.h5", "sizes_4_4_latest.h5", "sizes_2_2_latest.h5"}
# References are as wide as addresses, and are compared as bytes.
NARROW = re.compile(r"^sizes_[24]_")
# Filters that lose digits each time, and elements whose values are anybody's guess.
LOSSY = re.compile(r"^/[^:]*( D-?\d|accuracy|precision|rate|never|undefined)[^:]*: values differ")
# What cannot be made again: links that only their application understands, references to what is gone, filters that are not
# there, more than fits into memory or into the header of old files.
CANNOT = re.compile(r": (a user-defined link|a reference to nothing that has a path|filter \d+ is not available|\d+ bytes)")


def check(recreate, path, copy, bound):
    if os.path.basename(path) in MISREAD or NARROW.match(os.path.basename(path)):
        return "not compared", []
    compare_files.document(path)
    made = copy + ".new"
    done = subprocess.run([recreate, path, made, bound], capture_output=True, text=True, timeout=600)
    if done.returncode:
        return "FAILED", [done.stderr.strip()]
    os.replace(made, copy)
    found = compare_files.compare(path, copy, storage=True)[0]
    shutil.copy(path, copy)
    notes = [line for line in done.stderr.split("\n") if line]
    left_out = {line.split(": ", 1)[0].replace('"', "'") for line in notes if CANNOT.search(line)}
    found = [line for line in found if not LOSSY.search(line) and line.split(": ", 1)[0] not in left_out]
    unread = {line.split(": ", 1)[0] for line in found if "libhdf5 cannot read it in " + path in line}
    found = [line for line in found if line.split(": ", 1)[0] not in unread]
    return ("DIFFERENT" if found else "equal"), found + notes


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("recreate")
    ap.add_argument("folder")
    ap.add_argument("files", nargs="+")
    ap.add_argument("--bound", choices=BOUNDS)
    a = ap.parse_args()
    bad = equal = 0
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(a.folder, os.path.join(scratch, "copy"))
        for path, bound in zip(a.files, itertools.cycle([a.bound] if a.bound else BOUNDS)):
            copy = os.path.join(scratch, "copy", os.path.relpath(path, a.folder))
            try:
                verdict, found = check(a.recreate, path, copy, bound)
            except SystemExit as e:
                verdict, found = "unread", [str(e)]     # libhdf5 does not open the source itself
            equal += verdict == "equal"
            bad += verdict in ("FAILED", "DIFFERENT")
            print("%-40s %-8s %s" % (os.path.relpath(path, a.folder), bound, verdict))
            for line in found[:12]:
                print("    " + line)
    print("%d of %d files are equal, %d are not" % (equal, len(a.files), bad))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
