/** Making datasets of files of other kinds. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Trouble } from "../data/protocol.js";
import type { FirstLine } from "../data/read-csv.js";
import { join } from "../explorer/tree.js";
import { refusedWords } from "../ui/edit-strings.js";
import { change, troubleFrom } from "../ui/edits.js";
import { i } from "../ui/import-strings.js";
import { remote } from "../ui/remote.js";
import { client, facts, file, importing, openFile, path, select, source } from "../ui/state.js";
import { sentence } from "../ui/strings.js";
import { TroubleBox } from "../ui/trouble.js";

/** A file's name without its ending; what a path would take apart is no part of a name. */
const baseOf = (name: string): string => name.replace(/\.\w+$/, "").replaceAll("/", "_") || "data";

export function ImportDialog() {
  const files = importing.value;
  // Others may be dropped meanwhile.
  return files && <Dialog key={files.map((f) => f.name).join("/")} files={files} />;
}

function Dialog({ files }: { files: readonly File[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const before = useRef(document.activeElement);
  const open = file.value !== null && !remote.value;
  const [here, setHere] = useState(open);
  const [name, setName] = useState(baseOf(files[0]?.name ?? ""));
  const [firstLine, setFirstLine] = useState<FirstLine>("auto");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const tables = files.some((f) => /\.[ct]sv$/i.test(f.name));
  const group = facts.value?.kind === "group" ? path.value : path.value.slice(0, path.value.lastIndexOf("/")) || "/";
  const newName = `${baseOf(files[0]?.name ?? "")}.h5`;
  useEffect(() => {
    dialog.current?.showModal();
    return () => {
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, []);

  /** Makes all of them; resolves to why one could not be made. */
  const make = async (): Promise<Trouble | null> => {
    if (files.length === 1 && name === "") return { code: "Argument", message: i.nameless };
    const to = here ? group : "/";
    if (!here) {
      // Before there is a file for nothing.
      for (const f of files) await client.call("tryImport", { kind: "import", path: "/", file: f, firstLine });
      const made = new File([await client.call("blank", {})], newName);
      // The question what becomes of changes is asked in front of this one.
      await openFile(made);
      if (source.value !== made) return null;
    }
    const taken = new Set(await client.call("children", { path: to }));
    let first: string | undefined;
    for (const f of files) {
      const wish = files.length === 1 ? name : baseOf(f.name);
      let free = wish;
      for (let k = 2; files.length > 1 && taken.has(free); k++) free = `${wish} ${k}`;
      const why = await change({ kind: "import", path: join(to, free), file: f, firstLine });
      if (why) return why;
      taken.add(free);
      first ??= join(to, free);
    }
    importing.value = null;
    if (first !== undefined) await select(first);
    return null;
  };
  const submit = async (): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    const why = await make().catch(troubleFrom);
    setBusy(false);
    setTrouble(why);
    // The new file is there now: what is tried again goes into it.
    if (why && !here && file.value?.name === newName) setHere(true);
  };
  return (
    <dialog ref={dialog} aria-labelledby="import-title" onClose={() => (importing.value = null)}>
      <form
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          if (!busy) void submit();
        }}
      >
        <h2 id="import-title" class="path">
          {i.title(files)}
        </h2>
        {open && (
          <fieldset disabled={busy}>
            <legend>{i.where}</legend>
            {[true, false].map((which) => (
              <label key={String(which)} class="check">
                <input type="radio" name="where" checked={here === which} onChange={() => setHere(which)} />{" "}
                <span class="path">{which ? i.here(file.value?.name ?? "", group) : i.newFile(newName)}</span>
              </label>
            ))}
          </fieldset>
        )}
        {files.length === 1 && (
          <label class="field">
            <span>{i.name}</span>
            <input type="text" required value={name} spellcheck={false} onInput={(e) => setName(e.currentTarget.value)} />
          </label>
        )}
        {tables && (
          <label class="field">
            <span>{i.firstLine}</span>
            <select value={firstLine} onChange={(e) => setFirstLine(e.currentTarget.value as FirstLine)}>
              {Object.entries(i.firstLines).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        )}
        {trouble && <TroubleBox words={trouble.code === "Value" ? { title: i.unread, body: sentence(trouble) } : refusedWords(trouble)} name={file.value?.name ?? ""} trouble={trouble} />}
        <p class="row end">
          <button type="button" onClick={() => dialog.current?.close()}>
            {i.cancel}
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {busy ? i.making : i.make}
          </button>
        </p>
      </form>
    </dialog>
  );
}
