/** What the page and the worker say to each other. Everything here can be sent between threads. */

import type { CellsChange, Change, ImportChange } from "./changes.js";
import type { Picks } from "./selection.js";
import type { Stats } from "./limits.js";
import type { Sniffed } from "./sniff.js";
import type { Window } from "./resample.js";
import type { Dtype } from "hyperslab";

/** Why something failed, for `ui/strings` to put into words. */
export interface Trouble {
  /** `HyperslabError.code`, "Value" for a text that is no value of its type, or "Internal" for anything else. */
  code: string;
  message: string;
  path?: string;
  address?: number;
  trail?: string[];
  filter?: { id: number; name: string };
  /** What the file looks like, when it could not be opened. */
  sniffed?: Sniffed;
  /** Bytes of the file. */
  size?: number;
  /** What is wrong with the address of a file. */
  remote?: RemoteTrouble;
}

/** A file behind an address. */
export interface RemoteFile {
  name: string;
  url: string;
}

/** What can be opened. */
export type Given = File | RemoteFile;

export interface RemoteTrouble {
  /** Without its query, which may be secret. */
  url: string;
  /** `whole`: it is only given as a whole, and too big for that; `mixed`: a secure page may not ask what is not. */
  why: "refused" | "changed" | "whole" | "offline" | "mixed" | "cors" | "unreachable";
  /** What the server answers, if it refuses. */
  status?: number;
}

/** What reading a file behind an address has taken so far. */
export interface Traffic {
  url: string;
  requests: number;
  bytes: number;
  notices: string[];
  /** What is coming as a whole; `total` is 0 if that is not known. */
  coming?: Progress;
}

/** What is under a name in a group. */
export type NodeKind = "group" | "dataset" | "datatype" | "soft" | "external" | "user" | "broken";

/** One row of the tree. */
export interface Row {
  name: string;
  kind: NodeKind;
  /** What a soft or external link leads to, once followed: the kind of its target. */
  leads?: "group" | "dataset" | "datatype";
  /** Target of a link as stored. */
  target?: string;
  /** Why it cannot be opened. */
  why?: string;
  /** Type and shape of a dataset; number of members of a group, if it is known. */
  dtype?: Dtype;
  shape?: number[] | null;
}

/** An attribute as shown. */
export interface AttributeRow {
  name: string;
  dtype: Dtype;
  shape: number[] | null;
  /** Value as text; absent if it could not be read. */
  text?: string;
  why?: string;
}

/** Everything about one object. */
export interface Facts {
  path: string;
  /** "link" is a name that leads nowhere in this file: `row` says what is known of it. */
  kind: "group" | "dataset" | "datatype" | "link";
  address?: number;
  row?: Row;
  attributes: AttributeRow[];
  dtype?: Dtype;
  dataset?: DatasetFacts;
  /** Names in a group. */
  members?: number;
}

/** Facts of a dataset. */
export interface DatasetFacts {
  shape: number[] | null;
  maxshape: (number | null)[] | null;
  size: number;
  itemSize: number;
  layout: string;
  index: string | null;
  chunks: number[] | null;
  filters: { id: number; name: string; optional: boolean; values: number[] }[];
  fill: "undefined" | "default" | "user";
  fillText: string;
  /** Bytes in the file. */
  stored: number | undefined;
  /** Files that the elements come from; none if they are in the dataset's own. */
  sources: SourceFile[];
  /** What each axis is called; none if nothing says so. */
  axes: AxisFacts[];
}

/** An axis as dimension scales and labels describe it. */
export interface AxisFacts {
  /** Empty if it has none. */
  name: string;
  units?: string;
  /** Whether there are coordinates along it. */
  scale: boolean;
}

/** Coordinates along an axis, one for each index. */
export interface Scale {
  values: Float64Array | string[];
}

/** A file that a dataset takes elements from. */
export interface SourceFile {
  /** As stored; `%b` stands for numbers. */
  name: string;
  /** Whether it is at hand; undefined if that depends on a number. */
  here?: boolean;
}

/** A file that was opened. */
export interface Opened {
  name: string;
  size: number;
  superblock: number;
  userblock: number;
  /** What to show first. */
  first: string;
}

/** A slice with the axes that are drawn. */
export interface Slice {
  path: string;
  picks: Picks;
  /** Axis drawn across; for a table, the one whose elements are the columns (null: none). */
  x: number | null;
  /** Axis drawn down. */
  y: number | null;
}

/** How colour limits are found. */
export type Limits = { kind: "range" } | { kind: "percent"; percent: number } | { kind: "fixed"; low: number; high: number };

export interface HeatAsk extends Slice {
  window: Window | null;
  width: number;
  height: number;
  colors: string;
  reverse: boolean;
  scale: "lin" | "log";
  limits: Limits;
}

/** Part of what was asked could not be read or was left out. */
export interface Coverage {
  /** Elements read of how many there are; equal when all were. */
  read: number;
  of: number;
  /** Chunks that could not be decoded, and why. */
  failed: number;
  why?: Trouble;
  /** Sources of a virtual dataset that are not at hand: what stands for them is the fill value. */
  absent: string[];
  /** Decoded bytes and time it took; 0 ms when it was still there. */
  bytes: number;
  ms: number;
}

