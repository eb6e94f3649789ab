/** The one WebAssembly instance: which file it comes from, when it is loaded, and what happens when it dies. */

import init, { __wbg_reset_state, initSync } from "#glue";
import { argument } from "./errors.js";

/** What `ready` can be given instead of the files next to the package. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | Promise<Response> | URL | string;

interface Loader {
  /** Starts loading; used by `ready` and `open`. */
  load(simd: boolean): WasmSource;
  /** Loads on the spot, where that is possible. */
  loadSync?(simd: boolean): BufferSource;
}

let loader: Loader;
let memory: WebAssembly.Memory | undefined;
let loading: Promise<void> | undefined;

/** Called once by each entry point. */
export function useLoader(l: Loader): void {
  loader = l;
}

// (func (result v128) (i8x16.popcnt (i8x16.splat (i32.const 0)))): valid only where there is SIMD.
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
];

function simd(): boolean {
  return WebAssembly.validate(new Uint8Array(SIMD_PROBE));
}

/**
 * Loads the engine. `open` does so by itself; `openSync` and `create` need it done before, except in Node.
 * `wasm` replaces the file next to the package: a URL, a response, its bytes or the compiled module.
 */
export async function ready(wasm?: WasmSource): Promise<void> {
  if (memory) return;
  loading ??= init({ module_or_path: wasm ?? loader.load(simd()) }).then((exports) => {
    memory = exports.memory;
  });
  try {
    await loading;
  } catch (e) {
    loading = undefined; // the next call may have more luck
    throw e;
  }
}

/** Makes sure that the engine is loaded, now. */
export function readyNow(): void {
  if (memory) return;
  if (!loader.loadSync) throw argument("the engine is not loaded yet: `await ready()` once before synchronous calls");
  memory = initSync({ module: loader.loadSync(simd()) }).memory;
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
  memory = initSync({ module: new Uint8Array() }).memory;
}

let generation = 0;

/** Which instance is current: a file remembers its own. */
export function currentGeneration(): number {
  return generation;
}
