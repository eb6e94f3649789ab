/** How a dataset is stored, in h5dump's DDL. */

import type { Dataset, Filter } from "../../types.js";
import { find, FILL, type Header, OLD_FILL } from "../raw/header.js";
import { asRegular, type Axis, type Stored } from "../raw/selection.js";
import { Cursor } from "../raw/source.js";
import { mappingsOf } from "../raw/virtual.js";
import { cornersOf, regionText } from "./reference.js";
import type { Dumper } from "./dumper.js";
import { fillText } from "./fill.js";
import { fixed } from "./numbers.js";
import { type Context, INDENT } from "./render.js";
import { storedSize } from "./stored.js";
import { binary } from "./text.js";

/** Bytes of an element, as h5dump counts them: text of variable length is a pointer. */
function elementSize(dataset: Dataset): number {
  const type = dataset.datatype;
  return type.class === "string" && type.size === "variable" ? 8 : storedSize(type, 8);
}

/** All bits set: an address that is none, a size without end. */
const NOWHERE = "18446744073709551615";
const ALLOC = ["DEFAULT", "EARLY", "LATE", "INCR"];
const FILL_TIMES = ["ALLOC", "NEVER", "IFSET"];

interface Fill {
  alloc: number;
  time: number;
}

/** When space is allocated and filled. */
function fillOf(header: Header, dataset: Dataset): Fill {
  const usual = dataset.layout === "chunked" || dataset.layout === "virtual" ? 3 : dataset.layout === "compact" ? 1 : 2;
  const message = find(header, FILL);
  if (!message) return { alloc: find(header, OLD_FILL) ? 2 : usual, time: 2 };
  const c = new Cursor(message.body);
  if (c.u8() < 3) return { alloc: c.u8(), time: c.u8() };
  const flags = c.u8();
  return { alloc: flags & 3, time: (flags >> 2) & 3 };
}

export async function dumpProperties(dumper: Dumper, dataset: Dataset, ctx: Context): Promise<void> {
  const { renderer: r } = dumper;
  const header = await dumper.headerOf(dataset);
  const within = async (begin: string, lines: () => void | Promise<void>): Promise<void> => {
    r.line(ctx, begin);
    ctx.level += 1;
    await lines();
    ctx.level -= 1;
    r.line(ctx, "}");
  };
  const line = (text: string): void => r.line(ctx, text);
  await within("STORAGE_LAYOUT {", async () => {
    if (dataset.layout === "virtual") await dumpMappings(dumper, header, ctx, within);
    else await dumpLayout(dataset, line, within);
  });
  if (dataset.layout !== "virtual") {
    await within("FILTERS {", async () => {
      if (dataset.filters.length === 0) line("NONE");
      for (const filter of dataset.filters) await dumpFilter(filter, line, within);
    });
  }
  const { alloc, time } = fillOf(header, dataset);
  await within("FILLVALUE {", async () => {
    line(`FILL_TIME H5D_FILL_TIME_${FILL_TIMES[time]}`);
    ctx.needPrefix = true;
    r.render(ctx, `VALUE  ${await fillText(dumper, dataset, ctx)}`);
  });
  if (dataset.layout !== "virtual") await within("ALLOCATION_TIME {", () => line(`H5D_ALLOC_TIME_${ALLOC[alloc]}`));
}

type Line = (text: string) => void;
type Within = (begin: string, lines: () => void | Promise<void>) => Promise<void>;

async function dumpLayout(dataset: Dataset, line: Line, within: Within): Promise<void> {
  const size = await dataset.storageSize;
  if (dataset.layout === "chunked") {
    line(`CHUNKED ( ${dataset.chunks!.join(", ")} )`);
    const ratio = size ? (dataset.size * elementSize(dataset)) / size : 0;
    line(`SIZE ${size}${dataset.filters.length && dataset.ndim ? ` (${fixed(ratio, 3)}:1 COMPRESSION)` : ""}`);
    return;
  }
  line(dataset.layout === "compact" ? "COMPACT" : "CONTIGUOUS");
  const external = dataset.layout === "contiguous" ? await dataset.sources() : [];
  if (external.length) {
    await within("EXTERNAL {", () => {
      for (const range of external) {
        if ("size" in range) line(`FILENAME ${binary(range.file)} SIZE ${range.size ?? NOWHERE} OFFSET ${range.offset}`);
      }
    });
    return;
  }
  line(`SIZE ${size}`);
  if (dataset.layout === "contiguous") line(`OFFSET ${(await dataset.position) ?? NOWHERE}`);
}

