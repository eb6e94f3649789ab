/** The top line: which file, opening another, saving a copy. */

import { Picker } from "../open/picker.js";
import { busy, dirty, menu, renew, renewable, save, wantedEdit } from "./edits.js";
import { bytes } from "./format.js";
import { Lazily } from "./lazily.js";
import { changes, file, files, openFile, saving, source, treeShown, undone } from "./state.js";
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
      {/* In front of everything; here, as it has to be in some landmark. */}
      {menu.value && <Lazily load={objectMenu} />}
    </header>
  );
}

function CurrentFile() {
  const list = files.value;
  const current = list.indexOf(source.value as File);
  return (
    <span class="file">
      {list.length > 1 ? (
        <select aria-label={t.files} value={String(current)} onChange={(e) => void openFile(list[Number(e.currentTarget.value)] as File)}>
          {list.map((f, i) => (
            <option key={i} value={String(i)}>
              {f.name}
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
      ) : (
        <span class="quiet">{bytes(file.value?.size ?? 0)}</span>
      )}
    </span>
  );
}
