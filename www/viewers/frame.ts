/** Axes, zooming and reading off for heatmaps and lines: a uPlot whose windows are ours. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Window } from "../data/resample.js";
import { brief } from "../data/numbers.js";

/** What a frame tells its view. */
export interface FrameEvents {
  /** A part of the window was chosen; undefined shows all. */
  onZoom(window: Window | undefined): void;
  /** The pointer is at these positions, or left. */
  onPoint(at: { x: number; y: number } | undefined): void;
  /** The plotting area changed; device pixels. */
  onSize(width: number, height: number): void;
}

export interface FrameOptions extends FrameEvents {
  /** Lines zoom along x only. */
  onlyX: boolean;
  /** Positions as the dataset's own indices. */
  labelX(position: number): string;
  labelY?(position: number): string;
  /** Rows run down. */
  yDown: boolean;
  yScale?: "lin" | "log" | "symlog";
  titleX: string;
  titleY: string;
  /** Draws behind the axes. */
  paint?(u: uPlot): void;
  /** Whether there is a line to draw. */
  line: boolean;
}

/** A value beside an axis. */
const axisNumber = (v: number): string => (Number.isInteger(v) && Math.abs(v) >= 1e4 && Math.abs(v) < 1e12 ? v.toLocaleString("en-US") : brief(v, 6));

const DISTR = { lin: 1, log: 3, symlog: 4 } as const;

/** A plot in an element, resized with it. */
export class Frame {
  readonly plot: uPlot;
  readonly #observer: ResizeObserver;
  readonly #scheme = matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = (): void => this.plot.redraw(false, true);
  window: Window;

  constructor(
    private readonly box: HTMLElement,
    window: Window,
    private readonly options: FrameOptions,
  ) {
    this.window = window;
    this.plot = new uPlot(this.#settings(), [[], []], box);
    this.plot.over.addEventListener("wheel", (e) => this.#wheel(e), { passive: false });
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(box);
    this.#scheme.addEventListener("change", this.#redraw);
    this.#tellSize();
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#scheme.removeEventListener("change", this.#redraw);
    this.plot.destroy();
  }

  /** Shows another part. */
  show(window: Window): void {
    this.window = window;
    this.plot.batch(() => {
      this.plot.setScale("x", { min: window.x0, max: window.x1 });
      this.plot.setScale("y", { min: window.y0, max: window.y1 });
    });
  }

  /** The window zoomed by a factor around a point of it (0 … 1 from the left and top); 0.5 magnifies twice. */
  zoomed(factor: number, cx = 0.5, cy = 0.5): Window {
    const { x0, x1, y0, y1 } = this.window;
    const [w, h] = [x1 - x0, y1 - y0];
    const x = x0 + w * cx * (1 - factor);
    if (this.options.onlyX) return { x0: x, x1: x + w * factor, y0, y1 };
    const at = this.options.yDown ? cy : 1 - cy;
    const y = y0 + h * at * (1 - factor);
    return { x0: x, x1: x + w * factor, y0: y, y1: y + h * factor };
  }

  /** The window moved by a part of its size. */
  moved(dx: number, dy: number): Window {
    const { x0, x1, y0, y1 } = this.window;
    const [w, h] = [(x1 - x0) * dx, this.options.onlyX ? 0 : (y1 - y0) * dy];
    return { x0: x0 + w, x1: x1 + w, y0: y0 + h, y1: y1 + h };
  }

  #settings(): uPlot.Options {
    const o = this.options;
    const color = (name: string) => (): string => getComputedStyle(this.box).getPropertyValue(name).trim() || "gray";
    const axis = (label: (v: number) => string, least: number, space: number, title: string): uPlot.Axis => ({
      stroke: color("--plot-text"),
      font: "12px system-ui, sans-serif",
      labelFont: "12px system-ui, sans-serif",
      label: title,
      labelSize: 18,
      // Room for the longest label.
      size: (_, labels) => Math.max(least, least === 34 ? 0 : 14 + 7.2 * Math.max(0, ...(labels ?? []).map((s) => s.length))),
      space,
      grid: { show: o.line, stroke: color("--plot-grid"), width: 1 },
      ticks: { stroke: color("--plot-grid"), width: 1, size: 5 },
      values: (_, splits) => splits.map((v) => (v === null ? "" : label(v))),
    });
    const whole = (v: number): string => (Number.isInteger(v) ? o.labelX(v) : "");
    const labelY = o.labelY;
    return {
      ...this.#size(),
      padding: [8, 12, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [this.window.x0, this.window.x1] },
        y: {
          range: () => [this.window.y0, this.window.y1],
          dir: o.yDown ? -1 : 1,
          distr: DISTR[o.yScale ?? "lin"],
          ...(o.yScale === "symlog" ? { asinh: 1 } : {}),
        },
      },
      axes: [
        axis(whole, 34, 80, o.titleX),
        axis(labelY ? (v) => (Number.isInteger(v) ? labelY(v) : "") : axisNumber, 44, 36, o.titleY),
      ],
      series: [
        {},
        { stroke: color("--plot-line"), width: 1.25, spanGaps: false, points: { show: o.line ? (_u, _s, i0, i1) => i1 - i0 < 200 : false, size: 5, fill: color("--plot-line") } },
      ],
      cursor: {
        drag: { x: true, y: !o.onlyX, setScale: false, uni: 20, dist: 5 },
        points: { show: false },
        x: true,
        y: !o.onlyX,
      },
      hooks: {
        drawClear: [(u) => o.paint?.(u)],
        setSelect: [(u) => this.#selected(u)],
        setCursor: [(u) => this.#pointed(u)],
        ready: [
          (u) => {
            // uPlot's own double-click would reset scales that are not its to reset.
            u.over.addEventListener("dblclick", (e) => {
              e.stopImmediatePropagation();
              o.onZoom(undefined);
            }, true);
          },
        ],
      },
    };
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(160, this.box.clientWidth), height: Math.max(160, this.box.clientHeight) };
  }

  #fit(): void {
    const { width, height } = this.#size();
    if (width === this.plot.width && height === this.plot.height) return;
    this.plot.setSize({ width, height });
    this.#tellSize();
  }

