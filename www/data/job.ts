/** One call of the page: how it reports progress, learns that it is no longer wanted, and lets other calls in between. */

import { Cancelled } from "./trouble.js";
import type { Progress } from "./protocol.js";

/** Milliseconds of work after which other calls get their turn. */
const TURN = 25;

/** Ends the current task, so that waiting messages are handled. */
const pause = (() => {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  // In Node, where tests run, an open port keeps the process alive: it is, only while someone waits.
  const hold = port1 as { ref?: () => void; unref?: () => void };
  port1.addEventListener("message", () => {
    waiting.shift()?.();
    if (waiting.length === 0) hold.unref?.();
  });
  port1.start();
  hold.unref?.();
  return () =>
    new Promise<void>((resolve) => {
      hold.ref?.();
      waiting.push(resolve);
      port2.postMessage(0);
    });
})();

export class Job {
  readonly #stop = new AbortController();
  #turn = performance.now();
  readonly began = performance.now();

  constructor(readonly report: (p: Progress) => void = () => undefined) {}

  cancel(): void {
    this.#stop.abort(new Cancelled());
  }

  /** Between two steps: says how far it is, lets others in after a while, and throws if cancelled. */
  async step(done: number, total: number): Promise<void> {
    if (performance.now() - this.#turn > TURN) {
      this.report({ done, total });
      await pause();
      this.#turn = performance.now();
    }
    this.signal.throwIfAborted();
  }

  /** Aborted when the answer is no longer wanted. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get ms(): number {
    return performance.now() - this.began;
  }
}
