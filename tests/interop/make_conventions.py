#!/usr/bin/env python3
"""Files that follow conventions, and what the libraries behind them say:  python3 make_conventions.py FOLDER SEED

Prints JSON: for each netCDF-4 file what the netCDF library sees in it, for scales.h5 what h5py says of each axis.
"""
import json
import os
import random
import sys

import h5py
import netCDF4
import numpy as np
import tables

FOLDER = sys.argv[1]
RANDOM = random.Random(int(sys.argv[2]))
TEXT = h5py.string_dtype()


def path(name):
    return os.path.join(FOLDER, name)


# ------------------------------------------------------------------------------------------------------- netCDF-4

def random_netcdf(name):
    """Groups in groups; dimensions with and without a variable, some without end; variables named like dimensions."""
    with netCDF4.Dataset(path(name), "w") as d:
        def fill(group, names, depth):
            names = list(names)
            for k in range(RANDOM.randint(0 if depth else 1, 4)):
                dim = "d%d_%d" % (depth, k)
                group.createDimension(dim, RANDOM.choice([None, 1, 2, 3, 5]))
                names = [n for n in names if n != dim] + [dim]
                if RANDOM.random() < 0.4:
                    v = group.createVariable(dim, "f8", (dim,))
                    v[:3] = np.arange(3)[:len(v) or 3]
                elif RANDOM.random() < 0.3:     # a variable of the same name which is no coordinate of it
                    group.createVariable(dim, "i4", tuple(RANDOM.sample(names, min(2, len(names)))) if len(names) > 1 else ())
            for k in range(RANDOM.randint(0, 4)):
                rank = RANDOM.randint(0, min(3, len(names)))
                dims = tuple(RANDOM.choice(names) for _ in range(rank))
                v = group.createVariable("v%d" % k, RANDOM.choice(["i2", "f4", "f8"]), dims)
                if rank and RANDOM.random() < 0.5:
                    v[(slice(0, RANDOM.randint(1, 4)),) * rank] = 1
            for k in range(RANDOM.randint(0, 2) if depth < 2 else 0):
                fill(group.createGroup("g%d" % k), names, depth + 1)
        fill(d, [], 0)


def nameless(name):
    """Made by h5py: no dimension has a name."""
    with h5py.File(path(name), "w") as f:
        for k, where in enumerate(("", "g/", "g/h/", "z/")):
            for v in range(RANDOM.randint(1, 5)):
                shape = tuple(RANDOM.randint(1, 4) for _ in range(RANDOM.randint(0, 3)))
                limits = tuple(None if RANDOM.random() < 0.2 else n for n in shape)
                f.create_dataset("%sv%d" % (where, v), shape, "i4", maxshape=limits if shape else None)


def seen(group):
    return {
        "dimensions": [[n, d.size, d.isunlimited()] for n, d in group.dimensions.items()],
        "variables": {n: [list(v.dimensions), list(v.shape)] for n, v in group.variables.items()},
        "groups": {n: seen(g) for n, g in group.groups.items()},
    }


# ----------------------------------------------------------------------------------------------------------- h5py

def scales():
    with h5py.File(path("scales.h5"), "w") as f:
        for n, k in (("x", 4), ("y", 3), ("sub/z", 2)):
            f[n] = np.arange(k) * 1.5
            f[n].make_scale(n.upper())
        f["x2"] = np.arange(4)
        f["x2"].make_scale("")
        for where in ("d", "sub/d", "sub/deeper/d"):
            d = f.create_dataset(where, (4, 3, 2), "f4", maxshape=(None, 3, 2))
            d.dims[0].label = "first"
            d.dims[0].attach_scale(f["x"])
            d.dims[0].attach_scale(f["x2"])
            d.dims[2].attach_scale(f["sub/z"])
        f["plain"] = np.zeros((2, 2))
        f["labelled"] = np.zeros((2, 2))
        f["labelled"].dims[1].label = "µ"
        f["elsewhere/far"] = np.arange(2)
        f["elsewhere/far"].make_scale("a name")
        f["plain2"] = np.zeros(2)
        f["plain2"].dims[0].attach_scale(f["elsewhere/far"])
        f["null"] = h5py.Empty("f4")
    with h5py.File(path("scales.h5"), "r") as f:
        out = {}
        f.visititems(lambda n, o: out.__setitem__(n, [[d.label, [s.name for s in d.values()]] for d in o.dims])
                     if isinstance(o, h5py.Dataset) and o.shape is not None else None)
        return out


# --------------------------------------------------------------------------------------------------------- others

def matlab():
    with h5py.File(path("matlab.mat"), "w", userblock_size=512) as f:
        def put(name, data, cls, **attrs):
            f[name] = data
            f[name].attrs["MATLAB_class"] = np.bytes_(cls)
            for k, v in attrs.items():
                f[name].attrs[k] = v
            return f[name]
        put("rows", np.array([[ord("a"), ord("x")], [ord("b"), ord("y")], [0x3b1, ord("z")]], "u2"), "char", MATLAB_int_decode=np.int32(2))
        put("nothing", np.array([0, 0], "u8"), "char", MATLAB_empty=np.uint8(1))
        put("none", np.array([3, 0], "u8"), "double", MATLAB_empty=np.uint8(1))
        put("no_cells", np.array([0, 2], "u8"), "cell", MATLAB_empty=np.uint8(1))
        put("cube", np.arange(24, dtype="f8").reshape(4, 3, 2), "double")
        put("#refs#/a", np.array([[ord(c)] for c in "deep"], "u2"), "char", MATLAB_int_decode=np.int32(2))
        put("#refs#/b", np.array([[1], [0]], "u1"), "logical", MATLAB_int_decode=np.int32(1))
        inner = put("#refs#/inner", np.array([[f["#refs#/a"].ref]], h5py.ref_dtype), "cell")
        put("cells", np.array([[inner.ref, f["#refs#/b"].ref]], h5py.ref_dtype), "cell")
        g = f.create_group("array")             # a struct array: its fields are references
        g.attrs["MATLAB_class"] = np.bytes_("struct")
        g["name"] = np.array([[f["#refs#/a"].ref], [f["#refs#/b"].ref]], h5py.ref_dtype)
        s = f.create_group("sparse")
        s.attrs["MATLAB_class"] = np.bytes_("double")
        s.attrs["MATLAB_sparse"] = np.uint64(3)
        s["data"], s["ir"], s["jc"] = np.array([1.5, 2.5]), np.array([0, 2], "u8"), np.array([0, 1, 1, 2], "u8")
        e = f.create_group("sparse_zeros")
        e.attrs["MATLAB_class"] = np.bytes_("double")
        e.attrs["MATLAB_sparse"] = np.uint64(5)
        e["jc"] = np.array([0, 0, 0], "u8")
        # A cell that holds itself.
        loop = put("loop", np.array([[inner.ref]], h5py.ref_dtype), "cell")
        loop[0, 0] = loop.ref


