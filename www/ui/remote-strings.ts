/** Texts about files behind addresses: apart from the others, as they come when one is asked for. */

import type { Traffic } from "../data/protocol.js";
import { bytes, thousands } from "./format.js";

/** How much of a file has come, `0.02 %` and not `0 %`. */
function share(of: number, all: number): string {
  const percent = all > 0 ? (100 * of) / all : 0;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(1))} %`;
}

export const r = {
  title: "Open a URL",
  address: "Address of the file",
  example: "https://example.org/run.h5",
  intro: "Only the parts that you look at are fetched, and only from this address: nothing is sent there, and nobody else is asked. Files beside it are asked for where it names them.",
  introCors: "Its server has to let pages read it (CORS).",
  noAddress: "This is no address that a page can ask for: one begins with https:// or http://, and has no name and password in it.",
  open: "Open",
  cancel: "Cancel",
  close: "Close",
  infoTitle: (name: string): string => `${name} is on the web`,
  infoIntro: "It is read where it is, and never changed there.",
  facts: { address: "Address", size: "Size", fetched: "Fetched", notices: "Note" },
  fetched: ({ bytes: b, requests }: Traffic, size: number): string =>
    `${bytes(b)} (${share(b, size)}) in ${thousands(requests)} ${requests === 1 ? "request" : "requests"}`,
  whole: (size: number): string => `Its server does not give parts of files: all of it, ${bytes(size)}, was fetched.`,
  copyAddress: "Copy address",
  copied: "Copied",
  editCopy: "Edit a copy…",
  download: "Download…",
  copyTitle: "Edit a copy",
  downloadTitle: "Download",
  copyBody: (name: string, size: number): string =>
    `${name} cannot be changed where it is. All of it, ${bytes(size)}, can be fetched into this page: then the copy is changed, and you save it where you like.`,
  downloadBody: (name: string, size: number): string => `All of ${name}, ${bytes(size)}, is fetched.`,
  tooBig: (size: number): string => `With ${bytes(size)} it is too big to be held in a page. Download it, and open it from your disk:`,
  begin: { copy: "Fetch and edit", save: "Fetch" },
  fetching: "Fetching…",
  of: (done: number, total: number): string => `${bytes(done)} of ${bytes(total)}`,
  save: "Save to disk",
};
