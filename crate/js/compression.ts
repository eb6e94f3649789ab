/** What `createDataset` is asked to do to chunks, as filters. */

import type { Spec } from "#glue";
import { argument } from "./errors.js";
import type { CompressionName, DatasetOptions } from "./types.js";

/** Filters of the compressions that have names. */
const NAMED: Record<CompressionName, number> = { lzf: 32000, szip: 4 };

/** Words that stand for a parameter: szip's methods. */
const WORDS: Record<string, number> = { nn: 32, ec: 4 };

/** The gzip level that these options ask for. */
export function gzipLevel(compression: unknown, opts: unknown): number {
  const level = compression === "gzip" ? (opts ?? 4) : compression;
  if (typeof level === "number" && Number.isInteger(level) && level >= 0 && level <= 9) return level;
  throw argument(`${String(level)} is no gzip level: 0 to 9`);
}

/** What a filter's own options stand for. */
function valuesOf(opts: DatasetOptions["compressionOpts"]): number[] {
  return [opts ?? []].flat().map((v) => {
    const n = typeof v === "string" && Object.hasOwn(WORDS, v) ? WORDS[v] : v;
    if (typeof n === "number" && Number.isInteger(n) && n >= 0 && n < 2 ** 32) return n;
    throw argument(`${String(v)} is no parameter of a filter: whole numbers from 0`);
  });
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
    filters.push({ id, values: valuesOf(compressionOpts), optional: true });
  }
  for (const { id, values = [], optional = true } of options.filters ?? []) filters.push({ id, values: [...values], optional });
  if (filters.length > 0) spec.filters = filters;
  return spec;
}
