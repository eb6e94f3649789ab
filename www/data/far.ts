/** Files whose bytes come from afar: what is read of them is worth some thought. */

import type { File, Mode } from "hyperslab";

const files = new WeakSet<object>();

export function setFar(file: File<Mode>): void {
  files.add(file);
}

export const isFar = (file: File<Mode>): boolean => files.has(file);
