/** Attributes in h5dump's DDL. */

import { Parts, type Plan } from "../../columns.js";
import { step } from "../../drive.js";
import { described, type AttributeRecord, type ValueRecord } from "../../records.js";
import type { AttributeInfo, Entity, StringType } from "../../types.js";
import { padded } from "./cells.js";
import { dumpValues } from "./data.js";
import { byName, type Dumper, sessionOf } from "./dumper.js";
import { Context } from "./render.js";
import { type Stored, storedSize, storedText, tellsMore } from "./stored.js";
import { binary, escapeValue } from "./text.js";

/** The value of an attribute as the engine gives it, or as the file has it. */
async function valueOf(object: Entity, name: string, stored: boolean): Promise<[ValueRecord, Uint8Array]> {
  const session = sessionOf(object);
  const reply = await session.run(
    object.path,
    (function* () {
      return yield* step(() => session.raw.attribute(object.address, name, stored));
    })(),
  );
  const { record, payload } = described<AttributeRecord>(reply);
  if (!record.value) {
    await object.attrs.get(name);
    throw new TypeError(`the attribute "${name}" has no value`);
  }
  return [record.value, payload];
}

/** The buffers of a value. */
function partsOf({ at }: ValueRecord & { at: number[] }, payload: Uint8Array): Parts {
  let from = at[0]!;
  return new Parts(
    at.slice(1).map((length) => {
      const part = payload.subarray(from, from + length);
      from = Math.ceil((from + length) / 8) * 8;
      return part;
    }),
  );
}

type Given = { plan: Plan; parts: Parts; stored?: Uint8Array | undefined } | { texts: string[] };

/** A value as a batch that is printed. `stored`: as the file has it. */
export function batchOf(dumper: Dumper, value: ValueRecord, payload: Uint8Array, { datatype }: Pick<AttributeInfo, "datatype">, stored?: Stored): Given {
  if (value.text === undefined) return { plan: value.plan, parts: partsOf(value, payload), stored: stored?.bytes };
  const type = datatype as StringType;
  const print = (text: string, i: number): string => {
    const exact = storedText(stored, stored && i * storedSize(type, stored.address), type);
    return exact === null ? "NULL" : `"${escapeValue(exact ?? padded(binary(text), type), dumper.options.escape)}"`;
  };
  return { texts: value.text.map(print) };
}

/** What an attribute holds. */
async function contentsOf(dumper: Dumper, object: Entity, info: AttributeInfo): Promise<Given> {
  const [value, payload] = await valueOf(object, info.name, false);
  if (!tellsMore(info.dtype)) return batchOf(dumper, value, payload, info);
  const [raw, bytes] = await valueOf(object, info.name, true);
  const stored = { bytes: raw.text === undefined ? partsOf(raw, bytes).bytes() : undefined, address: (await dumper.widthsOf()).offset };
  return batchOf(dumper, value, payload, info, stored);
}

/** The attributes of an object, or those that are named. */
export async function dumpAttributes(dumper: Dumper, object: Entity, level: number, names = object.attrs.keys()): Promise<void> {
  const { renderer, options } = dumper;
  for (const { name } of byName(names.map((key) => ({ name: key })))) {
    const info = object.attrs.describe(name)!;
    const ctx = new Context(level);
    renderer.line(ctx, `ATTRIBUTE "${binary(name)}" {`);
    ctx.level += 1;
    await dumper.typeAndSpace(ctx, info);
    if (options.data || options.attributeData) {
      renderer.line(ctx, "DATA {");
      // Times have no values for h5dump.
      if (info.shape !== null && info.datatype.class !== "time") {
        await dumper.attempt(async () => dumpValues(dumper, ctx, info, await contentsOf(dumper, object, info)), ctx);
      }
      renderer.line(ctx, "}");
    }
    ctx.level -= 1;
    renderer.line(ctx, "}");
  }
  await dumper.flush();
}
