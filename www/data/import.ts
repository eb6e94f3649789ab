/** Files of other kinds as datasets. Part of the worker that is loaded when one is brought in. */

import type { Data, Dtype, FileSync, NdArray } from "hyperslab";
import type { ImportChange } from "./changes.js";
import { readCsv } from "./read-csv.js";
import { readNpy } from "./read-npy.js";
import { readPng } from "./read-png.js";
import { ValueError } from "./value-error.js";

/** A dataset to be. Without a type its data are columns, which have theirs. */
export interface Made {
  data: Data | Record<string, NdArray>;
  shape: number[];
  dtype?: Dtype;
  attributes?: Record<string, string>;
}

/** Bytes from which on a dataset is in compressed chunks. */
const LARGE = 16_384;

/** Reads what is to be brought in; resolves to what makes a dataset of it. */
export async function readImport(change: ImportChange): Promise<(file: FileSync, path: string) => void> {
  const made = await madeOf(change);
  return (file, path) => makeDataset(file, path, made);
}

async function madeOf({ file, firstLine }: ImportChange): Promise<Made> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    switch (/\.(\w+)$/.exec(file.name.toLowerCase())?.[1]) {
      case "npy":
        return readNpy(bytes);
      case "png":
        return await readPng(bytes);
      default:
        return readCsv(textOf(bytes), firstLine);
    }
  } catch (e) {
    throw e instanceof ValueError ? new ValueError(`${e.message} (${file.name})`) : e;
  }
}

/** Text in UTF-8, or UTF-16 as spreadsheets write it. */
function textOf(bytes: Uint8Array): string {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(wide, { fatal: true }).decode(bytes);
  } catch {
    throw new ValueError("this is no text in UTF-8: save it as such");
  }
}

function makeDataset(file: FileSync, path: string, { data, shape, dtype, attributes = {} }: Made): void {
  const size = ArrayBuffer.isView(data) ? data.byteLength : shape.reduce((a, b) => a * b, 8);
  const d = file.createDataset(path, {
    data: (Array.isArray(data) || ArrayBuffer.isView(data) ? data : { ...data }) as never,
    shape,
    ...(dtype === undefined ? {} : { dtype }),
    ...(size > LARGE ? { compression: "gzip", shuffle: true } : {}),
  });
  for (const [name, value] of Object.entries(attributes)) d.attrs.set(name, value, { dtype: `S${value.length + 1}` as Dtype });
}
