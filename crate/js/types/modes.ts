/** Whether a file answers at once or by promise. */

/** Whether members that touch the source answer at once or by promise. */
export type Mode = "sync" | "async";

/** What stops an operation. */
export interface CallOptions {
  /**
   * Stops it where it waits for bytes; it then rejects with the signal's reason, and nothing has changed. What is at hand is done in
   * one go. Synchronous files look at it once, before.
   */
  signal?: AbortSignal | undefined;
}

/** `T` itself in a synchronous file, a promise of it in an asynchronous one. */
export type Out<M extends Mode, T> = M extends "sync" ? T : Promise<T>;
