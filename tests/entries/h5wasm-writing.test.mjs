// The same calls through h5wasm and through ours make files in which h5py sees the same; and what ours does better.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import real from "../../node_modules/h5wasm/dist/node/hdf5_hl.js";
import ours, { dtype_to_metadata, guess_metadata, LIBVER_BOUNDS_MAP, Module, Reference } from "../../dist/h5wasm.node.js";

let home;
before(async () => {
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-h5wasm-"));
  await Promise.all([real.ready, ours.ready]);
});
after(() => rmSync(home, { recursive: true, force: true }));

/** Makes a file with both and has h5py compare them. */
function both(name, fill, options) {
  const files = [["real", real], ["ours", ours]].map(([which, lib]) => {
    const file = path.join(home, `${name}-${which}.h5`);
    const f = new lib.File(file, "w", options);
    fill(f, lib);
    assert.equal(f.close(), 0);
    return file;
  });
  const run = spawnSync(process.env.PYTHON, [at("tests/entries/h5wasm/same.py"), ...files], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stdout + run.stderr);
}

const TYPES = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array, Float32Array, Float64Array];

test("numbers of all types, guessed and said, with shapes", () => {
  both("numbers", (f) => {
    for (const Type of TYPES) {
      const big = Type.name.startsWith("Big");
      f.create_dataset({ name: Type.name, data: Type.from([0, 1, 2, 100, 4, 5], (v) => (big ? BigInt(v) : v)), shape: [2, 3] });
    }
    for (const dtype of ["<b", "<B", "<h", "<H", "<i", "<I", "<q", "<Q", "<f", "<d"]) {
      f.create_dataset({ name: `said ${dtype}`, data: [1, 2, 3, 4], dtype });
      f.create_attribute(dtype, [1, 2, 3, 4], [2, 2], dtype);
    }
    f.create_dataset({ name: "whole", data: [1, 2, 3] });
    f.create_dataset({ name: "not whole", data: [1.5, 2, NaN] });
    f.create_dataset({ name: "scalar", data: 5 });
    f.create_dataset({ name: "scalar float", data: 5.5 });
    f.create_dataset({ name: "empty", data: [] });
  });
});

test("text of both kinds and sets, attributes, links, groups that keep their order", () => {
  both("text", (f) => {
    f.create_dataset({ name: "text", data: ["this", "thät", ""] });
    f.create_dataset({ name: "one", data: "alone" });
    f.create_dataset({ name: "fixed", data: ["abc", "de"], dtype: "S5" });
    f.create_dataset({ name: "ascii", data: ["abc", "de"], dtype: "A5" });
    f.create_dataset({ name: "variable ascii", data: ["abc", "de"], dtype: "A" });
    const g = f.create_group("g", true);
    for (const name of ["z", "b", "a"]) g.create_group(name);
    g.create_attribute("title", "täxt");
    g.create_attribute("list", ["a", "b"], null, "S3");
    g.create_attribute("gone", 1);
    assert.equal(g.delete_attribute("gone"), 0);
    f.create_soft_link("/text", "soft");
    f.create_soft_link("/nowhere", "dangling");
    assert.equal(f.create_hard_link("/text", "hard"), 0);
    g.create_external_link("other.h5", "/x", "external");
  }, { track_order: true });
});

test("chunks, compression, growing, slices", () => {
  both("chunks", (f) => {
    const data = Float32Array.from({ length: 200 }, (_, i) => i / 3);
    f.create_dataset({ name: "level", data, shape: [20, 10], chunks: [10, 10], compression: 9 });
    f.create_dataset({ name: "gzip", data, shape: [20, 10], chunks: [7, 3], compression: "gzip" });
    f.create_dataset({ name: "opts", data, shape: [20, 10], chunks: [7, 3], compression: "gzip", compression_opts: [2] });
    f.create_dataset({ name: "by id", data, shape: [20, 10], chunks: [7, 3], compression: 1, compression_opts: [6] });
    const d = f.create_dataset({ name: "grows", data: new Int16Array(12), shape: [3, 4], maxshape: [null, 8], chunks: [2, 2] });
    d.resize([5, 6]);
    d.write_slice([[1, 5, 2], [0, 2]], new Int16Array([1, 2, 3, 4]));
    d.write_slice([[0, 1], []], [9, 8, 7, 6, 5, 4]);
  });
});

