/** Attributes, and what every object has: attributes, a place, references. */

import { HyperslabError } from "../errors.js";
import type { AttributeInfo } from "../types.js";
import { dtype_to_metadata, guess_metadata } from "./dtypes.js";
import { describe, metadata_to_dtype } from "./metadata.js";
import { opened } from "./opened.js";
import { fromOwn, Reference, RegionReference, toOwn } from "./references.js";
import type { Dtype, GuessableDataTypes, JSONCompatibleOutputData, Metadata, OutputData } from "./types.js";
import { toNested, toOutput } from "./values.js";
import { prepare } from "./writing.js";
import type { DatasetRegion } from "./dataset.js";
import type { Entity, Group } from "./group.js";

function find(file_id: bigint, path: string, name: string): AttributeInfo {
  const found = opened(file_id).existing(path).attrs.describe(name);
  if (!found) throw new HyperslabError("NotFound", `there is no attribute "${name}"`, { path });
  return found;
}

/** What an attribute is. */
export function attributeMetadata(file_id: bigint, path: string, name: string): Metadata {
  const { shape, dtype } = find(file_id, path, name);
  const total_size = shape?.reduce((n, d) => n * d, 1) ?? 0;
  return { ...describe(dtype), total_size, shape, maxshape: shape && [...shape], chunks: null };
}

/** The value of an attribute. */
export function attributeValue(file_id: bigint, path: string, name: string, json: boolean): OutputData | null {
  const { shape, dtype } = find(file_id, path, name);
  return toOutput(opened(file_id).existing(path).attrs.get(name) ?? null, dtype, shape, json);
}

/** An attribute, whose value is read when it is asked for. */
export class Attribute {
  /** Number of the open file. */
  file_id: bigint;
  /** Path of the object that has it. */
  path: string;
  /** Its name. */
  name: string;
  /** What it is. */
  metadata: Metadata;
  /** Type of its elements. */
  dtype: Dtype;
  /** Its extents; `[]` for a scalar, `null` for a null dataspace. */
  shape: number[] | null;
  private known?: OutputData | null;
  private known_json?: JSONCompatibleOutputData | null;

  /** The attribute of that name of an object; errors: `NotFound`. */
  constructor(file_id: bigint, path: string, name: string) {
    this.file_id = file_id;
    this.path = path;
    this.name = name;
    this.metadata = attributeMetadata(file_id, path, name);
    this.dtype = metadata_to_dtype(this.metadata);
    this.shape = this.metadata.shape;
  }

  /** The value: numbers in their typed array, a scalar by itself, `null` for a null dataspace. */
  get value(): OutputData | null {
    if (this.known === undefined) this.known = attributeValue(this.file_id, this.path, this.name, false);
    return this.known;
  }

  /** The value of what JSON has. */
  get json_value(): JSONCompatibleOutputData | null {
    if (this.known_json === undefined) this.known_json = attributeValue(this.file_id, this.path, this.name, true) as JSONCompatibleOutputData | null;
    return this.known_json;
  }

  /** The value as nested arrays. */
  to_array(): JSONCompatibleOutputData | null {
    return toNested(this.json_value, this.metadata);
  }
}

/** What an object is. */
export type ObjectType = "Dataset" | "Group" | "BrokenSoftLink" | "ExternalLink" | "Datatype" | "Reference" | "RegionReference";

/** How objects are made: the classes need each other. */
export const make = {} as {
  group(file_id: bigint, path: string): Group;
  region(file_id: bigint, path: string, reference: RegionReference): DatasetRegion;
};

/** The path above a path. */
function above(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** Groups, datasets and committed datatypes. */
export abstract class HasAttrs {
  /** Number of the open file. */
  file_id!: bigint;
  /** Path by which it was reached. */
  path!: string;
  /** What it is. */
  type!: ObjectType;

  /** The attributes by name; each is looked up when it is asked for. */
  get attrs(): Record<string, Attribute> {
    const { file_id, path } = this;
    const all: Record<string, Attribute> = {};
    for (const name of opened(file_id).existing(path).attrs.keys()) {
      Object.defineProperty(all, name, { get: () => new Attribute(file_id, path, name), enumerable: true });
    }
    return all;
  }

  /** The root group of the file. */
  get root(): Group {
    return make.group(this.file_id, "/");
  }

  /** The group in which it was found. */
  get parent(): Group {
    return make.group(this.file_id, above(this.path));
  }

  /** The value of an attribute, of what JSON has if that is wanted. */
  get_attribute(name: string, json_compatible: true): JSONCompatibleOutputData;
  /** The value of an attribute. */
  get_attribute(name: string, json_compatible?: false): OutputData;
  get_attribute(name: string, json_compatible = false): OutputData | JSONCompatibleOutputData {
    return attributeValue(this.file_id, this.path, name, json_compatible) as OutputData;
  }

  /** Makes an attribute, or puts it in the place of another; records are given as a `Map` of columns. */
  create_attribute(name: string, data: GuessableDataTypes, shape?: number[] | null, dtype?: Dtype | null): void {
    const metadata = dtype ? dtype_to_metadata(dtype) : guess_metadata(data);
    const prepared = prepare(data, metadata, shape);
    const file = opened(this.file_id);
    file.existing(this.path).attrs.set(name, prepared.data, { dtype: prepared.dtype, shape: prepared.shape });
  }

  /** Deletes an attribute; 0, or a negative number if there is none. */
  delete_attribute(name: string): number {
    return opened(this.file_id).existing(this.path).attrs.delete(name) ? 0 : -1;
  }

  /** A reference to this object. */
  create_reference(): Reference {
    const { address } = opened(this.file_id).existing(this.path);
    return fromOwn({ kind: "object", address });
  }

  /** What a reference leads to; `null` for an empty one. */
  dereference(ref: RegionReference): DatasetRegion;
  /** The object or the elements that a reference leads to; `null` for an empty one. */
  dereference(ref: Reference | RegionReference): DatasetRegion | Entity | null;
  dereference(ref: Reference | RegionReference): DatasetRegion | Entity | null {
    const own = toOwn(ref);
    if (own.address === 0) return null;
    const path = opened(this.file_id).file.pathOf(own) ?? `#0x${own.address.toString(16)}`;
    return own.kind === "region" ? make.region(this.file_id, path, ref) : this.root.get(path);
  }
}

/** A committed datatype. */
export class Datatype extends HasAttrs {
  /** The datatype at a path of an open file. */
  constructor(file_id: bigint, path: string) {
    super();
    this.file_id = file_id;
    this.path = path;
    this.type = "Datatype";
  }

  /** What it is. */
  get metadata(): Metadata {
    return datatypeMetadata(this.file_id, this.path);
  }
}

/** What a committed datatype is. */
export function datatypeMetadata(file_id: bigint, path: string): Metadata {
  const object = opened(file_id).existing(path);
  if (object.kind === "group") throw new HyperslabError("Argument", "a group has no datatype", { path });
  return describe(object.dtype);
}
