/** The button that chooses a file. */

import { useRef } from "preact/hooks";
import { t } from "../ui/strings.js";
import { take } from "./drop.js";

interface Props {
  label?: string;
  primary?: boolean;
  small?: boolean;
  onFiles?: (files: readonly File[]) => Promise<void>;
}

export function Picker({ label = t.openFile, primary = false, small = false, onFiles = take }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={primary ? "primary" : small ? "small" : ""} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={label}
        onChange={(e) => {
          void onFiles([...(e.currentTarget.files ?? [])]);
          // So that choosing the same file again is a change again.
          e.currentTarget.value = "";
        }}
      />
    </>
  );
}
