/** Answers to requests for several ranges: `multipart/byteranges`. */

import { contentRange, type ContentRange } from "./version.js";

export interface Part extends ContentRange {
  readonly bytes: Uint8Array;
}

const CR = 13;
const LF = 10;
/** Bytes of the headers of a part at most. */
const HEADERS = 4 << 10;
const text = new TextDecoder("latin1");

/** What separates the parts of an answer with this content type; nothing if it has none. */
export function boundaryOf(type: string | null): string | undefined {
  if (!/^\s*multipart\/byteranges\s*;/i.test(type ?? "")) return undefined;
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(type!) ?? [];
  return quoted ?? plain;
}

/** The end of the line that begins at `from`, and where the next begins. */
function lineAt(body: Uint8Array, from: number): [end: number, next: number] | undefined {
  const lf = body.subarray(from, from + HEADERS).indexOf(LF);
  if (lf < 0) return undefined;
  const next = from + lf + 1;
  return [body[next - 2] === CR && lf > 0 ? next - 2 : next - 1, next];
}

/**
 * The parts of a body, each with the bytes that its own `Content-Range` says; nothing if it is not made like that. The lengths
 * come from these headers: bytes of a file may look like a boundary.
 */
export function partsOf(body: Uint8Array, boundary: string): Part[] | undefined {
  const parts: Part[] = [];
  let at = 0;
  let header: string | null = null;
  let inside = false;
  for (;;) {
    const found = lineAt(body, at);
    // The last line may have no end.
    const line = text.decode(body.subarray(at, found?.[0] ?? at + HEADERS));
    if (!inside && line.startsWith(`--${boundary}--`)) return parts;
    if (!found) return undefined;
    [, at] = found;
    if (!inside) {
      if (line.startsWith(`--${boundary}`)) [inside, header] = [true, null];
      else if (line !== "") return undefined;
    } else if (line !== "") {
      const [, value] = /^content-range\s*:(.*)$/i.exec(line) ?? [];
      header = value ?? header;
    } else {
      const range = contentRange(header);
      if (!range || at + range.to - range.from > body.length) return undefined;
      const end = at + range.to - range.from;
      parts.push({ ...range, bytes: body.subarray(at, end) });
      [at, inside] = [end, false];
    }
  }
}
