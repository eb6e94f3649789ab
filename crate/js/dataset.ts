/** Datasets. */

import type { Engine } from "#glue";
import { change } from "./changes.js";
import { allChunks, chunkSlices, oneChunk, readRaw } from "./chunks.js";
import { toError } from "./faults.js";
import { dimensions } from "./dims.js";
import { display, expand } from "./dtype.js";
import { argument, text } from "./errors.js";
import { HdfObject } from "./object.js";
import { readSteps } from "./read.js";
import { refreshDataset } from "./refresh.js";
import { flush } from "./saving.js";
import { type DatasetRecord, reviveDtype } from "./records.js";
import { spell } from "./selection.js";
import type {
  AxisSelection,
  CallOptions,
  ChunkInfo,
  Converted,
  ConvertedOf,
  Dataset,
  Datatype,
  Dimension,
  Dtype,
  ExternalRange,
  Filter,
  Mode,
  NdArray,
  NumericArray,
  NumericName,
  NumericTypes,
  Out,
  RawChunk,
  ReadOf,
  ReadOptions,
  Reference,
  Selection,
  Slice,
  Taken,
  Value,
  VirtualSource,
  WriteOptions,
  WriteValue,
} from "./types.js";
import { decodeValue, zero } from "./values.js";

export class DatasetObject<M extends Mode> extends HdfObject<M, DatasetRecord> implements Dataset<M> {
  readonly kind = "dataset";

  get shape(): number[] | null {
    return this.record.shape;
  }

  get maxshape(): (number | null)[] | null {
    return this.record.maxshape ?? this.record.shape;
  }

  get dtype(): Dtype {
    return reviveDtype(this.lasting.dtype);
  }

  get datatype(): Datatype {
    return expand(this.dtype);
  }

  get committed(): number | undefined {
    return this.lasting.committed;
  }

  get ndim(): number {
    return this.lasting.shape?.length ?? 0;
  }

  get size(): number {
    return this.record.shape?.reduce((n, d) => n * d, 1) ?? 0;
  }

  /** The description, or the error why part of it is missing. */
  private get storage(): DatasetRecord {
    if (this.record.error) throw toError(this.record.error, this.path);
    return this.record;
  }

  get chunks(): number[] | null {
    return this.storage.chunks ?? null;
  }

  get layout(): DatasetRecord["layout"] {
    return this.storage.layout;
  }

  get index(): Dataset["index"] {
    return this.storage.index ?? null;
  }

  get filters(): Filter[] {
    return this.storage.filters ?? [];
  }

  /** Whether chunks that reach beyond the extents do not go through filters. */
  get plainEdges(): boolean {
    return this.storage.plainEdges ?? false;
  }

  get fillvalue(): Value {
    const { fill, fillvalue } = this.storage;
    if (fillvalue) return decodeValue(fillvalue, this.describe().payload, [], this.dtype);
    return fill === "user" ? null : zero(this.dtype);
  }

  get fill(): Dataset<M>["fill"] {
    const { fill } = this.storage;
    return fill === "user" ? { status: fill, value: this.fillvalue } : { status: fill ?? "default" };
  }

  get dims(): Out<M, Dimension<M>[]> {
    const { session } = this.context;
    return session.run(this.path, dimensions(session, this));
  }

  sources({ signal }: CallOptions = {}): Out<M, (VirtualSource | ExternalRange)[]> {
    return this.context.session.once(
      this.path,
      (engine) => JSON.parse(engine.sources(this.address)) as (VirtualSource | ExternalRange)[],
      signal,
    );
  }

  get storageSize(): Out<M, number> {
    return this.context.session.once(this.path, (engine) => engine.storageSize(this.address));
  }

  get position(): Out<M, number | null> {
    return this.context.session.once(this.path, (engine) => engine.position(this.address) ?? null);
  }

  read<const Sel extends Selection | null | undefined = undefined>(
    selection?: Sel,
    options?: ReadOptions & { as?: undefined; into?: undefined },
  ): Out<M, ReadOf<Dtype, number[] | null, Sel>>;
  read<K extends NumericName, const Sel extends Selection | null | undefined>(
    selection: Sel,
    options: ReadOptions & { as: K; into?: undefined },
  ): Out<M, Taken<NdArray<NumericTypes[K]>, ConvertedOf<Dtype, K>, number[] | null, Sel>>;
  read<A extends NumericArray>(
    selection: Selection | null | undefined,
    options: ReadOptions & { into: A },
  ): Out<M, NdArray<A>>;
  read<V extends Value = Value>(selection?: Selection | null, options?: ReadOptions): Out<M, V>;
  read(selection?: Selection | null, options: ReadOptions = {}): Out<M, Value> {
    const { session } = this.context;
    return session.run(this.path, readSteps(session, this, selection, options), options.signal) as never;
  }

