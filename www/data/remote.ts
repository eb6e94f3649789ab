/** A file behind an address: read in ranges, never changed there. What is asked for is that address, and files that the file names beside it. */

import { HyperslabError, isHyperslabError, open, type File as Hdf5 } from "hyperslab";
import { beside } from "./beside.js";
import { setFar } from "./far.js";
import type { Job } from "./job.js";
import type { RemoteFile, RemoteTrouble, Traffic } from "./protocol.js";
import { SNIFF_BYTES } from "./sniff.js";

/** Attempts after the first: someone is waiting, and can try again. */
const RETRIES = 2;
/** Largest file that is taken as a whole because there is no other way. */
const WHOLE = 512 * 2 ** 20;
/** Milliseconds that finding out what is wrong with an address may take. */
const PATIENCE = 5000;

/** Nobody is told which page is asking, but for what the browser says where that decides (`Origin`). */
const QUIETLY: RequestInit = { referrerPolicy: "no-referrer" };

export class Remote {
  #file: Hdf5 | undefined;
  /** The version that is read, if its server tells. */
  #etag: string | null = null;
  /** What comes as a whole, while it comes. */
  #coming: { done: number; total: number } | undefined;

  constructor(readonly given: RemoteFile) {}

  /** Opens it; `at` finds files that are at hand by the names in it. */
  async open(at: (name: string) => File | null, { signal }: Job): Promise<Hdf5> {
    const resolve = (name: string, from?: string): File | string | undefined => at(name) ?? beside(this.given.url, name, from);
    const http = { fetch: (url: string, init: RequestInit) => this.#fetch(url, init), onNotice: () => undefined, retries: RETRIES, whole: WHOLE };
    this.#file = await open(this.given.url, { signal, resolve, http });
    setFar(this.#file);
    return this.#file;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const response = await fetch(url, { ...init, ...QUIETLY });
    if (url !== this.given.url || !response.ok) return response;
    this.#etag ??= response.headers.get("etag");
    return response.status === 200 ? this.#counted(response) : response;
  }

  /** Notes how much of an answer has come. */
  #counted({ body, status, headers }: Response): Response {
    const coming = (this.#coming = { done: 0, total: Number(headers.get("content-length") ?? 0) });
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, to) {
        coming.done += bytes.length;
        to.enqueue(bytes);
      },
      flush: () => (this.#coming = undefined),
    });
    return new Response(body?.pipeThrough(count), { status, headers });
  }

  get traffic(): Traffic {
    const { requests = 0, bytes = this.#coming?.done ?? 0, notices = [] } = this.#file?.stats ?? {};
    return { url: this.given.url, requests, bytes, notices: [...notices], ...(this.#coming ? { coming: { ...this.#coming } } : {}) };
  }

  /** The bytes it begins with, to say what it is. */
  async head(): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const response = await fetch(this.given.url, { ...QUIETLY, headers: { range: `bytes=0-${SNIFF_BYTES - 1}` }, signal: AbortSignal.timeout(PATIENCE) });
      const reader = response.ok ? response.body?.getReader() : undefined;
      const { value } = (await reader?.read()) ?? {};
      void reader?.cancel().catch(() => undefined);
      return new Uint8Array(value?.subarray(0, SNIFF_BYTES) ?? []);
    } catch {
      return new Uint8Array();
    }
  }

  /** All of it, if it is still the file that is read. */
  async download(job: Job): Promise<Blob> {
    const { name, url } = this.given;
    const size = this.#file?.info.size ?? 0;
    let response: Response;
    try {
      response = await fetch(url, { ...QUIETLY, cache: "no-store", signal: job.signal });
    } catch (e) {
      job.signal.throwIfAborted();
      throw unreachable(url, e);
    }
    if (!response.ok) throw new HyperslabError("Io", `${shown(url)}: the server answers ${response.status}`, { server: { url: shown(url), why: "refused", status: response.status } });
    const etag = response.headers.get("etag");
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let done = 0;
    try {
      for (const reader = response.body?.getReader(); ; ) {
        const { value } = (await reader?.read()) ?? {};
        if (!value) break;
        parts.push(value as Uint8Array<ArrayBuffer>);
        done += value.length;
        job.report({ done, total: size });
        if (done > size) break;
      }
    } catch (e) {
      job.signal.throwIfAborted();
      throw unreachable(url, e);
    }
    if (done !== size || (etag !== null && this.#etag !== null && etag !== this.#etag)) {
      void response.body?.cancel().catch(() => undefined);
      throw new HyperslabError("Io", `${name} has changed since it was opened`, { server: { url: shown(url), why: "changed" } });
    }
    return new Blob(parts, { type: "application/x-hdf5" });
  }

  /** What is wrong with an address, if that is why something failed. */
  async why(e: unknown): Promise<RemoteTrouble | undefined> {
    if (!isHyperslabError(e) || !e.server) return undefined;
    const { url, why, status } = e.server;
    if (why !== "unreachable") return { url, why, ...(status === undefined ? {} : { status }) };
    if (!navigator.onLine) return { url, why: "offline" };
    if (location.protocol === "https:" && url.startsWith("http:") && !/^http:\/\/(localhost|127\.|\[::1\])/.test(url)) return { url, why: "mixed" };
    try {
      // An answer that nobody may look at tells that there is one.
      await fetch(url === shown(this.given.url) ? this.given.url : url, { ...QUIETLY, method: "HEAD", mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      return { url, why: "cors" };
    } catch {
      return { url, why: "unreachable" };
    }
  }
}

function unreachable(url: string, e: unknown): HyperslabError {
  return new HyperslabError("Io", `${shown(url)} cannot be reached: ${(e as Error).message}`, { cause: e, server: { url: shown(url), why: "unreachable" } });
}

/** As in messages of the package: without what may be secret. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
