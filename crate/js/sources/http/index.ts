/** Files behind URLs: loaded when one is opened. */

import { argument, HyperslabError } from "../../errors.js";
import type { HttpOptions, Source } from "../../types.js";
import { opened, type UrlOptions, urlOf } from "../urls.js";
import { shown } from "./client.js";
import { HttpSource } from "./source.js";
// All that is shared is one file, which compresses best.
import "../../exports.js";

export { besideUrl } from "./beside.js";

/** Who asks is only told to the server that was meant. */
function optionsFor(url: string, home: string | undefined, { headers, credentials, ...options }: HttpOptions): HttpOptions {
  return home !== undefined && new URL(home).origin !== new URL(url).origin ? options : { headers, credentials, ...options };
}

async function openUrl(url: string, { http = {}, signal }: UrlOptions, home: string | undefined): Promise<Source> {
  for (const name of ["cache", "whole"] as const) {
    const bytes = http[name];
    if (bytes !== undefined && !(bytes >= 0)) throw argument(`\`${name}\` is a number of bytes`);
  }
  const source = new HttpSource(url, optionsFor(url, home, http));
  await source.open(signal);
  const stand = {} as Source & object;
  opened.set(stand, source);
  return stand;
}

/** `source`, a URL or a set of files of which some have URLs, with what stands for open sources in their place. */
export async function openUrls(source: Source, options: UrlOptions, home: string | undefined): Promise<Source> {
  const url = urlOf(source);
  if (url !== undefined) return await openUrl(url, options, home);
  const set = Object.entries(source as unknown as Record<string, Record<string, Source>>).map(async ([kind, members]) => {
    const all = Object.entries(members).map(async ([name, member]): Promise<[string, Source]> => {
      return [name, urlOf(member) === undefined ? member : await openUrls(member, options, home)];
    });
    const ready = await Promise.all(all);
    return [kind, Array.isArray(members) ? ready.map(([, member]) => member) : Object.fromEntries(ready)] as const;
  });
  return Object.fromEntries(await Promise.all(set)) as unknown as Source;
}

/** The error for a URL that is to be written. */
export function notWritable(url: string): HyperslabError {
  const what = "open what `await (await fetch(url)).blob()` gives, and `save` it where it can be written";
  return new HyperslabError("Unsupported", `${shown(url)} is only read: ${what}`);
}
