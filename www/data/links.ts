/** Texts of which parts lead to other objects: references among values. Pure. */

/** Signs that no text from a file has in it: `oneLine` spells them out. */
const [OPEN, MIDDLE, CLOSE] = ["\ue000", "\ue001", "\ue002"] as const;

/** Part of a text: plain, or leading to a path. */
export type Part = string | { to: string; text: string };

/** A text that leads to a path. */
export function leading(to: string, text: string): string {
  return /[\ue000-\ue002]/.test(to) ? text : `${OPEN}${to}${MIDDLE}${text}${CLOSE}`;
}

const LINK = /\ue000([^\ue001]*)\ue001([^\ue002]*)\ue002/;

/** A text in parts. */
export function parts(text: string): Part[] {
  // What was split at a pattern with two groups: plain, target, text, plain, target, text, …
  return text.split(LINK).flatMap((piece, i, all): Part[] => {
    if (i % 3 === 1) return [{ to: piece, text: all[i + 1] ?? "" }];
    return i % 3 === 0 && piece !== "" ? [piece] : [];
  });
}

/** A text as it is read. */
export const plain = (text: string): string => (text.includes(OPEN) ? parts(text).map((p) => (typeof p === "string" ? p : p.text)).join("") : text);
