// Half floats through every way in and out, wherever this runs: in Node, in pages, in other runtimes; with a Float16Array and without.

/** What halves are read into here. */
const Half = globalThis.Float16Array ?? Float32Array;
const native = Half !== Float32Array;

/** Every kind of half: normal, zero, the largest, the smallest, one that is rounded, infinite, none. */
const NUMBERS = [1.5, -0, 65504, 2 ** -24, 0.0999755859375, -Infinity, NaN];
const some = (n, first = 0) => Float32Array.from({ length: n }, (_, i) => ((first + i) % 2048) / 8);

let checked = 0;
/** Whether an array is of that type, and each element is that number. */
function is(what, data, Type, numbers) {
  checked += 1;
  if (data?.constructor !== Type) throw new Error(`${what}: ${data?.constructor?.name} where a ${Type.name} is wanted`);
  if (data.length !== numbers.length) throw new Error(`${what}: ${data.length} elements instead of ${numbers.length}`);
  const i = numbers.findIndex((v, k) => !Object.is(v, data[k]));
  if (i >= 0) throw new Error(`${what}: element ${i} is ${data[i]}, not ${numbers[i]}`);
}
function same(what, value, wanted) {
  checked += 1;
  if (!Object.is(value, wanted)) throw new Error(`${what}: ${String(value)}, not ${String(wanted)}`);
}

/** A file with halves of every kind; `Float32Array`s with a dtype, so that it can be made everywhere. */
function made({ create }) {
  const f = create({ libver: "v110" });
  const data = Float32Array.from(NUMBERS);
  f.createDataset("le", { data, dtype: "<f2" });
  f.createDataset("be", { data, dtype: ">f2" });
  f.createDataset("compact", { data, dtype: "float16", layout: "compact" });
  f.createDataset("packed", { data, dtype: "<f2", chunks: [3], compression: "gzip", shuffle: true });
  f.createDataset("packed_be", { data, dtype: ">f2", chunks: [3], compression: "zstd" });
  f.createDataset("sparse", { shape: [6], dtype: "<f2", chunks: [2], fillvalue: 0.5 }).write("2:4", [1, 2]);
  f.createDataset("scalar", { data: 0.1, dtype: "<f2" });
  f.createDataset("arrays", { data: [[1, 2], [3, 4]], dtype: { class: "array", dims: [2], base: ">f2" }, shape: [2] });
  f.createDataset("complex", { data: [[1, 2], [3, 4]], dtype: { class: "complex", base: "<f2" }, shape: [2] });
  f.createDataset("lists", { data: [[1, 2, 3], [], [0.5]], dtype: { class: "vlen", base: "<f2" } });
  const record = { class: "compound", size: 8, members: [{ name: "n", offset: 0, dtype: "<i4" }, { name: "h", offset: 4, dtype: ">f2" }] };
  f.createDataset("records", { data: { n: [1, 2], h: [0.5, -2] }, dtype: record });
  f.createDataset("record", { data: { n: 1, h: 0.5 }, dtype: record });
  f.createDataset("rows", { data: [[{ n: 1, h: 0.5 }], [{ n: 2, h: 2 }, { n: 3, h: 3 }]], dtype: { class: "vlen", base: record } });
  f.createDataset("singles", { data: Float32Array.of(1, 2, 65519, 0.1), dtype: "<f4" });
  f.createDataset("doubles", { data: Float64Array.of(65505, 2049, 1e-9, 0.1) });
  f.createDataset("whole", { data: BigInt64Array.of(65519n, 65520n, -3n, 2n ** 62n) });
  const sources = ["le", "be"].map((path, i) => ({ dataset: path, shape: [7], target: `${7 * i}:${7 * i + 7}` }));
  f.createDataset("virtual", { shape: [15], dtype: "<f2", fillvalue: 0.25, sources });
  f.createDataset("virtual_singles", { shape: [7], dtype: "<f4", sources: [{ dataset: "le", shape: [7] }] });
  f.createDataset("virtual_halves", { shape: [4], dtype: "<f2", sources: [{ dataset: "singles", shape: [4] }] });
  f.attrs.set("list", [0.5, 2], { dtype: ">f2" });
  f.attrs.set("one", 0.5, { dtype: "<f2" });
  f.createDataset("large", { data: some(3_000_000), dtype: "<f2", chunks: [100_000], compression: "gzip", compressionLevel: 1 });
  f.createDataset("large_be", { data: some(2_000_000), dtype: ">f2", shape: [1000, 2000], chunks: [50, 700], compression: "gzip", compressionLevel: 1 });
  return f.toBytes();
}

