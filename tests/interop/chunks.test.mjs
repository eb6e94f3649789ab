// Chunks as they are stored: where they are, their bytes, and chunks that are put into place without being decoded.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gzipSync, deflateSync, inflateSync } from "node:zlib";
import { create, open, openSync, slice } from "hyperslab";
import { folder, local } from "../../scripts/lib/paths.mjs";
import { madeByH5py, seenByH5py } from "./lib/h5py.mjs";

const dir = folder(local, "chunks");
const numbers = (n) => Int32Array.from({ length: n }, (_, i) => i * 3);

/** A dataset with each kind of index. */
const kinds = {
  btree1: ["earliest", { chunks: [3, 4], maxshape: [null, 9], compression: "gzip" }],
  "btree1 plain": ["earliest", { chunks: [3, 4] }],
  single: ["v110", { chunks: [7, 9], compression: "gzip" }],
  implicit: ["v110", { chunks: [3, 4], allocTime: "early" }],
  farray: ["v110", { chunks: [3, 4], compression: "gzip" }],
  earray: ["v110", { chunks: [3, 4], maxshape: [null, 9], compression: "gzip" }],
  btree2: ["v200", { chunks: [3, 4], maxshape: [null, null], compression: "gzip", shuffle: true }],
};

for (const [kind, [libver, options]] of Object.entries(kinds)) {
  test(`chunks by ${kind}`, () => {
    const f = create({ libver });
    const d = f.createDataset("d", { data: numbers(63), shape: [7, 9], ...options });
    assert.equal(d.index, kind.split(" ")[0]);
    const e = f.createDataset("e", { shape: [7, 9], dtype: "<i4", fillvalue: -1, ...options });
    const all = d.chunkInfo();
    const pieces = [...d.iterChunks()];
    assert.deepEqual(all.map((c) => c.offset), pieces.map((p) => p.map((s) => s.start)));
    for (const { offset, size, filterMask, position } of all) {
      const { bytes, filterMask: mask } = d.readRawChunk(offset);
      assert.deepEqual([bytes.length, mask], [size, filterMask]);
      assert.deepEqual(d.chunkInfo(offset), { offset, size, filterMask, position });
      e.writeRawChunk(offset, bytes, mask);
      assert.deepEqual(e.readRawChunk(offset), { bytes, filterMask: mask });
    }
    assert.deepEqual(e.read().data, d.read().data);
    const whole = f.toBytes();
    for (const { position, size, offset } of d.chunkInfo()) assert.deepEqual(whole.slice(position, position + size), d.readRawChunk(offset).bytes);
    const file = path.join(dir, `${kind}.h5`);
    writeFileSync(file, whole);
    seenByH5py(
      file,
      `d, e = f["d"], f["e"]
assert (d[()] == e[()]).all()
assert d.id.get_num_chunks() == ${all.length}
seen = sorted((list(c.chunk_offset), c.byte_offset, c.size, c.filter_mask) for c in (d.id.get_chunk_info(i) for i in range(d.id.get_num_chunks())))
assert [list(s) for s in seen] == ${JSON.stringify(d.chunkInfo().map((c) => [c.offset, c.position, c.size, c.filterMask]))}, seen`,
    );
  });
}

