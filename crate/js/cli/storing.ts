/** How datasets are stored, as it is said on a command line. */

import type { Libver, RepackOptions, Storing } from "../types.js";
import { UsageError, wholeNumber } from "./frame.js";

/** Options that say how datasets are stored. */
export const storingOptions = {
  compression: { type: "string", short: "z", value: "NAME", help: "gzip, gzip:9, zstd, zstd:3, lzf, szip, blosc:5,zstd ... none, or keep;\ndefault gzip" },
  chunks: { type: "string", short: "c", value: "N,N", help: "extents of chunks; auto, keep, or none for no chunks" },
  layout: { type: "string", short: "l", value: "LAYOUT", help: "compact, contiguous, chunked or keep" },
  shuffle: { type: "boolean", help: "sort bytes by significance first" },
  "no-shuffle": { type: "boolean", help: "do not: the default for numbers is to" },
  fletcher32: { type: "boolean", help: "a checksum with each chunk" },
  scaleoffset: { type: "string", value: "N", help: "bits for integers (0: as many as needed), decimal digits for floats" },
  merge: { type: "boolean", help: "virtual datasets, and elements in other files, become ordinary ones" },
} as const;

type Given = { [K in keyof typeof storingOptions]?: (typeof storingOptions)[K] extends { type: "boolean" } ? boolean : string };

/** `zstd:3`, `blosc:5,zstd,shuffle`. */
function compressionOf(spec: string): Pick<Storing, "compression" | "compressionOpts"> {
  const [name = "", rest] = spec.split(":", 2) as [string, string?];
  const compression = (/^\d+$/.test(name) ? Number(name) : name) as NonNullable<Storing["compression"]>;
  if (rest === undefined) return { compression };
  const words = rest.split(",").map((w) => (/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(w) ? Number(w) : w));
  return { compression, compressionOpts: words.length === 1 && typeof words[0] === "number" ? words[0] : words };
}

function chunksOf(spec: string): NonNullable<Storing["chunks"]> {
  if (spec === "auto") return true;
  if (spec === "none") return false;
  if (spec === "keep") return spec;
  return spec.split(/[,x]/).map((n) => wholeNumber(n.trim(), "an extent of a chunk"));
}

const LAYOUTS = ["compact", "contiguous", "chunked", "keep"];

/** What was said about storing. */
export function storingOf(given: Given): Storing {
  const { layout } = given;
  if (layout !== undefined && !LAYOUTS.includes(layout)) throw new UsageError(`there is no layout "${layout}": ${LAYOUTS.join(", ")}`);
  if (given.shuffle && given["no-shuffle"]) throw new UsageError("--shuffle or --no-shuffle");
  return {
    ...(given.compression !== undefined && compressionOf(given.compression)),
    ...(given.chunks !== undefined && { chunks: chunksOf(given.chunks) }),
    ...(layout !== undefined && { layout: layout as NonNullable<Storing["layout"]> }),
    ...(given.shuffle && { shuffle: true }),
    ...(given["no-shuffle"] && { shuffle: false }),
    ...(given.fletcher32 && { fletcher32: true }),
    ...(given.scaleoffset !== undefined && { scaleoffset: Number(given.scaleoffset) === 0 ? true : wholeNumber(given.scaleoffset, "--scaleoffset") }),
    ...(given.merge && { merge: true }),
  };
}

const KEYS = new Set(["compression", "chunks", "layout", "shuffle", "fletcher32", "scaleoffset", "merge"]);

/** `/entry/data=compression=zstd:3;chunks=64,64`. */
export function namedOf(specs: readonly string[]): NonNullable<RepackOptions["datasets"]> {
  const all: Record<string, Storing> = {};
  for (const spec of specs) {
    const cut = spec.indexOf("=");
    if (cut < 1) throw new UsageError(`--dataset is PATH=OPTION=VALUE;..., not ${spec}`);
    const given: Record<string, string | boolean> = {};
    for (const part of spec.slice(cut + 1).split(";").filter(Boolean)) {
      const [key = "", ...value] = part.split("=");
      if (!KEYS.has(key)) throw new UsageError(`"${key}" is nothing that can be said of a dataset: ${[...KEYS].join(", ")}`);
      const on = value.join("=");
      if (key === "shuffle" && on === "false") given["no-shuffle"] = true;
      else given[key] = key === "shuffle" || key === "fletcher32" || key === "merge" ? on !== "false" : on;
    }
    all[spec.slice(0, cut)] = storingOf(given as Given);
  }
  return all;
}

const RELEASES = new Set(["earliest", "v108", "v110", "v112", "v114", "v200", "latest", "keep"]);

/** `v110`, or a low and a high one: `v108,v112`. */
export function libverOf(spec: string): NonNullable<RepackOptions["libver"]> {
  const names = spec.split(",");
  for (const name of names) if (!RELEASES.has(name)) throw new UsageError(`there is no release "${name}": ${[...RELEASES].join(", ")}`);
  if (names.length > 2) throw new UsageError("--libver is one release, or two");
  return names.length === 1 ? (names[0] as Libver) : (names as [Libver, Libver]);
}
