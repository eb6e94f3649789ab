/** A problem: one sentence, what to do, and the details for a report. */

import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Trouble } from "../data/protocol.js";
import { copy } from "./clipboard.js";
import { detailsOf, t, type Words } from "./strings.js";

interface Props {
  words: Words;
  name: string;
  trouble: Trouble;
  onClose?: () => void;
  onAgain?: (() => void) | undefined;
  children?: ComponentChildren;
}

export function TroubleBox({ words, name, trouble, onClose, onAgain, children }: Props) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{words.title}.</strong> {words.body}
      </p>
      <p class="row">
        {children}
        {onAgain && (
          <button type="button" class="small" onClick={onAgain}>
            {t.again}
          </button>
        )}
        <button
          type="button"
          class="small"
          onClick={() => {
            void copy(detailsOf(name, trouble)).then(() => setCopied(true));
          }}
        >
          {copied ? t.copied : t.copyDetails}
        </button>
        {onClose && (
          <button type="button" class="small" onClick={onClose}>
            {t.dismiss}
          </button>
        )}
      </p>
    </div>
  );
}
