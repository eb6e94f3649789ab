/** All facts of an object. */

import { describeType, elementKind, typeDetails } from "../data/dtype.js";
import type { DatasetFacts, Facts, SourceFile } from "../data/protocol.js";
import { bytes, extents, ratio, thousands } from "../ui/format.js";
import { t } from "../ui/strings.js";
import { filterText } from "./object.js";

export function Details({ facts: f }: { facts: Facts }) {
  if (f.kind === "link") return null;
  const rows: [string, string][] = [[t.facts.kind, t.kinds[f.kind]]];
  if (f.members !== undefined) rows.push([t.facts.members, thousands(f.members)]);
  if (f.dtype !== undefined) rows.push([t.facts.type, describeType(f.dtype)]);
  if (f.dataset) rows.push(...datasetRows(f.dataset));
  if (f.address !== undefined) rows.push([t.facts.address, `0x${f.address.toString(16)}`]);
  const inside = f.dtype === undefined ? [] : typeDetails(f.dtype);
  return (
    <section class="panel" aria-labelledby="details-title">
      <h2 id="details-title">{t.details}</h2>
      <dl class="facts">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {inside.length > 0 && (
        <details>
          <summary>
            {elementKind(f.dtype ?? "") === "enum" ? t.facts.names : t.facts.fields} <span class="badge">{inside.length}</span>
          </summary>
          <dl class="facts">
            {inside.map(([name, text]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

/** Files that are named; the others are counted by what reading them says. */
const SOURCES = 20;

const sourceText = (s: SourceFile): string => (s.here === undefined ? s.name : `${s.name}: ${s.here ? t.facts.here : t.facts.missing}`);

function datasetRows(d: DatasetFacts): [string, string][] {
  const full = d.size * d.itemSize;
  const rows: [string, string][] = [[t.facts.shape, extents(d.shape)]];
  const grows = d.maxshape?.some((n, i) => n !== d.shape?.[i]);
  if (grows) rows.push([t.facts.maxshape, extents(d.maxshape)]);
  rows.push([t.facts.elements, thousands(d.size)], [t.facts.layout, d.layout]);
  if (d.chunks) {
    rows.push([t.facts.chunks, extents(d.chunks)]);
    if (d.index) rows.push([t.facts.index, t.indexNames[d.index] ?? d.index]);
    rows.push([t.facts.filters, filterText(d) || t.noFilters]);
  }
  if (d.sources.length > 0) rows.push([t.facts.sources, d.sources.slice(0, SOURCES).map(sourceText).join(", ") + (d.sources.length > SOURCES ? " …" : "")]);
  rows.push([t.facts.fill, d.fill === "user" ? d.fillText : t.fill[d.fill]]);
  if (d.stored !== undefined) {
    rows.push([t.facts.stored, `${bytes(d.stored)}${d.stored === full ? "" : ` of ${bytes(full)}`}`]);
    if (d.filters.length > 0 && d.stored > 0) rows.push([t.facts.ratio, ratio(full, d.stored)]);
  }
  return rows;
}