def anndata():
    with h5py.File(path("anndata.h5ad"), "w") as f:
        def group(name, kind, **parts):
            g = f.create_group(name)
            g.attrs["encoding-type"], g.attrs["encoding-version"] = kind, "0.1.0"
            for k, v in parts.items():
                g[k] = v
            return g
        group("nullable", "nullable-integer", values=np.array([1, 2, 3]), mask=np.array([False, True, False]))
        frame = group("frame", "dataframe")
        frame.attrs["_index"] = "names"
        frame.attrs.create("column-order", ["second", "first"], dtype=TEXT)
        frame.create_dataset("names", data=["a", "b"], dtype=TEXT)
        frame["first"], frame["second"] = np.array([1.5, 2.5]), np.array([True, False])
        ordered = group("ordered", "categorical", codes=np.array([2, 0, -1], "i1"), categories=np.array([10, 20, 30]))
        ordered.attrs["ordered"] = True
        f.create_dataset("__categories/kind", data=["T", "B"], dtype=TEXT)
        f["__categories/kind"].attrs["ordered"] = False
        f["kind"] = np.array([1, 0, 1], "i1")
        f["kind"].attrs["categories"] = f["__categories/kind"].ref
        f["complex"] = np.array([1 + 2j, 3 - 4j])
        f["complex64"] = np.array([1 + 2j], "c8")


def nexus():
    with h5py.File(path("nexus_old.nxs"), "w") as f:      # before `default` and `axes` of the group
        def group(name, cls):
            f.create_group(name).attrs["NX_class"] = cls
        group("a_log", "NXlog")
        group("entry", "NXentry")
        group("entry/instrument", "NXinstrument")
        group("entry/data", "NXdata")
        f["entry/data/counts"] = np.zeros((5, 7))
        f["entry/data/counts"].attrs["signal"] = 1
        f["entry/data/x"], f["entry/data/y"] = np.arange(7), np.arange(5)
        f["entry/data/x"].attrs["axis"], f["entry/data/y"].attrs["axis"] = 2, 1
    with h5py.File(path("nexus_colons.nxs"), "w") as f:
        group("entry", "NXentry")
        group("entry/data", "NXdata")
        f["entry/data/counts"] = np.zeros((5, 7))
        f["entry/data/counts"].attrs["signal"], f["entry/data/counts"].attrs["axes"] = "1", "y:x"
        f["entry/data/x"], f["entry/data/y"] = np.arange(7), np.arange(5)
        f["entry/data/title"] = "A title"
    with h5py.File(path("nexus_none.nxs"), "w") as f:
        group("entry", "NXentry")
        f.attrs["default"] = "entry"
        f["entry"].attrs["default"] = "/entry"            # leads in a circle


def pandas_like():
    t = np.dtype([("index", "i8"), ("values_block_0", "f8", (2,)), ("kind", "i1"), ("plain", "f4")])
    with h5py.File(path("pandas.h5"), "w") as f:
        g = f.create_group("df")
        g.attrs["pandas_type"] = np.bytes_("frame_table")
        g["table"] = np.array([(0, (1, 2), 1, 0.5), (1, (3, 4), -1, 1.5)], t)
        g["table"].attrs["values_block_0_kind"] = np.bytes_(b"(lp0\nVa\np1\naVb c\np2\na.")
        g["table"].attrs["kind_meta"] = np.bytes_("category")
        g["meta/kind/meta/table"] = np.array([(0, b"low"), (1, b"high")], [("index", "i8"), ("values", "S4")])
        s = f.create_group("series")
        s.attrs["pandas_type"], s.attrs["name"] = np.bytes_("series"), np.bytes_("s")
        s["index"], s["values"] = np.arange(2), np.array([5, 6])


def pytables():
    with tables.open_file(path("tables.h5"), "w") as f:
        v = f.create_vlarray("/", "unicode", tables.VLUnicodeAtom(), "Texts")
        for text in ("a", "µ日🎉", ""):
            v.append(text)
        v = f.create_vlarray("/", "bytes", tables.VLStringAtom())
        v.append(b"abc")
        f.create_array("/", "python", [1, 2, 3])


truth = {"netcdf": {}, "scales": scales()}
for k in range(6):
    random_netcdf("random%d.nc" % k)
    nameless("nameless%d.h5" % k)
    for name in ("random%d.nc" % k, "nameless%d.h5" % k):
        with netCDF4.Dataset(path(name)) as d:
            truth["netcdf"][name] = seen(d)
for make in (matlab, anndata, nexus, pandas_like, pytables):
    make()
print(json.dumps(truth))
