/** The text of a single value while it is changed. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { e } from "../../ui/edit-strings.js";

interface Props {
  label: string;
  text: string;
  /** Whether line breaks belong to the text: then Enter makes one. */
  long: boolean;
  /** Resolves to why the text is refused. */
  onCommit(text: string): Promise<string | null>;
  onDone(): void;
}

export function ValueEditor({ label, text, long, onCommit, onDone }: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const [value, setValue] = useState(text);
  const [why, setWhy] = useState<string | null>(null);
  useLayoutEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, []);
  const commit = async (): Promise<void> => {
    const refused = value === text ? null : await onCommit(value);
    setWhy(refused);
    if (refused === null) onDone();
    else box.current?.focus();
  };
  const onKeyDown = (k: KeyboardEvent): void => {
    if (k.isComposing) return;
    if (k.key === "Escape") onDone();
    else if (k.key === "Enter" && (!long || k.ctrlKey || k.metaKey)) void commit();
    else return;
    k.preventDefault();
  };
  return (
    <form
      class="value-editor"
      onSubmit={(s) => {
        s.preventDefault();
        void commit();
      }}
    >
      <textarea
        ref={box}
        rows={long ? Math.min(20, Math.max(3, value.split("\n").length)) : 1}
        spellcheck={false}
        aria-label={label}
        aria-invalid={why !== null}
        {...(why === null ? {} : { "aria-describedby": "value-why" })}
        value={value}
        onInput={(i) => setValue(i.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <p id="value-why" role="alert" class="bad">
        {why === null ? "" : e.sentence(why)}
      </p>
      <p class="row">
        <button type="submit" class="small primary">
          {e.ok}
        </button>
        <button type="button" class="small" onClick={onDone}>
          {e.cancel}
        </button>
      </p>
    </form>
  );
}
