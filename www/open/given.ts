/** Opens the file that the page's address asks for: `?open=files/run.h5`, or `?open=https://example.org/run.h5`. */

import { openFile, trouble } from "../ui/state.js";
import { fileAt } from "./address.js";

export async function openGiven(given: string): Promise<void> {
  const file = fileAt(given, document.baseURI);
  if (file) await openFile(file);
  else trouble.value = { name: given, trouble: { code: "Argument", message: "this is no address that a page can ask for: one begins with https:// or http://" } };
}
