/**
 * Workers without a file of their own: their script is embedded, and put into a Blob. Where a policy forbids that, into a `data:`
 * URL; where that is forbidden as well, there are none.
 */

import worker from "#inline_worker";
import { inflateSync, strFromU8 } from "fflate";
import type { WorkerHandle } from "../worker/hands.js";
import { bytesOf } from "./bytes.js";
import { none } from "./none.js";
import { texts } from "./texts.js";

/**
 * The script, with what it needs before it. It is no function's own text: what bundlers and compilers make of functions calls
 * others of theirs, which that text does not have.
 */
const wholeScript = (): string => `const hyperslabTexts=${JSON.stringify(texts)};${strFromU8(inflateSync(bytesOf(worker)))}`;

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
  if (typeof Worker === "undefined") return none.without();
  const script = wholeScript();
  let why: string | undefined;
  for (const way of ADDRESSES) {
    try {
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
  if (url === undefined) return none.spawn();
  const worker = new Worker(url);
  return {
    endpoint: worker,
    failed: (report) => worker.addEventListener("error", report),
    keep() {},
    terminate: () => worker.terminate(),
  };
}
