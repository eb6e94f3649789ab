// The data provider of H5Web without its viewer: its own assertions about values, for everything in the corpus.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as h5web from "@h5web/app";
import { create, open, openSync } from "hyperslab";
import { HyperslabApi } from "hyperslab/h5web";
import { corpusFiles } from "../zarr/files.mjs";
import { madeByH5py } from "../interop/lib/h5py.mjs";

// H5Web counts on a browser of today, Node 20 lacks this.
const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
iterators.forEach ??= function forEach(each) {
  let i = 0;
  for (const value of this) each(value, i++);
};

const bigText = (_, v) => (typeof v === "bigint" ? String(v) : v);
const MOST = 1e6;

test("every object of the corpus is an entity, with the values that H5Web expects of its type", async () => {
  let [datasets, attributes, failed] = [0, 0, 0];
  for (const [name, file] of corpusFiles()) {
    const f = openSync(file);
    const api = new HyperslabApi(f, { filepath: name });
    const seen = new Set();
    const walk = async (path) => {
      const group = await api.getEntity(path);
      assert.equal(group.kind, "group");
      for (const child of group.children) {
        JSON.stringify(child);
        const what = `${name} ${child.path}`;
        if (child.kind === "unresolved") continue;
        const values = await api.getAttrValues(child);
        assert.deepEqual(Object.keys(values), child.attributes.map((a) => a.name));
        for (const attribute of child.attributes) {
          if (attribute.shape.class !== "Null") h5web.assertValue(values[attribute.name], attribute);
          attributes += 1;
        }
        const { address } = f.get(child.path);
        if (child.kind === "dataset") {
          assert.deepEqual(await api.getEntity(child.path), child, what);
          if (child.shape.class === "Null" || f.get(child.path).size > MOST) continue;
          let ours = true;
          try {
            f.get(child.path).read();
          } catch {
            ours = false;
          }
          if (ours) {
            const value = await api.getValue({ dataset: child });
            assert.doesNotThrow(() => h5web.assertValue(value, child), what);
            if (child.shape.class === "Array") assert.equal(value.length, child.shape.dims.reduce((n, d) => n * d, 1), what);
            JSON.stringify(value, bigText);
          } else {
            failed += 1;
            await assert.rejects(api.getValue({ dataset: child }), { name: "HyperslabError" }, what);
          }
          datasets += 1;
        }
        if (child.kind === "group" && !seen.has(address)) {
          seen.add(address);
          await walk(child.path);
        }
      }
    };
    await walk("/");
    f.close();
  }
  assert.ok(datasets > 1500 && attributes > 500 && failed < 20, `${datasets} datasets, ${attributes} attributes, ${failed} cannot be read`);
});

