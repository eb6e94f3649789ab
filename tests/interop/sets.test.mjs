// Files that HDF5's family, split and multi drivers spread over several: from every kind of source, and what is said when
// some of them are missing. Their values are compared with libhdf5's in the corpus. And what is said of files that only other
// programs can make sense of.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, openAsBlob, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { open, openSync, repack } from "hyperslab";
import { venvPython } from "../../scripts/setup/python.mjs";
import { corpus } from "./lib/corpus.mjs";

const dir = path.join(corpus(), "drivers");
const at = (name) => path.join(dir, name);
const bytes = (name) => new Uint8Array(readFileSync(at(name)));
const x = Int32Array.from({ length: 200 }, (_, i) => i);
const kinds = { super: "s", btree: "b", draw: "r", gheap: "g", lheap: "l", ohdr: "o" };
const family = Array.from({ length: 8 }, (_, i) => `family_latest_0000${i}.h5`);

/** All files of a multi set as `of` gives them. */
const multi = (of) => ({ multi: Object.fromEntries(Object.entries(kinds).map(([kind, c]) => [kind, of(`multi_latest-${c}.h5`)])) });

function contents(f) {
  assert.deepEqual(f.get("x").read().data, x);
  assert.deepEqual(f.get("strings").read().data, ["alpha", "", "omega"]);
  assert.equal(f.get("g").attrs.keys().length, 40);
  assert.equal(f.get("g/sub07/hard").address, f.get("y").address);
  assert.equal(f.get("g/soft").address, f.getLink("x").address);
}

test("every kind of source", async () => {
  const custom = (name) => ({ size: bytes(name).length, read: async (from, n) => bytes(name).slice(from, from + n) });
  for (const of of [at, bytes, custom, (name) => new Blob([bytes(name)])]) {
    const sets = [
      { family: family.map(of) },
      { split: { meta: of("split_latest-m.h5"), raw: of("split_latest-r.h5") } },
      multi(of),
      { multi: { ...multi(of).multi, super: at("multi_latest-s.h5") } },
    ];
    for (const set of sets) {
      const f = await open(set);
      assert.deepEqual((await (await f.get("x")).read()).data, x);
      assert.deepEqual((await (await f.get("y")).read("19, 18:")).data, Float64Array.of(398, 399));
      assert.deepEqual(await (await f.get("strings")).read().then((v) => v.data), ["alpha", "", "omega"]);
      f.close();
    }
  }
  for (const set of [{ family: at("family_latest_%05d.h5") }, { family: family.map(at) }, multi(at), multi(bytes)]) {
    const f = openSync(set);
    contents(f);
    f.close();
  }
});

test("a family is one file, and a copy makes one of any set", async () => {
  const joined = openSync({ family: at("family_latest_%05d.h5") }).toBytes();
  contents(openSync(joined));
  assert.throws(() => openSync(multi(at)).toBytes(), { code: "Unsupported", message: /repack/ });
  const copy = openSync(await repack(multi(at)));
  assert.deepEqual(copy.get("x").read().data, x);
  assert.deepEqual(copy.get("g/sub07/hard").read("19, 19"), 399);
});

test("members that are missing or not what they should be", (t) => {
  const own = mkdtempSync(path.join(tmpdir(), "family-"));
  t.after(() => rmSync(own, { recursive: true }));
  family.forEach((name, i) => copyFileSync(at(name), path.join(own, `f${i}`)));
  contents(openSync({ family: path.join(own, "f%d") }));
  assert.throws(() => openSync({ family: path.join(own, "f") }), { code: "Argument" });
  assert.throws(() => openSync({ family: path.join(own, "g%d") }), { code: "NotFound" });
  assert.throws(() => openSync({ family: [] }), { code: "Argument" });
  assert.throws(() => openSync(path.join(own, "f0")), { code: "Unsupported", message: /family/ });
  truncateSync(path.join(own, "f3"), 2999);
  assert.throws(() => openSync({ family: path.join(own, "f%d") }), { code: "Argument", message: /member 3.* 2999 bytes/ });
  rmSync(path.join(own, "f7"));
  rmSync(path.join(own, "f3"));
  assert.throws(() => openSync({ family: path.join(own, "f%d") }), { code: "Malformed", message: /truncated/ });
  assert.throws(() => openSync(at("multi_earliest-s.h5")), { code: "Unsupported", message: /multi/ });
  // What says that this is one of several is in another of them.
  assert.throws(() => openSync(at("multi_latest-s.h5")), { code: "Malformed", message: /extension/ });
  assert.throws(() => openSync(at("split_latest-m.h5")), { code: "Unsupported", message: /split/ });
  assert.throws(() => openSync({ split: { meta: at("split_latest-m.h5"), raw: new Uint8Array() } }), {
    code: "NotFound",
    message: /%s-r\.h5/,
  });
});

test("a set as blobs from disk", async () => {
  const set = { split: { meta: await openAsBlob(at("split_latest-m.h5")), raw: await openAsBlob(at("split_latest-r.h5")) } };
  const f = await open(set);
  assert.deepEqual((await (await f.get("x")).read("::50")).data, Int32Array.of(0, 50, 100, 150));
  f.close();
});

test("what belongs to other programs is called by its name", () => {
  const ud = openSync(path.join(corpus(), "links/user_defined.h5"));
  assert.equal(ud.getLink("ud").class, 187);
  assert.throws(() => ud.get("ud"), { code: "Unsupported", message: /"ud".*187/, address: ud.address });
  ud.close();
  const onion = new Uint8Array(40);
  onion.set(new TextEncoder().encode("OHDH\x01"));
  assert.throws(() => openSync(onion), { code: "Unsupported", message: /onion/, address: 0 });
  // A stub: the superblock of version 0 and what its driver has to say.
  const stub = bytes("family_earliest_00000.h5");
  const id = Buffer.from(stub.buffer).indexOf("NCSAfami");
  stub.set(new TextEncoder().encode("Subfilin"), id);
  assert.throws(() => openSync(stub), { code: "Unsupported", message: /subfil.*h5fuse/, address: id - 8 });
});

test("a family that grows", async () => {
  const pattern = path.join(mkdtempSync(path.join(tmpdir(), "hyperslab-")), "grows_%d.h5");
  const grow = (mode, n) => {
    const lines = [
      "import sys, h5py, numpy as np",
      `f = h5py.File(sys.argv[1], "${mode}", driver="family", memb_size=4096, libver="latest")`,
      'd = f.require_dataset("d", (0,), "i4", maxshape=(None,), chunks=(100,)) if "d" not in f else f["d"]',
      `d.resize((${n},))`,
      `d[...] = np.arange(${n})`,
      "f.close()",
    ];
    const { status, stderr } = spawnSync(venvPython, ["-c", lines.join("\n"), pattern], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  grow("w", 900);
  const f = openSync({ family: pattern });
  const g = await open({ family: pattern });
  const [d, e] = [f.get("d"), await g.get("d")];
  assert.equal(d.size, 900);
  grow("r+", 20_000);
  f.refresh();
  await g.refresh();
  for (const values of [d.read(), await e.read()]) assert.deepEqual(values.data, Int32Array.from({ length: 20_000 }, (_, i) => i));
  f.close();
  await g.close();
  rmSync(path.dirname(pattern), { recursive: true });
});
