"""Random changes of elements: ours and h5py's in turn, on files that h5py makes, compared with NumPy after each round.

    python3 edit_elements.py EDIT DIR [--seed S] [--files N] [--rounds R]

EDIT is the engine's example `edit`. Every file has datasets of every layout, chunk index, filter and type.
"""
import argparse
import os
import random
import subprocess
import sys

import h5py
import hdf5plugin
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fixtures/corpus"))
import h5c  # noqa: E402

LIBVERS = ["earliest", "v108", "v110", "v112", "v114", "v200", "latest"]
TYPES = ["<i4", "u1", "<i2", ">i4", "<f8", "<f4", "<f2", "?", "S5", "V3", "<c16", "text",
         np.dtype([("a", "<i2"), ("b", ">f4"), ("c", "S3")]), np.dtype(("<i2", (2, 3)))]
FILTERS = [
    {}, {}, {"compression": "gzip"}, {"compression": "lzf"}, {"shuffle": True, "compression": 4}, {"fletcher32": True},
    {"shuffle": True}, {"compression": "gzip", "fletcher32": True}, {"scaleoffset": 0}, {"compression": "szip"},
    dict(hdf5plugin.Zstd()), dict(hdf5plugin.LZ4()), dict(hdf5plugin.BZip2()), dict(hdf5plugin.Blosc()), dict(hdf5plugin.Bitshuffle()),
    dict(hdf5plugin.Blosc2()),
]

# Filters that may refuse a chunk, which is stored without them then. libhdf5 forgets to note that if the chunk's size does not change.
MAY_REFUSE = (4, 32000, 32001, 32026)


class Model:
    """What a dataset should hold."""

    def __init__(self, name, kind, values, maxshape, chunked):
        self.name, self.kind, self.values, self.maxshape, self.chunked = name, kind, values, maxshape, chunked

    def fill(self):
        return b"" if self.kind == "text" else self.zero

    def resize(self, shape):
        new = np.empty(shape, self.values.dtype)
        new[...] = self.zero
        part = tuple(slice(0, min(a, b)) for a, b in zip(shape, self.values.shape))
        new[part] = self.values[part]
        self.values = new


def random_values(rng, kind, shape):
    n = int(np.prod(shape))
    if kind == "text":
        words = np.empty(n, object)
        words[:] = [("é%d" % rng.randrange(10**rng.randrange(1, 12)) * rng.randrange(4)).encode() for _ in range(n)]
        return words.reshape(shape)
    if isinstance(kind, str) and kind == "?":
        return np.array([rng.random() < 0.5 for _ in range(n)], "?").reshape(shape)
    dtype = np.dtype(kind)
    if rng.random() < 0.3:
        raw = bytes(rng.randrange(256) for _ in range(dtype.itemsize)) * n
    else:
        raw = rng.randbytes(n * dtype.itemsize)
    if dtype.base.kind == "S":
        raw = bytes(32 + b % 90 for b in raw)
    if dtype.names:
        values = np.zeros(n, dtype)
        for name in dtype.names:
            values[name] = random_values(rng, dtype[name].str, (n,))
        return values.reshape(shape)
    if dtype.subdtype:
        return np.frombuffer(raw, dtype.base).reshape(tuple(shape) + dtype.shape)
    return np.frombuffer(raw, dtype).reshape(shape)


def same(kind, a, b):
    if a.shape != b.shape:
        return False
    if kind == "text":
        return all(x == y for x, y in zip(a.ravel(), b.ravel()))
    return np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes()


