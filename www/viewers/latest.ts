/** Answers for questions that change while they are being answered: at most one runs and one waits. */

import { useEffect, useRef, useState } from "preact/hooks";
import { CallCancelled, CallError, NOW } from "../data/client.js";
import type { Methods, Progress, Trouble } from "../data/protocol.js";
import { client, revision } from "../ui/state.js";

/** Milliseconds until a running question says how far it is. */
const QUIET = 150;
/** Milliseconds after which a running question gives way to a newer one; before, it is nearly done anyway. */
const GIVE_WAY = 400;

export interface Latest<T> {
  /** The last answer, which stays until the next one is there. */
  answer: T | undefined;
  /** Whether the answer is for an older question. */
  stale: boolean;
  /** Set once the question runs for a while. */
  progress: Progress | undefined;
  trouble: Trouble | undefined;
  /** Whether the user stopped it. */
  stopped: boolean;
  cancel(): void;
  again(): void;
}

interface State<T> {
  answer: T | undefined;
  answered: string;
  progress: Progress | undefined;
  trouble: Trouble | undefined;
  stopped: boolean;
}

/** Asks `method` whenever `ask` changes; null asks nothing. */
export function useLatest<M extends keyof Methods>(method: M, ask: Methods[M]["ask"] | null): Latest<Methods[M]["answer"]> {
  type T = Methods[M]["answer"];
  const [state, setState] = useState<State<T>>({ answer: undefined, answered: "", progress: undefined, trouble: undefined, stopped: false });
  const [attempt, setAttempt] = useState(0);
  const running = useRef<{ abort: AbortController; began: number } | null>(null);
  const waiting = useRef<(() => void) | null>(null);
  const alive = useRef(true);
  const key = ask === null ? "" : `${attempt} ${revision.value} ${JSON.stringify(ask)}`;

  useEffect(() => () => {
    alive.current = false;
    waiting.current = null;
    running.current?.abort.abort();
  }, []);

  useEffect(() => {
    if (ask === null) return;
    const start = (): void => {
      const abort = new AbortController();
      const began = performance.now();
      running.current = { abort, began };
      let last: Progress = { done: 0, total: 0 };
      const timer = setTimeout(() => setState((s) => ({ ...s, progress: last })), QUIET);
      const update = (next: Partial<State<T>>): void => {
        if (alive.current) setState((s) => ({ ...s, ...next, progress: undefined }));
      };
      client
        .call(method, ask, {
          signal: abort.signal,
          onProgress: (p) => {
            last = p;
            if (alive.current && performance.now() - began > QUIET) setState((s) => ({ ...s, progress: p }));
          },
        })
        .then(
          (answer) => update({ answer, answered: key, trouble: undefined, stopped: false }),
          (e: unknown) => {
            if (e instanceof CallCancelled) update(abort.signal.reason === NOW ? { stopped: true } : {});
            else update({ trouble: e instanceof CallError ? e.trouble : { code: "Internal", message: String(e) }, answered: key });
          },
        )
        .finally(() => {
          clearTimeout(timer);
          running.current = null;
          const next = waiting.current;
          waiting.current = null;
          if (alive.current) next?.();
        });
    };
    if (!running.current) {
      start();
      return;
    }
    waiting.current = start;
    const { abort, began } = running.current;
    const rest = Math.max(0, GIVE_WAY - (performance.now() - began));
    const timer = setTimeout(() => abort.abort(), rest);
    return () => clearTimeout(timer);
  }, [key]);

  return {
    ...state,
    stale: state.answered !== key,
    cancel: () => {
      waiting.current = null;
      running.current?.abort.abort(NOW);
    },
    again: () => setAttempt((n) => n + 1),
  };
}
