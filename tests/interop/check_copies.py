#!/usr/bin/env python3
"""Copies of objects: what libhdf5 makes of a group, and whether another copy says the same.

    python3 check_copies.py make FOLDER [latest]     sources, and h5py's copies of them for every set of options
    python3 check_copies.py check EXPECTED ACTUAL {same,across} [kept]

Compared: the names, where soft and external links lead, which names are one object, types and whether they are
committed, values, attributes, what references lead to. References of libhdf5's copies within one file are empty in
attributes: there (`same`) attributes have to be those of the source. `kept`: names of committed datatypes that the copy
shares with the source. Prints one difference a line.
"""
import json
import os
import shutil
import sys

import h5py
import numpy as np

OPTIONS = {
    "plain": {},
    "shallow": {"shallow": True},
    "soft": {"expand_soft": True},
    "external": {"expand_external": True},
    "both": {"expand_soft": True, "expand_external": True},
    "references": {"expand_refs": True},
    "outline": {"expand_refs": True, "shallow": True},
    "bare": {"without_attrs": True},
}


def sources(folder, libver):
    with h5py.File(os.path.join(folder, "beyond.h5"), "w", libver=libver) as f:
        f["z"] = 7
        f["back"] = h5py.ExternalLink("elsewhere.h5", "/g/inner")
    with h5py.File(os.path.join(folder, "elsewhere.h5"), "w", libver=libver) as f:
        f["g/inner"] = np.arange(3)
        f["g/deep/x"] = "text"
        f["g/soft"] = h5py.SoftLink("inner")
        f["g/on"] = h5py.ExternalLink("beyond.h5", "/z")
        f["type"] = np.dtype("<i2")
        f["g"].create_dataset("typed", (2,), f["type"])
        f["g"].attrs["n"] = 1
        f["g"].attrs["to"] = f["g/deep"].ref
        f["way"] = h5py.ExternalLink("beyond.h5", "/z")
        f["alone"] = np.arange(5.0)
    with h5py.File(os.path.join(folder, "source.h5"), "w", libver=libver) as f:
        a = f.create_group("a")
        a["x"] = np.arange(4)
        a["x"].attrs["unit"] = "m"
        a["b/y"] = 1.5
        a["b"].attrs["k"] = [1, 2]
        a["b/c/z"] = ["p", "qr"]
        f["second"] = a["b/c"]
        a["third"] = a["b/y"]
        f["out"] = np.arange(3)
        f["out"].attrs["q"] = 3
        f["og/m"] = 9
        f["og/n/o"] = 10
        f["og/back"] = h5py.SoftLink("/a/x")
        for name, to in ("in", "/a/x"), ("near", "b/y"), ("out", "/out"), ("group", "/og"), ("none", "/no"), ("ext", "/a/alone"):
            a["soft " + name] = h5py.SoftLink(to)
        a["alone"] = h5py.ExternalLink("elsewhere.h5", "/alone")
        a["group"] = h5py.ExternalLink("elsewhere.h5", "/g")
        a["way"] = h5py.ExternalLink("elsewhere.h5", "/way")
        a["gone"] = h5py.ExternalLink("none.h5", "/g")
        a["lost"] = h5py.ExternalLink("elsewhere.h5", "/no")
        f["type"] = np.dtype("<i4")
        f["type"].attrs["d"] = 1
        a.create_dataset("typed", (2,), f["type"])
        a.create_dataset("typed too", (2,), f["type"])
        a["own type"] = np.dtype("<i2")
        a.create_dataset("typed so", (2,), a["own type"])
        a["x"].attrs.create("typed", 4, dtype=f["type"])
        refs = a.create_dataset("refs", (5,), h5py.ref_dtype)
        refs[:4] = np.array([a["x"].ref, f["out"].ref, f["og"].ref, a.ref], dtype=h5py.ref_dtype)
        regions = a.create_dataset("regions", (3,), h5py.regionref_dtype)
        regions[0], regions[1] = a["x"].regionref[1:3], f["out"].regionref[0:2]
        a["x"].attrs.create("to", f["out"].ref, dtype=h5py.ref_dtype)
        a["x"].attrs.create("near", [a["b"].ref, a["x"].ref], dtype=h5py.ref_dtype)
        ordered = a.create_group("ordered", track_order=True)
        for name in "zyxwvutsrqp":
            ordered.create_group(name, track_order=True)
            ordered.attrs[name] = ord(name)


def make(folder, libver):
    os.chdir(folder)
    sources(".", libver)
    for name, options in OPTIONS.items():
        shutil.copy("source.h5", "same-%s.h5" % name)
        with h5py.File("same-%s.h5" % name, "r+", libver=libver) as f:
            f.copy("a", "copy", **options)
        with h5py.File("source.h5") as f, h5py.File("across-%s.h5" % name, "w", libver=libver) as g:
            f.copy("a", g, "copy", **options)


