/** A two-dimensional slice as colours. */

import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { brief } from "../../data/numbers.js";
import type { HeatAsk, Limits, Picture } from "../../data/protocol.js";
import type { Window } from "../../data/resample.js";
import { count, isRange, type Range } from "../../data/selection.js";
import { duration } from "../../ui/format.js";
import { look, storeLook } from "../../ui/memory.js";
import { client, cost, readout } from "../../ui/state.js";
import { t } from "../../ui/strings.js";
import { useAxis, type AxisWords } from "../axes.js";
import { Busy, Failure, Missing } from "../busy.js";
import { Frame, plotKey } from "../frame.js";
import { useLatest } from "../latest.js";
import { ZoomButtons } from "../plotbar.js";
import { valueLabel, type ViewProps } from "../registry.js";
import { clamped } from "../window.js";
import { ColorBar, NoColorBar } from "./colorbar.js";
import { HeatOptions } from "./options.js";

/** How heatmaps look: the same for all, kept between visits. */
export const heatLook = signal({ colors: look.colors, reverse: look.reverse, scale: look.scale, limits: look.limits, low: NaN, high: NaN });

/** More pixels than this are stretched: nobody sees the difference, and answers stay quick. */
const MOST_PIXELS = 2048;

function limitsOf(l: typeof heatLook.value): Limits {
  if (l.limits === "fixed" && Number.isFinite(l.low) && Number.isFinite(l.high)) return { kind: "fixed", low: l.low, high: l.high };
  const percent = Number(l.limits);
  return percent > 0 ? { kind: "percent", percent } : { kind: "range" };
}

/** Index on the dataset's axis of an element of the slice. */
const indexOn = (r: Range, i: number): number => r.start + i * r.step;

export function Heatmap({ path, facts, dataset, shape, mapping }: ViewProps) {
  const [xAxis, yAxis] = [mapping.x ?? 1, mapping.y ?? 0];
  const x = rangeAt(mapping.picks[xAxis], shape[xAxis]);
  const y = rangeAt(mapping.picks[yAxis], shape[yAxis]);
  const all: Window = useMemo(() => ({ x0: -0.5, x1: count(x) - 0.5, y0: -0.5, y1: count(y) - 0.5 }), [JSON.stringify([x, y])]);
  const [zoom, setZoom] = useState<{ of: Window; window: Window | undefined }>({ of: all, window: undefined });
  const window = zoom.of === all ? zoom.window : undefined;
  const [size, setSize] = useState<[number, number] | null>(null);
  const l = heatLook.value;
  const ask: HeatAsk | null = size && {
    path,
    picks: mapping.picks,
    x: xAxis,
    y: yAxis,
    window: window ?? null,
    width: Math.min(MOST_PIXELS, size[0]),
    height: Math.min(MOST_PIXELS, size[1]),
    colors: l.colors,
    reverse: l.reverse,
    scale: l.scale,
    limits: limitsOf(l),
  };
  const state = useLatest("heat", ask);
  const picture = state.answer;
  const shown = useRef<{ picture: Picture; bitmap: HTMLCanvasElement } | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef<Frame | null>(null);
  const show = (w: Window | undefined): void => setZoom({ of: all, window: w && clamped(w, all, false) });
  const words = { x: useAxis(path, dataset, xAxis), y: useAxis(path, dataset, yAxis) };
  const said = useRef(words);
  said.current = words;
  const point = useRef<(at: { x: number; y: number } | undefined) => void>(() => undefined);
  point.current = pointer({ path, mapping, xAxis, yAxis, x, y, words });

  useEffect(() => {
    const f = new Frame(box.current as HTMLElement, all, {
      onlyX: false,
      yDown: true,
      line: false,
      labelX: (i) => said.current.x.label(indexOn(x, i)),
      labelY: (i) => said.current.y.label(indexOn(y, i)),
      titleX: words.x.title,
      titleY: words.y.title,
      onZoom: (w) => show(w),
      onPoint: (at) => point.current(at),
      onSize: (width, height) => setSize([width, height]),
      paint: (u) => paint(u, shown.current),
    });
    frame.current = f;
    return () => {
      f.destroy();
      frame.current = null;
      readout.value = "";
    };
  }, [all, xAxis, yAxis]);

  useEffect(() => frame.current?.show(window ?? all), [window, all]);
  useEffect(() => frame.current?.plot.redraw(false, true), [words.x.known, words.y.known]);

  useEffect(() => {
    if (!picture) return;
    shown.current = { picture, bitmap: bitmapOf(picture) };
    frame.current?.plot.redraw(false, false);
    if (picture.coverage.ms > 0) cost.value = t.read(picture.coverage.bytes, duration(picture.coverage.ms));
  }, [picture, all]);

  const failed = state.trouble !== undefined;
  const summary = picture ? t.heatSummary(path, picture.rows, picture.cols, figures(picture, x, y)) : t.loading;
  return (
    <div class="plot-view heat">
      <div class="plot-bar">
        <HeatOptions
          look={l}
          picture={picture}
          onChange={(next) => {
            heatLook.value = { ...l, ...next };
            storeLook(Object.assign(look, { colors: heatLook.value.colors, reverse: heatLook.value.reverse, scale: heatLook.value.scale, limits: heatLook.value.limits === "fixed" ? "range" : heatLook.value.limits }));
          }}
        />
        <ZoomButtons frame={() => frame.current} zoom={show} zoomed={window !== undefined} />
      </div>
      <Missing coverage={picture?.coverage} />
      <Failure state={state} />
      <div class={`plot${failed ? " gone" : ""}${state.progress ? " dim" : ""}`}>
        <div
          class="canvas"
          ref={box}
          role="img"
          tabIndex={0}
          aria-label={summary}
          data-ready={picture && !state.stale ? "yes" : "no"}
          onKeyDown={(e) => plotKey(e, frame.current, show)}
        />
        {picture ? <ColorBar title={valueLabel(facts)} low={picture.low} high={picture.high} table={picture.table} log={l.scale === "log"} /> : <NoColorBar />}
        <Busy state={state} />
      </div>
      {picture && <p class="summary quiet">{figures(picture, x, y)}</p>}
    </div>
  );
}