def make(rng, path):
    libver = rng.choice(LIBVERS)
    models = []
    with h5py.File(path, "w", libver=(libver, "latest") if rng.random() < 0.8 else libver) as f:
        for i in range(6):
            kind = rng.choice(TYPES)
            rank = rng.randrange(1, 4)
            shape = tuple(rng.randrange(0, 13) for _ in range(rank))
            layout = rng.choice(["compact", "contiguous", "chunked", "chunked", "chunked", "chunked", "chunked"])
            options, maxshape = {}, shape
            dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            if layout == "chunked":
                unlimited = rng.choice([0, 0, 1, 1, rank])
                free = rng.sample(range(rank), min(unlimited, rank))
                maxshape = tuple(None if k in free else n + rng.choice([0, 7]) for k, n in enumerate(shape))
                maxshape = tuple(m if m is None else max(m, 1) for m in maxshape)
                options["chunks"] = tuple(rng.randrange(1, 1 + min(8, 8 if m is None else m)) for m in maxshape)
                if rng.random() < 0.15 and all(shape):
                    options["chunks"], maxshape = shape, shape
                filters = rng.choice(FILTERS)
                plain = isinstance(kind, str) and kind not in ("text", "?", "S5", "V3", "<c16")
                if "scaleoffset" in filters and not (plain and np.dtype(kind).kind in "iu"):
                    filters = {"compression": "gzip"}
                if filters.get("compression") == "szip" and not (plain and np.prod(options["chunks"]) >= 32):
                    filters = {"compression": "gzip"}
                if kind == "text":
                    # Others do not know what to make of it, or crash.
                    filters = rng.choice([{}, {}, {"compression": "gzip"}, {"shuffle": True, "compression": 4}])
                options.update(filters)
                edge = rng.random() < 0.25 and libver not in ("earliest", "v108")
                if edge:
                    # Partial edge chunks are not filtered; h5py would forget that.
                    dcpl.set_chunk(options["chunks"])
                    h5c.ok(h5c.H5Pset_chunk_opts(dcpl.id, 2))
                    if kind != "text" and rng.random() < 0.5:
                        dcpl.set_shuffle()
                    dcpl.set_deflate(4)
                    if kind != "text" and rng.random() < 0.5:
                        dcpl.set_fletcher32()
                if rng.random() < 0.3:
                    dcpl.set_alloc_time(rng.choice([h5py.h5d.ALLOC_TIME_EARLY, h5py.h5d.ALLOC_TIME_INCR]))
                    # Otherwise libhdf5 leaves as it was what it allocates without writing it.
                    dcpl.set_fill_time(h5py.h5d.FILL_TIME_ALLOC)
            elif layout == "compact":
                dcpl.set_layout(h5py.h5d.COMPACT)
            elif rng.random() < 0.3:
                dcpl.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
                dcpl.set_fill_time(h5py.h5d.FILL_TIME_ALLOC)
            if rng.random() < 0.3:
                dcpl.set_fill_time(h5py.h5d.FILL_TIME_ALLOC)
            dtype = h5py.string_dtype() if kind == "text" else kind
            zero = np.zeros((), kind if kind != "text" else "i1")
            zero = b"" if kind == "text" else zero
            # libhdf5 cannot read chunks that are not stored where the fill value is a text ("no write intent").
            fillable = ("<i4", "<i2", ">i4", "<f8") if layout == "chunked" else ("<i4", "<i2", ">i4", "<f8", "text")
            if layout != "compact" and kind in fillable and rng.random() < 0.5:
                zero = b"fill" if kind == "text" else np.array(7, kind)
                options["fillvalue"] = "fill" if kind == "text" else 7
            group = f if rng.random() < 0.5 else f.require_group("g")
            try:
                if layout == "chunked" and not edge:
                    d = group.create_dataset("d%d" % i, shape, dtype, maxshape=maxshape, dcpl=dcpl, **options)
                else:
                    d = low_level(group, "d%d" % i, shape, maxshape, dtype, dcpl, options)
            except (ValueError, TypeError) as e:
                if "szip" in str(e) or "Unable" in str(e) or "No" in str(e):
                    print("left out:", kind, layout, options, e)
                    continue
                raise
            values = np.empty(shape, object if kind == "text" else kind)
            values[...] = zero
            m = Model(d.name, kind, values, maxshape, layout == "chunked")
            m.zero, m.edge = zero, layout == "chunked" and edge
            if rng.random() < 0.5 and all(shape):
                m.values = random_values(rng, kind, shape).copy()
                d[...] = m.values
            models.append(m)
    return models, libver in ("earliest", "v108", "v110")


