/** What a view shows besides its data: progress, a stop, a problem, what was left out. */

import { useEffect } from "preact/hooks";
import type { Coverage } from "../data/protocol.js";
import { bytes } from "../ui/format.js";
import { Picker } from "../open/picker.js";
import { addFiles, file, want } from "../ui/state.js";
import { objectWords, sentence, t } from "../ui/strings.js";
import { TroubleBox } from "../ui/trouble.js";
import type { Latest } from "./latest.js";

/** The thin line over a view while it loads. */
export function Busy({ state }: { state: Latest<unknown> }) {
  const p = state.progress;
  if (!p) return null;
  return (
    <div class="busy">
      {p.total > 0 ? <progress max={p.total} value={p.done} aria-label={t.loading} /> : <progress aria-label={t.loading} />}
      <span>{p.total > 0 ? `${bytes(p.done)} / ${bytes(p.total)}` : t.loading}</span>
      <button type="button" class="small" onClick={() => state.cancel()}>
        {t.cancel}
      </button>
    </div>
  );
}

/** A problem or a stop in place of the data. */
export function Failure({ state }: { state: Latest<unknown> }) {
  if (state.trouble) return <TroubleBox words={objectWords(state.trouble)} name={file.value?.name ?? ""} trouble={state.trouble} onAgain={state.trouble.remote && (() => state.again())} />;
  if (!state.stopped || !state.stale) return null;
  return (
    <p class="notice row" role="status">
      {t.cancelled}
      <button type="button" class="small" onClick={() => state.again()}>
        {t.again}
      </button>
    </p>
  );
}

/** Files are missing that what is shown is made of. */
export function Absent({ names }: { names: readonly string[] | undefined }) {
  const key = names?.join("\n") ?? "";
  useEffect(() => want(names ?? []), [key]);
  if (!names?.length) return null;
  return (
    <p class="hint warn row" role="status">
      <span>{t.absent(names)}</span>
      <Picker label={t.addFiles} small onFiles={addFiles} />
    </p>
  );
}

/** What a picture does not show. */
export function Missing({ coverage }: { coverage: Coverage | undefined }) {
  if (!coverage) return null;
  return (
    <>
      <Absent names={coverage.absent} />
      {coverage.read < coverage.of && (
        <p class="hint" role="status">
          {t.overview(coverage.read, coverage.of)}
        </p>
      )}
      {coverage.failed > 0 && (
        <p class="hint warn" role="status">
          {t.failed(coverage.failed, coverage.why ? sentence(coverage.why) : "")}
        </p>
      )}
    </>
  );
}
