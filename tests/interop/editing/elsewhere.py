"""Random datasets whose elements lie elsewhere: virtual ones, and those in files of bytes."""
import os

from dice import a_shape, a_type, count, new_path, Nothing, usable
from objects import header
from sets import larger
from tree import DATASET, encoded, holds
from values import random_column

# Elements that lie where they are used, and not in a heap of another file.
HEAP = ("vlen", "string", "reference")


def a_source(s):
    found = s.tree.of(DATASET)
    s.r.shuffle(found)
    for path in found[:12]:
        d = s.tree.dataset(path)
        if d.shape and d.size and not d.grows and usable(s, d.node.desc) and not holds(d.node.desc, *HEAP):
            return path, d
    raise Nothing


def pattern(r, x):
    """(start, stride, count, block) of an axis; count None has no end."""
    block = r.choice((1, 1, r.randint(1, x)))
    stride = block + r.choice((0, 0, 1, 3))
    start = r.randint(0, x - block)
    return [start, stride, r.randint(1, (x - start - block) // stride + 1), block]


def virtual(s):
    """Over datasets of this file, of another one, and over some that are not there: each has rows of its own."""
    r = s.r
    if not s.modern:
        raise Nothing
    path, d = a_source(s)
    out = {"op": "virtual", "path": new_path(s), "type": encoded(d.tid)}
    endless = d.most[0] is None and r.random() < 0.5
    out.update(header(s, out["path"]))
    rest = [r.choice((x, r.randint(1, x), x + 2)) for x in d.shape[1:]]
    rows, mappings = 0, []
    for _ in range(1 if endless else r.choice((1, 1, 2, 4))):
        rows += r.choice((0, 0, 2))
        source = [pattern(r, x) for x in d.shape]
        for axis, x in zip(source[1:], rest):
            if axis[2] * axis[3] > x:
                axis[:] = [axis[0], 1, 1, min(axis[3], x)]
        n = [p[2] * p[3] for p in source]
        target = [[rows, 1, 1, n[0]]] + [[r.randint(0, x - m), 1, 1, m] for m, x in zip(n[1:], rest)]
        if endless:
            block = source[0][3]
            source[0], target[0] = [source[0][0], source[0][1], None, block], [rows, block + r.choice((0, 0, 2)), None, block]
        rows += n[0]
        mappings.append({"file": r.choice((".", ".", ".", "other.h5")), "dataset": path.replace("%", "%%") if r.random() < 0.9 else "/not there",
                         "shape": list(d.shape), **({"max": d.most} if endless else {}), "source": source, "target": target})
    out.update(shape=[rows + r.choice((0, 0, 3)), *rest], mappings=mappings)
    if endless:
        out["max"] = [None, *rest]
    elif r.random() < 0.2:
        out["max"] = larger(r, out["shape"])
    if r.random() < 0.5:
        out["fill"] = random_column(r, d.node, 1)
    return out


def raws(s):
    """In files of bytes, which are there or not, and long enough or not."""
    r = s.r
    t, n, _ = a_type(s)
    if holds(n.desc, *HEAP):
        raise Nothing
    path = new_path(s)
    out = {"op": "raws", "path": path, "type": t, **header(s, path)}
    out["shape"] = shape = a_shape(r, max(1, min(200, 60_000 // n.size)))
    if not shape or 0 in shape:
        raise Nothing
    size = count(shape) * n.size
    cuts = sorted({0, size, *(r.randrange(size) for _ in range(r.choice((0, 0, 1, 3))))})
    here = [f for f in os.listdir(os.path.dirname(os.path.abspath(s.fid.name.decode()))) if f.endswith(".raw")]
    out["files"] = [{"name": r.choice((*here, "none.raw")), "offset": r.choice((0, 7, 100)), "size": b - a} for a, b in zip(cuts, cuts[1:])]
    if r.random() < 0.3:
        out["fill"] = random_column(r, n, 1)
    return out
