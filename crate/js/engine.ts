/** The one WebAssembly instance: which file it comes from, when it is loaded, and what happens when it dies. */

import init, { __wbg_reset_state, initSync, useFilters } from "#glue";
import { loadCodecs } from "./codecs.js";
import { argument } from "./errors.js";
import { filters } from "./filters.js";
import { loader, simd, type WasmSource } from "./loader.js";

let memory: WebAssembly.Memory | undefined;
let loading: Promise<void> | undefined;

/** What to load, and from where. */
export interface ReadyOptions {
  /** Replaces the engine's file next to the package: a URL, a response, its bytes or the compiled module. */
  wasm?: WasmSource | undefined;
  /**
   * Load the filters that most files do not need, too (`true`, or what replaces their file). `open` and what it returns
   * load them by themselves; `openSync` and `create` need it done before, except in Node.
   */
  codecs?: boolean | WasmSource | undefined;
}

function isOptions(given: WasmSource | ReadyOptions): given is ReadyOptions {
  return Object.getPrototypeOf(given) === Object.prototype;
}

function start(exports: { memory: WebAssembly.Memory }): void {
  memory = exports.memory;
  useFilters(filters);
}

/**
 * Loads the engine. `open` does so by itself; `openSync` and `create` need it done before, except in Node.
 * A {@link WasmSource} alone stands for `{ wasm }`.
 */
export async function ready(given: WasmSource | ReadyOptions = {}): Promise<void> {
  const { wasm, codecs }: ReadyOptions = isOptions(given) ? given : { wasm: given };
  if (!memory) {
    loading ??= init({ module_or_path: wasm ?? loader().load(simd()) }).then(start);
    try {
      await loading;
    } catch (e) {
      loading = undefined; // the next call may have more luck
      throw e;
    }
  }
  if (codecs) await loadCodecs(codecs === true ? undefined : codecs);
}

/** Makes sure that the engine is loaded, now. */
export function readyNow(): void {
  if (memory) return;
  if (!loader().immediate) throw argument("the engine is not loaded yet: `await ready()` once before synchronous calls");
  start(initSync({ module: loader().load(simd()) as BufferSource }));
}

/** The engine's memory as it is now; every call into the engine may replace it. */
export function heap(): ArrayBuffer {
  return memory!.buffer as ArrayBuffer;
}

/** After a trap nothing in the instance can be trusted: later files get a fresh one, files open now are lost. */
export function restart(): void {
  __wbg_reset_state();
  generation += 1;
  // The fresh instance has a memory of its own, which `initSync` hands out without loading anything again.
  start(initSync({ module: new Uint8Array() }));
}

let generation = 0;

/** Which instance is current: a file remembers its own. */
export function currentGeneration(): number {
  return generation;
}