export interface Picture {
  rgba: ArrayBuffer;
  /** The 256 colours, of 3 bytes, from low to high. */
  table: Uint8Array;
  width: number;
  height: number;
  window: Window;
  /** Elements down and across. */
  rows: number;
  cols: number;
  low: number;
  high: number;
  stats: Stats;
  /** Row and column of the extremes. */
  minAt: [number, number] | null;
  maxAt: [number, number] | null;
  coverage: Coverage;
}

export interface LineAsk extends Slice {
  /** Positions along the slice; null for all. */
  window: { x0: number; x1: number } | null;
  columns: number;
}

export interface Line {
  x: Float64Array;
  y: Float64Array;
  length: number;
  window: { x0: number; x1: number };
  stats: Stats;
  coverage: Coverage;
}

export interface CellsAsk extends Slice {
  rows: [from: number, to: number];
  cols: [from: number, to: number];
}

export interface Cells {
  /** Text by row, then by column. */
  cells: string[][];
  failed?: Trouble;
  /** As in `Coverage`. */
  absent: string[];
}

/** A scalar, or a single text. */
export interface Single {
  /** Fields of a record, or one unnamed value. */
  fields: { name: string; type: string; text: string }[];
  /** Text as it is, with its line breaks. */
  raw?: string;
  /** As in `Coverage`. */
  absent: string[];
}

/** A slice as a file; which axis is drawn where matters for tables only. */
export interface ExportAsk extends Slice {
  format: "csv" | "json" | "npy";
}

export interface Exported {
  blob: Blob;
  /** As in `Coverage`. */
  absent: string[];
}

export interface RepackAsk {
  file: Blob | RemoteFile;
  subtree: string | null;
  storing: CopyStoring;
}

/** How a copy is stored. */
export interface CopyStoring {
  compression: "gzip" | "zstd" | "lzf" | "none" | "keep";
  /** Of gzip. */
  level: number;
  chunks: "own" | "chosen" | "none";
  libver: "earliest" | "v110" | "latest";
}

/** An attribute as it is edited. */
export interface AttributeSource {
  dtype: Dtype;
  /** Whether the text is a list of values. */
  list: boolean;
  text: string;
}

/** A path that matches a search. */
export interface Found {
  paths: string[];
  /** All that match; `paths` are the first of them. */
  total: number;
}

/** The worker's methods: arguments and result of each. */
export interface Methods {
  /** Gets the engine ready before it is needed. */
  warm: { ask: Record<string, never>; answer: null };
  /** Which of several files to open. */
  first: { ask: { files: readonly File[] }; answer: number };
  /** `others` are where the file finds those that it names; `changes` are made at once, in memory. */
  open: { ask: { file: Given; others: readonly File[]; changes: readonly Change[] }; answer: Opened };
  close: { ask: Record<string, never>; answer: null };
  sample: { ask: Record<string, never>; answer: Blob };
  children: { ask: { path: string }; answer: string[] };
  rows: { ask: { path: string; names: string[] }; answer: Row[] };
  facts: { ask: { path: string }; answer: Facts };
  single: { ask: { path: string; picks: Picks }; answer: Single };
  heat: { ask: HeatAsk; answer: Picture };
  line: { ask: LineAsk; answer: Line };
  /** Coordinates along an axis; null if there are none. */
  scale: { ask: { path: string; axis: number }; answer: Scale | null };
  cells: { ask: CellsAsk; answer: Cells };
  probe: { ask: Slice & { row: number; col: number }; answer: string };
  find: { ask: { text: string; limit: number }; answer: Found };
  /** A new file. */
  blank: { ask: Record<string, never>; answer: Blob };
  /** Whether a file of another kind can be read at all. */
  tryImport: { ask: ImportChange; answer: null };
  /** Makes a change in memory; the file on disk stays as it is. */
  change: { ask: Change; answer: null };
  /** All of a file behind an address. */
  download: { ask: Record<string, never>; answer: Blob };
  /** The whole file as it is now. */
  whole: { ask: Record<string, never>; answer: Blob };
  /** Text of a cell as it is edited: exact and whole. */
  cellSource: { ask: Omit<CellsChange, "kind" | "texts" | "field">; answer: string };
  valueSource: { ask: { path: string; picks: Picks; field: number }; answer: string };
  attributeSource: { ask: { path: string; name: string }; answer: AttributeSource };
  /** How many objects go when the link at a path goes, as far as this can be told: 0 for a link that leads elsewhere. */
  objects: { ask: { path: string }; answer: number };
  /** Values as a file for other programs. */
  export: { ask: ExportAsk; answer: Exported };
  repack: { ask: RepackAsk; answer: ArrayBuffer };
}

/** How far a call is. */
export interface Progress {
  done: number;
  total: number;
}

export type ToWorker =
  | { id: number; method: keyof Methods; ask: unknown }
  | { cancel: number };

export type FromWorker =
  | { id: number; progress: Progress }
  | { id: number; answer: unknown }
  | { id: number; trouble: Trouble }
  | { id: number; cancelled: true }
  | { traffic: Traffic | null };