test("values, selections, progress and abort", async () => {
  const file = madeByH5py(
    "h5web/kinds.h5",
    `
f["cube"] = np.arange(24, dtype="<i2").reshape(2, 3, 4)
f["big"] = np.array([2**60 + 1, -5])
f["flags"] = np.array([True, False])
f["flag"] = True
f["z"] = np.array([1 + 2j, 3])
f["one"] = 5 - 1j
f["rows"] = np.array([(1, b"a", 1j, [1, 2]), (2, b"b", 2, [3, 4])], dtype=[("n", "<i8"), ("s", "S3"), ("c", "<c8"), ("v", "<f4", 2)])
f.create_dataset("enum", data=[1, 0], dtype=h5py.enum_dtype({"off": 0, "on": 1}, "<i8"))
f.create_dataset("pairs", (3,), dtype=np.dtype(("<u2", (2,))))
v = f.create_dataset("lists", (2,), dtype=h5py.vlen_dtype("<f4")); v[0] = [1, 2]; v[1] = []
f.create_dataset("link", data=f["cube"].ref, dtype=h5py.ref_dtype)
f["soft"] = h5py.SoftLink("/cube")
f["lost"] = h5py.SoftLink("/nowhere")
f["away"] = h5py.ExternalLink("other.h5", "/x")
f["g/h/deep"] = 1
f["packed"] = np.arange(10000).reshape(100, 100); f.create_dataset("gz", data=f["packed"][...], chunks=(10, 100), compression="gzip")
f["cube"].attrs["unit"] = "K"; f["cube"].attrs["n"] = np.array([1, 2])`,
  );
  const f = await open(new Blob([readFileSync(file)]));
  const api = new HyperslabApi(f, { filepath: "kinds.h5" });
  assert.equal(api.filepath, "kinds.h5");
  const value = async (path, selection) => api.getValue({ dataset: await api.getEntity(path), selection });
  assert.deepEqual(await value("/cube", "1,:,2"), Int16Array.of(14, 18, 22));
  assert.deepEqual(await value("/cube", "1,2,3"), 23);
  assert.deepEqual(await value("/big"), BigInt64Array.of(2n ** 60n + 1n, -5n));
  assert.deepEqual([...(await value("/flags")), await value("/flag")], [1, 0, true]);
  assert.deepEqual([await value("/z"), await value("/one")], [[[1, 2], [3, 0]], [5, -1]]);
  assert.deepEqual(await value("/rows"), [[1n, "a", [0, 1], Float32Array.of(1, 2)], [2n, "b", [2, 0], Float32Array.of(3, 4)]]);
  assert.deepEqual(await value("/enum"), [1, 0]);
  assert.deepEqual((await value("/pairs")).map((v) => v.length), [2, 2, 2]);
  assert.deepEqual(await value("/lists"), [Float32Array.of(1, 2), new Float32Array()]);
  assert.match((await value("/link"))[0] ?? (await value("/link")), /^o/);
  const { type, chunks, filters } = await api.getEntity("/gz");
  assert.deepEqual([type.class, type.size, chunks, filters], ["Integer", 64, [10, 100], [{ id: 1, name: "deflate" }]]);
  assert.deepEqual((await api.getEntity("/enum")).type.mapping, { 0: "off", 1: "on" });
  const root = await api.getEntity("/");
  const links = Object.fromEntries(root.children.map((c) => [c.name, [c.kind, c.link]]));
  assert.deepEqual([links.soft, links.lost, links.away], [
    ["dataset", { class: "Soft", path: "/cube" }],
    ["unresolved", { class: "Soft", path: "/nowhere" }],
    ["unresolved", { class: "External", file: "other.h5", path: "/x" }],
  ]);
  assert.deepEqual(await api.getAttrValues(await api.getEntity("/soft")), { n: BigInt64Array.of(1n, 2n), unit: "K" });
  assert.deepEqual((await api.getSearchablePaths("/g")).toSorted(), ["/g/h", "/g/h/deep"]);
  await assert.rejects(api.getEntity("/none"), { code: "NotFound" });
  const told = [];
  await api.getValue({ dataset: await api.getEntity("/gz") }, undefined, (part) => told.push(part));
  assert.equal(told.at(-1), 1);
  await assert.rejects(api.getValue({ dataset: await api.getEntity("/gz") }, AbortSignal.abort(new h5web.AbortError("changed"))), /changed/);
  const made = api.getExportURL("npy", await api.getEntity("/cube"), "1,:,:");
  const npy = Buffer.from(await (await made()).arrayBuffer());
  assert.match(npy.toString("latin1", 10, 128), /'descr': '<i2', 'fortran_order': False, 'shape': \(3, 4\)/);
  assert.deepEqual([npy.length, npy.readInt16LE(128), npy.length % 64], [152, 12, 24]);
  const tiff = Buffer.from(await (await api.getExportURL("tiff", await api.getEntity("/cube"), "0,:,:")()).arrayBuffer());
  assert.deepEqual([tiff.toString("latin1", 0, 2), tiff.readUInt32LE(4), tiff.readInt16LE(tiff.length - 2)], ["II", 8, 11]);
  assert.equal(await (await api.getExportURL("csv", root, undefined, () => "1,2")()).text(), "1,2");
  await api.close();
  assert.ok(await f.has("cube"));
  await f.close();
});

test("it opens sources by itself, and says why one cannot be opened", async () => {
  const bytes = create().toBytes();
  const api = new HyperslabApi(new File([bytes], "some.h5"));
  assert.equal(api.filepath, "some.h5");
  assert.deepEqual((await api.getEntity("/")).children, []);
  await api.close();
  await assert.rejects(api.getEntity("/"), { code: "Closed" });
  const bad = new HyperslabApi(new Blob(["no HDF5"]), { filepath: "bad.h5" });
  await assert.rejects(bad.getEntity("/"), { code: "Malformed" });
});
