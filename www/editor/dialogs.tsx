/** The dialog that is wanted. */

import { wantedEdit } from "../ui/edits.js";
import { leaving } from "../ui/state.js";
import { ChangesDialog } from "./changes.js";
import { LeaveDialog } from "./leave.js";

export function EditDialogs() {
  if (leaving.value) return <LeaveDialog />;
  const wanted = wantedEdit.value;
  switch (wanted?.what) {
    case "changes":
      return <ChangesDialog />;
    default:
      return null;
  }
}
