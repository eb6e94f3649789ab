/** What views need to change values: the exact text to begin with, and taking it. */

import type { Change } from "../data/changes.js";
import type { Methods } from "../data/protocol.js";
import { change, refused, troubleFrom } from "../ui/edits.js";
import { localCopy, remote } from "../ui/remote.js";
import { client } from "../ui/state.js";

/** The text of a value as it is edited; null if it cannot be, which the page says. */
export async function sourceOf<M extends "cellSource" | "valueSource">(method: M, ask: Methods[M]["ask"]): Promise<string | null> {
  // The view is another one afterwards.
  if (remote.value) return void localCopy(), null;
  try {
    return await client.call(method, ask);
  } catch (e) {
    refused.value = troubleFrom(e);
    return null;
  }
}

/** Makes a change; resolves to why its text is no value, for whoever typed it. The page says all other reasons, and those of blocks. */
export async function changeText(c: Extract<Change, { kind: "cells" | "value" }>): Promise<string | null> {
  const trouble = await change(c);
  if (!trouble) return null;
  const single = c.kind === "value" || (c.texts.length === 1 && c.texts[0]?.length === 1);
  if (trouble.code === "Value" && single) return trouble.message;
  refused.value = { ...trouble, path: trouble.path ?? c.path };
  return null;
}
