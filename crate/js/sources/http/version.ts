/** Which version of a file an answer is about. */

import { HyperslabError } from "../../errors.js";

/** As far as the server tells, and the page may see it. */
export interface Version {
  readonly size: number | undefined;
  readonly etag: string | null;
  readonly modified: string | null;
}

/** What a `Content-Range` says. */
export interface ContentRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly size: number | undefined;
}

const toNumber = (digits: string | undefined): number | undefined => {
  const n = digits === undefined ? Number.NaN : Number(digits);
  return Number.isSafeInteger(n) ? n : undefined;
};

/** Decodes a `Content-Range`; nothing if there is none, or nonsense. */
export function contentRange(header: string | null): ContentRange | undefined {
  const [, range, from, last, size] = /^\s*bytes\s+((\d+)\s*-\s*(\d+)|\*)\s*\/\s*(?:(\d+)|\*)\s*$/i.exec(header ?? "") ?? [];
  if (range === undefined) return undefined;
  const [begin, end] = [toNumber(from) ?? 0, toNumber(last)];
  if (range !== "*" && (end === undefined || end < begin)) return undefined;
  return { from: begin, to: end === undefined ? 0 : end + 1, size: toNumber(size) };
}

export function versionOf({ headers }: Response): Version {
  return { size: undefined, etag: headers.get("etag"), modified: headers.get("last-modified") };
}

/** Whether nothing tells this version from others. */
export function isAnonymous({ etag, modified }: Version): boolean {
  return etag === null && modified === null;
}

/** In what two versions differ, in words; nothing if they do not. What one of them does not say is not compared. */
export function difference(was: Version, is: Version): string | undefined {
  if (was.size !== undefined && is.size !== undefined && was.size !== is.size) return `it had ${was.size} bytes and has ${is.size}`;
  if (was.etag !== null && is.etag !== null) return was.etag === is.etag ? undefined : `its ETag was ${was.etag} and is ${is.etag}`;
  if (was.modified !== null && is.modified !== null && was.modified !== is.modified) {
    return `it was last modified on ${was.modified} and is on ${is.modified}`;
  }
  return undefined;
}

/** The error for a file that changed while it is open. */
export function changed(name: string, how: string): HyperslabError {
  return new HyperslabError("Io", `${name} has changed since it was opened: ${how}. \`refresh\` goes over to the new version`, { server: { url: name, why: "changed" } });
}
