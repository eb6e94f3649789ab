/** The workers of a program: all open files share them, and when the last of those is closed they end. */

import { type Endpoint, type Remote, wrap } from "comlink";
import { HyperslabError } from "../errors.js";
import { loader } from "../loader.js";
import { type Host, sendFaults } from "./calls.js";

/** A worker as the platform has it. */
export interface WorkerHandle {
  endpoint: Endpoint;
  /** Says, once, why it works no more. */
  failed(report: (cause: unknown) => void): void;
  /** Whether the program waits for it. */
  keep(busy: boolean): void;
  terminate(): void;
}

/** One worker. */
export class Hand {
  readonly host: Remote<Host>;
  /** Files that it has open, and in which state of theirs. */
  readonly files = new Map<number, number>();
  private readonly handle: WorkerHandle;
  /** Whoever waits for an answer. */
  private readonly asking = new Set<(why: HyperslabError) => void>();
  private why: HyperslabError | undefined;

  constructor() {
    try {
      this.handle = loader().spawn();
    } catch (cause) {
      throw new HyperslabError("Io", `no worker can be started: ${(cause as Error).message}`, { cause });
    }
    this.host = wrap<Host>(this.handle.endpoint);
    this.handle.failed((cause) => {
      const why = (cause as { message?: string } | undefined)?.message || "its script could not be loaded";
      this.die(new HyperslabError("Io", `a worker failed: ${why}`, { cause }));
    });
  }

  get dead(): boolean {
    return this.why !== undefined;
  }

  private die(why: HyperslabError): void {
    this.why ??= why;
    for (const tell of this.asking) tell(this.why);
  }

  /** What it answers, or why it cannot any more. */
  async ask<T>(call: (host: Remote<Host>) => Promise<T>): Promise<T> {
    if (this.why) throw this.why;
    let tell!: (why: HyperslabError) => void;
    // One for each question: what waits longer would keep every answer.
    const death = new Promise<never>((_, reject) => {
      tell = reject;
    });
    this.asking.add(tell);
    this.handle.keep(true);
    try {
      return await Promise.race([call(this.host), death]);
    } finally {
      this.asking.delete(tell);
      // Who closes a file may ask in the middle of something else.
      if (this.asking.size === 0) this.handle.keep(false);
    }
  }

  end(): void {
    this.die(new HyperslabError("Closed", "the file was closed"));
    this.handle.terminate();
  }
}

let users = 0;
let hands: Hand[] = [];
const idle: Hand[] = [];
const waiting: ((hand: Hand | undefined) => void)[] = [];

/** Called for each file that has workers. */
export function enter(): void {
  sendFaults();
  users += 1;
}

export function leave(): void {
  users -= 1;
  if (users > 0) return;
  for (const hand of hands) hand.end();
  hands = [];
  idle.length = 0;
  for (const next of waiting.splice(0)) next(undefined);
}

/** The workers that there are. */
export function everyone(): readonly Hand[] {
  return hands;
}

/** A worker that has nothing to do, a new one if there are less than `most`; none if they ended meanwhile. */
export async function take(most: number): Promise<Hand | undefined> {
  const free = idle.pop();
  if (free) return free;
  if (hands.length < most) {
    const hand = new Hand();
    hands.push(hand);
    return hand;
  }
  return await new Promise((resolve) => waiting.push(resolve));
}

/** Gives one back. */
export function give(hand: Hand): void {
  if (hand.dead) {
    hands = hands.filter((other) => other !== hand);
    // Whoever waits gets another in its place.
    const next = waiting.shift();
    if (next) void take(Infinity).then(next);
    return;
  }
  const next = waiting.shift();
  if (next) next(hand);
  else idle.push(hand);
}
