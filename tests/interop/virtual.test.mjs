// Virtual datasets of every make: boxes of sources beside and over one another, with steps, of fewer or more dimensions, in
// other types, and selections of them with steps. NumPy says what must be in them, and libhdf5 agrees; but it leaves out unmapped
// elements where mappings overlap.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { open, openSync } from "hyperslab";
import { madeByH5py, seenByH5py } from "./lib/h5py.mjs";

const SOURCES = `
import json, random
r = random.Random(7)
models = {}
steps = lambda n, most: slice(r.randrange(max(1, n // 2)), n, r.choice((1, 1, 1, 2, 3))) if r.random() < most else slice(0, n)

def source(name, shape):
    dtype = r.choice(("<i4", "<i4", ">i2", "<f8", "u1", "<f4"))
    chunks = r.choice((None, tuple(max(1, n // r.randrange(1, 4)) for n in shape)))
    d = f.create_dataset(name, shape, dtype, chunks=chunks, compression=chunks and r.choice((None, "gzip")))
    d[...] = np.arange(d.size).reshape(shape) % 97
    return d

for k in range(120):
    rank = r.choice((1, 2, 2, 2, 3, 3, 4))
    shape = tuple(r.randrange(1, 14 if rank < 4 else 7) for _ in range(rank))
    layout = h5py.VirtualLayout(shape, r.choice(("<i4", "<i4", "<i4", "<f8", ">i2")))
    fill = r.choice((0, 101))
    model, times = np.full(shape, fill), np.zeros(shape, int)
    for j in range(r.randrange(1, 5)):
        there = tuple(r.randrange(n) if r.random() < 0.2 else steps(n, 0.6) for n in shape)
        extents = [len(range(*s.indices(n))) if isinstance(s, slice) else 1 for s, n in zip(there, shape)]
        # The same extents, with more of them or fewer, apart and from a larger source.
        extents = [n for n in extents if n > 1 or r.random() < 0.7]
        for _ in range(r.choice((0, 0, 0, 1))):
            extents.insert(r.randrange(len(extents) + 1), 1)
        if r.random() < 0.1:
            extents = [int(np.prod(extents, dtype=int))]
        step = [r.choice((1, 1, 1, 2, 3)) for _ in extents]
        first = [r.choice((0, 0, 1, 3)) for _ in extents]
        chosen = tuple(slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(first, extents, step))
        whole = tuple(a + (n - 1) * s + 1 + r.choice((0, 0, 2)) for a, n, s in zip(first, extents, step))
        if not whole:
            chosen, whole = (slice(0, 1),), (1,)
        d = source("s%d %d" % (k, j), whole)
        layout[there] = h5py.VirtualSource(".", d.name, whole, d.dtype)[chosen]
        model[there] = d[chosen].reshape(model[there].shape)
        times[there] += 1
    f.create_virtual_dataset("v%d" % k, layout, fillvalue=fill)
    if times.max() == 1:
        assert (f["v%d" % k][...] == model).all()
    models["v%d" % k] = model.tolist()
f.attrs["models"] = json.dumps(models)
`;

const CHOOSE = `
import random
r = random.Random(8)
out = {}
for name, model in json.loads(f.attrs["models"]).items():
    whole = np.array(model)
    out[name] = [["...", whole.ravel().tolist()]]
    for _ in range(3):
        at = [(r.randrange(n),) if r.random() < 0.2 else (r.randrange(n), n, r.choice((1, 1, 2, 3))) for n in whole.shape]
        v = whole[tuple(slice(*a) if len(a) > 1 else a[0] for a in at)]
        out[name].append([", ".join(":".join(map(str, a)) for a in at), np.asarray(v).ravel().tolist()])
print(json.dumps(out))
`;

const list = (value) => (typeof value === "number" ? [value] : [...value.data]);

