/** What becomes of the changes when another file is opened. */

import { useEffect, useRef } from "preact/hooks";
import { e } from "../ui/edit-strings.js";
import { save } from "../ui/edits.js";
import { changes, file, leaving } from "../ui/state.js";

export function LeaveDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const decide = (go: boolean): void => leaving.value?.(go);
  return (
    <dialog ref={dialog} aria-labelledby="leave-title" onClose={() => decide(false)}>
      <div class="form">
        <h2 id="leave-title">{e.leaveTitle}</h2>
        <p>{e.leaveBody(file.value?.name ?? "", changes.value.length)}</p>
        <p class="row end">
          <button type="button" onClick={() => decide(false)}>
            {e.stay}
          </button>
          <button type="button" onClick={() => decide(true)}>
            {e.leave}
          </button>
          <button type="button" class="primary" onClick={() => void save().then(decide)}>
            {e.save}
          </button>
        </p>
      </div>
    </dialog>
  );
}
