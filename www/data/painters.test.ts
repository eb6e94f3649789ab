import assert from "node:assert/strict";
import { test } from "node:test";
import { decimate } from "./decimate.js";
import { lowestPositive, percentiles, statsOf } from "./limits.js";
import { cover, paint, resample } from "./resample.js";

const self = (i: number): number => i;

test("a spike among ten million points stays", () => {
  const n = 10_000_000;
  const data = new Float32Array(n);
  data[7_654_321] = 9;
  data[1_234_567] = -9;
  data[5] = NaN;
  const began = performance.now();
  const { x, y } = decimate(data, 0, n, 1000, self);
  assert.ok(performance.now() - began < 2000);
  assert.ok(x.length <= 4000);
  assert.equal(y[x.indexOf(7_654_321)], 9);
  assert.equal(y[x.indexOf(1_234_567)], -9);
  assert.equal(x[0], 0);
  assert.equal(x.at(-1), n - 1);
  for (let i = 1; i < x.length; i++) assert.ok((x[i] as number) > (x[i - 1] as number), "positions grow");
});

test("each column keeps its lowest and highest value", () => {
  const data = Float64Array.from({ length: 997 }, (_, i) => Math.sin(i * i));
  const columns = 50;
  const { x, y } = decimate(data, 0, data.length, columns, self);
  const kept = new Set(x);
  for (let c = 0; c < columns; c++) {
    const [a, b] = [Math.floor((c * 997) / columns), Math.floor(((c + 1) * 997) / columns)];
    const values = data.subarray(a, b);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    assert.ok(kept.has(data.indexOf(low)) && kept.has(data.indexOf(high)));
  }
  x.forEach((at, i) => assert.equal(y[i], data[at]));
});

test("few points stay as they are; what is not finite is a gap", () => {
  assert.deepEqual(decimate(new Float64Array([1, NaN, Infinity, 4]), 0, 4, 100, self), {
    x: new Float64Array([0, 1, 2, 3]),
    y: new Float64Array([1, NaN, NaN, 4]),
  });
  const gap = new Float64Array(1000).fill(1).fill(NaN, 400, 600);
  const { x, y } = decimate(gap, 0, 1000, 10, self);
  assert.deepEqual([...x].filter((_, i) => Number.isNaN(y[i])), [400, 500]);
});

test("statistics look at finite values only", () => {
  const data = new Float64Array([NaN, 3, -2, Infinity, 0.5, -Infinity, 3, -2]);
  assert.deepEqual(statsOf(data), { min: -2, max: 3, minAt: 2, maxAt: 1, notFinite: 3 });
  assert.equal(lowestPositive(data), 0.5);
  assert.ok(Number.isNaN(statsOf(new Float32Array([NaN])).min));
});

test("percentiles are exact for small data and close for big", () => {
  assert.deepEqual(percentiles(Float64Array.from({ length: 101 }, (_, i) => 100 - i), [1, 50, 99]), [1, 50, 99]);
  const big = Float32Array.from({ length: 2_000_000 }, (_, i) => (i * 7919) % 1000);
  const [low, high] = percentiles(big, [5, 95]) as [number, number];
  assert.ok(Math.abs(low - 50) < 5 && Math.abs(high - 950) < 5, `${low} ${high}`);
  assert.ok(Number.isNaN(percentiles(new Float32Array([NaN]), [1])[0]));
});

test("a lone hot element survives being made small", () => {
  const data = new Float32Array(4096 * 4096);
  data[1234 * 4096 + 3210] = 5;
  const out = resample({ data, rows: 4096, cols: 4096, rowStride: 4096, colStride: 1 }, { x0: -0.5, x1: 4095.5, y0: -0.5, y1: 4095.5 }, 700, 500);
  const at = out.indexOf(5);
  assert.equal(Math.floor(at / 700), Math.floor((1234.5 / 4096) * 500));
  assert.equal(at % 700, Math.floor((3210.5 / 4096) * 700));
  assert.equal(out.filter((v) => v === 5).length <= 4, true);
});

test("made big, each element covers its own pixels; NaN stays NaN", () => {
  const grid = { data: new Float64Array([1, 2, NaN, 4]), rows: 2, cols: 2, rowStride: 2, colStride: 1 };
  const out = resample(grid, { x0: -0.5, x1: 1.5, y0: -0.5, y1: 1.5 }, 4, 4);
  assert.deepEqual([...out], [1, 1, 2, 2, 1, 1, 2, 2, NaN, NaN, 4, 4, NaN, NaN, 4, 4]);
  const turned = resample({ ...grid, rowStride: 1, colStride: 2 }, { x0: -0.5, x1: 1.5, y0: -0.5, y1: 1.5 }, 2, 2);
  assert.deepEqual([...turned], [1, NaN, 2, 4]);
});

test("every element is covered by some pixel, whatever the sizes", () => {
  for (const [n, pixels] of [[10, 7], [1000, 333], [5, 64], [4096, 1000]] as const) {
    const { first, last } = cover(-0.5, n - 0.5, pixels, n);
    assert.equal(first[0], 0);
    assert.equal(last[pixels - 1], n);
    for (let p = 1; p < pixels; p++) {
      assert.ok((first[p] as number) <= (last[p - 1] as number), "no gap");
      assert.ok((last[p] as number) > (first[p] as number), "never empty");
    }
  }
});

test("samples of an overview show where they stand, and the nearest between them", () => {
  const { first, last } = cover(0, 100, 10, 3, new Float64Array([0, 50, 99]));
  assert.deepEqual([...first], [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]);
  first.forEach((f, p) => assert.equal(last[p], f + 1));
});

test("values become colours between the limits", () => {
  const table = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  const level = (values: number[], low: number, high: number, scale: "lin" | "log" = "lin"): number[] => {
    const rgba = paint(new Float64Array(values), { table, low, high, scale });
    return values.map((_, i) => ((rgba[4 * i + 3] as number) === 0 ? -1 : (rgba[4 * i] as number)));
  };
  assert.deepEqual(level([0, 50, 100, NaN, -5, 500, Infinity, -Infinity], 0, 100), [0, 128, 255, -1, 0, 255, 255, 0]);
  assert.deepEqual(level([1, 10, 100, 0, -1], 1, 100, "log"), [0, 127, 255, 0, 0]);
  assert.deepEqual(level([7], 7, 7), [128]);
});
