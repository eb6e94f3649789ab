/** Colour maps: 256 colours each, baked when the app is built. */

import { maps } from "virtual:colormaps";

const tables = new Map<string, Uint8Array>();

/** 256 colours of 3 bytes. */
export function colorTable(name: string, reverse = false): Uint8Array {
  const key = `${name}${reverse ? " reversed" : ""}`;
  const known = tables.get(key);
  if (known) return known;
  const hex = maps[name] ?? maps["viridis"] ?? "";
  const table = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    for (let c = 0; c < 3; c++) {
      const at = 6 * (reverse ? 255 - i : i) + 2 * c;
      table[3 * i + c] = parseInt(hex.slice(at, at + 2), 16);
    }
  }
  tables.set(key, table);
  return table;
}
