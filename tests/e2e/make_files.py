#!/usr/bin/env python3
"""Writes the files that the browser tests drop on the page:  python3 make_files.py FOLDER   (kept if they are there)."""
import os
import shutil
import subprocess
import sys

import h5py
import hdf5plugin
import numpy as np

OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)


def at(name):
    return os.path.join(OUT, name)


def weather():
    """Ten weather stations: the notebook's first file."""
    temperature = [55, 61, 58, 47, 72, 66, 69, 50, 63, 41]
    wind = [4, 11, 9, 2, 6, 8, 7, 12, 3, 5]
    with h5py.File(at("weather.hdf5"), "w") as f:
        for k in range(1, 11):
            for name, value in (("temperature", temperature[k - 1]), ("wind_speed", wind[k - 1])):
                f["/%d/%s" % (k, name)] = value
                d = f["/%d/%s" % (k, name)]
                d.attrs["date"] = 1
                d.attrs["month"] = "Jan"
                d.attrs["year"] = 2017


def gzip64():
    """64 MiB of float32 in gzipped chunks, and the same numbers bare, for the tests to compute what pixels must show."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fixtures/make_gzip64.py")
    subprocess.run([sys.executable, script, at("gzip64.h5")], check=True)
    with h5py.File(at("gzip64.h5")) as f:
        f["data"][...].tofile(at("gzip64.f32"))


def values():
    """Every kind of value that a table has to show exactly, links of every kind, and small pictures."""
    with h5py.File(at("values.h5"), "w") as f:
        t = f.create_group("table")
        t["int64"] = np.array([2**53 + 1, -2**63, 2**63 - 1, 0, 1], "i8")
        t["uint64"] = np.array([2**64 - 1, 0], "u8")
        t["float64"] = np.array([1, np.nan, np.inf, -np.inf, 0, -0.0, 1e-300, 1e300, 0.1])
        t["float32"] = np.array([0.1, 16777216, 3.4028235e38], "f4")
        t["big_endian"] = np.arange(-3, 3, dtype=">i4")
        t.create_dataset("text", data=["alpha", "µ", "日本語", "", "a longer text that has to end in an ellipsis " * 8], dtype=h5py.string_dtype())
        t.create_dataset("ascii", data=np.array([b"abc", b"de", b""]))
        t.create_dataset("enum", data=np.array([2, 0, 1], "i1"), dtype=h5py.enum_dtype({"OFF": 0, "ON": 1, "ERR": 2}, "i1"))
        t["bool"] = np.array([True, False, True])
        dt = np.dtype([("id", "i8"), ("x", "f8"), ("name", "S8"), ("pos", "f4", (3,)), ("ok", "?")])
        rows = np.zeros(1000, dt)
        rows["id"] = 2**60 + np.arange(1000)
        rows["x"] = np.arange(1000) / 8
        rows["name"] = [b"row%d" % i for i in range(1000)]
        rows["pos"] = np.arange(3000).reshape(1000, 3) / 2
        rows["ok"] = np.arange(1000) % 2 == 1
        t.create_dataset("records", data=rows, chunks=(100,), compression="gzip")
        t["scalar_text"] = "hello µ\nsecond line"
        t["scalar_record"] = np.array((7, 0.5), [("a", "i4"), ("b", "f8")])
        t["empty"] = np.zeros((0, 5))
        t["null"] = h5py.Empty("f4")

        p = f.create_group("plots")
        grid = np.arange(24, dtype="f8").reshape(4, 6)
        grid[1, 2] = np.nan
        p["grid"] = grid
        frames = np.zeros((10, 40, 30), "u2")
        for k in range(10):
            frames[k] = 100 * k + np.arange(1200).reshape(40, 30) // 30
        p.create_dataset("frames", data=frames, chunks=(1, 40, 30), compression="gzip")
        steps = np.zeros(100_000, "f4")
        steps[50_000:] = 10
        steps[12_345] = 40
        steps[70_000:71_000] = np.nan
        p.create_dataset("steps", data=steps, chunks=(4096,), compression="gzip", shuffle=True)
        p["steps"].attrs["units"] = "V"

        links = f.create_group("links")
        links["target"] = 5
        links["soft"] = h5py.SoftLink("/links/target")
        links["dangling"] = h5py.SoftLink("/does/not/exist")
        links["external"] = h5py.ExternalLink("other.h5", "/data")
        links["cycle"] = h5py.SoftLink("/links/cycle")
        links["hard"] = links["target"]

        many = f.create_group("many")
        for i in range(5000):
            many["scan_%04d" % i] = np.float32(i)


def line10m():
    rng = np.random.default_rng(2)
    data = np.cumsum(rng.standard_normal(10_000_000)).astype("f4")
    data[7_654_321] += 1e6
    with h5py.File(at("line10m.h5"), "w") as f:
        f.create_dataset("line", data=data)


def huge():
    """A 14 GB dataset that takes no room on disk: only its last row is written."""
    with h5py.File(at("huge.h5"), "w") as f:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        space = h5py.h5s.create_simple((60000, 60000))
        d = h5py.Dataset(h5py.h5d.create(f.id, b"plane", h5py.h5t.IEEE_F32LE, space, plist))
        d[-1, :] = 1


def bad():
    with open(at("text.h5"), "w") as g:
        g.write("this is not hdf5\n" * 100)
    open(at("empty.h5"), "wb").close()
    with open(at("netcdf3.nc"), "wb") as g:
        g.write(b"CDF\x01" + b"\0" * 200)
    with open(at("values.h5"), "rb") as g:
        whole = g.read()
    with open(at("truncated.h5"), "wb") as g:
        g.write(whole[: len(whole) // 2])
    with h5py.File(at("bad_chunk.h5"), "w") as f:
        d = f.create_dataset("data", data=np.arange(1_000_000.0).reshape(1000, 1000), chunks=(100, 100), compression="gzip")
        d.attrs["units"] = "counts"
        info = d.id.get_chunk_info(5)
        f["ok"] = np.arange(10)
        place, size = info.byte_offset, info.size
    with open(at("bad_chunk.h5"), "r+b") as g:
        g.seek(place)
        g.write(b"\xee" * size)
    # A filter that nobody has: from the range of numbers that are kept free for tests.
    with h5py.File(at("unknown_filter.h5"), "w") as f:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((50, 50))
        plist.set_filter(511, h5py.h5z.FLAG_OPTIONAL, (1, 2))
        space = h5py.h5s.create_simple((100, 100))
        d = h5py.Dataset(h5py.h5d.create(f.id, b"data", h5py.h5t.IEEE_F64LE, space, plist))
        for at_row in (0, 50):
            for at_column in (0, 50):
                d.id.write_direct_chunk((at_row, at_column), np.arange(2500.0).tobytes())
        d.attrs["units"] = "m"


def filters():
    """The same picture behind every filter that comes in a file of its own."""
    picture = (np.arange(90)[:, None] * 100 + np.arange(70)).astype("f4")
    with h5py.File(at("filters.h5"), "w") as f:
        def add(name, **options):
            f.create_dataset(name, data=picture, chunks=(40, 32), **options)
            f[name].attrs["units"] = name

        add("gzip", compression="gzip")
        add("lzf", compression="lzf", shuffle=True)
        add("szip", compression="szip")
        add("scale-offset", scaleoffset=0)
        add("bzip2", **hdf5plugin.BZip2())
        add("lz4", **hdf5plugin.LZ4())
        add("zstd", shuffle=True, **hdf5plugin.Zstd())
        add("bitshuffle", **hdf5plugin.Bitshuffle(cname="lz4"))
        add("blosc", **hdf5plugin.Blosc(cname="zstd"))
        add("blosc2", **hdf5plugin.Blosc2(cname="blosclz"))
        add("zfp", **hdf5plugin.Zfp(reversible=True))


def several():
    """A file that is made of others: a virtual dataset over four, elements in a raw file, a link."""
    layout = h5py.VirtualLayout((4, 50), "i4")
    for k in range(4):
        with h5py.File(at("part%d.h5" % k), "w") as f:
            f["data"] = np.arange(50, dtype="i4") + 100 * k
            f.create_group("more")["deep"] = 7.5 + k
        layout[k] = h5py.VirtualSource("part%d.h5" % k, "data", (50,))
    with h5py.File(at("whole.h5"), "w") as f:
        f.create_virtual_dataset("stack", layout, fillvalue=-1)
        f["one"] = h5py.ExternalLink("part1.h5", "/data")
        f["inside"] = h5py.ExternalLink("part2.h5", "/more")
        f["gone"] = h5py.ExternalLink("nowhere.h5", "/data")
        elsewhere = [("numbers.raw", 8, 80)]
        d = f.create_dataset("raw", (10,), "f8", external=elsewhere, efile_prefix="${ORIGIN}")
        d[...] = np.arange(10) / 4


def references():
    """References of both kinds in tables, records, attributes and alone."""
    with h5py.File(at("references.h5"), "w") as f:
        f["data/one"] = np.arange(10)
        f["data/two"] = np.arange(12.0).reshape(3, 4)
        g = f.create_group("refs")
        one, two = f["data/one"], f["data/two"]
        null = h5py.h5r.Reference()
        g.create_dataset("list", data=np.array([one.ref, f["data"].ref, f.ref, null], dtype=h5py.ref_dtype))
        g.create_dataset("regions", data=np.array([two.regionref[0:2, 1:3]], dtype=h5py.regionref_dtype))
        g.create_dataset("single", data=two.ref, dtype=h5py.ref_dtype)
        records = np.array([("first", one.ref), ("second", two.ref)], dtype=[("name", h5py.string_dtype()), ("to", h5py.ref_dtype)])
        g.create_dataset("records", data=records)
        g.attrs["signal"] = two.ref
        g.attrs.create("all", np.array([one.ref, two.ref], dtype=h5py.ref_dtype))
        f.create_dataset("scale", data=np.linspace(10, 20, 4))
        f["scale"].make_scale("x")
        two.dims[1].attach_scale(f["scale"])


def scales():
    """Datasets with dimension scales: by h5py, and a netCDF-4 file with a dimension that has no values."""
    with h5py.File(at("scales.h5"), "w") as f:
        f["field"] = np.arange(24.0).reshape(4, 6)
        f["lat"] = np.array([-30.5, -10.25, 10, 45])
        f["lat"].attrs["units"] = "degrees_north"
        f["station"] = np.array(["A", "B", "Çe", "D", "E", "F"], dtype=h5py.string_dtype())
        f["lat"].make_scale("latitude")
        f["station"].make_scale("station")
        f["field"].dims[0].attach_scale(f["lat"])
        f["field"].dims[1].attach_scale(f["station"])
        f["curve"] = np.arange(4) ** 2
        f["curve"].dims[0].attach_scale(f["lat"])
        f["labelled"] = np.arange(6.0).reshape(2, 3)
        f["labelled"].dims[0].label = "detector"
        f["labelled"].dims[1].label = "energy"
    with h5py.File(at("nexus.h5"), "w") as f:
        f.attrs["default"] = "entry"
        entry = f.create_group("entry")
        entry.attrs.update(NX_class="NXentry", default="data")
        data = entry.create_group("data")
        data.attrs.update(NX_class="NXdata", signal="counts", axes=["time", "two_theta"], auxiliary_signals=["monitor"])
        data["counts"] = np.arange(20).reshape(5, 4)
        data["monitor"] = np.ones((5, 4))
        data["other"] = np.ones((5, 4))
        data["time"] = np.arange(5) / 4
        data["time"].attrs.update(units="s", long_name="Time since start [s]")
        data["two_theta"] = np.array([10.5, 20, 30, 40])
        data["two_theta"].attrs["units"] = "deg"
    import netCDF4
    with netCDF4.Dataset(at("scales.nc"), "w") as f:
        f.createDimension("time", None)
        f.createDimension("pair", 2)
        f.createVariable("time", "i8", ("time",))[:] = [0, 6, 12]
        f["time"].units = "hours since 2000-01-01"
        f.createVariable("wind", "f4", ("time", "pair"))[:] = np.arange(6).reshape(3, 2)


def edit():
    """What the tests of editing change."""
    with h5py.File(at("edit.h5"), "w") as f:
        t = f.create_group("table")
        t.create_dataset("grid", data=np.arange(20, dtype="i4").reshape(5, 4), chunks=(2, 3), compression="gzip")
        t["bytes"] = np.arange(10, dtype="u1")
        t["wide"] = np.array([2**60, -2**60], "i8")
        t["float"] = np.array([0.5, 1.5, 2.5], ">f4")
        t["bool"] = np.array([True, False, True])
        t.create_dataset("enum", data=np.array([2, 0, 1], "i1"), dtype=h5py.enum_dtype({"OFF": 0, "ON": 1, "ERR": 2}, "i1"))
        t["ascii"] = np.array([b"abc", b"de", b""], "S5")
        t.create_dataset("text", data=["alpha", "two\nlines", "日本語"], dtype=h5py.string_dtype())
        t["complex"] = np.array([1 + 2j, 3 - 4j], "c16")
        t.create_dataset("lists", (2,), h5py.vlen_dtype("i2"))
        t["lists"][0], t["lists"][1] = [1, 2], [3]
        dt = np.dtype([("id", "i8"), ("x", "f8"), ("name", "S8"), ("pos", "f4", (3,)), ("ok", "?"), ("in", [("a", "u2"), ("z", "c8")])])
        rows = np.zeros(300, dt)
        rows["id"] = 2**60 + np.arange(300)
        rows["x"] = np.arange(300) / 8
        rows["name"] = [b"row%d" % i for i in range(300)]
        rows["pos"] = np.arange(900).reshape(300, 3) / 2
        t.create_dataset("records", data=rows, chunks=(100,), compression="gzip", shuffle=True)
        t["broken_text"] = np.array([(b"\xff\xfe", 1)], [("name", "S4"), ("n", "i4")])
        t["scalar_text"] = "hello µ\nsecond line"
        t["scalar_record"] = np.array((7, 0.5, True), [("a", "i4"), ("b", "f8"), ("c", "?")])
        t["scalar"] = np.float32(0.25)
        g = f.create_group("objects")
        grows = g.create_dataset("grows", data=np.arange(6, dtype="f8"), maxshape=(None,), chunks=(4,), fillvalue=-1)
        grows.attrs["units"] = "V"
        g.create_dataset("fixed", data=np.arange(4))
        g.create_group("deep/deeper")["leaf"] = 1
        g["deep"]["other"] = 2
        g["again"] = g["fixed"]
        g["soft"] = h5py.SoftLink("/objects/fixed")
        f["to"] = h5py.ExternalLink("values.h5", "/table")
        a = f.create_group("attributes").attrs
        a["units"] = "K"
        a["count"] = np.uint8(7)
        a["limits"] = np.array([1.5, 2.5], "f4")
        a.create("names", ["a", "b"], dtype=h5py.string_dtype())
        a["fixed"] = np.bytes_(b"abc")
        a["short"] = np.bytes_(b"ab")
        a["flag"] = True


def halves():
    """Floats of two bytes."""
    with h5py.File(at("halves.h5"), "w") as f:
        f.create_dataset("grid", data=(np.arange(12).reshape(4, 3) / 8).astype("<f2"), chunks=(2, 3), compression="gzip")
        f["wave"] = np.sin(np.arange(1000) / 50).astype(">f2")
        f["odd"] = np.array([0.1, -0.0, np.nan, np.inf, 65504, 6e-8], "<f2")


if __name__ == "__main__":
    stamp = at("complete")
    with open(os.path.abspath(__file__)) as source:
        version = source.read()
    if not (os.path.exists(stamp) and open(stamp).read() == version):
        shutil.rmtree(OUT)
        os.makedirs(OUT)
        for make in (weather, gzip64, values, line10m, huge, bad, filters, several, references, scales, edit, halves):
            make()
        with open(stamp, "w") as out:
            out.write(version)
