/** Texts about exporting values: apart from the others, as they come when something is exported. */

import { thousands } from "./format.js";

export const x = {
  title: (path: string): string => `Export ${path}`,
  what: "What to export",
  shown: (selection: string, n: number): string => `What is shown: [${selection}], ${elements(n)}`,
  whole: (n: number): string => `The whole dataset, ${elements(n)}`,
  format: "Format",
  formats: { csv: "CSV, for spreadsheets", npy: "NPY, for NumPy", json: "JSON", png: "PNG, the picture as it is shown" },
  fileName: "File name",
  export: "Export",
  exporting: "Exporting…",
  cancel: "Cancel",
  close: "Close",
  saved: (name: string): string => `${name} is saved.`,
  absent: (names: readonly string[]): string => `Not all of it was here: ${names.join(", ")} ${names.length === 1 ? "is" : "are"} missing, and the fill value stands in their place.`,
  program: "The same in a program",
  copy: { python: "Copy Python", javascript: "Copy JavaScript", command: "Copy command" },
  copied: "Copied",
};

function elements(n: number): string {
  return `${thousands(n)} ${n === 1 ? "element" : "elements"}`;
}
