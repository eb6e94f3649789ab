"""Random changes of datasets, their elements and their scales."""
import h5py
import numpy as np
from h5py import h5d, h5ds, h5o

import canon_types as ct
from apply import REFUSALS
from dice import a_shape, a_type, an_object, count, new_path, Nothing, usable
from objects import header
from tree import DATASET, GROUP, holds, VIRTUAL
from values import random_column

# Filters of chunks that are changed. Not scaleoffset and zfp: other encoders have other values. Not szip: what the library
# cannot make smaller it stores as it is, and forgets to say so when it has to store it again for a new extent. Not blosc and
# the like, which fail where there is not enough to compress, and the library says nothing of what it could not write.
FIT = {1, 2, 3, 5, 307, 32000, 32015}


def larger(r, d):
    return [r.choice((x or None, None, x + r.randrange(1, 20))) for x in d]


def chunk(r, d, most):
    out = []
    for x, m in zip(d, most or d):
        top = max(1, x if m is not None and m == x else x + 4)
        top = top if m is None else max(1, min(top, m))
        out.append(r.choice((r.randint(1, top), top, max(1, top // 2), max(1, top // 3))))
    while np.prod([-(-max(x, 1) // c) for x, c in zip(d, out)]) > 800:
        k = int(np.argmax([x / c for x, c in zip(d, out)]))
        out[k] = min(out[k] * 2, max(1, d[k]))
    return out


def filters(r, n, tid, modern):
    """In the order in which they are always applied."""
    out = []
    if n.desc["class"] == "vlen" or n.desc.get("size") == "variable":
        # The library does not ask filters about such elements: it keeps those that may fail, without what they need to know.
        return [{"id": 1, "optional": True, "values": [3]}] if r.random() < 0.6 else []
    plain = isinstance(n, (ct.Int, ct.Float)) and n.desc["class"] in ("integer", "float") and "layout" not in n.desc and "precision" not in n.desc and n.size in (1, 2, 4, 8)
    way = r.random()
    if way < 0.1 and plain and n.desc["class"] == "integer":
        return [{"id": 6, "optional": True, "values": [2, r.choice((0, 0, n.size * 8))]}]
    if way < 0.15 and plain:
        out.append({"id": 5, "optional": True, "values": []})
    if r.random() < 0.4:
        out.append({"id": 2, "optional": True, "values": []})
    way = r.random()
    if way < 0.5:
        out.append({"id": 1, "optional": True, "values": [r.randrange(10)]})
    elif way < 0.6:
        out.append({"id": 32000, "optional": True, "values": []})
    elif way < 0.65:
        out.append({"id": r.choice((32015, 307)), "optional": True, "values": [3]})
    if r.random() < 0.3:
        out.append({"id": 3, "optional": False, "values": []})
    return out


def nested(desc):
    """Sequences with sequences or text in them anywhere: of fill values the library sometimes takes these out of the heap again."""
    if desc["class"] == "compound":
        return any(nested(m["dtype"]) for m in desc["members"])
    return desc["class"] == "vlen" and holds(desc["base"], "vlen", "string") or "base" in desc and nested(desc["base"])


def dataset(s):
    r = s.r
    t, n, tid = a_type(s)
    path = new_path(s)
    out = {"op": "dataset", "path": path, "type": t, **header(s, path)}
    heap = holds(n.desc, "vlen", "string", "reference")
    most = 40 if heap else max(4, r.choice((60, 600, 6000)))
    out["shape"] = shape = a_shape(r, max(1, min(most, 60_000 // n.size)))
    way = r.random()
    if shape and way < 0.55:
        if r.random() < 0.6:
            out["max"] = larger(r, shape)
        out["chunks"] = chunk(r, shape, out.get("max"))
        if r.random() < 0.5:
            out["filters"] = filters(r, n, tid, s.modern)
        if s.modern and out.get("filters") and r.random() < 0.2:
            out["edge"] = True
    elif way < 0.65 and count(shape) * n.size < 60_000 and not heap:
        out["compact"] = True
    if r.random() < 0.3 and not holds(n.desc, "reference") and not nested(n.desc):
        out["fill"] = random_column(r, n, 1) if r.random() < 0.9 or heap else "undefined"
    if r.random() < 0.15 and not heap:
        out["fillTime"] = r.choice((0, 1, 2))
    if r.random() < 0.2 and not out.get("compact"):
        out["allocTime"] = r.choice((1, 2, 3))
    undefined = out.get("fill") == "undefined" or "fill" not in out and "chunks" not in out
    early = out.get("fillTime") == 1 or out.get("allocTime") == 1 and undefined
    # What nobody fills nor writes is what was there before.
    if shape is not None and (early or r.random() < 0.8):
        out["value"] = random_column(r, n, count(shape), s.tree.of(GROUP, DATASET))
    return out


def fit(s, d, chunked=False):
    """Whether the library stores what a dataset is told to store, and so that both store the same."""
    return not (d.null or d.external or d.grows or not usable(s, d.node.desc) or chunked and not d.chunked or d.size > 30_000 or d.forgets or d.unfilled or d.strict or d.by_hand or set(d.filters) - FIT)


def through(s, d):
    """The same of what is behind a virtual dataset."""
    try:
        behind = [s.tree.dataset(name) for name in d.sources]
    except REFUSALS:
        return False
    return all(fit(s, x) and (x.layout != VIRTUAL or through(s, x)) for x in behind)


def a_set(s, chunked=False, joined=False):
    found = s.tree.of(DATASET)
    s.r.shuffle(found)
    for path in found[:12]:
        d = s.tree.dataset(path)
        if not fit(s, d, chunked) or d.layout == VIRTUAL and not (joined and through(s, d)):
            continue
        if s.narrow and holds(d.node.desc, "vlen", "string"):
            continue        # members after such a value lie where no description says
        return path, d
    raise Nothing


def axis_of(r, x):
    """(text, start, count, step) of a part of an axis; count None drops it."""
    way = r.random()
    if way < 0.25 or x == 0:
        return ":", 0, x, 1
    if way < 0.4:
        k = r.randrange(x)
        return str(k if r.random() < 0.7 else k - x), k, None, 1
    a = r.randrange(x)
    b = r.randint(a, x)
    step = r.choice((1, 1, 1, 2, 3))
    text = "%d:%d" % (a, b) + ("" if step == 1 else ":%d" % step)
    return text, a, -(-(b - a) // step), step


def write(s):
    r = s.r
    path, d = a_set(s, joined=True)
    out = {"op": "write", "path": path}
    if not d.shape:
        out.update(select="...", slab={"start": [], "count": [], "step": [], "shape": []})
        n = 1
    elif d.layout == VIRTUAL or r.random() < 0.75 or d.size == 0:      # the library cannot write points through
        axes = [axis_of(r, x) for x in d.shape]
        shape = [c for _, _, c, _ in axes if c is not None]
        out.update(select=", ".join(a[0] for a in axes),
                   slab={"start": [a[1] for a in axes], "count": [1 if a[2] is None else a[2] for a in axes], "step": [a[3] for a in axes], "shape": shape})
        if r.random() < 0.3:
            given = shape[r.randrange(len(shape) + 1):]
            out["shape"] = [1 if r.random() < 0.3 else x for x in given]
            n = count(out["shape"])
        else:
            n = count(shape)
    elif r.random() < 0.5:
        n = r.randint(1, min(30, d.size))
        at = r.sample(range(d.size), n)
        out.update(of=list(d.shape), points=[int(x) for k in at for x in np.unravel_index(k, d.shape)])
    else:
        p = r.random()
        mask = bytes(r.random() < p for _ in range(d.size))
        out.update(of=list(d.shape), mask=mask.hex())
        n = sum(mask)
    out["value"] = random_column(r, d.node, n, s.tree.of(GROUP, DATASET))
    return out


def resize(s):
    r = s.r
    path, d = a_set(s, chunked=True)
    shape = [r.choice((x, r.randint(0 if r.random() < 0.1 else min(1, x), x + 9 if m is None else m))) for x, m in zip(d.shape, d.most)]
    if count(shape) * d.node.size > 200_000:
        raise Nothing
    # What is left of the only chunk comes back there, if the dataset had no elements meanwhile.
    if d.size and not count(shape) and all(x is not None and x <= c for x, c in zip(d.most, d.chunk)):
        raise Nothing
    return {"op": "resize", "path": path, "shape": shape}


def append(s):
    r = s.r
    for _ in range(8):
        path, d = a_set(s, chunked=True)
        free = [k for k, (x, m) in enumerate(zip(d.shape, d.most)) if m is None or m > x]
        if free:
            break
    else:
        raise Nothing
    axis = r.choice(free)
    out = []
    shape, most = list(d.shape), d.most[axis]
    for _ in range(r.choice((1, 1, 3, 8))):
        n = r.choice((1, 1, 2, 5))
        if most is not None and shape[axis] + n > most or count(shape) * d.node.size > 100_000:
            break
        part = [n if k == axis else x for k, x in enumerate(shape)]
        if n == 1 and r.random() < 0.3:
            part.pop(axis)
        out.append({"op": "append", "path": path, "axis": axis, "shape": part, "value": random_column(r, d.node, count(part), s.tree.of(GROUP, DATASET))})
        shape[axis] += n
    if not out:
        raise Nothing
    return out


def raw(s):
    """The bytes of a chunk as they are stored, past all filters."""
    r = s.r
    path, d = a_set(s, chunked=True)
    if holds(d.node.desc, "vlen", "string", "reference") or d.edge or d.size == 0:
        raise Nothing
    offset = [r.randrange(x) // c * c for x, c in zip(d.shape, d.chunk)]
    # Only what is seen: who shows the rest, and when, is nobody's promise.
    if any(o + c > x for o, c, x in zip(offset, d.chunk, d.shape)):
        raise Nothing
    # Over a chunk of the same size the library forgets to say that filters are left out, or are not any more.
    if d.filters:
        raise Nothing
    return {"op": "raw", "path": path, "offset": offset, "bytes": r.randbytes(count(d.chunk) * d.node.size).hex()}


def attached(s, path, scale, axis):
    try:
        return h5ds.is_attached(h5d.open(s.tree.root, path.encode()), h5d.open(s.tree.root, scale.encode()), axis)
    except (RuntimeError, OSError, KeyError, ValueError):
        return False


def noted(s, path, scale, axis):
    """Whether a scale's own list of its users, which the other end may not know of, has the axis."""
    f = h5py.Group(s.tree.root)
    try:
        at = h5o.get_info(f[path].id).addr
        return any(row["dimension"] == axis and h5o.get_info(f[row["dataset"]].id).addr == at for row in f[scale].attrs.get("REFERENCE_LIST", ()))
    except (RuntimeError, OSError, KeyError, ValueError, TypeError, IndexError):
        return False


def scale(s):
    """Something about the scales of a dataset. Scales are references."""
    r = s.r
    if not s.refers or s.narrow:
        raise Nothing
    path = an_object(s, DATASET)
    d = s.tree.dataset(path)
    way = r.randrange(4)
    if way == 0:
        # The library says of any text that it is ASCII.
        return {"op": "scale", "path": path, "name": r.choice(("n", "a name", "x" * 30))}
    if d.null or not d.shape:
        raise Nothing
    axis = r.randrange(len(d.shape))
    if way == 1:
        return {"op": "label", "path": path, "axis": axis, "label": r.choice(("", "x", "time of day"))}
    scale = an_object(s, DATASET)
    if scale == path:
        raise Nothing       # h5dump would never end
    if way == 2 and (attached(s, path, scale, axis) or noted(s, path, scale, axis)):
        raise Nothing       # the library notes it a second time, at one end only
    return {"op": "attach" if way == 2 else "detach", "path": path, "axis": axis, "scale": scale}