  as<K extends NumericName>(dtype: K): Converted<M, NumericTypes[K]> {
    const { session } = this.context;
    return {
      read: (selection, options) => session.run(this.path, readSteps(session, this, selection, { ...options, as: dtype }, true), options?.signal) as never,
    };
  }

  write(value: WriteValue): Out<M, void>;
  write(selection: Selection | null | undefined, value: WriteValue, options?: WriteOptions): Out<M, void>;
  write(...args: [WriteValue] | [Selection | null | undefined, WriteValue, (WriteOptions | undefined)?]): Out<M, void> {
    const { session } = this.context;
    const [selection, value, options] = args.length === 1 ? [undefined, args[0], undefined] : args;
    return change(session, this.path, (c) => c.writeElements(session, this, selection, value, options), options?.signal);
  }

  flush(): Out<M, void> {
    const { session } = this.context;
    return session.run(this.path, flush(session));
  }

  refresh({ signal }: CallOptions = {}): Out<M, void> {
    const { session } = this.context;
    return session.run(this.path, refreshDataset(session, this, signal));
  }

  resize(shape: readonly number[], { signal }: CallOptions = {}): Out<M, void> {
    const { session } = this.context;
    return change(session, this.path, (c) => c.resize(session, this, shape), signal);
  }

  append(rows: WriteValue, axis = 0, options: WriteOptions = {}): Out<M, void> {
    const { session } = this.context;
    return change(session, this.path, (c) => c.append(session, this, rows, axis, options), options.signal);
  }

  makeScale(name = ""): Out<M, void> {
    text(name, "a scale's name");
    return this.changeAxis(0, undefined, (engine, place) => engine.makeScale(place, name));
  }

  attachScale(axis: number, scale: Dataset<Mode>): Out<M, void> {
    return this.changeAxis(axis, scale ?? null, (engine, place, other) => engine.attachScale(place, axis, other));
  }

  detachScale(axis: number, scale: Dataset<Mode>): Out<M, void> {
    return this.changeAxis(axis, scale ?? null, (engine, place, other) => engine.detachScale(place, axis, other));
  }

  labelAxis(axis: number, label: string): Out<M, void> {
    text(label, "a label");
    return this.changeAxis(axis, undefined, (engine, place) => engine.labelAxis(place, axis, label));
  }

  private changeAxis(axis: number, scale: unknown, edit: (engine: Engine, place: string, scale: string) => void): Out<M, void> {
    const { session } = this.context;
    return change(session, this.path, (c) => c.changeAxis(session, this, axis, scale, edit));
  }

  regionRef(selection?: Selection | null): Out<M, Reference> {
    const { session } = this.context;
    return change(session, this.path, (c) => c.regionRef(session, this, selection));
  }

  chunkInfo(offset?: undefined, options?: CallOptions): Out<M, ChunkInfo[]>;
  chunkInfo(offset: readonly number[], options?: CallOptions): Out<M, ChunkInfo | undefined>;
  chunkInfo(offset?: readonly number[], { signal }: CallOptions = {}): Out<M, ChunkInfo[] | ChunkInfo | undefined> {
    const { session } = this.context;
    return session.run<unknown>(this.path, offset === undefined ? allChunks(session, this, this.ndim) : oneChunk(session, this, offset), signal) as never;
  }

  readRawChunk(offset: readonly number[], { signal }: CallOptions = {}): Out<M, RawChunk | undefined> {
    const { session } = this.context;
    return session.run(this.path, readRaw(session, this, offset), signal);
  }

  writeRawChunk(offset: readonly number[], bytes: Uint8Array, filterMask = 0, { signal }: CallOptions = {}): Out<M, void> {
    const { session } = this.context;
    return change(session, this.path, (c) => c.writeRaw(session, this, offset, bytes, filterMask), signal);
  }

  iterChunks(selection?: string | readonly AxisSelection[] | null): IterableIterator<Slice[]> {
    const { shape, chunks } = this;
    if (!shape || !chunks) throw argument("a dataset without chunks", { path: this.path });
    const text = spell(selection);
    return chunkSlices(this.context.session.now(this.path, (engine) => engine.ranges(text, Float64Array.from(shape))), chunks);
  }

  override toString(): string {
    const shape = this.shape === null ? "null" : `(${this.shape.join(", ")}${this.ndim === 1 ? "," : ""})`;
    return `<HDF5 dataset "${this.name}": shape ${shape}, type "${display(this.dtype)}">`;
  }
}
