// What H5Web's viewer has to show of values, said without it: from what the package reads, whose digests are libhdf5's.
import { canonical } from "../interop/lib/datatypes.mjs";

const product = (dims) => dims.reduce((n, d) => n * d, 1);

/** Element `i` of a column as reading gives it: a number, a text, or a list of what is in it. */
function element(d, column, i) {
  switch (d.class) {
    case "array": {
      const n = product(d.dims);
      return Array.from({ length: n }, (_, k) => element(d.base, column, i * n + k));
    }
    case "compound":
      return d.members.map((m) => element(m.dtype, column[m.name]?.data ?? [column[m.name]], i));
    case "enum":
      return element(d.base, column, i);
    case "complex":
      return [column[2 * i], column[2 * i + 1]];
    case "vlen":
      return items(d.base, column[i]);
    default:
      return column[i];
  }
}

/** What is in a list of any length. */
function items(d, list) {
  if (d.class !== "compound") return leaves(list);
  const [first] = Object.values(list);
  return Array.from({ length: first?.shape?.[0] ?? first?.length ?? 0 }, (_, k) => element(d, list, k));
}

/** All single values in something, one after the other. */
export function leaves(value) {
  if (value === null || value === undefined) return [];
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value).flatMap(leaves);
  if (typeof value !== "object") return [value];
  if ("data" in value && "stride" in value) return leaves(value.data);
  return "kind" in value && "address" in value ? [value] : Object.values(value).flatMap(leaves);
}

const signed = (re, im) => `${re} ${Math.sign(im) >= 0 ? "+" : "-"} ${Math.abs(im)} i`;

/** The text of one element in a cell; nothing where the viewer has a form of its own. */
function text(d, value) {
  if (d.class === "enum") {
    const [name] = d.members.find(([, code]) => String(code) === String(value)) ?? [String(value)];
    return isBool(d) ? String(value !== 0 && value !== false) : name;
  }
  if (isPair(d) || d.class === "complex") return signed(...value);
  return String(value);
}

const isBool = ({ members }) => members.length === 2 && members[0][0] === "FALSE" && members[1][0] === "TRUE";
const isPair = (d) => d.class === "compound" && d.members.length === 2 && d.members[0].name === "r" && d.members[1].name === "i" && d.members.every((m) => ["float", "integer"].includes(m.dtype.class));

/** As it is read on a screen: one kind of minus, and no numbers that only differ in how zero is written. */
export const plain = (said) => said.replaceAll("−", "-");

/** What of a dataset the viewer shows first: the first elements along the last axes, in the first place of all others. */
export function firstOf(d, rows = 4, columns = 3) {
  const type = canonical(d.dtype);
  if (d.shape === null || d.size === 0) return { type, at: [] };
  if (d.ndim === 0) {
    const value = d.read();
    const data = type.class === "compound" ? value : value !== null && typeof value === "object" && "stride" in value ? value.data : [value];
    return { type, at: [[0, 0, element(type, data, 0)]] };
  }
  const record = type.class === "compound" && !isPair(type);
  const [down, across] = d.ndim === 1 || record ? [d.ndim - 1, undefined] : [d.ndim - 2, d.ndim - 1];
  const n = Math.min(rows, d.shape[down]);
  const m = across === undefined ? 1 : Math.min(columns, d.shape[across]);
  const value = d.read(d.shape.map((_, axis) => (axis === down ? [0, n] : axis === across ? [0, m] : [0, 1])));
  const at = [];
  for (let r = 0; r < n; r++) for (let c = 0; c < m; c++) at.push([r, c, element(type, value.data, r * m + c)]);
  return { type, at };
}

/** What differs between what the viewer shows and the values; how many texts were compared. */
export function compare({ type, at }, shown) {
  let compared = 0;
  const wrong = [];
  const same = (want, is, where) => {
    compared += 1;
    if (is === undefined || plain(is) !== plain(want)) wrong.push(`${where} shows ${is}, not ${want}`);
  };
  if (shown.cells) {
    const cells = new Map(shown.cells.map(([r, c, said]) => [`${r} ${c}`, said]));
    for (const [r, c, value] of at) {
      if (shown.vis === "Compound") type.members.forEach((m, k) => cells.has(`${r} ${k}`) && same(text(m.dtype, value[k]), cells.get(`${r} ${k}`), `row ${r}, ${m.name}`));
      else same(text(type, value), cells.get(`${r} ${c}`), `[${r}, ${c}]`);
    }
  } else if (at.length > 0) {
    const [[, , value]] = at;
    const nested = Array.isArray(value) || (value !== null && typeof value === "object");
    // Bits, times and what is in lists it shows as JSON, in which large integers end with an n.
    if (typeof value === "bigint" && type.class !== "integer") same(`"${value}n"`, shown.text, "it");
    else if (nested && leaves(value).length === 0) same("[]", shown.text.replace(/^\w*Array|\s/g, "").replace(/\s/g, "").replace("{}", "[]"), "it");
    else if (!nested || isPair(type) || type.class === "complex") same(text(type, value), shown.text, "it");
    else {
      // JSON, or a list of numbers: all values in their order.
      let from = 0;
      for (const leaf of leaves(value).slice(0, 20)) {
        const want = typeof leaf === "object" ? (leaf.address === 0 ? "null" : String(leaf.address)) : typeof leaf === "string" ? JSON.stringify(leaf).slice(1, -1) : Number.isFinite(leaf) || typeof leaf !== "number" ? String(leaf) : "";
        const found = plain(shown.text).indexOf(want, from);
        compared += 1;
        if (found < 0) wrong.push(`${shown.text.slice(0, 80)} lacks ${want}`);
        else from = found;
      }
    }
  }
  return { compared, wrong };
}
