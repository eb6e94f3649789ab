/** How long work leaves others waiting. */

import type { Session, Steps } from "./drive.js";

/** Lets the page breathe: a task of its own, not only a microtask. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Work between two pauses of something long, in ms: short enough for a page to stay alive. */
export const PAUSE = 40;

/** Stops if that is asked for, and lets others work now and then where that is possible. */
export function pauses(session: Session): (signal: AbortSignal | undefined) => Steps<void> {
  let resumed = performance.now();
  return function* (signal) {
    signal?.throwIfAborted();
    if (session.driven === "sync" || performance.now() - resumed <= PAUSE) return;
    yield breathe;
    signal?.throwIfAborted();
    resumed = performance.now();
  };
}
