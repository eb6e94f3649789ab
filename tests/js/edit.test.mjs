// Links, objects and attributes come and go; who holds an object goes on using it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, externalLink, open, openSync, softLink } from "hyperslab";
import { bytes, kinds } from "./support.mjs";

/** A file with something of everything. */
function example() {
  const f = create();
  const g = f.createGroup("a/b");
  g.attrs.set("units", "K");
  f.createDataset("a/b/x", { data: Int32Array.of(1, 2, 3) });
  f.createDataset("a/y", { data: Float64Array.from({ length: 1000 }, (_, i) => i), chunks: [100], compression: "gzip" });
  f.link("again", f.get("a/y"));
  f.link("soft", softLink("/a/b/x"));
  f.link("outside", externalLink("other.h5", "/x"));
  return f;
}

/** What is written, read anew. */
const written = (f) => openSync(f.toBytes());

test("links are deleted, and with the last one the object", () => {
  const f = example();
  const y = f.get("a/y");
  f.delete("a/y");
  assert.equal(f.has("a/y"), false);
  assert.equal(y.read("5"), 5);
  f.delete("again");
  assert.throws(() => y.read(), { code: "NotFound", message: /deleted/ });
  assert.throws(() => y.shape, { code: "NotFound" });
  f.delete("outside");
  f.get("a").delete("b/x");
  f.delete("soft");
  assert.deepEqual(f.paths(), ["a", "a/b"]);
  assert.throws(() => f.delete("a/b/x"), { code: "NotFound" });
  assert.throws(() => f.delete("/"), { code: "Argument" });
  assert.deepEqual(written(f).paths(), ["a", "a/b"]);
});

test("a group goes with all that is below it; what is elsewhere, too, stays", () => {
  const f = example();
  const [b, x] = [f.get("a/b"), f.get("a/b/x")];
  f.delete("a");
  assert.throws(() => b.keys(), { code: "NotFound" });
  assert.throws(() => b.attrs.get("units"), { code: "NotFound" });
  assert.throws(() => x.read(), { code: "NotFound" });
  assert.deepEqual(f.keys(), ["again", "outside", "soft"]);
  assert.equal(f.get("again").read("999"), 999);
  assert.equal(f.get("soft"), undefined);
});

test("what takes the place of a deleted object is another one", () => {
  const f = create();
  const make = (n) => Array.from({ length: 10 }, (_, i) => f.createDataset(`x${i}`, { shape: [2], dtype: "<i4", fillvalue: 10 * n + i }));
  const olds = make(1);
  const addresses = new Set(olds.map((d) => d.address));
  const never = f.createDataset("y", { data: [5] }); // nobody looked at it yet
  for (const name of f.keys()) f.delete(name);
  const fresh = make(2);
  const again = f.createDataset("y", { data: [7, 8] });
  assert.ok(fresh.some((d) => addresses.has(d.address)), "the place of a header was used again");
  assert.deepEqual(fresh.map((d) => d.read("0")), Array.from({ length: 10 }, (_, i) => 20 + i));
  for (const old of olds) assert.throws(() => old.read(), { code: "NotFound" });
  for (const old of olds) assert.throws(() => old.attrs.size, { code: "NotFound" });
  assert.throws(() => never.read(), { code: "NotFound" });
  assert.equal(again.read("0"), 7);
});

test("links move, objects stay what they are", () => {
  const f = example();
  const [b, x] = [f.get("a/b"), f.get("a/b/x")];
  const made = f.createDataset("a/b/made", { data: [9] });
  f.move("a/b", "c/d/e");
  assert.equal(f.has("a/b"), false);
  assert.deepEqual(b.keys(), ["made", "x"]);
  assert.deepEqual(x.read().data, Int32Array.of(1, 2, 3));
  assert.equal(made.read("0"), 9);
  made.attrs.set("late", true);
  b.createDataset("later", { data: [4] }).attrs.set("n", 1n);
  b.attrs.set("units", "m");
  b.move("x", "renamed");
  b.get("renamed").attrs.set("was", "x");
  b.move("later", "/top");
  assert.equal(f.get("/c/d/e").address, b.address);
  const g = written(f);
  assert.deepEqual(g.get("c/d/e").keys(), ["made", "renamed"]);
  assert.equal(g.get("c/d/e").attrs.get("units"), "m");
  assert.equal(g.get("c/d/e/renamed").attrs.get("was"), "x");
  assert.equal(g.get("c/d/e/made").attrs.get("late"), true);
  assert.equal(g.get("top").attrs.get("n"), 1n);
  assert.throws(() => f.move("nothing", "x"), { code: "NotFound" });
  assert.throws(() => f.move("a", "c"), { code: "Argument" });
  assert.throws(() => f.move("c", "c/d/below"), { code: "Argument" });
});

