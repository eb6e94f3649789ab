// What type checking accepts and refuses. Compiled by types.test.mjs, never run.
import {
  type ChunkInfo,
  type Dataset,
  type Datatype,
  type DatasetSync,
  type Dimension,
  type Entity,
  type ErrorCode,
  type File,
  type FileHandle,
  type FileStats,
  type FileSync,
  type HalfArray,
  type NdArray,
  type SaveTarget,
  type SyncAccessHandle,
  type Value,
  create,
  externalLink,
  HyperslabError,
  isDataset,
  isHyperslabError,
  open,
  openSync,
  ready,
  slice,
  softLink,
} from "hyperslab";
import { type Categorical, defaultPlot, interpret, labels, type Meaning, netcdf, type NetcdfVariable, type Plot } from "hyperslab/conventions";
import { type References, references, type ZarrStore, zarrStore } from "hyperslab/zarr";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<A, B>(equal: Equal<A, B>): void {
  void equal;
}

await ready();

// Synchronous and asynchronous files have the same members; what touches the source differs.
const f: File = await open(new Uint8Array(), { mode: "r", signal: new AbortController().signal });
const g: FileSync = openSync(new ArrayBuffer(8));
is<ReturnType<typeof f.keys>, Promise<string[]>>(true);
is<ReturnType<typeof g.keys>, string[]>(true);
is<ReturnType<typeof g.get>, Entity<"sync"> | undefined>(true);
await open({ size: 5, read: (offset, length) => new Uint8Array(offset + length) });
await open("https://example.org/x.h5", { http: { headers: { authorization: "x" }, credentials: "include", cache: 1 << 20, retries: 2, whole: 1e9, fetch, onNotice: (notice) => void notice.length } });
await open({ family: [new URL("https://example.org/x.h5"), "https://example.org/y.h5"] });
const stats: FileStats = f.stats;
is<typeof stats.notices, readonly string[]>(true);
// @ts-expect-error counters are only read
stats.requests = 5;
// @ts-expect-error headers are named
await open("https://example.org/x.h5", { http: { headers: 5 } });
await open({ size: 5, read: async (_offset, length, options) => { options?.signal?.throwIfAborted(); return new ArrayBuffer(length); } });
// @ts-expect-error a number is no source
await open(5);
// @ts-expect-error there is no such mode
await open("x.h5", { mode: "rw" });

// Files that are changed: in place, in memory, or in a file handle of the browser.
const changed: FileSync = openSync("x.h5", { mode: "r+", journal: false, locking: false });
is<ReturnType<typeof changed.close>, void>(true);
is<ReturnType<typeof f.close>, Promise<void>>(true);
is<ReturnType<typeof f.flush>, Promise<void>>(true);
is<ReturnType<typeof f.refresh>, Promise<void>>(true);
is<ReturnType<typeof f.startSwmr>, Promise<void>>(true);
openSync({ size: 0, read: (offset, length) => new Uint8Array(offset + length), write: (offset, bytes) => void (offset + bytes.length), truncate: (size) => void size }, { mode: "w", libver: "latest" });
async function handles(handle: FileHandle & SaveTarget, access: SyncAccessHandle): Promise<void> {
  await using h = await open(handle, { mode: "a", journal: handle });
  await h.save(handle);
  await h.save("copy.h5");
  openSync(access, { mode: "r+" }).save("copy.h5");
}
void handles;

