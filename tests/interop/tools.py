#!/usr/bin/env python3
"""Do HDF5's own tools accept the files that the tests have written?

    python3 tests/interop/tools.py FOLDERS...

Of every HDF5 file below the folders: h5stat walks through its metadata; h5dump prints its head, properties included; h5repack
makes a copy, which compares equal; h5clear finds no flags to clear; libhdf5 2 (h5py) reads everything. The tools are Debian's
(1.10): what they refuse of files of their own age or younger is a failure; files in a form that they cannot know are counted
as skipped. Prints what is wrong, and the counts.
"""
import os
import shutil
import subprocess
import sys
import tempfile

import h5py

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare_files  # noqa: E402

compare_files.canon.CAP = 4 << 20   # of what is larger, the beginning and the end
SIGNATURE = b"\x89HDF\r\n\x1a\n"
# The filters that the tools have.
OLD_FILTERS = {1, 2, 3, 4, 5, 6}
# Nothing but descriptions of datasets that would be enormous.
HOLLOW = {"guess.h5"}


def superblock(path):
    """The version of a file's superblock; None for what is no HDF5 file."""
    size = os.path.getsize(path)
    with open(path, "rb") as f:
        at = 0
        while at < size:
            f.seek(at)
            found = f.read(9)
            if found[:8] == SIGNATURE:
                return found[8]
            at = max(512, at * 2)
    return None


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, errors="replace")
    return done.returncode, done.stderr.strip()[-300:]


def holds_references(t, inside=False):
    """Whether a type (h5py's low level) has references inside of others, or new ones anywhere."""
    kind = t.get_class()
    if kind == h5py.h5t.REFERENCE:
        return inside or t.get_size() > 12
    if kind == h5py.h5t.COMPOUND:
        return any(holds_references(t.get_member_type(k), True) for k in range(t.get_nmembers()))
    return kind in (h5py.h5t.ARRAY, h5py.h5t.VLEN) and holds_references(t.get_super(), True)


def is_varied(t):
    return t.get_class() == h5py.h5t.VLEN or t.get_class() == h5py.h5t.STRING and t.is_variable_str()


def facts(path):
    """The filters that the datasets use, and whether h5repack 1.10 makes a copy that is equal.

    It copies as they are references inside of other types, and fill values of variable length, to where nothing is any more;
    it cuts attributes' names to 254 bytes, and does not know the references of 1.12.
    """
    used, faithful = set(), True

    def visit(_, o):
        nonlocal faithful
        faithful &= all(len(name.encode()) < 255 for name in o.attrs)
        if isinstance(o, h5py.Dataset):
            p, t = o.id.get_create_plist(), o.id.get_type()
            used.update(p.get_filter(k)[0] for k in range(p.get_nfilters()))
            given = is_varied(t) and p.fill_value_defined() == h5py.h5d.FILL_VALUE_USER_DEFINED
            faithful &= not given and not holds_references(t)
    with h5py.File(path, "r") as f:
        visit("/", f)
        f.visititems(visit)
    return used, faithful


def unreadable(path):
    """What libhdf5 cannot read of a file. Never written and without a fill value means without values."""
    doc = compare_files.document(path)
    wrong = ["%s: %s" % (e["path"], e["error"]) for e in doc["objects"]
             if "error" in e and e.get("fill", {}).get("status") != "undefined"]
    return wrong + ["%s attribute %r: %s" % (e["path"], a["name"], a["error"])
                    for e in doc["objects"] for a in e.get("attrs", []) if "error" in a]


def cleared(path, folder):
    """`h5clear -s` on a copy: it finds the superblock, in which there was nothing to clear."""
    copy = os.path.join(folder, "cleared.h5")
    shutil.copy(path, copy)
    code, err = run("h5clear", "-s", copy)
    with h5py.File(path, "r") as f:
        at = f.userblock_size + 11
    with open(path, "rb") as f:
        f.seek(at)
        flags = f.read(1)[0]
    return (["h5clear: " + err] if code else []) + (["consistency flags %d" % flags] if flags else [])


def repacked(path):
    """`h5repack` makes a copy, beside the file because its neighbours are named relatively."""
    copy = os.path.join(os.path.dirname(path), ".repacked.h5")
    try:
        code, err = run("h5repack", path, copy)
        if code:
            return ["h5repack: " + err]
        undefined = "dataset doesn't exist, no data can be read"     # no value ever written, and no fill value
        return ["h5repack: " + d for d in compare_files.compare(path, copy)[0] if undefined not in d][:5]
    finally:
        if os.path.exists(copy):
            os.remove(copy)


def problems(path, version, folder):
    """What is wrong, and whether the tools had their say."""
    wrong = unreadable(path)
    head = [(tool[0], run(*tool, path)) for tool in (("h5stat",), ("h5dump", "-p", "-H"))]
    refused = ["%s: %s" % (tool, err) for tool, (code, err) in head if code]
    if refused and version == 3:
        return wrong, False
    used, faithful = facts(path)
    if not refused and used <= OLD_FILTERS and faithful:
        copying = repacked(path)
        # Regions in the form of 1.12, for example, which only who copies values comes to see.
        if version == 3 and copying and copying[0] == "h5repack: ":
            return wrong, False
        wrong += copying
    return wrong + refused + (cleared(path, folder) if version >= 2 else []), True


def files(folders):
    for top in folders:
        for where, _, names in sorted(os.walk(top)):
            for name in sorted(names):
                path = os.path.join(where, name)
                version = None if name in HOLLOW or name.startswith(".") else superblock(path)
                if version is not None:
                    yield path, version


def main():
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        for path, version in files(map(os.path.abspath, sys.argv[1:])):
            try:
                wrong, asked = problems(path, version, folder)
            except (SystemExit, Exception) as e:  # noqa: BLE001
                wrong, asked = ["%s: %s" % (type(e).__name__, e)], True
            for line in wrong:
                print("%s: %s" % (os.path.relpath(path), line))
            failed += bool(wrong)
            passed += not wrong and asked
            skipped += not wrong and not asked
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