def low_level(group, name, shape, maxshape, dtype, dcpl, options):
    """A dataset with exactly these creation properties."""
    t = h5py.h5t.py_create(h5py.string_dtype() if dtype == h5py.string_dtype() else np.dtype(dtype), logical=True)
    if "fillvalue" in options:
        value = options["fillvalue"]
        if isinstance(value, str):
            a = np.array(value, dtype=h5py.string_dtype())
        else:
            a = np.array(value, dtype)
        dcpl.set_fill_value(a)
    h5py.h5d.create(group.id, name.encode(), t, h5py.h5s.create_simple(shape, tuple(h5py.h5s.UNLIMITED if m is None else m for m in maxshape)), dcpl)
    return group[name]


def selection(rng, shape):
    """NumPy's text and the same for NumPy."""
    items, index = [], []
    for n in shape:
        kind = rng.randrange(5)
        if kind == 0 and n:
            i = rng.randrange(n)
            items.append(str(i))
            index.append(i)
        else:
            a, b, s = rng.randrange(0, n + 1), rng.randrange(0, n + 2), rng.choice([1, 1, 1, 2, 3])
            if kind == 1:
                a, b, s = 0, n, 1
            items.append("%d:%d:%d" % (a, b, s))
            index.append(slice(a, b, s))
    return ", ".join(items), tuple(index)


def hexed(values):
    return np.ascontiguousarray(values).tobytes().hex()


def commas(numbers):
    return ",".join(str(n) for n in numbers) or "-"


def smaller(rng, shape):
    """A shape that is broadcast to `shape`."""
    if rng.random() < 0.6:
        return shape
    shape = tuple(n if rng.random() < 0.6 or n == 0 else 1 for n in shape)
    return shape[rng.randrange(len(shape) + 1):]


def new_shape(rng, m):
    limit = [n + 12 if limit is None else limit for n, limit in zip(m.values.shape, m.maxshape)]
    return tuple(rng.choice([n, rng.randrange(top + 1)]) for n, top in zip(m.values.shape, limit))


def array_part(kind):
    dtype = np.dtype(object if kind == "text" else kind)
    return dtype.shape