test("boxes of sources", async () => {
  const file = madeByH5py("virtual/boxes.h5", SOURCES);
  const seen = seenByH5py(file, CHOOSE);
  assert.equal(Object.keys(seen).length, 120);
  const f = openSync(file);
  for (const [name, selections] of Object.entries(seen)) {
    const d = f.get(name);
    for (const [selection, values] of selections) assert.deepEqual(list(d.read(selection)), values, `${name}[${selection}]`);
    const mask = new Uint8Array(d.size).map((_, i) => (i % 3 ? 1 : 0));
    assert.deepEqual(list(d.read({ mask })), selections[0][1].filter((_, i) => i % 3), `${name}, by a mask`);
  }
  f.close();
  // Fetched piece by piece.
  const bytes = new Uint8Array(readFileSync(file));
  const later = await open({ size: bytes.length, read: async (from, n) => bytes.slice(from, from + n) });
  for (const name of ["v0", "v1", "v2", "v50", "v119"]) {
    assert.deepEqual(list(await (await later.get(name)).read()), seen[name][0][1], name);
  }
});

test("batches of a large one end where rows end, or within them", () => {
  const file = madeByH5py(
    "virtual/large.h5",
    `
f.create_dataset("a", data=np.arange(3_000_000, dtype="<f4").reshape(1500, 2000), chunks=(100, 700), compression="gzip", compression_opts=1)
f.create_dataset("b", data=-np.arange(3_000_000, dtype="<f4").reshape(1500, 2000))
rows = h5py.VirtualLayout((3000, 2010), "<f8")
rows[::2, 5:2005] = h5py.VirtualSource(f["a"])
rows[1::2, :2000] = h5py.VirtualSource(f["b"])
f.create_virtual_dataset("rows", rows, fillvalue=-7)
line = h5py.VirtualLayout((6_000_000,), "<f4")
line[::2] = h5py.VirtualSource(f["a"])[...]
line[1::2] = h5py.VirtualSource(f["b"])[...]
f.create_virtual_dataset("line", line)
f.create_dataset("thin", data=np.arange(600_000, dtype="<i2").reshape(300_000, 2), chunks=(5000, 2))
thin = h5py.VirtualLayout((300_000, 4), "<i2")
thin[:, 0:2] = h5py.VirtualSource(f["thin"])
thin[:, 2] = h5py.VirtualSource(f["thin"])[:, 1]
f.create_virtual_dataset("thin rows", thin, fillvalue=3)
`,
  );
  const f = openSync(file);
  const rows = f.get("rows").read().data;
  const wrong = (data, expected) => data.findIndex((x, i) => x !== expected(i));
  const at = (i, j) => (i % 2 ? (j < 2000 ? -(((i - 1) / 2) * 2000 + j) : -7) : j >= 5 && j < 2005 ? (i / 2) * 2000 + j - 5 : -7);
  assert.equal(wrong(rows, (k) => at(Math.floor(k / 2010), k % 2010) + 0), -1);
  const part = f.get("rows").read("7:2900:3, 1::7").data;
  const wide = Math.ceil(2009 / 7);
  assert.equal(wrong(part, (k) => at(7 + 3 * Math.floor(k / wide), 1 + 7 * (k % wide)) + 0), -1);
  assert.equal(wrong(f.get("line").read().data, (k) => (k % 2 ? -(k - 1) / 2 : k / 2) + 0), -1);
  const thin = f.get("thin rows").read().data;
  assert.equal(wrong(thin, (k) => (k % 4 === 3 ? 3 : (((2 * Math.floor(k / 4) + (k % 4 === 2 ? 1 : k % 4)) << 16) >> 16))), -1);
  f.close();
});

