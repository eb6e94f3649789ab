/** `hyperslab refs`: references to the chunks of a file, as kerchunk writes them. */

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { HyperslabError } from "../errors.js";
import { type Omitted, references } from "../zarr.js";
import { command, type Values, wholeNumber } from "./frame.js";
import type { Io } from "./io.js";
import { objectAt, placeOf, withFile } from "./place.js";
import { painter, printable } from "./style.js";

const options = {
  url: { type: "string", short: "u", value: "URL", help: "where readers find the file; default: its absolute path, or the URL that was given" },
  out: { type: "string", short: "o", value: "OUT", help: "write to this file" },
  inline: { type: "string", value: "BYTES", help: "put chunks of up to so many bytes in; default 500" },
  decode: { type: "string", value: "BYTES", help: "put datasets of up to so many bytes in decoded, where Zarr has no codec; default 65536" },
  "chunk-size": { type: "string", value: "BYTES", help: "about how large pieces of datasets without chunks are; default 4194304" },
  quiet: { type: "boolean", short: "q", help: "do not say what is left out" },
} as const;

type Given = Values<typeof options>;

export default command({
  name: "refs",
  summary: "references to the chunks, as kerchunk writes them",
  usage: ["[OPTIONS] FILE[/GROUP]"],
  text: "With the references fsspec, Zarr, xarray and Dask read the file in place:\nxarray.open_dataset('reference://', engine='zarr', backend_kwargs={'storage_options': {'fo': 'refs.json'}, 'consolidated': False}).",
  options,
  takes: [1, 1],
  async run([arg = ""]: string[], given: Given, io: Io): Promise<number> {
    const place = placeOf(arg);
    if (typeof place.source !== "string" && !(place.source instanceof URL)) throw new HyperslabError("Unsupported", "references are to one file, not to several");
    const url = given.url ?? (place.source instanceof URL ? place.source.href : resolve(place.source));
    const whole = (text: string | undefined, what: string): number | undefined => (text === undefined ? undefined : wholeNumber(text, what));
    const [inline, decode, chunkSize] = [whole(given.inline, "--inline"), whole(given.decode, "--decode"), whole(given["chunk-size"], "--chunk-size")];
    const left: Omitted[] = [];
    const text = await withFile(
      place,
      async (file) => {
        const group = await objectAt(file, place.path);
        if (group.kind !== "group") throw new HyperslabError("Argument", `a ${group.kind} is no group`, { path: place.path });
        const refs = await references(group, {
          url,
          ...(inline !== undefined && { inline }),
          ...(decode !== undefined && { decode }),
          ...(chunkSize !== undefined && { chunkSize }),
          onOmit: (omitted) => left.push(omitted),
        });
        return JSON.stringify(refs);
      },
      { signal: io.signal },
    );
    if (given.out === undefined) await io.out.write(`${text}\n`);
    else writeFileSync(given.out, text);
    const paint = painter(io, io.err);
    if (!given.quiet) {
      for (const { path, attribute, reason } of left) await io.err.write(`${paint("yellow", "left out")} /${printable(path)}${attribute === undefined ? "" : `@${printable(attribute)}`}: ${printable(reason)}\n`);
    }
    return 0;
  },
});
