"""Values in a form that any engine can be given, as JSON: columns, as the engine has them inside.

    {"n": "i4", "b": HEX}               numbers, little-endian, of one of the ten natural kinds
    {"w": SIZE, "signed": B, "b": HEX}  integers of more than 8 bytes
    {"s": [HEX, ...]}                   text without its padding
    {"o": SIZE, "b": HEX}               opaque bytes
    {"c": [[NAME, COLUMN], ...]}        compounds: a column for each member
    {"a": EACH, "v": COLUMN}            arrays of EACH elements; complex numbers are arrays of 2
    {"l": [END, ...], "v": COLUMN}      sequences, and where each ends
    {"r": [PATH or null, ...]}          references to objects
"""
import ctypes as C
import struct

import numpy as np

import canon_types as ct
import h5c
from h5c import ok
from names import word

NATURAL = {("integer", True): "i", ("integer", False): "u"}


def natural(node):
    """The numpy type of the column for a number, or None for integers that have none."""
    if isinstance(node, ct.Float):
        return "<f4" if node.ieee and node.size <= 4 else "<f8"
    size = next((n for n in (1, 2, 4, 8) if n >= node.size), None)
    return size and "<%s%d" % ("i" if node.signed else "u", size)


def random_column(r, node, n, paths=()):
    """`n` random values of a type. `paths`: what references may lead to."""
    if isinstance(node, ct.Enum):
        if isinstance(node.base, ct.Int) and r.random() < 0.9:
            codes = [int(v) for _, v in node.desc["members"]]
            return {"n": natural(node.base)[1:], "b": np.array([r.choice(codes) for _ in range(n)], natural(node.base)).tobytes().hex()}
        return random_column(r, node.base, n)
    if isinstance(node, ct.Int):
        return integers(r, node, n)
    if isinstance(node, ct.Float):
        return floats(r, node, n)
    if isinstance(node, ct.Raw):
        return {"o": node.size, "b": r.randbytes(n * node.size).hex()}
    if isinstance(node, (ct.Str, ct.VStr)):
        return {"s": [text(r, node).hex() for _ in range(n)]}
    if isinstance(node, ct.Vlen):
        ends, k = [], 0
        for _ in range(n):
            k += r.choice((0, 1, 1, 2, 3, 7))
            ends.append(k)
        return {"l": ends, "v": random_column(r, node.base, k, paths)}
    if isinstance(node, ct.Arr):
        return {"a": node.n, "v": random_column(r, node.base, n * node.n, paths)}
    if isinstance(node, ct.Compound):
        return {"c": [[name, random_column(r, m, n, paths)] for _, name, m in node.members]}
    if isinstance(node, ct.Ref) and node.kind == "object":
        return {"r": [r.choice(paths) if paths and r.random() < 0.8 else None for _ in range(n)]}
    raise TypeError(str(node.desc))


def integers(r, node, n):
    low, high = (-(1 << node.prec - 1), (1 << node.prec - 1) - 1) if node.signed else (0, (1 << node.prec) - 1)
    way = r.randrange(4)
    if way == 0:
        all_ = [r.randint(low, high) for _ in range(n)]
    elif way == 1:
        all_ = [min(high, i * 3 % 101) for i in range(n)]
    elif way == 2:
        all_ = [min(high, r.randrange(100))] * n
    else:
        all_ = [r.choice((low, high, 0, min(1, high))) for _ in range(n)]
    kind = natural(node)
    if kind:
        return {"n": kind[1:], "b": np.array(all_, kind).tobytes().hex()}
    return {"w": node.size, "signed": node.signed, "b": b"".join(x.to_bytes(node.size, "little", signed=node.signed) for x in all_).hex()}


def floats(r, node, n):
    kind = natural(node)
    if node.ieee:
        few = [0.0, -0.0, 1.0, -2.5, 100.0, float("inf"), float("-inf"), float("nan")]
        if node.size == 2:
            few = few + [0.000061, 65504.0]
        big = 1e4 if node.size == 2 else 1e30
    else:
        # What the format holds exactly: it has a few digits, and not every exponent.
        few, big = [0.0, 1.0, -1.5, 0.5, 1.25], 1.0
    way = r.randrange(3)
    if way == 0 or not node.ieee:
        a = [r.choice(few) for _ in range(n)]
    elif way == 1:
        a = np.arange(n) * 0.25
    else:
        a = np.array([r.uniform(-big, big) for _ in range(n)])
    a = np.asarray(a, kind)
    if node.ieee and node.size == 2:
        with np.errstate(over="ignore"):
            a = a.astype("<f2").astype(kind)
    return {"n": kind[1:], "b": a.tobytes().hex()}


