"""What is in a file right now, for choosing what to do next."""
import ctypes as C

from h5py import h5a, h5d, h5g, h5l, h5o, h5t

import canon_types as ct
import h5c

GROUP, DATASET, DATATYPE = "group", "dataset", "datatype"
KINDS = {h5o.TYPE_GROUP: GROUP, h5o.TYPE_DATASET: DATASET, h5o.TYPE_NAMED_DATATYPE: DATATYPE}
MOST = 1500
FILL_ALWAYS, FILL_NEVER = 0, 1
UNDEFINED, USER = 0, 2
EARLY, LATE = 1, 2
VIRTUAL = h5d.VIRTUAL
# The level of what `write_chunks` of the random files stores.
DEFLATE, SHUFFLE, BY_HAND = 1, 2, (3,)


class Tree:
    """Every link, each object once: `links` are [(path, kind)], `objects` {path: kind} by the first path that leads there."""

    def __init__(self, fid):
        self.root = h5g.open(fid, b"/")
        self.links, self.objects, self.counts = [], {"/": GROUP}, {}
        seen, todo = {h5o.get_info(self.root).addr}, [("", self.root)]
        while todo and len(self.links) < MOST:
            path, g = todo.pop()
            names = []
            g.links.iterate(names.append)
            self.counts[path or "/"] = len(names)
            for name in names:
                info = g.links.get_info(name)
                try:
                    p = path + "/" + name.decode()
                except UnicodeDecodeError:
                    continue
                if info.type != h5l.TYPE_HARD:
                    self.links.append((p, {h5l.TYPE_SOFT: "soft", h5l.TYPE_EXTERNAL: "external"}.get(info.type, "user")))
                    continue
                try:
                    o = h5o.open(g, name)
                    about = h5o.get_info(o)
                except (KeyError, ValueError, RuntimeError, OSError):
                    continue
                kind = KINDS.get(about.type, "?")
                self.links.append((p, kind))
                if about.addr in seen:
                    continue
                seen.add(about.addr)
                self.objects[p] = kind
                if kind == GROUP:
                    todo.append((p, o))

    def of(self, *kinds):
        return [p for p, k in self.objects.items() if k in kinds]

    def attrs(self, path):
        o = h5o.open(self.root, path.encode())
        names = []
        h5a.iterate(o, lambda n: names.append(n))
        return [n.decode() for n in names if utf8(n)]

    def dataset(self, path):
        return Set(h5d.open(self.root, path.encode()))


class Set:
    """A dataset: its extents, and what its elements are."""

    def __init__(self, d):
        s = d.get_space()
        self.null = s.get_simple_extent_type() == 2
        self.shape = None if self.null else d.shape
        self.most = None if self.null else tuple(None if x == (1 << 64) - 1 else x for x in s.get_simple_extent_dims(True))
        self.tid = d.get_type()
        self.node = ct.node(self.tid.id)
        p = d.get_create_plist()
        self.layout = p.get_layout()
        self.chunked = self.layout == 2
        self.chunk = p.get_chunk() if self.chunked else None
        self.edge = self.chunked and whole_edges(p.id)
        self.unallocated = d.get_space_status() == h5d.SPACE_STATUS_NOT_ALLOCATED
        # The library finds room for all and writes what it is given; the rest is what was there before.
        late, filled = p.get_alloc_time() == LATE, p.fill_value_defined()
        self.unfilled = self.unallocated and (self.layout == h5d.CONTIGUOUS and filled != USER or late and filled == UNDEFINED)
        self.external = p.get_external_count() > 0
        # The extents of virtual ones without end are what they were when the library last had them open for changing.
        self.grows = self.layout == VIRTUAL and None in self.most
        # With percent signs as they are meant.
        self.sources = [p.get_virtual_dsetname(k).replace("%%", "%") for k in range(p.get_virtual_count())] if self.layout == VIRTUAL else []
        filters = [p.get_filter(k)[:3] for k in range(p.get_nfilters())]
        self.filters = [id for id, _, _ in filters]
        # So random files have datasets whose chunks are stored by hand. Over a chunk of the same size the library forgets to say
        # that filters are not left out any more; and when the extent grows it shows what lay beyond it.
        self.by_hand = self.filters == [SHUFFLE, DEFLATE] and filters[1][2] == BY_HAND
        # Those that are not its own fail where there is not enough to compress, and then it says nothing of what is lost.
        self.strict = any(id > 6 and not flags & 1 for id, flags, _ in filters)
        # Where elements are filled when chunks are made, or all chunks are made at the first write, the library leaves zeros in the
        # part of a chunk that lies beyond the extent, if all the rest was written at once; and shows them when the extent grows.
        # And where they are never filled, anything goes.
        when, given = p.get_fill_time(), filled == USER
        self.forgets = self.chunked and (when == FILL_NEVER or given and (when == FILL_ALWAYS or late))
        # A chunk that was there before any element is made again with the first ones; where, the file is not told.
        self.forgets |= self.chunked and p.get_alloc_time() == EARLY and 0 in self.shape

    @property
    def size(self):
        n = 1
        for x in self.shape or ():
            n *= x
        return n


def whole_edges(dcpl):
    """Whether chunks that reach over the edge go past the filters."""
    options = C.c_uint()
    h5c.ok(h5c.lib.H5Pget_chunk_opts(C.c_int64(dcpl), C.byref(options)))
    return options.value != 0


def utf8(b):
    try:
        b.decode()
        return True
    except UnicodeDecodeError:
        return False


def holds(desc, *classes):
    """Whether there is one of these in a datatype ("string" means text of any length)."""
    c = desc["class"]
    if c in classes and (c != "string" or desc["size"] == "variable"):
        return True
    if c == "compound":
        return any(holds(m["dtype"], *classes) for m in desc["members"])
    return "base" in desc and holds(desc["base"], *classes)


def encoded(tid):
    """A type for an operation."""
    return {"encoded": tid.encode().hex(), "dtype": exact(tid)}


def exact(tid):
    """The description of a type, members of enumerations in their order."""
    d = dict(ct.node(tid.id).desc)
    if "order" in d and d["size"] == 1:
        d["order"] = "BE" if tid.get_order() == h5t.ORDER_BE else "LE"
    if d["class"] == "compound":
        places = sorted((tid.get_member_offset(k), k) for k in range(tid.get_nmembers()))
        d["members"] = [{**m, "dtype": exact(tid.get_member_type(k))} for m, (_, k) in zip(d["members"], places)]
    elif "base" in d:
        d["base"] = exact(tid.get_super())
    if d["class"] == "enum":
        value = dict(d["members"])
        d["members"] = [[n, value[n]] for n in (tid.get_member_name(k).decode() for k in range(tid.get_nmembers()))]
    return d
