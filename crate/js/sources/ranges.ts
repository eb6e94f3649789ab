/** What is missing of a file, fetched. */

import type { ByteSource, Fetched } from "./source.js";

/** Bytes between two ranges that are cheaper to fetch than another request. */
const GAP = 16 << 10;
/** Requests under way at the same time. */
const REQUESTS = 8;

function coalesce(ranges: [number, number][]): [number, number][] {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = out.at(-1);
    if (last && from <= last[1] + GAP) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

async function inTurn<A, B>(items: A[], fn: (item: A) => Promise<B>): Promise<B[]> {
  const out: B[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      out[i] = await fn(items[i]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(REQUESTS, items.length) }, lane));
  return out;
}

/** Fetches all ranges at the same time, those close together as one. */
export async function fetchRanges(source: ByteSource, ranges: [number, number][], signal: AbortSignal | undefined): Promise<Fetched[]> {
  if (source.fetchAll) return await source.fetchAll(ranges, signal);
  return await inTurn(coalesce(ranges), async ([from, to]) => ({ from, bytes: await source.fetch(from, to - from, signal) }));
}
