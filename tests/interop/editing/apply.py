"""Changes as libhdf5 makes them: `apply(fid, op)` for the operations of operations.py."""
import ctypes as C

import h5py
import hdf5plugin  # noqa: F401    (filters of chunks that are changed)
import numpy as np
from h5py import h5a, h5d, h5ds, h5g, h5o, h5p, h5s, h5t

import canon_types as ct
import h5c
from h5c import ok
from values import Memory

REFUSALS = (h5c.H5Error, KeyError, ValueError, RuntimeError, OSError, TypeError, OverflowError, AttributeError)


def opened(path, low, write=True):
    """A file for libhdf5 to change, with that lower bound."""
    p = h5p.create(h5p.FILE_ACCESS)
    p.set_libver_bounds(h5c.LIBVER[low], h5c.LIBVER["latest"])
    # What has no name any more goes when its last handle is closed; nothing else may keep the file open.
    p.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
    return h5py.h5f.open(path.encode(), h5py.h5f.ACC_RDWR if write else h5py.h5f.ACC_RDONLY, fapl=p)


def lcpl(path):
    p = h5p.create(h5p.LINK_CREATE)
    p.set_create_intermediate_group(True)
    p.set_char_encoding(h5t.CSET_ASCII if path.rsplit("/", 1)[-1].isascii() else h5t.CSET_UTF8)
    return p


def datatype(f, t):
    return h5t.open(f, t["committed"].encode()) if "committed" in t else h5t.decode(bytes.fromhex(t["encoded"]))


def space(shape, most=None):
    if shape is None:
        return h5s.create(h5s.NULL)
    if not shape:
        return h5s.create(h5s.SCALAR)
    most = None if most is None else tuple(h5s.UNLIMITED if x is None else x for x in most)
    return h5s.create_simple(tuple(shape), most)


def elements(f, tid, column):
    """(memory that keeps the pointers, elements of the type)."""
    m = Memory(f.id)
    return m, m.elements(tid.id, ct.node(tid.id), column)


def orders(p, flags, set_):
    if flags:
        ok(set_(p, {1: 1, 2: 3}[flags]))


def properties(p, op):
    orders(p, op.get("attrs"), h5c.H5Pset_attr_creation_order)
    if op.get("attrsPhase"):
        ok(h5c.H5Pset_attr_phase_change(p, *op["attrsPhase"]))


def header(p, op):
    h5c.H5Pset_obj_track_times(p.id, False)
    properties(p.id, op)
    return p


def group(f, op):
    p = header(h5p.create(h5p.GROUP_CREATE), op)
    orders(p.id, op.get("links"), h5c.H5Pset_link_creation_order)
    if op.get("linksPhase"):
        ok(h5c.H5Pset_link_phase_change(p.id, *op["linksPhase"]))
    if op.get("estimates"):
        ok(h5c.H5Pset_est_link_info(p.id, *op["estimates"]))
    h5g.create(f, op["path"].encode(), lcpl=lcpl(op["path"]), gcpl=p)


def dataset(f, op):
    tid = datatype(f, op["type"])
    p = header(h5p.create(h5p.DATASET_CREATE), op)
    if op.get("chunks"):
        p.set_chunk(tuple(op["chunks"]))
    if op.get("compact"):
        p.set_layout(h5d.COMPACT)
    if op.get("edge"):
        ok(h5c.H5Pset_chunk_opts(p.id, 2))
    for x in op.get("filters", ()):
        filtered(p, x)
    if op.get("fill") == "undefined":
        ok(h5c.H5Pset_fill_value(p.id, tid.id, None))
    elif op.get("fill"):
        m, a = elements(f, tid, op["fill"])
        ok(h5c.H5Pset_fill_value(p.id, tid.id, a.tobytes()))
    if op.get("fillTime") is not None:
        ok(h5c.H5Pset_fill_time(p.id, op["fillTime"]))
    if op.get("allocTime"):
        ok(h5c.H5Pset_alloc_time(p.id, op["allocTime"]))
    sid = space(op["shape"], op.get("max"))
    d = h5d.create(f, op["path"].encode(), tid, sid, dcpl=p, lcpl=lcpl(op["path"]))
    if op.get("value") is not None:
        m, a = elements(f, tid, op["value"])
        put(d, tid, a, 0, 0)


