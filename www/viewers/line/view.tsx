/** A one-dimensional slice as a line. */

import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { AlignedData } from "uplot";
import { brief } from "../../data/numbers.js";
import type { Line, LineAsk } from "../../data/protocol.js";
import type { Window } from "../../data/resample.js";
import { count, isRange, type Range } from "../../data/selection.js";
import { duration } from "../../ui/format.js";
import { look, storeLook } from "../../ui/memory.js";
import { client, cost, readout } from "../../ui/state.js";
import { t } from "../../ui/strings.js";
import { useAxis } from "../axes.js";
import { Busy, Failure, Missing } from "../busy.js";
import { Frame, plotKey } from "../frame.js";
import { useLatest } from "../latest.js";
import { ZoomButtons } from "../plotbar.js";
import { valueLabel, type ViewProps } from "../registry.js";
import { clamped } from "../window.js";

type Scale = "lin" | "log" | "symlog";

const lineScale = signal<Scale>(look.lineScale);

export function LinePlot({ path, facts: object, dataset, shape, mapping }: ViewProps) {
  const axis = mapping.x ?? 0;
  const pick = mapping.picks[axis];
  const range: Range = pick && isRange(pick) ? pick : { start: 0, stop: shape[axis] ?? 0, step: 1 };
  const n = count(range);
  const words = useAxis(path, dataset, axis);
  const said = useRef(words);
  said.current = words;
  const key = JSON.stringify([path, range, axis]);
  const ends = useMemo(() => ({ x0: 0, x1: Math.max(1, n - 1) }), [key]);
  const [zoom, setZoom] = useState<{ of: string; window: { x0: number; x1: number } | null }>({ of: key, window: null });
  const part = zoom.of === key ? zoom.window : null;
  const [columns, setColumns] = useState(0);
  const ask: LineAsk | null = columns > 0 ? { path, picks: mapping.picks, x: axis, y: null, window: part, columns } : null;
  const state = useLatest("line", ask);
  const line = state.answer;
  const scale = lineScale.value;
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef<Frame | null>(null);
  const all: Window = { ...ends, y0: 0, y1: 1 };
  const show = (w: Window | undefined): void => {
    const next = w && clamped({ ...w, y0: 0, y1: 1 }, all, true);
    setZoom({ of: key, window: next ? { x0: next.x0, x1: next.x1 } : null });
  };
  const index = (i: number): number => range.start + Math.round(i) * range.step;
  const point = useRef<(x: number | undefined) => void>(() => undefined);
  point.current = (x) => pointer(x, n, (i) => said.current.place(index(i)), (i) => client.call("probe", { path, picks: mapping.picks, y: axis, x: null, row: i, col: 0 }));

  useEffect(() => {
    const f = new Frame(box.current as HTMLElement, all, {
      onlyX: true,
      yDown: false,
      line: true,
      yScale: scale,
      labelX: (i) => said.current.label(index(i)),
      titleX: shape.length > 1 || dataset.axes[axis]?.name ? words.title : t.index,
      titleY: valueLabel(object),
      onZoom: (w) => show(w),
      onPoint: (at) => point.current(at?.x),
      onSize: (width) => setColumns(Math.min(4096, width)),
    });
    frame.current = f;
    if (line) draw(f, line, scale);
    return () => {
      f.destroy();
      frame.current = null;
      readout.value = "";
    };
  }, [key, scale]);

  useEffect(() => frame.current?.plot.redraw(false, true), [words.known]);

  useEffect(() => {
    if (!line || !frame.current) return;
    draw(frame.current, line, scale);
    if (line.coverage.ms > 0) cost.value = t.read(line.coverage.bytes, duration(line.coverage.ms));
  }, [line]);

  const facts = line ? figures(line, index) : "";
  return (
    <div class="plot-view">
      <div class="plot-bar">
        <select
          aria-label={t.scale}
          value={scale}
          onChange={(e) => {
            lineScale.value = e.currentTarget.value as Scale;
            storeLook(Object.assign(look, { lineScale: lineScale.value }));
          }}
        >
          <option value="lin">{t.lin}</option>
          <option value="log">{t.log}</option>
          <option value="symlog">{t.symlog}</option>
        </select>
        <ZoomButtons frame={() => frame.current} zoom={show} zoomed={part !== null} />
      </div>
      <Missing coverage={line?.coverage} />
      <Failure state={state} />
      <div class={`plot${state.trouble ? " gone" : ""}${state.progress ? " dim" : ""}`}>
        <div
          class="canvas"
          ref={box}
          role="img"
          tabIndex={0}
          aria-label={line ? t.lineSummary(path, line.length, facts) : t.loading}
          data-ready={line && !state.stale ? "yes" : "no"}
          onKeyDown={(e) => plotKey(e, frame.current, show)}
        />
        <Busy state={state} />
      </div>
      {line && <p class="summary quiet">{facts}</p>}
    </div>
  );
}

function draw(frame: Frame, line: Line, scale: Scale): void {
  const ys = Array.from(line.y, (v) => (Number.isNaN(v) || (scale === "log" && v <= 0) ? null : v));
  const [low, high] = bounds(ys, scale);
  frame.plot.setData([line.x, ys] as AlignedData, false);
  frame.show({ ...line.window, y0: low, y1: high });
}

/** Limits of the values in sight, with a little air. */
function bounds(ys: readonly (number | null)[], scale: Scale): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const y of ys) {
    if (y === null) continue;
    if (y < low) low = y;
    if (y > high) high = y;
  }
  if (low > high) return scale === "log" ? [1, 10] : [0, 1];
  if (scale === "log") return low === high ? [low / 10, high * 10] : [low / 1.3, high * 1.3];
  // A constant stands in the middle of a range whose labels differ.
  const air = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.04;
  return [low - air, high + air];
}

function figures(line: Line, index: (i: number) => number): string {
  const s = line.stats;
  const at = (i: number): string => (line.coverage.read === line.coverage.of ? `[${index(i)}]` : "");
  const parts = Number.isNaN(s.min)
    ? [t.noFinite]
    : [t.extremes(brief(s.min), at(s.minAt), brief(s.max), at(s.maxAt)).replace(/ at (?=,|$)/g, "")];
  if (s.notFinite > 0) parts.push(t.notFinite(s.notFinite));
  return parts.join(", ");
}

let pointed = 0;

/** Shows index and exact value under the pointer. */
function pointer(x: number | undefined, n: number, placeOf: (i: number) => string, probe: (i: number) => Promise<string>): void {
  const mine = ++pointed;
  const i = x === undefined ? -1 : Math.round(x);
  if (i < 0 || i >= n) {
    readout.value = "";
    return;
  }
  const place = `${t.readout.index} ${placeOf(i)}`;
  readout.value = place;
  setTimeout(() => {
    if (mine !== pointed) return;
    probe(i).then(
      (value) => {
        if (mine === pointed) readout.value = `${place}: ${value}`;
      },
      () => undefined,
    );
  }, 25);
}
