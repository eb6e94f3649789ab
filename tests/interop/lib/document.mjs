// The canonical document of a file (CANON.md), read through the package's public entry alone.
import { isHyperslabError, openSync } from "hyperslab";
import { byBytes, num, slabs, weight } from "../../fixtures/corpus/canon.mjs";
import { canonical } from "./datatypes.mjs";
import { points } from "./selections.mjs";
import { digest } from "./values.mjs";

const product = (dims) => dims.reduce((p, n) => p * n, 1);

/** How an error goes into a document. Only errors of the package have a code there. */
export function failure(e) {
  if (!isHyperslabError(e)) return { error: String(e?.stack ?? e).slice(0, 300) };
  const out = { error: `${e.code}: ${e.message}`.slice(0, 300), code: e.code };
  if (e.address !== undefined) out.address = e.address;
  return out;
}

/** Links of a group with what hard ones lead to, in byte order of the names. */
function children(group) {
  return group.entries().toSorted((a, b) => byBytes(a.name, b.name));
}

/** Depth first; the first path on which an object is met names it. */
function walk(file) {
  const entries = [];
  const objects = [];
  const paths = new Map();
  const met = (object, path) => {
    const target = paths.get(object.address);
    if (target !== undefined) {
      entries.push({ path, kind: "hardlink", target });
      return undefined;
    }
    paths.set(object.address, path);
    const entry = { path, kind: object.kind };
    entries.push(entry);
    objects.push([entry, object]);
    return entry;
  };
  const stack = [];
  const enter = (group, path, entry) => {
    try {
      const list = children(group);
      const order = list.map((c) => c.link.creationOrder);
      if (order.every((n) => n !== undefined) && (list.length || group.trackOrder)) {
        entry.corder = list.toSorted((a, b) => a.link.creationOrder - b.link.creationOrder).map((c) => c.name);
      }
      stack.push({ path, list, next: 0 });
    } catch (e) {
      Object.assign(entry, failure(e));
    }
  };
  enter(file, "", met(file, "/"));
  while (stack.length) {
    const top = stack.at(-1);
    const child = top.list[top.next++];
    if (!child) {
      stack.pop();
      continue;
    }
    const path = `${top.path}/${child.name}`;
    const { link } = child;
    if (link.kind === "soft") entries.push({ path, kind: "softlink", target: link.target });
    else if (link.kind === "external") entries.push({ path, kind: "extlink", file: link.file, target: link.target });
    else if (link.kind === "user") entries.push({ path, kind: "udlink", class: link.class });
    else if (!child.object) {
      // References still lead there.
      if (!paths.has(link.address)) paths.set(link.address, path);
      entries.push({ path, kind: "error", ...failure(child.error) });
    } else {
      const entry = met(child.object, path);
      if (entry?.kind === "group") enter(child.object, path, entry);
    }
  }
  return { entries, objects, paths };
}

/** How many dimensions of what is read are those of arrays, which may hold arrays. */
const inner = (type) => (type.class === "array" ? type.dims.length + inner(type.base) : 0);

/** How many elements a region has: as many as are read, if they can be. */
function selected(dataset, reference) {
  let value;
  try {
    value = dataset.read(reference);
  } catch (e) {
    if (!isHyperslabError(e)) throw e;
    // The dataset is smaller now, or damaged, or that is too much for an array. Unless what is damaged is the selection:
    const count = points(reference.selection, dataset.shape);
    if (count === undefined) throw e;
    return count;
  }
  if (value === null) return 0;
  const count = points(reference.selection, dataset.shape);
  const read = value.shape ? product(value.shape.slice(0, value.shape.length - inner(dataset.datatype))) : 1;
  if (read !== count) throw new Error(`${read} elements are read of ${count}`);
  return count;
}

