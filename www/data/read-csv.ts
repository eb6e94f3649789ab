/** Tables of text as datasets: numbers as one array, what has names or several types as records. Pure. */

import type { NdArray } from "hyperslab";
import Papa from "papaparse";
import type { Made } from "./import.js";
import { ValueError } from "./value-error.js";

/** What the first line is. */
export type FirstLine = "auto" | "names" | "values";

type Kind = "int" | "float" | "bool" | "text";

const INTEGER = /^[+-]?(0|[1-9]\d*)$/;
const FLOAT = /^[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?|nan)$/i;
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

export function readCsv(text: string, firstLine: FirstLine): Made {
  // What begins with a mark of the byte order has it for programs that are not asked here.
  const { data: lines, errors } = Papa.parse<string[]>(text.replace(/^\ufeff/, ""), { skipEmptyLines: "greedy" });
  const quotes = errors.find((e) => e.type === "Quotes");
  if (quotes) throw new ValueError(`the quotation marks in line ${(quotes.row ?? 0) + 1} do not end`);
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0);
  if (width === 0) throw new ValueError("there is nothing in it");
  const uneven = lines.findIndex((line) => line.length !== width);
  if (uneven >= 0) throw new ValueError(`line ${uneven + 1} has ${lines[uneven]?.length} cells, others have ${width}`);
  const named = firstLine === "names" || (firstLine === "auto" && namesFirst(lines, width));
  const rows = named ? lines.slice(1) : lines;
  if (rows.length === 0) throw new ValueError("there are no values in it");
  const kinds = Array.from({ length: width }, (_, c) => kindOf(rows, c));
  const [first] = kinds;
  const numbers = kinds.every((k) => k === "int" || k === "float");
  if (!named && (numbers || width === 1)) {
    const kind = numbers ? (kinds.includes("float") ? "float" : "int") : (first as Kind);
    const exact = kind !== "float" || kinds.every((k, c) => k === "float" || rows.every((row) => isExact(row[c] ?? "")));
    if (exact) return { ...column(rows.flat().map((s) => s.trim()), kind, rows.flat()), shape: width === 1 ? [rows.length] : [rows.length, width] };
  }
  const names = distinct(Array.from({ length: width }, (_, c) => (named ? (lines[0]?.[c] ?? "").trim() : "")));
  const columns = names.map((name, c): [string, NdArray] => {
    const cells = rows.map((row) => row[c] ?? "");
    const { data, dtype } = column(cells.map((s) => s.trim()), kinds[c] as Kind, cells);
    return [name, { data, dtype, shape: [rows.length], stride: [1] } as NdArray];
  });
  return { data: Object.fromEntries(columns), shape: [rows.length] };
}

/** Whether a whole number is one that a double holds. */
const isExact = (text: string): boolean => text.trim() === "" || !INTEGER.test(text.trim()) || Number.isSafeInteger(Number(text));

const integer = (text: string): bigint => BigInt(text.replace("+", ""));

/** What all cells of a column are; missing ones are NaN, and there is no whole number for that. */
function kindOf(rows: readonly string[][], c: number): Kind {
  const all = rows.map((row) => (row[c] ?? "").trim());
  const some = all.filter((s) => s !== "");
  if (some.length === 0) return "text";
  const whole = some.every((s) => INTEGER.test(s) && integer(s) >= LEAST && integer(s) <= MOST);
  if (whole && some.length === all.length) return "int";
  // Digits that a double would lose are kept, as text.
  if (some.every((s) => FLOAT.test(s) && isExact(s) && !/^[+-]?0\d/.test(s))) return "float";
  return some.length === all.length && some.every((s) => /^(true|false)$/i.test(s)) ? "bool" : "text";
}

/** Names stand above something else than names, or are at least different ones. */
function namesFirst([head = [], ...rows]: readonly string[][], width: number): boolean {
  if (rows.length === 0 || head.some((s) => s.trim() === "" || FLOAT.test(s.trim()))) return false;
  const kinds = head.map((_, c) => kindOf(rows, c));
  if (kinds.some((k, c) => k !== "text" && kindOf([head.slice(c, c + 1)], 0) === "text")) return true;
  return width > 1 && new Set(head).size === width && kinds.every((k) => k === "text");
}

function column(cells: readonly string[], kind: Kind, whole: readonly string[]): Pick<Made, "data" | "dtype"> {
  switch (kind) {
    case "int":
      return { data: BigInt64Array.from(cells, integer), dtype: "<i8" };
    case "float":
      return { data: Float64Array.from(cells, (s) => (s === "" || /nan/i.test(s) ? NaN : Number(s.replace(/inf(inity)?/i, "Infinity")))), dtype: "<f8" };
    case "bool":
      return { data: Uint8Array.from(cells, (s) => Number(/^true$/i.test(s))), dtype: "bool" };
    case "text":
      return { data: [...whole], dtype: "string" };
  }
}

function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name, c) => {
    let one = name || `column ${c + 1}`;
    for (let k = 2; seen.has(one); k++) one = `${name || `column ${c + 1}`} ${k}`;
    seen.add(one);
    return one;
  });
}
