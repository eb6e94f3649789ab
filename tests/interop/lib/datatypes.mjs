// The package's datatypes in the words of CANON.md.
import { byBytes } from "../../fixtures/corpus/canon.mjs";

const KINDS = { i: "integer", u: "integer", f: "float", b: "bitfield" };

/** A datatype given as a string ("<f8", "S10", "V4", "string", "bytes", "bool"), in full. */
function spelledOut(text) {
  let m = /^([<>|=]?)([iufb])(\d+)$/.exec(text);
  if (m) {
    const d = { class: KINDS[m[2]], size: Number(m[3]), order: m[1] === ">" ? "BE" : "LE" };
    if (d.class === "integer") d.signed = m[2] === "i";
    return d;
  }
  m = /^S(\d+)$/.exec(text);
  if (m) return { class: "string", size: Number(m[1]), pad: "nullpad", cset: "ascii" };
  m = /^V(\d+)$/.exec(text);
  if (m) return { class: "opaque", size: Number(m[1]), tag: "" };
  if (text === "string") return { class: "string", size: "variable", pad: "nullterm", cset: "utf8" };
  if (text === "bytes") return { class: "string", size: "variable", pad: "nullterm", cset: "ascii" };
  if (text === "bool") {
    const base = { class: "integer", size: 1, order: "LE", signed: true };
    return { class: "enum", base, members: [["FALSE", 0], ["TRUE", 1]] };
  }
  throw new Error(`unknown datatype "${text}"`);
}

/** Bytes of one element, for types whose size does not depend on the machine. */
function sizeOf(d) {
  if (d.class === "array") return d.dims.reduce((p, n) => p * n, sizeOf(d.base));
  return d.size ?? sizeOf(d.base);
}

/** Offsets and size of a compound; where they are left out, its members are packed. */
function place(d, out) {
  let end = 0;
  for (const m of out.members) {
    m.offset ??= end;
    end = Math.max(end, m.offset + sizeOf(m.dtype));
  }
  out.size = d.size ?? end;
}

/** Does the in-memory form of this type depend on the machine? Then sizes and offsets say nothing about the file. */
function pointed(d) {
  if (d.class === "vlen" || d.class === "reference" || (d.class === "string" && d.size === "variable")) return true;
  if (d.class === "compound") return d.members.some((m) => pointed(m.dtype));
  return d.base ? pointed(d.base) : false;
}

/** The canonical description of a datatype. */
export function canonical(type) {
  const d = typeof type === "string" ? spelledOut(type) : type;
  const out = { class: d.class };
  const copy = (...keys) => {
    for (const k of keys) if (d[k] !== undefined) out[k] = d[k];
  };
  switch (d.class) {
    case "integer":
    case "bitfield":
    case "time":
      copy("size", "order", "signed", "precision", "offset");
      break;
    case "float":
      copy("size", "order", "layout");
      break;
    case "string":
      copy("size", "pad", "cset");
      break;
    case "opaque":
      copy("size", "tag");
      break;
    case "reference":
      copy("ref");
      break;
    case "enum":
      out.base = canonical(d.base);
      out.members = d.members
        .toSorted((a, b) => (BigInt(a[1]) < BigInt(b[1]) ? -1 : BigInt(a[1]) > BigInt(b[1]) ? 1 : byBytes(a[0], b[0])))
        .map(([name, value]) => [name, String(value)]);
      break;
    case "compound":
      out.members = d.members.map((m) => ({ name: m.name, offset: m.offset, dtype: canonical(m.dtype) }));
      if (pointed(out)) for (const m of out.members) delete m.offset;
      else place(d, out);
      break;
    case "array":
      copy("dims");
      out.base = canonical(d.base);
      break;
    case "vlen":
    case "complex":
      out.base = canonical(d.base);
      break;
    default:
      throw new Error(`unknown datatype class "${d.class}"`);
  }
  if (out.size === 1 && out.order) out.order = "LE";
  return out;
}
