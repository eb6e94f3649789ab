/** NeXus: groups of data, in which a dataset has others along its axes. */

import type { Dataset, Group, Mode } from "hyperslab";

/** Coordinates along each axis of a signal, as its group says; undefined where there are none. Not of other datasets. */
export async function nexusAxes(d: Dataset<Mode>): Promise<readonly (Dataset<Mode> | undefined)[]> {
  try {
    const group = await d.file.get(d.path.slice(0, d.path.lastIndexOf("/")) || "/");
    // In other groups there is nothing to look for, and there may be very many members.
    if (group?.kind !== "group" || !(await isData(group))) return [];
    const { defaultPlot } = await import("hyperslab/conventions");
    const plot = await defaultPlot(group);
    const isSignal = plot && plot.group.address === group.address && [plot.signal, ...plot.auxiliary].some((s) => s.address === d.address);
    return isSignal ? plot.axes : [];
  } catch {
    // What cannot be read of a group leaves its data as they are.
    return [];
  }
}

async function isData({ attrs }: Group<Mode>): Promise<boolean> {
  return (await attrs.has("signal")) || (await attrs.get("NX_class")) === "NXdata";
}
