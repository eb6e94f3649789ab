/** Texts about changing files: apart from the others, as they come with the first change. */

import type { Change } from "../data/changes.js";
import { lastPart } from "../data/names.js";
import type { Trouble } from "../data/protocol.js";
import { thousands } from "./format.js";
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
  stay: "Go back",
};

/** Why a change was refused. */
export function refusedWords(trouble: Trouble): Words {
  const title = "Nothing was changed";
  const where = trouble.path === undefined ? "" : ` (${trouble.path})`;
  const body = sentence(trouble);
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

/** A change in words, for the list of them. */
export function changeWords(c: Change): string {
  const name = lastPart(c.path) || "/";
  switch (c.kind) {
    case "cells": {
      const n = c.texts.reduce((a, row) => a + row.length, 0);
      return n === 1 ? `${name}: value in row ${c.row + 1} is ${short(c.texts[0]?.[0] ?? "")}` : `${name}: ${thousands(n)} values pasted`;
    }
    case "value":
      return `${name}: value is ${short(c.text)}`;
    case "attribute":
      return `${name}: attribute ${c.was !== undefined && c.was !== c.name ? `${c.was} is now ${c.name}, ` : c.name} = ${short(c.text)}`;
    case "unattribute":
      return `${name}: attribute ${c.name} deleted`;
    case "group":
      return `New group ${c.path}`;
    case "dataset":
      return `New dataset ${c.path}`;
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
