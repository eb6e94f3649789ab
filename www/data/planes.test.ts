import assert from "node:assert/strict";
import { test } from "node:test";
import { HyperslabError, type DatasetSync } from "hyperslab";
import { Job } from "./job.js";
import { fromWide, Planes } from "./planes.js";
import { pieces, plan, positions, runLength } from "./plan.js";
import { count, whole, type Range } from "./selection.js";
import { Cancelled } from "./trouble.js";

type Triple = readonly [number, number, number];

/** A dataset whose element at [i, j, …] is its index in C order; chunks named in `broken` cannot be read. */
function fake(shape: number[], chunks: number[] | null, broken: string[] = []): DatasetSync & { reads: number; touched: Map<string, number> } {
  const touched = new Map<string, number>();
  const d = {
    path: "/fake",
    file: {},
    shape,
    chunks,
    datatype: { class: "float", size: 4, order: "LE" },
    dtype: "<f4",
    reads: 0,
    touched,
    read(selection: (number | Triple)[], options?: { into?: Float32Array }) {
      d.reads++;
      const lists = selection.map((s) => {
        if (typeof s === "number") return [s];
        return Array.from({ length: count({ start: s[0], stop: s[1], step: s[2] }) }, (_, i) => s[0] + i * s[2]);
      });
      const out: number[] = [];
      const seen = new Set<string>();
      const visit = (axis: number, index: number[]): void => {
        if (axis === shape.length) {
          if (chunks) seen.add(index.map((v, k) => Math.floor(v / (chunks[k] as number))).join(","));
          out.push(index.reduce((a, v, k) => a * (shape[k] as number) + v, 0));
          return;
        }
        for (const v of lists[axis] as number[]) visit(axis + 1, [...index, v]);
      };
      visit(0, []);
      for (const c of seen) if (broken.includes(c)) throw new HyperslabError("Malformed", `chunk ${c} is broken`);
      for (const c of seen) touched.set(c, (touched.get(c) ?? 0) + 1);
      options?.into?.set(out);
      return { data: options?.into ?? Float32Array.from(out), shape: lists.map((l) => l.length), stride: [], dtype: "<f4" };
    },
  };
  return d as unknown as DatasetSync & { reads: number; touched: Map<string, number> };
}

const job = (): Job => new Job();

test("a plane has every element of the slice in its place", async () => {
  const d = fake([3, 40, 50], [1, 7, 9]);
  const ranges: Range[] = [{ start: 2, stop: 39, step: 3 }, { start: 1, stop: 50, step: 2 }];
  const plane = await new Planes().get(d, [{ at: 1 }, ...ranges], [1, 2], ranges, job());
  assert.deepEqual(plane.shape, [13, 25]);
  for (let r = 0; r < 13; r++) for (let c = 0; c < 25; c++) assert.equal(plane.data[r * 25 + c], 2000 + (2 + 3 * r) * 50 + 1 + 2 * c);
  assert.deepEqual(plane.positions, [undefined, undefined]);
  assert.equal(plane.coverage.read, 13 * 25);
});

test("one broken chunk is a hole, the others are there", async () => {
  const d = fake([40, 60], [10, 20], ["2,1"]);
  const ranges = [whole(40), whole(60)];
  const plane = await new Planes().get(d, ranges, [0, 1], ranges, job());
  assert.equal(plane.coverage.failed, 1);
  assert.match(plane.coverage.why?.message ?? "", /chunk 2,1/);
  for (let r = 0; r < 40; r++) {
    for (let c = 0; c < 60; c++) {
      const hole = r >= 20 && r < 30 && c >= 20 && c < 40;
      if (hole) assert.ok(Number.isNaN(plane.data[r * 60 + c]));
      else assert.equal(plane.data[r * 60 + c], r * 60 + c);
    }
  }
  assert.equal(plane.stats.notFinite, 200);
});

test("when nothing can be read the first problem is told", async () => {
  const d = fake([4, 4], [2, 2], ["0,0", "0,1", "1,0", "1,1"]);
  const ranges = [whole(4), whole(4)];
  await assert.rejects(new Planes().get(d, ranges, [0, 1], ranges, job()), /chunk 0,0/);
});