def text(r, node):
    utf8 = node.desc["cset"] == "utf8"
    t = word(r, r.choice((0, 3, 12, 60)))
    b = t.encode() if utf8 else "".join(c for c in t if ord(c) < 128).encode()
    if isinstance(node, ct.Str):
        room = node.size - (node.pad == 0)
        while len(b) > room:
            t = t[:-1]
            b = t.encode() if utf8 else "".join(c for c in t if ord(c) < 128).encode()
        if node.pad == 2:
            b = b.rstrip(b" ")
    return b


class Memory:
    """Columns as elements in the memory of the C library, whose pointers stay good as long as this does."""

    def __init__(self, fid):
        self.fid = fid
        self.keep = []

    def elements(self, t, node, col):
        """(elements, size) bytes of a type and its node."""
        if isinstance(node, ct.Enum):
            s = ok(h5c.H5Tget_super(t))
            try:
                return self.elements(s, node.base, col)
            finally:
                h5c.H5Tclose(s)
        if isinstance(node, (ct.Int, ct.Float)):
            return self.numbers(t, node, col)
        if isinstance(node, ct.Raw):
            return np.frombuffer(bytes.fromhex(col["b"]), np.uint8).reshape(-1, node.size)
        if isinstance(node, ct.Str):
            pad = b" " if node.pad == 2 else b"\0"
            return rows([bytes.fromhex(x).ljust(node.size, pad) for x in col["s"]], node.size)
        if isinstance(node, ct.VStr):
            return rows([struct.pack("P", self.buffer(bytes.fromhex(x) + b"\0")) for x in col["s"]], node.size)
        if isinstance(node, ct.Ref):
            return rows([self.reference(p) for p in col["r"]], node.size)
        if isinstance(node, ct.Compound):
            return self.compound(t, node, col)
        s = ok(h5c.H5Tget_super(t))
        try:
            below = self.elements(s, node.base, col["v"])
        finally:
            h5c.H5Tclose(s)
        if isinstance(node, ct.Vlen):
            out, at = [], 0
            for end in col["l"]:
                part = below[at:end].tobytes()
                out.append(struct.pack("NP", end - at, self.buffer(part) if part else 0))
                at = end
            return rows(out, node.size)
        return below.reshape(-1, node.size)

    def compound(self, t, node, col):
        given, out = dict(col["c"]), None
        for k in range(ok(h5c.H5Tget_nmembers(t))):
            m, at = ok(h5c.H5Tget_member_type(t, k)), int(h5c.H5Tget_member_offset(t, k))
            name = ct.text(h5c.take_string(h5c.H5Tget_member_name(t, k)))
            try:
                part = self.elements(m, ct.node(m), given[name])
            finally:
                h5c.H5Tclose(m)
            if out is None:
                out = np.zeros((len(part), node.size), np.uint8)
            out[:, at:at + part.shape[1]] = part
        return out

    def numbers(self, t, node, col):
        if "w" in col:
            size, raw = col["w"], bytes.fromhex(col["b"])
            out = []
            for k in range(0, len(raw), size):
                x = int.from_bytes(raw[k:k + size], "little") & ((1 << node.prec) - 1)
                out.append((x << node.off).to_bytes(node.size, "big" if node.order == 1 else "little"))
            return rows(out, node.size)
        a = np.frombuffer(bytes.fromhex(col["b"]), "<" + col["n"])
        n = len(a)
        if isinstance(node, ct.Int) and node.desc["class"] != "integer":
            # There are no numbers for the library here: bits where they belong.
            b = b"".join((int(x) << node.off).to_bytes(node.size, "big" if node.order == 1 else "little") for x in a)
            return rows([b[k:k + node.size] for k in range(0, len(b), node.size)], node.size)
        wide = max(node.size, a.itemsize)
        buf = C.create_string_buffer(a.tobytes(), max(1, n * wide))
        src = h5c.g({"i": "H5T_STD_I%dLE", "u": "H5T_STD_U%dLE", "f": "H5T_IEEE_F%dLE"}[col["n"][0]] % (8 * a.itemsize))
        if n:
            ok(h5c.H5Tconvert(src, t, n, buf, None, 0), "convert")
        return np.frombuffer(buf.raw[:n * node.size], np.uint8).reshape(-1, node.size)

    def buffer(self, b):
        keep = C.create_string_buffer(b, max(1, len(b)))
        self.keep.append(keep)
        return C.addressof(keep)

    def reference(self, path):
        if path is None:
            return bytes(8)
        buf = C.create_string_buffer(8)
        ok(h5c.H5Rcreate(buf, self.fid, path.encode(), 0, -1), "reference")
        return buf.raw


def rows(parts, size):
    return np.frombuffer(b"".join(parts), np.uint8).reshape(-1, size)