async function reading(f) {
  const get = (path) => f.get(path);
  for (const path of ["le", "be", "compact", "packed", "packed_be"]) {
    const d = await get(path);
    const all = await d.read();
    is(path, all.data, Half, NUMBERS);
    same(`dtype of ${path}`, all.dtype, path.endsWith("be") ? ">f2" : "<f2");
    is(`a part of ${path}`, (await d.read("1:6:2")).data, Half, [-0, 2 ** -24, -Infinity]);
    is(`points of ${path}`, (await d.read({ points: [[4], [0]] })).data, Half, [NUMBERS[4], 1.5]);
    same(`an element of ${path}`, await d.read("2"), 65504);
  }
  is("sparse", (await (await get("sparse")).read()).data, Half, [0.5, 0.5, 1, 2, 0.5, 0.5]);
  same("fillvalue", (await get("sparse")).fillvalue, 0.5);
  same("scalar", await (await get("scalar")).read(), NUMBERS[4]);
  const arrays = await (await get("arrays")).read();
  is("arrays", arrays.data, Half, [1, 2, 3, 4]);
  is("complex", (await (await get("complex")).read()).data, Half, [1, 2, 3, 4]);
  const lists = (await (await get("lists")).read()).data;
  [[1, 2, 3], [], [0.5]].forEach((numbers, i) => is(`list ${i}`, lists[i], Half, numbers));
  const { h } = (await (await get("records")).read()).data;
  is("column", h.data, Half, [0.5, -2]);
  same("dtype of a column", h.dtype, ">f2");
  same("record", (await (await get("record")).read()).h, 0.5);
  is("column of a list", (await (await get("rows")).read()).data[1].h.data, Half, [2, 3]);
  is("attribute", (await f.attrs.get("list")).data, Half, [0.5, 2]);
  same("scalar attribute", await f.attrs.get("one"), 0.5);
  is("virtual", (await (await get("virtual")).read()).data, Half, [...NUMBERS, ...NUMBERS, 0.25]);
  is("halves as a virtual dataset of singles", (await (await get("virtual_singles")).read()).data, Float32Array, NUMBERS);
  is("singles as a virtual dataset of halves", (await (await get("virtual_halves")).read()).data, Half, [1, 2, Infinity, NUMBERS[4]]);
  let at = 0;
  for (const box of await (await get("large")).iterChunks("150000:350000")) {
    const { data } = await (await get("large")).read(box);
    is("a chunk", data, Half, some(data.length, 150_000 + at));
    at += data.length;
  }
  is("large", (await (await get("large")).read()).data, Half, some(3_000_000));
  is("large, big-endian", (await (await get("large_be")).read()).data, Half, some(2_000_000));
}

async function converting(f) {
  const [le, be, packed] = [await f.get("le"), await f.get("be"), await f.get("packed")];
  for (const d of [le, be, packed]) {
    const halves = await d.as("float16").read();
    is("as float16", halves.data, Half, NUMBERS);
    same("its dtype", halves.dtype, "<f2");
    is("as float32", (await d.read(null, { as: "float32" })).data, Float32Array, NUMBERS);
    is("as float64", (await d.as("float64").read()).data, Float64Array, NUMBERS);
    is("as int16", (await d.as("int16").read("0:3")).data, Int16Array, [1, 0, 32767]);
    is("as uint64", (await d.as("uint64").read("0:3")).data, BigUint64Array, [1n, 0n, 65504n]);
    for (const Type of [Float32Array, Float64Array]) {
      const into = new Type(9);
      const read = await d.read(null, { into });
      is(`into a ${Type.name}`, read.data, Type, NUMBERS);
      same("whose memory it is", read.data.buffer, into.buffer);
      same("and dtype", read.dtype, Type === Float32Array ? "<f4" : "<f8");
    }
    const into = new Half(new ArrayBuffer(40), Half.BYTES_PER_ELEMENT, 7);
    same("into halves", (await d.read(null, { into })).data, into);
    is("into halves", into, Half, NUMBERS);
  }
  const rounded = { singles: [1, 2, Infinity, NUMBERS[4]], doubles: [Infinity, 2048, 0, NUMBERS[4]], whole: [65504, Infinity, -3, Infinity] };
  for (const [path, numbers] of Object.entries(rounded)) {
    const d = await f.get(path);
    is(`${path} as float16`, (await d.as("float16").read()).data, Half, numbers);
    if (native) is(`${path} into halves`, (await d.read(null, { into: new Half(4) })).data, Half, numbers);
  }
  is("arrays as float16", (await (await f.get("arrays")).as("float16").read()).data, Half, [1, 2, 3, 4]);
}

