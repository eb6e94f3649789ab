/** The top line: which file, opening another, saving a copy. */

import type { Given } from "../data/protocol.js";
import { Picker } from "../open/picker.js";
import { busy, dirty, menu, renew, renewable, save, wantedEdit } from "./edits.js";
import { bytes } from "./format.js";
import { Lazily } from "./lazily.js";
import { remote, remoteDialog } from "./remote.js";
import { changes, file, files, helping, openFile, saving, source, traffic, treeShown, undone } from "./state.js";
import { t } from "./strings.js";

const objectMenu = async () => (await import("../editor/menu.js")).ObjectMenu;

export function Header() {
  const open = file.value;
  return (
    <header>
      {open && (
        <button
          type="button"
          class="icon tree-toggle"
          aria-expanded={treeShown.value}
          aria-label={treeShown.value ? t.hideTree : t.showTree}
          onClick={() => (treeShown.value = !treeShown.value)}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 5h14M3 10h14M3 15h14" />
          </svg>
        </button>
      )}
      <span class="brand">
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <rect x="2" y="2" width="4" height="4" rx="1" opacity=".45" />
          <rect x="8" y="2" width="4" height="4" rx="1" opacity=".45" />
          <rect x="14" y="2" width="4" height="4" rx="1" opacity=".45" />
          <rect x="2" y="8" width="4" height="4" rx="1" opacity=".45" />
          <rect x="8" y="8" width="10" height="10" rx="1.5" />
          <rect x="2" y="14" width="4" height="4" rx="1" opacity=".45" />
        </svg>
        <span>{t.app}</span>
      </span>
      {open && <CurrentFile />}
      <span class="grow" />
      {open && (
        <>
          <Picker label={t.open} />
          <button type="button" title={t.openUrlTitle} onClick={() => (remoteDialog.value = "address")}>
            {t.openUrl}
          </button>
          {renewable.value && (
            <button type="button" title={t.renewTitle(open.name)} onClick={() => void renew()}>
              {t.renew}
            </button>
          )}
          <button type="button" onClick={() => (saving.value = true)}>
            {t.save}
          </button>
          <button type="button" class="primary" disabled={!dirty.value || busy.value} title={t.saveNowTitle(open.name)} onClick={() => void save()}>
            {t.saveNow}
          </button>
        </>
      )}
      <button type="button" class="icon help-button" aria-haspopup="dialog" aria-label={t.help} title={`${t.help} (?)`} onClick={() => (helping.value = true)}>
        ?
      </button>
      {/* In front of everything; here, as it has to be in some landmark. */}
      {menu.value && <Lazily load={objectMenu} />}
    </header>
  );
}

function CurrentFile() {
  const list = files.value;
  const current = list.findIndex((f) => f === source.value);
  return (
    <span class="file">
      {list.length > 1 ? (
        <select aria-label={t.files} value={String(current)} onChange={(e) => void openFile(list[Number(e.currentTarget.value)] as Given)}>
          {list.map((f, i) => (
            <option key={i} value={String(i)} title={f instanceof File ? undefined : f.url}>
              {f instanceof File ? f.name : `${f.name} (${new URL(f.url).host})`}
            </option>
          ))}
        </select>
      ) : (
        <strong title={file.value?.name}>{file.value?.name}</strong>
      )}
      {dirty.value || undone.value.length > 0 ? (
        <button type="button" class="small changes" aria-haspopup="dialog" onClick={() => (wantedEdit.value = { what: "changes" })}>
          {dirty.value && <span class="dot">●</span>} {t.changes(changes.value.length)}
        </button>
      ) : remote.value ? (
        <RemoteBadge />
      ) : (
        <span class="quiet">{bytes(file.value?.size ?? 0)}</span>
      )}
    </span>
  );
}

/** Says that a file is read from where it is, and how much has come. */
function RemoteBadge() {
  const [done, size] = [traffic.value?.bytes ?? 0, file.value?.size ?? 0];
  return (
    <button
      type="button"
      class="small remote"
      aria-haspopup="dialog"
      title={remote.value?.url}
      aria-label={t.fetchedLabel(done, size)}
      onClick={() => (remoteDialog.value = "info")}
    >
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="7" />
        <path d="M3 10h14M10 3c4 4 4 10 0 14M10 3c-4 4-4 10 0 14" />
      </svg>
      {t.fetchedOf(done, size)}
    </button>
  );
}
