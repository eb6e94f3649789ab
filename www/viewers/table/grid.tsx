/** A grid of cells of any extent, of which only those in sight are in the document. Keyboard as in spreadsheets. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { parts, plain } from "../../data/links.js";
import { parseTsv } from "../../data/tsv.js";
import { copy } from "../../ui/clipboard.js";
import { e as words } from "../../ui/edit-strings.js";
import { Rich } from "../../ui/rich.js";
import { select } from "../../ui/state.js";
import { CellEditor } from "./editor.js";
import { Scroll, Sizes, type Track } from "./scroll.js";

const ROW = 26;
/** Pixels of a digit in the table's font, until it was measured. */
const DIGIT = 7.8;
/** Pixels of a cell beside its text. */
const PADDING = 20;
/** Digits a column has at least. */
const NARROWEST = 8;
const LEAST_FIELD = 4;

export interface Block {
  rows: [number, number];
  cols: [number, number];
}

interface Props {
  label: string;
  height: number;
  width: number;
  rowName(r: number): string;
  /** Digits of the longest of them. */
  headDigits: number;
  colName(c: number): string;
  /** Text of a cell; undefined while it is not known. */
  cell(r: number, c: number): string | undefined;
  numeric(c: number): boolean;
  /** Whether columns are fields, each as wide as it needs; else all are of one width. */
  fields: boolean;
  /** Digits a column has at most; longer texts end in an ellipsis. */
  widest(c: number): number;
  /** A row to go to; a new object for each wish. */
  goal: { row: number } | null;
  onSeen(block: Block): void;
  /** The text of a cell as it is edited, and taking it; or a whole block from the clipboard. Why not, if it is refused. */
  source(r: number, c: number): Promise<string | null>;
  change(r: number, c: number, texts: string[][]): Promise<string | null>;
}

/** A cell that is being changed. */
interface Editing {
  r: number;
  c: number;
  text: string;
  why: string | null;
}

