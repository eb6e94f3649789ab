// The engine that is judged (engine.py), through the package in Node: a line of JSON for each change, and one for what came of it.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { open } from "hyperslab";

const KINDS = {
  i1: Int8Array, i2: Int16Array, i4: Int32Array, i8: BigInt64Array,
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, u8: BigUint64Array, f4: Float32Array, f8: Float64Array,
};
const TIMES = ["alloc", "never", "ifset"];
const ALLOCATION = [undefined, "early", "late", "incr"];

let file;
let place;
let memory;

const hex = (text) => Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));

/** A datatype as the package has it: enumerations have numbers, not text. */
function dtypeOf(d) {
  if (d.class === "compound") return { ...d, size: d.size ?? 0, members: d.members.map((m) => ({ ...m, dtype: dtypeOf(m.dtype) })) };
  if (d.class !== "enum") return d.base ? { ...d, base: dtypeOf(d.base) } : d;
  return { ...d, members: d.members.map(([name, value]) => [name, d.base.size === 8 ? BigInt(value) : Number(value)]) };
}

/** A number of any width from its bytes. */
function wide(bytes, signed) {
  let n = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) n = (n << 8n) | BigInt(bytes[i]);
  return signed ? BigInt.asIntN(8 * bytes.length, n) : n;
}

const cut = (bytes, size) => Array.from({ length: bytes.length / size }, (_, i) => bytes.slice(i * size, (i + 1) * size));

/** The `n` elements of a column, as reading would give them. */
async function elements(column, n, dtype) {
  if (column.n) return new KINDS[column.n](hex(column.b).buffer);
  if (column.w) return cut(hex(column.b), column.w).map((b) => wide(b, column.signed));
  if (column.o !== undefined) return cut(hex(column.b), column.o);
  if (column.s) return column.s.map((text) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(hex(text)));
  if (column.a !== undefined) return elements(column.v, n * column.a, dtype.base);
  if (column.r) return Promise.all(column.r.map((path) => (path === null ? { kind: "object", address: 0 } : file.get(path))));
  if (column.c) {
    const members = [];
    for (const [name, member] of column.c) members.push([name, await values(member, [n], dtype.members.find((m) => m.name === name).dtype)]);
    return Object.fromEntries(members);
  }
  const each = innerDims(dtype.base).reduce((a, b) => a * b, innermost(dtype.base).class === "complex" ? 2 : 1);
  const all = await elements(column.v, column.l.at(-1) ?? 0, dtype.base);
  return column.l.map((end, i) => part(all, each * (i ? column.l[i - 1] : 0), each * end));
}

/** Parts of a list, or of each column of records. */
function part(all, from, to) {
  if (Array.isArray(all) || ArrayBuffer.isView(all)) return all.slice(from, to);
  return Object.fromEntries(
    Object.entries(all).map(([name, { data, shape: [n, ...inner], ...rest }]) => {
      // Complex numbers are pairs, of which the shape says nothing.
      const listed = Array.isArray(data) || ArrayBuffer.isView(data);
      const each = listed ? n && data.length / n : inner.reduce((a, b) => a * b, 1);
      return [name, { ...rest, data: part(data, from * each, to * each), shape: [to - from, ...inner] }];
    }),
  );
}

/** Values to write, in a shape. */
async function values(column, shape, dtype) {
  const data = await elements(column, shape.reduce((a, b) => a * b, 1), dtype);
  return { data, shape: [...shape, ...innerDims(dtype)], stride: [], dtype };
}

const innermost = (d) => (d.class === "array" ? innermost(d.base) : d);

const innerDims = (d) => (d.class === "array" ? [...d.dims, ...innerDims(d.base)] : []);

const committed = async (type) => (type.committed ? file.get(type.committed) : dtypeOf(type.dtype));

async function dataset(op) {
  const dtype = await committed(op.type);
  const plain = op.type.committed ? dtype.datatype : dtype;
  const options = { dtype, shape: op.shape, maxshape: op.max, trackOrder: Boolean(op.attrs) };
  if (op.chunks) options.chunks = op.chunks;
  if (op.compact) options.layout = "compact";
  if (op.edge) options.filterPartialChunks = false;
  options.filters = [];
  for (const { id, values: told, optional } of op.filters ?? []) {
    if (id === 1) options.compression = told[0];
    else if (id === 2) options.shuffle = true;
    else if (id === 3) options.fletcher32 = true;
    else if (id === 6) options.filters.push({ id, values: told.slice(1), optional });
    else options.filters.push({ id, values: told, optional });
  }
  if (op.fill === "undefined") options.fillvalue = null;
  else if (op.fill) options.fillvalue = await values(op.fill, [], plain);
  if (op.fillTime !== undefined) options.fillTime = TIMES[op.fillTime];
  if (op.allocTime) options.allocTime = ALLOCATION[op.allocTime];
  if (op.value) options.data = await values(op.value, op.shape, plain);
  await file.createDataset(op.path, options);
}