// `kind` tells objects apart.
const object = g.get("x");
if (object?.kind === "dataset") {
  is<typeof object, DatasetSync>(true);
  is<typeof object.shape, number[] | null>(true);
  const value: Value = object.read();
  void value;
  is<ReturnType<typeof readDoubles>, NdArray<Float64Array> | number | null>(true);
  is<ReturnType<typeof readArray>, NdArray<Float64Array>>(true);
  is<number, typeof object.storageSize>(true);
  is<number | null, typeof object.position>(true);
  const into = object.read(null, { into: new Int16Array(4) });
  is<typeof into, NdArray<Int16Array<ArrayBuffer>>>(true);
  const asserted = object.read<NdArray<string[]>>();
  is<typeof asserted.data, string[]>(true);
  object.read([7, slice(10, 20), null, [0, 5], [null, null, 2], "..."]);
  object.read("7, 10:20");
  is<ReturnType<typeof object.refresh>, void>(true);
  is<ReturnType<typeof object.flush>, void>(true);
  object.read({ points: [[0, 1], Int32Array.of(2, -1)] });
  object.read({ mask: [[true, false], [false, true]] });
  // @ts-expect-error points are lists of numbers
  object.read({ points: [["a"]] });
  is<typeof object.dims, Dimension<"sync">[]>(true);
  // @ts-expect-error no such type
  object.read(null, { as: "float128" });
  // @ts-expect-error no such type
  object.as("float128");
  // @ts-expect-error the type is said already
  object.as("float64").read(null, { as: "int8" });
  // @ts-expect-error no such type
  isDataset(object, "<f8");
  // @ts-expect-error no such member of groups
  object.keys();
  // @ts-expect-error the shape is not for writing
  object.shape = [1];
}
function readDoubles(d: DatasetSync) {
  return d.read(null, { as: "float64" });
}
function readArray(d: DatasetSync) {
  return d.as("float64").read();
}
async function asynchronous(d: Dataset): Promise<void> {
  const doubles = await d.read("...", { as: "float32", onProgress: (done, total) => void (done / total) });
  is<typeof doubles, NdArray<Float32Array> | number | null>(true);
  const array = await d.as("float32").read("...", { onProgress: (done, total) => void (done / total) });
  is<typeof array, NdArray<Float32Array>>(true);
  is<typeof d.storageSize, Promise<number>>(true);
  for await (const [name, value] of d.attrs) is<[string, Value], [typeof name, typeof value]>(true);
}
void asynchronous;

// Halves: a program copes with both arrays in which they may come, also where its library of types knows one of them only.
async function phases(d: Dataset<"async", "<f2", [number]>): Promise<number> {
  const { data } = await d.read();
  is<typeof data, HalfArray | Float32Array>(true);
  // @ts-expect-error it may be a Float16Array
  const singles: Float32Array = data;
  const into = await d.read(null, { into: new Float32Array(9) });
  is<typeof into, NdArray<Float32Array<ArrayBuffer>>>(true);
  const read: HalfArray | Float32Array = (await d.as("float16").read()).data;
  let sum = singles.length + read.subarray(1).length + data.slice(0, 1).byteLength;
  for (const v of data) sum += v;
  return sum + data[0]! + Math.max(...Float32Array.from(read)) + data.indexOf(1);
}
void phases;

// So is the view as Zarr, which is what zarrita takes.
const store: ZarrStore<"sync"> = zarrStore(g);
is<ReturnType<typeof store.get>, Uint8Array | undefined>(true);
/** What zarrita reads from; its own declarations do not stand the checks that ours do. */
type Readable<R> = { get(key: `/${string}`, options?: { signal?: AbortSignal }): R };
const readable: [Readable<Uint8Array | undefined>, Readable<Promise<Uint8Array | undefined>>] = [store, zarrStore(f)];
void readable;
const refs: References = await references(f, { url: "https://example.org/file.h5", onOmit: ({ path, reason }) => void (path + reason) });
// @ts-expect-error readers need to know where the file is
references(g, {});
void refs;

// Conventions are in a module of their own, for both kinds of files.
const plot = defaultPlot(g);
is<typeof plot, Plot<"sync"> | undefined>(true);
const variables = (await netcdf(f)).variables;
is<typeof variables, NetcdfVariable[]>(true);
const meaning = await interpret(f);
is<typeof meaning, Meaning>(true);
const spelledOut = labels(meaning as Categorical);
is<typeof spelledOut, (string | number | bigint | null)[]>(true);

