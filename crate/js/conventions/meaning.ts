/** What objects are to the programs that write them. */

import type { Entity, Mode, NdArray, Value } from "../types.js";

/** A value, or what a convention makes of several objects; what means nothing more is the object itself. */
export type Meaning<M extends Mode = "async"> =
  | Value
  | string[]
  | Categorical
  | Sparse
  | Masked
  | Frame<M>
  | Cell<M>
  | Struct<M>
  | Entity<M>;

/** Values out of a fixed set: AnnData's and pandas' categoricals. `labels` spells them out. */
export interface Categorical {
  /** Tells meanings apart. */
  readonly kind: "categorical";
  /** Positions in `categories`; -1 where there is no value. */
  readonly codes: NdArray;
  /** What there is to choose from. */
  readonly categories: NdArray;
  /** Whether the order of the categories means something. */
  readonly ordered: boolean;
}

/** A matrix of which only some elements are stored, as SciPy has it. */
export interface Sparse {
  /** Tells meanings apart. */
  readonly kind: "sparse";
  /** Whether `indptr` counts rows ("csr") or columns ("csc"). */
  readonly format: "csr" | "csc";
  /** Rows and columns. */
  readonly shape: number[];
  /** The elements that are stored. */
  readonly data: NdArray;
  /** For each of them its column ("csr") or row ("csc"). */
  readonly indices: NdArray;
  /** Where those of each row or column begin in `data`, and where the last ends. */
  readonly indptr: NdArray;
}

/** Values of which some are missing: those whose `mask` is not 0. */
export interface Masked {
  /** Tells meanings apart. */
  readonly kind: "masked";
  /** All values, those that are missing, too. */
  readonly values: NdArray;
  /** In the same shape; not 0 where a value is missing. */
  readonly mask: NdArray;
}

/** A data frame. */
export interface Frame<M extends Mode = "async"> {
  /** Tells meanings apart. */
  readonly kind: "frame";
  /** Names of the rows. */
  readonly index: Meaning<M>;
  /** Columns by name, in their order. */
  readonly columns: Map<string, Meaning<M>>;
}

/** MATLAB's cell array. */
export interface Cell<M extends Mode = "async"> {
  /** Tells meanings apart. */
  readonly kind: "cell";
  /** As MATLAB says it. */
  readonly shape: number[];
  /** Elements between neighbours along each axis: MATLAB's first axis is the fastest. */
  readonly stride: number[];
  /** What is in the cells. */
  readonly data: Meaning<M>[];
}

/** MATLAB's struct. The fields of a struct array are cells. */
export interface Struct<M extends Mode = "async"> {
  /** Tells meanings apart. */
  readonly kind: "struct";
  /** By name, in their order. */
  readonly fields: Map<string, Meaning<M>>;
}

/** Structures within structures; whatever is deeper stays an object. */
export const DEEPEST = 32;

/** One category for each value; `null` where there is none. */
export function labels({ codes, categories }: Categorical): (string | number | bigint | null)[] {
  const names = categories.data as ArrayLike<string | number | bigint>;
  return Array.from(codes.data as ArrayLike<number | bigint>, (code) => {
    const i = Number(code);
    return i >= 0 && i < names.length ? names[i]! : null;
  });
}
