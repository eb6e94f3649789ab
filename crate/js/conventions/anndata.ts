/** AnnData's encodings, of which Zarr and SpatialData use the same, and categoricals as pandas has them. */

import type { Dataset, Group, Mode, NdArray } from "../types.js";
import type { Categorical, Meaning } from "./meaning.js";
import { type Any, attribute, child, get, isArray, isReference, number, type Steps, text, texts } from "./steps.js";

type Inner = (object: Any) => Steps<Meaning<Mode>>;

/** A group of one of AnnData's encodings; `undefined` for those that are mere containers. */
export function* anndata(group: Group<Mode>, type: string, inner: Inner): Steps<Meaning<Mode> | undefined> {
  const part = function* (name: string): Steps<NdArray | undefined> {
    return yield* arrayAt(group, name);
  };
  if (type === "categorical") {
    const [codes, categories] = [yield* part("codes"), yield* part("categories")];
    const ordered = (yield* number(group, "ordered")) === 1;
    return codes && categories && { kind: "categorical", codes, categories, ordered };
  }
  if (type === "csr_matrix" || type === "csc_matrix") {
    const [data, indices, indptr] = [yield* part("data"), yield* part("indices"), yield* part("indptr")];
    const shape = yield* attribute(group, "shape");
    if (!data || !indices || !indptr || !isArray(shape)) return undefined;
    const format = type === "csr_matrix" ? "csr" : "csc";
    return { kind: "sparse", format, shape: Array.from(shape.data as ArrayLike<number>, Number), data, indices, indptr };
  }
  if (type.startsWith("nullable-")) {
    const [values, mask] = [yield* part("values"), yield* part("mask")];
    return values && mask && { kind: "masked", values, mask };
  }
  if (type !== "dataframe") return undefined;
  const columns = new Map<string, Meaning<Mode>>();
  for (const name of yield* texts(group, "column-order")) {
    const column = yield* child(group, name);
    if (column) columns.set(name, yield* inner(column));
  }
  const index = yield* child(group, (yield* text(group, "_index")) ?? "_index");
  return { kind: "frame", index: index ? yield* inner(index) : null, columns };
}

/** All of the dataset of that name, if it is one. */
export function* arrayAt(group: Group<Mode>, name: string): Steps<NdArray | undefined> {
  const object = yield* child(group, name);
  if (object?.kind !== "dataset") return undefined;
  const value = yield* get(object.read());
  return isArray(value) ? value : undefined;
}

/** Codes whose attribute `categories` refers to what they stand for, as in AnnData before 0.8. */
export function* oldCategorical(dataset: Dataset<Mode>): Steps<Categorical | undefined> {
  const reference = yield* attribute(dataset, "categories");
  if (!isReference(reference)) return undefined;
  const object = yield* child(dataset.file, reference);
  if (object?.kind !== "dataset") return undefined;
  const [codes, categories] = [yield* get(dataset.read()), yield* get(object.read())];
  if (!isArray(codes) || !isArray(categories)) return undefined;
  return { kind: "categorical", codes, categories, ordered: (yield* number(object, "ordered")) === 1 };
}
