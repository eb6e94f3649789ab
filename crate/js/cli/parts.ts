/** Several ranges of a file in one answer: `multipart/byteranges`. */

import { createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream";

export type Range = [from: number, to: number];

/** Ranges that one request may ask for. */
const MOST = 200;

/** The ranges of a request for several, those that lie outside left out; nothing if it is none, or asks for too much. */
export function rangesOf(header: string | undefined, size: number): Range[] | undefined {
  const [, list] = /^bytes=(.+,.+)$/.exec(header?.trim() ?? "") ?? [];
  const parts = list?.split(",") ?? [];
  if (parts.length === 0 || parts.length > MOST) return undefined;
  const ranges: Range[] = [];
  for (const part of parts) {
    const [, first, last] = /^\s*(\d+)-(\d+)\s*$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return undefined;
    if (Number(first) < size) ranges.push([Number(first), Math.min(Number(last) + 1, size)]);
  }
  const bytes = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  return ranges.length > 0 && bytes <= size ? ranges : undefined;
}

/** Sends them. */
export function sendParts(response: ServerResponse, file: string, size: number, ranges: readonly Range[], headers: Record<string, string | number>, isHead: boolean): void {
  const boundary = `part-${Math.random().toString(36).slice(2)}`;
  response.writeHead(206, { ...headers, "content-type": `multipart/byteranges; boundary=${boundary}` });
  const body = async function* (): AsyncGenerator<string | Buffer> {
    for (const [from, to] of ranges) {
      yield `\r\n--${boundary}\r\ncontent-type: ${headers["content-type"]}\r\ncontent-range: bytes ${from}-${to - 1}/${size}\r\n\r\n`;
      yield* createReadStream(file, { start: from, end: to - 1 }) as AsyncIterable<Buffer>;
    }
    yield `\r\n--${boundary}--\r\n`;
  };
  if (isHead) response.end();
  else pipeline(body, response, () => {});
}
