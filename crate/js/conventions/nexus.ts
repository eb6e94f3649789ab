/** NeXus: which data a file is about, and along which axes. */

import type { Dataset, Group, Mode } from "../types.js";
import { child, get, number, type Steps, text, texts } from "./steps.js";

/** What is to be plotted. */
export interface Plot<M extends Mode = "async"> {
  /** The NXdata group. */
  readonly group: Group<M>;
  /** The values. */
  readonly signal: Dataset<M>;
  /** More signals of the same shape. */
  readonly auxiliary: Dataset<M>[];
  /** Coordinates along each axis of the signal; `undefined` where there are none. */
  readonly axes: (Dataset<M> | undefined)[];
  /** What is written above it, if the file says so. */
  readonly title: string | undefined;
}

/** Groups that lead to data, from the outermost. */
const CLASSES = ["NXroot", "NXentry", "NXsubentry", "NXdata"];
/** Groups passed on the way at most. */
const MOST = 16;

export function* defaultPlotSteps(start: Group<Mode>): Steps<Plot<Mode> | undefined> {
  let group: Group<Mode> | undefined = start;
  for (let n = 0; group && n < MOST; n++) {
    const plot: Plot<Mode> | undefined = yield* plotOf(group);
    if (plot) return plot;
    group = yield* next(group);
  }
  return undefined;
}

/** The group that `default` names; without one, the first entry, or the first data. */
function* next(group: Group<Mode>): Steps<Group<Mode> | undefined> {
  const name = yield* text(group, "default");
  const named = name === undefined ? undefined : yield* child(group, name);
  if (named?.kind === "group") return named;
  let best: Group<Mode> | undefined;
  let rank = 0;
  for (const [, object] of yield* get(group.items())) {
    if (object?.kind !== "group") continue;
    const r = CLASSES.indexOf((yield* text(object, "NX_class")) ?? "");
    // Data before what only contains data, the first of each.
    if (r > rank) [best, rank] = [object, r];
  }
  return best;
}

function* plotOf(group: Group<Mode>): Steps<Plot<Mode> | undefined> {
  const name = yield* text(group, "signal");
  const named = name === undefined ? undefined : yield* child(group, name);
  const signal = named?.kind === "dataset" ? named : yield* marked(group);
  if (!signal || ((yield* text(group, "NX_class")) ?? "NXdata") !== "NXdata") return undefined;
  const auxiliary: Dataset<Mode>[] = [];
  for (const other of yield* texts(group, "auxiliary_signals")) {
    const object = yield* child(group, other);
    if (object?.kind === "dataset") auxiliary.push(object);
  }
  const title = yield* child(group, "title");
  const heading = title?.kind === "dataset" ? yield* get(title.read()) : undefined;
  const long = typeof heading === "string" ? heading : yield* text(signal, "long_name");
  return { group, signal, auxiliary, axes: yield* axesOf(group, signal), title: long };
}

/** Files before 2014 mark the signal itself. */
function* marked(group: Group<Mode>): Steps<Dataset<Mode> | undefined> {
  if ((yield* text(group, "NX_class")) !== "NXdata") return undefined;
  for (const [, object] of yield* get(group.items())) {
    if (object?.kind !== "dataset" || !object.attrs.has("signal")) continue;
    if ((yield* number(object, "signal")) === 1 || (yield* text(object, "signal")) === "1") return object;
  }
  return undefined;
}

function* axesOf(group: Group<Mode>, signal: Dataset<Mode>): Steps<(Dataset<Mode> | undefined)[]> {
  const axes = new Array<Dataset<Mode> | undefined>(signal.ndim).fill(undefined);
  let names = yield* texts(group, "axes");
  if (names.length === 0) names = yield* texts(signal, "axes");
  // Before lists there was one text, with colons or commas between the names.
  if (names.length === 1) names = names[0]!.replace(/^\[|\]$/g, "").split(/[:,]/);
  for (const [i, name] of names.entries()) {
    const object = name === "." || name === "" ? undefined : yield* child(group, name.trim());
    if (object?.kind !== "dataset") continue;
    const at = group.attrs.has(`${name}_indices`) ? yield* number(group, `${name}_indices`) : i;
    if (at !== undefined && at >= 0 && at < axes.length) axes[at] ??= object;
  }
  if (names.length === 0) yield* numbered(group, signal, axes);
  return axes;
}

/** Files before 2014 number the axes, from 1, at the coordinates. */
function* numbered(group: Group<Mode>, signal: Dataset<Mode>, axes: (Dataset<Mode> | undefined)[]): Steps<void> {
  for (const [, object] of yield* get(group.items())) {
    if (object?.kind !== "dataset" || object.address === signal.address || !object.attrs.has("axis")) continue;
    const at = (yield* number(object, "axis")) ?? Number(yield* text(object, "axis"));
    const first = object.attrs.has("primary") ? (yield* number(object, "primary")) === 1 : false;
    if (at >= 1 && at <= axes.length && (first || !axes[at - 1])) axes[at - 1] = object;
  }
}