const axis = ([start, stride, count, block]) => ({ start, stride, count, block });

/** A dataset without elements of its own. */
async function elsewhere(op) {
  const dtype = await committed(op.type);
  const options = { dtype, shape: op.shape, maxshape: op.max, trackOrder: Boolean(op.attrs) };
  if (op.fill) options.fillvalue = await values(op.fill, [], op.type.committed ? dtype.datatype : dtype);
  if (op.files) options.external = op.files.map(({ name, ...rest }) => ({ file: name, ...rest }));
  else options.sources = op.mappings.map(({ file: of, dataset, shape, source, target }) => ({ dataset, shape, file: of === "." ? undefined : of, source: source.map(axis), target: target.map(axis) }));
  await file.createDataset(op.path, options);
}

async function attribute(op) {
  const dtype = await committed(op.type);
  const value = op.shape === null ? null : await values(op.value, op.shape, op.type.committed ? dtype.datatype : dtype);
  await (await there(op.path)).attrs.set(op.name, value, { dtype });
}

async function write(op) {
  const d = await there(op.path);
  const shape = op.shape ?? op.slab?.shape ?? [op.points ? op.points.length / op.of.length : hex(op.mask).reduce((n, b) => n + b, 0)];
  const value = await values(op.value, shape, d.datatype);
  if (op.select) return d.write(op.select, value);
  const points = op.points && Array.from({ length: shape[0] }, (_, i) => op.points.slice(i * op.of.length, (i + 1) * op.of.length));
  return d.write(points ? { points } : { mask: hex(op.mask) }, value);
}

const how = (op) => ({ shallow: op.shallow, expandSoft: op.expand, withoutAttrs: op.bare });

/** A copy out of another file. */
async function bring(op) {
  const other = await open(op.file);
  try {
    await file.copy(await there(op.path, other), op.to, how(op));
  } finally {
    await other.close();
  }
}

/** The object at a path, or an error. */
async function there(path, of = file) {
  const found = await of.get(path);
  if (found) return found;
  throw Object.assign(new Error(`there is nothing at ${path}`), { code: "NotFound" });
}

const DO = {
  async open(op) {
    ({ file: place, memory } = op);
    file = memory ? await open(new Uint8Array(readFileSync(place)), { mode: "r+", libver: op.low }) : await open(place, { mode: "r+", libver: op.low });
  },
  async flush() {
    await file.flush();
    if (memory) writeFileSync(place, await file.toBytes());
  },
  async close() {
    if (!file) return;
    const closing = file;
    if (memory) writeFileSync(place, await closing.toBytes());
    file = undefined;
    await closing.close();
  },
  group: (op) => file.createGroup(op.path, { trackOrder: Boolean(op.attrs) }),
  dataset,
  virtual: elsewhere,
  raws: elsewhere,
  attr: attribute,
  write,
  delattr: async (op) => {
    if (!(await (await there(op.path)).attrs.delete(op.name))) throw Object.assign(new Error(`no attribute ${op.name}`), { code: "NotFound" });
  },
  commit: async (op) => file.createDatatype(op.path, dtypeOf(op.type.dtype), { trackOrder: Boolean(op.attrs) }),
  scale: async (op) => (await there(op.path)).makeScale(op.name),
  attach: async (op) => (await there(op.path)).attachScale(op.axis, await there(op.scale)),
  detach: async (op) => (await there(op.path)).detachScale(op.axis, await there(op.scale)),
  label: async (op) => (await there(op.path)).labelAxis(op.axis, op.label),
  hard: async (op) => file.link(op.path, await there(op.target)),
  soft: (op) => file.link(op.path, { kind: "soft", target: op.target }),
  external: (op) => file.link(op.path, { kind: "external", file: op.file, target: op.target }),
  unlink: (op) => file.delete(op.path),
  move: (op) => file.move(op.path, op.to),
  copy: (op) => file.copy(op.path, op.to, how(op)),
  bring,
  clear: async (op) => (await there(op.path)).attrs.clear(),
  raw: async (op) => (await there(op.path)).writeRawChunk(op.offset, hex(op.bytes)),
  resize: async (op) => (await there(op.path)).resize(op.shape),
  append: async (op) => {
    const d = await there(op.path);
    await d.append(await values(op.value, op.shape, d.datatype), op.axis);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const op = JSON.parse(line);
  let answer = {};
  try {
    if (op.op === "open") await DO.close().catch(() => {});
    await DO[op.op](op);
  } catch (e) {
    answer = { error: String(e?.message ?? e), code: e?.code ?? "None" };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
