/** An attribute is made or changed. */

import { useEffect, useState } from "preact/hooks";
import { describeType } from "../data/dtype.js";
import type { AttributeSource } from "../data/protocol.js";
import { e } from "../ui/edit-strings.js";
import { change, refused, troubleFrom } from "../ui/edits.js";
import { client } from "../ui/state.js";
import { ChangeDialog, closeDialog } from "./dialog.js";
import { TYPES } from "./types.js";

/** Stands for the type that the attribute has. */
const SAME = "";

export function AttributeDialog({ path, name: was }: { path: string; name: string | null }) {
  const [source, setSource] = useState<AttributeSource | null>(was === null ? { dtype: "string", list: false, text: "" } : null);
  useEffect(() => {
    if (was === null) return;
    client.call("attributeSource", { path, name: was }).then(setSource, (why) => {
      refused.value = troubleFrom(why);
      closeDialog();
    });
  }, []);
  return source && <Form path={path} was={was} source={source} />;
}

function Form({ path, was, source }: { path: string; was: string | null; source: AttributeSource }) {
  const [name, setName] = useState(was ?? "");
  const [dtype, setDtype] = useState<string>(was === null ? "string" : SAME);
  const [list, setList] = useState(source.list);
  const [text, setText] = useState(source.text);
  const remove = async (): Promise<void> => {
    refused.value = await change({ kind: "unattribute", path, name: was as string });
    closeDialog();
  };
  const unchanged = (): boolean => name === was && dtype === SAME && list === source.list && text === source.text;
  return (
    <ChangeDialog
      title={was === null ? e.newAttribute : e.changeAttribute}
      action={e.ok}
      make={() => {
        if (name === "") return e.nameless;
        if (unchanged()) return null;
        return { kind: "attribute", path, name, list, text, ...(was === null ? {} : { was }), ...(dtype === SAME ? {} : { dtype }) };
      }}
      extra={
        was !== null && (
          <button type="button" onClick={() => void remove()}>
            {e.deleteAttribute}
          </button>
        )
      }
    >
      <label class="field">
        <span>{e.name}</span>
        <input type="text" required value={name} spellcheck={false} onInput={(i) => setName(i.currentTarget.value)} />
      </label>
      <label class="field">
        <span>{e.type}</span>
        <select value={dtype} onChange={(i) => setDtype(i.currentTarget.value)}>
          {was !== null && <option value={SAME}>{e.sameType(describeType(source.dtype))}</option>}
          {TYPES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" checked={list} onChange={(i) => setList(i.currentTarget.checked)} /> {e.list}
      </label>
      <label class="field">
        <span>{e.valueField}</span>
        <textarea rows={Math.min(10, Math.max(2, text.split("\n").length))} spellcheck={false} value={text} onInput={(i) => setText(i.currentTarget.value)} />
      </label>
    </ChangeDialog>
  );
}
