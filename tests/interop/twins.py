"""The files of tests/rust/examples/make_samples, made by h5py: what ours have to be equal to."""
import h5py
import numpy as np


def sequence(n):
    return (np.arange(n, dtype="u8") * np.uint64(2654435761)) % np.uint64(65521)


def empty(f):
    pass


def late(f):
    f.create_dataset("big", shape=(1024, 1024), dtype="float32")


def random(dtype):
    def make(f):
        values = sequence(10_000).astype("f8") / 65521.0
        f.create_dataset("arr", data=values.reshape(100, 100), dtype=dtype)
    return make


def weather(f):
    for station in range(1, 11):
        for name, value in (("temperature", 60 + station), ("wind_speed", station)):
            d = f.create_dataset("/%d/%s" % (station, name), data=np.int64(value))
            d.attrs["date"] = 1
            d.attrs["month"] = "Jan"
            d.attrs["year"] = 2017


def converted(values, dtype):
    """Values as HDF5 converts them: clamped, not wrapped."""
    d = np.dtype(dtype)
    if d.kind == "f":
        with np.errstate(over="ignore"):
            return values.astype(d)
    info = np.iinfo(d)
    return np.array([max(info.min, min(info.max, int(v))) for v in values], dtype=d)


def types(f):
    values = np.array([0.0, 1.5, -2.5, 300.0, 1e300, -1e300])
    for text in ["i1", "u1", "<i2", ">i2", "<u4", ">u8", "<i8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
        name = "numbers/" + text.replace("<", "le_").replace(">", "be_")
        f.create_dataset(name, data=converted(values, text), dtype=text)
    f["bool"] = np.array([True, False, True])
    f["bool_scalar"] = True
    colours = h5py.enum_dtype({"RED": 0, "GREEN": 257}, "u2")
    f.create_dataset("enum", data=np.array([0, 257, 0], "u2"), dtype=colours)
    f["fixed"] = np.array([b"a", b"", b"abcde"], "S5")
    f["opaque"] = np.array([b"abc", b"def"], "V3")
    f["null"] = h5py.Empty("<f4")
    f["no_elements"] = np.zeros((0, 3), "<f4")
    grid = np.dtype(("<i4", (2, 3)))
    numbers = np.arange(12, dtype="<i4").reshape(2, 2, 3)
    f.create_dataset("array", (2,), dtype=grid)[...] = numbers
    record = np.dtype([("id", "<i4"), ("name", "S4"), ("label", h5py.string_dtype()), ("grid", grid), ("ok", "?")])
    rows = np.zeros(2, record)
    rows["id"] = [1, 2]
    rows["name"] = [b"one", b"two"]
    rows["label"] = ["première", ""]
    rows["grid"] = numbers
    rows["ok"] = [False, True]
    f["compound"] = rows
    f["complex"] = np.array([1 + 0.5j, 2 - 1j])
    ragged = f.create_dataset("ragged", (3,), dtype=h5py.vlen_dtype("<i4"))
    ragged[0] = [1, 2, 3]
    ragged[2] = [4]


def chunked(f):
    values = sequence(35 * 50).astype("<i4").reshape(35, 50)
    base = {"data": values, "chunks": (7, 9)}
    f.create_dataset("plain", **base)
    f.create_dataset("gzip", compression="gzip", **base)
    f.create_dataset("gzip0", compression=0, **base)
    f.create_dataset("gzip1", compression=1, **base)
    f.create_dataset("shuffle", shuffle=True, **base)
    f.create_dataset("fletcher32", fletcher32=True, **base)
    f.create_dataset("all", compression=9, shuffle=True, fletcher32=True, **base)
    f.create_dataset("guess", data=values, compression="gzip")
    f.create_dataset("fill", fillvalue=7, **base)
    f.create_dataset("growing", maxshape=(None, 60), **base)
    f.create_dataset("unwritten", (100,), "<f4", compression="gzip", fillvalue=np.nan)
    f.create_dataset("late_fill", (1, 2), "<f4", fillvalue=np.nan)
    f.create_dataset("nothing", (0,), "<f8", maxshape=(None,))
    deep = (sequence(4500) % np.uint64(256)).astype("u1").reshape(90, 50)
    f.create_dataset("deep", data=deep, chunks=(1, 1))


def guess(f):
    x = 88172645463325252
    mask = (1 << 64) - 1

    def draw(n):
        nonlocal x
        x ^= x << 13 & mask
        x ^= x >> 7
        x ^= x << 17 & mask
        return x % n

    for i in range(600):
        dims = []
        for _ in range(1 + draw(4)):
            kind = draw(5)
            dims.append(draw(20) if kind == 0 else draw(3000) if kind == 1 else 1 << draw(15) if kind == 2
                        else 1 if kind == 3 else draw(200_000))
        dtype = ["u1", "<i2", "<f4", "<f8", "complex128", "S3", "S100", h5py.string_dtype()][draw(8)]
        f.create_dataset("d%d" % i, tuple(dims), dtype, maxshape=(None,) * len(dims))


def many(f):
    for i in range(3000):
        f.create_group("at_once/g%d" % i)
    for i in range(1500):
        f.create_group("one_by_one/%05d" % (i * 7919 % 100_003))
        f.create_group("in_order/%05d" % i)
    f["one_by_one/soft"] = h5py.SoftLink("/at_once")


def names(f):
    for i in range(12):
        f["grüße/é%d" % i] = np.int64(i)
    f["plain"] = np.int64(5)
    f["again"] = f["plain"]
    f["soft"] = h5py.SoftLink("/plain")
    f["dangling"] = h5py.SoftLink("nowhere")
    f["mixed/outside"] = h5py.ExternalLink("other.h5", "/there")
    f.create_group("mixed/inside")
    f["mixed/soft"] = h5py.SoftLink("../plain")
    f.create_group("later/ascii")
    f["later/soft"] = h5py.SoftLink("/plain")
    f.create_group("later/ü")
    f.create_group("later/z")
    f["later/z/deep/again"] = f["plain"]


def attributes(f):
    g = f.create_group("g")
    f.attrs["title"] = "Überschrift"
    g.attrs["text"] = b"ascii"
    g.attrs["fixed"] = np.array([b"one", b"three"], "S6")
    g.attrs["list"] = ["a", "", "c"]
    g.attrs["ключ"] = np.array([[1, 2], [3, 4.5]], "<f4")
    g.attrs["flag"] = np.bool_(True)
    g.attrs["nothing"] = h5py.Empty("<f8")
    g.attrs["large"] = np.arange(8000, dtype="f8")
    for i in range(20):
        g.attrs["n%02d" % i] = i


def grown(f):
    f["d"] = np.int64(42)
    f.create_group("g")
    for i in range(40):
        for path in ("/", "d", "g"):
            f[path].attrs["a%d" % i] = i
    for i in range(0, 40, 2):
        del f["d"].attrs["a%d" % i]
        f["g"].attrs["a%d" % i] = "now a text"
    f["g/same"] = f["d"]
    f["g/new"] = np.array([1, 2, 3])


def text(f):
    lines = ["x" * 10_000 if i == 77 else "line %d äöü" % i for i in range(2000)]
    f["lines"] = lines
    f.create_dataset("packed", data=np.array(lines, object).reshape(40, 50), dtype=h5py.string_dtype(), compression="gzip")
    f["one"] = "solo"


def order(f):
    few, many = f.create_group("few", track_order=True), f.create_group("many", track_order=True)
    for i in range(20):
        name = "%02d" % (i * 7 % 20)
        many.create_group(name)
        many.attrs[name] = i
        if i < 5:
            few[name] = h5py.SoftLink("/many")
            few.attrs[name] = i


def properties(alloc=None, layout=None):
    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if layout is not None:
        p.set_layout(layout)
    if alloc is not None:
        p.set_alloc_time(alloc)
    return p


EARLY, LATE, INCREMENTAL = h5py.h5d.ALLOC_TIME_EARLY, h5py.h5d.ALLOC_TIME_LATE, h5py.h5d.ALLOC_TIME_INCR


def storage(f):
    values = sequence(35 * 50).astype("<i4").reshape(35, 50)
    gzip = {"compression": 6, "shuffle": True}

    def put(name, alloc=None, **kw):
        f.create_dataset(name, data=values, dcpl=properties(alloc), **kw)

    def late(name, alloc=None, **kw):
        f.create_dataset("late/" + name, (35, 50), "<i4", dcpl=properties(alloc), **kw)
    f.create_dataset("compact", data=values[:5], dcpl=properties(layout=h5py.h5d.COMPACT))
    put("contiguous")
    put("early", EARLY)
    put("incremental", INCREMENTAL)
    put("single", chunks=(35, 50))
    put("single_gzip", chunks=(35, 50), **gzip)
    put("implicit", EARLY, chunks=(7, 9))
    put("fixed", chunks=(7, 9))
    put("fixed_gzip", chunks=(7, 9), **gzip)
    put("fixed_paged", chunks=(1, 1))
    put("growing", chunks=(3, 4), maxshape=(None, 60))
    put("growing_gzip", chunks=(3, 4), maxshape=(35, None), **gzip)
    put("growing_paged", chunks=(1, 1), maxshape=(None, 50))
    put("growing_both", chunks=(3, 4), maxshape=(None, None))
    put("growing_both_gzip", chunks=(2, 2), maxshape=(None, None), **gzip)
    late("early", EARLY, fillvalue=7)
    late("early_chunks", EARLY, chunks=(8, 9), fillvalue=7)
    late("early_gzip", EARLY, chunks=(8, 9), fillvalue=7, **gzip)
    late("late_chunks", LATE, chunks=(8, 9), fillvalue=7)
    late("always", chunks=(8, 9), fill_time="alloc")
    text = {"dtype": h5py.string_dtype(), "chunks": (4,), "maxshape": (None,), "fillvalue": "nothing"}
    f.create_dataset("late/text", (6,), **text)
    f.create_dataset("text", data=["a", "", "c", "d", "e", "é"], **text)


def shared(f):
    record = np.dtype([("n", "<i4"), ("ok", "?"), ("label", h5py.string_dtype())])
    f["types/record"] = record
    f["types/number"] = np.dtype(">f8")
    rows = np.array([(1, False, "one"), (2, True, "zwei")], record)
    f.create_dataset("rows", (2,), f["types/record"])[...] = rows
    f.create_dataset("numbers", (3,), f["types/number"])[...] = [1, -2.5, 1e9]
    f["rows"].attrs.create("row", rows, dtype=f["types/record"])
    f.attrs.create("number", 0.5, dtype=f["types/number"])
    f["types/number"].attrs["unit"] = "m"
    null = h5py.Reference()
    objects = [f["rows"].ref, null, f["types/record"].ref, f.ref]
    f.create_dataset("objects", data=objects, dtype=h5py.ref_dtype)
    numbers = f["numbers"]
    points = h5py.h5s.create_simple((3,))
    points.select_elements([(2,), (0,)])
    points = h5py.h5r.create(f.id, b"numbers", h5py.h5r.DATASET_REGION, points)
    f.create_dataset("regions", data=[numbers.regionref[::2], h5py.RegionReference(), points], dtype=h5py.regionref_dtype)


def elsewhere(f):
    f.create_dataset("source", data=sequence(40).astype("<i4").reshape(4, 10))

    def rows(height, start, count, maximum=None, stride=1):
        space = h5py.h5s.create_simple((height, 10), (height if maximum is None else maximum, 10))
        space.select_hyperslab((start, 0), (count, 1), (stride, 1), (1, 10))
        return space
    p, source = properties(), h5py.h5s.create_simple((4, 10))
    p.set_virtual(rows(8, 0, 4), b".", b"/source", source)
    p.set_virtual(rows(8, 6, 2), b".", b"/source", rows(4, 1, 2))
    p.set_virtual(rows(8, 5, 1), b"missing.h5", b"/data", rows(4, 0, 1))
    p.set_fill_value(np.array(-1, "<i4"))
    create = h5py.h5d.create
    p.set_obj_track_times(False)
    create(f.id, b"virtual", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((8, 10)), p)
    p, endless = properties(), h5py.h5s.UNLIMITED
    p.set_obj_track_times(False)
    p.set_virtual(rows(0, 0, endless, endless, 2), b".", b"/source", rows(0, 0, endless, endless))
    create(f.id, b"spread", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((0, 10), (endless, 10)), p)
    f.create_dataset("external", (10,), "<i4", external=[("samples.bin", 4, 24), ("samples.bin", 40, 16)])


def scales(f):
    f.create_dataset("data", data=np.arange(12, dtype="<f4").reshape(3, 4))
    f["x"] = np.array([0.5, 1.5, 2.5], "<f4")
    f["y"] = np.array([1, 2, 3, 4], "<f4")
    f.create_dataset("other", (4,), "<f4")
    f["x"].make_scale("x axis")
    f["y"].make_scale("")
    f["other"].make_scale("other y")
    axes = f["data"].dims
    axes[0].attach_scale(f["x"])
    axes[1].attach_scale(f["y"])
    axes[1].attach_scale(f["other"])
    axes[1].detach_scale(f["y"])
    axes[1].label = "ypsilon"
    ordered = f.create_dataset("ordered", (2,), "<f4", track_order=True)
    for name in "zam":
        ordered.attrs[name] = 1
    p = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    order = h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED
    p.set_link_creation_order(order)
    p.set_attr_creation_order(order)
    h5py.h5g.create(f.id, b"group", gcpl=p)


TWINS = {
    "empty": empty, "late": late, "float64": random("f8"), "float32": random("f4"), "weather": weather, "types": types,
    "chunked": chunked, "guess": guess, "many": many, "names": names, "attributes": attributes, "grown": grown, "text": text,
}
# These are made for every lower bound: the files are called after both.
BOUNDED = {
    "types": types, "chunked": chunked, "names": names, "attributes": attributes, "text": text, "order": order,
    "storage": storage, "shared": shared, "elsewhere": elsewhere, "scales": scales,
}
for _bound in "earliest", "v108", "v110", "v112", "v200":
    for _name, _make in BOUNDED.items():
        TWINS["%s.%s" % (_name, _bound)] = _make


def make(name, path):
    with h5py.File(path, "w", libver=(name.partition(".")[2] or "earliest", "latest")) as f:
        TWINS[name](f)