// Creating.
const n = create({ libver: "earliest" });
create({ libver: ["v110", "latest"], userblock: 512, trackOrder: true, fsStrategy: "page" });
// @ts-expect-error no such release
create({ libver: "v109" });
const group = n.createGroup("a", { trackOrder: true, trackTimes: 1_700_000_000 });
const dtype: Datatype = { class: "compound", size: 12, members: [{ name: "x", offset: 0, dtype: "<f8" }, { name: "y", offset: 8, dtype: "<i4" }] };
const made = group.createDataset("b", { data: [[1, 2], [3, 4]], dtype: "<i4", chunks: [1, 2], maxshape: [null, 2], compression: 4, fillvalue: -1 });
is<typeof made, DatasetSync<"<i4", [number, number]>>(true);
group.createDataset("c", { shape: [3], dtype, chunks: true, compression: "gzip", compressionOpts: 9 });
group.createDataset("d", { data: { x: Float64Array.of(1), y: [2] }, dtype });
made.attrs.set("units", "K");
made.attrs.set("axes", [made, group, { kind: "object", address: 0 }]);
group.createDataset("i", { shape: [3], dtype: "<f4", layout: "compact", fillvalue: null, fillTime: "never", allocTime: "early" });
made.attrs.set("range", [0, 1], { dtype: "<f4", shape: [2] });
group.link("e", made);
group.link("f", softLink("/a/b"));
group.link("g", externalLink("other.h5", "/x"));
is<ReturnType<typeof n.toBytes>, Uint8Array>(true);
is<ReturnType<typeof n.delete>, void>(true);
is<ReturnType<typeof f.move>, Promise<void>>(true);
made.write(":", 10);
made.write([[1, 2], [3, 4]]);
made.append([5, 6], 0);
made.resize([4, 2]);
is<ReturnType<typeof made.chunkInfo>, ChunkInfo | undefined>(true);
const stored: ChunkInfo[] = made.chunkInfo();
made.writeRawChunk(stored[0]!.offset, made.readRawChunk([0, 0])!.bytes, 1);
for (const piece of made.iterChunks("0:2, ...")) made.read(piece);
const type = n.createDatatype("type", dtype);
group.createDataset("typed", { shape: [2], dtype: type });
made.attrs.set("typed", 1, { dtype: type });
made.makeScale();
made.attachScale(0, made);
made.labelAxis(0, "x");
group.createDataset("virtual", { shape: [2, 4], dtype: "<f4", sources: [{ file: "a.h5", dataset: "x", target: "0" }, { dataset: "y", target: [{ start: 0, count: null }] }] });
group.createDataset("external", { shape: [2], dtype: "<f4", external: [{ file: "raw.bin", size: null }] });
group.createDataset("regions", { data: [made.regionRef("0")] });
// @ts-expect-error the same of an asynchronous file
is<ReturnType<typeof f.createDatatype>, void>(true);
group.copy(made, "copy", { shallow: true, withoutAttrs: true });
group.copy("b", n, { name: "c" });
is<ReturnType<typeof made.attrs.delete>, boolean>(true);
// @ts-expect-error a name that is misspelt
group.createDataset("h", { data: 1, compresion: "gzip" });
// @ts-expect-error no such compression
group.createDataset("h", { data: 1, compression: "nothing" });
// @ts-expect-error functions cannot be written
group.createDataset("h", { data: () => 1 });

// Errors.
const caught: unknown = new Error();
if (isHyperslabError(caught, "Malformed")) {
  is<typeof caught, HyperslabError>(true);
  is<typeof caught.code, ErrorCode>(true);
  is<typeof caught.address, number | undefined>(true);
}
// @ts-expect-error no such code
isHyperslabError(caught, "Nonsense");

{
  using h = openSync(new Uint8Array());
  void h;
}
