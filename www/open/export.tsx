/** Exporting values, and programs that read them. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CallCancelled, CallError, NOW } from "../data/client.js";
import { elementKind, isPlottable } from "../data/dtype.js";
import { lastPart } from "../data/names.js";
import type { ExportAsk, Facts, Progress, Trouble } from "../data/protocol.js";
import { count, spell, whole } from "../data/selection.js";
import { copy } from "../ui/clipboard.js";
import { x } from "../ui/export-strings.js";
import { client, exporting, facts, file, mapping, source } from "../ui/state.js";
import { objectWords } from "../ui/strings.js";
import { TroubleBox } from "../ui/trouble.js";
import { saveToDisk } from "./download.js";
import { hasPicture, picture } from "./picture.js";
import { snippets, type Language } from "./snippets.js";

type Format = ExportAsk["format"] | "png";

const TYPES: Record<Format, string> = { csv: "text/csv", npy: "application/octet-stream", json: "application/json", png: "image/png" };

/** The forms that its values can have in a file. A single value is no array. */
function formatsOf(f: Facts): Format[] {
  const kind = elementKind(f.dtype ?? "");
  const values: Format[] = isPlottable(kind) || kind === "complex" ? ["csv", "npy", "json"] : ["csv", "json"];
  return hasPicture() ? [...values, "png"] : values;
}

export function ExportDialog() {
  const f = facts.value;
  return f?.dataset?.shape ? <Dialog facts={f} shape={f.dataset.shape} /> : null;
}

function Dialog({ facts: f, shape }: { facts: Facts; shape: readonly number[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const before = useRef(document.activeElement);
  const running = useRef<AbortController | null>(null);
  const formats = useMemo(() => formatsOf(f), []);
  const [format, setFormat] = useState<Format>(formats[0] as Format);
  const [all, setAll] = useState(false);
  const base = lastPart(f.path) || "data";
  const [name, setName] = useState("");
  const [progress, setProgress] = useState<Progress | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [said, setSaid] = useState<string[]>([]);
  const m = mapping.value;
  const everything = shape.map(whole);
  const size = shape.reduce((a, b) => a * b, 1);
  const shown = m.picks.reduce((n, p) => n * count(p), 1);
  const selection = all || shown === size ? "" : spell(m.picks, shape);
  const called = name || `${base}.${format}`;

  useEffect(() => {
    dialog.current?.showModal();
    return () => {
      running.current?.abort(NOW);
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, []);

  const run = async (): Promise<void> => {
    const abort = (running.current = new AbortController());
    let absent: string[] = [];
    const make = async (): Promise<Blob> => {
      if (format === "png") return picture(`${f.path}${selection ? ` [${selection}]` : ""}`);
      const slice = all ? { picks: everything, x: null, y: null } : { picks: m.picks, x: m.x, y: m.y };
      const made = await client.call("export", { path: f.path, ...slice, format }, { signal: abort.signal, onProgress: setProgress });
      absent = made.absent;
      return made.blob;
    };
    setTrouble(null);
    setSaid([]);
    setProgress({ done: 0, total: 0 });
    try {
      const saved = await saveToDisk(make, called, [{ description: format.toUpperCase(), accept: { [TYPES[format]]: [`.${format}`] } }]);
      if (saved) setSaid([x.saved(called), ...(absent.length > 0 ? [x.absent(absent)] : [])]);
    } catch (e) {
      if (!(e instanceof CallCancelled)) setTrouble(e instanceof CallError ? e.trouble : { code: "Internal", message: String(e) });
    } finally {
      setProgress(null);
    }
  };

  return (
    <dialog ref={dialog} aria-labelledby="export-title" onClose={() => (exporting.value = false)}>
      <form
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          if (!progress) void run();
        }}
      >
        <h2 id="export-title" class="path">
          {x.title(f.path)}
        </h2>
        {shape.length > 0 && (
          <>
            {shown !== size && format !== "png" && (
              <fieldset disabled={progress !== null}>
                <legend>{x.what}</legend>
                {[false, true].map((which) => (
                  <label key={String(which)} class="check">
                    <input type="radio" name="what" checked={all === which} onChange={() => setAll(which)} />{" "}
                    {which ? x.whole(size) : x.shown(spell(m.picks, shape), shown)}
                  </label>
                ))}
              </fieldset>
            )}
            <div class="fields">
              <label class="field">
                <span>{x.format}</span>
                <select value={format} disabled={progress !== null} onChange={(e) => setFormat(e.currentTarget.value as Format)}>
                  {formats.map((one) => (
                    <option key={one} value={one}>
                      {x.formats[one]}
                    </option>
                  ))}
                </select>
              </label>
              <label class="field">
                <span>{x.fileName}</span>
                <input type="text" value={called} spellcheck={false} onInput={(e) => setName(e.currentTarget.value)} />
              </label>
            </div>
          </>
        )}
        <fieldset>
          <legend>{x.program}</legend>
          <Programs path={f.path} selection={selection} />
        </fieldset>
        <div role="status">
          {progress && <progress aria-label={x.exporting} {...(progress.total > 0 ? { max: progress.total, value: progress.done } : {})} />}
          {said.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </div>
        {trouble && <TroubleBox words={objectWords(trouble)} name={file.value?.name ?? ""} trouble={trouble} />}
        <p class="row end">
          <button type="button" onClick={() => (progress ? running.current?.abort(NOW) : dialog.current?.close())}>
            {progress ? x.cancel : x.close}
          </button>
          {shape.length > 0 && (
            <button type="submit" class="primary" disabled={progress !== null}>
              {progress ? x.exporting : x.export}
            </button>
          )}
        </p>
      </form>
    </dialog>
  );
}

/** Buttons that copy programs. */
function Programs({ path, selection }: { path: string; selection: string }) {
  const [copied, setCopied] = useState("");
  const open = source.value;
  const of = { file: open === null || open instanceof File ? (file.value?.name ?? "") : open.url, path, selection };
  return (
    <div class="row">
      {(Object.keys(snippets) as Language[]).map((language) => {
        const text = snippets[language](of);
        return (
          <button key={language} type="button" class="small" title={text} onClick={() => void copy(text).then(() => setCopied(text))}>
            {copied === text ? x.copied : x.copy[language]}
          </button>
        );
      })}
    </div>
  );
}