class Seen:
    """What is below /copy in a file."""

    def __init__(self, path):
        os.chdir(os.path.dirname(os.path.abspath(path)))
        self.file = h5py.File(path)
        self.names = {}
        self.told = {}
        self.walk(self.file["copy"], "/copy")
        for name in self.file:
            if name != "copy":
                self.walk(self.file[name], "/" + name)

    def address(self, o):
        return h5py.h5o.get_info(o.id).addr

    def walk(self, o, path):
        first = self.names.setdefault(self.address(o), path)
        if first != path or not isinstance(o, h5py.Group):
            return
        for name in o:
            if isinstance(o.get(name, getlink=True), h5py.HardLink):
                self.walk(o[name], path + "/" + name)

    def reference(self, r):
        if not r:
            return None
        o = self.file[r]
        name = self.names[self.address(o)]
        region = [] if not isinstance(r, h5py.RegionReference) else np.asarray(o[r]).tolist()
        if name.startswith("/~obj_pointed_by_"):
            return ["elsewhere", self.content(o, 8), region]
        return [name, region]

    def content(self, o, depth):
        if isinstance(o, h5py.Group):
            return {n: self.content(o[n], depth - 1) for n in o if o.get(n, getlink=True).__class__ is h5py.HardLink and depth}
        return np.asarray(o[()]).tolist() if o.dtype.kind in "iuf" else str(o.dtype)

    def value(self, x, dtype):
        if h5py.check_ref_dtype(dtype):
            return [self.reference(r) for r in np.ravel(np.asarray(x, dtype=object))]
        x = np.asarray(x)
        return [v.decode() if isinstance(v, bytes) else v for v in x.ravel().tolist()] + [list(x.shape)]

    def attributes(self, o):
        out = []
        for name in o.attrs:
            i = o.attrs.get_id(name)
            t = i.get_type()
            out.append([name, str(i.dtype), t.committed(), self.value(o.attrs[name], i.dtype)])
        return out

    def tell(self, o, path):
        for name in o:
            link, p = o.get(name, getlink=True), path + "/" + name
            if isinstance(link, h5py.SoftLink):
                self.told[p] = ["soft", link.path]
            elif isinstance(link, h5py.ExternalLink):
                self.told[p] = ["external", link.filename, link.path]
            else:
                self.object(o[name], p)

    def object(self, o, path):
        first = self.names[self.address(o)]
        if first != path:
            self.told[path] = ["as", first]
            return
        entry = [type(o).__name__, self.attributes(o)]
        if isinstance(o, h5py.Dataset):
            t = o.id.get_type()
            name = (h5py.h5i.get_name(t) or b"").decode() if t.committed() else ""
            entry += [str(o.dtype), t.committed(), name, self.value(o[()], o.dtype), o.chunks, o.compression]
        if isinstance(o, h5py.Datatype):
            entry += [str(o.dtype)]
        if isinstance(o, h5py.Group):
            entry += [list(o)]
        self.told[path] = entry
        if isinstance(o, h5py.Group):
            self.tell(o, path)


def counted(seen):
    """Objects whose reference count is not the number of their names."""
    users = {}

    def visit(o):
        if isinstance(o, h5py.Group):
            for n in o:
                if isinstance(o.get(n, getlink=True), h5py.HardLink):
                    users.setdefault(seen.address(o[n]), []).append(o[n])
                    if len(users[seen.address(o[n])]) == 1:
                        visit(o[n])
    users[seen.address(seen.file)] = [seen.file]
    visit(seen.file)
    for objects in list(users.values()):
        o = objects[0]
        types = [o.id.get_type()] if isinstance(o, h5py.Dataset) else []
        types += [o.attrs.get_id(n).get_type() for n in o.attrs]
        for t in types:
            if t.committed():
                users.setdefault(h5py.h5o.get_info(t).addr, []).append(t)
    out = []
    for objects in users.values():
        o = objects[0]
        info = h5py.h5o.get_info(o if isinstance(o, h5py.h5t.TypeID) else o.id)
        if info.rc != len(objects):
            out.append("%s is counted %d times, used %d times" % (o, info.rc, len(objects)))
    return out


def check(expected, actual, where, kept):
    left, right = Seen(expected), Seen(actual)
    out = counted(right)
    source = right.file.get("a")
    for seen in left, right:
        seen.object(seen.file["copy"], "/copy")
    for path in sorted(set(left.told) | set(right.told)):
        a, b = left.told.get(path), right.told.get(path)
        if where == "same" and a and a[0] in ("Dataset", "Group", "Datatype") and a[1]:
            of = source[path[6:]] if path != "/copy" else source
            if of.file.filename == source.file.filename:
                a[1] = right.attributes(of)
        if a and b and a[0] == "Dataset" and b[0] == "Dataset" and a[3] and not a[4] and b[4] in kept:
            a[4] = b[4]
        # In other files libhdf5 copies again what has several names; here it is one object.
        if a and b and b[0] == "as" and a[0] != "as":
            b = right.told[b[1]]
        if a != b:
            out.append("%s: %s, expected %s" % (path, json.dumps(b), json.dumps(a)))
    return out


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    else:
        print("\n".join(check(sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5:])))
