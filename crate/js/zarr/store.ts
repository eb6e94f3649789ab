/** A file as a store that Zarr readers in JavaScript open. */

import type { Dataset, Entity, Group, Mode, Out } from "../types.js";
import { get, run, type Steps } from "../conventions/steps.js";
import { type ArrayPlan, arrayJson, countsOf, decodedChunk, decodedPlan, isRegular, missingChunk, storedPlan, unsayable, wrapped } from "./arrays.js";
import { Reason } from "./forms.js";
import { attributesOf, axisNames, list, messageOf, metadataJson, type Omitted } from "./listing.js";

/** Options of {@link ZarrStore.get}. */
export interface GetOptions {
  /** Stops the reading; it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** A read-only Zarr store: what zarrita's `open` takes. */
export interface ZarrStore<M extends Mode = "async"> {
  /** What is stored under a key, as `/group/array/.zarray` or `/group/array/0.0`; `undefined` if nothing is. */
  get(key: string, options?: GetOptions): Out<M, Uint8Array | undefined>;
  /** What of the file is not in this view, and why. Goes through all of the file. */
  omitted(options?: GetOptions): Out<M, Omitted[]>;
}

/** Bytes of a chunk where the dataset has none of its own. */
const TARGET = 1 << 20;
const GROUP = '{"zarr_format":2}';

const encoder = new TextEncoder();

export class Store implements ZarrStore<Mode> {
  private readonly plans = new Map<string, ArrayPlan>();

  constructor(private readonly root: Group<Mode> | Dataset<Mode>) {}

  get(key: string, options: GetOptions = {}): Out<Mode, Uint8Array | undefined> {
    return run(this.load(key, options), options.signal);
  }

  omitted({ signal }: GetOptions = {}): Out<Mode, Omitted[]> {
    return run(this.all().omitted, signal);
  }

  private *load(key: string, { signal }: GetOptions): Steps<Uint8Array | undefined> {
    signal?.throwIfAborted();
    const parts = key.split("/").filter((part) => part !== "");
    const name = parts.pop() ?? "";
    const path = parts.join("/");
    if (name === ".zmetadata") return path === "" ? encoder.encode(yield* this.all().metadata) : undefined;
    if (/^\d+(\.\d+)*$/.test(name)) return yield* this.chunk(path, name.split(".").map(Number), signal);
    if (name !== ".zgroup" && name !== ".zarray" && name !== ".zattrs") return undefined;
    const object = yield* this.at(path);
    const text = object && (yield* this.metadata(object, path, name, []));
    return text === undefined ? undefined : encoder.encode(text);
  }

  private *at(path: string): Steps<Entity<Mode> | undefined> {
    if (path === "") return this.root;
    return this.root.kind === "group" ? yield* get(this.root.get(path)) : undefined;
  }

  private *metadata(object: Entity<Mode>, path: string, name: string, omitted: Omitted[]): Steps<string | undefined> {
    if (object.kind === "group") {
      if (name === ".zgroup") return GROUP;
      return name === ".zattrs" ? yield* attributesOf(object, path, "text", [], omitted) : undefined;
    }
    if (object.kind !== "dataset" || name === ".zgroup") return undefined;
    const plan = planOf(object);
    if (plan instanceof Reason) return undefined;
    this.plans.set(path, plan);
    if (name === ".zarray") return arrayJson(plan, plan.fillJson ?? "null");
    const names = yield* axisNames(object, plan.form.dims);
    return yield* attributesOf(object, path, "text", names ? [["_ARRAY_DIMENSIONS", JSON.stringify(names)]] : [], omitted);
  }

  private *chunk(path: string, coord: number[], signal: AbortSignal | undefined): Steps<Uint8Array | undefined> {
    const plan = yield* this.plan(path);
    if (!plan) return undefined;
    const { dataset, chunk, form, pipeline } = plan;
    const counts = [...countsOf(plan), ...form.dims.map(() => 1)];
    if (counts.length === 0) counts.push(1);
    if (coord.length !== counts.length || coord.some((c, i) => c >= counts[i]!)) return undefined;
    const offset = chunk.map((c, i) => c * coord[i]!);
    if (!dataset.chunks) return yield* decodedChunk(plan, offset, signal);
    const info = yield* get(dataset.chunkInfo(offset));
    if (!info) return plan.fillJson === null ? yield* missing(plan) : undefined;
    if (!pipeline) return yield* decodedChunk(plan, offset, signal);
    if (!isRegular(plan, info)) return wrapped(plan, yield* decodedChunk(plan, offset, signal));
    return (yield* get(dataset.readRawChunk(offset)))?.bytes;
  }

  private *plan(path: string): Steps<ArrayPlan | undefined> {
    const known = this.plans.get(path);
    if (known) return known;
    const object = yield* this.at(path);
    const plan = object?.kind === "dataset" ? planOf(object) : undefined;
    if (!plan || plan instanceof Reason) return undefined;
    this.plans.set(path, plan);
    return plan;
  }

  /** Everything about the whole file: what is left out, and `.zmetadata`. */
  private all(): { omitted: Steps<Omitted[]>; metadata: Steps<string> } {
    const metadata: [string, string][] = [];
    const survey = this.survey(metadata);
    return {
      omitted: survey,
      metadata: (function* (): Steps<string> {
        yield* survey;
        return metadataJson(metadata);
      })(),
    };
  }

  private *survey(metadata: [string, string][]): Steps<Omitted[]> {
    const { groups, datasets, omitted } = yield* list(this.root);
    for (const [path, object] of [...groups, ...datasets]) {
      const plan = object.kind === "dataset" ? planOf(object) : undefined;
      if (plan instanceof Reason) {
        omitted.push({ path, reason: plan.text });
        continue;
      }
      for (const name of [plan ? ".zarray" : ".zgroup", ".zattrs"]) {
        const json = yield* this.metadata(object, path, name, omitted);
        if (json !== undefined) metadata.push([path ? `${path}/${name}` : name, json]);
      }
    }
    return omitted;
  }
}

/** A chunk that is not stored, where `.zarray` cannot say what it is. */
function* missing(plan: ArrayPlan): Steps<Uint8Array> {
  return plan.form.size === 0 ? yield* decodedChunk(plan, plan.chunk.map(() => 0)) : missingChunk(plan);
}

/** Chunks as they are where readers have the codecs, else decoded. */
function planOf(dataset: Dataset<Mode>): ArrayPlan | Reason {
  try {
    const reason = unsayable(dataset);
    if (reason) return reason;
    const stored = dataset.chunks ? storedPlan(dataset, "js", TARGET) : undefined;
    return stored === undefined || stored instanceof Reason ? decodedPlan(dataset, "js", TARGET) : stored;
  } catch (e) {
    return new Reason(messageOf(e));
  }
}
