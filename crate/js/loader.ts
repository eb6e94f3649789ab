/** How WebAssembly files and workers are found on this platform. */

import type { WasmSource } from "./types.js";
import type { WorkerHandle } from "./worker/hands.js";

export interface Loader {
  /** The engine, built with or without SIMD, whole or only for reading. */
  load(simd: boolean, edit: boolean): WasmSource;
  /** The filters that most files do not need. */
  loadCodecs(simd: boolean): WasmSource;
  /** A worker, where there are any. */
  spawn(): WorkerHandle;
  /** Why there are none, if there are none, where that is not sure. */
  without?(): Promise<string | undefined>;
  /** How many make sense here. */
  processors(): number;
  /** Whether what these return are bytes: then files can be loaded on the spot. */
  readonly immediate: boolean;
}

let current: Loader;

/** Called once by each entry point. */
export function useLoader(loader: Loader): void {
  current = loader;
}

export function loader(): Loader {
  return current;
}

// (func (result v128) (i8x16.popcnt (i8x16.splat (i32.const 0)))): valid only where there is SIMD.
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
];

export function simd(): boolean {
  return WebAssembly.validate(new Uint8Array(SIMD_PROBE));
}
