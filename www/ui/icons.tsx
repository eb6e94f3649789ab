/** Small pictures of what things are. They repeat what text or names say, so they are hidden from screen readers. */

import type { NodeKind, Row } from "../data/protocol.js";
import { elementKind } from "../data/dtype.js";

const PATHS: Record<string, string> = {
  group: "M2.5 5.5v9a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1V7a1 1 0 0 0-1-1H10L8.5 4.5h-5a1 1 0 0 0-1 1z",
  scalar: "M10 10m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  line: "M2.5 13c3 0 3-7 6-7s2.5 8 5.5 8c2 0 2.5-3 3.500-3",
  grid: "M3.500 3.500h13v13h-13zM3.500 8h13M3.500 12.500h13M8 3.500v13M12.500 3.500v13",
  cube: "M6 7.500h9.500v9H6zM6 7.500 3.500 4.500H13l2.500 3M3.500 4.500v8.500L6 16.500",
  table: "M3 4.500h14v11H3zM3 8h14M8 8v7.500",
  text: "M4 5h12M10 5v11M8 16h4",
  datatype: "M7.500 3.500H6a1.500 1.500 0 0 0-1.500 1.500v3L3 10l1.500 2v3A1.500 1.500 0 0 0 6 16.500h1.500M12.500 3.500H14a1.500 1.500 0 0 1 1.500 1.500v3l1.500 2-1.500 2v3a1.500 1.500 0 0 1-1.500 1.500h-1.500",
  link: "M4 14c0-5 3-7 9-7M10 3.500l3.500 3.500L10 10.500",
  broken: "M10 3 2.500 16.500h15zM10 8v4.500M10 14.300v.5",
};

/** The picture of a row. */
export function iconOf(row: Row | undefined): string {
  if (!row) return "";
  if (row.kind === "broken" || (row.kind === "soft" && !row.leads)) return "broken";
  if ((row.kind === "external" && !row.leads) || row.kind === "user") return "link";
  const kind: NodeKind = row.leads ?? row.kind;
  if (kind !== "dataset" || row.dtype === undefined) return kind;
  const what = elementKind(row.dtype);
  const rank = row.shape?.length ?? 0;
  if (what === "string") return "text";
  if (what === "compound" && rank > 0) return "table";
  return rank === 0 ? "scalar" : rank === 1 ? "line" : rank === 2 ? "grid" : "cube";
}

export function Icon({ name }: { name: string }) {
  return (
    <svg class={`icon-${name}`} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name] ?? ""} />
    </svg>
  );
}

/** The button that changes what is beside it. */
export function Pencil({ label, onClick, field }: { label: string; onClick(): void; field?: number }) {
  return (
    <button type="button" class="icon small pencil" aria-label={label} title={label} data-field={field} onClick={onClick}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M4 16l.8-3.200L13.500 4.100a1.400 1.400 0 0 1 2 0l.4.4a1.400 1.400 0 0 1 0 2L7.200 15.200z" />
      </svg>
    </button>
  );
}
