/** URLs as sources: what reads them is loaded when there is one. */

import { argument } from "../errors.js";
import type { OpenOptions, Source } from "../types.js";
import type { ByteSource } from "./source.js";

/** Whether text is a path. */
let hasPaths = false;

/** Called by the entry point of a platform that has paths. */
export function textIsPath(): void {
  hasPaths = true;
}

/** The URL that a source stands for. */
export function urlOf(source: unknown): string | undefined {
  if (source instanceof URL) return hasPaths && source.protocol === "file:" ? undefined : source.href;
  if (typeof source !== "string" || (hasPaths && !/^https?:/i.test(source))) return undefined;
  try {
    return new URL(source, globalThis.location?.href).href;
  } catch (cause) {
    throw argument(`"${source}" is no URL`, { cause });
  }
}

/** What stands for sources that are open already. */
export const opened = new WeakMap<object, ByteSource>();

/** What of the options is about URLs. */
export type UrlOptions = Pick<OpenOptions, "http" | "signal">;

/** Members of a set of files. */
export function membersOf(source: Source): unknown[] {
  const { family, split, multi } = Object(source) as { family?: unknown; split?: unknown; multi?: unknown };
  const members = family ?? split ?? multi;
  return typeof members === "object" && members !== null ? Object.values(members) : [];
}

/** `source` with open sources in the place of URLs: at once if there are none. `home`: the file that names it. */
export function withUrls(source: Source, options: UrlOptions, home?: string): Source | Promise<Source> {
  if (urlOf(source) === undefined && !membersOf(source).some(urlOf)) return source;
  return import("./http/index.js").then(({ openUrls }) => openUrls(source, options, home));
}

/** How files are found next to the one at a URL. */
export function besideUrl(home: string): (name: string, from?: string) => Promise<string | undefined> {
  return (name, from) => import("./http/index.js").then((http) => http.besideUrl(home, name, from));
}
