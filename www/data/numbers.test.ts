import assert from "node:assert/strict";
import { test } from "node:test";
import { brief, float16, float32, float64, half } from "./numbers.js";

test("floats are spelled so that they read back the same", () => {
  assert.deepEqual([1, -0, NaN, Infinity, -Infinity, 1e300, 1e-300, 0.1].map(float64), [
    "1", "-0", "NaN", "inf", "-inf", "1e300", "1e-300", "0.1",
  ]);
  assert.equal(float32(Math.fround(0.1)), "0.1");
  assert.equal(float32(Math.fround(16777217)), "16777216");
  assert.equal(float32(Math.fround(3.4028234663852886e38)), "3.4028235e38");
  assert.equal(float32(Math.fround(1e-45)), "1e-45");
  assert.equal(float32(-0), "-0");
  for (let i = 0; i < 2000; i++) {
    const x = Math.fround((Math.random() - 0.5) * 10 ** (Math.random() * 70 - 35));
    assert.equal(Math.fround(Number(float32(x))), x);
  }
});

test("float16 takes the nearest half with ties to even", () => {
  assert.equal(half(65504), 65504);
  assert.equal(half(65520), Infinity);
  assert.equal(half(2049), 2048);
  assert.equal(half(2051), 2052);
  assert.equal(half(2 ** -25), 0);
  assert.equal(half(2 ** -24 * 1.5), 2 ** -23);
  assert.equal(float16(half(0.1)), "0.1");
  assert.equal(float16(half(0.3333)), "0.3333");
  assert.equal(float16(65504), "65504");
});

test("read-outs are short", () => {
  assert.equal(brief(1234.56789), "1234.6");
  assert.equal(brief(2025), "2025");
  assert.equal(brief(1004887.4), "1004887");
  assert.equal(brief(1.23456e15), "1234600000000000");
  assert.equal(brief(NaN), "NaN");
});
