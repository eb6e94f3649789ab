/** Filters of chunks. */

/** A dataset's filter, in the order filters are applied when writing. */
export interface Filter {
  /** Its number, as registered with The HDF Group. */
  readonly id: number;
  /** The name stored with it or registered for it; empty if unknown. */
  readonly name: string;
  /** Whether chunks may be stored without it. */
  readonly optional: boolean;
  /** Its parameters ("client data"). */
  readonly values: number[];
}

/** What a registered filter is told. */
export interface FilterContext {
  /** The filter's number. */
  readonly id: number;
  /** The dataset's parameters of the filter ("client data"). */
  readonly values: number[];
  /** When decoding: the most bytes that belong there. */
  readonly most?: number;
}

/** A filter of your own, see `registerFilter`. Both functions answer at once. */
export interface FilterFunctions {
  /** What a chunk's bytes were before the filter. */
  decode(bytes: Uint8Array, context: FilterContext): Uint8Array;
  /** What is stored for a chunk's bytes; `undefined`: they are better stored as they are. */
  encode?(bytes: Uint8Array, context: FilterContext): Uint8Array | undefined;
}
