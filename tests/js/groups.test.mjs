// Paths, links and listings.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, openSync } from "hyperslab";
import { kinds } from "./support.mjs";

const f = openSync(kinds);

test("paths are relative to a group, absolute with a slash, and tidy", () => {
  const g = f.get("grid");
  assert.deepEqual([g.kind, g.path, g.name], ["group", "/grid", "grid"]);
  assert.deepEqual([f.path, f.name, f.mode], ["/", "/", "r"]);
  for (const path of ["chunked", "./chunked", "/grid/chunked", "/grid//./chunked/"]) {
    assert.equal(g.get(path).path, "/grid/chunked");
    assert.equal(g.get(path).address, f.get("grid/chunked").address);
  }
  assert.equal(g.get("/").path, "/");
  assert.equal(g.get("nothing"), undefined);
  assert.equal(g.get("chunked/below"), undefined);
  assert.ok(g.has("chunked") && !g.has("nothing") && !g.has("chunked/below"));
  assert.throws(() => g.get(5), { code: "Argument" });
  assert.equal(g.file, f);
});

test("keys are in byte order, or in the order of creation where that is tracked", () => {
  assert.deepEqual(f.get("grid").keys(), ["chunked", "contiguous", "filled", "unset", "zipped"]);
  assert.deepEqual(f.get("ordered").keys(), ["zebra", "apple", "mango"]);
});

test("links are shown as they are", () => {
  const g = f.get("links");
  assert.deepEqual(g.getLink("hard"), { kind: "hard", address: f.get("grid/contiguous").address });
  assert.deepEqual(g.getLink("soft"), { kind: "soft", target: "/grid/chunked" });
  assert.deepEqual(f.getLink("links/external"), { kind: "external", file: "other.h5", target: "/there" });
  assert.equal(g.getLink("nothing"), undefined);
  assert.equal(f.getLink("nothing/at/all"), undefined);
  assert.equal(f.get("ordered").getLink("apple").creationOrder, 1);
});

test("soft links are followed by get, in circles not for ever", () => {
  assert.equal(f.get("links/soft").address, f.get("grid/chunked").address);
  assert.equal(f.get("links/soft").path, "/links/soft");
  assert.equal(f.get("links/up/links/up/scalar").read(), -5n);
  assert.equal(f.get("links/dangling"), undefined);
  assert.ok(!f.has("links/dangling"));
  assert.throws(() => f.get("links/loop"), { code: "Limit", path: "/links/loop" });
  // The other file is not there; where none may be looked for, the error names it.
  assert.equal(f.get("links/external"), undefined);
  assert.throws(() => openSync(kinds, { resolve: null }).get("links/external"), { code: "Unsupported", message: /other\.h5/ });
});

test("a listing is one operation and survives links that lead nowhere", () => {
  const entries = f.get("links").entries();
  assert.deepEqual(entries.map((e) => [e.name, e.link.kind, e.object?.kind]), [
    ["dangling", "soft", undefined],
    ["external", "external", undefined],
    ["hard", "hard", "dataset"],
    ["loop", "soft", undefined],
    ["soft", "soft", "dataset"],
    ["up", "hard", "group"],
  ]);
  assert.equal(entries[2].object.path, "/links/hard");
  assert.deepEqual(f.get("links").items().map(([name, object]) => [name, object?.name]), entries.map((e) => [e.name, e.object?.name]));
});

test("a visit meets every object once", () => {
  const seen = [];
  assert.equal(f.visit((path, object) => void seen.push([path, object.kind])), undefined);
  const paths = seen.map(([path]) => path);
  assert.equal(new Set(paths).size, paths.length);
  assert.deepEqual(f.paths(), paths);
  assert.ok(paths.includes("grid/contiguous") && !paths.includes("links/hard") && !paths.includes("links/up"));
  assert.deepEqual(f.get("ordered").paths(), ["zebra", "apple", "mango"]);
  assert.deepEqual(f.get("text").visit((path, object) => (object.ndim === 0 ? path : undefined)), "scalar");
});

test("the same from an asynchronous file", async () => {
  const a = await open(kinds);
  assert.deepEqual(await a.keys(), f.keys());
  assert.deepEqual(await a.paths(), f.paths());
  assert.equal((await a.get("links/soft")).address, f.get("links/soft").address);
  assert.deepEqual(await a.visit(async (path) => (path === "vlen" ? path : undefined)), "vlen");
  assert.deepEqual((await (await a.get("ordered")).items()).map(([name]) => name), ["zebra", "apple", "mango"]);
  const { attrs } = await a.get("grid");
  assert.deepEqual(await attrs.get("long"), f.get("grid").attrs.get("long"));
  assert.deepEqual(await attrs.toObject(), f.get("grid").attrs.toObject());
  const names = [];
  for await (const [name] of attrs) names.push(name);
  assert.deepEqual(names, attrs.keys());
  assert.throws(() => [...attrs], { code: "Argument" });
  a.close();
});

test("text forms", () => {
  assert.equal(String(f), "<HDF5 file (mode r)>");
  assert.equal(String(f.get("grid")), '<HDF5 group "/grid">');
  assert.equal(String(f.get("named")), '<HDF5 named type "named" (dtype <f4)>');
  assert.equal(String(f.get("text/variable")), '<HDF5 dataset "variable": shape (5,), type "string">');
  assert.equal(String(f.get("scalar")), '<HDF5 dataset "scalar": shape (), type "<i8">');
});
