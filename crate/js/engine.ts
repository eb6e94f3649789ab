/**
 * The engine's WebAssembly: a module that only reads, and the whole one, which is loaded when something is written. Each
 * has an instance with a memory of its own; the whole one serves readers, too, when it is there.
 */

import makeGlue, { type Glue } from "#glue";
import { loadChanges } from "./changes.js";
import { argument } from "./errors.js";
import { filters } from "./filters.js";
import { loader, simd } from "./loader.js";
import type { WasmSource } from "./types.js";

type Exports = Awaited<ReturnType<Glue["init"]>>;

/** A module that is loaded, and what happens when its instance dies. */
export class Instance {
  /** Counts the instances there were: a file remembers its own. */
  generation = 0;

  private constructor(
    readonly glue: Glue,
    private exports: Exports,
  ) {
    glue.useFilters(filters);
  }

  static async load(source: WasmSource): Promise<Instance> {
    const glue = makeGlue();
    return new Instance(glue, await glue.init({ module_or_path: source }));
  }

  static loadNow(bytes: BufferSource): Instance {
    const glue = makeGlue();
    return new Instance(glue, glue.initSync({ module: bytes }));
  }

  /** Whether it is the whole engine. */
  get edits(): boolean {
    return "engine_create" in this.exports;
  }

  /** The memory as it is now; every call into the engine may replace it. */
  get heap(): ArrayBuffer {
    return this.exports.memory.buffer as ArrayBuffer;
  }

  /** After a trap nothing in the instance can be trusted: later files get a fresh one, files open now are lost. */
  restart(): void {
    const { glue } = this;
    // oxlint-disable-next-line eslint/no-underscore-dangle -- the generator's name
    glue.__wbg_reset_state();
    this.generation += 1;
    // The fresh instance has a memory of its own, which `initSync` hands out without loading anything again.
    this.exports = glue.initSync({ module: new Uint8Array() });
    glue.useFilters(filters);
  }
}

let reader: Instance | undefined;
let whole: Instance | undefined;
const coming = new Map<boolean, Promise<Instance>>();

function loaded(edit: boolean): Instance | undefined {
  return whole ?? (edit ? undefined : reader);
}

function keep(instance: Instance): Instance {
  if (instance.edits) whole = instance;
  else reader = instance;
  return instance;
}

/** The engine, whole if it is to `edit`, loaded first if need be: from `wasm` instead of the file next to the package. */
export async function engine(edit: boolean, wasm?: WasmSource): Promise<Instance> {
  const here = loaded(edit);
  if (here) return here;
  let loading = coming.get(true) ?? coming.get(edit);
  if (!loading) {
    // What changes files comes first: then it is there whenever the engine is that can.
    const instance = Instance.load(wasm ?? loader().load(simd(), edit));
    loading = edit ? Promise.all([instance, loadChanges()]).then(([loaded]) => keep(loaded)) : instance.then(keep);
    coming.set(edit, loading);
  }
  try {
    return await loading;
  } finally {
    coming.delete(edit); // after a failure the next call may have more luck
  }
}

/** The same, now. */
export function engineNow(edit: boolean): Instance {
  const here = loaded(edit);
  if (here) return here;
  if (loader().immediate) return keep(Instance.loadNow(loader().load(simd(), edit) as BufferSource));
  const what = edit && reader ? "the part of the engine that writes" : "the engine";
  throw argument(`${what} is not loaded yet: \`await ready()\` once before synchronous calls`);
}
