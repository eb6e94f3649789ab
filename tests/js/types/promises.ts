// What types promise of values, next to the values: types.test.mjs compiles this and runs it.
import {
  type Columns,
  create,
  type Data,
  type Dataset,
  type DatasetOptions,
  type DatasetSync,
  type Dtype,
  type HalfArray,
  isDataset,
  type NdArray,
  openSync,
  open,
  type Reference,
  type Row,
  type Scalar,
  type Shape,
  slice,
  type Value,
  type VlenElement,
} from "hyperslab";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

let checked = 0;
/** `says<T>()(value, test)`: the value's type is `T`, neither more nor less, and the value passes the test. */
function says<T>() {
  return <V>(value: V, ...[test]: Equal<V, T> extends true ? [test: (value: T) => boolean] : [never, "the type is another one"]): void => {
    checked += 1;
    if (!(test as (value: unknown) => boolean)(value)) throw new Error(`check ${checked} failed: ${String(test)}`);
  };
}
const arrayOf = (Type: new (n: number) => unknown) => (v: { readonly data: unknown } | number | bigint | null): boolean =>
  typeof v === "object" && v?.data instanceof Type;
/** What halves are read into here. */
const Half = (globalThis as { Float16Array?: new (n: number) => HalfArray }).Float16Array ?? Float32Array;
const listOf = (type: string) => (v: NdArray): boolean => Array.isArray(v.data) && v.data.every((e) => typeof e === type);
const kind = (type: string) => (v: unknown): boolean => typeof v === type;
const nothing = (v: unknown): boolean => v === null;

const f = create();
let made = 0;
const next = (): string => `d${made++}`;

// Numbers are arrays of their type, in whatever order their bytes are and however the type is spelled.
says<NdArray<Int8Array>>()(f.createDataset(next(), { shape: [3], dtype: "int8" }).read(), arrayOf(Int8Array));
says<NdArray<Uint8Array>>()(f.createDataset(next(), { shape: [3], dtype: "<u1" }).read(), arrayOf(Uint8Array));
says<NdArray<Int16Array>>()(f.createDataset(next(), { shape: [3], dtype: ">i2" }).read(), arrayOf(Int16Array));
says<NdArray<Uint16Array>>()(f.createDataset(next(), { shape: [3], dtype: "uint16" }).read(), arrayOf(Uint16Array));
says<NdArray<Int32Array>>()(f.createDataset(next(), { shape: [3], dtype: "i4" }).read(), arrayOf(Int32Array));
says<NdArray<Uint32Array>>()(f.createDataset(next(), { shape: [3], dtype: "=u4" }).read(), arrayOf(Uint32Array));
says<NdArray<BigInt64Array>>()(f.createDataset(next(), { shape: [3], dtype: ">i8" }).read(), arrayOf(BigInt64Array));
says<NdArray<BigUint64Array>>()(f.createDataset(next(), { shape: [3], dtype: "uint64" }).read(), arrayOf(BigUint64Array));
says<NdArray<HalfArray | Float32Array>>()(f.createDataset(next(), { shape: [3], dtype: "float16" }).read(), arrayOf(Half));
says<NdArray<HalfArray | Float32Array>>()(f.createDataset(next(), { shape: [3], dtype: ">f2" }).read("..."), arrayOf(Half));
says<NdArray<Float32Array>>()(f.createDataset(next(), { shape: [3], dtype: "<f4" }).read(), arrayOf(Float32Array));
says<NdArray<Float64Array>>()(f.createDataset(next(), { shape: [3], dtype: ">f8" }).read(), arrayOf(Float64Array));
says<NdArray<Uint8Array>>()(f.createDataset(next(), { shape: [3], dtype: "bool" }).read(), arrayOf(Uint8Array));

// The type is spelled as files have it.
says<"<f8">()(f.createDataset(next(), { shape: [3], dtype: "float64" }).dtype, (t) => t === "<f8");
says<"|i1">()(f.createDataset(next(), { shape: [3], dtype: ">i1" }).dtype, (t) => t === "|i1");
says<"<i4">()(f.createDataset(next(), { shape: [3], dtype: "=i4" }).dtype, (t) => t === "<i4");
says<">u2">()(f.createDataset(next(), { shape: [3], dtype: ">u2" }).dtype, (t) => t === ">u2");
says<"bool">()(f.createDataset(next(), { shape: [3], dtype: "?" }).dtype, (t) => t === "bool");
says<`S${number}`>()(f.createDataset(next(), { shape: [3], dtype: "|S10" }).dtype, (t) => t === "S10");
says<`V${number}`>()(f.createDataset(next(), { shape: [3], dtype: "V4" }).dtype, (t) => t === "V4");

