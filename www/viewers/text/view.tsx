/** A single value. */

import { useRef, useState } from "preact/hooks";
import type { ViewProps } from "../registry.js";
import { e } from "../../ui/edit-strings.js";
import { Pencil } from "../../ui/icons.js";
import { Rich } from "../../ui/rich.js";
import { t } from "../../ui/strings.js";
import { Absent, Busy, Failure } from "../busy.js";
import { changeText, sourceOf } from "../editing.js";
import { useLatest } from "../latest.js";
import { ValueEditor } from "./editor.js";

export function SingleValue({ path, mapping }: ViewProps) {
  const { picks } = mapping;
  const state = useLatest("single", { path, picks });
  const single = state.answer;
  const raw = single?.raw;
  const json = raw === undefined ? undefined : pretty(raw);
  const record = single && raw === undefined && (single.fields.length > 1 || single.fields[0]?.name !== "");
  // The slice is part of what is edited: another one ends it.
  const place = JSON.stringify([path, picks]);
  const [editing, setEditing] = useState<{ place: string; field: number; text: string } | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const edit = async (field: number): Promise<void> => {
    const text = await sourceOf("valueSource", { path, picks, field });
    if (text !== null) setEditing({ place, field, text });
  };
  const done = (field: number): void => {
    setEditing(null);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus());
  };

  /** Shows a field, or changes it. */
  const field = (i: number, name: string, shown: preact.ComponentChildren) =>
    editing?.place === place && editing.field === i ? (
      <ValueEditor
        label={name === "" ? e.value : e.field(name)}
        text={editing.text}
        long={raw !== undefined}
        onCommit={(text) => changeText({ kind: "value", path, picks, field: i, text })}
        onDone={() => done(i)}
      />
    ) : (
      <div class="editable" onDblClick={() => void edit(i)}>
        {shown}
        <Pencil label={name === "" ? e.value : e.field(name)} field={i} onClick={() => void edit(i)} />
      </div>
    );

  return (
    <div ref={box} class="single" data-ready={single ? "yes" : "no"}>
      <Absent names={single?.absent} />
      <Failure state={state} />
      <Busy state={state} />
      {single && raw !== undefined && field(0, "", <pre tabIndex={0} role="region" aria-label={t.views.value}>{json ?? raw}</pre>)}
      {single && raw === undefined && !record && field(0, "", <output class="big-value"><Rich text={single.fields[0]?.text ?? ""} /></output>)}
      {record && (
        <dl class="facts record">
          {single.fields.map((f, i) => (
            <div key={f.name}>
              <dt title={f.type}>{f.name}</dt>
              <dd>{field(i, f.name, <span><Rich text={f.text} /></span>)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** JSON text with indentation; undefined if it is none. */
function pretty(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}
