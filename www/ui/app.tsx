/** The page: header, tree, the selected object, and what is in front of them. */

import { useEffect } from "preact/hooks";
import { Explorer } from "../explorer/explorer.js";
import { ObjectPage } from "../inspector/object.js";
import { dragging } from "../open/drop.js";
import { SaveDialog } from "../open/save.js";
import { Start } from "../open/start.js";
import { dirty, refused, renew, wantedEdit } from "./edits.js";
import { bytes } from "./format.js";
import { Header } from "./header.js";
import { Lazily } from "./lazily.js";
import { remote, remoteDialog } from "./remote.js";
import { cost, exporting, file, helping, importing, leaving, lost, note, opening, readout, refresh, saving, stopOpening, traffic, trouble, treeShown, visit } from "./state.js";
import { objectWords, openWords, t } from "./strings.js";
import { TroubleBox } from "./trouble.js";

const editDialogs = async () => (await import("../editor/dialogs.js")).EditDialogs;
const remoteDialogs = async () => (await import("../open/remote.js")).RemoteDialogs;
const importDialog = async () => (await import("../editor/import.js")).ImportDialog;
const helpDialog = async () => (await import("./help.js")).HelpDialog;
const exportDialog = async () => (await import("../open/export.js")).ExportDialog;
const refusedBox = async () => (await import("../editor/refused.js")).RefusedBox;

export function App() {
  useEffect(() => {
    document.title = file.value ? `${dirty.value ? "● " : ""}${file.value.name} – ${t.app}` : t.app;
  }, [file.value, dirty.value]);
  return (
    <>
      <a class="skip" href="#object" onClick={skip}>
        {t.skipToContent}
      </a>
      <Header />
      {trouble.value && (
        <TroubleBox
          words={openWords(trouble.value.name, trouble.value.trouble)}
          name={trouble.value.name}
          trouble={trouble.value.trouble}
          onClose={() => (trouble.value = null)}
          onAgain={trouble.value.again}
        />
      )}
      {lost.value && (
        <TroubleBox
          words={objectWords(lost.value)}
          name={file.value?.name ?? ""}
          trouble={lost.value}
          onClose={() => (lost.value = null)}
          onAgain={() => {
            const changed = lost.value?.remote?.why === "changed";
            lost.value = null;
            void (changed ? renew() : refresh(true));
          }}
        />
      )}
      {note.value && (
        <div class="hint told row" role="status">
          <span class="grow">{note.value}</span>
          <button type="button" class="small" onClick={() => (note.value = null)}>
            {t.dismiss}
          </button>
        </div>
      )}
      {refused.value && <Lazily load={refusedBox} />}
      {opening.value && (
        <div class="opening row" role="status">
          {t.opening(opening.value)}
          {traffic.value?.coming && <span>{traffic.value.coming.total > 0 ? t.fetchedOf(traffic.value.coming.done, traffic.value.coming.total) : bytes(traffic.value.coming.done)}</span>}
          {stopOpening.value && (
            <button type="button" class="small" onClick={() => stopOpening.value?.()}>
              {t.cancel}
            </button>
          )}
        </div>
      )}
      {file.value ? (
        <div class="browse" key={visit.value}>
          <nav class={treeShown.value ? "shown" : ""} aria-label={t.tree}>
            <Explorer />
          </nav>
          <main id="object" tabIndex={-1}>
            <ObjectPage />
          </main>
        </div>
      ) : (
        <main id="object" tabIndex={-1}>
          <Start />
        </main>
      )}
      {file.value && (
        <footer>
          <output class="readout">{readout}</output>
          <span class="cost">{cost}</span>
        </footer>
      )}
      {saving.value && <SaveDialog />}
      {importing.value && <Lazily load={importDialog} />}
      {helping.value && <Lazily load={helpDialog} />}
      {exporting.value && <Lazily load={exportDialog} />}
      {((wantedEdit.value && !remote.value) || leaving.value) && <Lazily load={editDialogs} />}
      {remoteDialog.value && <Lazily load={remoteDialogs} />}
      {dragging.value && <div class="drag-over">{t.dropNow}</div>}
    </>
  );
}

/** By script, as the hash of the address says where one is in the file. */
function skip(e: Event): void {
  e.preventDefault();
  document.getElementById("object")?.focus();
}