// Text, bytes, references, sequences.
says<NdArray<string[]>>()(f.createDataset(next(), { data: ["a", "b"] }).read(), listOf("string"));
says<NdArray<string[]>>()(f.createDataset(next(), { shape: [2], dtype: "S10" }).read(), listOf("string"));
says<NdArray<string[]>>()(f.createDataset(next(), { shape: [2], dtype: { class: "string", size: 4, pad: "spacepad", cset: "utf8" } }).read(), listOf("string"));
says<NdArray<Uint8Array[]>>()(f.createDataset(next(), { shape: [2], dtype: "V2" }).read(), (v) => v.data[0] instanceof Uint8Array);
says<NdArray<Reference[]>>()(f.createDataset(next(), { data: [f, f] }).read(), (v) => v.data[0]?.kind === "object");
says<NdArray<VlenElement[]>>()(f.createDataset(next(), { shape: [2], dtype: { class: "vlen", base: "<f4" } }).read(), (v) => Array.isArray(v.data));

// Data without a type have that of their array, or that of plain values.
const single = f.createDataset(next(), { data: Float32Array.of(1, 2), shape: [2, 1] });
says<DatasetSync<"<f4", [number, number]>>()(single, (d) => d.ndim === 2);
says<NdArray<Float32Array>>()(single.read(), arrayOf(Float32Array));
says<DatasetSync<"<i8", [number]>>()(f.createDataset(next(), { data: BigInt64Array.of(1n) }), (d) => d.dtype === "<i8" && d.ndim === 1);
says<DatasetSync<"<f8", [number, number]>>()(f.createDataset(next(), { data: [[1, 2], [3, 4]], chunks: [1, 2] }), (d) => d.dtype === "<f8" && d.ndim === 2);
says<DatasetSync<"<f8", []>>()(f.createDataset(next(), { data: 5 }), (d) => d.dtype === "<f8" && d.ndim === 0);
says<DatasetSync<"<i8" | "<u8", [number]>>()(f.createDataset(next(), { data: [1n, 2n ** 63n] }), (d) => d.dtype === "<u8");
says<DatasetSync<"<f8", null>>()(f.createDataset(next(), { data: null }), (d) => d.shape === null);
// Lists that may be empty are numbers then, as in NumPy.
const texts: string[] = [];
says<"string" | "<f8">()(f.createDataset(next(), { data: texts }).dtype, (t) => t === "<f8");
says<NdArray<string[]>>()(f.createDataset(next(), { data: texts, dtype: "string" }).read(), arrayOf(Array));
const rows: number[][] = [];
says<[number, ...number[]]>()(f.createDataset(next(), { data: rows }).shape, (s) => s.length === 1);
// What is not known when a program is compiled is not said.
says<DatasetSync<Dtype, number[]>>()(f.createDataset(next(), { data: [1], dtype: "<f4" as Dtype }), (d) => d.dtype === "<f4");
const either = f.createDataset(next(), { data: Int16Array.of(1), dtype: made > 1000 ? "<f4" : undefined });
says<"<f4" | "<i2">()(either.dtype, (t) => t === "<i2");
const options: DatasetOptions = { data: [1] };
says<Dataset<"sync">>()(f.createDataset(next(), options), (d) => d.dtype === "<f8");
says<DatasetSync<Dtype, [number]>>()(f.createDataset(next(), { shape: [2], dtype: f.createDatatype("named", "<i4") }), (d) => d.dtype === "<i4");

// Scalars are plain values, null dataspaces are null.
says<number>()(f.createDataset(next(), { data: 5 }).read(), kind("number"));
says<number>()(f.createDataset(next(), { data: 5, dtype: "<f2" }).read(), kind("number"));
says<bigint>()(f.createDataset(next(), { data: 5, dtype: "int64" }).read(), kind("bigint"));
says<boolean>()(f.createDataset(next(), { data: true }).read(), kind("boolean"));
says<string>()(f.createDataset(next(), { data: "K" }).read(), kind("string"));
says<string>()(f.createDataset(next(), { shape: [], dtype: "S4" }).read(), kind("string"));
says<Uint8Array>()(f.createDataset(next(), { data: Uint8Array.of(1, 2), shape: [], dtype: "V2" }).read(), (v) => v instanceof Uint8Array);
says<null>()(f.createDataset(next(), { shape: null, dtype: "<f8" }).read(), nothing);
says<null>()(f.createDataset(next(), { shape: null, dtype: "<f8" }).read(null, { as: "int8" }), nothing);

