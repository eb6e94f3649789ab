/** `hyperslab stat`: what takes up the space. */

import type { Dataset, Entity, File } from "../types.js";
import { storedSize } from "./ddl/stored.js";
import { factsOf } from "./ddl/superblock.js";
import { command, describeError, type Values, wholeNumber } from "./frame.js";
import type { Io } from "./io.js";
import type { Json } from "./json.js";
import { objectAt, placeOf, withFile } from "./place.js";
import { headerAt } from "./raw/header.js";
import type { Widths } from "./raw/source.js";
import { widthsOf } from "./raw/superblock.js";
import { bytesText, painter, printable } from "./style.js";
import { dtypeText, shapeText } from "./types.js";
import { walk } from "./walk.js";

const options = {
  top: { type: "string", short: "n", value: "N", help: "list the N largest datasets; default 5" },
  json: { type: "boolean", help: "as JSON, with all numbers of bytes" },
} as const;

type Given = Values<typeof options>;

interface Tally {
  datasets: number;
  /** Bytes in the file. */
  stored: number;
  /** Bytes of the elements. */
  elements: number;
}

interface Sized {
  path: string;
  text: string;
  stored: number;
  elements: number;
}

const STRATEGIES = ["fsm", "page", "aggregate", "none"];

/** Sums up what there is. */
class Sums {
  readonly objects = { groups: 0, datasets: 0, datatypes: 0, attributes: 0, softLinks: 0, externalLinks: 0, userLinks: 0, furtherNames: 0, unreadable: 0 };
  readonly layouts: Record<string, Tally> = {};
  readonly filters: Record<string, Tally> = {};
  readonly classes: Record<string, Tally> = {};
  readonly total: Tally = { datasets: 0, stored: 0, elements: 0 };
  readonly headers = { bytes: 0, free: 0 };
  /** Bytes in this file that are elements: not in headers, not in other files. */
  raw = 0;
  depth = 0;
  largest: Sized[] = [];
  readonly errors: string[] = [];

  constructor(
    private readonly file: File,
    private readonly widths: Widths,
    private readonly top: number,
  ) {}

  async add(object: Entity, path: string): Promise<void> {
    const { objects, headers } = this;
    objects[`${object.kind}s`] += 1;
    objects.attributes += object.attrs.size;
    this.depth = Math.max(this.depth, path === "/" ? 0 : path.split("/").length - 1);
    const header = await headerAt(this.file, object.address, this.widths);
    headers.bytes += header.size;
    headers.free += header.free;
    if (object.kind === "dataset") await this.addDataset(object, path);
  }

  private async addDataset(dataset: Dataset, path: string): Promise<void> {
    const stored = await dataset.storageSize;
    const elements = dataset.size * storedSize(dataset.dtype, this.widths.offset);
    const external = dataset.layout === "contiguous" && (await dataset.sources()).length > 0;
    const layout = external ? "external" : dataset.layout === "chunked" ? `chunked (${dataset.index})` : dataset.layout;
    const pipeline = dataset.filters.map((f) => f.name || String(f.id)).join(" + ") || "none";
    const tallies: [Record<string, Tally>, string][] = [[this.layouts, layout], [this.filters, pipeline], [this.classes, dataset.datatype.class]];
    for (const [where, name] of tallies) addTo((where[name] ??= { datasets: 0, stored: 0, elements: 0 }), stored, elements);
    addTo(this.total, stored, elements);
    if (!external && dataset.layout !== "compact" && dataset.layout !== "virtual") this.raw += stored;
    this.largest.push({ path, text: `${shapeText(dataset.shape)} ${dtypeText(dataset.dtype)}`, stored, elements });
    if (this.largest.length > 2 * this.top + 100) this.cut();
  }

  cut(): void {
    this.largest = this.largest.toSorted((a, b) => b.stored - a.stored).slice(0, this.top);
  }
}

function addTo(tally: Tally, stored: number, elements: number): void {
  tally.datasets += 1;
  tally.stored += stored;
  tally.elements += elements;
}

async function collect(file: File, path: string, top: number): Promise<Sums> {
  const sums = new Sums(file, await widthsOf(file), top);
  const root = await objectAt(file, path);
  await sums.add(root, path);
  if (root.kind === "group") {
    for await (const { path: at, link, object, error, first } of walk(root, path === "/" ? "" : path)) {
      if (link.kind === "soft") sums.objects.softLinks += 1;
      else if (link.kind === "external") sums.objects.externalLinks += 1;
      else if (link.kind === "user") sums.objects.userLinks += 1;
      else if (first !== undefined) sums.objects.furtherNames += 1;
      else {
        try {
          if (error) throw error;
          if (object) await sums.add(object, at);
        } catch (e) {
          sums.objects.unreadable += 1;
          sums.errors.push(`${at}: ${describeError(e)}`);
        }
      }
    }
  }
  sums.cut();
  return sums;
}

