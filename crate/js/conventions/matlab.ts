/** MATLAB 7.3: arrays lie column by column, text is numbers, cells are references, structs are groups. */

import type { Dataset, Group, Mode, NdArray, Value } from "../types.js";
import { values } from "./interpret.js";
import type { Cell, Meaning } from "./meaning.js";
import { type Any, attribute, child, get, isArray, isReference, number, type Steps } from "./steps.js";

type Inner = (object: Any) => Steps<Meaning<Mode>>;

export function* matlab(object: Any, type: string, inner: Inner): Steps<Meaning<Mode>> {
  if (object.kind === "group") return yield* structOrSparse(object, inner);
  if (object.kind !== "dataset") return object;
  if ((yield* number(object, "MATLAB_empty")) === 1) return yield* empty(object, type);
  // Objects of MATLAB's own classes are known to MATLAB alone.
  if (object.attrs.has("MATLAB_object_decode")) return object;
  if (isReferences(object)) return yield* cell(object, inner);
  const value = yield* values(object);
  if (!isArray(value)) return value;
  const array = columnMajor(value);
  if (type === "char") return rows(array);
  return type === "logical" ? { ...array, dtype: "bool" } : array;
}

function isReferences({ datatype }: Dataset<Mode>): boolean {
  return datatype.class === "reference" && datatype.ref !== "region";
}

/** The same elements as MATLAB numbers them: the first axis is the fastest. */
function columnMajor(array: NdArray): NdArray {
  return { ...array, shape: array.shape.toReversed(), stride: array.stride.toReversed() };
}

/** An array without elements: its extents are stored in place of them. */
function* empty(dataset: Dataset<Mode>, type: string): Steps<Meaning<Mode>> {
  const stored = yield* get(dataset.read());
  const shape = isArray(stored) ? Array.from(stored.data as ArrayLike<number | bigint>, Number) : [0, 0];
  if (type === "char") return "";
  const stride = shape.map((_, i) => shape.slice(0, i).reduce((n, d) => n * d, 1));
  if (type === "cell") return { kind: "cell", shape, stride, data: [] };
  return { data: new Float64Array(), shape, stride, dtype: type === "logical" ? "bool" : "<f8" };
}

/** UTF-16 units given by rows: one row is a text, several are a list of them. */
function rows({ data, shape, stride }: NdArray): string | string[] {
  const units = data as ArrayLike<number | bigint>;
  const [height = 1, width = 1] = shape;
  const list = Array.from({ length: height }, (_, r) => {
    let row = "";
    for (let c = 0; c < width; c++) row += String.fromCharCode(Number(units[r * (stride[0] ?? 1) + c * (stride[1] ?? 1)]));
    return row;
  });
  return list.length === 1 ? list[0]! : list;
}

/** What each reference leads to; `null` where it leads nowhere. */
function* cell(dataset: Dataset<Mode>, inner: Inner): Steps<Cell<Mode> | Value> {
  const value = yield* get(dataset.read());
  if (!isArray(value)) return value;
  const data: Meaning<Mode>[] = [];
  for (const reference of value.data as Iterable<unknown>) {
    const target = isReference(reference) ? yield* child(dataset.file, reference) : undefined;
    data.push(target ? yield* inner(target) : null);
  }
  const { shape, stride } = columnMajor(value);
  return { kind: "cell", shape, stride, data };
}

function* structOrSparse(group: Group<Mode>, inner: Inner): Steps<Meaning<Mode>> {
  const sparseRows = yield* number(group, "MATLAB_sparse");
  if (sparseRows !== undefined) return (yield* sparse(group, sparseRows)) ?? group;
  const fields = new Map<string, Meaning<Mode>>();
  for (const name of yield* fieldNames(group)) {
    const object = yield* child(group, name);
    if (!object) continue;
    // The fields of struct arrays are references without a class.
    const plain = object.kind === "dataset" && !object.attrs.has("MATLAB_class") && isReferences(object);
    fields.set(name, plain ? yield* cell(object, inner) : yield* inner(object));
  }
  return { kind: "struct", fields };
}

/** Names in MATLAB's order, which are stored letter by letter, or as links. */
function* fieldNames(group: Group<Mode>): Steps<string[]> {
  const stored = yield* attribute(group, "MATLAB_fields");
  if (isArray(stored) && Array.isArray(stored.data)) {
    return stored.data.map((letters) => (Array.isArray(letters) ? letters.join("") : String(letters)));
  }
  return yield* get(group.keys());
}

/** Columns of a sparse matrix; one without elements has no `data` and `ir`. */
function* sparse(group: Group<Mode>, height: number): Steps<Meaning<Mode> | undefined> {
  const part = function* (name: string): Steps<NdArray | undefined> {
    const object = yield* child(group, name);
    const value = object?.kind === "dataset" ? yield* values(object) : undefined;
    return isArray(value) ? value : undefined;
  };
  const indptr = yield* part("jc");
  if (!indptr) return undefined;
  const nothing = (data: NdArray["data"], dtype: string): NdArray => ({ data, shape: [0], stride: [1], dtype });
  const data = (yield* part("data")) ?? nothing(new Float64Array(), "<f8");
  const indices = (yield* part("ir")) ?? nothing(new BigUint64Array(), "<u8");
  return { kind: "sparse", format: "csc", shape: [height, indptr.shape[0]! - 1], data, indices, indptr };
}
