/** From what a program says of a type, or gives as a value, to what is written. */

import { argument } from "../errors.js";
import { isHalves } from "../halves.js";
import type { Datatype } from "../types.js";
import { CLASS } from "./constants.js";
import { Reference, RegionReference } from "./references.js";
import type { CompoundDtype, CompoundMember, CompoundTypeMetadata, Dtype, GuessableDataTypes, Metadata, TypedArray } from "./types.js";

const PLAIN = { vlen: false, signed: false, littleEndian: true };
const SIZES: Record<string, number> = { b: 1, h: 2, i: 4, q: 8, e: 2, f: 4, d: 8, u: 4 };

const made = (about: Partial<Metadata>): Metadata => ({ ...PLAIN, ...about }) as Metadata;

/** What a dtype is, without extents. */
export function dtype_to_metadata(dtype: Dtype): Metadata {
  if (typeof dtype === "string") return simple(dtype);
  if (Array.isArray(dtype)) {
    if (Array.isArray(dtype[0])) return compound(dtype as CompoundDtype);
    const [base, shape] = dtype as [Dtype, number[]];
    return array(dtype_to_metadata(base), shape);
  }
  if ("compound_type" in dtype) return compoundOf(dtype.compound_type.members);
  return array(dtype.array_type, dtype.array_type.shape ?? []);
}

function simple(dtype: string): Metadata {
  if (dtype === "Reference") return made({ type: CLASS.reference, size: 8, ref_type: "object" });
  if (dtype === "RegionReference") return made({ type: CLASS.reference, size: 12, ref_type: "region" });
  const [, order = "", letter = "", digits = ""] = /^([<>|]?)([bhiuqefdBHIQSaA])(\d*)$/.exec(dtype) ?? [];
  const kind = letter.toLowerCase();
  if (kind === "s" || kind === "a") {
    const size = digits === "" ? 4 : Number(digits);
    if (size > 0) return made({ type: CLASS.string, size, vlen: digits === "", cset: kind === "a" ? 0 : 1, strpad: digits === "" ? 0 : 1 });
  }
  // Digits are bytes, as in NumPy: of another number than the letter's only where the letter is NumPy's, too.
  const size = digits === "" || kind === "s" || kind === "a" ? SIZES[kind] : Number(digits);
  const float = "efd".includes(kind);
  const sizes = kind === "f" ? [2, 4, 8] : kind === "i" || kind === "u" ? [1, 2, 4, 8] : [SIZES[kind]];
  if (kind === "" || !sizes.includes(size)) throw argument(`"${dtype}" is not a dtype`);
  const signed = !float && kind !== "u" && letter === kind;
  return made({ type: float ? CLASS.float : CLASS.integer, size: size!, signed, littleEndian: order !== ">" });
}

function array(base: Metadata, shape: number[]): Metadata {
  const total = shape.reduce((n, d) => n * d, 1);
  return made({ type: CLASS.array, array_type: { ...base, shape, total_size: total }, shape, size: base.size * total });
}

function compound(members: CompoundDtype): Metadata {
  let offset = 0;
  const all = members.map(([name, dtype, shape]): CompoundMember => {
    const base = dtype_to_metadata(dtype);
    const member = Object.assign(shape ? array(base, shape) : base, { name, offset });
    offset += member.size;
    return member;
  });
  return compoundOf(all);
}

function compoundOf(members: CompoundMember[]): Metadata {
  const compound_type: CompoundTypeMetadata = { members, nmembers: members.length };
  return made({ type: CLASS.compound, compound_type, size: members.reduce((end, m) => Math.max(end, m.offset + m.size), 0) });
}

/** Constructors by class and bytes; unsigned ones after the signed. */
const TYPES: [new (n: number) => TypedArray, Partial<Metadata>][] = [
  [Int8Array, { type: CLASS.integer, size: 1, signed: true }],
  [Int16Array, { type: CLASS.integer, size: 2, signed: true }],
  [Int32Array, { type: CLASS.integer, size: 4, signed: true }],
  [BigInt64Array, { type: CLASS.integer, size: 8, signed: true }],
  [Uint8Array, { type: CLASS.integer, size: 1 }],
  [Uint8ClampedArray, { type: CLASS.integer, size: 1 }],
  [Uint16Array, { type: CLASS.integer, size: 2 }],
  [Uint32Array, { type: CLASS.integer, size: 4 }],
  [BigUint64Array, { type: CLASS.integer, size: 8 }],
  [Float32Array, { type: CLASS.float, size: 4 }],
  [Float64Array, { type: CLASS.float, size: 8 }],
];

const INT32 = 2 ** 31;

