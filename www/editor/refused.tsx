/** Says why a change was refused, or could not be saved. */

import { refusedWords } from "../ui/edit-strings.js";
import { refused } from "../ui/edits.js";
import { file } from "../ui/state.js";
import { TroubleBox } from "../ui/trouble.js";

export function RefusedBox() {
  const trouble = refused.value;
  return trouble && <TroubleBox words={refusedWords(trouble)} name={file.value?.name ?? ""} trouble={trouble} onClose={() => (refused.value = null)} />;
}
