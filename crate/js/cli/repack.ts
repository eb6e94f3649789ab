/** `hyperslab repack`: a compact copy of a file. */

import { statSync } from "node:fs";
import { repack } from "../repack.js";
import type { RepackOptions } from "../types.js";
import { command, FileError, UsageError, type Values, wholeNumber } from "./frame.js";
import type { Io } from "./io.js";
import { placeOf } from "./place.js";
import { libverOf, namedOf, storingOf, storingOptions } from "./storing.js";
import { bytesText, Progress } from "./style.js";

const options = {
  ...storingOptions,
  dataset: { type: "string", short: "d", multiple: true, value: "PATH=...", help: "other ways for one dataset or group: PATH=compression=zstd:3;chunks=64,64" },
  drop: { type: "string", multiple: true, value: "PATH", help: "leave this out" },
  libver: { type: "string", value: "RELEASE", help: "earliest (default), v108, v110, v112, v114, v200, latest, keep; or low,high" },
  userblock: { type: "string", value: "BYTES", help: "bytes before the file, 0 or a power of two from 512 on; default: the source's" },
  strategy: { type: "string", value: "NAME", help: "how space is found: fsm (default), page, aggregate, none" },
  persist: { type: "boolean", help: "write down free space" },
  threshold: { type: "string", value: "BYTES", help: "fewer free bytes in one place are not written down" },
  "page-size": { type: "string", value: "BYTES", help: "bytes of a page" },
  force: { type: "boolean", help: "replace OUT if it is there" },
  json: { type: "boolean", help: "print {in, out, before, after} (bytes) as JSON" },
} as const;

type Given = Values<typeof options>;

/** All that was said. */
function optionsOf(given: Given): RepackOptions {
  const whole = (text: string | undefined, what: string): number | undefined => (text === undefined ? undefined : wholeNumber(text, what));
  return {
    ...storingOf(given),
    ...(given.dataset && { datasets: namedOf(given.dataset) }),
    ...(given.drop && { drop: given.drop }),
    ...(given.libver !== undefined && { libver: libverOf(given.libver) }),
    userblock: whole(given.userblock, "--userblock"),
    fsStrategy: given.strategy as RepackOptions["fsStrategy"],
    ...(given.persist && { fsPersist: true }),
    fsThreshold: whole(given.threshold, "--threshold"),
    fsPageSize: whole(given["page-size"], "--page-size"),
  };
}

export default command({
  name: "repack",
  summary: "a compact copy, compressed as you like",
  usage: ["[OPTIONS] IN OUT", "[OPTIONS] IN/PATH OUT"],
  text: "The copy is complete or it is not there. With a path only that object is copied, with everything below it.",
  options,
  takes: [2, 2],
  async run([from = "", to = ""]: string[], given: Given, io: Io): Promise<number> {
    const place = placeOf(from);
    const before = typeof place.source === "string" ? statSync(place.source, { throwIfNoEntry: false })?.size : undefined;
    if (!given.force && statSync(to, { throwIfNoEntry: false })) throw new UsageError(`${to} is there already: --force replaces it`);
    const progress = new Progress(io.err, `repack ${place.name}`);
    try {
      await repack(place.source, {
        ...optionsOf(given),
        to,
        ...(place.path !== "/" && { subtree: place.path }),
        signal: io.signal,
        onProgress: (done, total) => progress.update(done, total),
      });
    } catch (e) {
      throw new FileError(place.name, e);
    } finally {
      progress.end();
    }
    const after = statSync(to).size;
    if (given.json) await io.out.write(`${JSON.stringify({ in: place.name, out: to, before: before ?? null, after })}\n`);
    else if (io.err.isTty) await io.err.write(`${to}: ${before === undefined ? "" : `${bytesText(before)} -> `}${bytesText(after)}\n`);
    return 0;
  },
});
