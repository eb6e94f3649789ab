#!/usr/bin/env python3
"""Files whose objects share header messages: made, changed and counted by libhdf5.

    python3 check_shared.py make FOLDER               files with every form of index, and twins that share nothing
    python3 check_shared.py change FILE EDITS.json    does the same as the other side did
    python3 check_shared.py counts FILE               what each index holds: JSON
    python3 check_shared.py compare EXPECTED ACTUAL   one difference a line
    python3 check_shared.py empty FILE                takes everything out, one by one
"""
import json
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fixtures/corpus"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from cases.shared import SOHM, sohm  # noqa: E402
from writing import aphase, deflate, fill, fstr, packed, shuffle, W  # noqa: E402

ALL = [sum(SOHM.values())]
FORMS = {
    "list": (ALL, 10, None),
    "tree": (ALL, 10, (4, 3)),
    "always": (ALL, 1, (0, 0)),
    "three": ([SOHM["space"], SOHM["type"] | SOHM["fill"], SOHM["pline"] | SOHM["attr"]], 10, (8, 4)),
    "types": ([SOHM["type"], SOHM["space"]], 1, (6, 3)),
}


def make(path, low, kinds, least, phase):
    with W(path, (low, "latest"), fcpl=[sohm(len(kinds), kinds, least, phase)] if kinds else []) as w:
        record = packed(("first", "<f8"), ("second", "<i4"), ("name", fstr(12)))
        named = w.commit("named", packed(("x", "<i4"), ("y", "<i4")))
        for g in "g0", "g1":
            w.group(g)
        for k in range(16):
            name = "g%d/d%02d" % (k % 2, k)
            value = struct.pack("<di", k % 3, k % 5) + b"filler".ljust(12)
            w.dset(name, record, (4, 3 + k % 3), (struct.pack("<di", k / 3, k) + b"twelve bytes") * 4 * (3 + k % 3),
                   maxshape=(None, 3 + k % 3), chunks=(2, 2), props=[fill(record, value), shuffle(), deflate(1 + k % 4), aphase(4, 2)])
            w.attr(name, "same", fstr(40, 2), (2,), b"the same text everywhere".ljust(40) * 2)
            w.attr(name, "some", fstr(20, 2), (), (b"one of four: %d" % (k % 4)).ljust(20))
            w.attr(name, "own", "<i4", (k % 4 + 1,), np.arange(k % 4 + 1, dtype="<i4") + k)
            w.attr(name, "named", named, (2,), struct.pack("<4i", 1, 2, 3, 4))
            for i in range(6 if k % 5 == 0 else 0):
                w.attr(name, "many %d" % i, fstr(30, 2), (i % 2 + 1,), b"one of six".ljust(30) * (i % 2 + 1))
        w.dset_named("points", named, (3,), struct.pack("<6i", *range(6)))
        for g in "/", "g0", "g1":
            w.attr(g, "same", fstr(40, 2), (2,), b"the same text everywhere".ljust(40) * 2)


def change(path, edits):
    with h5py.File(path, "r+") as f:
        for what, place, *more in edits:
            if what == "attribute":
                f[place].attrs.create(more[0], [more[1]], dtype="<i4")
            elif what == "forget":
                del f[place].attrs[more[0]]
            elif what == "delete":
                del f[place]
            elif what == "resize":
                f[place].resize(more[0])
            elif what == "group":
                f.create_group(place)


def counts(path):
    data = open(path, "rb").read()
    at = data.index(b"SMTB") + 4
    out = []
    while True:
        version, kind, types, _, most, _, messages, index, heap = struct.unpack_from("<BBHIHHHQQ", data, at)
        if version or kind > 1 or not types:
            return out
        records = []
        if kind == 0 and index != (1 << 64) - 1:
            for k in range(messages):
                place, digest, users = struct.unpack_from("<BII", data, index + 4 + 17 * k)
                records.append([place, digest, users if place == 0 else 1])
        out.append([kind, messages, index == (1 << 64) - 1, heap == (1 << 64) - 1, sorted(records)])
        at += 30
        if at + 30 > len(data) or len(out) == 8:
            return out


def empty(path):
    with h5py.File(path, "r+") as f:
        objects = []
        f.visititems(lambda _, o: objects.append(o))
        for o in objects[::2] + [f]:
            for name in list(o.attrs):
                del o.attrs[name]
        for name in list(f["g1"]):
            del f["g1"][name]
        for name in list(f):
            del f[name]


def main(what, path, *more):
    if what == "make":
        for name, form in FORMS.items():
            for low in "earliest", "latest":
                make(os.path.join(path, "%s-%s.h5" % (name, low)), low, *form)
                make(os.path.join(path, "%s-%s-plain.h5" % (name, low)), low, (), 0, None)
    elif what == "change":
        change(path, json.load(open(more[0])))
    elif what == "counts":
        print(json.dumps(counts(path)))
    elif what == "empty":
        empty(path)
    else:
        import compare_files
        print("\n".join(compare_files.compare(path, more[0], storage=True)[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
