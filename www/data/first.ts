/** What of a file is shown first. */

import type { Entity, File, Group, Mode } from "hyperslab";

/** NeXus's default plot, else the only dataset of the root group, else the root. */
export async function firstToShow(f: File<Mode>): Promise<string> {
  try {
    return (await nexusDefault(f)) ?? (await onlyDataset(f)) ?? "/";
  } catch {
    return "/";
  }
}

async function nexusDefault(f: File<Mode>): Promise<string | undefined> {
  let group: Group<Mode> = f;
  for (let depth = 0; depth < 8; depth++) {
    const signal = await group.attrs.get("signal");
    const name = typeof signal === "string" ? signal : await group.attrs.get("default");
    if (typeof name !== "string") return undefined;
    const path: string = group.path === "/" ? `/${name}` : `${group.path}/${name}`;
    const next: Entity<Mode> | undefined = await f.get(path);
    if (next?.kind === "dataset") return path;
    if (next?.kind !== "group") return undefined;
    group = next;
  }
  return undefined;
}

async function onlyDataset(f: File<Mode>): Promise<string | undefined> {
  const names = await f.keys();
  const name = names.length === 1 ? names[0] : undefined;
  return name !== undefined && (await f.get(name))?.kind === "dataset" ? `/${name}` : undefined;
}