test("elements are written where they are", () => {
  const made = madeByH5py("through.h5", `
a = f.create_dataset("a", data=np.arange(48, dtype="<i4").reshape(6, 8), chunks=(4, 3), compression="gzip", maxshape=(None, 8))
b = f.create_dataset("deep/b", data=np.arange(100, 140, dtype="<i4").reshape(5, 8))
both = h5py.VirtualLayout((11, 8), "<i4", maxshape=(None, 8))
both[:6], both[6:] = h5py.VirtualSource(a), h5py.VirtualSource(b)
f.create_virtual_dataset("both", both)
mixed = h5py.VirtualLayout((4, 6), "<i4")
mixed[::2, 1:] = h5py.VirtualSource(a)[1:3, 2:7]
mixed[1::2, 1:] = h5py.VirtualSource(b)[0:4:3, :5]
f.create_virtual_dataset("mixed", mixed, fillvalue=-1)
again = h5py.VirtualLayout((2, 8), "<i4")
again[...] = h5py.VirtualSource(f["both"])[5:7]
f.create_virtual_dataset("again", again)
with h5py.File(sys.argv[1] + ".other.h5", "w") as o: o["x"] = np.arange(8, dtype="<i4")
far = h5py.VirtualLayout((2, 8), "<i4")
far[0], far[1] = h5py.VirtualSource(b)[0], h5py.VirtualSource(sys.argv[1] + ".other.h5", "x", (8,))
f.create_virtual_dataset("far", far)
wide = h5py.VirtualLayout((6, 8), "<i8")
wide[...] = h5py.VirtualSource(a)
f.create_virtual_dataset("wide", wide)
ring = h5py.VirtualLayout((6, 8), "<i4")
ring[...] = h5py.VirtualSource(".", "ring", (6, 8))
f.create_virtual_dataset("ring", ring)
spiral = h5py.VirtualLayout((3_000_000,), "<i4")
spiral[:1] = h5py.VirtualSource(".", "spiral", (3_000_000,))[:1]
spiral[1:] = h5py.VirtualSource(".", "spiral", (3_000_000,))[1:]
f.create_virtual_dataset("spiral", spiral)
words = f.create_dataset("words", data=["one", "two", "three"], dtype=h5py.string_dtype())
said = h5py.VirtualLayout((3,), h5py.string_dtype())
said[:] = h5py.VirtualSource(words)
f.create_virtual_dataset("said", said)
`);
  const [ours, theirs] = ["ours", "theirs"].map((end) => made.replace(".h5", `-${end}.h5`));
  copyFileSync(made, ours);
  copyFileSync(made, theirs);
  seenByH5py(theirs, `
f["both"][4:8, 2:6] = np.arange(1000, 1016, dtype="<i4").reshape(4, 4)
f["both"][10] = 7
f["mixed"][:, 1:3] = [[1, 2], [3, 4], [5, 6], [7, 8]]
f["again"][...] = np.arange(-50, -34, dtype="<i4").reshape(2, 8)
f["far"][0, 3:] = 99
f["both"][0, 0], f["both"][9, 7] = -3, -4
f["words"][1] = "zwei"
`, "r+");
  const f = openSync(ours, { mode: "r+" });
  f.get("both").write("4:8, 2:6", { data: Int32Array.from({ length: 16 }, (_, i) => 1000 + i), shape: [4, 4] });
  f.get("both").write("10", 7);
  f.get("mixed").write(":, 1:3", [[1, 2], [3, 4], [5, 6], [7, 8]]);
  f.get("again").write("...", { data: Int32Array.from({ length: 16 }, (_, i) => i - 50), shape: [2, 8] });
  f.get("far").write("0, 3:", 99);
  f.get("both").write({ points: [[0, 0], [9, 7]] }, Int32Array.of(-3, -4));
  f.get("said").write("1", "zwei");
  assert.equal(f.get("both").read("10, 0"), 7);
  const refused = (name, selection, value, code, message) => assert.throws(() => f.get(name).write(selection, value), (e) => e.code === code && message.test(e.message));
  refused("far", "...", 1, "Unsupported", /"x" of the file ".*through.h5.other.h5"/);
  refused("ring", "...", 1, "Limit", /without end/);
  refused("spiral", "...", 1, "Limit", /without end/);
  refused("mixed", "0", 1, "Argument", /no other dataset/);
  refused("wide", "...", 1, "Unsupported", /"\/a"/);
  assert.throws(() => f.get("both").resize([20, 8]), { code: "Unsupported" });
  f.close();
  const all = `print(json.dumps({k: f[k][()].tolist() for k in ("a", "deep/b", "both", "mixed", "again")} | {"words": [w.decode() for w in f["said"][()]]}))`;
  assert.deepEqual(seenByH5py(ours, all), seenByH5py(theirs, all));
});
