import assert from "node:assert/strict";
import { test } from "node:test";
import { count, parse, part, SelectionError, spell } from "./selection.js";

const round = (text: string, shape: number[]): string => spell(parse(text, shape), shape);

test("selections are read and spelled as NumPy does", () => {
  assert.equal(round("7, 10:20, ::4", [10, 30, 40]), "7, 10:20, ::4");
  assert.equal(round("", [3, 4]), ":, :");
  assert.equal(round("...", [3, 4]), ":, :");
  assert.equal(round("-1", [5, 6]), "4, :");
  assert.equal(round("..., -1", [5, 6, 7]), ":, :, 6");
  assert.equal(round("1, ..., 2", [5, 6, 7, 8]), "1, :, :, 2");
  assert.equal(round("[10:20, ]", [100, 1000]), "10:20, :");
  assert.equal(round("-3:", [10]), "7:");
  assert.equal(round("5:1000", [10]), "5:");
  assert.equal(round("8:3", [10]), "3:3");
});

test("what is no selection says why", () => {
  for (const [text, why] of [
    ["12", /outside axis 0, which has 10/],
    ["-11", /outside/],
    ["::0", /step/],
    ["::-1", /step/],
    ["1, 2", /2 axes are named, but there are 1/],
    ["..., ...", /only once/],
    ["a", /not a whole number/],
    ["1:2:3:4", /two colons/],
    ["1.5", /not a whole number/],
    [", 1", /2 axes/],
  ] as const) {
    assert.throws(() => parse(text, [10]), (e) => e instanceof SelectionError && why.test(e.message), text);
  }
});

test("part of a range keeps to its own elements", () => {
  const r = { start: 3, stop: 30, step: 4 }; // 3 7 11 15 19 23 27
  assert.equal(count(r), 7);
  assert.deepEqual(part(r, 2, 5), { start: 11, stop: 20, step: 4 });
  assert.equal(count(part(r, 2, 5)), 3);
  assert.equal(count(part(r, 0, 7, 2)), 4);
  assert.equal(count(part(r, 5, 7)), 2);
});