async function dumpFilter({ id, name, values }: Filter, line: Line, within: Within): Promise<void> {
  switch (id) {
    case 1:
      return line(`COMPRESSION DEFLATE { LEVEL ${values[0]} }`);
    case 2:
      return line("PREPROCESSING SHUFFLE");
    case 3:
      return line("CHECKSUM FLETCHER32");
    case 5:
      return line("COMPRESSION NBIT");
    case 6:
      return line(`COMPRESSION SCALEOFFSET { MIN BITS ${values[0]} }`);
    case 4: {
      const mask = values[0] ?? 0;
      return within("COMPRESSION SZIP {", () => {
        line(`PIXELS_PER_BLOCK ${values[1]}`);
        line(mask & 2 ? "MODE HARDWARE" : mask & 1 ? "MODE K13" : "");
        line(mask & 4 ? "CODING ENTROPY" : mask & 32 ? "CODING NEAREST NEIGHBOUR" : "");
        line(mask & 8 ? "BYTE_ORDER LSB" : mask & 16 ? "BYTE_ORDER MSB" : "");
        if (mask & 128) line("HEADER RAW");
      });
    }
  }
  return within("USER_DEFINED_FILTER {", () => {
    line(`FILTER_ID ${id}`);
    if (name) line(`COMMENT ${binary(name)}`);
    if (values.length) line(`PARAMS { ${values.map((v) => `${v | 0} `).join("")}}`);
  });
}

async function dumpMappings(dumper: Dumper, header: Header, ctx: Context, within: Within): Promise<void> {
  const mappings = await mappingsOf(dumper.file, header, await dumper.widthsOf());
  for (const [i, { file, dataset: path, source, target }] of mappings.entries()) {
    await within(`MAPPING ${i} { `, async () => {
      await within("VIRTUAL {", () => dumpSelection(dumper, ctx, target));
      await within("SOURCE {", () => {
        dumper.renderer.line(ctx, `FILE "${file}"`);
        dumper.renderer.line(ctx, `DATASET "${path}"`);
        dumpSelection(dumper, ctx, source);
      });
    });
  }
}

function regularText(axes: readonly Axis[], ctx: Context): string {
  const row = (of: (axis: Axis) => number | undefined): string => axes.map((a) => of(a) ?? "H5S_UNLIMITED").join(",");
  const lines = [`START (${row((a) => a.start)})`, `STRIDE (${row((a) => a.stride)})`, `COUNT (${row((a) => a.count)})`, `BLOCK (${row((a) => a.block)})`];
  return INDENT + lines.join(`\n${ctx.indent()}${INDENT}`);
}

function dumpSelection({ renderer: r }: Dumper, ctx: Context, stored: Stored): void {
  const axes = stored.kind === "regular" ? stored.axes : stored.kind === "blocks" ? asRegular(stored.blocks) : undefined;
  if (stored.kind === "points") r.line(ctx, `SELECTION POINT { ${regionText(stored)} }`);
  else if (stored.kind === "none" || stored.kind === "all") r.line(ctx, `SELECTION ${stored.kind.toUpperCase()}`);
  else {
    r.line(ctx, `SELECTION ${axes ? "REGULAR" : "IRREGULAR"}_HYPERSLAB { `);
    ctx.needPrefix = true;
    if (axes) r.render(ctx, regularText(axes, ctx));
    else {
      ctx.level += 1;
      r.prefix(ctx);
      r.render(ctx, regionText({ kind: "blocks", blocks: cornersOf(stored) }));
      ctx.level -= 1;
    }
    r.line(ctx, "}");
  }
}
