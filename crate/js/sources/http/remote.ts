/** One version of a file behind a URL: what is asked of its server, and what the answers have to be like. */

import { HyperslabError } from "../../errors.js";
import type { HttpOptions } from "../../types.js";
import type { Counts } from "../source.js";
import { bodyOf, Client, drop, Excess, Interrupted } from "./client.js";
import { boundaryOf, partsOf } from "./multipart.js";
import { BLOCK, type Range, type Request } from "./ranges.js";
import { changed, contentRange, difference, isAnonymous, type Version, versionOf } from "./version.js";

/** Bytes of a file that is read as a whole, at most, unless the options say otherwise. */
const WHOLE = 256 << 20;
/** Bytes asked for at first: the superblock, and all of the metadata of many files. */
const FIRST = 8 * BLOCK;
/** Bytes of the headers of one part of an answer, at most. */
const HEADERS = 1 << 10;

/** The server does not give parts of the file. */
class NoRanges extends Error {}

/** What there is: the first bytes of a file, or all of them. */
export interface Look {
  readonly version: Version & { readonly size: number };
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

/** How the bytes of an answer were changed on their way; nothing if they were not. */
function encodingOf({ headers }: Response): string | undefined {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase();
  return encoding && encoding !== "identity" ? encoding : undefined;
}

/** Whether requests that a server does not know may fail before it sees them. */
const isBrowser = typeof location !== "undefined";

export class Remote {
  /** What the answers have to be about. */
  private known: Version | undefined;
  /** Whether the server answers requests for several ranges, as far as that is known. */
  several: boolean | undefined;
  readonly name: string;
  private readonly client: Client;
  /** All of the file, where the server gave that instead of a part. */
  private entire: Promise<Uint8Array> | undefined;

  constructor(
    url: string,
    private readonly options: HttpOptions,
    private readonly counts: Counts,
  ) {
    this.client = new Client(url, options, counts);
    this.name = this.client.name;
  }

  get version(): Version | undefined {
    return this.known;
  }

  goOver(version: Version): void {
    this.known = version;
    this.entire = undefined;
  }

  private notice(why: string): void {
    const notice = `${this.name} is read as a whole: ${why}`;
    if (this.counts.notices.includes(notice)) return;
    this.counts.notices.push(notice);
    (this.options.onNotice ?? ((text: string) => console.warn(text)))(notice);
  }

  /** Looks at the file as it is now. */
  async look(signal?: AbortSignal): Promise<Look> {
    try {
      return await this.client.ask({ range: `bytes=0-${FIRST - 1}`, signal }, (response) => this.first(response, signal));
    } catch (e) {
      if (!(e instanceof NoRanges)) throw e;
      this.notice(e.message);
      return (await this.lookAtWhole(signal))!;
    }
  }

  /** The same for a file that the server only gives as a whole; nothing if it is still the one that is known. */
  lookAtWhole(signal?: AbortSignal): Promise<Look | undefined> {
    return this.client.ask({ signal }, async (response) => {
      if (!response.ok) throw this.failed(response);
      const known = this.version && !isAnonymous(this.version) && difference(this.version, versionOf(response)) === undefined;
      if (!known) return await this.whole(response);
      drop(response);
      return undefined;
    });
  }

  private async first(response: Response, signal?: AbortSignal): Promise<Look> {
    const range = contentRange(response.headers.get("content-range"));
    if (response.status === 416 && range?.size === 0) {
      drop(response);
      return { version: { ...versionOf(response), size: 0 }, bytes: new Uint8Array(), isWhole: true };
    }
    if (response.status === 200) {
      this.notice("its server does not give parts of files");
      return await this.whole(response);
    }
    if (response.status !== 206) throw this.failed(response);
    const encoding = encodingOf(response);
    if (encoding || boundaryOf(response.headers.get("content-type"))) {
      drop(response);
      throw new NoRanges(encoding ? `its server gives parts of what ${encoding} makes of it` : "its server does not give single parts of files");
    }
    if (range && range.from !== 0) throw this.elsewhere(response, 0);
    const bytes = new Uint8Array(FIRST);
    const got = await this.body(response, bytes);
    // Less than was asked for: it is all there is.
    const size = range?.size ?? (got < FIRST ? got : await this.askSize(signal));
    if (got < Math.min(range?.to ?? FIRST, size)) throw new Interrupted("the answer ended too soon");
    return { version: { ...versionOf(response), size }, bytes: bytes.subarray(0, got), isWhole: false };
  }

  /** How large the file is, where a browser does not let the page see `Content-Range`. */
  private async askSize(signal: AbortSignal | undefined): Promise<number> {
    for (const method of ["HEAD", "GET"] as const) {
      // With a range, as it is asked for as it is then, not compressed.
      const asking = this.client.ask({ method, range: "bytes=0-", signal, once: true }, (response) => {
        drop(response);
        const length = response.ok && !encodingOf(response) ? response.headers.get("content-length") : null;
        return length === null ? undefined : Number(length);
      });
      const size = await asking.catch((e) => {
        if (e instanceof Interrupted) return undefined;
        throw e;
      });
      if (size !== undefined && Number.isSafeInteger(size)) return size;
    }
    throw new NoRanges("its server does not say how large it is");
  }

  /** Fills `into` with an answer's bytes; how many there are. */
  private body(response: Response, into: Uint8Array): Promise<number> {
    let at = 0;
    return bodyOf(response, into.length, this.counts, (bytes) => {
      into.set(bytes, at);
      at += bytes.length;
    });
  }

