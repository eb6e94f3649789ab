/** Filters that the engine does not have: the user's own, and those of the second module. */

import type { Filters as EngineFilters } from "#glue";
import { codecState, runCodec } from "./codecs.js";
import { argument, isHyperslabError, text } from "./errors.js";
import { registered } from "./register.js";
import type { FilterFunctions } from "./types.js";

/** What the last filter made, or why it did not. */
let output: Uint8Array = new Uint8Array();
let message = "";
let cause: unknown;

/** The error that a registered function threw last, once. */
export function filterFailure(): unknown {
  const last = cause;
  cause = undefined;
  return last;
}

/** Codes for the engine. */
const CODES = ["Malformed", "Unsupported", "Argument", "Limit"];

function keep(result: Uint8Array | [code: number, message: string]): number {
  if (result instanceof Uint8Array) {
    output = result;
    return result.length;
  }
  message = result[1];
  return result[0];
}

/** Calls a registered function. What it is given is its own: the engine's memory may move. */
function own(id: number, values: Uint32Array, run: FilterFunctions["encode"], input: Uint8Array, most?: number): number {
  try {
    const made = run!(input.slice(), { id, values: [...values], ...(most === undefined ? {} : { most }) });
    if (made === undefined || made === null) return -1;
    if (!ArrayBuffer.isView(made)) throw argument("it returned no bytes");
    return keep(new Uint8Array(made.buffer, made.byteOffset, made.byteLength));
  } catch (e) {
    cause = e;
    message = `the registered filter ${id} failed: ${text((e as Error)?.message ?? String(e), "a message")}`;
    return isHyperslabError(e) ? -2 - Math.max(CODES.indexOf(e.code), 0) : -2;
  }
}

/** What the engine calls. */
export const filters: EngineFilters = {
  state(id, encode) {
    const functions = registered.get(id);
    if (functions) return functions.encode || !encode ? 1 : 0;
    return codecState(id);
  },
  decode(id, values, input, most) {
    const functions = registered.get(id);
    if (functions) return own(id, values, functions.decode.bind(functions), input, most);
    return keep(runCodec((codecs) => codecs.decode(id, values, input, most)));
  },
  encode(id, values, input) {
    const functions = registered.get(id);
    if (functions) return own(id, values, functions.encode?.bind(functions), input);
    return keep(runCodec((codecs) => codecs.encode(id, values, input)));
  },
  local(id, values, datatype, chunk, fill) {
    if (registered.has(id)) return -1;
    return keep(runCodec((codecs) => codecs.local(id, values, datatype, chunk, fill)));
  },
  take(into) {
    into.set(output);
    output = new Uint8Array();
  },
  message: () => message,
};
