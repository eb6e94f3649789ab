/** From a datatype to h5wasm's description of it, and to its dtype. */

import { expand } from "../dtype.js";
import type { Datatype, Dtype as OwnDtype } from "../types.js";
import { CLASS } from "./constants.js";
import type { CompoundMember, CompoundMemberDtype, CompoundTypeMetadata, Dtype, EnumTypeMetadata, Metadata } from "./types.js";

/** Bytes of what stands for a value elsewhere, where pointers have 4: text, sequences, references. */
const TEXT = 4;
const SEQUENCE = 8;
const REFERENCES = { object: 8, region: 12, std: 64 };

/** What an element is. Extents are those of its own; dataspaces add theirs. */
export function describe(dtype: OwnDtype): Metadata {
  const type = expand(dtype);
  return { signed: false, type: CLASS[type.class], vlen: false, littleEndian: false, ...particular(type) } as Metadata;
}

function particular(type: Datatype): Partial<Metadata> {
  switch (type.class) {
    case "integer":
      return { signed: type.signed, littleEndian: type.order === "LE", size: type.size };
    case "float":
    case "bitfield":
    case "time":
      return { littleEndian: type.order === "LE", size: type.size };
    case "string": {
      const strpad = ["nullterm", "nullpad", "spacepad"].indexOf(type.pad);
      const variable = type.size === "variable";
      return { cset: type.cset === "utf8" ? 1 : 0, strpad, vlen: variable, littleEndian: variable, size: variable ? TEXT : (type.size as number) };
    }
    case "opaque":
      return { size: type.size };
    case "reference":
      return { ref_type: type.ref === "object" ? "object" : "region", size: REFERENCES[type.ref] };
    case "complex": {
      const base = describe(type.base);
      return { size: 2 * base.size, littleEndian: base.littleEndian };
    }
    case "compound":
      return record(type.members, type.size);
    case "array": {
      const base = describe(type.base);
      const total = type.dims.reduce((n, d) => n * d, 1);
      return { ...like(base), array_type: { ...base, shape: [...type.dims], total_size: total }, size: base.size * total };
    }
    case "vlen": {
      const base = describe(type.base);
      return { ...like(base), vlen_type: base, size: SEQUENCE };
    }
    case "enum": {
      const base = describe(type.base);
      const members = Object.fromEntries(type.members.map(([name, value]) => [name, Number(value)]));
      return { ...base, type: CLASS.enum, enum_type: { type: base.type, nmembers: type.members.length, members } };
    }
    // No default: a new class does not compile.
  }
}

/** What a type has from its base. */
const like = ({ signed, littleEndian }: Metadata): Partial<Metadata> => ({ signed, littleEndian });

/** The orders of the numbers in a type, of which text and bytes have none. */
function orders(dtype: OwnDtype): string[] {
  const type = expand(dtype);
  if ("order" in type) return [type.order];
  if ("base" in type) return orders(type.base);
  if (type.class === "compound") return type.members.flatMap((member) => orders(member.dtype));
  return type.class === "string" && type.size === "variable" ? ["LE"] : [];
}

/** In memory members lie where they lie in the file, but for what has another size there. */
function record(members: { name: string; offset?: number; dtype: OwnDtype }[], size: number): Partial<Metadata> {
  let grown = 0;
  let end = 0;
  const all = members.map(({ name, offset, dtype }): CompoundMember => {
    const member = { ...describe(dtype), name, offset: (offset ?? end) + grown, shape: [] as number[] };
    const stored = storedSize(dtype);
    end = (offset ?? end) + stored;
    grown += member.size - stored;
    return member as CompoundMember;
  });
  const compound_type: CompoundTypeMetadata = { members: all, nmembers: all.length };
  const found = members.flatMap((member) => orders(member.dtype));
  return { compound_type, size: size + grown, littleEndian: found.length > 0 && found.every((order) => order === "LE") };
}

/** Bytes of an element in a file whose addresses have 8. */
function storedSize(dtype: OwnDtype): number {
  const type = expand(dtype);
  switch (type.class) {
    case "string":
      return type.size === "variable" ? 16 : type.size;
    case "vlen":
      return 16;
    case "reference":
      return type.ref === "std" ? 18 : REFERENCES[type.ref];
    case "array":
      return storedSize(type.base) * type.dims.reduce((n, d) => n * d, 1);
    case "enum":
      return storedSize(type.base);
    case "complex":
      return 2 * storedSize(type.base);
    default:
      return type.size;
  }
}

const INTEGERS: Record<number, string> = { 1: "b", 2: "h", 4: "i", 8: "q" };
const FLOATS: Record<number, string> = { 2: "e", 4: "f", 8: "d" };

/** The short form of a type; `"unknown"` where there is none. */
export function metadata_to_dtype(metadata: Metadata): Dtype {
  const { type, size, signed, vlen, cset } = metadata;
  const order = metadata.littleEndian ? "<" : ">";
  switch (type) {
    case CLASS.string:
      return `${cset === 0 ? "A" : "S"}${vlen ? "" : size}`;
    case CLASS.integer: {
      const letter = INTEGERS[size];
      if (letter === undefined) return "unknown";
      return order + (signed ? letter : letter.toUpperCase());
    }
    case CLASS.float:
      return size in FLOATS ? order + FLOATS[size] : "unknown";
    case CLASS.compound:
      return metadata.compound_type!.members.map((member): CompoundMemberDtype => {
        const { array_type, name } = member;
        return array_type ? [name, metadata_to_dtype(array_type), array_type.shape!] : [name, metadata_to_dtype(member)];
      });
    case CLASS.array:
      return [metadata_to_dtype(metadata.array_type!) as string, metadata.array_type!.shape!];
    case CLASS.reference:
      return metadata.ref_type === "region" ? "RegionReference" : "Reference";
    default:
      return "unknown";
  }
}

/** Whether an enum is h5py's bool. */
export function isBool({ members, nmembers }: EnumTypeMetadata): boolean {
  return nmembers === 2 && members.FALSE === 0 && members.TRUE === 1;
}
