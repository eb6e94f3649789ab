/** `Module`, as far as programs use h5wasm's own functions below its classes. */

import { argument } from "../errors.js";
import { ready as loadEngine } from "../ready.js";
import { attributeMetadata, datatypeMetadata } from "./attributes.js";
import { ACCESS_MODES, type ACCESS_MODESTRING, convertToLibverString, LIBVER_BOUNDS_MAP, NUMBERS } from "./constants.js";
import { Dataset, datasetFilters, datasetMetadata, DatasetRegion, referToSome } from "./dataset.js";
import { FS as fileSystem } from "./fs/index.js";
import { byBytes, externalTarget, Group, namesIn, softTarget, typeOf } from "./group.js";
import { refuseMemory } from "./memory.js";
import { close, open, opened } from "./opened.js";
import { Reference, RegionReference } from "./references.js";
import type { Dtype, Filter, Metadata, Status } from "./types.js";

const plugins = ["/usr/local/hdf5/lib/plugin"];

const functions = {
  FS: fileSystem,
  /** Opens a file; its number. `mode` is one of the numbers `H5F_ACC_...`. */
  open(filename: string, mode: number = NUMBERS.H5F_ACC_RDONLY, track_order = false, libver_low = -1, libver_high = -1): bigint {
    const name = Object.entries(ACCESS_MODES).find(([, constant]) => NUMBERS[constant] === mode)?.[0];
    if (name === undefined) throw argument(`there is no mode of number ${mode}`);
    const bounds = libver_low >= 0 && libver_high >= 0 ? ([convertToLibverString(libver_low), convertToLibverString(libver_high)] as [never, never]) : undefined;
    return open(filename, name as ACCESS_MODESTRING, { track_order, bounds });
  },
  close_file: (file_id: bigint): Status => close(file_id),
  flush(file_id: bigint): Status {
    opened(file_id).file.flush();
    return 0;
  },
  H5Fstart_swmr_write(file_id: bigint): Status {
    opened(file_id).file.startSwmr();
    return 0;
  },
  get_libver_bounds(file_id: bigint): { low: number; high: number } {
    const [low, high] = opened(file_id).bounds.map((name) => NUMBERS[LIBVER_BOUNDS_MAP[name]]);
    return { low: low!, high: high! };
  },
  get_type: typeOf,
  get_names: namesIn,
  /** Names in the root group, by name or, with 1, by when they were made. */
  get_keys: (file_id: bigint, index = 0): string[] => (index === 0 ? namesIn(file_id, "/", false).toSorted(byBytes) : namesIn(file_id, "/", false)),
  /** What is in a group: the kinds of objects by their names. */
  get_types: (file_id: bigint, path: string): Record<string, number> =>
    Object.fromEntries(namesIn(file_id, path, false).map((name) => [name, typeOf(file_id, `${path}/${name}`)])),
  get_symbolic_link: softTarget,
  get_external_link: externalTarget,
  get_attribute_names: (file_id: bigint, path: string): string[] => opened(file_id).existing(path).attrs.keys(),
  get_attribute_metadata: (file_id: bigint, path: string, name: string): Metadata => attributeMetadata(file_id, path, name),
  get_dataset_metadata: (file_id: bigint, path: string): Metadata => datasetMetadata(file_id, path),
  get_datatype_metadata: (file_id: bigint, path: string): Metadata => datatypeMetadata(file_id, path),
  get_dataset_filters: (file_id: bigint, path: string): Filter[] => datasetFilters(file_id, path),
  refresh_dataset(file_id: bigint, path: string): Status {
    opened(file_id).dataset(path).refresh();
    return 0;
  },
  resize_dataset: (file_id: bigint, path: string, shape: (number | bigint)[]): Status => new Dataset(file_id, path).resize(shape.map(Number)),
  create_group(file_id: bigint, path: string, track_order = false): Status {
    new Group(file_id, "/").create_group(path, track_order);
    return 0;
  },
  create_soft_link: (file_id: bigint, target: string, path: string): Status => new Group(file_id, "/").create_soft_link(target, path),
  create_hard_link: (file_id: bigint, target: string, path: string): Status => new Group(file_id, "/").create_hard_link(target, path),
  create_external_link: (file_id: bigint, file: string, target: string, path: string): Status => new Group(file_id, "/").create_external_link(file, target, path),
  delete_attribute: (file_id: bigint, path: string, name: string): Status => (opened(file_id).existing(path).attrs.delete(name) ? 0 : -1),
  set_scale(file_id: bigint, path: string, name: string): Status {
    new Dataset(file_id, path).make_scale(name);
    return 0;
  },
  attach_scale(file_id: bigint, path: string, scale: string, index: number): Status {
    new Dataset(file_id, path).attach_scale(index, scale);
    return 0;
  },
  detach_scale(file_id: bigint, path: string, scale: string, index: number): Status {
    new Dataset(file_id, path).detach_scale(index, scale);
    return 0;
  },
  get_scale_name: (file_id: bigint, path: string): string | null => new Dataset(file_id, path).get_scale_name(),
  get_attached_scales: (file_id: bigint, path: string, index: number): string[] => new Dataset(file_id, path).get_attached_scales(index),
  set_dimension_label(file_id: bigint, path: string, index: number, label: string): Status {
    new Dataset(file_id, path).set_dimension_label(index, label);
    return 0;
  },
  get_dimension_labels: (file_id: bigint, path: string): (string | null)[] => new Dataset(file_id, path).get_dimension_labels(),
  create_object_reference: (file_id: bigint, path: string): Uint8Array => new Group(file_id, path).create_reference().ref_data,
  /** A reference to elements, `null` for all: how many of each axis, from where, how far from each other. */
  create_region_reference: (file_id: bigint, path: string, count: Counts, offset: Counts, strides: Counts): Uint8Array =>
    referToSome(file_id, path, count, offset, strides).ref_data,
  /** The path to which a reference leads; `null` for an empty one. */
  get_referenced_name(file_id: bigint, ref_data: Uint8Array, is_object: boolean): string | null {
    const found = new Group(file_id, "/").dereference(is_object ? new Reference(ref_data) : new RegionReference(ref_data));
    if (found === null) return null;
    return found instanceof DatasetRegion ? found.source_dataset.path : (found as Group).path;
  },
  get_region_metadata: (file_id: bigint, ref_data: Uint8Array): Metadata => new Group(file_id, "/").dereference(new RegionReference(ref_data)).metadata,
  /** Makes an attribute of texts of variable length. */
  create_vlen_str_attribute(file_id: bigint, path: string, name: string, data: string[], { shape, cset }: TextMetadata): Status {
    new Group(file_id, path).create_attribute(name, data, shape?.map(Number), textOf(cset));
    return 0;
  },
  /** Makes a dataset of texts of variable length. */
  create_vlen_str_dataset(file_id: bigint, path: string, data: string[], { shape, maxshape, chunks, cset }: TextMetadata): Status {
    new Group(file_id, "/").create_dataset({
      name: path,
      data,
      dtype: textOf(cset),
      shape: shape?.map(Number) ?? null,
      maxshape: maxshape?.map((n) => (n === null ? null : Number(n))) ?? null,
      chunks: chunks?.map(Number) ?? null,
    });
    return 0;
  },
  /** Errors are always thrown. */
  activate_throwing_error_handler: (): Status => 0,
  deactivate_throwing_error_handler: (): Status => 0,
  // Filters are part of the package: programs that look for plugins find a place for them, of which nothing is read.
  get_plugin_search_paths: (): string[] => [...plugins],
  insert_plugin_search_path(path: string, index: number): Status {
    plugins.splice(index, 0, path);
    return 0;
  },
  remove_plugin_search_path(index: number): Status {
    plugins.splice(index, 1);
    return 0;
  },
};

type Counts = readonly (number | bigint)[] | null;

/** What is said of texts that are written. */
interface TextMetadata {
  shape: readonly (number | bigint)[] | null;
  maxshape?: readonly (number | bigint | null)[] | null;
  chunks?: readonly (number | bigint)[] | null;
  cset?: number;
}

const textOf = (cset: number | undefined): Dtype => (cset === 0 ? "A" : "S");

/** What `ready` gives. */
export type H5Module = typeof functions & typeof NUMBERS;

/** There once `ready` is; also what it gives. */
export let Module: H5Module;
/** There once `ready` is. */
export let FS: typeof fileSystem | null = null;

/** Loads the engine, and all filters: what is read is read at once. */
export const ready: Promise<H5Module> = loadEngine({ codecs: true }).then(() => {
  Module = refuseMemory({ ...NUMBERS, ...functions });
  FS = fileSystem;
  return Module;
});
// Whoever waits for it is told; whoever does not wait is told by what he calls.
ready.catch(() => {});
