import assert from "node:assert/strict";
import { test } from "node:test";
import type { NdArray } from "hyperslab";
import { cellText, oneLine, valueText } from "./cells.js";
import { leading, parts, plain } from "./links.js";

test("a text has plain parts and parts that lead somewhere", () => {
  const text = `[${leading("/a/b", "→ /a/b")}, ${leading("/", "→ /")}]`;
  assert.deepEqual(parts(text), ["[", { to: "/a/b", text: "→ /a/b" }, ", ", { to: "/", text: "→ /" }, "]"]);
  assert.equal(plain(text), "[→ /a/b, → /]");
  assert.deepEqual(parts("nothing"), ["nothing"]);
  assert.deepEqual(parts(""), []);
});

test("what a file says cannot pass for a link", () => {
  const forged = "\ue000/x\ue001click\ue002";
  assert.equal(oneLine(forged), "\\ue000/x\\ue001click\\ue002");
  assert.equal(leading(forged, "text"), "text");
});

test("references tell paths where they are known", () => {
  const refs = [{ kind: "object", address: 96 }, { kind: "region", address: 96, selection: new Uint8Array(4) }, { kind: "object", address: 0 }];
  const a = { data: refs, shape: [3], stride: [1], dtype: { class: "reference", ref: "object" } } as unknown as NdArray;
  const pathOf = (r: { address: number }): string => `/at/${r.address}`;
  assert.deepEqual([0, 1, 2].map((i) => plain(cellText(a, 3, pathOf)(i))), ["→ /at/96", "→ part of /at/96", "null reference"]);
  assert.deepEqual(parts(valueText(a, a.dtype, pathOf))[1], { to: "/at/96", text: "→ /at/96" });
  assert.equal(valueText(a, a.dtype), "[→ object at 0x60, → region at 0x60, null reference]");
});
