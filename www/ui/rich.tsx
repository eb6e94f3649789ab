/** A text with the parts that lead to other objects. */

import { parts } from "../data/links.js";
import { select } from "./state.js";
import { t } from "./strings.js";

export function Rich({ text }: { text: string }) {
  return (
    <>
      {parts(text).map((part, i) =>
        typeof part === "string" ? (
          part
        ) : (
          <button key={i} type="button" class="goto" title={t.goTo(part.to)} onClick={() => void select(part.to)}>
            {part.text}
          </button>
        ),
      )}
    </>
  );
}