async function report(file: File, path: string, sums: Sums): Promise<{ [key: string]: Json }> {
  const widths = await widthsOf(file);
  const facts = await factsOf({ file, widthsOf: async () => widths });
  const { size, superblock, userblock, swmr } = file.info;
  const whole = path === "/";
  return {
    size,
    superblock: { version: superblock, offsetSize: widths.offset, lengthSize: widths.length, userblock, swmr },
    fileSpace: { strategy: STRATEGIES[facts.strategy] ?? "unknown", persist: facts.persist, threshold: facts.threshold, pageSize: facts.pageSize },
    objects: { ...sums.objects, depth: sums.depth },
    space: {
      rawData: sums.raw,
      objectHeaders: sums.headers.bytes,
      objectHeadersFree: sums.headers.free,
      userblock,
      // Indexes, heaps, and what is free.
      ...(whole && { rest: size - userblock - sums.raw - sums.headers.bytes }),
    },
    elements: { ...sums.total },
    layouts: sums.layouts as unknown as Json,
    filters: sums.filters as unknown as Json,
    classes: sums.classes as unknown as Json,
    largest: sums.largest.map(({ path: at, stored, elements }) => ({ path: at, stored, elements })),
    errors: sums.errors,
  };
}

/** What elements take up, beside what they are. */
function ratio({ stored, elements }: { stored: number; elements: number }): string {
  return stored > 0 && elements > 0 ? `${(elements / stored).toFixed(2)}:1` : "-";
}

async function print(file: File, name: string, path: string, sums: Sums, io: Io): Promise<void> {
  const r = (await report(file, path, sums)) as never as Record<string, Record<string, number>> & { size: number };
  const paint = painter(io, io.out);
  const lines: string[] = [];
  const row = (label: string, text: string): number => lines.push(`  ${label.padEnd(18)}${text}`);
  const head = (text: string): number => lines.push(paint("bold", text));
  head(`${printable(name)}${path === "/" ? "" : printable(path)}`);
  const { superblock, fileSpace, space, objects } = r as never as Record<string, Record<string, number>>;
  row("size", `${bytesText(r.size)} (${r.size} bytes)`);
  row("superblock", `version ${superblock!["version"]}, addresses of ${superblock!["offsetSize"]} bytes${superblock!["userblock"] ? `, userblock of ${superblock!["userblock"]} bytes` : ""}`);
  row("file space", `${fileSpace!["strategy"]}${fileSpace!["persist"] ? ", free space is kept" : ""}${String(fileSpace!["strategy"]) === "page" ? `, pages of ${fileSpace!["pageSize"]} bytes` : ""}`);
  const counts: [string, number][] = [
    ["groups", objects!["groups"]!], ["datasets", objects!["datasets"]!], ["datatypes", objects!["datatypes"]!], ["attributes", objects!["attributes"]!],
    ["soft links", objects!["softLinks"]!], ["external links", objects!["externalLinks"]!], ["user-defined links", objects!["userLinks"]!],
    ["further names", objects!["furtherNames"]!], ["unreadable", objects!["unreadable"]!],
  ];
  head("objects");
  for (const [label, n] of counts) if (n) row(label, String(n));
  head("space");
  row("elements", bytesText(space!["rawData"]!));
  row("object headers", `${bytesText(space!["objectHeaders"]!)}, ${bytesText(space!["objectHeadersFree"]!)} of that free`);
  if (space!["rest"] !== undefined) row("everything else", `${bytesText(space!["rest"])}: indexes, heaps, free space`);
  for (const [title, tallies] of [["layouts", sums.layouts], ["filters", sums.filters], ["types", sums.classes]] as const) {
    if (Object.keys(tallies).length === 0) continue;
    head(title);
    for (const [label, t] of Object.entries(tallies)) row(printable(label), `${t.datasets} dataset${t.datasets === 1 ? "" : "s"}, ${bytesText(t.stored)} for ${bytesText(t.elements)}, ${ratio(t)}`);
  }
  if (sums.largest.length) head("largest");
  for (const d of sums.largest) lines.push(`  ${printable(d.path)}  ${paint("yellow", d.text)}  ${bytesText(d.stored)}, ${ratio(d)}`);
  for (const e of sums.errors) lines.push(paint("red", `  ${e}`));
  await io.out.write(`${lines.join("\n")}\n`);
}

export default command({
  name: "stat",
  summary: "what takes up the space",
  usage: ["[--top N] FILE[/PATH]..."],
  text: "Ratios are bytes of elements to bytes in the file. Elements of variable length count as the bytes that lead to them.",
  options,
  takes: [1, Infinity],
  async run(args: string[], given: Given, io: Io): Promise<number> {
    for (const arg of args) {
      const place = placeOf(arg);
      await withFile(
        place,
        async (file) => {
          const sums = await collect(file, place.path, given.top === undefined ? 5 : wholeNumber(given.top, "--top"));
          if (given.json) await io.out.write(`${JSON.stringify({ file: place.name, path: place.path, ...(await report(file, place.path, sums)) })}\n`);
          else await print(file, place.name, place.path, sums, io);
        },
        { signal: io.signal },
      );
    }
    return 0;
  },
});
