/** Files that another thread has open. */

import type { File, JoinOptions, Port } from "./types.js";

/**
 * Goes into a file that another thread shares: `port` is what its `file.share()` gave. The result is as from `open`, in the
 * mode of the file there. Everybody sees what others have changed as soon as their change is made; an operation
 * sees the file as it was at one moment.
 *
 * ```ts
 * const f = await open("run.h5", { mode: "r+" });
 * const worker = new Worker("worker.js");
 * const port = await f.share();
 * worker.postMessage(port, [port]);
 * // and there, of the port that came:
 * const same = await join(port);
 * ```
 *
 * Errors: those of `open`; `Unsupported` for copies from other files, and references to regions that are to be made.
 */
export async function join(port: Port, options: JoinOptions = {}): Promise<File> {
  const { joinFile } = await import("./worker/joined.js");
  return await joinFile(port, options);
}
