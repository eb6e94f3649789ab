/** Elements as h5dump prints them, from what the engine decodes. */

import { memberOf, type Parts, type Plan, ReferenceColumn, WideColumn } from "../../columns.js";
import { expand } from "../../dtype.js";
import type { CompoundType, Datatype, Dtype, FloatType, Reference, StringType } from "../../types.js";
import { nativeSize } from "./datatype.js";
import { general, hexadecimal, littleEndian } from "./numbers.js";
import type { Context, Renderer } from "./render.js";
import { type Place, type Stored, storedFloat, storedSize, storedText } from "./stored.js";
import { binary, escapeName, escapeValue } from "./text.js";

/** What elements need to be printed. */
export interface Printing {
  readonly renderer: Renderer;
  /** Whether characters in text are escaped that would confuse a program that reads it. */
  readonly escape: boolean;
  /** The elements as they are in the file, where they are at hand. */
  readonly stored: Stored | undefined;
  /** A reference in short. */
  reference(reference: Reference): string;
}

/** Elements of one type. */
export interface Cells {
  /** Takes the next `n` elements, in the place of those before. */
  take(parts: Parts, n: number): void;
  text(i: number, ctx: Context): string;
}

export function makeCells(plan: Plan, dtype: Dtype, p: Printing, place: Place = undefined): Cells {
  const type = expand(dtype);
  if (Array.isArray(plan)) {
    switch (plan[0]) {
      case "a":
        return type.class === "complex" ? new ComplexCells(plan[2], type.base, p, place) : new ArrayCells(plan[1], plan[2], type as Datatype & { class: "array" }, p, place);
      case "c":
        return new CompoundCells(plan[1].map(([, inner], i) => makeCells(inner, memberOf(type, i), p, memberPlace(place, type, i))));
      case "v":
        return new SequenceCells(makeCells(plan[1], (type as { base: Dtype }).base, p));
      case "o":
        return new OpaqueCells(plan[1]);
      case "n":
        return new WideCells(plan[1], plan[2], type);
    }
  }
  if (plan === "s") return new TextCells(type as StringType, p, place);
  if (plan === "r") return new ReferenceCells(p);
  return new NumberCells(plan, dtype, p.stored, place);
}

/** Where a member of a record is. */
function memberPlace(place: Place, type: Datatype, i: number): Place {
  const offset = (type as CompoundType).members[i]?.offset;
  return place && offset !== undefined ? (k) => place(k) + offset : undefined;
}

/** Where the elements of arrays are. */
function innerPlace(place: Place, each: number, base: Dtype, stored: Stored | undefined): Place {
  if (!place || !stored) return undefined;
  const size = storedSize(base, stored.address);
  return (k) => place(Math.floor(k / each)) + (k % each) * size;
}

function numberText(type: Datatype): (value: number | bigint) => string {
  switch (type.class) {
    case "float":
      return (value) => general(value as number);
    case "bitfield":
    case "time": {
      const size = nativeSize(type);
      return (value) => hexadecimal(littleEndian(value, size));
    }
    case "enum": {
      const names = new Map(type.members.map(([name, value]) => [BigInt(value), escapeName(binary(name))]));
      const size = nativeSize(type);
      return (value) => names.get(BigInt(value)) ?? hexadecimal(littleEndian(value, size));
    }
    default:
      return String;
  }
}

class NumberCells implements Cells {
  private data: ArrayLike<number | bigint> = [];
  private readonly print: (value: number | bigint) => string;
  constructor(
    private readonly plan: Exclude<Plan, readonly unknown[] | "s" | "r">,
    dtype: Dtype,
    private readonly stored: Stored | undefined,
    private readonly place: Place,
  ) {
    const type = expand(dtype);
    this.print = numberText(type);
    if (type.class === "float" && type.size > 8) this.wide = type;
  }

  private readonly wide: FloatType | undefined;

  take(parts: Parts): void {
    this.data = parts.numbers(this.plan);
  }

  text(i: number): string {
    return (this.wide && storedFloat(this.stored, this.place?.(i), this.wide)) ?? this.print(this.data[i]!);
  }
}

/** Integers of more than 8 bytes. */
class WideCells implements Cells {
  private column: WideColumn;
  private readonly print: (value: number | bigint) => string;
  constructor(
    private readonly size: number,
    private readonly signed: boolean,
    type: Datatype,
  ) {
    this.column = new WideColumn(size, signed, []);
    this.print = numberText(type);
  }

  take(parts: Parts, n: number): void {
    this.column = new WideColumn(this.size, this.signed, []);
    this.column.take(parts, n);
  }

  text(i: number): string {
    return this.print(this.column.data[i]!);
  }
}

