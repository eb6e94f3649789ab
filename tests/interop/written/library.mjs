// Filters of the library beyond gzip, shuffle and Fletcher-32, and h5py's LZF: written here, read by libhdf5.
import { samples } from "./numbers.mjs";

export const cases = [];

const steps = (A, n, f) => A.from({ length: n }, (_, i) => f(i));

cases.push([
  "szip",
  (f, want) => {
    for (const type of ["u1", "i2", "u2", "i4", "f4", "i8", "f8"]) {
      const dtype = type === "u1" ? "|u1" : `<${type}`;
      const big = type === "i8";
      const A = samples(type, 1).constructor;
      const kinds = {
        // Smooth, equal for long, and of all sizes: every kind of block.
        smooth: steps(A, 3000, (i) => (big ? BigInt((i * i) >> 8) : ((i * i) >> 8) % 200)),
        flat: steps(A, 3000, (i) => (big ? BigInt(i > 2500) : Number(i > 2500))),
        wild: samples(type, 3000),
      };
      for (const [kind, data] of Object.entries(kinds)) {
        for (const opts of [undefined, ["nn", 32], ["ec", 2], ["ec", 10], ["nn", 4]]) {
          const name = `${type}/${kind} ${opts ?? ""}`;
          f.createDataset(name, { data, dtype, shape: [50, 60], chunks: [20, 33], compression: "szip", compressionOpts: opts });
          want.dataset(`/${name}`, dtype, [50, 60], data, { chunks: [20, 33] });
        }
      }
      f.createDataset(`${type}/narrow`, { data: kinds.smooth, dtype, shape: [1000, 3], chunks: [700, 3], compression: "szip" });
      want.dataset(`/${type}/narrow`, dtype, [1000, 3], kinds.smooth, { chunks: [700, 3] });
    }
    const be = steps(Int32Array, 3000, (i) => i * 5 - 900);
    f.createDataset("big-endian", { data: be, dtype: ">i4", chunks: [1000], compression: "szip", fletcher32: true });
    want.dataset("/big-endian", ">i4", [3000], be, { chunks: [1000] });
  },
]);

cases.push([
  "scaleoffset",
  (f, want) => {
    for (const type of ["u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8"]) {
      for (const order of type.endsWith("1") ? ["|"] : ["<", ">"]) {
        const dtype = order + type;
        const big = type.endsWith("8");
        const A = samples(type, 1).constructor;
        const kinds = {
          near: steps(A, 1000, (i) => (big ? BigInt(i % 90) + 5n : (i % 90) + 5)),
          constant: steps(A, 1000, () => (big ? 33n : 33)),
          nothing: new A(1000),
          wild: samples(type, 1000),
        };
        for (const [kind, data] of Object.entries(kinds)) {
          const put = (name, options) => {
            f.createDataset(`${dtype}/${kind} ${name}`, { data, dtype, chunks: [300], ...options });
            want.dataset(`/${dtype}/${kind} ${name}`, dtype, [1000], data, { chunks: [300] });
          };
          put("auto", { scaleoffset: true });
          put("zipped", { scaleoffset: 0, shuffle: true, compression: "gzip" });
          put("fill", { scaleoffset: true, fillvalue: big ? 7n : 7 });
          if (kind !== "wild") put("7 bits", { scaleoffset: 7 });
          put("all bits", { scaleoffset: Number(type[1]) * 8 });
        }
      }
    }
    for (const dtype of ["<f4", ">f4", "<f8", ">f8"]) {
      // Quarters and their hundredfold are exact, so nothing is rounded away.
      const data = steps(dtype.endsWith("4") ? Float32Array : Float64Array, 1000, (i) => ((i * 37) % 500) / 4 - 20);
      const put = (name, options, values = data) => {
        f.createDataset(`${dtype}/${name}`, { data: values, dtype, chunks: [300], ...options });
        want.dataset(`/${dtype}/${name}`, dtype, [1000], values, { chunks: [300] });
      };
      put("2 digits", { scaleoffset: 2 });
      put("fill", { scaleoffset: 2, fillvalue: -19.75 });
      put("tens", { scaleoffset: -1 }, data.map((v) => Math.round(v) * 10 + 0)); // no negative zero
      put("wild", { scaleoffset: 3 }, data.map((v, i) => (i % 300 === 5 ? 2 ** 100 : v)));
    }
  },
]);

cases.push([
  "nbit",
  (f, want) => {
    for (const [size, precision, offset, order, signed] of [
      [1, 5, 2, "LE", false],
      [2, 12, 3, "BE", true],
      [4, 17, 7, "LE", true],
      [4, 32, 0, "LE", true],
      [4, 20, 0, "BE", false],
      [8, 33, 20, "LE", false],
    ]) {
      const dtype = precision === size * 8 ? "<i4" : { class: "integer", size, order, signed, precision, offset };
      const data = size === 8 ? steps(BigInt64Array, 500, (i) => BigInt(i) * 65_537n) : steps(Int32Array, 500, (i) => i % (precision < 8 ? 30 : 500));
      const name = `${signed ? "i" : "u"}${precision} in ${size * 8} at ${offset} ${order}`;
      f.createDataset(name, { data, dtype, chunks: [77], filters: [{ id: 5 }] });
      want.dataset(`/${name}`, dtype, [500], data, { chunks: [77] });
    }
    const floats = steps(Float64Array, 500, (i) => i / 3);
    f.createDataset("f8 zipped", { data: floats, chunks: [77], filters: [{ id: 5 }], shuffle: true, compression: "gzip" });
    want.dataset("/f8 zipped", "<f8", [500], floats, { chunks: [77] });
  },
]);

cases.push([
  "lzf",
  (f, want) => {
    for (const type of ["u1", "i2", "f4", "f8"]) {
      const dtype = type === "u1" ? "|u1" : `<${type}`;
      for (const shuffle of [false, true]) {
        const data = samples(type, 5000);
        f.createDataset(`${type} ${shuffle}`, { data, dtype, chunks: [1500], compression: "lzf", shuffle });
        const filters = [...(shuffle ? [{ id: 2, flags: 1, cd: [Number(type[1])] }] : []), { id: 32_000, flags: 1, cd: [4, 0x105, 1500 * Number(type[1])] }];
        want.dataset(`/${type} ${shuffle}`, dtype, [5000], data, { chunks: [1500], filters });
      }
    }
  },
  { values: false }, // h5dump has no LZF
]);
