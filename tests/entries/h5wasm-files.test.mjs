// `FS`: what programs do with it gives the same with h5wasm's and with ours, in memory and on disk; and what ours has not.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import real from "../../node_modules/h5wasm/dist/esm/hdf5_hl.js";
import ours, { Module } from "../../dist/h5wasm.node.js";
import { walk } from "./h5wasm/files.mjs";

let theirs;
let FS;
let home;
before(async () => {
  [{ FS: theirs }, { FS }] = await Promise.all([real.ready, ours.ready]);
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-h5wasm-files-"));
  theirs.mkdir("/base");
  FS.mount(FS.filesystems.MEMFS, {}, "/base");
});
after(() => rmSync(home, { recursive: true, force: true }));

/** What h5wasm's gets wrong. */
const WRONG = {
  "typed arrays are bytes": "each element becomes one byte, and the rest zeros",
};
/** What is otherwise on disk: folders can be made anywhere, names are listed in another order, sizes are the disk's. */
const ON_DISK = new Set(["files are renamed", "nor at nothing", "what can be told of a file", "folders are not unlinked"]);

test("the same steps see the same, in memory and on disk", () => {
  const expected = walk(theirs, "/base");
  for (const base of ["/base", home]) {
    for (const [i, [name, seen]] of walk(FS, base).entries()) {
      assert.equal(name, expected[i][0]);
      if (!(name in WRONG) && !(base === home && ON_DISK.has(name))) assert.deepEqual([name, seen], expected[i]);
    }
  }
});

test("folders of the machine at another place", () => {
  FS.writeFile(path.join(home, "there.txt"), "there");
  FS.mount(FS.filesystems.NODEFS, { root: home }, "/elsewhere");
  assert.equal(FS.readFile("/elsewhere/there.txt", { encoding: "utf8" }), "there");
  const f = new ours.File("/elsewhere/made.h5", "w");
  f.create_dataset({ name: "d", data: [1, 2] });
  f.close();
  FS.unmount("/elsewhere");
  assert.equal(FS.analyzePath("/elsewhere").exists, false);
  assert.deepEqual([...new ours.File(path.join(home, "made.h5")).get("d").value], [1, 2]);
});

test("what is not there says what to do instead", () => {
  for (const call of ["createPreloadedFile", "createDevice", "registerDevice", "mkdev", "mmap"]) assert.throws(() => FS[call](), { code: "Unsupported" }, call);
  assert.throws(() => FS.createLazyFile(home, "x", "http://127.0.0.1/"), { code: "Unsupported" });
  assert.throws(() => FS.mount({ mount() {} }, {}, "/x"), { code: "Unsupported" });
  assert.throws(() => FS.writeFile("/base/list", [1, 2]), { code: "Argument" });
  assert.throws(() => FS.readFile("/base/w/s", { encoding: "latin1" }), { code: "Argument" });
  assert.throws(() => FS.open("/base/w/s", "rx"), { code: "Argument" });
  assert.throws(() => FS.read(FS.open("/base/w/s", "r"), new Uint8Array(2), 1, 2), { code: "Argument" });
});

test("h5wasm's calls below its classes that need libhdf5's memory say what to use", () => {
  for (const name of ["_malloc", "_free", "ccall", "cwrap", "UTF8ToString", "get_dataset_data", "set_dataset_data", "get_attribute_data", "create_dataset", "create_attribute", "reclaim_vlen_memory"]) {
    assert.throws(() => Module[name](1), { code: "Unsupported", message: /instead|not there/ }, name);
  }
  for (const name of ["HEAP8", "HEAPU8", "HEAP32", "HEAPF64"]) assert.throws(() => Module[name], { code: "Unsupported" }, name);
  assert.equal({ ...Module }.H5G_GROUP, 0);
});
