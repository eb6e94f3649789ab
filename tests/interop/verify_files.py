#!/usr/bin/env python3
"""Checks files against what they must contain: libhdf5 (through h5py) reads them.

    python3 verify_files.py LIST.json OUT.json

LIST: [{"file", "objects": [entries as in CANON.md]}]. OUT: {file: [problems]}. An expected entry says what must hold: keys
that it leaves out are free. Objects and attributes that it does not name must not be there. Every dataset and attribute is
also read the ordinary way, by h5py's high-level interface.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fixtures/corpus"))
import canon  # noqa: E402
import h5py  # noqa: E402

canon.CAP = 1 << 62


def short(x):
    s = json.dumps(x, sort_keys=True)
    return s if len(s) <= 200 else s[:197] + "..."


def differences(want, have, what):
    out = []
    if have.get("error"):
        out.append("%s: libhdf5 cannot read it: %s" % (what, have["error"]))
    for k, v in want.items():
        if k != "attrs" and have.get(k) != v:
            out.append("%s: %s is %s, expected %s" % (what, k, short(have.get(k)), short(v)))
    return out


def by(entries, key):
    return {e[key]: e for e in entries}


def check(path, objects):
    doc = canon.describe(path)
    if not doc["opens"]:
        return ["libhdf5 does not open it: %s" % doc.get("error")]
    want, have = by(objects, "path"), by(doc["objects"], "path")
    out = ["%s: missing" % p for p in sorted(set(want) - set(have))]
    out += ["%s: not expected (%s)" % (p, have[p]["kind"]) for p in sorted(set(have) - set(want))]
    for p in sorted(set(want) & set(have)):
        out += differences(want[p], have[p], p)
        if "attrs" not in want[p]:
            continue
        a, b = by(want[p]["attrs"], "name"), by(have[p].get("attrs", []), "name")
        out += ["%s: attribute %r missing" % (p, n) for n in sorted(set(a) - set(b))]
        out += ["%s: attribute %r not expected" % (p, n) for n in sorted(set(b) - set(a))]
        for n in sorted(set(a) & set(b)):
            out += differences(a[n], b[n], "%s attribute %r" % (p, n))
    return out


def ordinary(path):
    """What h5py's users do: open, list, read."""
    out = []

    def visit(name, obj):
        try:
            dict(obj.attrs)
            # h5py itself cannot convert opaque values that carry a tag.
            if isinstance(obj, h5py.Dataset) and not (obj.dtype.kind == "V" and not obj.dtype.names and not obj.dtype.subdtype):
                obj[()] if obj.shape is not None else obj.dtype
        except Exception as e:  # noqa: BLE001
            out.append("/%s: h5py: %s: %s" % (name, type(e).__name__, e))
    with h5py.File(path, "r") as f:
        visit("", f)
        f.visititems(visit)
    return out


def main():
    results = {}
    for job in json.load(open(sys.argv[1])):
        try:
            results[job["file"]] = check(job["file"], job["objects"]) + ordinary(job["file"])
        except Exception as e:  # noqa: BLE001
            results[job["file"]] = ["%s: %s" % (type(e).__name__, e)]
    json.dump(results, open(sys.argv[2], "w"))


if __name__ == "__main__":
    main()
