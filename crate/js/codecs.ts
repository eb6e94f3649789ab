/**
 * The second WebAssembly module: filters that most files do not need. It is loaded when a dataset first asks for one of
 * them; the engine's own memory is another, so bytes are copied in and out.
 */

import init, { __wbg_reset_state, Codecs, initSync } from "#codecs";
import { argument, unlessStopped } from "./errors.js";
import { loader, simd } from "./loader.js";
import type { WasmSource } from "./types.js";

/** Ids of the filters it has. */
const IDS = new Set([4, 5, 6, 307, 32000, 32001, 32004, 32008, 32013, 32015, 32026]);

let codecs: Codecs | undefined;
let memory: WebAssembly.Memory | undefined;
let loading: Promise<void> | undefined;

/** 0: the module does not have this filter; 1: it is ready; 2: it has to be loaded. */
export function codecState(id: number): number {
  if (!IDS.has(id)) return 0;
  return codecs ? 1 : 2;
}

function start(exports: { memory: WebAssembly.Memory }): void {
  memory = exports.memory;
  codecs = new Codecs();
}

/** Loads the module. Who does not want it any more waits no longer. */
export async function loadCodecs(wasm?: WasmSource, signal?: AbortSignal): Promise<void> {
  if (codecs) return;
  // After a failure the next call may have more luck.
  loading ??= init({ module_or_path: wasm ?? loader().loadCodecs(simd()) }).then(start).finally(() => (loading = undefined));
  await unlessStopped(loading, signal);
}

/** Loads the module now, where that is possible. */
export function loadCodecsNow(id: number): void {
  if (codecs) return;
  if (!loader().immediate) {
    const message = `filter ${id} is not loaded yet: \`await ready({ codecs: true })\` once before synchronous calls`;
    throw argument(message, { filter: { id, name: "" } });
  }
  start(initSync({ module: loader().loadCodecs(simd()) as BufferSource }));
}

/** Runs a filter. The result, to be copied before the next call; or a number below zero, and why. */
export function runCodec(run: (codecs: Codecs) => number): Uint8Array | [code: number, message: string] {
  try {
    const n = run(codecs!);
    if (n >= 0) return new Uint8Array(memory!.buffer, codecs!.output(), n);
    return [n, n === -1 ? "" : codecs!.message()];
  } catch (e) {
    // A trap: a fresh instance, made of what was compiled already.
    __wbg_reset_state();
    start(initSync({ module: new Uint8Array() }));
    return [-5, `the filter failed: ${(e as Error).message}`];
  }
}
