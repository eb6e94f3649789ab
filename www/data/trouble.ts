/** Anything thrown, as a plain record that can be sent between threads and put into words. */

import { isHyperslabError } from "hyperslab";
import type { Trouble } from "./protocol.js";
import { ValueError } from "./value-error.js";

/** Thrown inside the worker when the page no longer wants an answer. */
export class Cancelled extends Error {}

/** Thrown with its record already made. */
export class Refusal extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.message);
  }
}

/** Whether reading failed only because its filter has to be loaded first. */
export function needsCodecs(e: unknown): boolean {
  return isHyperslabError(e, "Argument") && e.filter !== undefined;
}

/** The record of an error. */
export function troubleOf(e: unknown): Trouble {
  if (isHyperslabError(e)) {
    return {
      code: e.code,
      message: e.message,
      ...(e.path === undefined ? {} : { path: e.path }),
      ...(e.address === undefined ? {} : { address: e.address }),
      ...(e.trail === undefined ? {} : { trail: [...e.trail] }),
      ...(e.filter === undefined ? {} : { filter: { ...e.filter } }),
    };
  }
  if (e instanceof ValueError) return { code: "Value", message: e.message };
  if (e instanceof RangeError) return { code: "Limit", message: e.message };
  const name = e instanceof Error ? e.name : "";
  const message = e instanceof Error ? e.message : String(e);
  return { code: name === "NotReadableError" || name === "NotFoundError" ? "Io" : "Internal", message };
}
