/** A single value. */

import type { ViewProps } from "../registry.js";
import { Rich } from "../../ui/rich.js";
import { t } from "../../ui/strings.js";
import { Absent, Busy, Failure } from "../busy.js";
import { useLatest } from "../latest.js";

export function SingleValue({ path, mapping }: ViewProps) {
  const state = useLatest("single", { path, picks: mapping.picks });
  const single = state.answer;
  const raw = single?.raw;
  const json = raw === undefined ? undefined : pretty(raw);
  return (
    <div class="single" data-ready={single ? "yes" : "no"}>
      <Absent names={single?.absent} />
      <Failure state={state} />
      <Busy state={state} />
      {single && raw !== undefined && <pre tabIndex={0} aria-label={t.views.value}>{json ?? raw}</pre>}
      {single && raw === undefined && single.fields.length === 1 && single.fields[0]?.name === "" && (
        <output class="big-value"><Rich text={single.fields[0].text} /></output>
      )}
      {single && raw === undefined && (single.fields.length > 1 || single.fields[0]?.name !== "") && (
        <dl class="facts record">
          {single.fields.map((f) => (
            <div key={f.name}>
              <dt title={f.type}>{f.name}</dt>
              <dd><Rich text={f.text} /></dd>
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
