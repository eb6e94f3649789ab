/** What `createDataset` is asked to do to chunks, as filters. */

import type { Spec } from "#glue";
import { argument } from "../errors.js";
import type { CompressionName, DatasetOptions } from "../types.js";

/** Filters of the compressions that have names. */
const NAMED: Record<CompressionName, number> = {
  szip: 4,
  lzf: 32000,
  bzip2: 307,
  blosc: 32001,
  lz4: 32004,
  bitshuffle: 32008,
  zfp: 32013,
  zstd: 32015,
  blosc2: 32026,
};

const SHUFFLES = ["noshuffle", "shuffle", "bitshuffle", "delta"];
const COMPRESSORS = ["blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"];
const PACKINGS = ["none", "", "lz4", "zstd"];
const MODES = ["", "rate", "precision", "accuracy", "expert", "reversible"];

/** The place of an option's word in a list. */
function place(words: readonly string[], word: string): number {
  const i = word ? words.indexOf(word) : -1;
  if (i < 0) throw argument(`"${word}" is none of ${words.filter(Boolean).join(", ")}`);
  return i;
}

function blosc(words: string[], level = 5): number[] {
  let [shuffle, compressor] = [1, 0];
  for (const word of words) {
    if (SHUFFLES.includes(word)) shuffle = SHUFFLES.indexOf(word);
    else compressor = place(COMPRESSORS, word);
  }
  return [0, 0, 0, 0, level, shuffle, compressor];
}

/** What words mean to a filter: its parameters. */
const WORDS: Record<string, (words: string[], ...numbers: number[]) => number[]> = {
  szip: ([word = ""], ...block) => [[4, 32][place(["ec", "nn"], word)]!, ...block],
  blosc,
  blosc2: blosc,
  bitshuffle: ([word = "lz4"], ...level) => [0, place(PACKINGS, word), ...level],
  zfp([word = "reversible"], ...numbers) {
    const mode = place(MODES, word);
    if (mode === 1 || mode === 3) return [mode, 0, ...new Uint32Array(new Float64Array(numbers.slice(0, 1)).buffer)];
    return [mode, 0, ...numbers.map((n) => n >>> 0)];
  },
};

/** The gzip level that these options ask for. */
export function gzipLevel(compression: unknown, opts: unknown): number {
  const level = compression === "gzip" ? (opts ?? 4) : compression;
  if (typeof level === "number" && Number.isInteger(level) && level >= 0 && level <= 9) return level;
  throw argument(`${String(level)} is no gzip level: 0 to 9`);
}

/** What a filter's own options stand for. Several numbers without words are its parameters as they are. */
function valuesOf(name: string | number, opts: DatasetOptions["compressionOpts"]): number[] {
  const all = [opts ?? []].flat() as (string | number)[];
  const words = all.filter((o) => typeof o === "string");
  const numbers = all.filter((o) => typeof o === "number");
  const asTheyAre = words.length === 0 && (all.length !== 1 || !String(name).startsWith("blosc"));
  const values = (!asTheyAre && WORDS[name]?.(words, ...numbers)) || all;
  for (const v of values) {
    if (!(typeof v === "number" && Number.isInteger(v) && v >= 0 && v < 2 ** 32)) throw argument(`${v} is no parameter of a filter: whole numbers from 0`);
  }
  return values as number[];
}

/** The part of a spec that says which filters chunks go through. */
export function compressionOf(options: DatasetOptions): Pick<Spec, "gzip" | "filters"> {
  const { compression, compressionOpts } = options;
  const filters: Spec["filters"] = [];
  const spec: Pick<Spec, "gzip" | "filters"> = {};
  const { scaleoffset } = options;
  if (scaleoffset !== undefined && scaleoffset !== false) {
    if (scaleoffset !== true && !Number.isInteger(scaleoffset)) throw argument("scaleoffset is true or a whole number");
    if (options.fletcher32) throw argument("fletcher32 cannot be used with scaleoffset, which may lose digits");
    filters.push({ id: 6, values: scaleoffset === true ? [] : [scaleoffset >>> 0], optional: true });
  }
  if (compression === undefined) {
    if (compressionOpts !== undefined) throw argument("`compressionOpts` without `compression`");
  } else if (compression === "gzip" || (typeof compression === "number" && compression < 10)) {
    spec.gzip = gzipLevel(compression, compressionOpts);
  } else {
    const id = typeof compression === "number" ? compression : Object.hasOwn(NAMED, compression) && NAMED[compression];
    if (!id) throw argument(`there is no compression "${String(compression)}": gzip, ${Object.keys(NAMED).join(", ")} or a filter's id`);
    filters.push({ id, values: valuesOf(compression, compressionOpts), optional: true });
  }
  for (const { id, values = [], optional = true } of options.filters ?? []) filters.push({ id, values: [...values], optional });
  if (filters.length > 0) spec.filters = filters;
  return spec;
}
