// Files through zarrita: the real reader of Zarr in JavaScript reads what `read` gives.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { create, open, openSync } from "hyperslab";
import { zarrStore } from "hyperslab/zarr";
import * as zarr from "zarrita";
import { madeByH5py } from "../interop/lib/h5py.mjs";
import { corpusFiles } from "./files.mjs";

const text = new TextDecoder();
const json = (bytes) => JSON.parse(text.decode(bytes));
/** zarrita takes locations as parts of a URL. */
const at = (store, where) => zarr.root(store).resolve(where.split("/").map(encodeURIComponent).join("/"));
const openArray = (store, where) => zarr.open.v2(at(store, where), { kind: "array" });

/** Elements as a list, booleans as numbers. */
function listed(value) {
  const list = value !== null && typeof value === "object" && "data" in value ? value.data : [value];
  return Array.from(list, (v) => (typeof v === "boolean" ? Number(v) : v));
}

/** What zarrita does not know: records, complex numbers, opaque bytes. It has to say so, and does by a TypeError for records. */
const strange = ({ dtype }) => typeof dtype !== "string" || /^.[cV]/.test(dtype);

test("every dataset of the corpus is what read() gives", async () => {
  let [read, refused, empty] = [0, 0, 0];
  for (const [name, file] of corpusFiles()) {
    const f = openSync(file);
    const store = zarrStore(f);
    for (const { path: where, reason } of store.omitted()) assert.ok(reason, `${name} ${where}`);
    const { metadata } = json(store.get("/.zmetadata"));
    for (const [key, meta] of Object.entries(metadata)) {
      // What means something in a URL, zarrita does not find.
      if (!key.endsWith("/.zarray") || /[#?%]/.test(key)) continue;
      const where = key.slice(0, -8);
      const what = `${name} ${where}`;
      if (strange(meta)) {
        refused += 1;
        await assert.rejects(openArray(store, where), undefined, what);
        continue;
      }
      const array = await openArray(store, where);
      if (meta.shape.includes(0)) {
        // zarrita opens them, but reads no array without elements.
        empty += 1;
        continue;
      }
      let ours;
      try {
        ours = f.get(where).read();
      } catch (e) {
        // What is too large for one array, who has the memory may read in time.
        if (e.code === "Limit") continue;
        await assert.rejects(zarr.get(array), undefined, what);
        continue;
      }
      const theirs = await zarr.get(array);
      assert.deepEqual(typeof theirs === "object" ? theirs.shape : [], ours?.shape ?? [], what);
      const [a, b] = [listed(ours), listed(theirs)];
      assert.ok(a.length === b.length && a.every((v, i) => Object.is(v, b[i])), `${what}: ${a.slice(0, 5)} is not ${b.slice(0, 5)}`);
      read += 1;
    }
    f.close();
  }
  assert.ok(read > 1500 && refused > 100 && empty > 5, `${read} read, ${refused} refused, ${empty} empty`);
});

test("chunks go out as they are stored where there are codecs, also those that went through fewer filters", async () => {
  const f = create({ libver: "v110" });
  const data = Int16Array.from({ length: 1000 }, (_, i) => (i * 37) % 1000);
  for (const compression of ["gzip", "zstd", "blosc", "lz4", "lzf"]) {
    f.createDataset(compression, { data, shape: [25, 40], chunks: [10, 16], shuffle: compression !== "blosc", compression });
  }
  const d = f.get("gzip");
  // Plain, and only shuffled; and one that is not there.
  d.writeRawChunk([0, 0], new Uint8Array(320).fill(1), 3);
  d.writeRawChunk([0, 16], d.readRawChunk([0, 0]).bytes.fill(2), 2);
  f.createDataset("edges", { data, shape: [25, 40], chunks: [10, 16], compression: "gzip", filterPartialChunks: false });
  f.createDataset("big", { shape: [20], dtype: "<i8", chunks: [4], compression: "zstd", fillvalue: 2n ** 62n + 1n });
  f.createDataset("sparse", { shape: [20], dtype: ">f4", chunks: [4], compression: "gzip", fillvalue: NaN });
  f.get("sparse").write("3:5", [7, -0]);
  const store = zarrStore(f);
  const compressors = { gzip: "zlib", zstd: "zstd", blosc: "blosc", lz4: null, lzf: null, edges: "zlib", big: "zstd", sparse: "zlib" };
  for (const [name, id] of Object.entries(compressors)) {
    const meta = json(store.get(`/${name}/.zarray`));
    assert.equal(meta.compressor?.id ?? null, id, name);
    const { data } = await zarr.get(await openArray(store, name));
    assert.deepEqual(data, f.get(name).read().data, name);
  }
  assert.deepEqual(store.get("/zstd/2.1"), f.get("zstd").readRawChunk([20, 16]).bytes);
  assert.equal(store.get("/sparse/4"), undefined);
  assert.equal(json(store.get("/sparse/.zarray")).dtype, ">f4");
  assert.equal(store.get("/big/4").length > 32, true);
  for (const key of ["/zstd/3.0", "/zstd/0", "/zstd/0.0.0", "/none/.zarray", "/zarr.json", "/.zarray", "/zstd/.zgroup", "/0"]) {
    assert.equal(store.get(key), undefined, key);
  }
});

test("names of dimensions, attributes, and what is left out", async () => {
  const file = madeByH5py(
    "zarr/names.h5",
    `
x = f.create_dataset("x", data=np.linspace(0, 1, 5)); x.make_scale("x")
t = f.create_dataset("g/t", data=np.arange(3)); t.make_scale("time")
d = f.create_dataset("g/d", data=np.arange(15, dtype="<f4").reshape(3, 5))
d.dims[0].attach_scale(t); d.dims[1].attach_scale(x)
f.create_dataset("plain", data=np.arange(4))
d.attrs.update(units="K", whole=np.int64(2**60 + 1), real=1.0, list=[1, 2], one=np.array([5]), nan=np.nan, flag=True, texts=["a", "b"])
d.attrs["z"] = 1 + 2j
d.attrs["to"] = x.ref
f.create_dataset("refs", data=x.ref, dtype=h5py.ref_dtype)
f.create_dataset("nothing", data=h5py.Empty("f4"))
f.create_dataset("words", data=["one", "", "drei"], dtype=h5py.string_dtype())
f["soft"] = h5py.SoftLink("/g/d")
f["gone"] = h5py.SoftLink("/nowhere")
f["twin"] = f["g"]
f["type"] = np.dtype("f8")`,
  );
  const f = await open(new Blob([readFileSync(file)]));
  const store = zarrStore(f);
  const d = await openArray(store, "g/d");
  assert.deepEqual(d.dimensionNames, ["t", "x"]);
  assert.deepEqual((await openArray(store, "soft")).dimensionNames, ["time", "x"]);
  assert.equal((await openArray(store, "plain")).dimensionNames, undefined);
  const rest = { ...d.attrs };
  delete rest.whole;
  assert.deepEqual(rest, { _ARRAY_DIMENSIONS: ["t", "x"], units: "K", real: 1, list: [1, 2], one: 5, nan: "NaN", flag: true, texts: ["a", "b"], z: { r: 1, i: 2 } });
  // JSON.parse rounds it, but it is all there.
  assert.match(text.decode(await store.get("/g/d/.zattrs")), /"real":1\.0,.*"whole":1152921504606846977/);
  assert.deepEqual((await zarr.get(await openArray(store, "words"))).data, ["one", "", "drei"]);
  const group = await zarr.open.v2(at(store, "g"), { kind: "group" });
  assert.equal(group.kind, "group");
  const listable = await zarr.withConsolidatedMetadata(store, { format: "v2" });
  const known = listable.contents().map((c) => c.path);
  assert.deepEqual(known.toSorted(), ["/", "/g", "/g/d", "/g/t", "/plain", "/soft", "/words", "/x"]);
  const omitted = (await store.omitted()).map((o) => [o.path, o.attribute, o.reason]);
  assert.deepEqual(omitted.toSorted(), [
    ["twin", undefined, "another name of a group"],
    ["g/d", "to", "a type that JSON does not have"],
    ["gone", undefined, "a link that leads nowhere"],
    ["nothing", undefined, "a null dataspace"],
    ["refs", undefined, "references"],
    ["soft", "to", "a type that JSON does not have"],
    ["type", undefined, "a committed datatype"],
  ].toSorted());
  const aborted = AbortSignal.abort(new Error("enough"));
  await assert.rejects(async () => await store.get("/g/d/0.0", { signal: aborted }), /enough/);
  await f.close();
  await assert.rejects(async () => await store.get("/g/d/0.0"), { code: "Closed" });
});

test("a group or a dataset can be the root, and large data comes in pieces", async () => {
  const f = create();
  f.createDataset("a/b", { data: Float64Array.from({ length: 300_000 }, (_, i) => i), shape: [3000, 100] });
  const b = await openArray(zarrStore(f.get("a")), "b");
  assert.deepEqual(b.chunks, [1310, 100]);
  const part = await zarr.get(b, [zarr.slice(1300, 1320), 99]);
  assert.deepEqual(part.data, f.get("a/b").read("1300:1320, 99").data);
  const itself = await zarr.open.v2(zarr.root(zarrStore(f.get("a/b"))), { kind: "array" });
  assert.deepEqual(itself.shape, [3000, 100]);
});
