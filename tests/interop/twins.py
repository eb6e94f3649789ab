"""The files of crate/core/examples/make_samples.rs, made by h5py: what ours have to be equal to."""
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


TWINS = {
    "empty": empty, "late": late, "float64": random("f8"), "float32": random("f4"), "weather": weather, "types": types,
    "chunked": chunked, "guess": guess, "many": many, "names": names, "attributes": attributes, "grown": grown, "text": text,
}


def make(name, path):
    with h5py.File(path, "w", libver="earliest") as f:
        TWINS[name](f)
