// Digests of the values that the package hands out: typed arrays, columns of compounds, plain values of scalars.
import { Digest, encode, encodeOne } from "../../fixtures/corpus/canon.mjs";

const product = (dims) => dims.reduce((p, n) => p * n, 1);
const isNdArray = (v) => v !== null && typeof v === "object" && "data" in v && "stride" in v;

/** How many values an item of this type takes in a column: arrays lie flat, complex numbers are pairs. */
function valuesEach(d) {
  if (d.class === "array") return product(d.dims) * valuesEach(d.base);
  return d.class === "complex" ? 2 : 1;
}

/** How many items one element of a variable-length type has. Columns of compounds say it by their shape. */
function itemCount(item, base) {
  const length = typeof item.length === "number" ? item.length : Object.values(item)[0].shape[0];
  return length / valuesEach(base);
}

/** Appends element `i` of a column of type `d`. */
function put(h, d, column, i, lead) {
  switch (d.class) {
    case "array": {
      const n = product(d.dims);
      for (let j = 0; j < n; j++) put(h, d.base, column, i * n + j, lead);
      return;
    }
    case "compound":
      for (const m of d.members) put(h, m.dtype, column[m.name].data, i, lead);
      return;
    case "enum":
      return put(h, d.base, column, i, lead);
    case "vlen": {
      const items = column[i];
      const n = itemCount(items, d.base);
      h.u32(n);
      for (let j = 0; j < n; j++) put(h, d.base, items, j, lead);
      return;
    }
    case "complex":
      put(h, d.base, column, 2 * i, lead);
      return put(h, d.base, column, 2 * i + 1, lead);
    case "reference":
      return encodeOne(h, d, lead(column[i]));
    default:
      return encodeOne(h, d, column[i]);
  }
}

/** The value of a scalar dataspace as a column of one element. */
function columnOf(d, value) {
  if (isNdArray(value)) return value.data;
  if (d.class !== "compound") return [value];
  return Object.fromEntries(d.members.map((m) => [m.name, { data: columnOf(m.dtype, value[m.name]), shape: [1] }]));
}

/** Are all elements of this type numbers in one typed array? */
function plain(d) {
  if (d.class === "array" || d.class === "enum") return plain(d.base);
  return d.class === "integer" || (d.class === "float" && d.size > 2 && !d.layout);
}

/** Type and number of the numbers that one element of an array or enum type is made of. */
function flat(d) {
  if (d.class === "array") {
    const [base, n] = flat(d.base);
    return [base, n * product(d.dims)];
  }
  return d.class === "enum" ? flat(d.base) : [d, 1];
}

/**
 * The digest of values as CANON.md defines it. `parts` are pairs of a value (as reading gives it) and its number of elements;
 * `lead(reference)` says where a reference leads: null, or its path, and points or attr.
 */
export function digest(d, parts, lead = () => null) {
  const h = new Digest();
  for (const [value, n] of parts) {
    const column = columnOf(d, value);
    if (plain(d)) {
      const [base, each] = flat(d);
      encode(h, base, column, n * each);
    } else {
      for (let i = 0; i < n; i++) put(h, d, column, i, lead);
    }
  }
  return h.hex();
}
