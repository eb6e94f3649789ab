/** Datasets. */

import { argument } from "../errors.js";
import type { AxisSelection, Dataset as OwnDataset } from "../types.js";
import { HasAttrs, make } from "./attributes.js";
import { describe, metadata_to_dtype } from "./metadata.js";
import { opened } from "./opened.js";
import { fromOwn, RegionReference, toOwn } from "./references.js";
import type { Dtype, Filter, JSONCompatibleOutputData, Metadata, OutputData, Slice } from "./types.js";
import { toNested, toOutput } from "./values.js";
import { prepare } from "./writing.js";

/** What a dataset is. */
export function datasetMetadata(file_id: bigint, path: string): Metadata {
  const dataset = opened(file_id).dataset(path);
  const { shape, maxshape, size, chunks, layout } = dataset;
  const metadata: Metadata = {
    ...describe(dataset.dtype),
    total_size: size,
    shape: shape && [...shape],
    maxshape: maxshape?.map((extent) => extent ?? Infinity) ?? null,
    chunks: chunks && [...chunks],
  };
  if (layout === "virtual") {
    metadata.virtual_sources = dataset.sources().map((source) => ({ file_name: source.file, dset_name: "dataset" in source ? source.dataset : "" }));
  }
  return metadata;
}

/** The filters of a dataset, in the order in which they are applied when writing. */
export function datasetFilters(file_id: bigint, path: string): Filter[] {
  return opened(file_id).dataset(path).filters.map(({ id, name, values }) => ({ id, name, cd_values: [...values] }));
}

/** The ranges of a slice, within the extents, and how many elements each has. */
function within(shape: readonly number[], ranges: Slice[] | null | undefined): { axes: AxisSelection[]; counts: number[] } {
  const counts: number[] = [];
  const axes = shape.map((extent, i): AxisSelection => {
    const [from, to, by] = (ranges?.[i] ?? []) as (number | bigint | null | undefined)[];
    const step = Number(by ?? 1);
    if (!Number.isInteger(step) || step < 1) throw argument(`a step of ${String(by)}`);
    const low = Math.min(Math.max(Number(from ?? 0), 0), extent);
    const high = Math.max(Math.min(Number(to ?? extent), extent), low);
    counts.push(Math.ceil((high - low) / step));
    return [low, high, step];
  });
  return { axes, counts };
}

/** A reference to elements as HDF5 counts them: how many of each axis, from where, how far from each other; `null` for all. */
export function referToSome(file_id: bigint, path: string, count: Counts, offset: Counts, strides: Counts): RegionReference {
  const dataset = new Dataset(file_id, path);
  const by = (i: number): number => Number(strides?.[i] ?? 1);
  const from = (i: number): number => Number(offset?.[i] ?? 0);
  return dataset.create_region_reference(count && offset ? count.map((n, i): Slice => [from(i), from(i) + Number(n) * by(i), by(i)]) : []);
}

type Counts = readonly (number | bigint)[] | null | undefined;

function read(dataset: OwnDataset<"sync">, json: boolean): OutputData | null {
  const { shape } = dataset;
  return shape === null ? null : toOutput(dataset.read(), dataset.dtype, shape, json);
}

/** A dataset. */
export class Dataset extends HasAttrs {
  private known?: Metadata | undefined;

  /** The dataset at a path of an open file; whether it is there is seen when it is used. */
  constructor(file_id: bigint, path: string) {
    super();
    this.file_id = file_id;
    this.path = path;
    this.type = "Dataset";
  }

  private get own(): OwnDataset<"sync"> {
    return opened(this.file_id).dataset(this.path);
  }

  /** Goes over to the dataset as others have left it. */
  refresh(): void {
    this.own.refresh();
    delete this.known;
  }

  /** What it is, as of when that was first asked, or of the last `refresh` or `resize`. */
  get metadata(): Metadata {
    this.known ??= datasetMetadata(this.file_id, this.path);
    return this.known;
  }

  /** Type of the elements. */
  get dtype(): Dtype {
    return metadata_to_dtype(this.metadata);
  }

  /** Extents; `[]` for a scalar, `null` for a null dataspace. */
  get shape(): number[] | null {
    return this.metadata.shape;
  }

  /** What chunks go through, in the order of writing. */
  get filters(): Filter[] {
    return datasetFilters(this.file_id, this.path);
  }

  /** All elements: numbers in one typed array, a scalar by itself, `null` for a null dataspace. */
  get value(): OutputData | null {
    return read(this.own, false);
  }

  /** All elements, of what JSON has. */
  get json_value(): JSONCompatibleOutputData | null {
    return read(this.own, true) as JSONCompatibleOutputData | null;
  }

  /** Some elements: a range for each axis, all of those that are not named. */
  slice(ranges: Slice[]): OutputData | null {
    const { own } = this;
    const { shape, dtype } = own;
    if (shape === null) return null;
    if (shape.length === 0) return read(own, false);
    const { axes, counts } = within(shape, ranges);
    return toOutput(own.read(axes), dtype, counts, false);
  }

