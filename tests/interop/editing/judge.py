"""Are two files, one changed by us and one by libhdf5, equal in everything that they say and in what they take?"""
import ctypes as C
import os
import re
import subprocess

import canon
import h5c
from canon_types import oinfo, text
from h5c import H5Error, ok
from make_random import apart
from tree import LATE

# Seconds. A scale that is attached to itself is printed for ever, for example.
PATIENCE, ENDLESS = 15, "does not end"
H5DUMP, H5REPACK, H5STAT = ("/usr/bin/" + t for t in ("h5dump", "h5repack", "h5stat"))

# Everything that canon.py says of an object, but what hangs on who wrote it.
DATASET = ("kind", "target", "file", "class", "error", "corder", "dtype", "shape", "maxshape", "digest", "undefined", "fill", "committed",
           "layout", "chunks", "index", "filters", "external", "virtual")
# Where a file shares attributes, the library tracks their order in every new object, asked or not.
ORDER = ("attr_creation_order", "attribute order")
NAMELESS = "?"
PLACES = re.compile(r"heap object = \{[0-9a-f]+, |\b(addr|eoa) = \d+")
OWN_FILTERS = 6
ATTR = ("error", "dtype", "shape", "digest", "committed")


def document(path):
    """What is in a file, read by a process of its own: the library does not always let go of what it read."""
    doc = apart(described, path)
    if "died" in doc:
        raise H5Error(doc["died"])
    return doc


def described(path):
    """The same: the canonical form, with what else the library says about each object."""
    here = os.getcwd()
    os.chdir(os.path.dirname(path))     # external raw data is found beside the file
    try:
        doc = canon.describe(os.path.basename(path))
        if not doc["opens"]:
            raise H5Error("does not open: %s" % doc.get("error"))
        if "error" in doc:
            raise H5Error(doc["error"])
        fid = ok(h5c.H5Fopen(os.fsencode(os.path.basename(path)), 0, 0))
        try:
            for e in doc["objects"]:
                if e["kind"] in ("group", "dataset", "datatype"):
                    e["more"] = more(fid, e)
                for x in (e, e.get("more", {}), *e.get("attrs", ())):
                    # What the library cannot read of what it made lies elsewhere in each file.
                    if "error" in x:
                        x["error"] = PLACES.sub("a place ", x["error"])
        finally:
            h5c.H5Fclose(fid)
    finally:
        os.chdir(here)
    return doc


def more(fid, e):
    out = {}
    o = h5c.H5Oopen(fid, os.fsencode(e["path"]) or b"/", 0)
    if o < 0:
        h5c.last_error()
        return out
    try:
        inf = oinfo(o)
        out["references"] = inf.rc
        out["attributes"] = int(inf.num_attrs)
        if e["kind"] == "group":
            g = h5c.GInfo()
            ok(h5c.lib.H5Gget_info(C.c_int64(o), C.byref(g)))
            out["storage"] = {0: "symbol table", 1: "compact", 2: "dense"}.get(g.storage_type, "?")
            out["links"] = int(g.nlinks)
        if e["kind"] == "dataset" and e.get("layout") == "chunked" and e.get("shape"):
            n, s = h5c.hsize(), h5c.H5Dget_space(o)
            if h5c.H5Dget_num_chunks(o, s, C.byref(n)) >= 0:
                out["stored chunks"] = n.value
            h5c.H5Sclose(s)
        elif e["kind"] == "dataset" and e.get("layout") in ("compact", "contiguous"):
            out["stored bytes"] = int(h5c.H5Dget_storage_size(o))
        out.update(creation(o, e["kind"]))
        if out.get("attr_creation_order"):
            out["attribute order"] = attribute_order(o)
    except H5Error as x:
        out["error"] = str(x)
    finally:
        h5c.H5Oclose(o)
        h5c.last_error()
    return out


def attribute_order(o):
    """Names by creation, or None where no order is kept."""
    names = []
    f = h5c.AITER(lambda _, name, __, ___: names.append(text(name)) or 0)
    idx = C.c_uint64(0)
    if h5c.H5Aiterate2(o, 1, 0, C.byref(idx), f, None) < 0:
        h5c.last_error()
        return None
    return names


def creation(o, kind):
    """Properties of creation that are kept in the file."""
    get = {"group": h5c.H5Gget_create_plist, "dataset": h5c.H5Dget_create_plist}.get(kind)
    if get is None:
        return {}
    p, out = ok(get(o)), {}
    a, b = C.c_uint(), C.c_uint()
    calls = ["attr_creation_order", "attr_phase_change"] + (["link_creation_order", "link_phase_change", "est_link_info"] if kind == "group" else [])
    for name in calls:
        f = getattr(h5c.lib, "H5Pget_" + name)
        order = name.endswith("order")
        if f(C.c_int64(p), C.byref(a), *([] if order else [C.byref(b)])) >= 0:
            out[name] = a.value if order else (a.value, b.value)
    if kind == "dataset":
        for name in ("fill_time", "alloc_time"):
            x = C.c_int()
            if getattr(h5c.lib, "H5Pget_" + name)(C.c_int64(p), C.byref(x)) >= 0:
                out[name] = x.value
    h5c.H5Pclose(p)
    return out


