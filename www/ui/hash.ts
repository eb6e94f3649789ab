/** Where one is in a file, in the address: `#f=NAME&p=/entry/data&s=10,:,:&v=heat`. */

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

export function writeHash(place: Place): void {
  history.replaceState(null, "", formatHash(place) || location.pathname);
}
