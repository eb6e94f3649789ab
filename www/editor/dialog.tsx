/** What all dialogs about changes have in common: a title, a form, why it was refused, and two buttons. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Change } from "../data/changes.js";
import type { Trouble } from "../data/protocol.js";
import { e, refusedWords } from "../ui/edit-strings.js";
import { change, wantedEdit } from "../ui/edits.js";
import { file } from "../ui/state.js";
import { TroubleBox } from "../ui/trouble.js";

export const closeDialog = (): void => {
  wantedEdit.value = null;
};

interface Props {
  title: string;
  /** What the main button says. */
  action: string;
  /** The change to make, a sentence why it cannot be made, or nothing to do. */
  make(): Change | string | null;
  /** After it was made. */
  then?(c: Change): void;
  danger?: boolean;
  /** Another button. */
  extra?: ComponentChildren;
  children: ComponentChildren;
}

export function ChangeDialog({ title, action, make, then, danger = false, extra, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);
  const before = useRef(document.activeElement);
  useEffect(() => {
    dialog.current?.showModal();
    return () => {
      // Back to where the wish came from, if it is still there.
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, []);

  const submit = async (): Promise<void> => {
    const made = make();
    if (made === null) return closeDialog();
    if (typeof made === "string") return setTrouble({ code: "Value", message: made });
    setBusy(true);
    const why = await change(made);
    setBusy(false);
    if (why) return setTrouble(why);
    closeDialog();
    then?.(made);
  };
  return (
    <dialog ref={dialog} aria-labelledby="edit-title" onClose={closeDialog}>
      <form
        noValidate
        onSubmit={(s) => {
          s.preventDefault();
          void submit();
        }}
      >
        <h2 id="edit-title">{title.replace("…", "")}</h2>
        {children}
        {trouble && <TroubleBox words={refusedWords(trouble)} name={file.value?.name ?? ""} trouble={trouble} />}
        <p class="row end">
          {extra}
          {extra ? <span class="grow" /> : null}
          <button type="button" onClick={() => dialog.current?.close()}>
            {e.cancel}
          </button>
          <button type="submit" class={danger ? "primary danger" : "primary"} disabled={busy}>
            {action}
          </button>
        </p>
      </form>
    </dialog>
  );
}
