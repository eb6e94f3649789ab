import assert from "node:assert/strict";
import { test } from "node:test";
import { spell } from "../data/selection.js";
import { assign, fit, initial, moveTo, rank, typed, type Mapping } from "./mapping.js";

const say = (m: Mapping, shape: number[]): string => `${spell(m.picks, shape)} | ${m.y} ${m.x}`;

test("the last axes are drawn first, colours are not", () => {
  assert.equal(say(initial([100, 512, 512], 2), [100, 512, 512]), "0, :, : | 1 2");
  assert.equal(say(initial([400, 600, 3], 2), [400, 600, 3]), ":, :, 0 | 0 1");
  assert.equal(say(initial([7], 1), [7]), ": | null 0");
  assert.equal(say(initial([], 0), []), " | null null");
});

test("a slice fits another view", () => {
  const shape = [5, 6, 7];
  const m = initial(shape, 2);
  assert.equal(say(fit(m, shape, 1, 1), shape), "0, 0, : | null 2");
  assert.equal(say(fit(m, shape, 0, 0), shape), "0, 0, 0 | null null");
  const line = fit(moveTo(m, shape, 0, 3), shape, 1, 1);
  assert.equal(say(fit(line, shape, 2, 2), shape), "3, :, : | 1 2");
  const all = typed(m, shape, "...");
  assert.equal(say(fit(all, shape, 2, 2), shape), "0, :, : | 1 2");
  const swapped = { ...m, x: 1, y: 2 };
  assert.equal(say(fit(swapped, shape, 2, 2), shape), "0, :, : | 2 1");
});

test("axes change roles", () => {
  const shape = [5, 6, 7];
  const m = initial(shape, 2);
  assert.equal(say(assign(m, shape, 1, "x"), shape), "0, :, : | 2 1");
  assert.equal(say(assign(m, shape, 0, "y"), shape), ":, 0, : | 0 2");
  assert.equal(assign(m, shape, 2, "x"), m);
});

test("typed selections keep what still makes sense", () => {
  const shape = [5, 6, 7];
  const m = typed(initial(shape, 2), shape, "1:3, 2, ::2");
  assert.equal(rank(m), 2);
  assert.equal(say(fit(m, shape, 2, 2), shape), "1:3, 2, ::2 | 0 2");
  assert.throws(() => typed(m, shape, "9"));
});
