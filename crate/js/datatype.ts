/** Committed datatypes. */

import { display, expand } from "./dtype.js";
import { HdfObject } from "./object.js";
import { type DatatypeRecord, reviveDtype } from "./records.js";
import type { Datatype, Dtype, Mode, NamedDatatype } from "./types.js";

export class DatatypeObject<M extends Mode> extends HdfObject<M, DatatypeRecord> implements NamedDatatype<M> {
  readonly kind = "datatype";

  get dtype(): Dtype {
    return reviveDtype(this.record.dtype);
  }

  get datatype(): Datatype {
    return expand(this.dtype);
  }

  override toString(): string {
    return `<HDF5 named type "${this.name}" (dtype ${display(this.dtype)})>`;
  }
}