// Enums are their codes, array types add axes, complex numbers are pairs.
const codes = f.createDataset(next(), { data: [1], shape: [1], dtype: { class: "enum", base: "<i2", members: [["a", 1]] } });
says<NdArray<Uint8Array | Int16Array>>()(codes.read(), arrayOf(Int16Array));
const vectors = f.createDataset(next(), { shape: [2], dtype: { class: "array", dims: [3], base: "<f8" } });
says<NdArray<Float64Array>>()(vectors.read(), (v) => v.data.length === 6 && v.shape.length === 2);
says<NdArray<Float64Array>>()(vectors.read([0]), (v) => v.data.length === 3);
const waves = f.createDataset(next(), { shape: [2], dtype: { class: "complex", base: "<f4" } });
says<NdArray<Float32Array>>()(waves.read(), (v) => v.data.length === 4);
says<NdArray<Float32Array>>()(waves.read([0]), (v) => v.data.length === 2);

const phases = f.createDataset(next(), { shape: [2], dtype: { class: "complex", base: "<f2" } });
says<NdArray<HalfArray | Float32Array>>()(phases.read(), arrayOf(Half));

// What has a Float16Array takes one.
if (Half !== Float32Array) {
  const halves = f.createDataset(next(), { data: new Half(3) as HalfArray });
  says<DatasetSync<"<f2", [number]>>()(halves, (d) => d.dtype === "<f2");
}

// Compound types are columns, and rows where they are scalars.
const table = f.createDataset(next(), { data: { x: Float32Array.of(1, 2), n: [1n, 2n], t: ["a", "b"] }, shape: [2] });
const columns = table.read();
says<NdArray<Float32Array>>()(columns.data.x, arrayOf(Float32Array));
says<NdArray<BigInt64Array | BigUint64Array>>()(columns.data.n, arrayOf(BigInt64Array));
says<NdArray<string[]>>()(columns.data.t, listOf("string"));
const record = f.createDataset(next(), {
  shape: [],
  dtype: { class: "compound", size: 0, members: [{ name: "x", dtype: "<f8" }, { name: "ok", dtype: "bool" }, { name: "v", dtype: { class: "array", dims: [2], base: "<i4" } }] },
}).read();
says<number>()(record.x, kind("number"));
says<boolean>()(record.ok, kind("boolean"));
says<NdArray<Int32Array>>()(record.v, (v) => v.data instanceof Int32Array && v.data.length === 2);

// Ranges keep their axes; an index for each axis is one element.
const plane = f.createDataset(next(), { shape: [4, 3], dtype: "<i2" });
says<NdArray<Int16Array>>()(plane.read([1, slice(2)]), arrayOf(Int16Array));
says<NdArray<Int16Array>>()(plane.read([null, 2]), arrayOf(Int16Array));
says<NdArray<Int16Array>>()(plane.read([[0, 2], 2]), arrayOf(Int16Array));
says<NdArray<Int16Array>>()(plane.read([1]), arrayOf(Int16Array));
says<NdArray<Int16Array>>()(plane.read("1, :2"), arrayOf(Int16Array));
says<number>()(plane.read([1, 2]), kind("number"));
says<NdArray<Int16Array> | number>()(plane.read("1, 2"), kind("number"));
says<NdArray<Int16Array> | number>()(plane.read([1, 2, "..."]), kind("number"));
says<NdArray<Int16Array>>()(plane.read({ points: [[1, 2]] }), arrayOf(Int16Array));
says<NdArray<Int16Array>>()(plane.read(plane.regionRef("1, 2")), arrayOf(Int16Array));
const picked: number[] = [1, 2];
says<NdArray<Int16Array> | number>()(plane.read(picked), kind("number"));
for (const piece of f.createDataset(next(), { shape: [4], dtype: "<i2", chunks: [2] }).iterChunks()) says<NdArray<Int16Array>>()(plane.read(piece), arrayOf(Int16Array));
says<NdArray<Float64Array>>()(f.createDataset(next(), { data: 5 }).read({ mask: [true] }), arrayOf(Float64Array));

// Conversions: `as` of a reading keeps what the shape says, `as()` is always an array, and so is what is read into one.
says<NdArray<Float64Array>>()(plane.read(null, { as: "float64" }), arrayOf(Float64Array));
says<number>()(plane.read([1, 2], { as: "float32" }), kind("number"));
says<bigint>()(plane.read([1, 2], { as: "int64" }), kind("bigint"));
says<NdArray<Float64Array>>()(plane.as("float64").read(), arrayOf(Float64Array));
says<NdArray<Float64Array>>()(plane.as("float64").read([1, 2]), (v) => v.data.length === 1 && v.shape.length === 0);
says<NdArray<BigInt64Array>>()(f.createDataset(next(), { data: 5 }).as("int64").read(), (v) => v.data[0] === 5n && v.shape.length === 0);
says<NdArray<Uint8Array>>()(f.createDataset(next(), { data: true }).as("uint8").read(), (v) => v.data[0] === 1);
says<NdArray<Int16Array<ArrayBuffer>>>()(plane.read([1, 2], { into: new Int16Array(4) }), (v) => v.data instanceof Int16Array && v.data.length === 1);
says<NdArray<Float32Array>>()(waves.read([0], { as: "float32" }), (v) => v.data.length === 2);
says<NdArray<HalfArray | Float32Array>>()(waves.as("float16").read(), arrayOf(Half));