test("chunks that skip filters, grow, shrink and take their place again", () => {
  const f = create();
  const d = f.createDataset("d", { shape: [10], dtype: "<i4", chunks: [4], compression: "gzip", shuffle: true });
  const raw = Buffer.from(Int32Array.of(1, 2, 3, 4).buffer);
  d.writeRawChunk([4], new Uint8Array(raw), 0b11);
  assert.deepEqual([...d.read().data], [0, 0, 0, 0, 1, 2, 3, 4, 0, 0]);
  d.writeRawChunk([0], new Uint8Array(deflateSync(raw)), 0b01);
  d.write("1", 70);
  assert.deepEqual([...d.read("0:4").data], [1, 70, 3, 4]);
  assert.equal(d.chunkInfo([0]).filterMask, 0);
  assert.equal(d.chunkInfo([8]), undefined);
  assert.equal(d.readRawChunk([8]), undefined);
  d.write("8", 5); // a chunk that may wait in memory gives way
  d.writeRawChunk([8], new Uint8Array(raw), 3);
  assert.deepEqual([...d.read("8:").data], [1, 2]);
  const { bytes } = d.readRawChunk([0]);
  assert.equal(inflateSync(bytes).length, 16);
  for (const [offset, b, mask] of [
    [[1], raw, 3], [[12], raw, 3], [[0, 0], raw, 3], ["0", raw, 3], [[-4], raw, 3], [[0], raw, 4], [[0], raw, -1], [[0], raw.subarray(4), 3], [[0], new Uint8Array(), 0],
    [[0], "text", 0],
  ]) assert.throws(() => d.writeRawChunk(offset, typeof b === "string" ? b : new Uint8Array(b), mask), { code: "Argument" }, JSON.stringify([offset, mask]));
  // What is no deflate stream is found out when it is read.
  d.writeRawChunk([0], new Uint8Array(gzipSync(raw)), 1);
  assert.throws(() => d.read(), { code: "Malformed" });
  assert.throws(() => f.createDataset("c", { data: [1, 2] }).chunkInfo(), { code: "Argument" });
  assert.throws(() => f.get("c").writeRawChunk([0], new Uint8Array(16)), { code: "Argument" });
  const t = f.createDataset("t", { data: ["a", "b"], chunks: [1] });
  assert.throws(() => t.writeRawChunk([0], new Uint8Array(16)), { code: "Unsupported" });
  assert.throws(() => openSync(f.toBytes()).get("d").writeRawChunk([0], new Uint8Array(16), 3), { code: "ReadOnly" });
});

test("pieces of selections, as h5py has them", () => {
  const file = madeByH5py("iter_chunks.h5", `f.create_dataset("d", (7, 9, 2), chunks=(3, 4, 2))`);
  const d = openSync(file).get("d");
  for (const [ours, theirs] of [[undefined, "None"], ["2:6, 4:", "np.s_[2:6, 4:, :]"], ["3:4, 0:9, 1:2", "np.s_[3:4, 0:9, 1:2]"], [[slice(0, 1), null, "..."], "np.s_[0:1, :, :]"]]) {
    const seen = seenByH5py(file, `print(json.dumps([[[s.start, s.stop] for s in c] for c in f["d"].iter_chunks(${theirs})]))`);
    assert.deepEqual([...d.iterChunks(ours)].map((c) => c.map((s) => [s.start, s.stop])), seen, theirs);
  }
  assert.deepEqual([...d.iterChunks("-1, 8")].map(String), ["6:7,8:9,0:2"]);
  assert.deepEqual([...d.iterChunks("5:2")], []);
  for (const wrong of ["::2", "9", "0,0,0,0"]) assert.throws(() => [...d.iterChunks(wrong)], { code: "Argument" });
  let sum = 0;
  for (const piece of d.iterChunks()) sum += d.read(piece).data.length;
  assert.equal(sum, 7 * 9 * 2);
});

test("chunks of files that have to be fetched", async () => {
  const f = create({ libver: "latest" });
  f.createDataset("d", { data: numbers(1000), chunks: [10], compression: "lzf" });
  const bytes = f.toBytes();
  const g = await open({ size: bytes.length, read: async (at, n) => bytes.slice(at, at + n) }, { mode: "r+" });
  const d = await g.get("d");
  const all = await d.chunkInfo();
  assert.equal(all.length, 100);
  const raw = await d.readRawChunk([990]);
  await d.writeRawChunk([0], raw.bytes, raw.filterMask);
  assert.deepEqual((await d.read("0:10")).data, (await d.read("990:")).data);
});