  #tellSize(): void {
    const { width, height } = this.plot.bbox;
    this.options.onSize(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  }

  #selected(u: uPlot): void {
    const { left, top, width, height } = u.select;
    if (width < 4 && height < 4) return;
    const o = this.options;
    const [xa, xb] = [u.posToVal(left, "x"), u.posToVal(left + width, "x")];
    const [ya, yb] = [u.posToVal(top, "y"), u.posToVal(top + height, "y")];
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const y = o.onlyX || height < 4 ? [this.window.y0, this.window.y1] : [Math.min(ya, yb), Math.max(ya, yb)];
    const x = width < 4 ? [this.window.x0, this.window.x1] : [xa, xb];
    o.onZoom({ x0: x[0] as number, x1: x[1] as number, y0: y[0] as number, y1: y[1] as number });
  }

  #pointed(u: uPlot): void {
    const { left, top } = u.cursor;
    if (left === undefined || top === undefined || left < 0 || top < 0) this.options.onPoint(undefined);
    else this.options.onPoint({ x: u.posToVal(left, "x"), y: u.posToVal(top, "y") });
  }

  #wheel(e: WheelEvent): void {
    e.preventDefault();
    const box = this.plot.over.getBoundingClientRect();
    const factor = Math.min(2, Math.max(0.5, Math.exp(e.deltaY * 0.0015)));
    this.options.onZoom(this.zoomed(factor, (e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height));
  }
}

/** Keys of a plot. */
export function plotKey(e: KeyboardEvent, frame: Frame | null, zoom: (w: Window | undefined) => void): void {
  if (!frame || e.ctrlKey || e.metaKey || e.altKey) return;
  const moves: Record<string, () => Window | undefined> = {
    "+": () => frame.zoomed(0.5),
    "=": () => frame.zoomed(0.5),
    "-": () => frame.zoomed(2),
    "0": () => undefined,
    ArrowLeft: () => frame.moved(-0.2, 0),
    ArrowRight: () => frame.moved(0.2, 0),
    ArrowUp: () => frame.moved(0, -0.2),
    ArrowDown: () => frame.moved(0, 0.2),
  };
  const move = moves[e.key];
  if (!move) return;
  e.preventDefault();
  zoom(move());
}