test("records, nested ones, references, scales, labels", () => {
  both("records", (f) => {
    const data = new Map([["id", new Int32Array([1, 2, 3])], ["at", new Map([["x", new Float64Array([1, 2, 3])], ["y", new Float32Array([4, 5, 6])]])]]);
    f.create_dataset({ name: "records", data });
    f.create_dataset({ name: "said", data: new Map([["a", [1, 2]], ["b", [0.5, 1.5]]]), dtype: [["a", "<b"], ["b", "<f"]] });
    f.create_attribute("record", new Map([["x", new Int16Array([1, 2])]]));
    f.get("records").write_slice([[1, 2]], new Map([["id", new Int32Array([9])], ["at", new Map([["x", new Float64Array([9])], ["y", new Float32Array([9])]])]]));
    const d = f.create_dataset({ name: "d", data: new Float64Array(6), shape: [2, 3] });
    f.create_dataset({ name: "x", data: new Float64Array([1, 2]) }).make_scale("time");
    d.attach_scale(0, "/x");
    d.set_dimension_label(1, "width");
    const refs = [d.create_reference(), f.get("x").create_reference()];
    f.create_dataset({ name: "refs", data: refs });
    f.create_attribute("regions", [d.create_region_reference([[0, 1], [1, 3]])]);
    const [region] = f.get_attribute("regions");
    assert.deepEqual([...f.dereference(region).value], [0, 0]);
    assert.deepEqual(f.dereference(region).metadata.shape, [1, 2]);
    assert.equal(f.dereference(f.get("refs").value[1]).path, "/x");
    assert.deepEqual([d.get_attached_scales(0), d.get_dimension_labels(), f.get("x").get_scale_name()], [["/x"], [null, "width"], "time"]);
  });
});

test("what h5wasm gets wrong in silence is right, or an error with a code", () => {
  const file = path.join(home, "better.h5");
  assert.throws(() => new ours.File(path.join(home, "missing.h5"), "r"), { code: "NotFound" });
  assert.throws(() => new ours.File(path.join(home, "missing.h5"), "a"), { code: "NotFound" });
  const f = new ours.File(file, "w");
  assert.deepEqual(f.create_dataset({ name: "large", data: [3e9, -1] }).value, new BigInt64Array([3_000_000_000n, -1n]));
  assert.deepEqual(f.create_dataset({ name: "i8", data: [2 ** 40], dtype: "<i8" }).dtype, "<q");
  assert.deepEqual(f.create_dataset({ name: "f8", data: [0.1], dtype: "<f8" }).value, new Float64Array([0.1]));
  assert.deepEqual(f.create_dataset({ name: "bigint", data: [2n ** 63n - 1n] }).json_value, ["9223372036854775807"]);
  assert.deepEqual(f.create_dataset({ name: "bool", data: [true, false] }).json_value, [true, false]);
  assert.deepEqual(f.create_dataset({ name: "big-endian", data: [1, 2], dtype: ">h" }).value, new Int16Array([1, 2]));
  assert.deepEqual([...f.create_dataset({ name: "half", data: [0.5, 2], dtype: "<e" }).value], [0.5, 2]);
  assert.deepEqual(f.create_dataset({ name: "arrays", data: [1, 2, 3, 4], dtype: ["<h", [2]], shape: [2] }).value, [[1, 2], [3, 4]]);
  const d = f.create_dataset({ name: "unlimited", data: [1, 2, 3], maxshape: [null], compression: "gzip", shuffle: true });
  assert.deepEqual([d.metadata.maxshape, d.filters.map(({ id }) => id)], [[Infinity], [2, 1]]);
  assert.deepEqual([d.slice([[-5, 2]]), d.slice([[2, 1]]), d.slice([[1, 100]])].map(String), ["1,2", "", "2,3"]);
  assert.throws(() => f.create_dataset({ name: "b", data: [300], dtype: "<b" }), { code: "Argument" });
  assert.throws(() => f.create_dataset({ name: "unlimited", data: [1] }), { code: "Argument" });
  assert.throws(() => f.create_hard_link("/nothing", "x"), { code: "NotFound" });
  assert.throws(() => f.get_attribute("nothing"), { code: "NotFound" });
  assert.throws(() => f.create_dataset({ name: "unknown", data: [1], dtype: "<q4" }), { code: "Argument" });
  assert.equal(f.get("nothing"), null);
  f.create_soft_link("/nothing", "broken");
  assert.deepEqual([f.get("broken").type, f.get("broken").target], ["BrokenSoftLink", "/nothing"]);
  f.create_dataset({ name: "zstd", data: new Int32Array(100), chunks: [10], compression: 32015, compression_opts: [3] });
  assert.equal(f.close(), 0);
  assert.ok(f.close() < 0);
  assert.throws(() => f.keys(), { code: "Closed" });
  // A chunk whose checksum is wrong, and a filter that nobody knows.
  assert.ok(existsSync(file));
  const again = new ours.File(file, "r");
  assert.deepEqual(again.get("zstd").value, new Int32Array(100));
  assert.throws(() => again.create_group("x"), { code: "ReadOnly" });
  again.close();
});

