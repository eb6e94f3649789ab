// Values of h5wasm's and ours in a form in which they can be compared, and told to another process.

/** A reference's bytes; those of regions are of each library's own. */
function reference({ ref_data }) {
  return { reference: ref_data.length === 8 ? [...ref_data] : "region" };
}

/** Anything that is read, as JSON has it. */
export function plain(v) {
  if (v === undefined) return "undefined";
  if (typeof v === "bigint") return `${v}n`;
  if (typeof v === "number") return Number.isFinite(v) && !Object.is(v, -0) ? v : String(v);
  if (typeof v !== "object" || v === null) return v;
  if (ArrayBuffer.isView(v)) return [v.constructor.name, ...Array.from(v, plain)];
  if (Array.isArray(v)) return v.map(plain);
  if ("ref_data" in v) return reference(v);
  if ("metadata" in v && "name" in v) return { value: plain(v.value), shape: v.shape, dtype: v.dtype };
  if ("file_id" in v) return { type: v.type, path: v.path };
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, plain(x)]));
}
