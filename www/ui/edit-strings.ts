/** Texts about changing files: apart from the others, as they come with the first change. */

import type { CellsChange, Change } from "../data/changes.js";
import { lastPart } from "../data/names.js";
import type { Trouble } from "../data/protocol.js";
import { isRange } from "../data/selection.js";
import { thousands } from "./format.js";
import { remoteBody } from "./remote-words.js";
import { sentence, type Words } from "./strings.js";

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
};

const plural = (n: number, one: string, many: string): string => `${thousands(n)} ${n === 1 ? one : many}`;

export const e = {
  sentence: (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
  cell: (row: string, column: string): string => `Change ${column}, row ${row}`,
  value: "Change the value",
  field: (name: string): string => `Change ${name}`,
  ok: "Apply",
  cancel: "Cancel",
  close: "Close",
  undo: "Undo",
  redo: "Redo",
  discard: "Discard all",
  save: "Save",
  changesTitle: "Changes",
  changesIntro: (name: string): string => `Nothing is changed in ${name} before it is saved.`,
  noChanges: "There are no changes.",
  undoneOnes: (n: number): string => `${plural(n, "change is", "changes are")} undone.`,
  leaveTitle: "Save the changes?",
  leaveBody: (name: string, n: number): string => `${name} has ${plural(n, "change that is", "changes that are")} not saved.`,
  leave: "Discard",
  menu: "Edit",
  name: "Name",
  nameIn: (path: string): string => `Name in ${path}`,
  nameless: "a name is needed",
  type: "Type",
  sameType: (type: string): string => `as it is: ${type}`,
  list: "A list of values, as in [1, 2, 3]",
  valueField: "Value",
  newAttribute: "New attribute…",
  changeAttribute: "Change an attribute",
  deleteAttribute: "Delete",
  create: "Create",
  newGroup: "New group…",
  newDataset: "New dataset…",
  newLink: "New link…",
  fixedText: "text of fixed length",
  bytes: "Bytes",
  noBytes: "a text has one byte at least",
  shape: "Shape",
  shapeHint: "a single value",
  maxshape: "Largest shape (∞: no end)",
  maxshapeHint: "as the shape",
  chunks: "Chunks",
  chunksHint: "as it suits",
  compression: "Compression",
  noCompression: "none",
  gzip: (level: number): string => `gzip ${level}`,
  linkKind: "Kind of link",
  linkKinds: { soft: "Soft: to a path", hard: "Hard: another name for an object", external: "External: to a path in another file" },
  otherFile: "File",
  target: "Path of the target",
  noTarget: "a link needs a target",
  noFile: "an external link needs a file",
  moveItem: "Rename or move…",
  moveTitle: "Rename or move",
  move: "Rename",
  newPath: "New path",
  copyItem: "Duplicate…",
  copyTitle: (path: string): string => `Duplicate ${path}`,
  copy: "Duplicate",
  copyPath: "Path of the copy",
  deleteItem: "Delete…",
  deleteTitle: (path: string): string => `Delete ${path}?`,
  delete: "Delete",
  counting: "…",
  deleteBody: (objects: number): string =>
    objects === 0 ? "Only the link is deleted: what it leads to stays."
    : objects === 1 ? "This object is deleted, unless it has another name in the file."
    : objects > 100_000 ? "This group is deleted, with more than 100,000 objects in it. What has another name in the file stays."
    : `This group is deleted, with ${plural(objects - 1, "object", "objects")} in it. What has another name in the file stays.`,
  resizeItem: "Resize…",
  resizeTitle: (path: string): string => `Resize ${path}`,
  resize: "Resize",
  axis: (axis: number, most: number | null): string => `Axis ${axis}, ${most === null ? "without an end" : `at most ${thousands(most)}`}`,
  badExtent: (axis: number, most: number | null): string => `axis ${axis} takes a whole number from 0 ${most === null ? "on" : `to ${thousands(most)}`}`,
  smaller: "What lies outside of the new shape is lost.",
  larger: "New elements read as the fill value.",
  stay: "Go back",
};

/** Why a change was refused. */
export function refusedWords(trouble: Trouble): Words {
  const title = "Nothing was changed";
  const where = trouble.path === undefined ? "" : ` (${trouble.path})`;
  const body = sentence(trouble);
  if (trouble.remote) return { title: "This could not be fetched", body: remoteBody(trouble.remote) };
  switch (trouble.code) {
    case "Value":
      return { title: "This value does not fit", body };
    case "Io":
      return { title: "This could not be saved", body: `${body} The file may have been moved, changed or removed since it was opened.` };
    case "Unsupported":
      return { title, body: `This cannot be changed here: ${body}${where}` };
    case "Malformed":
      return { title, body: `The file is damaged in this place: ${body}${where}` };
    default:
      return { title, body: trouble.path !== undefined && !body.includes(trouble.path) ? `${body}${where}` : body };
  }
}

/** The element in which a change of cells begins, as NumPy has it. */
function indexOf(c: CellsChange): string {
  const at = (axis: number, i: number): number => (axis === c.y ? c.row : axis === c.x ? c.col : 0) * i;
  return c.picks.map((p, axis) => (isRange(p) ? p.start + at(axis, p.step) : p.at)).join(", ");
}

/** A change in words, for the list of them. */
export function changeWords(c: Change): string {
  const name = lastPart(c.path) || "/";
  switch (c.kind) {
    case "cells": {
      const n = c.texts.reduce((a, row) => a + row.length, 0);
      const where = `${name}[${indexOf(c)}]${c.field === undefined ? "" : `.${c.field}`}`;
      return n === 1 ? `${where} = ${short(c.texts[0]?.[0] ?? "")}` : `${thousands(n)} values from ${where} on`;
    }
    case "value":
      return `${name} = ${short(c.text)}`;
    case "attribute":
      return `${name}: attribute ${c.was !== undefined && c.was !== c.name ? `${c.was} is now ` : ""}${c.name} = ${short(c.text)}`;
    case "unattribute":
      return `${name}: attribute ${c.name} deleted`;
    case "group":
      return `New group ${c.path}`;
    case "dataset":
      return `New dataset ${c.path}`;
    case "import":
      return `New dataset ${c.path} of ${c.file.name}`;
    case "soft":
    case "hard":
      return `New link ${c.path} to ${c.target}`;
    case "external":
      return `New link ${c.path} to ${c.file} : ${c.target}`;
    case "move":
      return `${c.path} is now ${c.to}`;
    case "copy":
      return `${c.path} copied to ${c.to}`;
    case "delete":
      return `${c.path} deleted`;
    case "resize":
      return `${name}: shape is ${c.shape.join(" × ")}`;
  }
}