test("objects that were just made have other names at once", () => {
  const f = create();
  const g = f.createGroup("g");
  const d = g.createDataset("d", { data: [1] });
  f.link("e", d);
  f.move("g", "h");
  const late = g.createDataset("late", { data: [2] });
  f.move("h", "i");
  assert.deepEqual([d.read("0"), late.read("0")], [1, 2]);
  assert.equal(d.address, f.get("e").address);
  assert.deepEqual(f.paths(), ["e", "i", "i/late"]);
  assert.deepEqual(written(f).paths(), f.paths());
});

test("attributes are deleted", () => {
  const f = example();
  const b = f.get("a/b");
  const other = f.get("a/b");
  b.attrs.set("two", 2);
  assert.deepEqual(other.attrs.keys(), ["units", "two"].toSorted());
  assert.equal(b.attrs.delete("units"), true);
  assert.equal(b.attrs.delete("units"), false);
  assert.deepEqual(other.attrs.keys(), ["two"]);
  b.attrs.set("three", [1, 2, 3]);
  b.attrs.clear();
  assert.equal(b.attrs.size, 0);
  assert.equal(written(f).get("a/b").attrs.size, 0);
  const r = openSync(kinds);
  assert.throws(() => r.attrs.delete("x"), { code: "ReadOnly" });
  assert.throws(() => r.attrs.clear(), { code: "ReadOnly" });
});

test("copies within a file", () => {
  const f = example();
  const y = f.get("a/y");
  y.attrs.set("n", 5);
  f.copy("a", "copy");
  f.copy(y, "copy/once more", { withoutAttrs: true });
  f.copy("a/y", f.get("copy/b"));
  f.copy(y, f.createGroup("g"), { name: "z" });
  f.copy("a", "shallow", { shallow: true });
  f.copy("/", "everything");
  const g = written(f);
  assert.deepEqual(g.get("copy").keys(), ["b", "once more", "y"]);
  assert.deepEqual(g.get("copy/b/y").read().data, y.read().data);
  assert.deepEqual(g.get("g/z").filters, y.filters);
  assert.equal(g.get("g/z").attrs.get("n"), 5);
  assert.equal(g.get("copy/once more").attrs.size, 0);
  assert.deepEqual(g.get("shallow/b").keys(), []);
  assert.notEqual(g.get("copy/y").address, g.get("a/y").address);
  assert.equal(g.getLink("everything/soft").kind, "soft");
  assert.throws(() => f.copy("nothing", "x"), { code: "NotFound" });
  assert.throws(() => f.copy("a", "copy"), { code: "Argument" });
  assert.throws(() => f.copy("/", f.createGroup("k")), { code: "Argument" });
  assert.throws(() => f.copy(5, "x"), { code: "Argument" });
  assert.throws(() => openSync(kinds).copy("grid", "x"), { code: "ReadOnly" });
});

test("copies from one file to another, open in whichever way", async () => {
  const source = openSync(kinds);
  const f = create();
  f.copy(source.get("grid"), "grid");
  source.copy("text", f);
  source.copy("grid/zipped", f.createGroup("more"), { name: "z" });
  const late = await open(new Blob([bytes()]));
  await assert.rejects(late.copy("grid", f), { code: "Argument" });
  const n = create();
  n.createDataset("new", { data: ["a", "b"] });
  n.copy("new", f);
  f.copy(n.get("new"), "newer");
  n.close();
  source.close();
  const g = written(f);
  const again = openSync(kinds);
  assert.deepEqual(g.get("more/z").read(), again.get("grid/zipped").read());
  assert.deepEqual(g.get("newer").read().data, ["a", "b"]);
  again.get("grid").visit((path, object) => {
    if (object.kind !== "dataset") return;
    assert.deepEqual(g.get(`grid/${path}`).read(), object.read(), path);
    assert.deepEqual(g.get(`grid/${path}`).attrs.toObject(), object.attrs.toObject(), path);
  });
});

test("a hard link stays in its file", () => {
  const f = create();
  assert.throws(() => f.link("x", openSync(kinds).get("grid")), { code: "Argument" });
});

test("many objects that nobody looked at", () => {
  const f = create();
  const all = Array.from({ length: 9000 }, (_, i) => f.createGroup(`g${i % 90}/n${i}`));
  f.move("g5", "h");
  f.delete("g6");
  assert.ok(all[5].keys().length === 0);
  assert.throws(() => all[6].keys(), { code: "NotFound" });
  assert.equal(f.get("h").keys().length, 100);
});
