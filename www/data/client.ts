/** The page's side of the worker: typed calls with progress and cancelling. */

import type { Change } from "./changes.js";
import type { FromWorker, Methods, Progress, ToWorker, Traffic, Trouble } from "./protocol.js";

/** A call that failed, with the record of why. */
export class CallError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.message);
  }
}

/** A call that was cancelled. */
export class CallCancelled extends Error {}

export interface CallOptions {
  /** Aborting with the reason `NOW` ends the call even if the worker is deep in one big chunk. */
  signal?: AbortSignal | undefined;
  onProgress?: ((p: Progress) => void) | undefined;
}

/** The reason of an abort by the user: what runs is ended, whatever it costs. */
export const NOW = "now";

interface Waiting {
  method: keyof Methods;
  ask: unknown;
  resolve(answer: unknown): void;
  reject(e: Error): void;
  onProgress: CallOptions["onProgress"];
}

/** Milliseconds a call that the user cancelled may hold the worker before the worker is replaced. */
const PATIENCE = 200;

/** One worker. */
export class Client {
  #worker: Worker | undefined;
  #next = 1;
  readonly #waiting = new Map<number, Waiting>();
  /** What was opened, and changed since, to do it again in a new worker. */
  #opened: Methods["open"]["ask"] | undefined;

  /** `onTraffic` is told what the open file has taken from its server; null if it is no such file. */
  constructor(private readonly onTraffic: (traffic: Traffic | null) => void = () => undefined) {}

  call<M extends keyof Methods>(method: M, ask: Methods[M]["ask"], options: CallOptions = {}): Promise<Methods[M]["answer"]> {
    const { signal, onProgress } = options;
    if (signal?.aborted) return Promise.reject(new CallCancelled());
    return new Promise((resolve, reject) => {
      const id = this.#send({ method, ask, resolve: resolve as (a: unknown) => void, reject, onProgress });
      signal?.addEventListener("abort", () => this.#cancel(id, signal.reason === NOW), { once: true });
    });
  }

  /** Ends the worker; open calls are cancelled. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#opened = undefined;
    for (const w of this.#take()) w.reject(new CallCancelled());
  }

  #take(): Waiting[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }

  #send(waiting: Waiting): number {
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    this.#waiting.set(id, waiting);
    worker.postMessage({ id, method: waiting.method, ask: waiting.ask } satisfies ToWorker, []);
    return id;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.#receive(data));
    worker.addEventListener("error", (e) => {
      e.preventDefault();
      const trouble: Trouble = { code: "Internal", message: e.message || "the worker could not be started" };
      for (const w of this.#take()) w.reject(new CallError(trouble));
    });
    return worker;
  }

  #receive(message: FromWorker): void {
    if ("traffic" in message) {
      this.onTraffic(message.traffic);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if ("progress" in message) {
      waiting.onProgress?.(message.progress);
      return;
    }
    this.#waiting.delete(message.id);
    if ("answer" in message) {
      if (waiting.method === "open") this.#opened = waiting.ask as Methods["open"]["ask"];
      if (waiting.method === "close") this.#opened = undefined;
      if (waiting.method === "change" && this.#opened) {
        this.#opened = { ...this.#opened, changes: [...this.#opened.changes, waiting.ask as Change] };
      }
      waiting.resolve(message.answer);
    } else if ("trouble" in message) {
      waiting.reject(new CallError(message.trouble));
      // After a mistake of our own nothing in that worker is to be trusted.
      if (message.trouble.code === "Internal") this.#replace();
    } else waiting.reject(new CallCancelled());
  }

  #cancel(id: number, now: boolean): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#worker?.postMessage({ cancel: id } satisfies ToWorker, []);
    if (!now) return;
    waiting.reject(new CallCancelled());
    this.#waiting.set(id, { ...waiting, ...SILENT });
    setTimeout(() => {
      if (this.#waiting.delete(id)) this.#replace();
    }, PATIENCE);
  }

  /** A new worker with the same file; calls that still wait are made again. */
  #replace(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const others = this.#take();
    if (this.#opened) this.#send({ method: "open", ask: this.#opened, ...SILENT });
    for (const w of others) this.#send(w);
  }
}

const SILENT = { resolve: () => undefined, reject: () => undefined, onProgress: undefined };
