/** The button that chooses a file. */

import { useRef } from "preact/hooks";
import { t } from "../ui/strings.js";
import { take } from "./drop.js";
import { pickFiles } from "./handles.js";

interface Props {
  label?: string;
  primary?: boolean;
  small?: boolean;
  onFiles?: (files: readonly File[]) => Promise<void>;
}

export function Picker({ label = t.openFile, primary = false, small = false, onFiles = take }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const choose = async (): Promise<void> => {
    const chosen = await pickFiles();
    if (!chosen) input.current?.click();
    else if (chosen.length > 0) await onFiles(chosen);
  };
  return (
    <>
      <button type="button" data-open={onFiles === take ? "" : undefined} class={primary ? "primary" : small ? "small" : ""} onClick={() => void choose()}>
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
