/** The slice: which axis is drawn where, an index for each of the others, and the same as NumPy spells it. */

import { useEffect, useState } from "preact/hooks";
import { count, isRange, SelectionError, type Pick } from "../data/selection.js";
import { thousands } from "../ui/format.js";
import { facts, mapping, selectionText, setMapping } from "../ui/state.js";
import { t } from "../ui/strings.js";
import { axisTitle } from "./axes.js";
import { assign, moveTo, typed } from "./mapping.js";

interface Props {
  shape: readonly number[];
  /** Whether roles are called rows and columns. */
  table: boolean;
  /** Whether the view draws one axis only. */
  single: boolean;
}

export function Mapper({ shape, table, single }: Props) {
  if (shape.length < 2) return null;
  return (
    <div class="mapper" role="group" aria-label={t.slice}>
      {shape.map((extent, axis) => (
        <Axis key={axis} axis={axis} extent={extent} shape={shape} table={table} single={single} />
      ))}
    </div>
  );
}

function Axis({ axis, extent, shape, table, single }: Props & { axis: number; extent: number }) {
  const m = mapping.value;
  const pick = m.picks[axis] as Pick;
  const roles = single ? (["x"] as const) : (["y", "x"] as const);
  const label = (role: "x" | "y"): string => (role === "x" ? (table ? (single ? t.roleY.table : t.roleX.table) : t.roleX.plot) : table ? t.roleY.table : t.roleY.plot);
  const go = (at: number): void => setMapping(moveTo(m, shape, axis, at));
  const dataset = facts.value?.dataset;
  const title = dataset ? axisTitle(dataset, axis) : t.axis(axis);
  return (
    <div class={`axis${isRange(pick) ? "" : " wide"}`}>
      <span class="axis-name">
        {title} <span class="quiet">{thousands(extent)}</span>
      </span>
      <span class="segments small">
        {roles.map((role) => (
          <button
            key={role}
            type="button"
            aria-pressed={m[role] === axis}
            aria-label={t.useAs(axis, label(role))}
            onClick={() => setMapping(assign(m, shape, axis, role))}
          >
            {label(role)}
          </button>
        ))}
      </span>
      {isRange(pick) ? (
        count(pick) < extent && <span class="quiet">{t.taken(count(pick))}</span>
      ) : (
        <>
          <input
            type="range"
            min={0}
            max={Math.max(0, extent - 1)}
            value={pick.at}
            aria-label={t.axisIndex(axis)}
            onInput={(e) => go(e.currentTarget.valueAsNumber)}
            data-axis={axis}
          />
          <input
            type="number"
            min={0}
            max={Math.max(0, extent - 1)}
            value={pick.at}
            aria-label={t.axisIndex(axis)}
            onInput={(e) => {
              if (Number.isFinite(e.currentTarget.valueAsNumber)) go(e.currentTarget.valueAsNumber);
            }}
          />
        </>
      )}
    </div>
  );
}

/** The slice as text. */
export function SelectionBox({ shape }: { shape: readonly number[] }) {
  const now = selectionText.value;
  const [text, setText] = useState(now);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    setText(now);
    setWrong("");
  }, [now]);
  const apply = (): void => {
    if (text === now) return;
    try {
      setMapping(typed(mapping.value, shape, text));
      setWrong("");
      // What was typed may be spelled shorter, or be the same slice.
      setText(selectionText.value);
    } catch (e) {
      if (!(e instanceof SelectionError)) throw e;
      setWrong(e.message);
    }
  };
  return (
    <div class="selection">
      <label for="selection" class="axis-name">
        {t.selection}
      </label>
      <input
        id="selection"
        type="text"
        spellcheck={false}
        autocomplete="off"
        value={text}
        title={t.selectionHelp}
        aria-invalid={wrong !== ""}
        aria-describedby="selection-wrong"
        onInput={(e) => setText(e.currentTarget.value)}
        onBlur={apply}
        onKeyDown={(e) => {
          if (e.key === "Enter") apply();
          if (e.key === "Escape") setText(now);
        }}
      />
      <span id="selection-wrong" class="bad" role="status">
        {wrong}
      </span>
    </div>
  );
}
