#!/usr/bin/env python3
"""Are changed files equal to what they were, but for what was added?  libhdf5 (through h5py) reads both.

    python3 check_edited.py LIST.json FAILURES

LIST says which; see edited.mjs. FAILURES is the number of edits that failed, which count here. Changed files are put in the
place of the original, beside the files that they name.
"""
import json
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare_files  # noqa: E402

# Filters that lose digits each time, and elements whose values are anybody's guess.
LOSSY = re.compile(r"^/[^:]*( D-?\d|accuracy|precision|rate|never|undefined)[^:]*: values differ")


def differences(expected, actual):
    """What differs, but for what libhdf5 cannot read of either."""
    found = compare_files.compare(expected, actual, storage=True)[0]
    of = lambda path: {d.split(": libhdf5 cannot read it in %s: " % path)[0] for d in found if ": libhdf5 cannot read it in %s: " % path in d}  # noqa: E731
    both = of(expected) & of(actual)
    return [d for d in found if not any(d.startswith(o + ": libhdf5 cannot read it in ") for o in both)]


def main():
    told = json.load(open(sys.argv[1]))
    passed, failed = 0, int(sys.argv[2])
    beside = os.path.join(told["dir"], "beside")
    shutil.copytree(told["source"], beside, dirs_exist_ok=True)
    for job in told["jobs"]:
        name, step = job["name"], job["step"]
        place = os.path.join(beside, name)
        shutil.copy(os.path.join(told["dir"], step, name), place)
        try:
            found = differences(os.path.join(told["source"], name), place)
        except SystemExit as e:
            found = [str(e)]
        shutil.copy(os.path.join(told["source"], name), place)
        if step == "added":
            found = [d for d in found if not (told["added"] in d and d.endswith("not expected"))]
        if step == "rewritten":
            found = [d for d in found if not LOSSY.match(d)]
        for d in found[:5]:
            print("%s: %s: %s" % (name, step, d))
        failed += bool(found)
        passed += not found
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
