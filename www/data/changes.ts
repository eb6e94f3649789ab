/** Changes to a file as plain records: what the page asks for, what undo leaves out, and what a new worker does again. */

import type { Dtype } from "hyperslab";
import type { FirstLine } from "./read-csv.js";
import type { Picks } from "./selection.js";

/** Texts for the cells of a table, as the table counts them. */
export interface CellsChange {
  kind: "cells";
  path: string;
  picks: Picks;
  y: number | null;
  x: number | null;
  row: number;
  col: number;
  /** Name of the field in which it begins, if the columns are fields. */
  field?: string;
  texts: readonly (readonly string[])[];
}

/** A text for a single value: of a field of it, if it is a record. */
export interface ValueChange {
  kind: "value";
  path: string;
  picks: Picks;
  field: number;
  text: string;
}

/** An attribute that is made or changed. */
export interface AttributeChange {
  kind: "attribute";
  path: string;
  name: string;
  /** Its name until now, if it gets another one. */
  was?: string;
  /** Its type; without one, the type that it has. */
  dtype?: Dtype;
  /** Whether the text is a list of values. */
  list: boolean;
  text: string;
}

/** A dataset that is made. */
export interface DatasetChange {
  kind: "dataset";
  path: string;
  dtype: Dtype;
  shape: number[];
  maxshape?: (number | null)[];
  /** Extents of a chunk; "auto" has them chosen. */
  chunks?: number[] | "auto";
  /** gzip level. */
  gzip?: number;
}

/** A file of another kind that becomes a dataset. */
export interface ImportChange {
  kind: "import";
  path: string;
  file: File;
  /** Of a table of text: what its first line is. */
  firstLine: FirstLine;
}

export type Change =
  | CellsChange
  | ValueChange
  | AttributeChange
  | DatasetChange
  | ImportChange
  | { kind: "unattribute"; path: string; name: string }
  | { kind: "group"; path: string }
  | { kind: "soft" | "hard"; path: string; target: string }
  | { kind: "external"; path: string; file: string; target: string }
  | { kind: "move" | "copy"; path: string; to: string }
  | { kind: "delete"; path: string }
  | { kind: "resize"; path: string; shape: number[] };

/** Whether names may have changed, and not only values. */
export const isStructural = (c: Change): boolean => !["cells", "value", "attribute", "unattribute"].includes(c.kind);
