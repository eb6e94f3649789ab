/** `hyperslab cat`: values of a dataset or attribute. */

import { ndarray } from "../columns.js";
import { HyperslabError } from "../errors.js";
import { isNdArray } from "../arrays.js";
import type { Dataset, Value } from "../types.js";
import { formats, type Format, type Printer } from "./formats.js";
import { command, UsageError, type Values } from "./frame.js";
import type { Io } from "./io.js";
import { objectAt, placeOf, withFile } from "./place.js";
import { eachBatch, listOf } from "./stream.js";

const options = {
  format: { type: "string", short: "f", value: "FORMAT", help: "text (default), csv, tsv, json, npy or raw (bytes, little-endian)" },
  json: { type: "boolean", help: "the same as --format json" },
  attribute: { type: "string", short: "a", value: "NAME", help: "an attribute of the object, not its elements" },
} as const;

type Given = Values<typeof options>;

/** Takes `[selection]` off the end. */
export function selectionOf(arg: string): [place: string, selection: string | undefined] {
  const found = /^(.*[^/])\[([^[\]]*)\]$/s.exec(arg);
  return found ? [found[1]!, found[2]!] : [arg, undefined];
}

/** An attribute's value as a list of one extent, and the extents it has. */
function asList(value: Value, shape: readonly number[]): Value {
  if (isNdArray(value)) {
    const n = shape.reduce((m, d) => m * d, 1);
    return { ...value, shape: [n, ...value.shape.slice(shape.length)] };
  }
  return value;
}

async function printDataset(dataset: Dataset, selection: string | undefined, make: (shape: number[]) => Printer, io: Io): Promise<void> {
  let printer: Printer | undefined;
  await eachBatch(
    dataset,
    selection,
    async (batch) => {
      printer ??= make(batch.shape);
      await printer.take(listOf(batch, dataset));
    },
    { signal: io.signal },
  );
  // Nothing was chosen, or nothing is there: the formats that have a frame still write it.
  printer ??= make(dataset.shape === null ? [] : await emptyShape(dataset, selection));
  await printer.end(dataset.shape === null);
}

async function emptyShape(dataset: Dataset, selection: string | undefined): Promise<number[]> {
  const value = await dataset.read(selection ?? null);
  return isNdArray(value) ? value.shape : [0];
}

export default command({
  name: "cat",
  summary: "print the values of a dataset or attribute",
  usage: ["[-f FORMAT] FILE/PATH", "[-f FORMAT] 'FILE/PATH[SELECTION]'", "-a NAME FILE[/PATH]"],
  text: "A selection is written as in NumPy: run.h5/data[7, 10:20, ::4]. Elements are printed as they are read, however many\nthere are. Integers that a double does not hold are text in JSON; records are objects, enums their codes.",
  options,
  takes: [1, 1],
  async run([arg = ""]: string[], given: Given, io: Io): Promise<number> {
    const format = given.json ? "json" : (given.format ?? "text");
    if (!Object.hasOwn(formats, format)) throw new UsageError(`there is no format "${format}": ${Object.keys(formats).join(", ")}`);
    const make = formats[format as Format];
    const [text, selection] = selectionOf(arg);
    const place = placeOf(text);
    return await withFile(
      place,
      async (file) => {
        const object = await objectAt(file, place.path);
        if (given.attribute !== undefined) {
          const info = object.attrs.describe(given.attribute);
          if (!info) throw new HyperslabError("NotFound", `there is no attribute "${given.attribute}"`, { path: object.path });
          if (selection !== undefined) throw new UsageError("selections are of datasets");
          const value = await object.attrs.get(given.attribute);
          const printer = make(info.shape ?? [], info.dtype, io.out);
          if (info.shape !== null) await printer.take(info.shape.length ? asList(value!, info.shape) : scalarList(value!, info.dtype));
          await printer.end(info.shape === null);
          return 0;
        }
        if (object.kind !== "dataset") throw new HyperslabError("Argument", `a ${object.kind} has no values: \`hyperslab ls\` lists what is in it`, { path: object.path });
        await printDataset(object, selection, (shape) => make(shape, object.dtype, io.out), io);
        return 0;
      },
      { signal: io.signal },
    );
  },
});

/** A plain value as a list of one. */
function scalarList(value: Value, dtype: Dataset["dtype"]): Value {
  if (isNdArray(value)) return { ...value, shape: [1, ...value.shape] };
  if (typeof value === "number") return ndarray(Float64Array.of(value), [1], dtype);
  if (typeof value === "bigint") return ndarray([value], [1], dtype);
  if (typeof value === "boolean") return ndarray(Uint8Array.of(Number(value)), [1], dtype);
  return ndarray([value] as string[], [1], dtype);
}
