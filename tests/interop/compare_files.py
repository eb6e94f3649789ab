#!/usr/bin/env python3
"""Are two HDF5 files equal in what they say?  libhdf5 (through h5py) reads both.

    python3 compare_files.py EXPECTED ACTUAL [--at PATH] [--storage] [--json OUT]

Compared: the tree (groups, datasets, committed types, hard, soft, external links), and of each object datatype, shape,
maximum shape, fill value, every value and every attribute. How a dataset is stored (layout, chunks, filters) is not,
unless --storage is given. With --at, only that group (or dataset) of EXPECTED, against the root of ACTUAL (or the object
of that name in it). Prints one difference a line; exit status 0 when there is none.
"""
import argparse
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fixtures/corpus"))
import canon  # noqa: E402

canon.CAP = 1 << 62     # every value counts, however large the dataset

KEYS = ("kind", "target", "file", "class", "dtype", "shape", "maxshape", "digest", "fill", "committed")
STORAGE = ("layout", "chunks", "filters", "external", "virtual")


def document(path):
    """The canonical document of a file; what libhdf5 cannot open or read is an error here."""
    here = os.getcwd()
    full = os.path.abspath(path)
    os.chdir(os.path.dirname(full))     # external raw data and virtual sources are found beside the file
    try:
        doc = canon.describe(os.path.basename(full))
    finally:
        os.chdir(here)
    if not doc["opens"]:
        sys.exit("%s: libhdf5 does not open it: %s" % (path, doc.get("error")))
    return doc


def subtree(doc, at):
    """The entries below a path, with paths relative to it. An object whose first name is outside is met here first."""
    at = at.rstrip("/")
    whole = {e["path"]: e for e in doc["objects"]}
    out, met = {}, {}
    for e in doc["objects"]:
        p = e["path"]
        if p != (at or "/") and not p.startswith(at + "/"):
            continue
        name = p[len(at):] or "/"
        e = dict(e)
        if e["kind"] == "hardlink":
            target = e["target"]
            if target in met:
                e["target"] = met[target]
            elif not target.startswith(at + "/"):
                met[target] = name
                e = dict(whole[target])
            else:
                e["target"] = target[len(at):]
        out[name] = e
    return out


def short(x):
    s = json.dumps(x, sort_keys=True)
    return s if len(s) <= 160 else s[:157] + "..."


def differing_values(expected, actual, path, attr=None):
    """Where two datasets (or attributes) part, as h5py shows them: a help for the reader of a failure."""
    import h5py
    import numpy as np
    try:
        with h5py.File(expected[0], "r") as f, h5py.File(actual[0], "r") as g:
            a, b = (x[p] for x, p in ((f, expected[1]), (g, actual[1])))
            a, b = (a.attrs[attr], b.attrs[attr]) if attr is not None else (a[()], b[()])
            a, b = np.asarray(a), np.asarray(b)
            bad = np.flatnonzero(a.ravel() != b.ravel())
            bad = [k for k in bad[:1000] if not (a.ravel()[k] != a.ravel()[k] and b.ravel()[k] != b.ravel()[k])]
            if bad:
                at = np.unravel_index(bad[0], a.shape) if a.shape else ()
                return "first at %s: %r, expected %r" % (tuple(int(i) for i in at), b[at], a[at])
    except Exception as e:  # noqa: BLE001      a help only: the difference is reported all the same
        return "(%s)" % e
    return ""


def compare(expected, actual, at="/", storage=False):
    """A list of differences, and (objects, attributes) compared."""
    whole = document(actual)
    left = subtree(document(expected), at)
    if not left:
        return ["%s: not in %s" % (at, expected)], (0, 0)
    # A dataset copied out of a file keeps its name in the new one.
    name = "/" + at.rstrip("/").rsplit("/", 1)[-1]
    to = name if left["/"]["kind"] == "dataset" and at.rstrip("/") else "/"
    right = subtree(whole, to)
    out, attrs = [], 0
    base = at.rstrip("/")
    for p in sorted(set(left) | set(right)):
        a, b = left.get(p), right.get(p)
        if a is None or b is None:
            out.append("%s: %s" % (p, "missing" if b is None else "not expected"))
            continue
        for x, which in ((a, expected), (b, actual)):
            if "error" in x:
                out.append("%s: libhdf5 cannot read it in %s: %s" % (p, which, x["error"]))
        places = (expected, base + p if p != "/" else base or "/"), (actual, to.rstrip("/") + p if p != "/" else to)
        for k in KEYS + (STORAGE if storage else ()):
            if a.get(k) == b.get(k):
                continue
            if k == "digest":
                out.append("%s: values differ %s" % (p, differing_values(*places, path=p)))
            else:
                out.append("%s: %s is %s, expected %s" % (p, k, short(b.get(k)), short(a.get(k))))
        x, y = ({t["name"]: t for t in e.get("attrs", [])} for e in (a, b))
        for n in sorted(set(x) | set(y)):
            attrs += 1
            if n not in x or n not in y:
                out.append("%s attribute %r: %s" % (p, n, "missing" if n in x else "not expected"))
                continue
            for k in ("error", "dtype", "shape", "digest", "committed"):
                if x[n].get(k) != y[n].get(k):
                    if k == "digest":
                        out.append("%s attribute %r: values differ %s" % (p, n, differing_values(*places, path=p, attr=n)))
                    else:
                        out.append("%s attribute %r: %s is %s, expected %s" % (
                            p, n, k, short(y[n].get(k)), short(x[n].get(k))))
    return out, (len(left), attrs)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("expected")
    ap.add_argument("actual")
    ap.add_argument("--at", default="/")
    ap.add_argument("--storage", action="store_true")
    ap.add_argument("--json")
    a = ap.parse_args()
    differences, (objects, attrs) = compare(a.expected, a.actual, a.at, a.storage)
    for d in differences[:200]:
        print(d)
    if len(differences) > 200:
        print("... and %d more" % (len(differences) - 200))
    print("%s: %d objects, %d attributes, %d differences" % (
        "different" if differences else "equal", objects, attrs, len(differences)))
    if a.json:
        with open(a.json, "w") as f:
            json.dump({"objects": objects, "attributes": attrs, "differences": differences}, f)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
