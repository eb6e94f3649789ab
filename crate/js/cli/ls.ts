/** `hyperslab ls`: what is in a file. */

import type { Dataset, Entity, Entry, File, Group, Link } from "../types.js";
import { command, describeError, type Values } from "./frame.js";
import type { Io } from "./io.js";
import { type Json, jsonOf } from "./json.js";
import { objectAt, placeOf, withFile } from "./place.js";
import { bytesText, type Paint, painter, printable } from "./style.js";
import { dtypeText, shapeText } from "./types.js";

const options = {
  recursive: { type: "boolean", short: "r", help: "everything below, as a tree" },
  long: { type: "boolean", short: "l", help: "also how datasets are stored, and in how many bytes" },
  verbose: { type: "boolean", short: "v", help: "also attributes" },
  json: { type: "boolean", help: "as JSON: a list of objects, with `children` where -r asks for them" },
} as const;

type Given = Values<typeof options>;

/** Characters of a value that is shown. */
const SHOWN = 60;

interface Listing {
  readonly given: Given;
  readonly paint: Paint;
  readonly out: (line: string) => Promise<void>;
  /** Paths under which objects were listed. */
  readonly seen: Map<number, string>;
}

/** What a name leads to that is no hard link. */
function targetText(link: Link): string {
  if (link.kind === "soft") return ` -> ${printable(link.target)}`;
  if (link.kind === "external") return ` -> ${printable(link.file)}:${printable(link.target)}`;
  return link.kind === "user" ? ` -> user-defined link ${link.class}` : "";
}

async function storageText(dataset: Dataset): Promise<string> {
  const size = await dataset.storageSize;
  const filters = dataset.filters.map((f) => f.name || String(f.id)).join("+");
  return [dataset.layout, ...(dataset.chunks ? [`chunks ${shapeText(dataset.chunks)}`] : []), ...(filters ? [printable(filters)] : []), bytesText(size)].join(", ");
}

async function entityText(object: Entity, { given, paint }: Listing): Promise<string> {
  if (object.kind === "group") return "";
  if (object.kind === "datatype") return `  ${paint("dim", "datatype")} ${paint("green", dtypeText(object.dtype))}`;
  const shown = `  ${paint("yellow", shapeText(object.shape, object.maxshape))} ${paint("green", dtypeText(object.dtype))}`;
  if (!given.long) return shown;
  const storage = await storageText(object).then((text) => paint("dim", text), (e: unknown) => paint("red", describeError(e)));
  return `${shown}  ${storage}`;
}

async function attributeLines(object: Entity, { paint }: Listing): Promise<string[]> {
  const lines: string[] = [];
  for (const name of object.attrs.keys()) {
    let text: string;
    try {
      text = JSON.stringify(jsonOf(await object.attrs.get(name)));
      if (text.length > SHOWN) text = `${text.slice(0, SHOWN)}...`;
    } catch (e) {
      text = paint("red", describeError(e));
    }
    const info = object.attrs.describe(name)!;
    lines.push(`${paint("magenta", `@${printable(name)}`)} ${paint("dim", `${shapeText(info.shape)} ${dtypeText(info.dtype)}`)} = ${printable(text)}`);
  }
  return lines;
}

/** Widest column of names. */
const WIDEST = 40;

function labelOf({ name, link, object }: Pick<Entry, "name" | "link"> & { object?: Entity | undefined }): string {
  return printable(name) + (object?.kind === "group" && link.kind === "hard" ? "/" : "");
}

/** One name, with what is below it if that was asked for. */
async function listEntry({ name, link, object, error }: Entry, path: string, [lead, below]: [string, string], width: number, l: Listing): Promise<void> {
  const { paint, given } = l;
  const hard = link.kind === "hard";
  const first = hard ? l.seen.get(link.address) : undefined;
  const text = labelOf({ name, link, object });
  const colour = object?.kind === "group" && hard ? "blue" : hard ? "bold" : "cyan";
  let more = "";
  if (!hard) more = targetText(link);
  else if (error) more = `  ${paint("red", describeError(error))}`;
  else if (first !== undefined) more = `  ${paint("dim", `= ${printable(first)}`)}`;
  else if (object) more = await entityText(object, l);
  await l.out(`${lead}${paint(colour, text)}${more && " ".repeat(Math.max(0, width - text.length))}${more}`);
  if (!hard || !object || first !== undefined) return;
  l.seen.set(link.address, path);
  if (given.verbose) for (const text of await attributeLines(object, l)) await l.out(`${below}${object.kind === "group" && given.recursive ? "" : "  "}${text}`);
  if (given.recursive && object.kind === "group") await listGroup(object, path, below, l);
}

