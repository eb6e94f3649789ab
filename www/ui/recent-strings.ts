/** Texts about files of earlier visits: apart from the others, as they come with the list of them. */

import { bytes } from "./format.js";

const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

const version = (size: number, modified: number): string => `${bytes(size)} of ${date.format(modified)}`;

export const n = {
  title: "Recent files",
  kept: "Only names and places are kept, in this browser.",
  reopen: "Reopen",
  here: (size: number, modified: number): string => `${bytes(size)} · ${date.format(modified)}`,
  there: (size: number, url: string): string => `${bytes(size)} · ${new URL(url).host}`,
  forget: (name: string): string => `Forget ${name}`,
  forgetAll: "Forget all",
  state: {
    gone: "It is not where it was: it has been moved, renamed or removed.",
    changed: "It has changed since it was opened.",
    refused: "The browser does not let this page read it. Choose it again, and allow reading when you are asked.",
    unreadable: "The browser could not read it. Another program may hold it: try again in a moment.",
  },
  changedSince: (was: { name: string; size: number; modified: number }, now: File): string =>
    `${was.name} has changed since it was opened last: it was ${version(was.size, was.modified)}, and is now ${version(now.size, now.lastModified)}.`,
};
