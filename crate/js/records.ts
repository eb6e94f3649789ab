/** How the engine describes objects: JSON written by crate/wasm, read here and nowhere else. */

import type { Reply } from "#glue";
import type { Fault } from "./faults.js";
import type { Plan } from "./columns.js";
import type { Datatype, Dtype, FileInfo, Filter, Link } from "./types.js";

/** A value: text here, anything else in the reply's payload: position of the first buffer, then the length of each. */
export type ValueRecord = { text: string[] } | { text?: undefined; plan: Plan; at: number[] };

export interface AttributeRecord {
  name: string;
  shape: number[] | null;
  dtype: Dtype;
  committed?: number;
  /** There if it is small and was at hand. */
  value?: ValueRecord;
  /** Why it cannot be read. */
  error?: Fault;
}

interface ObjectBase {
  address: number;
  attrs?: AttributeRecord[];
  /** Why the attributes cannot be listed. */
  attrsError?: Fault;
}

export interface GroupRecord extends ObjectBase {
  kind: "group";
}

export interface DatatypeRecord extends ObjectBase {
  kind: "datatype";
  dtype: Dtype;
}

export interface DatasetRecord extends ObjectBase {
  kind: "dataset";
  shape: number[] | null;
  /** Absent if it is the shape. */
  maxshape?: (number | null)[];
  dtype: Dtype;
  committed?: number;
  layout: "compact" | "contiguous" | "chunked" | "virtual";
  chunks?: number[];
  index?: "btree1" | "single" | "implicit" | "farray" | "earray" | "btree2";
  filters?: Filter[];
  /** Chunks that reach beyond the extents do not go through filters. */
  plainEdges?: true;
  /** Absent: the default, zero. */
  fill?: "undefined" | "user";
  /** The element that the user set. Absent where the type is not supported. */
  fillvalue?: ValueRecord;
  /** Why layout, filters or fill value are not known. */
  error?: Fault;
}

export type ObjectRecord = GroupRecord | DatasetRecord | DatatypeRecord;

export interface EntryRecord {
  name: string;
  link: Link;
  object?: ObjectRecord;
  error?: Fault;
}

export interface FileRecord extends FileInfo {
  root: number;
}

export interface ReadingRecord {
  shape: number[];
  total: number;
  plan: Plan;
  /** Where all of it is in the source, if it is there as it will be in the result. */
  piece?: [from: number, to: number];
}

/** A description with the bytes it refers to. */
export interface Described<R> {
  record: R;
  payload: Uint8Array;
}

const NOTHING = new Uint8Array();

export function described<R>([text, payload]: Reply): Described<R> {
  return { record: JSON.parse(text) as R, payload: payload ?? NOTHING };
}

/** Enum values of 8 bytes travel as text; here they become bigints. */
export function reviveDtype(dtype: Dtype): Dtype {
  if (typeof dtype === "object") revive(dtype);
  return dtype;
}

function revive(type: Datatype): void {
  switch (type.class) {
    case "enum":
      for (const member of type.members) if (typeof member[1] === "string") member[1] = BigInt(member[1]);
      break;
    case "compound":
      for (const member of type.members) reviveDtype(member.dtype);
      break;
    case "array":
    case "vlen":
    case "complex":
      reviveDtype(type.base);
  }
}