/** Writes what was read. On a platform without halves it is singles, and a dtype says what they are in the file. */
function writing({ create }) {
  const f = create();
  const data = Half.from(NUMBERS);
  const d = f.createDataset("x", { data, ...(!native && { dtype: "<f2" }), maxshape: [null], chunks: [4], compression: "gzip" });
  same("dtype of halves", d.dtype, "<f2");
  is("written", d.read().data, Half, NUMBERS);
  d.write("0:2", Half.of(7, 8));
  d.append(Half.of(9));
  is("changed", d.read().data, Half, [7, 8, ...NUMBERS.slice(2), 9]);
  for (const dtype of [">f2", "<f4", ">f8"]) same(dtype, f.createDataset(dtype, { data, dtype }).read("3"), 2 ** -24);
  is("as whole numbers", f.createDataset("n", { data: Half.of(1.9, -3, 65504), dtype: "<i2" }).read().data, Int16Array, [1, -3, 32767]);
  f.attrs.set("a", data, native ? {} : { dtype: "<f2" });
  is("attribute that was set", f.attrs.get("a").data, Half, NUMBERS);
  const lists = f.createDataset("lists", { data: [Half.of(1), Half.of(2, 3)], dtype: { class: "vlen", base: "<f2" } });
  is("list that was written", lists.read().data[1], Half, [2, 3]);
  const table = f.createDataset("table", { data: { h: data }, dtype: { class: "compound", members: [{ name: "h", dtype: "<f2" }] } });
  is("column that was written", table.read().data.h.data, Half, NUMBERS);
  if (native) {
    // Bit by bit: there are many that are no number.
    const bits = Uint16Array.of(0x7e01, 0xfc01, 0x3e00);
    f.createDataset("bits", { data: new Half(bits.buffer) });
    is("bits", new Uint16Array(f.get("bits").read().data.buffer), Uint16Array, [...bits]);
  }
}

/** Those who take values from here. */
async function consumers(bytes, { open }, { zarr, h5web, h5wasm }) {
  const f = await open(bytes);
  if (zarr) {
    const store = zarr.zarrStore(f);
    const text = new TextDecoder();
    const meta = async (path) => JSON.parse(text.decode(await store.get(`/${path}/.zarray`)));
    const decoded = (part) => new (native ? Uint16Array : Uint32Array)(part.buffer, part.byteOffset, 3);
    // What is packed by a codec that readers have is handed out as it is, where they have halves; the rest as values.
    same("Zarr's type", (await meta("packed_be")).dtype, native ? ">f2" : "<f4");
    same("Zarr's type of what is decoded", (await meta("virtual")).dtype, native ? "<f2" : "<f4");
    same("Zarr's value", decoded(await store.get("/virtual/0"))[0], native ? 0x3e00 : 0x3fc00000);
    same("Zarr's complex numbers", (await meta("complex")).dtype, "<c8");
    is("their values", new Float32Array((await store.get("/complex/0")).slice().buffer), Float32Array, [1, 2, 3, 4]);
    const records = await store.get("/records/0");
    same("Zarr's records", JSON.stringify((await meta("records")).dtype), JSON.stringify([["n", "<i4"], ["h", native ? "<f2" : "<f4"]]));
    same("their halves", new DataView(records.buffer, records.byteOffset)[native ? "getUint16" : "getUint32"](4, true), native ? 0x3800 : 0x3f000000);
  }
  if (h5web) {
    const api = new h5web.HyperslabApi(f);
    const value = (path) => api.getValue({ dataset: { path } });
    is("H5Web", await value("/le"), Float32Array, NUMBERS);
    is("H5Web's lists", (await value("/lists"))[0], Float32Array, [1, 2, 3]);
    same("H5Web's records", JSON.stringify(await value("/records")), "[[1,0.5],[2,-2]]");
    is("H5Web's attributes", (await api.getAttrValues({ path: "/" })).list, Float32Array, [0.5, 2]);
  }
  await f.close();
  if (h5wasm) {
    const { FS } = await h5wasm.ready;
    FS.writeFile("halves.h5", bytes);
    const file = new h5wasm.File("halves.h5", "r");
    is("h5wasm", file.get("be").value, Float32Array, NUMBERS);
    is("h5wasm's lists", file.get("lists").value[0], Float32Array, [1, 2, 3]);
    is("h5wasm's attributes", file.attrs.list.value, Float32Array, [0.5, 2]);
    file.close();
    const out = new h5wasm.File("out.h5", "w");
    is("h5wasm, written", out.create_dataset({ name: "h", data: Half.of(1, 2), ...(!native && { dtype: "<f2" }) }).value, Float32Array, [1, 2]);
    out.close();
  }
}

/** Goes through all of it: `hyperslab`, and of its other entries those that are given. How many things were looked at, and what halves are. */
export async function halves(hyperslab, others = {}) {
  const { open } = hyperslab;
  const bytes = made(hyperslab);
  const later = { size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) };
  for (const [source, options] of [[bytes, {}], [new Blob([bytes]), {}], [later, {}], [new Blob([bytes]), { workers: 2 }], [bytes, { mode: "r+" }]]) {
    const f = await open(source, options);
    await reading(f);
    await converting(f);
    await f.close();
  }
  writing(hyperslab);
  await consumers(bytes, hyperslab, others);
  return { checked, halves: Half.name };
}
