/** Files behind addresses: what the page knows of the open one, and what is asked about it. */

import { computed, signal } from "@preact/signals";
import type { RemoteFile } from "../data/protocol.js";
import { source } from "./state.js";

/** The open file, if it is behind an address. */
export const remote = computed<RemoteFile | null>(() => (source.value === null || source.value instanceof File ? null : source.value));

/** What is asked in front of the page: an address, about the open file, for all of it. */
export const remoteDialog = signal<"address" | "info" | "save" | "copy" | null>(null);

let decided: ((isCopy: boolean) => void) | undefined;

/** Lets the user get a copy that can be changed in the place of the open file. Whether that is there. */
export function localCopy(): Promise<boolean> {
  if (!remote.value) return Promise.resolve(true);
  decided?.(false);
  remoteDialog.value = "copy";
  return new Promise((resolve) => (decided = resolve));
}

/** Ends a dialog; those who wait for a copy go on. */
export function closeRemote(): void {
  remoteDialog.value = null;
  decided?.(remote.value === null);
  decided = undefined;
}
