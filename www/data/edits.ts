/** Changes to the open file. Part of the worker that is loaded when something is changed. */

import { externalLink, HyperslabError, softLink, type AttributeOptions, type DatasetSync, type Dtype, type Entity, type FileSync, type GroupSync, type WriteValue } from "hyperslab";
import type { AttributeChange, Change, DatasetChange } from "./changes.js";
import { asArray, changeCells, changeValue, nest, spell } from "./edit-values.js";
import { parseArray, parseValue } from "./parse.js";
import type { AttributeSource } from "./protocol.js";
import { ValueError } from "./value-error.js";

/** The file that is changed, and how its objects are found. */
export interface Editable {
  file: FileSync;
  /** Throws if nothing is there. */
  at(path: string): Entity<"sync">;
}

/** An object of this file: what is in another one is only read. */
function own(e: Editable, path: string): Entity<"sync"> {
  const object = e.at(path);
  if (object.file === e.file) return object;
  throw new HyperslabError("ReadOnly", "this is in another file, which is only read: open that file to change it", { path });
}

function dataset(e: Editable, path: string): DatasetSync {
  const object = own(e, path);
  if (object.kind === "dataset") return object;
  throw new HyperslabError("Argument", "this is not a dataset", { path });
}

/** A path, cut before its last name. */
export function cutPath(path: string): [parent: string, name: string] {
  const at = path.lastIndexOf("/");
  return [path.slice(0, at) || "/", path.slice(at + 1)];
}

/** The group that a name is in, or will be in: one of this file. Groups on the way that are not there yet are made. */
function parentOf(e: Editable, path: string): GroupSync {
  let [parent] = cutPath(path);
  while (parent !== "/" && !e.file.getLink(parent)) [parent] = cutPath(parent);
  const group = own(e, parent);
  if (group.kind === "group") return group;
  throw new HyperslabError("Argument", "this is not a group, so there are no names in it", { path: parent });
}

/** Makes one change; all of it or, with an error, none. What has to be read first is `read`. */
export function apply(e: Editable, c: Change, read?: (file: FileSync, path: string) => void): void {
  const { file } = e;
  switch (c.kind) {
    case "cells":
      return changeCells(dataset(e, c.path), c, e);
    case "value":
      return changeValue(dataset(e, c.path), c, e);
    case "attribute":
      return setAttribute(own(e, c.path), c);
    case "unattribute":
      own(e, c.path).attrs.delete(c.name);
      return;
    case "resize":
      return dataset(e, c.path).resize(c.shape);
    case "delete":
      parentOf(e, c.path);
      return file.delete(c.path);
    case "move":
      parentOf(e, c.path);
      parentOf(e, c.to);
      return file.move(c.path, c.to);
    case "copy":
      parentOf(e, c.to);
      return file.copy(e.at(c.path), c.to);
    case "import":
      parentOf(e, c.path);
      return read?.(file, c.path);
    default:
      parentOf(e, c.path);
      return make(e, c);
  }
}

function make(e: Editable, c: Extract<Change, { kind: "group" | "dataset" | "soft" | "hard" | "external" }>): void {
  const { file } = e;
  switch (c.kind) {
    case "group":
      return void file.createGroup(c.path);
    case "dataset":
      return void file.createDataset(c.path, datasetOptions(c));
    case "soft":
      return file.link(c.path, softLink(c.target));
    case "external":
      return file.link(c.path, externalLink(c.file, c.target));
    case "hard":
      return file.link(c.path, own(e, c.target));
  }
}

function datasetOptions({ dtype, shape, maxshape, chunks, gzip }: DatasetChange): Parameters<FileSync["createDataset"]>[1] {
  return {
    dtype,
    shape,
    ...(maxshape ? { maxshape } : {}),
    ...(chunks === undefined ? {} : { chunks: chunks === "auto" ? true : chunks }),
    ...(gzip === undefined ? {} : { compression: gzip, shuffle: true }),
  };
}

/** An attribute's value by its text; with a new name it is another attribute, and the old one is gone. */
function setAttribute(object: Entity<"sync">, c: AttributeChange): void {
  const before = object.attrs.describe(c.was ?? c.name);
  const renamed = c.was !== undefined && c.was !== c.name;
  if ((c.was === undefined || renamed) && object.attrs.has(c.name)) {
    throw new HyperslabError("Argument", `there is an attribute “${c.name}” already`, { path: object.path });
  }
  if (c.name === "") throw new HyperslabError("Argument", "an attribute needs a name", { path: object.path });
  const dtype = c.dtype ?? roomFor(c.text, before?.dtype ?? "string");
  const value = valueOf(c.text, dtype, c.list);
  if (!renamed || !before) return object.attrs.set(c.name, ...value);
  // What refuses to go is refused before anything is made.
  const old = object.attrs.get(before.name);
  object.attrs.delete(before.name);
  try {
    object.attrs.set(c.name, ...value);
  } catch (e) {
    object.attrs.set(before.name, old as WriteValue, { dtype: before.dtype });
    throw e;
  }
}

/** A type for text of a fixed length is as long as the text needs: an attribute is written anew as a whole. */
function roomFor(text: string, dtype: Dtype): Dtype {
  const bytes = new TextEncoder().encode(text).length;
  if (typeof dtype === "object" && dtype.class === "string" && typeof dtype.size === "number") return { ...dtype, size: Math.max(dtype.size, bytes) };
  const sized = typeof dtype === "string" ? /^([|]?S)(\d+)$/.exec(dtype) : null;
  return sized ? `${sized[1]}${Math.max(Number(sized[2]), bytes)}` : dtype;
}

function valueOf(text: string, dtype: Dtype, list: boolean): [WriteValue, AttributeOptions] {
  if (typeof dtype === "object" && dtype.class === "compound") throw new ValueError("records cannot be changed here");
  if (!list) return [parseValue(text, dtype) as WriteValue, { dtype, shape: [] }];
  const { values, shape } = parseArray(text, dtype);
  const inside = typeof dtype === "object" && dtype.class === "array" ? dtype.dims : [];
  return [{ data: values as never, shape: [...shape, ...inside], stride: [], dtype }, { dtype, shape }];
}

/** An attribute's value as it is edited. */
export function attributeSource(e: Editable, path: string, name: string): AttributeSource {
  const object = own(e, path);
  const info = object.attrs.describe(name);
  if (!info) throw new HyperslabError("NotFound", `there is no attribute “${name}”`, { path });
  const { dtype, shape } = info;
  const value = object.attrs.get(name);
  if (shape === null || value === null || value === undefined) return { dtype, list: false, text: "" };
  const a = asArray(value, dtype);
  if (shape.length === 0) return { dtype, list: false, text: spell(a, dtype, 0, e) };
  const n = shape.reduce((x, y) => x * y, 1);
  const items = Array.from({ length: n }, (_, i) => spell(a, dtype, i, e, true));
  return { dtype, list: true, text: n === 0 ? "[]" : nest(items, shape) };
}

/** Objects that are counted below one; more are "many". */
const MOST = 100_000;

/** Objects below a path, itself included; what only a link leads to is none. */
export function objectsAt(e: Editable, path: string): number {
  const link = e.file.getLink(path);
  if (link && link.kind !== "hard") return 0;
  const object = own(e, path);
  let n = 1;
  if (object.kind === "group") object.visit(() => (++n > MOST ? true : undefined));
  return n;
}

export { cellSource, valueSource } from "./edit-values.js";
