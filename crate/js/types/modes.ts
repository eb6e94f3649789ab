/** Whether a file answers at once or by promise. */

/** Whether members that touch the source answer at once or by promise. */
export type Mode = "sync" | "async";

/** `T` itself in a synchronous file, a promise of it in an asynchronous one. */
export type Out<M extends Mode, T> = M extends "sync" ? T : Promise<T>;
