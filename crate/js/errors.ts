/** One class for everything that can go wrong, with fields to branch on instead of prose to parse. */

/**
 * Who is at fault.
 * `Io`: the source failed. `Malformed`: the file's bytes contradict the format. `Unsupported`: they are fine, but
 * not handled. `Argument`: the caller's mistake. `NotFound`: nothing is there. `Limit`: a budget would be exceeded.
 * `ReadOnly`: a change to a file that is open for reading. `Closed`: the file was closed. `Internal`: our mistake.
 */
export type ErrorCode =
  | "Io"
  | "Malformed"
  | "Unsupported"
  | "Argument"
  | "NotFound"
  | "Limit"
  | "ReadOnly"
  | "Closed"
  | "Internal";

/** The filter an error is about. */
export interface FilterReference {
  /** Identifier as stored in the file. */
  readonly id: number;
  /** Name stored in the file or registered for the id; empty if neither is known. */
  readonly name: string;
}

/** The server an error is about. */
export interface ServerReference {
  /** Address of the file, without a query, which may be secret. */
  readonly url: string;
  /** `refused`: `status` says how; `unreachable`: it does not answer, or not to this page; `changed`: the file is another one by now; `whole`: it gives files only as a whole, and this one is too large for that. */
  readonly why: "refused" | "unreachable" | "changed" | "whole";
  /** Status of its answer, if it refuses. */
  readonly status?: number | undefined;
}

/** Where an error happened. */
export interface ErrorPlace {
  /** Path of the object concerned. */
  path?: string | undefined;
  /** Absolute byte position in the file. */
  address?: number | undefined;
  /** Structures that were being read, outermost first. */
  trail?: readonly string[] | undefined;
  /** The filter concerned. */
  filter?: FilterReference | undefined;
  /** The server concerned. */
  server?: ServerReference | undefined;
  /** What went wrong below. */
  cause?: unknown;
}

/** What errors of every copy of this module have, as `hyperslab/inline` has one of its own. */
const BRAND = Symbol.for("hyperslab.error");

/**
 * Every error this package throws, except an `AbortSignal`'s own reason.
 *
 * ```ts
 * try {
 *   openSync("missing.h5");
 * } catch (e) {
 *   if (!isHyperslabError(e, "NotFound")) throw e;
 *   console.log(e.message, e.path, e.address, e.trail);
 * }
 * ```
 */
export class HyperslabError extends Error {
  /** Always this. */
  override readonly name = "HyperslabError";
  /** Who is at fault. */
  readonly code: ErrorCode;
  /** Path of the object concerned. */
  readonly path?: string;
  /** Absolute byte position in the file. */
  readonly address?: number;
  /** Structures that were being read, outermost first. */
  readonly trail?: readonly string[];
  /** The filter concerned. */
  readonly filter?: FilterReference;
  /** The server concerned. */
  readonly server?: ServerReference;

  /** Filters of yours may throw it, too. */
  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.code = code;
    if (place.path !== undefined) this.path = place.path;
    if (place.address !== undefined) this.address = place.address;
    if (place.trail?.length) this.trail = place.trail;
    if (place.filter !== undefined) this.filter = place.filter;
    if (place.server !== undefined) this.server = place.server;
  }

  /** Errors of `hyperslab/inline` and of `hyperslab` are of one kind. */
  static override [Symbol.hasInstance](e: unknown): boolean {
    // Of what is derived from it each copy has its own.
    return this === HyperslabError ? typeof e === "object" && e !== null && BRAND in e : Function.prototype[Symbol.hasInstance].call(this, e);
  }
}

Object.defineProperty(HyperslabError.prototype, BRAND, { value: true });

/** Whether `e` is a {@link HyperslabError}, with that code if one is given. */
export function isHyperslabError(e: unknown, code?: ErrorCode): e is HyperslabError {
  return e instanceof HyperslabError && (code === undefined || e.code === code);
}

/** An error for the caller's mistake. */
export function argument(message: string, place?: ErrorPlace): HyperslabError {
  return new HyperslabError("Argument", message, place);
}

/** `value`, which has to be text: the engine's side of a call does not check what it is given. */
export function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw argument(`${what} is text, not ${typeof value}`);
}

/** What a promise gives, unless it is not wanted any more. Nothing is kept of it afterwards, however long the signal is there. */
export async function unlessStopped<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  // Nobody is told what becomes of it any more.
  if (signal.aborted) promise.catch(() => {});
  signal.throwIfAborted();
  let stop!: () => void;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
