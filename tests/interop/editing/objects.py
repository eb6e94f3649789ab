"""Random changes of attributes, objects and links."""
import numpy as np
from h5py import h5t

import canon_types as ct
from dice import a_link, a_shape, a_type, an_object, count, new_path, Nothing
from names import names, word
from tree import DATASET, encoded, GROUP
from values import random_column

# Attributes by which the library knows dimension scales: it takes any other of the same name for its own, and spoils it.
SCALES = {"CLASS", "NAME", "DIMENSION_LIST", "DIMENSION_LABELS", "REFERENCE_LIST"}


def attr(s):
    r = s.r
    path = an_object(s)
    here = [n for n in s.tree.attrs(path) if n not in SCALES]
    name = r.choice(here) if here and r.random() < 0.35 else (names(r, 1)[0] if r.random() < 0.5 else "a%d" % r.randrange(25))
    t, n, _ = a_type(s)
    big = r.random() < 0.05
    shape = a_shape(r, max(1, (60000 if big else 200) // max(1, n.size)))
    return {"op": "attr", "path": path, "name": name, "type": t, "shape": shape, "value": random_column(r, n, count(shape), s.tree.of(GROUP, DATASET))}


def attrs(s):
    """Many at once, small ones."""
    r = s.r
    path = an_object(s)
    out = []
    for k in r.sample(range(60), r.choice((5, 9, 20))):
        t = h5t.py_create(np.dtype(r.choice(("<i4", ">f8", "S5"))))
        n = ct.node(t.id)
        shape = r.choice(([], [3]))
        out.append({"op": "attr", "path": path, "name": "m%d" % k, "type": encoded(t), "shape": shape, "value": random_column(r, n, count(shape))})
    return out


def delattr(s):
    path = an_object(s)
    here = s.tree.attrs(path)
    if not here:
        raise Nothing
    return {"op": "delattr", "path": path, "name": s.r.choice(here)}


def delattrs(s):
    path = an_object(s)
    here = s.tree.attrs(path)
    if len(here) < 5:
        raise Nothing
    return [{"op": "delattr", "path": path, "name": n} for n in s.r.sample(here, s.r.randint(3, len(here)))]


def header(s, path):
    r, out = s.r, {}
    # Groups that the library makes on the way track what the object at their end tracks.
    if r.random() < 0.3 and (path.rsplit("/", 1)[0] or "/") in s.tree.of(GROUP):
        out["attrs"] = r.choice((1, 2)) if s.theirs else 2
    if s.theirs and r.random() < 0.15 and s.low != "earliest":
        out["attrsPhase"] = r.choice(([0, 0], [2, 1], [4, 4], [20, 10]))
    return out


def clear(s):
    path = an_object(s)
    names = s.tree.attrs(path)
    if not names:
        raise Nothing
    return {"op": "clear", "path": path, "names": names}


def group(s):
    r = s.r
    path = new_path(s)
    out = {"op": "group", "path": path, **header(s, path)}
    if not s.theirs:
        out["links"] = out.get("attrs", 0)
        return out
    if r.random() < 0.3:
        out["links"] = r.choice((1, 2))
    if r.random() < 0.2:
        out["linksPhase"] = r.choice(([0, 0], [2, 1], [5, 5], [30, 20]))
    if r.random() < 0.1:
        out["estimates"] = [r.randrange(1, 40), r.randrange(1, 30)]
    return out


def many(s):
    """Many links in one group."""
    r = s.r
    g = an_object(s, GROUP).rstrip("/")
    long = r.random() < 0.3
    out = []
    for k in r.sample(range(200), r.choice((6, 10, 30, 60))):
        path = "%s/%s%d" % (g, "a rather long name that takes room " if long else "n", k)
        out.append({"op": "soft", "path": path, "target": "/a"} if r.random() < 0.4 else {"op": "group", "path": path})
    return out


def commit(s):
    t, n, _ = a_type(s)
    if "committed" in t:
        raise Nothing
    path = new_path(s)
    return {"op": "commit", "path": path, "type": t, **header(s, path)}


def unlink(s):
    return {"op": "unlink", "path": a_link(s)}


def unlinks(s):
    """Most of what is in a group."""
    if s.refers:
        raise Nothing
    g = an_object(s, GROUP).rstrip("/")
    here = [p for p, _ in s.tree.links if p.rsplit("/", 1)[0] == g]
    if len(here) < 4:
        raise Nothing
    return [{"op": "unlink", "path": p} for p in s.r.sample(here, s.r.randint(3, len(here)))]


def move(s):
    if not s.tree.links:
        raise Nothing
    out = {"op": "move", "path": s.r.choice(s.tree.links)[0], "to": new_path(s)}
    # What is moved below itself is lost; we refuse it, the library does not.
    if out["to"].startswith(out["path"] + "/"):
        raise Nothing
    return out


def copy(s):
    r = s.r
    out = {"op": "copy", "path": an_object(s), "to": new_path(s)}
    if len(s.tree.links) > 200 and s.tree.objects[out["path"]] == GROUP:
        raise Nothing
    return how(s, out)


def how(s, out):
    """How much is copied. Of references in attributes the library makes empty ones."""
    for key in ("shallow", "expand", "bare"):
        if s.r.random() < 0.15:
            out[key] = True
    if s.refers:
        out["bare"] = True
    return out


def bring(s):
    """A copy out of another file. References become empty there, and that is not what this is about."""
    if s.refers or s.theirs or not s.other or len(s.other) > 200:
        raise Nothing
    return how(s, {"op": "bring", "path": s.r.choice(s.other), "to": new_path(s)})


def hard(s):
    return {"op": "hard", "path": new_path(s), "target": an_object(s)}


def soft(s):
    r = s.r
    return {"op": "soft", "path": new_path(s), "target": r.choice((an_object(s), "nowhere/at/all", "../" + (word(r) or "x"), "."))}


def external(s):
    r = s.r
    return {"op": "external", "path": new_path(s), "file": r.choice(("other.h5", "größe.h5")), "target": an_object(s)}
