/** Objects as what the program that wrote them meant. */

import type { CompoundType, Dataset, Mode, NdArray, NumericArray, Value } from "../types.js";
import { anndata, oldCategorical } from "./anndata.js";
import { identifySteps } from "./identify.js";
import { matlab } from "./matlab.js";
import { DEEPEST, type Meaning } from "./meaning.js";
import { pandas } from "./pandas.js";
import { pseudoAtom } from "./pytables.js";
import { type Any, get, isArray, type Steps } from "./steps.js";

/** Reads an object as what it is, `depth` structures inside another. */
export function* interpretSteps(object: Any, depth = 0): Steps<Meaning<Mode>> {
  if (depth > DEEPEST) return object;
  const convention = yield* identifySteps(object);
  const inner = (o: Any): Steps<Meaning<Mode>> => interpretSteps(o, depth + 1);
  if (convention?.name === "matlab") return yield* matlab(object, convention.type, inner);
  if (object.kind === "group") {
    const type = convention?.type ?? "";
    if (convention?.name === "anndata") return (yield* anndata(object, type, inner)) ?? object;
    if (convention?.name === "pandas") return (yield* pandas(object, type)) ?? object;
    return object;
  }
  if (object.kind !== "dataset") return object;
  if (object.attrs.has("categories")) {
    const categorical = yield* oldCategorical(object);
    if (categorical) return categorical;
  }
  const value = yield* values(object);
  return convention?.type === "VLARRAY" ? yield* pseudoAtom(object, value) : value;
}

/** The elements; pairs of floats called `r` and `i`, or `real` and `imag`, as complex numbers. */
export function* values(dataset: Dataset<Mode>): Steps<Value> {
  const value = yield* get(dataset.read());
  return isArray(value) && isComplex(dataset) ? complex(value) : value;
}

/** Whether the elements are pairs as h5py, PyTables and MATLAB store complex numbers. */
export function isComplex({ datatype }: Dataset<Mode>): boolean {
  const members = datatype.class === "compound" ? (datatype as CompoundType).members : [];
  if (members.length !== 2 || !/^(r,i|real,imag)$/.test(members.map((m) => m.name).join())) return false;
  return members.every(({ dtype }) => /f[48]$/.test(String(dtype)) && dtype === members[0]!.dtype);
}

function complex({ data, shape, stride }: NdArray): NdArray {
  const [re, im] = Object.values(data) as [NdArray<NumericArray>, NdArray<NumericArray>];
  const from = [re.data as Float64Array, im.data as Float64Array] as const;
  const pairs = new (from[0].constructor as typeof Float64Array)(2 * from[0].length);
  for (let i = 0; i < from[0].length; i++) {
    pairs[2 * i] = from[0][i]!;
    pairs[2 * i + 1] = from[1][i]!;
  }
  return { data: pairs, shape, stride, dtype: { class: "complex", base: re.dtype } };
}