/** What a value is where nobody says: without extents. */
export function guess_metadata(data: GuessableDataTypes): Metadata {
  if (data instanceof Map) {
    let offset = 0;
    const members = [...data].map(([name, column]): CompoundMember => {
      const member = Object.assign(guess_metadata(column as GuessableDataTypes), { name, offset });
      offset += member.size;
      return member;
    });
    return compoundOf(members);
  }
  if (ArrayBuffer.isView(data)) {
    if (isHalves(data)) return made({ type: CLASS.float, size: 2 });
    const known = TYPES.find(([Type]) => data instanceof Type);
    if (!known) throw argument("a DataView says nothing of its type: write a typed array");
    return made(known[1]);
  }
  const all: unknown[] = Array.isArray(data) ? data : [data];
  if (all.every(Number.isInteger)) {
    const small = all.every((v) => (v as number) >= -INT32 && (v as number) < INT32);
    if (small) return made({ type: CLASS.integer, size: 4, signed: true });
    if (all.every(Number.isSafeInteger)) return made({ type: CLASS.integer, size: 8, signed: true });
    return made({ type: CLASS.float, size: 8 });
  }
  if (all.every((v) => typeof v === "number")) return made({ type: CLASS.float, size: 8 });
  if (all.every((v) => typeof v === "bigint")) {
    return made({ type: CLASS.integer, size: 8, signed: (all as bigint[]).every((v) => v < 2n ** 63n) });
  }
  if (all.every((v) => typeof v === "boolean")) {
    return made({ type: CLASS.enum, size: 1, signed: true, enum_type: { type: CLASS.integer, nmembers: 2, members: { FALSE: 0, TRUE: 1 } } });
  }
  if (all.every((v) => typeof v === "string")) return made({ type: CLASS.string, size: 4, vlen: true });
  if (all.every((v) => v instanceof RegionReference)) return simple("RegionReference");
  if (all.every((v) => v instanceof Reference)) return simple("Reference");
  throw argument("the type of this value has to be said: give a dtype");
}

/** The typed array that holds numbers of a type; none for floats of 2 bytes and what is no number. */
export function arrayOf({ type, size, signed }: Metadata): (new (n: number) => TypedArray) | undefined {
  return TYPES.find(([, of]) => of.type === (type === CLASS.enum ? CLASS.integer : type) && of.size === size && (of.signed ?? false) === signed)?.[0];
}

/** A type as the rest of the package has it. */
export function toDatatype(metadata: Metadata): Datatype {
  const { type, size, signed } = metadata;
  const order = metadata.littleEndian ? "LE" : "BE";
  switch (type) {
    case CLASS.integer:
      return { class: "integer", size, order, signed };
    case CLASS.float:
      return { class: "float", size, order };
    case CLASS.string:
      return {
        class: "string",
        size: metadata.vlen ? "variable" : size,
        pad: (["nullterm", "nullpad", "spacepad"] as const)[metadata.strpad ?? 0]!,
        cset: metadata.cset === 0 ? "ascii" : "utf8",
      };
    case CLASS.reference:
      return { class: "reference", ref: (metadata.ref_type ?? (size === 12 ? "region" : "object")) };
    case CLASS.compound: {
      const members = metadata.compound_type!.members.map((m) => ({ name: m.name, offset: m.offset, dtype: toDatatype(m) }));
      return { class: "compound", size, members: closed(members, metadata.compound_type!.members) };
    }
    case CLASS.array:
      return { class: "array", dims: metadata.array_type!.shape ?? metadata.shape ?? [], base: toDatatype(metadata.array_type!) };
    case CLASS.enum: {
      const base = toDatatype({ ...metadata, type: metadata.enum_type!.type });
      const values = Object.entries(metadata.enum_type!.members);
      return { class: "enum", base, members: values.map(([name, value]) => [name, size === 8 ? BigInt(value) : value]) };
    }
    case CLASS.vlen:
      return { class: "vlen", base: toDatatype(metadata.vlen_type!) };
    case CLASS.opaque:
      return { class: "opaque", size, tag: "" };
    case CLASS.bitfield:
      return { class: "bitfield", size, order };
    default:
      throw argument(`values of class ${type} cannot be written by this`);
  }
}

/** Members without their places where something is of another size in the file than in memory. */
function closed<T extends { offset?: number }>(members: T[], of: CompoundMember[]): T[] {
  const elsewhere = (m: Metadata): boolean =>
    m.vlen || m.type === CLASS.vlen || m.type === CLASS.array && elsewhere(m.array_type!) || (m.compound_type?.members.some(elsewhere) ?? false);
  if (!of.some(elsewhere)) return members;
  return members.map((m) => {
    const { offset: _, ...rest } = m;
    return rest as T;
  });
}
