/** Which colour means which value. */

import { useEffect, useRef } from "preact/hooks";
import { brief } from "../../data/numbers.js";
import { t } from "../../ui/strings.js";

interface Props {
  /** What the values are. */
  title: string;
  low: number;
  high: number;
  /** 256 colours of 3 bytes. */
  table: Uint8Array;
  log: boolean;
}

/** The room of a colour bar, so that the plot has its size before the first picture is there. */
export const NoColorBar = () => <div class="colorbar" aria-hidden="true" />;

export function ColorBar({ title, low, high, table, log }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const ctx = canvas.current?.getContext("2d");
    if (!ctx) return;
    const image = ctx.createImageData(1, 256);
    for (let i = 0; i < 256; i++) {
      const c = 3 * (255 - i);
      image.data.set([table[c] ?? 0, table[c + 1] ?? 0, table[c + 2] ?? 0, 255], 4 * i);
    }
    ctx.putImageData(image, 0, 0);
  }, [table]);
  const middle = log ? Math.sqrt(low * high) : (low + high) / 2;
  return (
    <div class="colorbar">
      <canvas ref={canvas} width={1} height={256} role="img" aria-label={t.colorbar(brief(low), brief(high))} />
      <span class="ends" aria-hidden="true">
        <span>{brief(high, 4)}</span>
        <span>{high > low ? brief(middle, 3) : ""}</span>
        <span>{brief(low, 4)}</span>
      </span>
      <span class="bar-title" aria-hidden="true" title={title}>
        {title}
      </span>
    </div>
  );
}
