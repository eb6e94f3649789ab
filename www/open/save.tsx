/** Saving a compressed copy: choose, wait with a way out, see what it brought, save. */

import { useEffect, useRef, useState } from "preact/hooks";
import { CallCancelled, CallError, Client } from "../data/client.js";
import type { CopyStoring, Progress, Trouble } from "../data/protocol.js";
import { bytes, change as changeOf } from "../ui/format.js";
import { changes, client as pageClient, file, path, saving, source } from "../ui/state.js";
import { objectWords, t } from "../ui/strings.js";
import { TroubleBox } from "../ui/trouble.js";
import { copyName, saveToDisk } from "./download.js";

interface Copy {
  blob: Blob;
  subtree: boolean;
  storing: CopyStoring;
}

const USUAL: CopyStoring = { compression: "gzip", level: 4, chunks: "own", libver: "earliest" };

/** One of the choices of how the copy is stored. */
function Choice<K extends "compression" | "chunks" | "libver">({ of, storing, disabled, onChange }: { of: K; storing: CopyStoring; disabled: boolean; onChange: (storing: CopyStoring) => void }) {
  const { name, options } = t.storing[of];
  // Filters need chunks.
  const unfit = (value: string): boolean => of === "chunks" && value === "none" && storing.compression !== "none";
  return (
    <label class="field">
      <span>{name}</span>
      <select value={storing[of]} disabled={disabled} onChange={(e) => onChange({ ...storing, [of]: e.currentTarget.value })}>
        {Object.entries(options).map(([value, words]) => (
          <option key={value} value={value} disabled={unfit(value)}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

export function SaveDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const worker = useRef<Client | null>(null);
  const [storing, setStoring] = useState(USUAL);
  const [subtree, setSubtree] = useState(false);
  const [name, setName] = useState(copyName(file.value?.name ?? "file.h5"));
  const [progress, setProgress] = useState<Progress | null>(null);
  const [copy, setCopy] = useState<Copy | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [saved, setSaved] = useState(false);
  const here = path.value;
  const ready = copy !== null && copy.storing === storing && copy.subtree === subtree;
  const { level } = storing;
  const change = (next: CopyStoring): void => {
    // What is compressed is in chunks.
    setStoring(next.compression !== "none" && next.chunks === "none" ? { ...next, chunks: "own" } : next);
  };

  const stop = (): void => {
    worker.current?.end();
    worker.current = null;
    setProgress(null);
  };
  useEffect(() => {
    dialog.current?.showModal();
    return stop;
  }, []);

  const make = async (): Promise<void> => {
    if (!source.value) return;
    // A worker of its own: looking around goes on, stopping is immediate, and its memory is given back.
    const client = (worker.current = new Client());
    setProgress({ done: 0, total: 0 });
    setTrouble(null);
    setSaved(false);
    try {
      const whole = changes.value.length > 0 ? await pageClient.call("whole", {}) : source.value;
      const made = await client.call("repack", { file: whole, storing, subtree: subtree ? here : null }, { onProgress: setProgress });
      setCopy({ blob: new Blob([made], { type: "application/x-hdf5" }), storing, subtree });
    } catch (e) {
      if (!(e instanceof CallCancelled)) setTrouble(e instanceof CallError ? e.trouble : { code: "Internal", message: String(e) });
    } finally {
      if (worker.current === client) stop();
      else client.end();
    }
  };

  const before = file.value?.size ?? 0;
  return (
    <dialog ref={dialog} class="save" aria-labelledby="save-title" onClose={() => (saving.value = false)}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (!ready) void make();
          else void saveToDisk(copy.blob, name).then((done) => setSaved(done));
        }}
      >
        <h2 id="save-title">{t.saveTitle}</h2>
        <p class="quiet">{t.saveIntro}</p>
        <fieldset disabled={progress !== null}>
          <legend>{t.saveWhat}</legend>
          <label class="check">
            <input type="radio" name="what" checked={!subtree} onChange={() => setSubtree(false)} /> {t.saveAll}
          </label>
          {here !== "/" && (
            <label class="check">
              <input type="radio" name="what" checked={subtree} onChange={() => setSubtree(true)} /> <span class="path">{t.saveSubtree(here)}</span>
            </label>
          )}
        </fieldset>
        <div class="fields">
          {(["compression", "chunks", "libver"] as const).map((of) => (
            <Choice key={of} of={of} storing={storing} disabled={progress !== null} onChange={change} />
          ))}
        </div>
        {storing.compression === "gzip" && <label class="field">
          <span>
            {t.level} <span class="badge">{t.levelNames(level)}</span>
          </span>
          <input
            type="range"
            min={0}
            max={9}
            value={level}
            disabled={progress !== null}
            aria-valuetext={t.levelNames(level)}
            onInput={(e) => change({ ...storing, level: e.currentTarget.valueAsNumber })}
          />
        </label>}
        <label class="field">
          <span>{t.fileName}</span>
          <input type="text" required value={name} spellcheck={false} onInput={(e) => setName(e.currentTarget.value)} />
        </label>
        <div class="outcome" role="status">
          <span>
            {t.before} <strong>{bytes(before)}</strong>
          </span>
          {progress ? (
            <span class="grow">
              <progress aria-label={t.making} {...(progress.total > 0 ? { max: progress.total, value: progress.done } : {})} />
            </span>
          ) : (
            <span>
              {t.after} <strong>{ready ? bytes(copy.blob.size) : "–"}</strong> {ready && !subtree && <span class="badge">{changeOf(before, copy.blob.size)}</span>}
            </span>
          )}
          {saved && ready && <span>{t.saved(name)}</span>}
        </div>
        {trouble && <TroubleBox words={objectWords(trouble)} name={file.value?.name ?? ""} trouble={trouble} />}
        <p class="row end">
          <button type="button" onClick={() => (progress ? stop() : dialog.current?.close())}>
            {progress ? t.cancel : t.close}
          </button>
          <button type="submit" class="primary" disabled={progress !== null}>
            {progress ? t.making : ready ? t.download : t.makeCopy}
          </button>
        </p>
      </form>
    </dialog>
  );
}
