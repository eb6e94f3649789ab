/** PyTables' arrays of texts of variable length, which are numbers in the file. */

import type { Dataset, Mode, Value } from "../types.js";
import { isArray, type Steps, text } from "./steps.js";

/** The texts of a VLARRAY whose pseudo-atom says that its numbers are characters; anything else as it is. */
export function* pseudoAtom(dataset: Dataset<Mode>, value: Value): Steps<Value | string[]> {
  const atom = yield* text(dataset, "PSEUDOATOM");
  if (!isArray(value) || !Array.isArray(value.data) || !/^vl(string|unicode)$/.test(atom ?? "")) return value;
  const decoder = new TextDecoder();
  return (value.data as ArrayLike<number>[]).map((row) =>
    atom === "vlstring" ? decoder.decode(Uint8Array.from(row)) : characters(row),
  );
}

function characters(codes: ArrayLike<number>): string {
  let out = "";
  for (let i = 0; i < codes.length; i++) out += codes[i]! <= 0x10ffff ? String.fromCodePoint(codes[i]!) : "\ufffd";
  return out;
}
