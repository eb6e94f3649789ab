/** The button that chooses a file. */

import { useRef } from "preact/hooks";
import { t } from "../ui/strings.js";
import { take } from "./drop.js";

export function Picker({ label = t.openFile, primary = false }: { label?: string; primary?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={primary ? "primary" : ""} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={t.openFile}
        onChange={(e) => {
          take([...(e.currentTarget.files ?? [])]);
          // So that choosing the same file again is a change again.
          e.currentTarget.value = "";
        }}
      />
    </>
  );
}
