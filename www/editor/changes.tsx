/** The list of changes that are not saved. */

import { useEffect, useRef } from "preact/hooks";
import { changeWords, e } from "../ui/edit-strings.js";
import { discard, redo, undo } from "../ui/edits.js";
import { changes, file, undone } from "../ui/state.js";
import { closeDialog } from "./dialog.js";

export function ChangesDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => list.current?.lastElementChild?.scrollIntoView({ block: "nearest" }), [changes.value]);
  const made = changes.value;
  return (
    <dialog ref={dialog} class="changes-dialog" aria-labelledby="changes-title" onClose={closeDialog}>
      <div class="form">
        <h2 id="changes-title">{e.changesTitle}</h2>
        <p class="quiet">{e.changesIntro(file.value?.name ?? "")}</p>
        {made.length === 0 ? (
          <p>{e.noChanges}</p>
        ) : (
          <ol ref={list} class="change-list" tabIndex={0} aria-labelledby="changes-title">
            {made.map((c, i) => (
              <li key={i}>{changeWords(c)}</li>
            ))}
          </ol>
        )}
        <p class="quiet" role="status">
          {undone.value.length > 0 ? e.undoneOnes(undone.value.length) : ""}
        </p>
        <p class="row">
          <button type="button" disabled={made.length === 0} onClick={() => void undo()}>
            {e.undo}
          </button>
          <button type="button" disabled={undone.value.length === 0} onClick={() => void redo()}>
            {e.redo}
          </button>
          <button type="button" disabled={made.length === 0} onClick={() => void discard()}>
            {e.discard}
          </button>
          <span class="grow" />
          <button type="button" class="primary" onClick={() => dialog.current?.close()}>
            {e.close}
          </button>
        </p>
      </div>
    </dialog>
  );
}
