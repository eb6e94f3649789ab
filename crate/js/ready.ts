/** Loading before it is needed. */

import { loadCodecs } from "./codecs.js";
import { engine } from "./engine.js";
import { unlessStopped } from "./errors.js";
import type { WasmSource } from "./types.js";

/** What to load, and from where. */
export interface ReadyOptions {
  /**
   * Whether files will be made or changed; default `true`. `false` loads the smaller engine, which only reads, unless the
   * whole one is there already.
   */
  edit?: boolean | undefined;
  /**
   * Replaces the engine's file next to the package, `hyperslab_edit_bg.wasm` or, for reading alone, `hyperslab_bg.wasm`: a
   * URL, a response, its bytes or the compiled module.
   */
  wasm?: WasmSource | undefined;
  /**
   * Load the filters that most files do not need, too (`true`, or what replaces their file). `open` and what it returns
   * load them by themselves; `openSync` and `create` need it done before, except in Node.
   */
  codecs?: boolean | WasmSource | undefined;
  /** Waits no longer; it then rejects with the signal's reason. What is on its way goes on loading for whoever comes next. */
  signal?: AbortSignal | undefined;
}

function isOptions(given: WasmSource | ReadyOptions): given is ReadyOptions {
  return Object.getPrototypeOf(given) === Object.prototype;
}

/**
 * Loads the engine. `open` and `repack` do so by themselves; `openSync` and `create` need it done before, except in Node.
 * A {@link WasmSource} alone stands for `{ wasm }`.
 *
 * ```ts
 * await ready({ edit: false, codecs: true });
 * const f = openSync(new Uint8Array(await (await fetch("run.h5")).arrayBuffer()));
 * ```
 *
 * Errors: `Io` if a file of the package cannot be fetched or compiled.
 */
export async function ready(given: WasmSource | ReadyOptions = {}): Promise<void> {
  const { edit = true, wasm, codecs, signal }: ReadyOptions = isOptions(given) ? given : { wasm: given };
  await unlessStopped(engine(edit, wasm), signal);
  if (codecs) await loadCodecs(codecs === true ? undefined : codecs, signal);
}
