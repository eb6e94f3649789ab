/** The dialogs about files behind addresses. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CallCancelled } from "../data/client.js";
import type { Progress, Trouble } from "../data/protocol.js";
import { copy } from "../ui/clipboard.js";
import { troubleFrom } from "../ui/edits.js";
import { bytes } from "../ui/format.js";
import { closeRemote, remote, remoteDialog } from "../ui/remote.js";
import { r } from "../ui/remote-strings.js";
import { client, file, openFile, traffic } from "../ui/state.js";
import { objectWords } from "../ui/strings.js";
import { TroubleBox } from "../ui/trouble.js";
import { fileAt } from "./address.js";
import { saveToDisk } from "./download.js";

/** Bytes that a page can hold. */
const MOST = 2 * 2 ** 30;

export function RemoteDialogs() {
  switch (remoteDialog.value) {
    case "address":
      return <AddressDialog />;
    case "info":
      return <InfoDialog />;
    case "save":
    case "copy":
      return <FetchDialog key={remoteDialog.value} then={remoteDialog.value} />;
    default:
      return null;
  }
}

/** Where the wish for a dialog came from. */
let opener: Element | null = null;

/** A dialog; when it is gone the focus is where it was. */
function Box({ title, children }: { title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  // One dialog may follow another.
  if (!dialog.current && !document.activeElement?.closest("dialog")) opener = document.activeElement;
  return (
    <dialog ref={dialog} aria-labelledby="remote-title" onClose={closeRemote}>
      <div class="form">
        <h2 id="remote-title">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

function AddressDialog() {
  const [text, setText] = useState(remote.value?.url ?? "");
  const [wrong, setWrong] = useState(false);
  const submit = (e: Event): void => {
    e.preventDefault();
    const given = fileAt(text);
    if (!given) return setWrong(true);
    closeRemote();
    void openFile(given);
  };
  return (
    <Box title={r.title}>
      <form class="plain" noValidate onSubmit={submit}>
        <label class="field">
          <span>{r.address}</span>
          <input
            type="url"
            value={text}
            placeholder={r.example}
            spellcheck={false}
            autocomplete="url"
            aria-invalid={wrong}
            aria-describedby="remote-hint"
            onFocus={(e) => e.currentTarget.select()}
            onInput={(e) => {
              setText(e.currentTarget.value);
              setWrong(false);
            }}
          />
        </label>
        {wrong && (
          <p class="bad" role="alert">
            {r.noAddress}
          </p>
        )}
        <p id="remote-hint" class="quiet">
          {r.intro} {r.introCors}
        </p>
        <p class="row end">
          <button type="button" onClick={closeRemote}>
            {r.cancel}
          </button>
          <button type="submit" class="primary">
            {r.open}
          </button>
        </p>
      </form>
    </Box>
  );
}

function InfoDialog() {
  const [copied, setCopied] = useState(false);
  const of = remote.value;
  const size = file.value?.size ?? 0;
  const seen = traffic.value;
  if (!of) return null;
  const facts: [string, string][] = [
    [r.facts.address, of.url],
    [r.facts.size, bytes(size)],
    ...(seen ? ([[r.facts.fetched, r.fetched(seen, size)]] as [string, string][]) : []),
    ...(seen?.notices.map((): [string, string] => [r.facts.notices, r.whole(size)]) ?? []),
  ];
  return (
    <Box title={r.infoTitle(of.name)}>
      <p class="quiet">{r.infoIntro}</p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="row end">
        <button type="button" onClick={() => void copy(of.url).then(() => setCopied(true))}>
          {copied ? r.copied : r.copyAddress}
        </button>
        <button type="button" onClick={() => (remoteDialog.value = "save")}>
          {r.download}
        </button>
        <button type="button" onClick={() => (remoteDialog.value = "copy")}>
          {r.editCopy}
        </button>
        <button type="button" class="primary" onClick={closeRemote}>
          {r.close}
        </button>
      </p>
    </Box>
  );
}

/** All of the file into the page: to be changed here, or to be saved. */
function FetchDialog({ then }: { then: "save" | "copy" }) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [blob, setBlob] = useState<Blob | null>(null);
  const running = useRef<AbortController | null>(null);
  const { name, url } = useRef(remote.value).current ?? { name: "", url: "" };
  const size = file.value?.size ?? 0;
  useEffect(() => () => running.current?.abort(), []);

  const begin = async (): Promise<void> => {
    const abort = (running.current = new AbortController());
    setTrouble(null);
    setProgress({ done: 0, total: size });
    try {
      const whole = await client.call("download", {}, { signal: abort.signal, onProgress: setProgress });
      if (abort.signal.aborted) return;
      if (then === "save") return setBlob(whole);
      await openFile(new File([whole], name));
      closeRemote();
    } catch (e) {
      if (!(e instanceof CallCancelled)) setTrouble(troubleFrom(e));
    } finally {
      if (running.current === abort) running.current = null;
      setProgress(null);
    }
  };
  const stop = (): void => (progress ? running.current?.abort() : closeRemote());
  return (
    <Box title={then === "copy" ? r.copyTitle : r.downloadTitle}>
      {size > MOST ? (
        <p>
          {r.tooBig(size)} <a href={url} target="_blank" rel="noreferrer">{name}</a>
        </p>
      ) : (
        <p>{then === "copy" ? r.copyBody(name, size) : r.downloadBody(name, size)}</p>
      )}
      {progress && (
        <p class="outcome" role="status">
          <span>{r.of(progress.done, progress.total)}</span>
          <span class="grow">
            <progress aria-label={r.fetching} max={progress.total} value={progress.done} />
          </span>
        </p>
      )}
      {trouble && <TroubleBox words={objectWords(trouble)} name={name} trouble={trouble} />}
      <p class="row end">
        <button type="button" onClick={stop}>
          {r.cancel}
        </button>
        {blob ? (
          <button type="button" class="primary" onClick={() => void saveToDisk(blob, name).then((saved) => saved && closeRemote())}>
            {r.save}
          </button>
        ) : (
          <button type="button" class="primary" disabled={progress !== null || size > MOST} onClick={() => void begin()}>
            {progress ? r.fetching : r.begin[then]}
          </button>
        )}
      </p>
    </Box>
  );
}
