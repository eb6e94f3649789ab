/** Colours, scale and limits. */

import { names as colorNames } from "virtual:colormap-names";
import { brief } from "../../data/numbers.js";
import type { Picture } from "../../data/protocol.js";
import { t } from "../../ui/strings.js";

interface Look {
  colors: string;
  reverse: boolean;
  scale: "lin" | "log";
  limits: string;
  low: number;
  high: number;
}

const PERCENTS = [0.1, 1, 5];

export function HeatOptions({ look, picture, onChange }: { look: Look; picture: Picture | undefined; onChange(next: Partial<Look>): void }) {
  const limit = (key: "low" | "high") => (
    <input
      type="number"
      step="any"
      class="limit"
      aria-label={key === "low" ? t.low : t.high}
      value={Number.isFinite(look[key]) ? look[key] : ""}
      onChange={(e) => {
        if (Number.isFinite(e.currentTarget.valueAsNumber)) onChange({ [key]: e.currentTarget.valueAsNumber });
      }}
    />
  );
  return (
    <>
      <select aria-label={t.colors} value={look.colors} onChange={(e) => onChange({ colors: e.currentTarget.value })}>
        {colorNames.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <label class="check">
        <input type="checkbox" checked={look.reverse} onChange={(e) => onChange({ reverse: e.currentTarget.checked })} /> {t.reverse}
      </label>
      <select aria-label={t.scale} value={look.scale} onChange={(e) => onChange({ scale: e.currentTarget.value as "lin" })}>
        <option value="lin">{t.lin}</option>
        <option value="log">{t.log}</option>
      </select>
      <select
        aria-label={t.limits}
        value={look.limits}
        onChange={(e) => {
          const limits = e.currentTarget.value;
          // Fixed limits begin as the ones that are shown.
          onChange(limits === "fixed" && picture ? { limits, low: Number(brief(picture.low)), high: Number(brief(picture.high)) } : { limits });
        }}
      >
        <option value="range">{t.limitRange}</option>
        {PERCENTS.map((p) => (
          <option key={p} value={String(p)}>
            {t.limitPercent(p)}
          </option>
        ))}
        <option value="fixed">{t.limitFixed}</option>
      </select>
      {look.limits === "fixed" && (
        <span class="row">
          {limit("low")} – {limit("high")}
        </span>
      )}
    </>
  );
}
