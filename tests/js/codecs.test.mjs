// Compressions of the second module, through the package: options, what they are stored as, what comes back.
import assert from "node:assert/strict";
import test from "node:test";
import { create, open, openSync } from "hyperslab";
import { counting } from "./support.mjs";

const wave = Float64Array.from({ length: 6000 }, (_, i) => Math.sin(i / 50) * 100);

function fileOf(options, data = wave) {
  const f = create();
  f.createDataset("x", { data, shape: [60, 100], chunks: [25, 40], ...options });
  return f.toBytes();
}

const stored = (options) => openSync(fileOf(options)).get("x").filters.at(-1);

test("every compression by name, in memory and fetched piece by piece", async () => {
  for (const [compression, id] of Object.entries({ bzip2: 307, lz4: 32_004, zstd: 32_015, bitshuffle: 32_008, blosc: 32_001, blosc2: 32_026, zfp: 32_013 })) {
    const bytes = fileOf({ compression, shuffle: id < 32_010 });
    assert.equal(openSync(bytes).get("x").filters.at(-1).id, id);
    assert.equal(openSync(bytes).get("x").filters.at(-1).name, compression);
    assert.deepEqual(openSync(bytes).get("x").read().data, wave, compression);
    const d = await (await open(counting(bytes))).get("x");
    const part = await d.read("10:50:3, 99");
    assert.deepEqual([...part.data], Array.from({ length: 14 }, (_, i) => wave[(10 + 3 * i) * 100 + 99]), compression);
    assert.ok(bytes.length < 9 * 8000, `${compression}: ${bytes.length}`);
  }
});

test("options become the filter's parameters", () => {
  for (const [compression, compressionOpts, values] of [
    ["zstd", undefined, [3]],
    ["zstd", 19, [19]],
    ["bzip2", undefined, [9]],
    ["lz4", 4096, [4096]],
    ["bitshuffle", undefined, [0, 4, 8, 0, 2]],
    ["bitshuffle", ["zstd", 5], [0, 4, 8, 0, 3, 5]],
    ["bitshuffle", [64, 0], [0, 4, 8, 64, 0]],
    ["blosc", undefined, [2, 2, 8, 8000, 5, 1, 0]],
    ["blosc", ["zstd", 3, "bitshuffle"], [2, 2, 8, 8000, 3, 2, 5]],
    ["blosc", 9, [2, 2, 8, 8000, 9, 1, 0]],
    ["blosc2", ["lz4", "delta"], [1, 0, 8, 8000, 5, 3, 1]],
    [32_001, [0, 0, 0, 0, 7, 0, 4], [2, 2, 8, 8000, 7, 0, 4]],
    ["zfp", ["precision", 14], [0x10105111, 0x0570667a, 0x80000277, 0x80d00001]],
    ["zfp", undefined, [0x10105111, 0x0570667a, 0x80000277, 0x88000001]],
  ]) {
    assert.deepEqual(stored({ compression, compressionOpts }).values, values, `${compression} ${compressionOpts}`);
  }
});

test("zfp keeps what it is asked to", () => {
  const worst = (...compressionOpts) => {
    const bytes = fileOf({ compression: "zfp", compressionOpts });
    const { data } = openSync(bytes).get("x").read();
    return [data.reduce((max, v, i) => Math.max(max, Math.abs(v - wave[i])), 0), bytes.length];
  };
  const [fine, large] = worst("accuracy", 1e-6);
  const [coarse, small] = worst("accuracy", 0.5);
  assert.ok(fine > 0 && fine <= 1e-6 && coarse > 1e-6 && coarse <= 0.5, `${fine} ${coarse}`);
  assert.ok(small < large && worst("rate", 8)[1] < 16_000);
  assert.equal(worst("reversible")[0], 0);
});

test("what a compression cannot do is said when the dataset is made", () => {
  const wrong = [
    { compression: "zstd", compressionOpts: 23 },
    { compression: "bzip2", compressionOpts: 10 },
    { compression: "blosc", compressionOpts: ["rar"] },
    { compression: "blosc", compressionOpts: ["zstd", "delta"] },
    { compression: "blosc2", compressionOpts: "snappy" },
    { compression: "bitshuffle", compressionOpts: "zlib" },
    { compression: "zfp", compressionOpts: ["rate", 0] },
    { compression: "zfp", compressionOpts: "nearly" },
    { compression: "zfp", data: Int16Array.from({ length: 6000 }) },
  ];
  for (const options of wrong) assert.throws(() => fileOf(options), { code: "Argument" }, JSON.stringify(options));
});

test("damaged chunks are errors or other values, never worse", () => {
  for (const compression of ["bzip2", "lz4", "zstd", "bitshuffle", "blosc", "blosc2", "zfp"]) {
    const bytes = fileOf({ compression });
    for (let at = 2000; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
      const bad = bytes.slice();
      bad[at] ^= 0xff;
      try {
        openSync(bad).get("x").read();
      } catch (e) {
        assert.equal(e.name, "HyperslabError", `${compression} ${at}: ${e.stack}`);
        assert.notEqual(e.code, "Internal", `${compression} ${at}: ${e.stack}`);
      }
    }
  }
});