function rangeAt(p: ViewProps["mapping"]["picks"][number] | undefined, extent = 0): Range {
  return p && isRange(p) ? p : { start: 0, stop: extent, step: 1 };
}

function bitmapOf(p: Picture): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = p.width;
  canvas.height = p.height;
  canvas.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(p.rgba), p.width, p.height), 0, 0);
  return canvas;
}

/** The last picture where its window now is: while the next one is made, it is stretched along. */
function paint(u: uPlot, shown: { picture: Picture; bitmap: HTMLCanvasElement } | null): void {
  if (!shown) return;
  const { ctx, bbox } = u;
  const w = shown.picture.window;
  // Whole pixels, so that a picture made for this place is shown as it is.
  const [x0, x1] = [w.x0, w.x1].map((v) => Math.round(u.valToPos(v, "x", true))) as [number, number];
  const [y0, y1] = [w.y0, w.y1].map((v) => Math.round(u.valToPos(v, "y", true))) as [number, number];
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(shown.bitmap, x0, y0, x1 - x0, y1 - y0);
  ctx.restore();
}

/** What a picture says in numbers. */
function figures(p: Picture, x: Range, y: Range): string {
  const at = (place: [number, number] | null): string => (place ? `(${indexOn(y, place[0])}, ${indexOn(x, place[1])})` : "");
  const parts = Number.isNaN(p.stats.min)
    ? [t.noFinite]
    : [t.extremes(brief(p.stats.min), at(p.minAt), brief(p.stats.max), at(p.maxAt))];
  if (p.stats.notFinite > 0) parts.push(t.notFinite(p.stats.notFinite));
  return parts.join(", ");
}

interface PointerProps {
  path: string;
  mapping: ViewProps["mapping"];
  xAxis: number;
  yAxis: number;
  x: Range;
  y: Range;
  words: { x: AxisWords; y: AxisWords };
}

let pointed = 0;

/** Shows place and exact value under the pointer. */
function pointer(p: PointerProps): (at: { x: number; y: number } | undefined) => void {
  return (at) => {
    const mine = ++pointed;
    const col = at ? Math.round(at.x) : -1;
    const row = at ? Math.round(at.y) : -1;
    if (col < 0 || row < 0 || col >= count(p.x) || row >= count(p.y)) {
      readout.value = "";
      return;
    }
    const place = `${t.readout.row} ${p.words.y.place(indexOn(p.y, row))}, ${t.readout.column} ${p.words.x.place(indexOn(p.x, col))}`;
    readout.value = place;
    // A moment's rest, so that a quick pointer does not ask for everything on its way.
    setTimeout(() => {
      if (mine !== pointed) return;
      client.call("probe", { path: p.path, picks: p.mapping.picks, x: p.xAxis, y: p.yAxis, row, col }).then(
        (value) => {
          if (mine === pointed) readout.value = `${place}: ${value}`;
        },
        () => undefined,
      );
    }, 25);
  };
}
