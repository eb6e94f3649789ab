// Reads all files of a folder through h5wasm and through ours, and prints what differs: one line of JSON for each.
//   node compare.mjs FOLDER
import { readdirSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import real from "../../../node_modules/h5wasm/dist/node/hdf5_hl.js";
import ours from "../../../dist/h5wasm.node.js";
import { plain } from "./values.mjs";

const folder = process.argv[2];
await Promise.all([real.ready, ours.ready]);
let equal = 0;

const attempt = (fn) => {
  try {
    return { v: fn() };
  } catch (e) {
    return { e };
  }
};

/** What is always so: an unlimited axis is Infinity, not 2^64, and integers that no number holds are exact. */
function same(a, b) {
  if (isDeepStrictEqual(a, b)) return true;
  if (typeof a === "number" && typeof b === "string") return Number(b.replace("n", "")) === a || (b === "Infinity" && a > 1e19);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => same(x, b[i]));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => same(a[k], b[k]));
}

function compare(where, what, theirs, own) {
  if (theirs.e) return; // theirs is an error: there is nothing to be equal to
  const [a, b] = [plain(theirs.v), own.e ? { error: own.e.code ?? String(own.e) } : plain(own.v)];
  if (same(a, b)) equal += 1;
  else console.log(JSON.stringify({ where, what, theirs: JSON.stringify(a)?.slice(0, 200), ours: JSON.stringify(b)?.slice(0, 200) }));
}

const FILTERS = new Set([1, 2, 3, 5, 6]);
/** Types of which h5wasm never ends the reading: sequences of arrays, and arrays without positions. */
const endless = (t) => !!t && (JSON.stringify(t.vlen_type ?? "").includes("array_type") || endless(t.array_type) || (t.compound_type?.members ?? []).some(endless));
const without = (t) => t.shape?.includes(0) || (!!t.array_type && without(t.array_type)) || (t.compound_type?.members ?? []).some(without);

/** h5wasm changes what it has handed out when it reads arrays. */
function fresh(object, fn) {
  return attempt(() => {
    if (Object.getPrototypeOf(object) === real.Dataset.prototype) delete object[["", "metadata"].join("_")];
    return fn(object);
  });
}

function dataset(where, theirs, own) {
  const both = (what, fn) => compare(where, what, fresh(theirs, fn), attempt(() => fn(own)));
  const { v: about } = attempt(() => structuredClone(theirs.metadata));
  compare(where, "metadata", { v: about }, attempt(() => own.metadata));
  both("dtype", (d) => d.dtype);
  both("filters", (d) => d.filters);
  both("scale name", (d) => d.get_scale_name());
  both("labels", (d) => d.get_dimension_labels());
  both("scales", (d) => d.get_attached_scales(0));
  // Without its filter h5wasm gives what was in memory.
  const filters = attempt(() => theirs.filters.every(({ id }) => FILTERS.has(id))).v;
  if (!about || !filters || endless(about) || without(about) || about.total_size * about.size > 2e5) return;
  both("value", (d) => d.value);
  both("json_value", (d) => d.json_value);
  if (!JSON.stringify(about).includes("array_type")) both("to_array", (d) => d.to_array());
  both("slice", (d) => d.slice([[1, 5, 2]]));
}

function attributes(where, theirs, own) {
  const names = attempt(() => Object.keys(theirs.attrs));
  compare(where, "attribute names", names, attempt(() => Object.keys(own.attrs)));
  for (const name of names.v ?? []) {
    const [a, b] = [theirs, own].map((object) => attempt(() => object.attrs[name]));
    if (a.e) continue;
    const at = `${where}@${name}`;
    const metadata = structuredClone(a.v.metadata);
    compare(at, "metadata", { v: metadata }, attempt(() => b.v.metadata));
    compare(at, "dtype", { v: a.v.dtype }, attempt(() => b.v.dtype));
    if (endless(metadata) || without(metadata)) continue;
    compare(at, "value", attempt(() => a.v.value), attempt(() => b.v.value));
    compare(at, "json_value", attempt(() => theirs.get_attribute(name, true)), attempt(() => own.get_attribute(name, true)));
  }
}

function file(name) {
  const [a, b] = [real, ours].map((lib) => attempt(() => new lib.File(path.join(folder, name), "r")));
  if (a.e || a.v.file_id < 0) return;
  if (b.e) return compare(name, "open", { v: "open" }, b);
  const paths = attempt(() => a.v.paths());
  compare(name, "paths", paths, attempt(() => b.v.paths()));
  for (const at of ["/", ...(paths.v ?? []).slice(0, 60)]) {
    const where = `${name}:${at}`;
    const [x, y] = [a, b].map(({ v: f }) => attempt(() => f.get(at)));
    compare(where, "type", { v: x.v?.type }, y.e ? y : { v: y.v?.type });
    if (at !== "/") {
      compare(where, "link", attempt(() => a.v.get_link(at)), attempt(() => b.v.get_link(at)));
      compare(where, "external link", attempt(() => a.v.get_external_link(at)), attempt(() => b.v.get_external_link(at)));
    }
    if (!x.v || x.v.type !== y.v?.type || !["Dataset", "Group", "Datatype"].includes(x.v.type)) continue;
    attributes(where, x.v, y.v);
    if (x.v.type === "Group") compare(where, "keys", attempt(() => x.v.keys()), attempt(() => y.v.keys()));
    else if (x.v.type === "Dataset") dataset(where, x.v, y.v);
    else compare(where, "metadata", attempt(() => x.v.metadata), attempt(() => y.v.metadata));
  }
  a.v.close();
  b.v.close();
}

for (const name of readdirSync(folder).filter((n) => /\.(h5|hdf5|nc|he5|nxs|h5ad|mat)$/.test(n)).toSorted()) file(name);
console.log(JSON.stringify({ equal }));