def ours(rng, models, lines):
    """A change by us, written down for the program and made in the model."""
    m = rng.choice(models)
    path, shape = m.name, m.values.shape[:len(m.maxshape)]
    extra = m.values.shape[len(m.maxshape):]
    what = rng.randrange(10)
    if what == 0 and m.chunked:
        m_shape = new_shape(rng, m)
        resize(m, m_shape)
        lines.append("\t".join(["resize", path, commas(m_shape)]))
    elif what == 1 and m.chunked and m.kind != "text":
        axis = rng.randrange(len(shape))
        n = rng.randrange(1, 5)
        if m.maxshape[axis] is not None and shape[axis] + n > m.maxshape[axis]:
            return
        more = shape[:axis] + (n,) + shape[axis + 1:]
        values = random_values(rng, m.kind, more)
        resize(m, shape[:axis] + (shape[axis] + n,) + shape[axis + 1:])
        m.values[(slice(None),) * axis + (slice(shape[axis], None),)] = values
        lines.append("\t".join(["append", path, str(axis), commas(more), hexed(values)]))
    elif what == 2 and m.kind != "text" and np.prod(shape):
        mask = np.array([rng.random() < 0.3 for _ in range(int(np.prod(shape)))], "?").reshape(shape)
        values = random_values(rng, m.kind, (int(mask.sum()),))
        m.values[mask] = values
        lines.append("\t".join(["mask", path, mask.astype("u1").tobytes().hex(), commas([len(values)]), hexed(values)]))
    elif what == 3 and m.kind != "text" and np.prod(shape):
        points = [[rng.randrange(n) for n in shape] for _ in range(rng.randrange(1, 12))]
        values = random_values(rng, m.kind, (len(points),))
        for p, v in zip(points, values):
            m.values[tuple(p)] = v
        lines.append("\t".join(["points", path, commas(sum(points, [])), commas([len(points)]), hexed(values)]))
    elif what == 4 and m.kind != "text" and all(shape):
        axes, lists = [], []
        for n in shape:
            start = rng.randrange(n)
            block = rng.randrange(1, min(3, n - start) + 1)
            stride = block + rng.randrange(3)
            count = 1 + (n - start - block) // stride
            axes.append("%d:%d:%d:%d" % (start, stride, count, block))
            lists.append([start + k * stride + b for k in range(count) for b in range(block)])
        values = random_values(rng, m.kind, tuple(len(x) for x in lists))
        m.values[np.ix_(*lists)] = values
        lines.append("\t".join(["slab", path, ",".join(axes), commas(values.shape[:len(lists)]), hexed(values)]))
    else:
        text, index = selection(rng, shape)
        target = np.empty(m.values.shape, "u1")[index].shape
        target = target[:len(target) - len(extra)]
        given = smaller(rng, target)
        values = random_values(rng, m.kind, given)
        if extra:
            m.values[index] = np.broadcast_to(values.reshape((1,) * (len(target) - len(given)) + values.shape), target + extra)
        else:
            m.values[index] = values
        if m.kind == "text":
            if not values.size:
                return
            lines.append("\t".join(["text", path, text, commas(given), ",".join(v.hex() for v in values.ravel())]))
        else:
            lines.append("\t".join(["write", path, text, commas(given), hexed(values)]))


def resize(m, shape):
    extra = m.values.shape[len(m.maxshape):]
    m.resize(tuple(shape) + extra)


def theirs(rng, models, f):
    """A change by h5py."""
    m = rng.choice(models)
    d = f[m.name]
    dcpl = d.id.get_create_plist()
    if any(dcpl.get_filter(i)[0] in MAY_REFUSE for i in range(dcpl.get_nfilters())):
        return ""
    shape = m.values.shape[:len(m.maxshape)]
    if rng.random() < 0.3 and m.chunked:
        shape = new_shape(rng, m)
        if not all(shape) and d.chunks == d.maxshape:
            return ""  # libhdf5 gives the place of a single chunk away and goes on using it
        if m.edge and not d.id.get_storage_size():
            return ""  # libhdf5 looks for edge chunks in an index that is not there
        said = f"{m.name} resized from {d.shape} to {shape}"
        resize(m, shape)
        d.resize(shape)
        return said
    extra = m.values.shape[len(m.maxshape):]
    _, index = selection(rng, shape)
    target = np.empty(m.values.shape, "u1")[index].shape
    if not np.prod(target):
        return ""
    if d.chunks is None and not d.id.get_storage_size():
        # libhdf5 does not fill what is not written then, unless there is a fill value.
        index, target = (slice(None),) * len(shape), m.values.shape
    values = random_values(rng, m.kind, target[:len(target) - len(extra)])
    m.values[index] = values
    d[index] = values
    return f"{m.name} {index} written"


def compare(path, models, when):
    with h5py.File(path) as f:
        for m in models:
            d = f[m.name]
            try:
                got = d[...]
            except OSError as e:
                print(f"{path} {when}: {m.name} {m.kind} {m.values.shape}: {e}")
                sys.exit(1)
            if not same(m.kind, got, m.values):
                bad = f"{path} {when}: {m.name} {m.kind} shape {d.shape} chunks {d.chunks} max {d.maxshape} {d.compression}"
                print(bad)
                print("got", got.tolist(), "\nwanted", m.values.tolist())
                sys.exit(1)
            if m.chunked and m.kind != "text":
                h5py.h5d.DatasetID.get_storage_size(d.id)


