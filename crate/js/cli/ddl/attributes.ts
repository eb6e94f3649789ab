/** Attributes in h5dump's DDL. */

import { Parts, type Plan } from "../../columns.js";
import { step } from "../../drive.js";
import { described, type AttributeRecord, type ValueRecord } from "../../records.js";
import type { AttributeInfo, Entity, StringType } from "../../types.js";
import { padded } from "./cells.js";
import { dumpValues } from "./data.js";
import { byName, type Dumper, sessionOf } from "./dumper.js";
import { Context } from "./render.js";
import { binary, escapeValue } from "./text.js";

/** The value of an attribute as the engine gives it. */
async function valueOf(object: Entity, name: string): Promise<[ValueRecord, Uint8Array]> {
  const session = sessionOf(object);
  const reply = await session.run(
    object.path,
    (function* () {
      return yield* step(() => session.raw.attribute(object.address, name));
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

/** A value as a batch that is printed. */
export function batchOf(dumper: Dumper, value: ValueRecord, payload: Uint8Array, info: { datatype: AttributeInfo["datatype"] }): { plan: Plan; parts: Parts } | { texts: string[] } {
  if (value.text === undefined) return { plan: value.plan, parts: partsOf(value, payload) };
  return { texts: value.text.map((text) => `"${escapeValue(padded(binary(text), info.datatype as StringType), dumper.options.escape)}"`) };
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
        const [value, payload] = await valueOf(object, name);
        await dumpValues(dumper, ctx, info, batchOf(dumper, value, payload, info));
      }
      renderer.line(ctx, "}");
    }
    ctx.level -= 1;
    renderer.line(ctx, "}");
  }
  await dumper.flush();
}
