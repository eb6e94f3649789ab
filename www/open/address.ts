/** Addresses as people give them. */

import type { RemoteFile } from "../data/protocol.js";

/** The file at an address, seen from `base`; nothing if this is none that a page can ask for. */
export function fileAt(text: string, base?: string): RemoteFile | undefined {
  const given = text.trim();
  // Without a scheme it is one of the web, where it does not depend on a place.
  const full = base === undefined && !/^[a-z][a-z0-9+.-]*:/i.test(given) ? `https://${given}` : given;
  if (given === "" || !URL.canParse(full, base)) return undefined;
  const url = new URL(full, base);
  // What is in the hash is the page's; names and passwords are nothing for addresses, and browsers refuse them.
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return undefined;
  url.hash = "";
  return { name: lastName(url) || url.host, url: url.href };
}

function lastName({ pathname }: URL): string {
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** An address as short as it can be understood at `base`. */
export function shortly(url: string, base: string): string {
  const folder = new URL(".", base).href;
  return url.startsWith(folder) && url !== folder ? url.slice(folder.length) : url;
}