def boxes(extents, axes, most=None):
    """A space of these extents, and in it (start, stride, count, block) of each axis, count None without end."""
    s = space(extents, most)
    start, stride, n, block = (tuple(x) for x in zip(*axes))
    s.select_hyperslab(start, tuple(h5s.UNLIMITED if x is None else x for x in n), stride, block)
    return s


def elsewhere(f, op):
    """A dataset without elements of its own."""
    tid = datatype(f, op["type"])
    p = header(h5p.create(h5p.DATASET_CREATE), op)
    if op.get("fill"):
        m, a = elements(f, tid, op["fill"])
        ok(h5c.H5Pset_fill_value(p.id, tid.id, a.tobytes()))
    if "mappings" in op:
        p.set_layout(h5d.VIRTUAL)
    for x in op.get("mappings", ()):
        p.set_virtual(boxes(op["shape"], x["target"], op.get("max")), x["file"].encode(), x["dataset"].encode(), boxes(x["shape"], x["source"], x.get("max")))
    for x in op.get("files", ()):
        p.set_external(x["name"].encode(), x["offset"], x["size"])
    h5d.create(f, op["path"].encode(), tid, space(op["shape"], op.get("max")), dcpl=p, lcpl=lcpl(op["path"]))


def filtered(p, x):
    flags = 1 if x.get("optional") else 0
    if x["id"] == 4:
        return ok(h5c.H5Pset_szip(p.id, *x["values"]))
    if x["id"] == 6:
        return ok(h5c.H5Pset_scaleoffset(p.id, *x["values"]))
    if x["id"] == 5:
        return ok(h5c.H5Pset_nbit(p.id))
    if x["id"] == 2:
        return ok(h5c.H5Pset_shuffle(p.id))
    if x["id"] == 3:
        return ok(h5c.H5Pset_fletcher32(p.id))
    n = len(x["values"])
    return ok(h5c.H5Pset_filter(p.id, x["id"], flags, n, (C.c_uint * max(1, n))(*x["values"])))


def put(d, tid, a, mspace, fspace):
    b = a.tobytes()
    ok(h5c.H5Dwrite(d.id, tid.id, mspace, fspace, 0, C.create_string_buffer(b, max(1, len(b)))), "write")


def commit(f, op):
    p = h5c.H5Pcreate(h5c.P_DATATYPE_CREATE)
    try:
        h5c.H5Pset_obj_track_times(p, False)
        properties(p, op)
        tid, links = datatype(f, op["type"]), lcpl(op["path"])
        ok(h5c.H5Tcommit2(f.id, op["path"].encode(), tid.id, links.id, p, 0), "commit")
    finally:
        h5c.H5Pclose(p)


def attr(f, op):
    o = h5o.open(f, op["path"].encode())
    tid, name = datatype(f, op["type"]), op["name"].encode()
    m, a = elements(f, tid, op["value"])
    if h5a.exists(o, name):
        h5a.delete(o, name)
    p = h5c.H5Pcreate(h5c.P_ATTR_CREATE)
    try:
        ok(h5c.H5Pset_char_encoding(p, int(not op["name"].isascii())))
        sid = space(op["shape"])
        aid = ok(h5c.H5Acreate2(o.id, name, tid.id, sid.id, p, 0), "attribute")
        try:
            if op["shape"] is not None:
                ok(h5c.H5Awrite(aid, tid.id, C.create_string_buffer(a.tobytes(), max(1, a.size))))
        finally:
            h5c.H5Aclose(aid)
    finally:
        h5c.H5Pclose(p)


def chosen(op, dims):
    """The elements an operation selects, in its order: (rows of coordinates or None for a box, box, shape)."""
    if "slab" in op:
        return None, op["slab"], op["slab"]["shape"]
    if "mask" in op:
        m = np.frombuffer(bytes.fromhex(op["mask"]), np.uint8).reshape(dims)
        at = np.argwhere(m != 0)
    else:
        at = np.array(op["points"], np.uint64).reshape(-1, len(dims))
    return at, None, [len(at)]


