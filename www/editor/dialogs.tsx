/** The dialog that is wanted. */

import { wantedEdit } from "../ui/edits.js";
import { leaving } from "../ui/state.js";
import { AttributeDialog } from "./attribute.js";
import { ChangesDialog } from "./changes.js";
import { DatasetDialog, GroupDialog, LinkDialog } from "./create.js";
import { LeaveDialog } from "./leave.js";
import { CopyDialog, DeleteDialog, MoveDialog, ResizeDialog } from "./object.js";

export function EditDialogs() {
  if (leaving.value) return <LeaveDialog />;
  const wanted = wantedEdit.value;
  switch (wanted?.what) {
    case "changes":
      return <ChangesDialog />;
    case "attribute":
      return <AttributeDialog path={wanted.path} name={wanted.name} />;
    case "group":
      return <GroupDialog path={wanted.path} />;
    case "dataset":
      return <DatasetDialog path={wanted.path} />;
    case "link":
      return <LinkDialog path={wanted.path} />;
    case "move":
      return <MoveDialog path={wanted.path} />;
    case "copy":
      return <CopyDialog path={wanted.path} />;
    case "delete":
      return <DeleteDialog path={wanted.path} />;
    case "resize":
      return <ResizeDialog path={wanted.path} />;
    default:
      return null;
  }
}