  /** Reads an answer that is the whole file. */
  private async whole(response: Response): Promise<Look> {
    const most = this.options.whole ?? WHOLE;
    const tooLarge = (bytes: string): HyperslabError => {
      drop(response);
      const what = `${this.name} has ${bytes} bytes, and its server gives it only as a whole: \`http: { whole }\` says how large such a file may be, now ${most} bytes`;
      return new HyperslabError("Limit", what, { server: { url: this.name, why: "whole" } });
    };
    const header = encodingOf(response) ? null : response.headers.get("content-length");
    const told = header === null ? undefined : Number(header);
    if (told !== undefined && told > most) throw tooLarge(String(told));
    const parts: Uint8Array[] = [];
    let bytes = new Uint8Array(told ?? 0);
    let got: number;
    try {
      got = await (told === undefined ? bodyOf(response, most, this.counts, (part) => void parts.push(part)) : this.body(response, bytes));
    } catch (e) {
      throw e instanceof Excess && told === undefined ? tooLarge(`more than ${most}`) : e;
    }
    if (got < (told ?? 0)) throw new Interrupted("the answer ended too soon");
    if (told === undefined) {
      bytes = new Uint8Array(got);
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
    }
    return { version: { ...versionOf(response), size: got }, bytes, isWhole: true };
  }

  /** Fills `into` with a range. */
  async range([from, to]: Range, into: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (this.entire) return into.set((await this.entire).subarray(from, to));
    let done = 0;
    // Another attempt goes on where the last one broke off.
    const range = (): string => `bytes=${from + done}-${to - 1}`;
    /** Whether there is more to ask for. */
    const take = async (response: Response): Promise<boolean> => {
      if (response.status === 200) {
        into.set((await this.instead(response)).subarray(from, to));
        return false;
      }
      if (response.status !== 206) throw this.failed(response);
      const said = contentRange(response.headers.get("content-range"));
      this.check(response, said?.size);
      if (encodingOf(response) || (said && (said.from !== from + done || said.to > to))) throw this.elsewhere(response, from + done);
      const end = said?.to ?? to;
      await bodyOf(response, end - from - done, this.counts, (bytes) => {
        into.set(bytes, done);
        done += bytes.length;
      });
      if (from + done < end) throw new Interrupted("the answer ended too soon");
      return end < to;
    };
    for (let more = true; more; ) more = await this.client.ask({ range, signal }, take);
  }

  /** All of the file from a server that gave parts before: what is between it and us may do that. */
  private async instead(response: Response): Promise<Uint8Array> {
    this.check(response, undefined);
    this.several = false;
    if (this.entire) drop(response);
    else this.notice("its server does not give parts of it any more");
    this.entire ??= this.whole(response).then(({ version, bytes }) => {
      this.check(response, version.size);
      this.counts.memory += bytes.length;
      return bytes;
    });
    try {
      return await this.entire;
    } catch (e) {
      this.entire = undefined;
      throw e;
    }
  }

  /** Asks for several ranges at once, and gives what comes: all of it, some, or nothing, if the server has no such answers. */
  async ranges(request: Request, take: (from: number, bytes: Uint8Array) => void, signal: AbortSignal | undefined): Promise<void> {
    const range = `bytes=${request.map(([from, to]) => `${from}-${to - 1}`).join(",")}`;
    const most = request.reduce((sum, [from, to]) => sum + to - from + HEADERS, HEADERS);
    // A browser asks other servers first whether they like such requests; whether they said no, or the network failed, it does not tell.
    const once = isBrowser && this.several === undefined;
    try {
      this.several = await this.client.ask({ range, signal, once }, async (response) => {
        if (response.status === 404 || response.status === 410 || response.status >= 500) throw this.failed(response);
        const one = contentRange(response.headers.get("content-range"));
        const boundary = boundaryOf(response.headers.get("content-type"));
        if (response.status !== 206 || encodingOf(response) || (boundary === undefined && (!one || one.to - one.from > most))) {
          drop(response);
          return false;
        }
        this.check(response, one?.size);
        const body = new Uint8Array(most);
        const bytes = body.subarray(0, await this.body(response, body));
        if (boundary === undefined) {
          if (one!.to - one!.from === bytes.length) take(one!.from, bytes);
          return false;
        }
        const parts = partsOf(bytes, boundary);
        for (const part of parts ?? []) {
          this.check(response, part.size);
          take(part.from, part.bytes);
        }
        return parts !== undefined;
      });
    } catch (e) {
      if (!(e instanceof Excess) && !(once && e instanceof Interrupted)) throw e;
      this.several = false;
    }
  }

  /** Checks that an answer is about the version that is read. */
  private check(response: Response, size: number | undefined): void {
    const how = this.version && difference(this.version, { ...versionOf(response), size });
    if (how === undefined) return;
    drop(response);
    throw changed(this.name, how);
  }

  /** The error for an answer that gives no bytes. */
  private failed(response: Response): HyperslabError {
    drop(response);
    if (response.status !== 416 || !this.version) return this.client.refused(response);
    const size = contentRange(response.headers.get("content-range"))?.size;
    return changed(this.name, difference(this.version, { ...versionOf(response), size }) ?? "its server does not have such bytes");
  }

  private elsewhere(response: Response, from: number): HyperslabError {
    drop(response);
    const { headers } = response;
    const said = encodingOf(response) ?? headers.get("content-range");
    return new HyperslabError("Io", `${this.name}: the server was asked for bytes from ${from} on and gives others (${said})`, { address: from });
  }
}
