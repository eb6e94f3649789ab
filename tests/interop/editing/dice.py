"""What random changes are chosen from: types, paths, shapes, objects that are there."""
import numpy as np
from h5py import h5o, h5t

import canon_types as ct
from kinds import kind
from names import names
from tree import DATASET, DATATYPE, encoded, GROUP, Tree


class Session:
    """What a run of changes goes by. `r`: the dice; `theirs`: the library makes them all, which can be told more; `refers`:
    references are about, and nothing that they may lead to goes; `narrow`: addresses take other than 8 bytes, where the library
    cannot read its own references; `other`: (path, kind) in the file that there was at first;
    `modern`: bounds from 1.10 on."""

    def __init__(self, r, theirs=False, refers=False, low="earliest", narrow=False, other=()):
        self.r, self.theirs, self.refers, self.low, self.narrow, self.other = r, theirs, refers, low, narrow, other
        self.fid = None
        self.tree = None

    def look(self, fid):
        self.fid, self.tree = fid, Tree(fid)

    @property
    def modern(self):
        return self.low not in ("earliest", "v108")


class Types:
    """What kinds.kind asks about the file."""
    refers = wide = False
    std = False

    def __init__(self, s):
        self.complex = s.low == "latest" or s.low == "v200"
        self.objects, self.spaces, self.attrs = ["/"], [], []


class Nothing(Exception):
    """There is nothing that this could be done to."""


def a_type(s, deep=True):
    """(type for an operation, node, an open type). References only to objects."""
    r = s.r
    named = s.tree.of(DATATYPE)
    if named and r.random() < 0.25:
        path = r.choice(named)
        t = h5t.open(s.tree.root, path.encode())
        n = ct.node(t.id)
        if usable(s, n.desc):
            return {"committed": path}, n, t
    if s.refers and not s.narrow and r.random() < 0.15:
        t = h5t.STD_REF_OBJ.copy()
        return encoded(t), ct.node(t.id), t
    for _ in range(50):
        r.mem = None
        t = wrapped(kind(r, Types(s), 0 if deep else 3).hid)
        n = ct.node(t.id)
        if usable(s, n.desc) and packed(n):
            return encoded(t), n, t
    raise Nothing


def packed(n):
    """Whether there are no gaps where they cannot be told: what contains pointers has other places in files."""
    if isinstance(n, ct.Compound):
        whole = "size" in n.desc or sum(m.size for _, _, m in n.members) == n.size
        return whole and all(packed(m) for _, _, m in n.members)
    return not hasattr(n, "base") or packed(n.base)


def wrapped(hid):
    """One of h5py's for a type of the C library's."""
    return h5t.decode(h5t.TypeID(hid).encode())


def usable(s, desc):
    """Types of which values can be made here, and which every engine stores in the same way."""
    c = desc["class"]
    if c == "reference":
        return s.refers and not s.narrow and desc["ref"] == "object"
    if c == "time":
        return False
    if c == "float" and "layout" in desc:
        lay = desc["layout"]
        return lay["exp"][1] >= 4 and lay["mant"][1] >= 3 and desc["order"] != "VAX" and desc["size"] <= 8 and lay["norm"] == "implied"
    if c == "compound":
        return bool(desc["members"]) and all(usable(s, m["dtype"]) for m in desc["members"])
    return "base" not in desc or usable(s, desc["base"])


def new_path(s):
    """A path at which there is nothing, mostly in a group that is there."""
    r = s.r
    group = r.choice(s.tree.of(GROUP))
    soft = [p for p, k in s.tree.links if k == "soft"]
    if soft and r.random() < 0.04:
        group = r.choice(soft)
    name = names(r, 1)[0] if r.random() < 0.5 else r.choice("abcdefgh") + r.choice(("", "", str(r.randrange(40)), "/deep" if r.random() < 0.2 else ""))
    return group.rstrip("/") + "/" + name


def an_object(s, *kinds):
    found = s.tree.of(*(kinds or (GROUP, DATASET, DATATYPE)))
    if not found:
        raise Nothing
    return s.r.choice(found)


def a_link(s):
    """A link that may go."""
    found = [(p, k) for p, k in s.tree.links]
    if s.refers:
        found = [(p, k) for p, k in found if k in ("soft", "external") or k in (DATASET, DATATYPE) and h5o.get_info(h5o.open(s.tree.root, p.encode())).rc > 1]
    if not found:
        raise Nothing
    return s.r.choice(found)[0]


def a_shape(r, most, empty=0.06):
    way = r.random()
    if way < 0.15:
        return []
    if way < 0.18:
        return None
    rank = r.choice((1, 1, 1, 2, 2, 3, 4))
    d, room = [], most
    for _ in range(rank):
        x = r.choice((1, r.randint(1, max(1, min(6, room))), r.randint(1, max(1, min(40, room))), r.randint(1, max(1, room)) if r.random() < 0.2 else 2))
        x = max(1, min(x, room))
        room //= x
        d.append(x)
    if r.random() < empty:
        d[r.randrange(rank)] = 0
    return d


def count(shape):
    return 0 if shape is None else int(np.prod(shape, dtype=int))