/** Prints text that was cut at its padding: h5dump shows that, too. */
export function padded(text: string, { size, pad }: StringType): string {
  if (size === "variable" || pad === "nullterm") return text;
  return text.padEnd(size, pad === "nullpad" ? "\0" : " ");
}

class TextCells implements Cells {
  private bytes: Buffer = Buffer.alloc(0);
  private ends: ArrayLike<number | bigint> = [];
  constructor(
    private readonly type: StringType,
    private readonly printing: Printing,
    private readonly place: Place,
  ) {}

  take(parts: Parts): void {
    const bytes = parts.bytes();
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.ends = parts.numbers("u4");
    parts.numbers("u4");
  }

  text(i: number): string {
    const exact = storedText(this.printing.stored, this.place?.(i), this.type);
    if (exact === null) return "NULL";
    const text = this.bytes.toString("latin1", i ? Number(this.ends[i - 1]) : 0, Number(this.ends[i]));
    return `"${escapeValue(exact ?? padded(text, this.type), this.printing.escape)}"`;
  }
}

class OpaqueCells implements Cells {
  private bytes: Uint8Array = new Uint8Array();
  constructor(private readonly size: number) {}

  take(parts: Parts): void {
    this.bytes = parts.bytes();
  }

  text(i: number): string {
    return hexadecimal(this.bytes.subarray(i * this.size, (i + 1) * this.size));
  }
}

class ReferenceCells implements Cells {
  data: Reference[] = [];
  constructor(private readonly printing: Printing) {}

  take(parts: Parts, n: number): void {
    const column = new ReferenceColumn();
    column.take(parts, n);
    this.data = column.data;
  }

  text(i: number): string {
    return this.printing.reference(this.data[i]!);
  }
}

class CompoundCells implements Cells {
  constructor(private readonly members: Cells[]) {}

  take(parts: Parts, n: number): void {
    for (const member of this.members) member.take(parts, n);
  }

  text(i: number, ctx: Context): string {
    let text = "{";
    ctx.level += 1;
    this.members.forEach((member, j) => {
      text += `${j ? "," : ""}\n${ctx.indent()}${member.text(i, ctx)}`;
    });
    ctx.level -= 1;
    return `${text}\n${ctx.indent()}}`;
  }
}

class ArrayCells implements Cells {
  private readonly base: Cells;
  private readonly row: number;
  private readonly renderer: Renderer;
  constructor(
    private readonly each: number,
    plan: Plan,
    type: Datatype & { class: "array" },
    printing: Printing,
    place: Place,
  ) {
    this.base = makeCells(plan, type.base, printing, innerPlace(place, each, type.base, printing.stored));
    this.row = type.dims.at(-1)!;
    this.renderer = printing.renderer;
  }

  take(parts: Parts, n: number): void {
    this.base.take(parts, n * this.each);
  }

  text(i: number, ctx: Context): string {
    const { renderer, each, row } = this;
    let text = "[ ";
    ctx.level += 1;
    for (let k = 0; k < each; k++) {
      if (k && k % row === 0) text += `,\n${ctx.indent()}`;
      else if (k) text += renderer.arrayEnded ? `,\n ${ctx.indent()}` : ", ";
      renderer.arrayEnded = false;
      text += this.base.text(i * each + k, ctx);
    }
    ctx.level -= 1;
    renderer.arrayEnded = true;
    return `${text} ]`;
  }
}

/** Complex numbers, which h5dump knows from HDF5 2.0 on. */
class ComplexCells implements Cells {
  private readonly base: Cells;
  constructor(plan: Plan, dtype: Dtype, printing: Printing, place: Place) {
    this.base = makeCells(plan, dtype, printing, innerPlace(place, 2, dtype, printing.stored));
  }

  take(parts: Parts, n: number): void {
    this.base.take(parts, n * 2);
  }

  text(i: number, ctx: Context): string {
    const [re, im] = [this.base.text(2 * i, ctx), this.base.text(2 * i + 1, ctx)];
    return `${re}${/^[-+]/.test(im) ? "" : "+"}${im}i`;
  }
}

class SequenceCells implements Cells {
  private ends: ArrayLike<number | bigint> = [];
  constructor(private readonly base: Cells) {}

  take(parts: Parts, n: number): void {
    this.ends = parts.numbers("u4");
    this.base.take(parts, n ? Number(this.ends[n - 1]) : 0);
  }

  text(i: number, ctx: Context): string {
    const items: string[] = [];
    for (let k = i ? Number(this.ends[i - 1]) : 0; k < Number(this.ends[i]); k++) {
      ctx.level += 1;
      items.push(this.base.text(k, ctx));
      ctx.level -= 1;
    }
    return `(${items.join(", ")})`;
  }
}

