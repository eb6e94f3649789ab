/** Requests about one URL: tried again where that helps, and errors that say what the server said. */

import { argument, HyperslabError } from "../../errors.js";
import type { HttpOptions } from "../../types.js";
import type { Counts } from "../source.js";

/** Milliseconds before the second attempt; twice as many before each further one. */
const PAUSE = 250;
/** Milliseconds that a server may tell us to wait. */
const PATIENCE = 30_000;
const RETRIES = 4;
/** What a server may answer differently a moment later. */
const LATER = new Set([408, 425, 429, 500, 502, 503, 504]);
/** What a server says when an address that it redirected to is out of date. */
const GONE = new Set([401, 403, 404, 410]);

/** An answer that broke off, or a request that never got one: another attempt may succeed. */
export class Interrupted extends Error {}

/** A URL without what may be secret in it. */
export function shown(url: string): string {
  const { origin, pathname, protocol } = new URL(url);
  return protocol.startsWith("http") ? origin + pathname : `${protocol}…`;
}

/** Waits, unless it is given up. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return void reject(signal.reason as Error);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Milliseconds to wait as an answer says, if it does. */
function retryAfter({ headers }: Response): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Lets go of an answer that nobody reads. */
export function drop(response: Response): void {
  response.body?.cancel().catch(() => {});
}

/** An answer of more bytes than it may have. */
export class Excess extends HyperslabError {}

/** Hands over the bytes of an answer, and says how many there were. */
export async function bodyOf(response: Response, most: number, counts: Counts, take: (bytes: Uint8Array) => void): Promise<number> {
  const reader = response.body?.getReader();
  let got = 0;
  try {
    for (;;) {
      const { value } = (await reader?.read()) ?? {};
      if (!value) return got;
      counts.bytes += value.length;
      got += value.length;
      if (got > most) {
        reader!.cancel().catch(() => {});
        throw new Excess("Io", `the server sends more than the ${most} bytes that there may be`);
      }
      take(value);
    }
  } catch (cause) {
    if (cause instanceof HyperslabError) throw cause;
    throw new Interrupted(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export interface Ask {
  method?: "GET" | "HEAD";
  /** Of another attempt it may be another one. */
  range?: string | (() => string);
  signal?: AbortSignal | undefined;
  /** Whether there is no other attempt when the network fails. */
  once?: boolean;
}

export class Client {
  readonly name: string;
  private readonly retries: number;
  private readonly call: NonNullable<HttpOptions["fetch"]>;
  /** Where the server redirected to. */
  private moved: string | undefined;

  constructor(
    private readonly url: string,
    private readonly options: HttpOptions,
    private readonly counts: Counts,
  ) {
    this.name = shown(url);
    this.retries = options.retries ?? RETRIES;
    if (!Number.isInteger(this.retries) || this.retries < 0) throw argument("`retries` is a whole number of attempts after the first");
    // Called without an object: that of the platform wants none, or its own.
    this.call = options.fetch ?? ((address, init) => fetch(address, init));
  }

  /** An answer to a request, which `read` makes something of. What is worth another attempt gets it. */
  async ask<T>(ask: Ask, read: (response: Response) => T | Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= this.retries;
      let wait = PAUSE * 2 ** attempt * (1 + Math.random() / 2);
      try {
        const response = await this.send(ask);
        if (last || !LATER.has(response.status)) return await read(response);
        drop(response);
        wait = this.patience(retryAfter(response) ?? wait, response);
      } catch (e) {
        ask.signal?.throwIfAborted();
        if (!(e instanceof Interrupted) || ask.once) throw e;
        if (last) throw this.unreachable(e);
      }
      await pause(wait, ask.signal);
    }
  }

  private patience(ms: number, { status }: Response): number {
    if (ms <= PATIENCE) return ms;
    throw new HyperslabError("Io", `${this.name}: the server answers ${status} and wants to be left alone for ${Math.round(ms / 1000)} seconds`, { server: { url: this.name, why: "refused", status } });
  }

  private unreachable({ message, cause }: Interrupted): HyperslabError {
    const why = typeof location === "undefined" ? "" : ", or its server does not let this page read it (CORS)";
    return new HyperslabError("Io", `${this.name} cannot be reached${why}: ${message}`, { cause, server: { url: this.name, why: "unreachable" } });
  }

  private async send({ method = "GET", range, signal }: Ask): Promise<Response> {
    const { headers, credentials } = this.options;
    const sent = new Headers(headers);
    if (range !== undefined) sent.set("range", typeof range === "string" ? range : range());
    // The browser's own cache would let only one request for an address be under way, and may hold an older version.
    const init: RequestInit = { method, headers: sent, cache: "no-store" };
    if (credentials !== undefined) init.credentials = credentials;
    if (signal) init.signal = signal;
    let response = await this.fetched(this.moved ?? this.url, init);
    if (this.moved !== undefined && GONE.has(response.status)) {
      drop(response);
      this.moved = undefined;
      response = await this.fetched(this.url, init);
    }
    // What was meant for one server is not sent to another without being asked for by a redirection.
    if (response.redirected && response.ok && headers === undefined && credentials !== "include") this.moved = response.url;
    return response;
  }

  private async fetched(url: string, init: RequestInit): Promise<Response> {
    this.counts.requests += 1;
    try {
      return await this.call(url, init);
    } catch (cause) {
      init.signal?.throwIfAborted();
      if (url === this.moved) this.moved = undefined;
      const { message, cause: deeper } = cause as Error;
      throw new Interrupted(deeper instanceof Error ? `${message}, ${deeper.message}` : String(message), { cause });
    }
  }

  /** The error for an answer without a file. */
  refused({ status, statusText }: Response): HyperslabError {
    const what = `${this.name}: the server answers ${status}${statusText && ` ${statusText}`}`;
    const server = { url: this.name, why: "refused", status } as const;
    if (status === 404 || status === 410) return new HyperslabError("NotFound", what, { server });
    const hint = status === 401 || status === 403 ? "; `http: { headers, credentials }` say who asks" : "";
    return new HyperslabError("Io", what + hint, { server });
  }
}