def write(f, op):
    d = h5d.open(f, op["path"].encode())
    tid, dims = d.get_type(), d.shape
    at, box, shape = chosen(op, dims)
    m, a = elements(f, tid, op["value"])
    given = op["shape"] if op.get("shape") is not None else shape
    a = np.broadcast_to(a.reshape(*given, a.shape[1]), (*shape, a.shape[1])) if len(a) else a
    n = int(np.prod(shape, dtype=int))
    if n == 0:
        return
    s = d.get_space()
    if at is not None:
        s.select_elements(np.asarray(at, np.uint64))
    elif dims:
        s.select_hyperslab(tuple(box["start"]), tuple(box["count"]), tuple(box["step"]))
    memory = h5s.create_simple((n,))
    put(d, tid, np.ascontiguousarray(a), memory.id, s.id)


def resize(f, op):
    h5d.open(f, op["path"].encode()).set_extent(tuple(op["shape"]))


def append(f, op):
    d = h5d.open(f, op["path"].encode())
    tid, dims, axis = d.get_type(), list(d.shape), op["axis"]
    m, a = elements(f, tid, op["value"])
    shape = list(op["shape"])
    if len(shape) + 1 == len(dims):
        shape.insert(axis, 1)
    start = [0] * len(dims)
    start[axis] = dims[axis]
    dims[axis] += shape[axis]
    d.set_extent(tuple(dims))
    if a.size:
        s = d.get_space()
        s.select_hyperslab(tuple(start), tuple(shape))
        memory = h5s.create_simple(tuple(shape))
        put(d, tid, a, memory.id, s.id)


def copy(f, op, source=None):
    p = h5p.create(h5p.OBJECT_COPY)
    p.set_copy_object((op.get("shallow") and h5o.COPY_SHALLOW_HIERARCHY_FLAG or 0)
                      | (op.get("expand") and h5o.COPY_EXPAND_SOFT_LINK_FLAG or 0)
                      | (op.get("bare") and h5o.COPY_WITHOUT_ATTR_FLAG or 0))
    h5o.copy(source or f, op["path"].encode(), f, op["to"].encode(), copypl=p, lcpl=lcpl(op["to"]))


def bring(f, op):
    other = h5py.h5f.open(op["file"].encode(), h5py.h5f.ACC_RDONLY)
    try:
        copy(f, op, other)
    finally:
        other.close()


def raw(f, op):
    h5d.open(f, op["path"].encode()).write_direct_chunk(tuple(op["offset"]), bytes.fromhex(op["bytes"]))


def clear(f, op):
    o = h5o.open(f, op["path"].encode())
    for name in op["names"]:
        h5a.delete(o, name.encode())


def scale(f, op):
    h5ds.set_scale(h5d.open(f, op["path"].encode()), op["name"].encode())


def attach(f, op):
    h5ds.attach_scale(h5d.open(f, op["path"].encode()), h5d.open(f, op["scale"].encode()), op["axis"])


def detach(f, op):
    h5ds.detach_scale(h5d.open(f, op["path"].encode()), h5d.open(f, op["scale"].encode()), op["axis"])


def label(f, op):
    h5ds.set_label(h5d.open(f, op["path"].encode()), op["axis"], op["label"].encode())


DO = {
    "group": group, "dataset": dataset, "commit": commit, "attr": attr, "write": write, "resize": resize, "append": append,
    "copy": copy, "bring": bring, "raw": raw, "clear": clear, "virtual": elsewhere, "raws": elsewhere, "scale": scale, "attach": attach, "detach": detach, "label": label,
    "delattr": lambda f, op: h5a.delete(h5o.open(f, op["path"].encode()), op["name"].encode()),
    "hard": lambda f, op: f.links.create_hard(op["path"].encode(), f, op["target"].encode(), lcpl=lcpl(op["path"])),
    "soft": lambda f, op: f.links.create_soft(op["path"].encode(), op["target"].encode(), lcpl=lcpl(op["path"])),
    "external": lambda f, op: f.links.create_external(op["path"].encode(), op["file"].encode(), op["target"].encode(), lcpl=lcpl(op["path"])),
    "unlink": lambda f, op: f.unlink(op["path"].encode()),
    "move": lambda f, op: f.links.move(op["path"].encode(), f, op["to"].encode(), lcpl=lcpl(op["to"])),
}


def apply(fid, op):
    """Makes the change. Raises one of REFUSALS where libhdf5 does not want it."""
    f = h5g.open(fid, b"/")
    DO[op["op"]](f, op)