def h5dump(path, models, when):
    """Debian's h5dump knows HDF5 1.10 and none of the filters that are not the library's own."""
    done = subprocess.run(["h5dump", "-H", path], capture_output=True, text=True)
    assert done.returncode == 0, (when, done.stderr)
    raw = path + ".raw"
    with h5py.File(path) as f:
        for m in models:
            dcpl = f[m.name].id.get_create_plist()
            foreign = any(dcpl.get_filter(i)[0] > 6 for i in range(dcpl.get_nfilters()))
            if m.kind not in ("<i4", "u1", "<i2", "<f8", "<f4") or foreign or not m.values.size:
                continue
            done = subprocess.run(["h5dump", "-d", m.name, "-b", "FILE", "-o", raw, path], capture_output=True, text=True)
            assert done.returncode == 0, (when, m.name, done.stderr)
            assert open(raw, "rb").read() == np.ascontiguousarray(m.values).tobytes(), (when, m.name, "h5dump")


def refused(edit, path):
    """What is kept elsewhere is refused by name, and nothing changes."""
    with h5py.File(path, "w") as f:
        f["d"] = np.arange(6)
        with h5py.File(path + ".other.h5", "w") as other:
            other["d"] = f["d"][()]
        layout = h5py.VirtualLayout((6,), "i8")
        layout[:] = h5py.VirtualSource(path + ".other.h5", "d", (6,))
        f.create_virtual_dataset("virtual", layout)
        f.create_dataset("external", (6,), "i8", external=[("elsewhere.bin", 0, 48)])
    before = open(path, "rb").read()
    lines = [f"{what}\t{name}\t{rest}" for name in ("virtual", "external")
             for what, rest in (("write", ":\t1\t" + "00" * 8), ("resize", "3"), ("append", "0\t1\t" + "00" * 8))]
    done = subprocess.run([edit, path], input="\n".join(lines) + "\n", capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count("Unsupported: ") == 6, done
    assert "elsewhere.bin" in done.stdout and ".other.h5" in done.stdout, done
    assert open(path, "rb").read() == before


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("edit")
    arguments.add_argument("dir")
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments.add_argument("--files", type=int, default=40)
    arguments.add_argument("--rounds", type=int, default=6)
    a = arguments.parse_args()
    os.makedirs(a.dir, exist_ok=True)
    changes = 0
    refused(a.edit, os.path.join(a.dir, "refused.h5"))
    for n in range(a.files):
        rng = random.Random(a.seed * 1_000_003 + n)
        path = os.path.join(a.dir, "elements.h5")
        models, old = make(rng, path)
        compare(path, models, f"seed {a.seed} file {n} as h5py made it")
        for r in range(a.rounds):
            lines = []
            for _ in range(rng.randrange(1, 25)):
                ours(rng, models, lines)
                if rng.random() < 0.1:
                    lines.append("flush")
            done = subprocess.run([a.edit, path], input="".join(line + "\n" for line in lines), capture_output=True, text=True)
            when = f"seed {a.seed} file {n} round {r}"
            if done.returncode or done.stdout or done.stderr:
                print(when, done.stdout[:2000], done.stderr[:2000])
                for m in models:
                    print(m.name, m.kind, m.values.shape, m.maxshape)
                sys.exit(1)
            changes += len(lines)
            compare(path, models, when + " after our changes:\n" + "\n".join(line[:300] for line in lines))
            if old:
                h5dump(path, models, when)
            with h5py.File(path, "r+") as f:
                said = [theirs(rng, models, f) for _ in range(rng.randrange(0, 8))]
            compare(path, models, when + " after h5py's changes:\n" + "\n".join(filter(None, said)))
    print(f"note: {changes:,} random changes of elements (seed {a.seed}), 0 differences")


main()
