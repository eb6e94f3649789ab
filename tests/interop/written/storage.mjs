// How datasets are stored: chunk grids, filters, growth, fill values, storage that is never written.
import { samples } from "./numbers.mjs";
import { Want } from "../lib/want.mjs";

const DEFLATE = (level) => ({ id: 1, flags: 1, cd: [level] });
const SHUFFLE = (size) => ({ id: 2, flags: 1, cd: [size] });
const FLETCHER = { id: 3, flags: 0, cd: [] };

export const cases = [];
const range = (n, A = Int32Array) => A.from({ length: n }, (_, i) => i);

cases.push([
  "chunk_grids",
  (f, want) => {
    for (const [shape, chunks] of [
      [[1], [1]],
      [[100], [7]],
      [[100], [100]],
      [[10, 10], [10, 1]],
      [[10, 10], [3, 11]],
      [[5, 6, 7], [2, 2, 2]],
      [[2, 3, 2, 3, 2], [1, 2, 1, 2, 1]],
      [[200, 30], [1, 30]],
      [[3000], [1]],
    ]) {
      const n = shape.reduce((p, k) => p * k, 1);
      const maxshape = shape.map((k, i) => (i === 0 ? Math.max(k, chunks[0]) : i === 1 ? null : k));
      const name = `${shape.join("x")} by ${chunks.join("x")}`;
      f.createDataset(name, { data: range(n), shape, chunks, maxshape });
      want.dataset(`/${name}`, "<i4", shape, range(n), { layout: "chunked", chunks, maxshape, index: "btree1" });
    }
  },
]);

cases.push([
  "chunks_by_the_thousand",
  (f, want) => {
    // The index has inner nodes: several leaves, more than one level.
    f.createDataset("plain", { data: range(90_000), shape: [300, 300], chunks: [2, 3] });
    want.dataset("/plain", "<i4", [300, 300], range(90_000), { chunks: [2, 3] });
    f.createDataset("zipped", { data: range(20_000), chunks: [4], compression: 1 });
    want.dataset("/zipped", "<i4", [20_000], range(20_000), { chunks: [4] });
  },
]);

cases.push([
  "unlimited",
  (f, want) => {
    f.createDataset("rows", { data: range(60), shape: [6, 10], maxshape: [null, 10] });
    want.dataset("/rows", "<i4", [6, 10], range(60), { layout: "chunked", maxshape: [null, 10] });
    f.createDataset("all", { data: range(60), shape: [3, 4, 5], maxshape: [null, null, null], chunks: [2, 2, 2] });
    want.dataset("/all", "<i4", [3, 4, 5], range(60), { maxshape: [null, null, null], chunks: [2, 2, 2] });
    f.createDataset("none yet", { dtype: "<f8", shape: [0, 3], maxshape: [null, 3], chunks: [16, 3] });
    want.dataset("/none yet", "<f8", [0, 3], [], { maxshape: [null, 3], chunks: [16, 3] });
    f.createDataset("guessed", { data: range(1000), chunks: true });
    want.dataset("/guessed", "<i4", [1000], range(1000), { layout: "chunked" });
  },
]);

cases.push([
  "filters",
  (f, want) => {
    for (const type of ["u1", "i2", "f4", "i8", "f8"]) {
      const dtype = type === "u1" ? "|u1" : `<${type}`;
      const size = Number(type[1]);
      const data = samples(type, 1000);
      const put = (name, options, filters) => {
        f.createDataset(`${type}/${name}`, { data, dtype, chunks: [300], ...options });
        want.dataset(`/${type}/${name}`, dtype, [1000], data, { filters, chunks: [300] });
      };
      put("shuffle", { shuffle: true }, [SHUFFLE(size)]);
      put("fletcher32", { fletcher32: true }, [FLETCHER]);
      put("gzip", { compression: "gzip" }, [DEFLATE(4)]);
      put("gzip 7", { compression: "gzip", compressionOpts: 7 }, [DEFLATE(7)]);
      put("shuffle gzip", { shuffle: true, compression: "gzip" }, [SHUFFLE(size), DEFLATE(4)]);
      put("all", { shuffle: true, compression: 9, fletcher32: true }, [SHUFFLE(size), DEFLATE(9), FLETCHER]);
    }
    f.createDataset("chunks guessed", { data: range(100_000), compression: 4 });
    want.dataset("/chunks guessed", "<i4", [100_000], range(100_000), { layout: "chunked", filters: [DEFLATE(4)] });
  },
]);

cases.push([
  "gzip_levels",
  (f, want) => {
    const smooth = Float64Array.from({ length: 20_000 }, (_, i) => Math.round(1000 * Math.sin(i / 50)));
    let seed = 1;
    const noise = Uint8Array.from({ length: 20_000 }, () => (seed = (seed * 48271) % 2147483647) & 255);
    for (let level = 0; level <= 9; level++) {
      f.createDataset(`smooth ${level}`, { data: smooth, chunks: [5000], compression: level, shuffle: true });
      want.dataset(`/smooth ${level}`, "<f8", [20_000], smooth, { filters: [SHUFFLE(8), DEFLATE(level)] });
      f.createDataset(`noise ${level}`, { data: noise, chunks: [7000], compression: level });
      want.dataset(`/noise ${level}`, "|u1", [20_000], noise, { filters: [DEFLATE(level)] });
    }
  },
]);

cases.push([
  "fill_values",
  (f, want) => {
    const put = (name, dtype, fillvalue, canon, fillChunks) => {
      f.createDataset(name, { dtype, shape: [4, 5], fillvalue, ...fillChunks });
      want.dataset(`/${name}`, dtype, [4, 5], Array(20).fill(canon), { fill: Want.fill(dtype, canon) });
    };
    put("int", "<i4", -1, -1);
    put("int chunked", "<i4", 42, 42, { chunks: [2, 2] });
    put("int zipped", "<i4", 42, 42, { chunks: [2, 2], compression: 4 });
    put("big-endian", ">i2", 258, 258);
    put("nan", "<f8", NaN, NaN);
    put("float", "<f4", 1.5, 1.5, { chunks: true });
    put("bigint", "<i8", 2n ** 60n, 2n ** 60n);
    put("unsigned", "<u8", 2n ** 64n - 1n, 2n ** 64n - 1n);
    f.createDataset("written over", { data: range(20), shape: [4, 5], fillvalue: 7 });
    want.dataset("/written over", "<i4", [4, 5], range(20), { fill: Want.fill("<i4", 7) });
    f.createDataset("grows", { data: range(20), shape: [4, 5], maxshape: [null, 5], chunks: [3, 3], fillvalue: -9 });
    want.dataset("/grows", "<i4", [4, 5], range(20), { fill: Want.fill("<i4", -9) });
  },
]);

cases.push([
  "never_written",
  (f, want) => {
    // Storage is allocated late: nothing is stored, everything reads as zero.
    f.createDataset("big", { dtype: "float32", shape: [1024, 1024] });
    want.dataset("/big", "<f4", [1024, 1024], new Float32Array(1024 * 1024), { layout: "contiguous" });
    f.createDataset("chunked", { dtype: "int16", shape: [1000, 1000], chunks: [100, 100] });
    want.dataset("/chunked", "<i2", [1000, 1000], new Int16Array(1_000_000), { layout: "chunked" });
    f.createDataset("zipped", { dtype: "<u8", shape: [500, 500], compression: "gzip" });
    want.dataset("/zipped", "<u8", [500, 500], new BigUint64Array(250_000), { layout: "chunked" });
    f.createDataset("scalar", { dtype: "<f8", shape: [] });
    want.dataset("/scalar", "<f8", [], [0]);
  },
]);
