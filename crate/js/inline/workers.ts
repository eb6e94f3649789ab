/**
 * Workers without a file of their own: the module's own text, put into a Blob. Where a policy forbids that, into a `data:` URL;
 * where that is forbidden as well, there are none.
 */

import { HyperslabError } from "../errors.js";
import type { WorkerHandle } from "../worker/hands.js";

declare global {
  /** The text of a script that runs this module; not there in a worker that such a script is. See scripts/build/inline.mjs. */
  const ownText: (() => string) | undefined;
}

/** Whether this is such a worker. */
export const inWorker = typeof ownText === "undefined";

type Address = (script: string) => string;
const ADDRESSES: Address[] = [
  (script) => URL.createObjectURL(new Blob([script], { type: "text/javascript" })),
  (script) => `data:text/javascript;charset=utf-8,${encodeURIComponent(script)}`,
];
/** What never answers is not there. */
const PATIENCE = 5000;

let url: string | undefined;
let looking: Promise<string | undefined> | undefined;

/** Whether a worker of that address says that it is there. */
async function answers(url: string): Promise<void> {
  const worker = new Worker(url);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener("message", () => resolve());
      worker.addEventListener("error", (e) => reject(new Error(e.message || "the page's policy")));
      setTimeout(() => reject(new Error("no answer")), PATIENCE);
    });
  } finally {
    worker.terminate();
  }
}

async function look(): Promise<string | undefined> {
  if (typeof ownText === "undefined" || typeof Worker === "undefined") return "there are none in this environment";
  const script = ownText();
  let why: string | undefined;
  for (const way of ADDRESSES) {
    try {
      // The script itself: what made another text of this module may have broken it.
      const at = way(script);
      await answers(at);
      url = at;
      return undefined;
    } catch (e) {
      why ??= (e as Error).message;
    }
  }
  return why;
}

/** Why there are no workers; nothing if there are. */
export function without(): Promise<string | undefined> {
  looking ??= look();
  return looking;
}

/** A worker, if `without` has said nothing. */
export function spawn(): WorkerHandle {
  if (url === undefined) throw new HyperslabError("Unsupported", "there are no workers here");
  const worker = new Worker(url);
  return {
    endpoint: worker,
    failed: (report) => worker.addEventListener("error", report),
    keep() {},
    terminate: () => worker.terminate(),
  };
}
