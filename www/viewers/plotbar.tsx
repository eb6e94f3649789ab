/** Zoom buttons of a plot. */

import type { Window } from "../data/resample.js";
import { t } from "../ui/strings.js";
import type { Frame } from "./frame.js";

export function ZoomButtons({ frame, zoom, zoomed }: { frame: () => Frame | null; zoom(w: Window | undefined): void; zoomed: boolean }) {
  return (
    <span class="segments small" role="group" aria-label={t.plotHelp} title={t.plotHelp}>
      <button type="button" aria-label={t.zoomIn} onClick={() => zoom(frame()?.zoomed(0.5))}>
        +
      </button>
      <button type="button" aria-label={t.zoomOut} disabled={!zoomed} onClick={() => zoom(frame()?.zoomed(2))}>
        −
      </button>
      <button type="button" disabled={!zoomed} onClick={() => zoom(undefined)}>
        {t.zoomReset}
      </button>
    </span>
  );
}
