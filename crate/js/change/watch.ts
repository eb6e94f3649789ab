/** What watches changes of elements, and which of them are made apart. */

import type { Spec } from "#glue";
import { count } from "../arrays.js";
import { type Session, step, type Steps } from "../drive.js";
import { registered } from "../register.js";
import type { WriteOptions } from "../types.js";

/** Less is not worth a message, nor a pause. */
const WORTH = 2 << 20;

/** Checks what is to watch a change. */
export function watched(options: WriteOptions | undefined): WriteOptions {
  options?.signal?.throwIfAborted();
  return options ?? {};
}

/** Says that all is done, where that was one piece of work. */
export function report({ onProgress }: WriteOptions, { shape }: Spec): void {
  if (!onProgress || !shape) return;
  const total = count([...shape]);
  onProgress(total, total);
}

/** What encodes chunks apart, if that is done: not for little, nor where functions of this program are filters, nor where all has to be there at once. */
export function* apartFor(
  session: Session,
  { data }: Spec,
  to: { readonly filters?: readonly { id: number }[] | undefined },
  { signal, onProgress }: WriteOptions,
): Steps<typeof import("./apart.js") | undefined> {
  if (session.driven === "sync" || !(session.crew || session.joined || signal || onProgress)) return undefined;
  if (!data || bytesOf(data) < WORTH || to.filters?.some(({ id }) => registered.has(id))) return undefined;
  return yield* step(() => import("./apart.js"));
}

export const bytesOf = ({ buffers }: { buffers: Uint8Array[] }): number => buffers.reduce((n, b) => n + b.length, 0);
