/** The files that one of HDF5's drivers made of one, as one source: the engine knows what they are to each other. */

import { argument, isHyperslabError } from "../errors.js";
import { type ByteSource, type FetchAll, type Fetched, sourceFailure } from "./source.js";

export class JoinedSource implements ByteSource {
  readonly immediate: boolean;
  readonly page: number;
  readonly fetchAll: FetchAll | undefined;
  failure: unknown;

  /** `more`: opens the members that have come since. */
  constructor(
    readonly members: ByteSource[],
    readonly spread: boolean,
    private readonly more?: () => void,
  ) {
    this.immediate = members.every((m) => m.immediate);
    // Members that know best which requests they need are asked for everything at once.
    if (members.some((m) => m.fetchAll)) this.fetchAll = (ranges, signal) => this.fetchEach(ranges, signal);
    this.page = Math.max(...members.map((m) => m.page));
  }

  get files(): Float64Array {
    return Float64Array.from(this.members, (m) => m.size);
  }

  get size(): number {
    return this.members.reduce((sum, m) => sum + m.size, 0);
  }

  measure(): void | Promise<() => void> {
    const under = this.members.map((member) => member.measure?.()).filter((answer) => answer !== undefined);
    if (under.length === 0) return this.more?.();
    return Promise.all(under).then((then) => () => {
      for (const go of then) go?.();
      this.more?.();
    });
  }

  /** Each member that has some of a range: where it begins there, and the part of the range. */
  private *split(offset: number, length: number): Generator<[member: ByteSource, at: number, from: number, to: number]> {
    let begin = 0;
    for (const member of this.members) {
      const from = Math.max(offset, begin);
      const to = Math.min(offset + length, begin + member.size);
      if (from < to) yield [member, from - begin, from - offset, to - offset];
      begin += member.size;
    }
  }

  read(offset: number, into: Uint8Array): number {
    if (!this.immediate) return 0;
    for (const [member, at, from, to] of this.split(offset, into.length)) {
      if (member.read(at, into.subarray(from, to)) !== 1) {
        this.failure = sourceFailure(member, offset + from);
        return 2;
      }
    }
    return 1;
  }

  async fetch(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    const under: Promise<void>[] = [];
    for (const [member, at, from, to] of this.split(offset, length)) {
      const part = bytes.subarray(from, to);
      if (!member.immediate) under.push(member.fetch(at, part.length, signal).then((fetched) => part.set(fetched)));
      else if (member.read(at, part) !== 1) throw sourceFailure(member, offset + from);
    }
    await Promise.all(under);
    return bytes;
  }

  private fetchEach(...[ranges, signal]: Parameters<FetchAll>): Promise<Fetched[]> {
    return Promise.all(ranges.map(async ([from, to]) => ({ from, bytes: await this.fetch(from, to - from, signal) })));
  }

  close(): void {
    for (const member of this.members) member.close();
  }
}

/** Opens all of a set's files, or none. */
export function openAll<T>(files: readonly T[], open: (file: T) => ByteSource, spread: boolean): JoinedSource {
  if (files.length === 0) throw argument("a family without members");
  const members: ByteSource[] = [];
  try {
    for (const file of files) members.push(open(file));
  } catch (e) {
    for (const member of members) member.close();
    throw e;
  }
  return new JoinedSource(members, spread);
}

/** Opens the members of a family whose names have their number in the place of `%d`, up to the first that there is not. */
export function openFamily(pattern: string, open: (path: string) => ByteSource): JoinedSource {
  const places = [...pattern.matchAll(/%(0?)(\d*)[diu]/g)];
  if (places.length !== 1) throw argument(`"${pattern}" needs one place for the member's number, such as %05d`);
  const [[place, zero, width]] = places as [RegExpExecArray];
  const members: ByteSource[] = [];
  const more = (): void => {
    try {
      for (;;) {
        const number = String(members.length).padStart(Number(width), zero || " ");
        members.push(open(pattern.replace(place, number)));
      }
    } catch (e) {
      if (members.length === 0 || !isHyperslabError(e) || e.code !== "NotFound") throw e;
    }
  };
  try {
    more();
  } catch (e) {
    for (const member of members) member.close();
    throw e;
  }
  return new JoinedSource(members, false, more);
}
