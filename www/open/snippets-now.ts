/** The program for what is shown right now. */

import { file, selectionText, shape, source } from "../ui/state.js";
import { spell, whole } from "../data/selection.js";
import { snippets } from "./snippets.js";

export function pythonNow(path: string): string {
  const open = source.value;
  const all = spell(shape.value.map(whole), shape.value);
  const name = open === null || open instanceof File ? (file.value?.name ?? "") : open.url;
  return snippets.python({ file: name, path, selection: selectionText.value === all ? "" : selectionText.value });
}