  /** Writes some elements: as many values as are chosen, one behind the other; records as a `Map` of columns. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever can be written
  write_slice(ranges: Slice[], data: any): void {
    const { own } = this;
    const { shape } = own;
    if (shape === null) throw argument("a dataset without elements is not written", { path: this.path });
    const { axes, counts } = within(shape, ranges);
    const { data: values } = prepare(data, describe(own.dtype), counts);
    own.write(axes, values);
  }

  /** A reference to some elements. */
  create_region_reference(ranges: Slice[]): RegionReference {
    const { own } = this;
    if (own.shape === null) throw argument("a dataset without elements has no regions", { path: this.path });
    return fromOwn(own.regionRef(within(own.shape, ranges).axes));
  }

  /** All elements as nested arrays, of what JSON has. */
  to_array(): JSONCompatibleOutputData | null {
    return toNested(this.json_value, this.metadata);
  }

  /** Changes the extents of a chunked dataset. */
  resize(new_shape: number[]): number {
    this.own.resize(new_shape.map(Number));
    delete this.known;
    return 0;
  }

  /** Makes it a dimension scale. */
  make_scale(scale_name = ""): void {
    this.own.makeScale(scale_name);
  }

  /** Attaches the scale at that path to an axis. */
  attach_scale(index: number, scale_dset_path: string): void {
    this.own.attachScale(index, opened(this.file_id).dataset(scale_dset_path));
  }

  /** Takes the scale at that path away from an axis. */
  detach_scale(index: number, scale_dset_path: string): void {
    this.own.detachScale(index, opened(this.file_id).dataset(scale_dset_path));
  }

  /** Paths of the scales that are attached to an axis. */
  get_attached_scales(index: number): string[] {
    const { file } = opened(this.file_id);
    return (this.own.dims[index]?.scales ?? []).map((scale) => file.pathOf(scale) ?? scale.path);
  }

  /** The name of a scale, which may be empty; `null` if it is none. */
  get_scale_name(): string | null {
    const { attrs } = this.own;
    if (!attrs.has("CLASS") || attrs.get("CLASS") !== "DIMENSION_SCALE") return null;
    const name = attrs.get("NAME");
    return typeof name === "string" ? name : "";
  }

  /** Says what an axis is called. */
  set_dimension_label(index: number, label: string): void {
    this.own.labelAxis(index, label);
  }

  /** What the axes are called, `null` for those without a label. */
  get_dimension_labels(): (string | null)[] {
    return this.own.dims.map(({ label }) => label || null);
  }

  /** `value`, by the name that h5wasm has for it. */
  // oxlint-disable-next-line eslint/no-underscore-dangle -- its name
  _value_getter(json_compatible?: false): OutputData | null;
  /** The same of what JSON has. */
  // oxlint-disable-next-line eslint/no-underscore-dangle -- its name
  _value_getter(json_compatible: true): JSONCompatibleOutputData | null;
  /** Either. */
  // oxlint-disable-next-line eslint/no-underscore-dangle -- its name
  _value_getter(json_compatible: boolean): OutputData | JSONCompatibleOutputData | null;
  // oxlint-disable-next-line eslint/no-underscore-dangle -- its name
  _value_getter(json_compatible = false): OutputData | JSONCompatibleOutputData | null {
    return read(this.own, json_compatible);
  }
}

/** The elements of a dataset to which a region reference leads. */
export class DatasetRegion {
  /** The dataset that has the elements. */
  source_dataset: Dataset;
  /** The reference that leads to them. */
  region_reference: RegionReference;
  private known?: Metadata;

  /** The elements of a dataset to which a reference leads. */
  constructor(source_dataset: Dataset, region_reference: RegionReference) {
    this.source_dataset = source_dataset;
    this.region_reference = region_reference;
  }

  /** What the dataset is, in the shape of the region: that of a box, or a list. */
  get metadata(): Metadata {
    if (!this.known) {
      const { shape } = this.read();
      const metadata = this.source_dataset.metadata;
      const inner = metadata.type === 10 ? (metadata.array_type?.shape?.length ?? 0) : 0;
      const extents = shape.slice(0, shape.length - inner);
      this.known = { ...metadata, shape: extents, total_size: extents.reduce((n, d) => n * d, 1) };
    }
    return this.known;
  }

  private read(): { shape: number[] } {
    const { file_id, path } = this.source_dataset;
    return opened(file_id).dataset(path).read(toOwn(this.region_reference)) as unknown as { shape: number[] };
  }

  private output(json: boolean): OutputData | null {
    return toOutput(this.read() as never, toOwnType(this.source_dataset), this.metadata.shape, json);
  }

  /** The elements. */
  get value(): OutputData | null {
    return this.output(false);
  }

  /** `value`, by the name that h5wasm has for it. */
  // oxlint-disable-next-line eslint/no-underscore-dangle -- its name
  _value_getter(json_compatible?: false): OutputData | null;
  /** The same of what JSON has. */
  // oxlint-disable-next-line eslint/no-underscore-dangle -- its name
  _value_getter(json_compatible: true): JSONCompatibleOutputData | null;
  /** Either. */
  // oxlint-disable-next-line eslint/no-underscore-dangle -- its name
  _value_getter(json_compatible: boolean): OutputData | JSONCompatibleOutputData | null;
  // oxlint-disable-next-line eslint/no-underscore-dangle -- its name
  _value_getter(json_compatible = false): OutputData | JSONCompatibleOutputData | null {
    return this.output(json_compatible);
  }
}

const toOwnType = ({ file_id, path }: Dataset): OwnDataset<"sync">["dtype"] => opened(file_id).dataset(path).dtype;

make.region = (file_id, path, reference) => new DatasetRegion(new Dataset(file_id, path), reference);
