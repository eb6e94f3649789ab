/** What the axes of a dataset are called, and the coordinates along them: from dimension scales and labels. */

import { useEffect, useRef, useState } from "preact/hooks";
import { brief } from "../data/numbers.js";
import type { DatasetFacts, Scale } from "../data/protocol.js";
import { thousands } from "../ui/format.js";
import { client, revision } from "../ui/state.js";
import { t } from "../ui/strings.js";

/** One axis in words. */
export interface AxisWords {
  /** Name and units, or its number. */
  title: string;
  /** The coordinate at an index, once it is known; undefined if the axis has none. */
  coordinate(index: number): string | undefined;
  /** What stands at an index of a plot: the coordinate, or the index itself. */
  label(index: number): string;
  /** Index, and coordinate if there is one. */
  place(index: number): string;
  /** Whether coordinates are known: changes when they arrive. */
  known: boolean;
}

/** Name and units of an axis; its number if it has no name. */
export function axisTitle(dataset: DatasetFacts, axis: number): string {
  const { name, units } = dataset.axes[axis] ?? { name: "" };
  return (name || t.axis(axis)) + (units ? ` (${units})` : "");
}

const textAt = (scale: Scale | null, i: number): string | undefined => {
  const v = scale?.values[i];
  return typeof v === "number" ? brief(v, 6) : v;
};

/** The words for an axis; its coordinates are asked for when somebody looks at it. The functions stay the same ones. */
export function useAxis(path: string, dataset: DatasetFacts, axis: number | null): AxisWords {
  const has = axis !== null && dataset.axes[axis]?.scale === true;
  const key = `${path} ${axis}`;
  const [loaded, setLoaded] = useState<{ key: string; scale: Scale | null }>({ key: "", scale: null });
  const now = useRef<Scale | null>(null);
  const changed = revision.value;
  now.current = loaded.key === key ? loaded.scale : null;
  useEffect(() => {
    if (!has) return;
    let late = false;
    client.call("scale", { path, axis }).then((scale) => late || setLoaded({ key, scale }), () => undefined);
    return () => {
      late = true;
    };
  }, [key, has, changed]);
  const coordinate = (i: number): string | undefined => textAt(now.current, i);
  return {
    title: axis === null ? "" : axisTitle(dataset, axis),
    coordinate,
    label: (i) => coordinate(i) ?? thousands(i),
    place: (i) => {
      const at = coordinate(i);
      return at === undefined ? thousands(i) : `${thousands(i)} (${at})`;
    },
    known: now.current !== null,
  };
}
