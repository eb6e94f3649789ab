/** The right side: everything about the selected object at once. */

import { useEffect, useState } from "preact/hooks";
import { describeType, elementKind } from "../data/dtype.js";
import type { DatasetFacts, Facts } from "../data/protocol.js";
import { Picker } from "../open/picker.js";
import { copy } from "../ui/clipboard.js";
import { menu, openMenu } from "../ui/edits.js";
import { bytes, extents, filterName, ratio } from "../ui/format.js";
import { addFiles, exporting, facts, file, objectTrouble, path, select, want } from "../ui/state.js";
import { objectWords, t } from "../ui/strings.js";
import { TroubleBox } from "../ui/trouble.js";
import { DataPane } from "../viewers/pane.js";
import { Attributes } from "./attributes.js";
import { Details } from "./details.js";
import { Members } from "./members.js";

export function ObjectPage() {
  const f = facts.value;
  return (
    <>
      <div class="head">
        <div class="title-line">
          <Crumbs />
          {f?.dataset && f.dataset.size > 0 && (
            <button type="button" class="small" aria-haspopup="dialog" onClick={() => (exporting.value = true)}>
              {t.export}
            </button>
          )}
          {f && <EditButton path={f.path} />}
        </div>
        {f && <Chips facts={f} />}
      </div>
      {objectTrouble.value && (
        <TroubleBox words={objectWords(objectTrouble.value)} name={file.value?.name ?? ""} trouble={objectTrouble.value} onAgain={objectTrouble.value.remote && (() => void select(path.value))} />
      )}
      {f && (
        <div class={`object${f.kind === "link" ? " alone" : ""}`} data-path={f.path}>
          <div class="data">
            {f.dataset && <DataPane facts={f} dataset={f.dataset} />}
            {f.kind === "group" && <Members key={f.path} path={f.path} count={f.members ?? 0} />}
            {f.kind === "link" && <DeadLink facts={f} />}
          </div>
          {f.kind !== "link" && (
            <aside aria-label={t.details}>
              <Attributes path={f.path} rows={f.attributes} />
              <Details facts={f} />
            </aside>
          )}
        </div>
      )}
    </>
  );
}

function Crumbs() {
  const [copied, setCopied] = useState("");
  const names = path.value.split("/").filter(Boolean);
  return (
    <h1 class="crumbs">
      <button type="button" class="crumb" onClick={() => void select("/")} aria-label={t.root}>
        /
      </button>
      {names.map((name, i) => {
        const to = `/${names.slice(0, i + 1).join("/")}`;
        const last = i === names.length - 1;
        return (
          <span key={to}>
            {i > 0 && <span class="sep">/</span>}
            {last ? (
              <span class="crumb here" aria-current="page">
                {name}
              </span>
            ) : (
              <button type="button" class="crumb" onClick={() => void select(to)}>
                {name}
              </button>
            )}
          </span>
        );
      })}
      <button
        type="button"
        class="icon small"
        aria-label={copied === path.value ? t.copied : t.copyPath}
        title={copied === path.value ? t.copied : t.copyPath}
        onClick={() => void copy(path.value).then(() => setCopied(path.value))}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          {copied === path.value ? <path d="M4 10.500l4 4 8-9" /> : <path d="M7 7h9v9H7zM4 13V4h9" />}
        </svg>
      </button>
    </h1>
  );
}

/** Opens the menu of what can be done with the object. */
function EditButton({ path: at }: { path: string }) {
  return (
    <button
      type="button"
      class="small"
      aria-haspopup="menu"
      aria-expanded={menu.value !== null}
      onClick={(e) => {
        const { left, bottom } = e.currentTarget.getBoundingClientRect();
        void openMenu(at, left, bottom + 4);
      }}
    >
      {t.edit} ▾
    </button>
  );
}

/** The facts one looks for first. */
function Chips({ facts: f }: { facts: Facts }) {
  const items = f.dataset ? datasetChips(f, f.dataset) : [f.kind === "link" ? "" : t.kinds[f.kind], ...(f.members === undefined ? [] : [t.members(f.members)])];
  return (
    <ul class="chips">
      {items.filter(Boolean).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function datasetChips(f: Facts, d: DatasetFacts): string[] {
  const full = d.size * d.itemSize;
  const kind = elementKind(f.dtype ?? "");
  const compressed = d.filters.length > 0 && d.stored !== undefined && d.stored > 0 && kind !== "string" && kind !== "other";
  return [
    f.dtype === undefined ? "" : describeType(f.dtype),
    extents(d.shape),
    d.chunks ? `chunks ${extents(d.chunks)}` : d.layout,
    filterText(d),
    compressed ? `${bytes(d.stored ?? 0)}${packed(full, d.stored ?? 1)}` : bytes(d.stored ?? full),
  ];
}

/** What compression brought, when it is worth a word. */
function packed(full: number, stored: number): string {
  if (Math.abs(full / stored - 1) < 0.05) return "";
  return stored < full ? `, ${ratio(full, stored)} smaller` : `, ${ratio(stored, full)} larger`;
}

/** `shuffle + gzip 4`. */
export function filterText(d: DatasetFacts): string {
  return d.filters
    .map((f) => `${filterName(f.id, f.name) || `filter ${f.id}`}${f.id === 1 && f.values.length ? ` ${f.values[0]}` : ""}`)
    .join(" + ");
}

function DeadLink({ facts: f }: { facts: Facts }) {
  const row = f.row;
  if (!row || (row.kind !== "soft" && row.kind !== "external" && row.kind !== "user")) return null;
  const kind = row.kind === "soft" ? "dangling" : row.kind;
  const target = row.kind === "external" ? (row.target ?? "").split(" : ")[0] : undefined;
  useEffect(() => want(target === undefined ? [] : [target]), [target]);
  return (
    <div class="notice">
      <h2>{t.linkTitle[kind]}</h2>
      <p>{t.linkBody[kind](row.target ?? "")}</p>
      {row.why && <p class="quiet">{row.why}</p>}
      {row.kind === "external" && <Picker label={t.addFiles} onFiles={addFiles} />}
    </div>
  );
}