// A file says nothing when a program is compiled: `kind` and isDataset() ask it when it runs.
const bytes = f.toBytes();
const g = openSync(bytes);
const found = g.get(plane.path);
says<boolean>()(isDataset(found), (yes) => yes);
says<boolean>()(isDataset(g), (yes) => !yes);
says<boolean>()(isDataset(undefined), (yes) => !yes);
if (!isDataset(found)) throw new Error("it is a dataset");
says<Dataset<"sync">>()(found, (d) => d.kind === "dataset");
says<Value>()(found.read(), arrayOf(Int16Array) as (v: Value) => boolean);
says<NdArray | null>()(found.read([0, slice(1)]), arrayOf(Int16Array) as (v: unknown) => boolean);
says<Value>()(found.read("0, 1"), kind("number"));
says<NdArray<Float64Array> | number | null>()(found.read(null, { as: "float64" }), arrayOf(Float64Array));
says<NdArray<Float64Array>>()(found.as("float64").read(), arrayOf(Float64Array));
if (isDataset(found, "int32")) throw new Error("it is no int32");
if (!isDataset(found, "int16")) throw new Error("it is an int16");
says<Dataset<"sync", "<i2" | ">i2">>()(found, (d) => d.dtype === "<i2");
says<NdArray<Int16Array> | number | null>()(found.read(), arrayOf(Int16Array));
says<NdArray<Int16Array> | null>()(found.read([0, null]), arrayOf(Int16Array));
for (const [dtype, names] of Object.entries({
  ">f8": "float64", "|u1": "uint8", bool: "bool", S5: "string", string: "string", bytes: "string", "<u8": "uint64", "<f2": "float16",
} as const)) {
  const all = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64", "bool", "string"] as const;
  const d = f.createDataset(next(), { shape: [1], dtype });
  says<string>()(all.filter((name) => isDataset(d, name)).join(), (seen) => seen === names);
}
// An odd number is none of them.
says<boolean>()(isDataset(f.createDataset(next(), { shape: [1], dtype: { class: "integer", size: 4, order: "LE", signed: true, precision: 20, offset: 0 } }), "int32"), (yes) => !yes);
says<boolean>()(isDataset(f.createDataset(next(), { shape: [1], dtype: { class: "enum", base: "|i1", members: [["a", 1]] } }), "bool"), (yes) => !yes);
const utf8 = f.createDataset(next(), { shape: [1], dtype: { class: "string", size: 4, pad: "nullpad", cset: "utf8" } }) as Dataset<"sync">;
if (!isDataset(utf8, "string")) throw new Error("it is text");
says<NdArray<string[]> | string | null>()(utf8.read(), (v) => typeof v === "object" && v?.data[0] === "");

// A dataset of a known type is a dataset.
const any: DatasetSync = plane;
const anyFloat: DatasetSync<"<f4" | "<f8", [number, number]> = single;
function sum<D extends "<f4" | "<f8">(d: DatasetSync<D, [number]>): number {
  let total = 0;
  for (const v of d.read([null]).data) total += v;
  return total;
}
says<number>()(sum(f.createDataset(next(), { data: Float64Array.of(1, 2) })), (n) => n === 3);
says<string>()(String(any) + String(anyFloat), (s) => s.includes("dataset"));

// Asynchronous files promise the same.
const h = await open(bytes, { mode: "r+" });
const later = h.createDataset("later", { data: Float32Array.of(1, 2) });
says<Promise<Dataset<"async", "<f4", [number]>>>()(later, (p) => p instanceof Promise);
says<Promise<NdArray<Float32Array>>>()((await later).read(), (p) => p instanceof Promise);
says<NdArray<Float32Array>>()(await (await later).read(), arrayOf(Float32Array));
says<number>()(await (await later).read([1]), kind("number"));
says<NdArray<Float64Array>>()(await (await later).as("float64").read(), arrayOf(Float64Array));
says<NdArray<Uint8Array<ArrayBuffer>>>()(await (await later).read("0", { into: new Uint8Array(1) }), arrayOf(Uint8Array));
const there = await h.get(plane.path);
if (!isDataset(there, "int16")) throw new Error("it is an int16");
says<Dataset<"async", "<i2" | ">i2">>()(there, (d) => d.dtype === "<i2");
says<NdArray<Int16Array> | null>()(await there.read("0, :"), arrayOf(Int16Array));
await h.close();

// The names that stand for what is not known.
const shape: Shape = plane.shape;
const unknown: [Data | Columns, Row | Scalar, number | undefined] = [columns.data, 1, shape?.length];
says<boolean>()(unknown.length === 3, (yes) => yes);

(globalThis as { checked?: number }).checked = checked;
