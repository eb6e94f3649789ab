/** References, as h5wasm has them: bytes. */

import { argument } from "../errors.js";
import type { Reference as OwnReference } from "../types.js";

/** A stored reference to an object: its address, in 8 bytes. */
export class Reference {
  /** Its bytes. */
  ref_data: Uint8Array;

  /** A reference of those bytes. */
  constructor(ref_data: Uint8Array) {
    this.ref_data = ref_data;
  }
}

/**
 * A stored reference to elements of a dataset, in 12 bytes: the dataset's address and a number under which the elements are known
 * while the program runs.
 */
export class RegionReference extends Reference {}

const selections: Uint8Array[] = [];
const numbers = new Map<string, number>();

/** The same elements always have the same number. */
function numberOf(selection: Uint8Array): number {
  const key = String(selection);
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, selections.length);
  return selections.push(selection) - 1;
}

/** A reference that was read; empty ones do not say of which kind they are. */
export function fromOwn(own: OwnReference, region = own.kind === "region"): Reference {
  const bytes = new Uint8Array(region ? 12 : 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(own.address), true);
  if (!region || !own.selection) return region ? new RegionReference(bytes) : new Reference(bytes);
  view.setUint32(8, numberOf(own.selection) + 1, true);
  return new RegionReference(bytes);
}

/** A reference that is followed or written. */
export function toOwn(reference: unknown): OwnReference {
  const { ref_data } = (reference ?? {}) as Partial<Reference>;
  if (!(ref_data instanceof Uint8Array) || ref_data.length < 8) throw argument("a reference has its bytes in `ref_data`");
  const view = new DataView(ref_data.buffer, ref_data.byteOffset, ref_data.length);
  const address = Number(view.getBigUint64(0, true));
  if (!(reference instanceof RegionReference) && ref_data.length !== 12) return { kind: "object", address };
  const number = view.getUint32(8, true);
  if (number === 0) return { kind: "region", address };
  const selection = selections[number - 1];
  if (!selection) throw argument("bytes of a region reference that was not read or made by this program");
  return { kind: "region", address, selection };
}
