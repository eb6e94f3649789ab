/** Objects that were reached by a reference: nothing says under which names they can be found. */

import type { Engine, Reply } from "#glue";
import { argument } from "./errors.js";
import type { Entity, Mode, Reference, ReferenceType } from "./types.js";

/** What stands where a path begins. */
export function referencePath({ address }: Reference): string {
  if (!Number.isSafeInteger(address)) throw argument("a reference has an address");
  return `#0x${address.toString(16)}`;
}

/** Description of the object that an object's `path` leads to. */
export function describeAt(engine: Engine, root: number, path: string): Reply | undefined {
  if (!path.startsWith("#")) return engine.resolve(root, path);
  const end = `${path}/`.indexOf("/");
  return engine.resolve(Number(path.slice(1, end)), path.slice(end + 1));
}

const KINDS = ["object", "region", "attribute"];
const OBJECTS = new Set(["group", "dataset", "datatype"]);

/** Whether a value is a reference, or an object, which stands for a reference to it. */
export function isReference(value: unknown): value is Reference | Entity<Mode> {
  const kind = (value as { kind?: unknown } | null)?.kind as string;
  return typeof value === "object" && value !== null && "address" in value && (KINDS.includes(kind) || OBJECTS.has(kind));
}

/** The type that holds all of these references. */
export function referenceType(references: readonly unknown[]): ReferenceType {
  const has = (test: (r: Reference) => unknown): boolean => references.some((r) => isReference(r) && KINDS.includes(r.kind) && test(r as Reference));
  if (has((r) => r.kind === "attribute" || r.file !== undefined)) return { class: "reference", ref: "std" };
  return { class: "reference", ref: has((r) => r.kind === "region") ? "region" : "object" };
}

const encoder = new TextEncoder();

/** References as the engine takes them: addresses, what is chosen of each object, and where that ends. */
export function encodeReferences(list: ArrayLike<unknown>, n: number): [addresses: Float64Array, details: Uint8Array, ends: Uint32Array] {
  const [addresses, ends] = [new Float64Array(n), new Uint32Array(n)];
  const details: number[] = [];
  for (let i = 0; i < n; i++) {
    const item = list[i];
    if (!isReference(item)) throw argument(`a ${typeof item} where a reference is needed`);
    addresses[i] = item.address;
    const { kind, file = "", selection, attribute = "" } = (KINDS.includes(item.kind) ? item : { kind: "object" }) as Reference;
    const [name, chosen] = [encoder.encode(file), selection ?? encoder.encode(attribute)];
    details.push(Math.max(KINDS.indexOf(kind), 0), name.length & 0xff, name.length >> 8, ...name, ...chosen);
    ends[i] = details.length;
  }
  return [addresses, Uint8Array.from(details), ends];
}