test("files of the file system: on disk, and in memory below what is mounted", async () => {
  const { FS } = await ours.ready;
  const bytes = readFileSync(path.join(home, "numbers-ours.h5"));
  FS.mount(FS.filesystems.MEMFS, {}, "/in memory");
  FS.writeFile("/in memory/a.h5", bytes);
  assert.ok(!existsSync("/in memory"));
  const f = new ours.File("/in memory/a.h5", "r");
  assert.deepEqual([...f.get("whole").value], [1, 2, 3]);
  // Whoever reads keeps what he opened.
  const w = new ours.File("/in memory/a.h5", "a");
  w.get("whole").write_slice([[0, 1]], [7]);
  w.close();
  assert.deepEqual([...f.get("whole").value], [1, 2, 3]);
  f.close();
  const again = new ours.File("/in memory/a.h5");
  assert.deepEqual([...again.get("whole").value], [7, 2, 3]);
  again.close();
  FS.mkdirTree("/in memory/b/c");
  FS.rename("/in memory/a.h5", "/in memory/b/c/d.h5");
  assert.deepEqual(FS.readdir("/in memory/b/c"), [".", "..", "d.h5"]);
  assert.equal(FS.stat("/in memory/b/c/d.h5").size, FS.readFile("/in memory/b/c/d.h5").length);
  assert.ok(FS.isDir(FS.stat("/in memory/b").mode) && FS.analyzePath("/in memory/b/c").object.isFolder);
  assert.throws(() => FS.readFile("/in memory/nothing"), { errno: 44, code: "ENOENT" });
  assert.throws(() => FS.rmdir("/in memory/b"), { code: "ENOTEMPTY" });
  assert.throws(() => new ours.File("/in memory/b/c/d.h5", "x"), { code: "Io" });
  const x = new ours.File("/in memory/x.h5", "x");
  x.create_external_link("b/c/d.h5", "/whole", "elsewhere");
  assert.deepEqual([...x.get("elsewhere").value], [7, 2, 3]);
  x.close();
  FS.unlink("/in memory/x.h5");
  FS.unmount("/in memory");
  FS.writeFile(path.join(home, "on disk.h5"), bytes);
  assert.ok(existsSync(path.join(home, "on disk.h5")));
});

test("what is below the classes", () => {
  assert.equal(Module.activate_throwing_error_handler(), 0);
  assert.deepEqual(Object.keys(LIBVER_BOUNDS_MAP), ["earliest", "v108", "v110", "v112", "v114", "v200", "latest"]);
  const id = Module.open(path.join(home, "text-ours.h5"), Module.H5F_ACC_RDONLY);
  assert.deepEqual(Module.get_names(id, "/g", false), ["z", "b", "a", "external"]);
  assert.deepEqual([Module.get_type(id, "/g"), Module.get_type(id, "text"), Module.get_type(id, "dangling"), Module.get_type(id, "no")], [0, 1, 3, -1]);
  assert.deepEqual(Module.get_attribute_names(id, "/g"), ["title", "list"]);
  assert.equal(Module.get_symbolic_link(id, "soft"), "/text");
  assert.deepEqual(Module.get_external_link(id, "/g/external"), { filename: "other.h5", obj_path: "/x" });
  assert.equal(Module.close_file(id), 0);
  assert.equal(Module.insert_plugin_search_path("/plugins", 0), 0);
  assert.equal(Module.get_plugin_search_paths()[0], "/plugins");
  assert.equal(guess_metadata([1, 2]).size, 4);
  assert.equal(dtype_to_metadata([["a", "<h"], ["b", "<d", [3]]]).size, 26);
  assert.ok(new Reference(new Uint8Array(8)).ref_data);
});
