/** Exact values in rows and columns. */

import { useMemo, useRef, useState } from "preact/hooks";
import { columnsOf } from "../../data/cells.js";
import { elementKind } from "../../data/dtype.js";
import { count, isRange, type Range } from "../../data/selection.js";
import { thousands } from "../../ui/format.js";
import { sentence, t } from "../../ui/strings.js";
import { useAxis } from "../axes.js";
import { changeText, sourceOf } from "../editing.js";
import { Absent, Busy, Failure } from "../busy.js";
import { useLatest } from "../latest.js";
import type { ViewProps } from "../registry.js";
import { Grid, type Block } from "./grid.js";

/** Rows and columns asked for beyond those in sight. */
const SPARE_ROWS = 24;
const SPARE_COLS = 4;

export function Table({ path, facts, dataset, shape, mapping }: ViewProps) {
  const columns = useMemo(() => columnsOf(facts.dtype ?? "|u1"), [facts]);
  const rowAxis = mapping.y ?? mapping.x ?? 0;
  const colAxis = mapping.y === null ? null : mapping.x;
  const rows = rangeAt(mapping.picks[rowAxis], shape[rowAxis]);
  const cols = colAxis === null ? null : rangeAt(mapping.picks[colAxis], shape[colAxis]);
  const down = useAxis(path, dataset, rowAxis);
  const across = useAxis(path, dataset, colAxis);
  const rowName = (r: number): string => down.place(rows.start + r * rows.step);
  const [seen, setSeen] = useState<Block | null>(null);
  const [goal, setGoal] = useState<{ row: number } | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const height = count(rows);
  const width = cols ? count(cols) : columns.length;
  const asked = seen && {
    rows: spread(seen.rows, SPARE_ROWS, height),
    cols: spread(seen.cols, SPARE_COLS, width),
  };
  const place = { path, picks: mapping.picks, y: rowAxis, x: colAxis };
  const state = useLatest("cells", asked && { ...place, ...asked });
  // Cells belong to the question they were the answer to.
  const origin = useRef<{ cells: unknown; block: Block; slice: string } | null>(null);
  const slice = JSON.stringify([path, mapping]);
  if (state.answer && asked && !state.stale && origin.current?.cells !== state.answer) {
    origin.current = { cells: state.answer, block: asked, slice };
  }
  const known = origin.current;
  const cells = state.answer && known?.cells === state.answer && known.slice === slice ? state.answer.cells : undefined;

  return (
    <div class="table-view">
      <div class="plot-bar">
        <label>
          {t.goToRow}{" "}
          <input
            ref={input}
            id="go-to-row"
            type="number"
            min={rows.start}
            max={Math.max(0, rows.stop - 1)}
            onChange={(e) => {
              const at = e.currentTarget.valueAsNumber;
              if (Number.isFinite(at)) setGoal({ row: Math.min(height - 1, Math.max(0, Math.round((at - rows.start) / rows.step))) });
            }}
          />
        </label>
        <span class="quiet">
          {colAxis === null ? t.taken(height) : `${thousands(height)} × ${thousands(width)}`}
        </span>
        <span class="quiet edit-hint">{t.editHint}</span>
      </div>
      {state.answer?.failed && <p class="hint warn">{`${t.unreadable}: ${sentence(state.answer.failed)}`}</p>}
      <Absent names={state.answer?.absent} />
      <Failure state={state} />
      <div class={`grid-box${state.trouble ? " gone" : ""}`} data-ready={cells && !state.stale ? "yes" : "no"}>
        <Grid
          key={`${path} ${rowAxis} ${colAxis}`}
          label={t.tableLabel(path)}
          height={height}
          width={width}
          rowName={rowName}
          headDigits={headDigits(rowName, count(rows))}
          colName={(c) => (cols ? across.place(cols.start + c * cols.step) : columns[c]?.name || t.valueColumn)}
          cell={(r, c) => (known && cells ? cells[r - known.block.rows[0]]?.[c - known.block.cols[0]] : undefined)}
          numeric={(c) => !["string", "compound", "other"].includes(elementKind(cols ? (facts.dtype ?? "") : (columns[c]?.dtype ?? "")))}
          fields={colAxis === null}
          widest={(c) => (["string", "compound", "other"].includes(elementKind(columns[cols ? 0 : c]?.dtype ?? "")) ? 40 : 60)}
          goal={goal}
          source={(r, c) => sourceOf("cellSource", { ...place, row: r, col: c })}
          change={(r, c, texts) => changeText({ kind: "cells", ...place, row: r, col: c, texts, ...(cols || !columns[c]?.name ? {} : { field: columns[c].name }) })}
          onSeen={(block) => setSeen((old) => (JSON.stringify(old) === JSON.stringify(block) ? old : block))}
        />
        <Busy state={state} />
      </div>
    </div>
  );
}

/** Rows whose names are looked at to find out how wide they are. */
const NAMES = 500;

/** Digits of the longest name of a row. */
function headDigits(rowName: (r: number) => string, n: number): number {
  const step = Math.max(1, Math.floor(n / NAMES));
  let most = rowName(n - 1).length;
  for (let r = 0; r < n; r += step) most = Math.max(most, rowName(r).length);
  return most;
}

function rangeAt(p: ViewProps["mapping"]["picks"][number] | undefined, extent = 0): Range {
  return p && isRange(p) ? p : { start: 0, stop: extent, step: 1 };
}

/** A span with some more on both sides, in steps so that small scrolls ask nothing new. */
function spread([from, to]: readonly [number, number], spare: number, n: number): [number, number] {
  const a = Math.max(0, Math.floor(from / spare) * spare - spare);
  const b = Math.min(n, Math.ceil(to / spare) * spare + spare);
  return [a, b];
}