test("a plane is read once, until the slice changes", async () => {
  const planes = new Planes();
  const d = fake([10, 10, 10], null);
  const get = (at: number) => planes.get(d, [{ at }, whole(10), whole(10)], [1, 2], [whole(10), whole(10)], job());
  await get(0);
  const reads = d.reads;
  await get(0);
  assert.equal(d.reads, reads);
  await get(1);
  assert.ok(d.reads > reads);
});

test("bands end where chunks end, so that no chunk is decoded twice", () => {
  const storage = { shape: [8192, 4096], chunks: [500, 512], itemSize: 8 };
  const ranges = [{ start: 37, stop: 8001, step: 3 }, whole(4096)];
  const p = plan(storage, [0, 1], ranges);
  assert.ok(p.exact);
  const cut = pieces(storage, [0, 1], ranges, p);
  assert.ok(cut.length > 4);
  let at = 0;
  const chunksOf = (r: Range): number[] => [Math.floor(r.start / 500), Math.floor((r.stop - 1) / 500)];
  cut.forEach((piece, k) => {
    assert.equal(piece.at[0], at);
    at += piece.shape[0] as number;
    const next = cut[k + 1];
    if (next) assert.ok((chunksOf(piece.ranges[0] as Range)[1] as number) < (chunksOf(next.ranges[0] as Range)[0] as number));
  });
  assert.equal(at, count(ranges[0] as Range));
});

test("what is too big becomes an overview that costs little", () => {
  for (const storage of [
    { shape: [60_000, 60_000], chunks: null, itemSize: 4 },
    { shape: [60_000, 60_000], chunks: [256, 256], itemSize: 4 },
    { shape: [100_000, 40_000], chunks: [100_000, 1], itemSize: 8 },
  ]) {
    const ranges = storage.shape.map(whole);
    const p = plan(storage, [0, 1], ranges);
    assert.equal(p.exact, false);
    assert.ok(p.bytes <= 128 * 2 ** 20, `${storage.chunks}: ${p.bytes}`);
    const cut = pieces(storage, [0, 1], ranges, p);
    assert.equal(cut.reduce((a, c) => a + (c.shape[0] as number) * (c.shape[1] as number), 0), (p.axes[0]?.length ?? 0) * (p.axes[1]?.length ?? 0));
    for (const axis of p.axes) {
      assert.equal(axis.runs.reduce((a, r) => a + runLength(r), 0), axis.length);
      const at = positions(axis);
      for (let i = 1; i < at.length; i++) assert.ok((at[i] as number) > (at[i - 1] as number));
    }
  }
  const tiny = { shape: [2 ** 53 - 1, 4], chunks: [64, 4], itemSize: 1 };
  const p = plan(tiny, [0, 1], tiny.shape.map(whole));
  assert.ok(pieces(tiny, [0, 1], tiny.shape.map(whole), p).length <= 4096);
  assert.ok((p.axes[0]?.length ?? 0) <= 8192 && (p.axes[0]?.length ?? 0) >= 1000);
  const line = plan({ shape: [1e9], chunks: [1e6], itemSize: 4 }, [0], [whole(1e9)]);
  assert.ok(line.bytes <= 128 * 2 ** 20 && (line.axes[0]?.runs.length ?? 0) >= 20);
  const last = line.axes[0]?.runs.at(-1);
  assert.equal(last?.to, 1e9);
});

test("a job that is cancelled ends between two bands", async () => {
  const d = fake([400, 400], [10, 400]);
  const j = new Job();
  j.cancel();
  await assert.rejects(new Planes().get(d, [whole(400), whole(400)], [0, 1], [whole(400), whole(400)], j), Cancelled);
});

test("64-bit integers become the nearest floats", () => {
  const signed = [0n, -1n, 2n ** 40n, -(2n ** 63n), 2n ** 62n + 1n];
  assert.deepEqual([...fromWide(BigInt64Array.from(signed))], signed.map(Number));
  const unsigned = [0n, 2n ** 64n - 1n, 2n ** 32n, 4294967295n];
  assert.deepEqual([...fromWide(BigUint64Array.from(unsigned))], unsigned.map(Number));
});
