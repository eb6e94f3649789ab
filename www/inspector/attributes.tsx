/** Attributes, beside the data. */

import { useState } from "preact/hooks";
import { describeType } from "../data/dtype.js";
import { plain } from "../data/links.js";
import type { AttributeRow } from "../data/protocol.js";
import { extents } from "../ui/format.js";
import { wantedEdit } from "../ui/edits.js";
import { Pencil } from "../ui/icons.js";
import { Rich } from "../ui/rich.js";
import { t } from "../ui/strings.js";

/** Characters of a value that are shown before it has to be unfolded. */
const SHORT = 160;

export function Attributes({ path, rows }: { path: string; rows: readonly AttributeRow[] }) {
  const edit = (name: string | null): void => {
    wantedEdit.value = { what: "attribute", path, name };
  };
  return (
    <section class="panel" aria-labelledby="attributes-title">
      <h2 id="attributes-title">
        {t.attributes} {rows.length > 0 && <span class="badge">{rows.length}</span>}
        <span class="grow" />
        <button type="button" class="icon small" aria-label={t.addAttribute} title={t.addAttribute} onClick={() => edit(null)}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M10 4v12M4 10h12" />
          </svg>
        </button>
      </h2>
      {rows.length === 0 ? (
        <p class="quiet">{t.noAttributes}</p>
      ) : (
        <dl class="attributes">
          {rows.map((row) => (
            <div key={row.name} onDblClick={() => edit(row.name)}>
              <dt title={`${row.name}: ${describeType(row.dtype)}, ${extents(row.shape)}`}>{row.name}</dt>
              <dd>
                {row.why === undefined ? <Value text={row.text ?? ""} empty={row.shape === null} /> : <span class="bad">{row.why}</span>}
                <Pencil label={t.changeAttribute(row.name)} onClick={() => edit(row.name)} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Value({ text, empty }: { text: string; empty: boolean }) {
  const [whole, setWhole] = useState(false);
  if (empty) return <span class="quiet">null</span>;
  if (text === "") return <span class="quiet">“”</span>;
  const read = plain(text);
  if (read.length <= SHORT || whole) return <Rich text={text} />;
  return (
    <button type="button" class="more" onClick={() => setWhole(true)}>
      {read.slice(0, SHORT)}… <span class="quiet">({read.length})</span>
    </button>
  );
}
