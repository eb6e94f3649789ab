/** Links to be made, as values. */

import type { ExternalLink, SoftLink } from "./types.js";

/**
 * A soft link to `target`, for `Group.link`: looked up each time it is followed, and allowed to lead nowhere.
 *
 * ```ts
 * const f = create();
 * f.link("latest", softLink("/entry/data"));
 * f.link("other", externalLink("run2.h5", "/entry"));
 * ```
 */
export function softLink(target: string): SoftLink {
  return { kind: "soft", target };
}

/** A link to the object at path `target` of another file, for `Group.link`. */
export function externalLink(file: string, target: string): ExternalLink {
  return { kind: "external", file, target };
}
