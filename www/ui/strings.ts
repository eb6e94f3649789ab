/** Every text that users see, in one place. */

import type { Trouble } from "../data/protocol.js";
import { remoteBody } from "./remote-words.js";
import { bytes, filterName, thousands } from "./format.js";

/** The first few of many names. */
const listed = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 4).join(", ")} and ${thousands(names.length - 4)} more` : names.join(", ");

const plural = (n: number, one: string, many: string): string => `${thousands(n)} ${n === 1 ? one : many}`;

export const t = {
  app: "Hyperslab",
  tagline: "Look inside HDF5 files, and change them",
  private: "Nothing leaves this computer: files are read in your browser and never uploaded.",
  offlineReady: "Works without a network once it was opened.",
  forPrograms: "The same for programs, in JavaScript and TypeScript:",
  reference: "API reference",
  dropHere: "Drop an HDF5 file anywhere on this page",
  makesFiles: "Of CSV, NPY and PNG files it makes HDF5.",
  dropNow: "Drop to open",
  or: "or",
  openFile: "Open file…",
  open: "Open",
  openUrl: "Open URL…",
  openUrlTitle: "Open a file on the web by its address",
  fetchedOf: (done: number, size: number): string => `${bytes(done)} of ${bytes(size)}`,
  fetchedLabel: (done: number, size: number): string => `On the web: ${bytes(done)} of ${bytes(size)} fetched`,
  trySample: "Try a sample",
  sampleName: "sample.h5",
  renew: "Refresh",
  renewTitle: (name: string): string => `Show ${name} as it is on disk now`,
  save: "Save as…",
  saveNow: "Save",
  saveNowTitle: (name: string): string => `Save the changes in ${name} (Ctrl+S)`,
  edited: "edited",
  changes: (n: number): string => plural(n, "change", "changes"),
  export: "Export…",
  newFile: "New file",
  newName: "untitled.h5",
  tree: "Contents of the file",
  showTree: "Show the contents of the file",
  hideTree: "Hide the contents of the file",
  search: "Find a path",
  searchKeys: "Find a path (press /)",
  noHits: "No path matches.",
  hits: (shown: number, total: number): string => (total > shown ? `first ${shown} of ${thousands(total)} paths` : plural(total, "path", "paths")),
  root: "root group",
  files: "Open files",
  object: "Selected object",
  copyPath: "Copy path",
  goTo: (path: string): string => `Go to ${path}`,
  copied: "Copied",
  attributes: "Attributes",
  noAttributes: "No attributes.",
  details: "Details",
  members: (n: number): string => plural(n, "member", "members"),
  emptyGroup: "This group is empty.",
  loading: "Loading…",
  opening: (name: string): string => `Opening ${name}…`,
  cancel: "Cancel",
  cancelled: "Stopped.",
  again: "Try again",
  close: "Close",
  dismiss: "Dismiss",
  copyDetails: "Copy details",
  help: "Keyboard",
  copiedPython: "A program in Python that reads what is shown is copied.",
  views: { heat: "Heatmap", line: "Line", table: "Table", value: "Value" },
  view: "View",
  slice: "Slice",
  selection: "Selection",
  selectionHelp: "As in NumPy: 7, 10:20, ::4, ..., -1",
  axis: (n: number): string => `Axis ${n}`,
  axisIndex: (n: number): string => `Index on axis ${n}`,
  roleX: { plot: "x", table: "columns" },
  roleY: { plot: "y", table: "rows" },
  useAs: (axis: number, role: string): string => `Use axis ${axis} as ${role}`,
  of: (n: number): string => `of ${thousands(n)}`,
  taken: (n: number): string => plural(n, "element", "elements"),
  colors: "Colours",
  reverse: "Reverse",
  scale: "Scale",
  lin: "linear",
  log: "log",
  symlog: "symlog",
  limits: "Limits",
  limitRange: "min – max",
  limitPercent: (p: number): string => `${p} – ${100 - p} %`,
  limitFixed: "fixed",
  low: "Lowest",
  high: "Highest",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoomReset: "Show all",
  goToRow: "Go to row",
  editHint: "Double-click, Enter or F2 changes a value",
  plotHelp: "Drag to zoom in, double-click to show all, wheel to zoom. Keys: + − 0 and arrows.",
  overview: (read: number, of: number): string =>
    `Overview: ${thousands(read)} of ${thousands(of)} elements read, evenly spread. Zoom in for every element.`,
  failed: (n: number, why: string): string => `${plural(n, "chunk", "chunks")} could not be read and ${n === 1 ? "is" : "are"} left out: ${why}`,
  unreadable: "This part could not be read",
  absent: (names: readonly string[]): string =>
    `Not all of it is here: ${listed(names)} ${names.length === 1 ? "is" : "are"} missing, and the fill value stands in ${names.length === 1 ? "its" : "their"} place. Add the missing files, or drop them here.`,
  addFiles: "Add files…",
  heatSummary: (name: string, rows: number, cols: number, facts: string): string =>
    `Heatmap of ${name}, ${thousands(rows)} × ${thousands(cols)}, ${facts}`,
  lineSummary: (name: string, n: number, facts: string): string => `Line of ${name}, ${thousands(n)} elements, ${facts}`,
  extremes: (low: string, lowAt: string, high: string, highAt: string): string => `lowest ${low} at ${lowAt}, highest ${high} at ${highAt}`,
  noFinite: "no finite values",
  notFinite: (n: number): string => `${thousands(n)} not finite`,
  colorbar: (low: string, high: string): string => `Colours from ${low} to ${high}`,
  readout: { row: "row", column: "column", index: "index", value: "value" },
  read: (b: number, ms: string): string => `${bytes(b)} decoded in ${ms}`,
  noValue: "There is no value: the dataspace is null.",
  noElements: (shape: string): string => `There are no elements: the shape is ${shape}.`,
  tableLabel: (name: string): string => `Values of ${name}`,
  index: "index",
  valueColumn: "value",
  facts: {
    path: "Path",
    kind: "Kind",
    type: "Type",
    shape: "Shape",
    maxshape: "Largest shape",
    elements: "Elements",
    layout: "Layout",
    chunks: "Chunks",
    index: "Chunk index",
    filters: "Filters",
    fill: "Fill value",
    stored: "Stored",
    ratio: "Compression",
    sources: "From files",
    here: "at hand",
    missing: "missing",
    address: "Address",
    members: "Members",
    fields: "Fields",
    names: "Names",
  },
  kinds: { group: "Group", dataset: "Dataset", datatype: "Committed datatype" },
  fill: { undefined: "not defined", default: "default (zero)" },
  indexNames: {
    btree1: "B-tree, version 1",
    btree2: "B-tree, version 2",
    single: "single chunk",
    implicit: "implicit",
    farray: "fixed array",
    earray: "extensible array",
  } as Record<string, string>,
  noFilters: "none",
  unlimited: "∞ means unlimited",
  rows: {
    soft: (target: string): string => `soft link to ${target}`,
    dangling: (target: string): string => `soft link to ${target}, where nothing is`,
    external: (target: string): string => `external link to ${target}`,
    absent: (target: string): string => `external link to ${target}, which is not at hand`,
    user: (target: string): string => `user-defined link, ${target}`,
    broken: "cannot be opened",
  },
  linkTitle: { dangling: "This link leads nowhere", external: "This is in another file", user: "This is a user-defined link", broken: "This object cannot be opened" },
  linkBody: {
    dangling: (target: string): string => `The soft link points to ${target}, but there is nothing at that path.`,
    external: (target: string): string => `The external link points to ${target}. Add that file, or drop it here, to look at it.`,
    user: (target: string): string => `Only the software that made it knows where it leads (${target}).`,
  },
  saveTitle: "Save a compressed copy",
  saveIntro: "A new file with the same groups, datasets, values and attributes. The original stays as it is.",
  saveWhat: "What to save",
  saveAll: "The whole file",
  saveSubtree: (path: string): string => `Only ${path}`,
  storing: {
    compression: { name: "Compression", options: { gzip: "gzip", zstd: "zstd", lzf: "lzf", none: "None", keep: "As it is" } },
    chunks: { name: "Chunks", options: { own: "As they are", chosen: "Chosen anew", none: "None" } },
    libver: { name: "Readable from", options: { earliest: "any HDF5", v110: "HDF5 1.10", latest: "the latest HDF5" } },
  },
  level: "gzip level",
  levelNames: (level: number): string => (level === 0 ? "0: not compressed" : level === 1 ? "1: fastest" : level === 9 ? "9: smallest" : level === 4 ? "4: balanced" : String(level)),
  fileName: "File name",
  makeCopy: "Make the copy",
  making: "Compressing…",
  before: "Before",
  after: "After",
  download: "Save to disk",
  downloaded: "Saved.",
  saved: (name: string): string => `${name} is saved.`,
  edit: "Edit",
  addAttribute: "Add an attribute",
  changeAttribute: (name: string): string => `Change attribute ${name}`,
  skipToContent: "Skip to the selected object",
};

/** An error in plain words: what happened, and what can be done. */
export interface Words {
  title: string;
  body: string;
}

/** Why a file could not be opened. */
export function openWords(name: string, trouble: Trouble): Words {
  const title = `${name} could not be opened`;
  const s = trouble.sniffed;
  if (trouble.remote) return { title, body: remoteBody(trouble.remote) };
  if (trouble.code === "Io") return { title, body: "The browser could not read it. It may have been moved, changed or removed: choose it again." };
  if (s?.what === "empty") return { title, body: "The file is empty: it has 0 bytes. Perhaps a copy or download did not finish." };
  if (s?.what === "known") return { title, body: `This is not an HDF5 file but ${s.name}.` };
  if (s?.what === "text") return { title, body: `This is not an HDF5 file: it is text and starts with “${s.text}”.` };
  if (s?.what === "unknown") return { title, body: "This is not an HDF5 file: the HDF5 signature is missing at its beginning." };
  const end = missingEnd(trouble);
  if (end) return { title, body: end };
  if (trouble.code === "Malformed") return { title, body: `It is an HDF5 file, but damaged: ${sentence(trouble)}` };
  if (trouble.code === "Unsupported") return { title, body: `It uses something that is not supported: ${sentence(trouble)}` };
  return { title, body: sentence(trouble) };
}

/** A truncated file, in words. */
function missingEnd(trouble: Trouble): string | undefined {
  if (trouble.code !== "Malformed" || !/truncated|ends? (before|at)|end of (the )?file|beyond/i.test(trouble.message)) return undefined;
  const [, has, of] = /(\d+) bytes of (\d+)/.exec(trouble.message) ?? [];
  const sizes = has && of ? `it has ${bytes(Number(has))} of ${bytes(Number(of))}.` : sentence(trouble);
  return `The end of the file is missing: ${sizes} Perhaps a copy or download did not finish.`;
}

/** Why an object or its data cannot be shown. */
export function objectWords(trouble: Trouble): Words {
  const f = trouble.filter;
  if (trouble.remote) return { title: "This could not be fetched", body: remoteBody(trouble.remote) };
  if (trouble.code === "Unsupported" && f) {
    const short = filterName(f.id, f.name);
    const name = short ? `${short} (filter ${f.id})` : `filter ${f.id}`;
    return { title: "This compression is not supported", body: `The data are stored with ${name}, which cannot be decoded here. Type, shape and attributes are shown.` };
  }
  switch (trouble.code) {
    case "Malformed":
      return { title: "These bytes are damaged", body: `${sentence(trouble)} Other parts of the file can still be used.` };
    case "Unsupported":
      return { title: "This is not supported", body: sentence(trouble) };
    case "NotFound":
      return { title: "Nothing is there", body: sentence(trouble) };
    case "Limit":
      return { title: "This is too big", body: `${sentence(trouble)} Choose a smaller slice.` };
    case "Io":
      return { title: "The file could not be read", body: "It may have been moved, changed or removed since it was opened: open it again." };
    default:
      return { title: "Something went wrong", body: sentence(trouble) };
  }
}

/** The message as a sentence. Where in the file it happened is for the details. */
export function sentence(trouble: Trouble): string {
  const m = trouble.message.replace(/ at 0x[0-9a-f]+( in .*)?$/s, "").trim();
  const text = m.charAt(0).toUpperCase() + m.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Everything known about an error, for a report. */
export function detailsOf(name: string, trouble: Trouble): string {
  const lines: [string, string | undefined][] = [
    ["file", name],
    ["size", trouble.size === undefined ? undefined : String(trouble.size)],
    ["address", trouble.remote?.url],
    ["code", trouble.code],
    ["message", trouble.message],
    ["path", trouble.path],
    ["address", trouble.address === undefined ? undefined : `0x${trouble.address.toString(16)} (${trouble.address})`],
    ["trail", trouble.trail?.join(" > ")],
    ["filter", trouble.filter ? `${trouble.filter.id} ${trouble.filter.name}` : undefined],
  ];
  return lines.flatMap(([k, v]) => (v === undefined ? [] : [`${k}: ${v}`])).join("\n");
}