def differences(ours, theirs, copied=frozenset(), renamed=False):
    """In words. `copied`: the bounds under which something was copied. A copied group is a new one here, in the form that the bounds choose, and a
    copied object is of the same committed type, where the library makes a type without a name for it. `renamed`: links that
    have no place in a symbol table went, maybe before they were written."""
    a, b = ({e["path"]: e for e in d["objects"]} for d in (ours, theirs))
    out = []
    for p in sorted(set(a) | set(b)):
        if p not in a or p not in b:
            out.append("%s: %s" % (p, "missing" if p not in a else "not expected"))
            continue
        x, y = a[p], b[p]
        for k in DATASET:
            if x.get(k) != y.get(k) and not (copied and k == "committed" and y.get(k) == NAMELESS):
                out.append("%s: %s is %s, expected %s" % (p, k, short(x.get(k)), short(y.get(k))))
        for k in sorted(set(x.get("more", {})) | set(y.get("more", {}))):
            v, w = x.get("more", {}).get(k), y.get("more", {}).get(k)
            if k in ORDER and tuple(e.get("more", {}).get(ORDER[0]) for e in (x, y)) == (0, 1):
                continue
            if v == w or copied and k == "references" and x["kind"] == "datatype":
                continue
            if k == "stored chunks" and (x.get("more", {}).get("alloc_time") == LATE or 0 in (x.get("shape") or ())):
                continue        # all of them at the first write there, here those that are written; none where there is nothing
            if k == "storage" and "symbol table" in (v, w) and (copied - {"earliest"} or renamed):
                continue
            if not (k == "storage" and "more" in x and either(x["more"], v)):
                out.append("%s: %s are %s, expected %s" % (p, k, short(v), short(w)))
        out += attributes(p, x, y, copied)
    return out


def spoiled(ours, theirs):
    """What the library cannot read of its own file, and can of ours."""
    fine = {e["path"] for e in ours["objects"] if "error" not in e}
    return next(("%s: %s" % (e["path"], e["error"]) for e in theirs["objects"] if "error" in e and e["path"] in fine), None)


def either(more, storage):
    """Whether links may be stored so: between the two thresholds it hangs on how many there were before, and here changes
    count when they are written."""
    most, least = more.get("link_phase_change", (8, 6))
    return storage == "compact" and more["links"] <= most or storage == "dense" and more["links"] >= least


def attributes(p, x, y, copied):
    out = []
    m, n = ({t["name"]: t for t in e.get("attrs", [])} for e in (x, y))
    for name in sorted(set(m) | set(n)):
        if name not in m or name not in n:
            out.append("%s attribute %r: %s" % (p, name, "missing" if name not in m else "not expected"))
            continue
        if n[name].get("error"):
            continue        # the library cannot read its own
        for k in ATTR:
            if m[name].get(k) != n[name].get(k) and not (copied and k == "committed" and n[name].get(k) == NAMELESS):
                out.append("%s attribute %r: %s is %s, expected %s" % (p, name, k, short(m[name].get(k)), short(n[name].get(k))))
    return out


def short(x):
    s = repr(x)
    return s if len(s) <= 200 else s[:197] + "..."


# ---------------------------------------------------------------------------------------------- other programs

def foreign(doc):
    """Whether there are filters in a file that are not HDF5's own."""
    return any(f["id"] > OWN_FILTERS for e in doc["objects"] for f in e.get("filters") or ())


def tool(argv, cwd):
    try:
        r = subprocess.run(argv, cwd=cwd, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return 1, "", ENDLESS
    return r.returncode, r.stdout.decode("utf-8", "replace"), r.stderr.decode("utf-8", "replace")


def tools(ours, theirs, copied, foreign):
    """What h5dump, h5repack and h5stat of HDF5 1.10 have against our file, but not against theirs. `foreign`: there are
    filters that 1.10 has not, which some chunks go past, and not the same in both. Copied objects show no types alike."""
    out = []
    for argv, same in (([H5DUMP, "-H", "-p"], not copied), *([] if foreign else [([H5DUMP], False)]), ([H5STAT], False)):
        b = tool([*argv, os.path.basename(theirs)], os.path.dirname(theirs))
        if b[2] == ENDLESS:
            return out
        if b[0] or "error" in b[2]:
            continue        # not one for 1.10
        a = tool([*argv, os.path.basename(ours)], os.path.dirname(ours))
        name = " ".join(os.path.basename(x) for x in argv)
        if a[0] or "error" in a[2]:
            out.append("%s: %s" % (name, (a[2] or a[1][-300:]).strip()[:300]))
        elif same and shown(a[1]) != shown(b[1]):
            out.append("%s: %s" % (name, first_line(shown(a[1]), shown(b[1]))))
    if foreign:
        return out
    packed = [f + ".packed" for f in (ours, theirs)]
    b, a = (tool([H5REPACK, f, p], os.path.dirname(f)) for f, p in zip((theirs, ours), packed[::-1]))
    if not b[0] and a[0]:
        out.append("h5repack: %s" % (a[2] or a[1]).strip()[:300])
    for p in packed:
        if os.path.exists(p):
            os.remove(p)
    return out


def shown(t):
    """What h5dump says without what hangs on where and how well things are stored."""
    t = re.sub(r"(OFFSET|SIZE) \d+( \(.*\))?", "", t)
    # Fill values are compared as values: of integers that do not fill their bytes it prints the padding, too.
    t = re.sub(r"FILLVALUE \{.*?\}\s*ALLOCATION_TIME", "ALLOCATION_TIME", t, flags=re.DOTALL)
    return re.sub(r'DATASET \d+ |"/?#\d+"|\d+:\d+|COMMENT .*', "", t)


def first_line(a, b):
    for x, y in zip(a.splitlines(), b.splitlines()):
        if x != y:
            return "%r, expected %r" % (x.strip(), y.strip())
    return "%d lines, expected %d" % (len(a.splitlines()), len(b.splitlines()))
