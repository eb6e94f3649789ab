/** The worker: all reading, decoding and drawing happens here. */

import { ready } from "hyperslab";
import { Engine } from "./engine.js";
import { Job } from "./job.js";
import type { FromWorker, Methods, ToWorker } from "./protocol.js";
import { Cancelled, needsCodecs } from "./trouble.js";

const engine = new Engine();
const jobs = new Map<number, Job>();

const post = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if ("cancel" in data) jobs.get(data.cancel)?.cancel();
  else void run(data.id, data.method, data.ask);
});

/** Questions wait for the file that they are about. */
let opening: Promise<unknown> = Promise.resolve();

async function run(id: number, method: keyof Methods, ask: unknown): Promise<void> {
  const job = new Job((progress) => post({ id, progress }));
  jobs.set(id, job);
  watch();
  try {
    if (method !== "open") await opening;
    const answering = answerTo(method, ask, job);
    if (method === "open") opening = answering.catch(() => undefined);
    const answer = await answering;
    post({ id, answer }, transferable(answer));
  } catch (e) {
    if (e instanceof Cancelled) post({ id, cancelled: true });
    else post({ id, trouble: await engine.trouble(e) });
  } finally {
    jobs.delete(id);
    tell();
  }
}

/** Milliseconds between two reports of what comes from a server. */
const REPORT = 250;
let told = "null";
let watching: ReturnType<typeof setInterval> | undefined;

/** Tells the page what was fetched, if that has changed. */
function tell(): void {
  const { traffic } = engine;
  const text = JSON.stringify(traffic);
  if (text !== told) post({ traffic });
  told = text;
  if (jobs.size > 0) return;
  clearInterval(watching);
  watching = undefined;
}

/** While something is under way. */
function watch(): void {
  watching ??= setInterval(tell, REPORT);
}

/** Calls; once more when it turned out that filters are needed which come in a file of their own. */
async function answerTo(method: keyof Methods, ask: unknown, job: Job): Promise<unknown> {
  const call = (): unknown => (engine[method] as (ask: unknown, job: Job) => unknown)(ask, job);
  try {
    return await call();
  } catch (e) {
    if (!needsCodecs(e)) throw e;
    await ready({ edit: false, codecs: true });
    return await call();
  }
}

/** Buffers of an answer that need not be copied. */
function transferable(answer: unknown): Transferable[] {
  if (answer instanceof ArrayBuffer) return [answer];
  if (typeof answer !== "object" || answer === null) return [];
  return Object.values(answer).flatMap((v: unknown) =>
    v instanceof ArrayBuffer ? [v] : v instanceof Float64Array ? [v.buffer] : [],
  );
}
