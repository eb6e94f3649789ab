/** Finding objects by parts of their path. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Found } from "../data/protocol.js";
import { client, select, treeShown } from "../ui/state.js";
import { t } from "../ui/strings.js";
import { reveal, VirtualRows } from "../ui/virtual.js";

const ROW_HEIGHT = 28;
const LIMIT = 500;

export function Search({ onActive }: { onActive(active: boolean): void }) {
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [at, setAt] = useState(0);

  useEffect(() => {
    const onKey = (e: KeyboardEvent): void => {
      const typing = e.target instanceof HTMLElement && e.target.closest("input:not([type=range]), textarea, select, dialog");
      if ((e.key === "/" && !typing) || (e.key.toLowerCase() === "k" && (e.ctrlKey || e.metaKey))) {
        e.preventDefault();
        // At once, for what is typed next belongs here already; once more when the tree has been folded away until now.
        input.current?.focus();
        treeShown.value = true;
        requestAnimationFrame(() => input.current?.focus());
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  useEffect(() => {
    onActive(text !== "");
    setAt(0);
    if (text === "") {
      setFound(null);
      return;
    }
    let late = false;
    client.call("find", { text, limit: LIMIT }).then(
      (answer) => late || setFound(answer),
      () => late || setFound({ paths: [], total: 0 }),
    );
    return () => {
      late = true;
    };
  }, [text]);

  const paths = found?.paths ?? [];
  const open = (path: string | undefined): void => {
    if (path === undefined) return;
    setText("");
    treeShown.value = false;
    void select(path);
  };
  const onKeyDown = (e: KeyboardEvent): void => {
    if (e.key === "Enter") open(paths[at]);
    else if (e.key === "Escape") setText("");
    else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      const next = Math.min(paths.length - 1, Math.max(0, at + (e.key === "ArrowDown" ? 1 : -1)));
      setAt(next);
      reveal(box.current, next, ROW_HEIGHT, paths.length);
    } else return;
    e.preventDefault();
  };

  return (
    <search>
      <input
        ref={input}
        type="search"
        role="combobox"
        list={undefined}
        placeholder={t.search}
        aria-label={t.search}
        title={t.searchKeys}
        aria-expanded={text !== ""}
        aria-controls="hits"
        aria-autocomplete="list"
        {...(paths.length > 0 ? { "aria-activedescendant": `hit-${at}` } : {})}
        value={text}
        onInput={(e) => setText(e.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {text !== "" && found && (
        <>
          <p class="quiet hits" role="status">
            {found.total === 0 ? t.noHits : t.hits(paths.length, found.total)}
          </p>
          <div ref={box} id="hits" class="tree" role="listbox" aria-label={t.search} tabIndex={-1}>
            <VirtualRows
              count={paths.length}
              rowHeight={ROW_HEIGHT}
              scroller={box}
              render={(from, to) =>
                paths.slice(from, to).map((p, k) => (
                  <div
                    key={p}
                    id={`hit-${from + k}`}
                    role="option"
                    aria-selected={from + k === at}
                    class={`node${from + k === at ? " active" : ""}`}
                    title={p}
                    onClick={() => open(p)}
                  >
                    <span class="name path">
                      <bdi dir="ltr">{p}</bdi>
                    </span>
                  </div>
                ))
              }
            />
          </div>
        </>
      )}
    </search>
  );
}
