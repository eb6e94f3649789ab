/** Fill values in h5dump's DDL. */

import { describeAt } from "../../reference.js";
import { step } from "../../drive.js";
import { type DatasetRecord, described } from "../../records.js";
import type { Dataset } from "../../types.js";
import { batchOf } from "./attributes.js";
import { makeCells } from "./cells.js";
import { type Dumper, sessionOf } from "./dumper.js";
import type { Context } from "./render.js";

/** The fill value, or that there is none. */
export async function fillText(dumper: Dumper, dataset: Dataset, ctx: Context): Promise<string> {
  const { status } = dataset.fill;
  if (status !== "user") return `H5D_FILL_VALUE_${status.toUpperCase()}`;
  const session = sessionOf(dataset);
  const reply = await session.run(
    dataset.path,
    (function* () {
      return yield* step(() => describeAt(session.raw, session.root, `#0x${dataset.address.toString(16)}`));
    })(),
  );
  const { record, payload } = described<DatasetRecord>(reply!);
  if (!record.fillvalue) return "";
  const batch = batchOf(dumper, record.fillvalue, payload, dataset);
  if ("texts" in batch) return batch.texts[0]!;
  const cells = makeCells(batch.plan, dataset.dtype, dumper.printing(() => "NULL"));
  cells.take(batch.parts, 1);
  return cells.text(0, ctx);
}
