/** The list of files that were opened before. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { n } from "../ui/recent-strings.js";
import { forget, forgetAll, loadRecents, look, openRecent, recents, type Recent, type State } from "./recents.js";

export function RecentFiles() {
  const list = useRef<HTMLUListElement>(null);
  const [states, setStates] = useState<Record<string, State | undefined>>({});
  const say = (key: string, state: State | undefined): void => setStates((all) => ({ ...all, [key]: state }));
  useEffect(() => {
    void loadRecents().then(() => {
      for (const r of recents.value) void look(r).then((state) => state && say(r.key, state));
    });
  }, []);
  // What had the focus goes with its row: the next one gets it.
  const gone = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (gone.current === null) return;
    const left = list.current?.querySelectorAll<HTMLElement>(".forget") ?? [];
    (left[Math.min(gone.current, left.length - 1)] ?? document.querySelector<HTMLElement>(".start button"))?.focus();
    gone.current = null;
  }, [recents.value]);
  if (recents.value.length === 0) return null;

  const without = (row: number, forgetting: () => Promise<void>): void => {
    gone.current = row;
    void forgetting();
  };
  return (
    <section class="recent panel" aria-labelledby="recent-title">
      <div class="row">
        <h2 id="recent-title" class="grow">
          {n.title}
        </h2>
        <button type="button" class="small" onClick={() => without(0, forgetAll)}>
          {n.forgetAll}
        </button>
      </div>
      <ul ref={list}>
        {recents.value.map((r, i) => (
          <Entry
            key={r.key}
            recent={r}
            state={states[r.key]}
            onOpen={() => void openRecent(r).then((state) => say(r.key, state))}
            onForget={() => without(i, () => forget(r.key))}
          />
        ))}
      </ul>
      <p class="quiet">{n.kept}</p>
    </section>
  );
}

interface Props {
  recent: Recent;
  state: State | undefined;
  onOpen(): void;
  onForget(): void;
}

function Entry({ recent: r, state, onOpen, onForget }: Props) {
  return (
    <li>
      <button type="button" class="reopen" title={"url" in r ? r.url : r.name} onClick={onOpen}>
        <span class="visually-hidden">{n.reopen} </span>
        <span class="name">{r.name}</span> <span class="quiet">{"url" in r ? n.there(r.size, r.url) : n.here(r.size, r.modified)}</span>
      </button>
      <button type="button" class="icon small forget" aria-label={n.forget(r.name)} title={n.forget(r.name)} onClick={onForget}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M5 5l10 10M15 5L5 15" />
        </svg>
      </button>
      <p class={state === "changed" ? "quiet" : "bad"} role="status">
        {state && n.state[state]}
      </p>
    </li>
  );
}
