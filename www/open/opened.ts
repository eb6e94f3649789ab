/** Notes which files are opened, for the next visit. */

import { effect } from "@preact/signals";
import { file, source } from "../ui/state.js";

export function watchOpened(): void {
  effect(() => {
    const open = source.value;
    const size = file.peek()?.size;
    if (open && size !== undefined) void import("./recents.js").then(({ remember }) => remember(open, size));
  });
}
