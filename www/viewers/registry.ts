/** The views: what each can show, and where its code is. A new view is one line here and one folder. */

import type { ComponentType } from "preact";
import { elementKind, isPlottable } from "../data/dtype.js";
import type { DatasetFacts, Facts } from "../data/protocol.js";
import { t } from "../ui/strings.js";
import type { Mapping } from "./mapping.js";

export type ViewName = "value" | "table" | "line" | "heat";

/** What a view is given. */
export interface ViewProps {
  path: string;
  facts: Facts;
  dataset: DatasetFacts;
  shape: readonly number[];
  mapping: Mapping;
}

export interface View {
  name: ViewName;
  label: string;
  /** Axes it draws, at least and at most. */
  axes(facts: Facts): [min: number, max: number];
  supports(facts: Facts): boolean;
  load(): Promise<ComponentType<ViewProps>>;
}

/** What the values are, for an axis or a colour bar: `Detector image (counts)`. */
export function valueLabel(f: Facts): string {
  const text = (name: string): string | undefined => f.attributes.find((a) => a.name === name && a.text)?.text;
  const units = text("units");
  return `${text("long_name") ?? f.path.slice(f.path.lastIndexOf("/") + 1)}${units ? ` (${units})` : ""}`;
}

const rankOf = (f: Facts): number => f.dataset?.shape?.length ?? 0;
const filled = (f: Facts): boolean => f.dataset?.shape != null && f.dataset.size > 0;
const plottable = (f: Facts): boolean => f.dtype !== undefined && isPlottable(elementKind(f.dtype));
const isRecord = (f: Facts): boolean => f.dtype !== undefined && elementKind(f.dtype) === "compound";

export const views: readonly View[] = [
  {
    name: "heat",
    label: t.views.heat,
    axes: () => [2, 2],
    supports: (f) => filled(f) && plottable(f) && rankOf(f) >= 2,
    load: async () => (await import("./heatmap/view.js")).Heatmap,
  },
  {
    name: "line",
    label: t.views.line,
    axes: () => [1, 1],
    supports: (f) => filled(f) && plottable(f) && rankOf(f) >= 1,
    load: async () => (await import("./line/view.js")).LinePlot,
  },
  {
    name: "table",
    label: t.views.table,
    axes: (f) => (isRecord(f) ? [1, 1] : [1, 2]),
    supports: (f) => filled(f) && rankOf(f) >= 1,
    load: async () => (await import("./table/view.js")).Table,
  },
  {
    name: "value",
    label: t.views.value,
    axes: () => [0, 0],
    supports: (f) => f.dataset !== undefined && filled(f),
    load: async () => (await import("./text/view.js")).SingleValue,
  },
];

/** The view that suits a dataset when the user has not chosen. */
export function suits(f: Facts): ViewName {
  const shape = f.dataset?.shape ?? [];
  if (shape.length === 0) return "value";
  if (!plottable(f)) return "table";
  const last = shape.slice(-2);
  if (shape.length === 1) return (shape[0] ?? 0) > 1 ? "line" : "table";
  return last.every((n) => n > 1) ? "heat" : "table";
}

/** The views that are offered. A single element of an array is shown when a slice says so, not beside the views of the whole. */
export const able = (f: Facts, now: ViewName): View[] => views.filter((v) => v.supports(f) && (v.name !== "value" || now === "value"));

export const viewNamed = (name: ViewName): View => views.find((v) => v.name === name) as View;