async function listGroup(group: Group, at: string, indent: string, l: Listing): Promise<void> {
  const entries = await group.entries();
  const width = Math.min(WIDEST, Math.max(0, ...entries.map((e) => labelOf({ name: e.name, link: e.link, object: e.object }).length)));
  for (const [i, entry] of entries.entries()) {
    const last = i === entries.length - 1;
    const tree = l.given.recursive ?? false;
    const lead = tree ? `${indent}${last ? "└─ " : "├─ "}` : indent;
    const below = tree ? `${indent}${last ? "   " : "│  "}` : indent;
    await listEntry(entry, `${at === "/" ? "" : at}/${entry.name}`, [lead, below], width, l);
  }
}

/** An object as JSON. */
async function entityJson(object: Entity, path: string, given: Given, seen: Map<number, string>): Promise<{ [key: string]: Json }> {
  const json: { [key: string]: Json } = { kind: object.kind, address: object.address };
  if (object.kind !== "group") json["dtype"] = JSON.parse(JSON.stringify(object.dtype, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v))) as Json;
  if (object.kind === "dataset") {
    Object.assign(json, { shape: object.shape, maxshape: object.maxshape });
    try {
      Object.assign(json, { layout: object.layout, chunks: object.chunks });
      json["filters"] = object.filters.map(({ id, name, values }) => ({ id, name, values }));
      if (given.long) json["storageSize"] = await object.storageSize;
    } catch (e) {
      json["error"] = describeError(e);
    }
  }
  if (given.verbose) {
    const attributes: { [key: string]: Json } = {};
    for (const name of object.attrs.keys()) attributes[name] = await object.attrs.get(name).then(jsonOf, (e: unknown) => ({ error: describeError(e) }));
    json["attributes"] = attributes;
  }
  const first = seen.get(object.address);
  if (first !== undefined) json["sameAs"] = first;
  seen.set(object.address, first ?? path);
  if (object.kind === "group" && given.recursive && first === undefined) json["children"] = await groupJson(object, path, given, seen);
  return json;
}

async function groupJson(group: Group, at: string, given: Given, seen: Map<number, string>): Promise<Json[]> {
  const list: Json[] = [];
  for (const { name, link, object, error } of await group.entries()) {
    const path = `${at === "/" ? "" : at}/${name}`;
    const row: { [key: string]: Json } = { name, path };
    if (link.kind !== "hard") row["link"] = { ...link };
    else if (error) row["error"] = describeError(error);
    else if (object) Object.assign(row, await entityJson(object, path, given, seen));
    list.push(row);
  }
  return list;
}

async function list(file: File, path: string, name: string, given: Given, io: Io, many: boolean): Promise<void> {
  const object = await objectAt(file, path);
  const seen = new Map<number, string>([[file.address, "/"]]);
  if (given.json) {
    const one = object.kind === "group" ? await groupJson(object, path, given, seen) : [{ name: object.name, path: object.path, ...(await entityJson(object, path, given, seen)) }];
    await io.out.write(`${JSON.stringify(many ? { file: name, entries: one } : one)}\n`);
    return;
  }
  const l: Listing = { given, paint: painter(io, io.out), seen, out: (line) => io.out.write(`${line}\n`) };
  const title = `${printable(name)}${path === "/" ? "" : printable(path)}`;
  if (object.kind !== "group") {
    await listEntry({ name: title, link: { kind: "hard", address: object.address }, object }, path, ["", ""], 0, l);
    return;
  }
  if (many || given.recursive || given.verbose) await l.out(l.paint("bold", title));
  if (given.verbose) for (const text of await attributeLines(object, l)) await l.out(text);
  await listGroup(object, path, "", l);
}

export default command({
  name: "ls",
  summary: "list groups and datasets",
  usage: ["[-r] [-l] [-v] FILE[/PATH]..."],
  text: "Extents are shown with what they may grow to: (10/inf). Soft and external links are shown, not followed;\nfurther names of an object say where it was listed: = /first/name.",
  options,
  takes: [1, Infinity],
  async run(args: string[], given: Given, io: Io): Promise<number> {
    for (const arg of args) {
      const place = placeOf(arg);
      await withFile(place, (file) => list(file, place.path, place.name, given, io, args.length > 1), { signal: io.signal });
    }
    return 0;
  },
});
