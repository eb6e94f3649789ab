/** Files of servers, read as they are needed, at once: in a worker, where requests may be waited for. */

/** Bytes of a request. */
const PIECE = 1 << 20;

/** What tells versions of a file apart, as far as its server says it. */
const versionOf = (answer: XMLHttpRequest): string | null => answer.getResponseHeader("etag") ?? answer.getResponseHeader("last-modified");

export class LazyBytes {
  private known?: number;
  private version: string | null = null;
  private readonly pieces = new Map<number, Uint8Array>();
  /** Of a server that does not answer ranges. */
  private whole: Uint8Array | undefined;

  /** `failure` makes an error of what went wrong. */
  constructor(
    private readonly url: string,
    private readonly failure: (why: string) => Error,
  ) {}

  get size(): number {
    this.known ??= this.look();
    return this.known;
  }

  /** What is there of these bytes. */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.size);
    if (this.whole) return this.whole.subarray(offset, end);
    const out = new Uint8Array(Math.max(end - offset, 0));
    for (let at = offset; at < end; ) {
      const piece = Math.floor(at / PIECE);
      const bytes = this.piece(piece);
      const from = at - piece * PIECE;
      const part = bytes.subarray(from, Math.min(bytes.length, from + end - at));
      out.set(part, at - offset);
      at += part.length;
    }
    return out;
  }

  private look(): number {
    const head = this.request("HEAD");
    const length = Number(head.getResponseHeader("content-length") ?? NaN);
    this.version = versionOf(head);
    const ranges = head.getResponseHeader("accept-ranges") === "bytes";
    // The length of what is compressed on the way is not the file's.
    if (ranges && !head.getResponseHeader("content-encoding") && Number.isSafeInteger(length)) return length;
    this.whole = new Uint8Array(this.request("GET").response as ArrayBuffer);
    return this.whole.length;
  }

  private piece(i: number): Uint8Array {
    const known = this.pieces.get(i);
    if (known) return known;
    const last = Math.min((i + 1) * PIECE, this.size) - 1;
    const request = this.request("GET", `bytes=${i * PIECE}-${last}`);
    const bytes = new Uint8Array(request.response as ArrayBuffer);
    const expected = last + 1 - i * PIECE;
    if (request.status !== 206 || bytes.length !== expected) throw this.failure(`${bytes.length} bytes where ${expected} were asked for: it may have changed`);
    // Nothing of one version and something of another.
    if (versionOf(request) !== this.version) throw this.failure("it has changed since it was looked at");
    this.pieces.set(i, bytes);
    return bytes;
  }

  private request(method: string, range?: string): XMLHttpRequest {
    if (typeof XMLHttpRequest === "undefined" || typeof document !== "undefined") throw this.failure("files are read lazily in a worker only");
    const request = new XMLHttpRequest();
    request.open(method, this.url, false);
    request.responseType = "arraybuffer";
    if (range) request.setRequestHeader("range", range);
    try {
      request.send();
    } catch (cause) {
      throw this.failure((cause as Error).message);
    }
    if (request.status < 200 || request.status >= 300) throw this.failure(`the server says ${request.status}`);
    return request;
  }
}
