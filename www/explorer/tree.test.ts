import assert from "node:assert/strict";
import { test } from "node:test";
import { natural } from "../data/names.js";
import { adopt, canOpen, flatten, join, rootNode, typeahead } from "./tree.js";

test("rows are what is unfolded, from top to bottom", () => {
  const root = rootNode("file.h5");
  adopt(root, ["a", "b", "c"]);
  const b = root.children?.[1];
  assert.ok(b);
  adopt(b, ["x", "y"]);
  assert.deepEqual(flatten(root).map((n) => n.path), ["/", "/a", "/b", "/c"]);
  b.open = true;
  assert.deepEqual(flatten(root).map((n) => n.path), ["/", "/a", "/b", "/b/x", "/b/y", "/c"]);
  assert.deepEqual([b.depth, b.position, b.siblings], [1, 2, 3]);
  assert.equal(join("/a", "b"), "/a/b");
});

test("groups unfold, and soft links to groups", () => {
  const root = rootNode("f");
  adopt(root, ["a"]);
  const a = root.children?.[0];
  assert.ok(a);
  assert.equal(canOpen(a), false);
  a.row = { name: "a", kind: "soft", leads: "group" };
  assert.equal(canOpen(a), true);
  a.row = { name: "a", kind: "soft" };
  assert.equal(canOpen(a), false);
});

test("typing goes to the next name that begins so", () => {
  const root = rootNode("zero");
  adopt(root, ["alpha", "beta", "Alps", "gamma"]);
  const rows = flatten(root);
  assert.equal(typeahead(rows, 0, "a"), 1);
  assert.equal(typeahead(rows, 1, "a"), 3);
  assert.equal(typeahead(rows, 3, "a"), 1);
  assert.equal(typeahead(rows, 3, "alp"), 3);
  assert.equal(typeahead(rows, 0, "q"), -1);
});

test("names are sorted as people do", () => {
  assert.deepEqual(natural(["10", "9", "b", "A", "a", "x10y2", "x9y11", "x10y1"]), ["9", "10", "A", "a", "b", "x9y11", "x10y1", "x10y2"]);
});

test("a hundred thousand rows are made at once", () => {
  const root = rootNode("big");
  adopt(root, Array.from({ length: 100 }, (_, i) => `run ${i}`));
  for (const run of root.children ?? []) {
    adopt(run, Array.from({ length: 1000 }, (_, i) => `node ${i}`));
    run.open = true;
  }
  const began = performance.now();
  assert.equal(flatten(root).length, 100_101);
  assert.ok(performance.now() - began < 500);
});
