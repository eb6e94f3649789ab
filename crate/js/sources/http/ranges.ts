/** Which requests fetch which blocks. */

/** Bytes of a block: what is fetched and kept at least. */
export const BLOCK = 8 << 10;

/** Bytes fetched beyond what was asked for, of all that is asked at a time together: metadata goes on where it is. */
const AHEAD = 256 << 10;
/** And behind one range at most. */
const AHEAD_OF_ONE = 56 << 10;
/** What is longer is no metadata. */
const SMALL = 256 << 10;
/** Bytes between two ranges that are fetched, too, rather than asked for separately. */
const GAP = 64 << 10;
/** The same where there are many of them. */
const WIDE_GAP = 256 << 10;
/** The same in a request of many ranges, where one more costs some hundred bytes. */
const NARROW_GAP = 2 * BLOCK;
/** More ranges than these are asked for in one request. */
const FEW = 3;
/** Ranges in a request at most: servers have limits for their number and for the length of a header. */
const MOST_RANGES = 120;
/** Bytes of a request at most. */
const MOST_BYTES = 8 << 20;

/** Bytes from one position up to another. */
export type Range = [from: number, to: number];

/** Ranges in order; those that have no more than `gap` bytes between them as one. */
export function merged(ranges: readonly Range[], gap = 0): Range[] {
  const out: Range[] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && from <= last[1] + gap) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** The blocks that a range touches. */
export function* blocksOf([from, to]: Range): Generator<number> {
  for (let block = Math.floor(from / BLOCK); block * BLOCK < to; block++) yield block;
}

/** Blocks as ranges of a file of `size` bytes. */
function rangesOf(blocks: readonly number[], size: number): Range[] {
  return merged(blocks.map((block): Range => [block * BLOCK, Math.min((block + 1) * BLOCK, size)]));
}

/** Blocks to fetch with those that follow them, as far as that is cheap; `has`: whether a block is here or comes already. */
export function readAhead(blocks: readonly number[], size: number, has: (block: number) => boolean): number[] {
  const all = new Set(blocks);
  const ranges = rangesOf(blocks, size);
  const more = Math.min(AHEAD_OF_ONE, AHEAD / ranges.length);
  for (const [from, to] of ranges) {
    if (to - from > AHEAD_OF_ONE) continue;
    for (const block of blocksOf([to, Math.min(to + more - (more % BLOCK), size)])) if (!has(block)) all.add(block);
  }
  return [...all];
}

/** What one request asks for: one range, or several that are in order. */
export type Request = Range[];

/** Pieces of a range, for requests that are under way at the same time. */
export function pieces([from, to]: Range): Range[] {
  const count = Math.ceil((to - from) / MOST_BYTES);
  return Array.from({ length: count }, (_, i) => [from + i * MOST_BYTES, Math.min(from + (i + 1) * MOST_BYTES, to)]);
}

/** The requests for some blocks of a file of `size` bytes, each for one range. */
function single(ranges: Range[]): Request[] {
  const near = merged(ranges, GAP);
  return (near.length > 4 * FEW ? merged(ranges, WIDE_GAP) : near).flatMap((range) => pieces(range).map((piece) => [piece]));
}

/** The requests for some blocks; `several`: whether one may ask for several ranges. */
export function plan(blocks: readonly number[], size: number, several: boolean): Request[] {
  const ranges = rangesOf(blocks, size);
  if (!several || merged(ranges, GAP).length <= FEW) return single(ranges);
  const close = merged(ranges, NARROW_GAP);
  const isSmall = ([from, to]: Range): boolean => to - from <= SMALL;
  const requests: Request[] = single(close.filter((range) => !isSmall(range)));
  let request: Request = [];
  let bytes = 0;
  for (const range of close.filter(isSmall)) {
    const length = range[1] - range[0];
    if (request.length === 0 || request.length >= MOST_RANGES || bytes + length > MOST_BYTES) {
      request = [];
      bytes = 0;
      requests.push(request);
    }
    request.push(range);
    bytes += length;
  }
  return requests;
}