/** The digest of a dataset, of its first and last slab if it is large. */
function values(dataset, dtype, lead, widest) {
  const { shape } = dataset;
  if (shape === null) return { digest: null };
  if (weight(dtype) > widest) return { digest: null, undefined: true };
  const parts = shape.length ? slabs(shape, weight(dtype)) : null;
  if (!parts) return { digest: digest(dtype, [[dataset.read(), product(shape)]], lead) };
  const n = product(parts.count);
  const first = dataset.read(parts.count.map((c) => [0, c]));
  // Counted from the end, the last slab needs no number that JavaScript does not have.
  const last = dataset.read(parts.count.map((c) => [-c, null]));
  return { digest: digest(dtype, [[first, n], [last, n]], lead), partial: true };
}

function describeDataset(dataset, entry, paths, lead, widest) {
  entry.dtype = canonical(dataset.datatype);
  if (dataset.committed !== undefined) entry.committed = paths.get(dataset.committed) ?? "?";
  entry.shape = dataset.shape && dataset.shape.map(num);
  entry.maxshape = dataset.maxshape && dataset.maxshape.map((m) => (m === null ? null : num(m)));
  entry.layout = dataset.layout;
  if (dataset.chunks) entry.chunks = dataset.chunks;
  if (dataset.index) entry.index = dataset.index;
  entry.filters = dataset.filters.map((f) => ({ id: f.id, flags: f.optional ? 1 : 0, cd: [...f.values] }));
  const sources = dataset.sources();
  if (dataset.layout === "virtual") entry.virtual = sources;
  else if (sources.length) entry.external = sources;
  const { fill } = dataset;
  entry.fill = { status: fill.status };
  // A fill value that is there and null is one of a type that cannot be read.
  if (fill.value === null) Object.assign(entry.fill, { error: "Unsupported: fill value", code: "Unsupported" });
  else if (fill.status === "user") {
    try {
      entry.fill.digest = digest(entry.dtype, [[fill.value, 1]], lead);
    } catch (e) {
      Object.assign(entry.fill, failure(e));
    }
  }
  Object.assign(entry, values(dataset, entry.dtype, lead, widest));
}

function describeAttributes(object, paths, lead) {
  return object.attrs
    .keys()
    .toSorted(byBytes)
    .map((name) => {
      const entry = { name };
      try {
        const { datatype, shape, committed } = object.attrs.describe(name);
        entry.dtype = canonical(datatype);
        if (committed !== undefined) entry.committed = paths.get(committed) ?? "?";
        entry.shape = shape && shape.map(num);
        entry.digest = shape === null ? null : digest(entry.dtype, [[object.attrs.get(name), product(shape)]], lead);
      } catch (e) {
        Object.assign(entry, failure(e));
      }
      return entry;
    });
}

/** Everything in an open file. Elements of more than `widest` bytes are left unread. */
export function describe(file, { widest = Infinity } = {}) {
  const { entries, objects, paths } = walk(file);
  // Nothing is chosen of what is gone.
  const chosen = (reference) => {
    try {
      const object = file.get(reference);
      return object.kind === "dataset" ? selected(object, reference) : 0;
    } catch (e) {
      if (paths.has(reference.address)) throw e;
      return 0;
    }
  };
  const lead = (reference) => {
    if (reference.address === 0) return null;
    const points = reference.kind === "region" ? chosen(reference) : undefined;
    return { path: paths.get(reference.address) ?? "?", points, attr: reference.attribute };
  };
  for (const [entry, object] of objects) {
    try {
      if (entry.kind === "dataset") describeDataset(object, entry, paths, lead, widest);
      if (entry.kind === "datatype") entry.dtype = canonical(object.datatype);
    } catch (e) {
      Object.assign(entry, failure(e));
    }
    try {
      entry.attrs = describeAttributes(object, paths, lead);
    } catch (e) {
      Object.assign(entry, entry.error ? {} : failure(e));
    }
  }
  return { opens: true, objects: entries };
}

/** The document of one source, opened with these options; opening errors are part of it. */
export function document(source, options) {
  let file;
  try {
    file = openSync(source, options);
  } catch (e) {
    return { opens: false, ...failure(e) };
  }
  try {
    return describe(file);
  } finally {
    file.close();
  }
}
