/** What happens to an object as a whole: it is renamed or moved, copied, deleted, resized. */

import { useEffect, useRef, useState } from "preact/hooks";
import { e } from "../ui/edit-strings.js";
import { client, facts, path as selected, select } from "../ui/state.js";
import { ChangeDialog } from "./dialog.js";

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";

/** A path to be changed: its last name is selected. */
function PathField({ label, value, onText }: { label: string; value: string; onText(text: string): void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.setSelectionRange(value.lastIndexOf("/") + 1, value.length);
  }, []);
  return (
    <label class="field">
      <span>{label}</span>
      <input ref={input} type="text" required value={value} spellcheck={false} onInput={(i) => onText(i.currentTarget.value)} />
    </label>
  );
}

const absolute = (path: string, beside: string): string => (path.startsWith("/") ? path : `${parentOf(beside) === "/" ? "" : parentOf(beside)}/${path}`);

const endless = (to: string): boolean => to === "" || to.endsWith("/");

export function MoveDialog({ path }: { path: string }) {
  const [to, setTo] = useState(path);
  return (
    <ChangeDialog
      title={e.moveTitle}
      action={e.move}
      make={() => (endless(to) ? e.nameless : absolute(to, path) === path ? null : { kind: "move", path, to: absolute(to, path) })}
      then={() => {
        const at = selected.value;
        if (at === path || at.startsWith(`${path}/`) || at === parentOf(path)) void select(absolute(to, path));
      }}
    >
      <PathField label={e.newPath} value={to} onText={setTo} />
    </ChangeDialog>
  );
}

export function CopyDialog({ path }: { path: string }) {
  const [to, setTo] = useState(`${path}-copy`);
  return (
    <ChangeDialog
      title={e.copyTitle(path)}
      action={e.copy}
      make={() => (endless(to) ? e.nameless : { kind: "copy", path, to: absolute(to, path) })}
      then={() => void select(absolute(to, path))}
    >
      <PathField label={e.copyPath} value={to} onText={setTo} />
    </ChangeDialog>
  );
}

export function DeleteDialog({ path }: { path: string }) {
  const [objects, setObjects] = useState<number | null>(null);
  useEffect(() => {
    // What cannot be counted can be deleted all the same, as far as it can be found.
    client.call("objects", { path }).then(setObjects, () => setObjects(1));
  }, []);
  return (
    <ChangeDialog
      title={e.deleteTitle(path)}
      action={e.delete}
      danger
      make={() => ({ kind: "delete", path })}
      then={() => {
        if (selected.value === path || selected.value.startsWith(`${path}/`)) void select(parentOf(path));
      }}
    >
      <p role="status" class="path">
        {objects === null ? e.counting : e.deleteBody(objects)}
      </p>
    </ChangeDialog>
  );
}

export function ResizeDialog({ path }: { path: string }) {
  const dataset = facts.value?.path === path ? facts.value.dataset : undefined;
  const before = dataset?.shape ?? [];
  const [shape, setShape] = useState<readonly number[]>(before);
  const smaller = shape.some((n, axis) => n < (before[axis] ?? 0));
  const bad = shape.findIndex((n, axis) => !Number.isSafeInteger(n) || n < 0 || n > (dataset?.maxshape?.[axis] ?? Infinity));
  return (
    <ChangeDialog
      title={e.resizeTitle(path)}
      action={e.resize}
      make={() => (bad >= 0 ? e.badExtent(bad, dataset?.maxshape?.[bad] ?? null) : String(shape) === String(before) ? null : { kind: "resize", path, shape: [...shape] })}
    >
      <div class="fields">
        {before.map((extent, axis) => (
          <label key={axis} class="field">
            <span>{e.axis(axis, dataset?.maxshape?.[axis] ?? null)}</span>
            <input
              type="number"
              min={0}
              value={Number.isNaN(shape[axis]) ? "" : (shape[axis] ?? extent)}
              onInput={(i) => setShape(shape.map((n, k) => (k === axis ? i.currentTarget.valueAsNumber : n)))}
            />
          </label>
        ))}
      </div>
      <p role="status" class={smaller ? "hint warn" : "quiet"}>
        {smaller ? e.smaller : e.larger}
      </p>
    </ChangeDialog>
  );
}
