// One class of error, with fields to branch on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, HyperslabError, isHyperslabError, open, openSync } from "hyperslab";
import { bytes, kinds } from "./support.mjs";

test("errors say who is at fault and where", () => {
  const data = bytes();
  const f = openSync(data);
  const d = f.get("grid/zipped");
  // Flip a byte in the middle of the stored chunks: the checksum or the compressed stream notices.
  const good = openSync(data.slice());
  const whole = good.get("grid/zipped").read().data;
  assert.equal(whole.length, 1200);
  const at = data.length - 1;
  let broken;
  for (let i = 2048; i < at && !broken; i += 7) {
    const copy = data.slice();
    copy[i] ^= 0xff;
    try {
      openSync(copy).get("grid/zipped").read();
    } catch (e) {
      if (e.trail?.includes("chunk") || /chunk/.test(String(e.trail))) broken = e;
    }
  }
  assert.ok(broken instanceof HyperslabError && broken instanceof Error);
  assert.equal(broken.name, "HyperslabError");
  assert.equal(broken.code, "Malformed");
  assert.equal(broken.path, "/grid/zipped");
  assert.ok(Number.isInteger(broken.address));
  assert.ok(isHyperslabError(broken) && isHyperslabError(broken, "Malformed") && !isHyperslabError(broken, "Io"));
  assert.ok(!isHyperslabError(new Error("x")));
  assert.equal(d.size, 1200);
});

test("no damage to a small file ends in anything but values or a HyperslabError", () => {
  const data = bytes();
  let seed = 7;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  for (let round = 0; round < 150; round++) {
    const copy = data.slice();
    for (let k = 0; k < 1 + (round % 4); k++) copy[random(round % 3 ? 4096 : copy.length)] = random(256);
    try {
      const f = openSync(copy);
      f.visit((path, object) => {
        try {
          if (object.kind === "dataset" && object.size < 1e6) object.read();
          object.attrs.toObject();
        } catch (e) {
          assert.ok(isHyperslabError(e) && e.code !== "Internal", `${path}: ${e.stack}`);
        }
      });
      f.close();
    } catch (e) {
      assert.ok(isHyperslabError(e) && e.code !== "Internal", e.stack);
    }
  }
});

test("a closed file", async () => {
  const f = openSync(kinds);
  const d = f.get("grid/chunked");
  const { attrs } = f.get("grid");
  f.close();
  f.close();
  assert.throws(() => f.keys(), { code: "Closed" });
  assert.throws(() => d.read(), { code: "Closed" });
  assert.equal(attrs.get("units"), "µm"); // came with the object
  assert.throws(() => attrs.get("long"), { code: "Closed" });
  const a = await open(kinds);
  a.close();
  await assert.rejects(a.keys(), { code: "Closed" });
  const g = openSync(kinds);
  g[Symbol.dispose]();
  assert.throws(() => g.keys(), { code: "Closed" });
});

test("changes to a file that is open for reading", () => {
  const f = openSync(kinds);
  assert.throws(() => f.createGroup("x"), { code: "ReadOnly" });
  assert.throws(() => f.createDataset("x", { data: 1 }), { code: "ReadOnly" });
  assert.throws(() => f.attrs.set("x", 1), { code: "ReadOnly" });
  assert.throws(() => f.link("x", f.get("grid")), { code: "ReadOnly" });
});

test("options that make no sense", async () => {
  assert.throws(() => openSync(kinds, { mode: "q" }), { code: "Argument" });
  await assert.rejects(open(kinds, { mode: "q" }), { code: "Argument" });
  assert.throws(() => create({ libver: "newest" }), { code: "Argument" });
});

test("a result that no array can hold", () => {
  const f = create();
  f.createDataset("huge", { shape: [2 ** 40, 4], dtype: "<f8", chunks: [1024, 4] });
  const d = f.get("huge");
  assert.deepEqual(d.shape, [2 ** 40, 4]);
  assert.throws(() => d.read(), { code: "Limit" });
  assert.deepEqual(d.read("1099511627775, :").data, new Float64Array(4));
});

test("a file that no array can hold", () => {
  const f = create();
  f.createDataset("late", { shape: [2 ** 33], dtype: "<f8" });
  assert.throws(() => f.createDataset("early", { shape: [2 ** 33], dtype: "<f8", allocTime: "early" }), { code: "Limit" });
  assert.deepEqual(f.keys(), ["late"]);
  const g = openSync(f.toBytes(), { mode: "r+" });
  g.get("late").write("8589934591", 1);
  assert.throws(() => g.toBytes(), { code: "Limit" });
  assert.equal(g.get("late").read("8589934591"), 1);
});
