/** Opens the file that the page's address asks for: `?open=files/run.h5`, from where the page is from and nowhere else. */

import { openFile, opening, trouble } from "../ui/state.js";

export async function openGiven(given: string): Promise<void> {
  const address = new URL(given, document.baseURI);
  // Somebody else's link must not make the page fetch what it never would.
  if (address.origin !== location.origin) return;
  const name = decodeURIComponent(address.pathname.slice(address.pathname.lastIndexOf("/") + 1));
  opening.value = name;
  let file: File;
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`the server says ${response.status}`);
    file = new File([await response.blob()], name);
  } catch (e) {
    trouble.value = { name, trouble: { code: "NotFound", message: `It could not be fetched: ${(e as Error).message}.` } };
    return;
  } finally {
    opening.value = null;
  }
  await openFile(file);
}
