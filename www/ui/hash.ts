/** Where one is in a file, in the address: `?open=https://…#f=NAME&p=/entry/data&s=10,:,:&v=heat`. */

import { shortly } from "../open/address.js";

export interface Place {
  file?: string | undefined;
  path?: string | undefined;
  selection?: string | undefined;
  view?: string | undefined;
  /** Axes drawn down and across: `1,2`. */
  axes?: string | undefined;
}

const KEYS = { f: "file", p: "path", s: "selection", v: "view", a: "axes" } as const;

/** Reads a hash. */
export function parseHash(hash: string): Place {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const place: Place = {};
  for (const [key, name] of Object.entries(KEYS)) {
    const value = given.get(key);
    if (value !== null) place[name] = value;
  }
  return place;
}

/** Writes one, as short as it stays readable. */
export function formatHash(place: Place): string {
  const parts = Object.entries(KEYS).flatMap(([key, name]) => {
    const value = place[name];
    if (value === undefined) return [];
    const text = name === "selection" ? value.replaceAll(" ", "") : value;
    return [`${key}=${encodeURIComponent(text).replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":")}`];
  });
  return parts.length ? `#${parts.join("&")}` : "";
}

export const readHash = (): Place => parseHash(location.hash);

/** What follows the page's address when a file behind an address is open: `?open=…`, beside what else there is. */
export function formatOpen(search: string, open: string | undefined): string {
  const others = search.replace(/^\?/, "").split("&").filter((part) => part !== "" && !/^open(=|$)/.test(part));
  if (open !== undefined) others.push(`open=${encodeURIComponent(open).replace(/%2F/g, "/").replace(/%3A/g, ":")}`);
  return others.length > 0 ? `?${others.join("&")}` : "";
}

/** `open`: the address of the open file, if it has one. */
export function writeHash(place: Place, open: string | undefined): void {
  const search = formatOpen(location.search, open === undefined ? undefined : shortly(open, document.baseURI));
  const before = search === location.search ? "" : `${location.pathname}${search}`;
  history.replaceState(null, "", `${before}${formatHash(place)}` || `${location.pathname}${search}`);
}
