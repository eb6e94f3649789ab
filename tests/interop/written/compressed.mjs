// Compressions of the second module: h5py reads them with the reference plug-ins.

/** `values: false`: h5dump has no plug-ins, and is asked for everything but the values. */
export const cases = [];

const SHAPE = [60, 70];
const N = SHAPE[0] * SHAPE[1];
const ramp = (A) => A.from({ length: N }, (_, i) => (i * i) >> 9);
const wave = (A) => A.from({ length: N }, (_, i) => Math.sin(i / 40) * 100);
const noise = (A) => A.from({ length: N }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >> 5);

const OPTIONS = {
  bzip2: [undefined, 1],
  lz4: [undefined, 1000],
  zstd: [undefined, 1, 19],
  bitshuffle: [undefined, "none", ["zstd", 5]],
  blosc: [undefined, 0, 9, ...["lz4", "lz4hc", "snappy", "zlib", "zstd"].flatMap((c) => [[c, "noshuffle"], [c, "bitshuffle", 7]])],
  blosc2: [undefined, 0, ["lz4", "delta"], ["zstd", 9], ["zlib", "bitshuffle"]],
  zfp: [undefined],
};

const DATA = { "<i4": ramp(Int32Array), "<f8": wave(Float64Array), "<f4": wave(Float32Array), "<i8": BigInt64Array.from(ramp(Array), BigInt) };
const MORE = { "|u1": ramp(Uint8Array), "<u2": noise(Uint16Array) };

for (const [compression, all] of Object.entries(OPTIONS)) {
  cases.push([
    `compressed_${compression}`,
    (f, want) => {
      for (const [dtype, data] of Object.entries(compression === "zfp" ? DATA : { ...DATA, ...MORE })) {
        for (const compressionOpts of all) {
          const name = `${dtype} ${String(compressionOpts ?? "default")}`;
          // Chunks at the edges are larger than what is there.
          f.createDataset(name, { data, shape: SHAPE, chunks: [25, 32], compression, compressionOpts });
          want.dataset(`/${name}`, dtype, SHAPE, data, { layout: "chunked", chunks: [25, 32] });
        }
      }
    },
    { values: false },
  ]);
}

cases.push([
  "compressed_and_more",
  (f, want) => {
    const data = ramp(Int32Array);
    f.createDataset("all", { data, shape: SHAPE, chunks: [20, 70], shuffle: true, compression: "zstd", fletcher32: true });
    want.dataset("/all", "<i4", SHAPE, data, { chunks: [20, 70] });
    f.createDataset("flat", { data, chunks: [4099], filters: [{ id: 32_004 }, { id: 32_015, values: [4] }] });
    want.dataset("/flat", "<i4", [N], data, { chunks: [4099] });
    f.createDataset("deep", { data: data.subarray(0, 1680), shape: [2, 7, 1, 8, 15], chunks: [2, 3, 1, 5, 6], compression: "zfp" });
    want.dataset("/deep", "<i4", [2, 7, 1, 8, 15], data.subarray(0, 1680), { chunks: [2, 3, 1, 5, 6] });
    f.createDataset("deep2", { data: data.subarray(0, 1680), shape: [2, 7, 1, 8, 15], chunks: [2, 3, 1, 5, 6], compression: "blosc2" });
    want.dataset("/deep2", "<i4", [2, 7, 1, 8, 15], data.subarray(0, 1680), { chunks: [2, 3, 1, 5, 6] });
  },
  { values: false },
]);
