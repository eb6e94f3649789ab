/** What the engine throws, as errors: those of users, and what has to be done before the same call can succeed. */

import { HyperslabError, type ErrorCode, type FilterReference, type ServerReference } from "./errors.js";
import { type ByteSource, sourceFailure } from "./sources/source.js";

/** Ranges (absolute) of a file to fetch, or the filter to load, before the same call can succeed. */
export class Pending {
  constructor(
    readonly ranges: [from: number, to: number][],
    readonly source: number,
    readonly filter: FilterReference | undefined,
  ) {}
}

/** Another file has to be found before the same call can succeed: its name, and the file in which that is written. */
export class Wanted {
  constructor(
    readonly name: string,
    readonly from: number,
  ) {}
}

/** A path that goes on in another file. */
export class Beyond extends HyperslabError {
  constructor(
    fault: Fault,
    path: string | undefined,
    readonly file: string,
    readonly target: string,
  ) {
    super(fault.code, fault.message, { ...fault, path });
  }
}

/** How the engine writes an error. */
export interface Fault {
  code: ErrorCode;
  message: string;
  address?: number;
  trail?: string[];
  path?: string;
  filter?: FilterReference;
  /** Of what comes from another thread. */
  server?: ServerReference;
  pending?: [number, number][];
  /** The file that `pending` is about or in which the name of the wanted one is written; 0 if absent. */
  source?: number;
  /** Another file that is needed. */
  wanted?: string;
  /** Where a path goes on that leads out of the file. */
  external?: { file: string; target: string };
}

/** An engine's fault, as it is written in replies, as an error. */
export function toError(fault: Fault, path?: string): HyperslabError {
  // The engine knows objects by the paths it was given, which may be relative.
  const place = fault.path?.startsWith("/") ? fault.path : (path ?? fault.path);
  const { external } = fault;
  if (external) return new Beyond(fault, place, external.file, external.target);
  return new HyperslabError(fault.code, fault.message, { ...fault, path: place });
}

/** What the engine threw outside of a session, as an error. */
export function faultOf(e: unknown, source: ByteSource): unknown {
  if (typeof e !== "string") return e;
  const fault = JSON.parse(e) as Fault;
  return fault.code === "Io" && source.failure !== undefined ? sourceFailure(source, fault.address) : toError(fault);
}

/** A panic of the engine, which its hook throws, or what the platform throws when memory or stack are exhausted. */
export function isTrap(e: unknown): boolean {
  if (e instanceof HyperslabError || !(e instanceof Error)) return false;
  return e instanceof WebAssembly.RuntimeError || e instanceof RangeError || e.message.startsWith("panicked at");
}
