/** The text of a cell while it is changed: over the cell, and as large as the text needs. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { e } from "../../ui/edit-strings.js";

interface Props {
  label: string;
  text: string;
  style: Record<string, string>;
  /** Why the text was refused. */
  why: string | null;
  /** Takes the text, which may be the old one, and goes on by so many rows and columns. */
  onCommit(text: string, down: number, right: number): void;
  onCancel(): void;
}

export function CellEditor({ label, text, style, why, onCommit, onCancel }: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const [value, setValue] = useState(text);
  // What left the editor once is not taken again when the focus moves.
  const done = useRef(false);
  useLayoutEffect(() => {
    box.current?.focus({ preventScroll: true });
    box.current?.select();
  }, []);
  useEffect(() => {
    if (why === null) return;
    done.current = false;
    box.current?.focus({ preventScroll: true });
  }, [why]);

  const commit = (down: number, right: number): void => {
    if (done.current) return;
    done.current = true;
    onCommit(value, down, right);
  };
  const onKeyDown = (k: KeyboardEvent): void => {
    // Saving takes what is typed with it.
    if ((k.ctrlKey || k.metaKey) && k.key.toLowerCase() === "s") return commit(0, 0);
    k.stopPropagation();
    const back = k.shiftKey ? -1 : 1;
    if (k.isComposing || ((k.altKey || k.ctrlKey || k.metaKey) && k.key !== "Enter")) return;
    if (k.key === "Enter" && (k.altKey || k.ctrlKey)) {
      const area = k.currentTarget as HTMLTextAreaElement;
      area.setRangeText("\n", area.selectionStart, area.selectionEnd, "end");
      setValue(area.value);
    } else if (k.key === "Enter") commit(back, 0);
    else if (k.key === "Tab") commit(0, back);
    else if (k.key === "Escape") {
      done.current = true;
      onCancel();
    } else return;
    k.preventDefault();
  };
  return (
    <div class="cell-editor" style={style}>
      <textarea
        ref={box}
        rows={Math.min(8, value.split("\n").length)}
        spellcheck={false}
        aria-label={label}
        aria-invalid={why !== null}
        {...(why === null ? {} : { "aria-describedby": "cell-why" })}
        value={value}
        onInput={(i) => setValue(i.currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={() => commit(0, 0)}
        onPaste={(p) => p.stopPropagation()}
      />
      <p id="cell-why" role="alert" class={why === null ? "" : "cell-why"}>
        {why === null ? "" : e.sentence(why)}
      </p>
    </div>
  );
}