export function Grid(p: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<[number, number]>([0, 0]);
  const [place, setPlace] = useState({ top: 0, left: 0 });
  const [cursor, setCursor] = useState<[number, number]>([0, 0]);
  const [editing, setEditing] = useState<Editing | null>(null);
  // Digits of the columns: of each field, or of all.
  const [digits, setDigits] = useState<readonly number[]>([]);
  const digitsOf = (c: number): number => digits[p.fields ? c : 0] ?? NARROWEST;
  const digit = useDigit(box);
  const head = Math.ceil(p.headDigits * digit) + PADDING;
  const sizeOf = (c: number): number => Math.ceil(digitsOf(c) * digit) + PADDING;
  const down = useMemo(() => new Scroll(p.height, ROW, view[1] - ROW), [p.height, view[1]]);
  const across: Track = useMemo(
    () => (p.fields ? new Sizes(range(0, p.width).map(sizeOf), view[0] - head) : new Scroll(p.width, sizeOf(0), view[0] - head)),
    [p.fields, p.width, digits, digit, view[0], head],
  );
  const [r0, r1] = down.seen(Math.min(place.top, down.most));
  const [c0, c1] = across.seen(Math.min(place.left, across.most));

  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    const measure = (): void => setView([element.clientWidth, element.clientHeight]);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (view[1] > 0) p.onSeen({ rows: [r0, r1], cols: [c0, c1] });
  }, [r0, r1, c0, c1, view]);

  const go = (top: number, left: number): void => {
    const next = { top: Math.min(down.most, Math.max(0, top)), left: Math.min(across.most, Math.max(0, left)) };
    setPlace(next);
    const element = box.current;
    if (element) element.scrollTo(across.offset(next.left), down.offset(next.top));
  };

  useEffect(() => {
    if (!p.goal) return;
    setCursor(([, c]) => [p.goal?.row ?? 0, c]);
    go(p.goal.row, place.left);
  }, [p.goal]);

  // Columns grow with their longest text so far: they never shrink while one looks at them.
  const grown = growth(p, digits, [r0, r1, c0, c1], p.width === 1 ? Math.floor((view[0] - head - PADDING) / digit) : 0);
  useLayoutEffect(() => {
    if (grown) setDigits(grown);
  }, [grown?.join()]);

  const onScroll = (): void => {
    const element = box.current as HTMLDivElement;
    // Our own scrolling arrives here too; where a pixel stands for many rows it must not undo an exact place.
    const same = Math.abs(element.scrollTop - down.offset(place.top)) < 1.5 && Math.abs(element.scrollLeft - across.offset(place.left)) < 1.5;
    if (!same || !(down.scaled || across.scaled)) setPlace({ top: down.at(element.scrollTop), left: across.at(element.scrollLeft) });
  };

  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const onWheel = (e: WheelEvent): void => {
      if (!down.scaled || e.deltaY === 0 || e.ctrlKey) return;
      e.preventDefault();
      go(place.top + e.deltaY / ROW, place.left);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  });

  const move = (r: number, c: number): void => {
    const row = Math.min(p.height - 1, Math.max(0, r));
    const col = Math.min(p.width - 1, Math.max(0, c));
    setCursor([row, col]);
    go(down.reveal(row, place.top), across.reveal(col, place.left));
  };

  const edit = async (r: number, c: number): Promise<void> => {
    const text = await p.source(r, c);
    if (text !== null) setEditing({ r, c, text, why: null });
  };
  const leave = (r: number, c: number): void => {
    setEditing(null);
    box.current?.focus({ preventScroll: true });
    move(r, c);
  };
  const commit = async (now: Editing, text: string, down_: number, right: number): Promise<void> => {
    const why = text === now.text ? null : await p.change(now.r, now.c, [[text]]);
    if (why !== null) return setEditing({ ...now, why });
    if (down_ !== 0 || right !== 0) leave(now.r + down_, now.c + right);
    else setEditing((other) => (other?.r === now.r && other.c === now.c ? null : other));
  };
  const onPaste = (e: ClipboardEvent): void => {
    const text = e.clipboardData?.getData("text/plain");
    if (!text) return;
    e.preventDefault();
    void p.change(...cursor, parseTsv(text));
  };

  const onKeyDown = (e: KeyboardEvent): void => {
    const [r, c] = cursor;
    const page = Math.max(1, r1 - r0 - 2);
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "c" && String(getSelection()) === "") {
      void copy(plain(p.cell(r, c) ?? ""));
      return;
    }
    const link = e.key === "Enter" ? parts(p.cell(r, c) ?? "").find((part) => typeof part !== "string") : undefined;
    if (link) {
      e.preventDefault();
      void select(link.to);
      return;
    }
    if (e.key === "F2" || (e.key === "Enter" && !e.ctrlKey && !e.metaKey)) {
      e.preventDefault();
      void edit(r, c);
      return;
    }
    const far = e.ctrlKey || e.metaKey;
    const moves: Record<string, () => void> = {
      ArrowDown: () => move(r + 1, c),
      ArrowUp: () => move(r - 1, c),
      ArrowRight: () => move(r, c + 1),
      ArrowLeft: () => move(r, c - 1),
      PageDown: () => move(r + page, c),
      PageUp: () => move(r - page, c),
      Home: () => (far ? move(0, 0) : move(r, 0)),
      End: () => (far ? move(p.height - 1, p.width - 1) : move(r, p.width - 1)),
    };
    const action = moves[e.key];
    if (!action) return;
    e.preventDefault();
    action();
  };

  const rows = range(r0, r1);
  const cols = range(c0, c1);
  const [top, left] = [Math.min(place.top, down.most), Math.min(place.left, across.most)];
  const wide = (c: number) => ({ width: `${across.sizeOf(c)}px`, transform: `translateX(${head + across.from(left, c)}px)` });
  const isActive = (r: number, c: number): boolean => r === cursor[0] && c === cursor[1];
  return (
    <>
      <div
        ref={box}
        class="grid"
        role="grid"
        tabIndex={0}
        aria-label={p.label}
        aria-rowcount={p.height + 1}
        aria-colcount={p.width + 1}
        aria-activedescendant={`cell-${cursor[0]}-${cursor[1]}`}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        aria-keyshortcuts="F2 Enter"
      >
        <div class="grid-space" role="presentation" style={{ width: `${across.pixels + head}px`, height: `${down.pixels + ROW}px` }} />
        <div class="grid-view" role="presentation" style={{ width: `${view[0]}px`, height: `${view[1]}px` }}>
          {rows.map((r) => (
            <div key={r % 512} role="row" class="grid-row" aria-rowindex={r + 2} style={{ transform: `translateY(${ROW + down.from(top, r)}px)` }}>
              <span role="rowheader" class="grid-head" aria-colindex={1} style={{ width: `${head}px` }}>
                {p.rowName(r)}
              </span>
              {cols.map((c) => {
                const text = p.cell(r, c);
                return (
                  <span
                    key={c % 256}
                    id={`cell-${r}-${c}`}
                    role="gridcell"
                    class={`grid-cell${p.numeric(c) ? " number" : ""}${isActive(r, c) ? " active" : ""}`}
                    aria-colindex={c + 2}
                    style={wide(c)}
                    title={text !== undefined && columnsIn(plain(text)) > digitsOf(c) ? plain(text) : undefined}
                    onClick={() => setCursor([r, c])}
                    onDblClick={() => void edit(r, c)}
                  >
                    {text === undefined ? "…" : <Rich text={text} />}
                  </span>
                );
              })}
            </div>
          ))}
          <div role="row" class="grid-row top" aria-rowindex={1}>
            <span role="columnheader" class="grid-head corner" aria-colindex={1} style={{ width: `${head}px` }}>
              <span class="visually-hidden">{p.label}</span>
            </span>
            {cols.map((c) => (
              <span
                key={c % 256}
                role="columnheader"
                class={`grid-cell grid-head${p.numeric(c) ? " number" : ""}`}
                aria-colindex={c + 2}
                style={wide(c)}
                title={p.colName(c)}
              >
                {p.colName(c)}
              </span>
            ))}
          </div>
        </div>
      </div>
      {editing && (
        <CellEditor
          key={`${editing.r} ${editing.c}`}
          label={words.cell(p.rowName(editing.r), p.colName(editing.c))}
          text={editing.text}
          why={editing.why}
          style={{ ...wide(editing.c), translate: `0 ${ROW + down.from(top, editing.r)}px`, minWidth: `${across.sizeOf(editing.c)}px`, width: "auto" }}
          onCommit={(text, ...steps) => void commit(editing, text, ...steps)}
          onCancel={() => leave(editing.r, editing.c)}
        />
      )}
    </>
  );
}

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** The digits of columns once the cells in sight have their room; undefined if they have it. `room`: all there is for a lone column. */
function growth(p: Props, digits: readonly number[], [r0, r1, c0, c1]: [number, number, number, number], room: number): number[] | undefined {
  const next = [...digits];
  for (let c = c0; c < c1; c++) {
    let longest = columnsIn(p.colName(c));
    for (let r = r0; r < r1; r++) longest = Math.max(longest, columnsIn(plain(p.cell(r, c) ?? "")));
    const k = p.fields ? c : 0;
    const least = p.fields ? LEAST_FIELD : NARROWEST;
    next[k] = Math.max(next[k] ?? least, Math.min(longest, Math.max(p.widest(c), room)));
  }
  return next.some((n, k) => n !== digits[k]) ? Array.from(next, (n) => n ?? LEAST_FIELD) : undefined;
}

/** Digits that a text is wide: East Asian characters and symbols take two. */
function columnsIn(text: string): number {
  let wide = 0;
  for (const c of text) if ((c.codePointAt(0) as number) >= 0x1100) wide++;
  return text.length + wide;
}

/** Pixels of a digit in the table's font. */
function useDigit(box: { current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(DIGIT);
  useLayoutEffect(() => {
    const probe = document.createElement("span");
    probe.className = "grid-cell probe";
    probe.textContent = "0".repeat(100);
    box.current?.append(probe);
    setWidth(probe.getBoundingClientRect().width / 100 || DIGIT);
    probe.remove();
  }, []);
  return width;
}
