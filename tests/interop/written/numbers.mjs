// Numbers: every width and byte order, in every layout that we write.
const ARRAYS = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
};

/** `n` values of a type, its extremes and special values among them. */
export function samples(type, n) {
  const A = ARRAYS[type];
  const bits = 8 * A.BYTES_PER_ELEMENT;
  const special = {
    i: [0n, 1n, -1n, -(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n],
    u: [0n, 1n, 2n ** BigInt(bits) - 1n, 2n ** BigInt(bits - 1)],
    f: [0, -0, 1.5, -2.25, Infinity, -Infinity, NaN, type === "f4" ? 2 ** -149 : 5e-324, type === "f4" ? 3.5e38 : 1e308],
  }[type[0]];
  const big = A === BigInt64Array || A === BigUint64Array;
  const data = new A(n);
  for (let i = 0; i < n; i++) {
    const v = i < special.length ? special[i] : type[0] === "f" ? Math.sin(i) * 1000 : BigInt((i * 7) % 100);
    data[i] = big ? v : Number(v);
  }
  return data;
}

/** As canon.mjs wants them: floats and integers of one array type are encoded from it directly. */
export const cases = [];

for (const type of Object.keys(ARRAYS)) {
  for (const order of type.endsWith("1") ? ["|"] : ["<", ">"]) {
    const dtype = `${order}${type}`;
    cases.push([
      `numbers_${type}_${order === ">" ? "be" : "le"}`,
      (f, want) => {
        const data = samples(type, 60);
        f.createDataset("whole", { data, dtype });
        want.dataset("/whole", dtype, [60], data, { layout: "contiguous", filters: [] });
        f.createDataset("cube", { data, dtype, shape: [3, 4, 5], chunks: [2, 3, 2] });
        want.dataset("/cube", dtype, [3, 4, 5], data, { layout: "chunked", chunks: [2, 3, 2] });
        f.createDataset("zipped", { data, dtype, shape: [6, 10], chunks: [4, 4], compression: 6, shuffle: true });
        want.dataset("/zipped", dtype, [6, 10], data, { layout: "chunked" });
        const one = data.slice(4, 5);
        f.createDataset("scalar", { data: one, dtype, shape: [] });
        want.dataset("/scalar", dtype, [], one);
        f.createDataset("scalar plain", { data: one[0], dtype });
        want.dataset("/scalar plain", dtype, [], one);
        f.createDataset("empty", { dtype, shape: [0, 4] });
        want.dataset("/empty", dtype, [0, 4], []);
        f.createDataset("null", { dtype, shape: null });
        want.dataset("/null", dtype, null, null);
        f.attrs.set("all", data, { dtype });
        want.attr("/", "all", dtype, [60], data);
      },
    ]);
  }
}

cases.push([
  "numbers_guessed",
  (f, want) => {
    f.createDataset("ints", { data: [[1, 2, 3], [4, 5, 6]], dtype: "int64" });
    want.dataset("/ints", "<i8", [2, 3], [1n, 2n, 3n, 4n, 5n, 6n]);
    f.createDataset("typed", { data: new Float32Array([1, 2.5, -3]) });
    want.dataset("/typed", "<f4", [3], new Float32Array([1, 2.5, -3]));
    f.createDataset("booleans", { data: [true, false, true] });
    want.dataset("/booleans", "bool", [3], new Int8Array([1, 0, 1]));
    f.createDataset("name of numpy", { data: [1.5, 2], dtype: "float64" });
    want.dataset("/name of numpy", "<f8", [2], [1.5, 2]);
    f.createDataset("bigints", { data: [2n ** 62n, -5n], dtype: "<i8" });
    want.dataset("/bigints", "<i8", [2], [2n ** 62n, -5n]);
  },
]);
