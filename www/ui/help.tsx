/** The list of keys. */

import { useEffect, useRef } from "preact/hooks";
import { h } from "./help-strings.js";
import { helping } from "./state.js";

export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const before = useRef(document.activeElement);
  useEffect(() => {
    dialog.current?.showModal();
    return () => {
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => (helping.value = false)}>
      <div class="form">
        <h2 id="help-title">{h.title}</h2>
        {h.groups.map(([name, keys]) => (
          <section key={name} aria-label={name}>
            <h3>{name}</h3>
            <dl class="facts">
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <p class="row end">
          <button type="button" class="primary" onClick={() => dialog.current?.close()}>
            {h.close}
          </button>
        </p>
      </div>
    </dialog>
  );
}
