/** What is there before a file is open. */

import { Lazily } from "../ui/lazily.js";
import { remoteDialog } from "../ui/remote.js";
import { client, openFile } from "../ui/state.js";
import { t } from "../ui/strings.js";
import { Picker } from "./picker.js";

const recentFiles = async () => (await import("./recent.js")).RecentFiles;

async function openSample(): Promise<void> {
  const blob = await client.call("sample", {});
  await openFile(new File([blob], t.sampleName));
}

async function openNew(): Promise<void> {
  const blob = await client.call("blank", {});
  await openFile(new File([blob], t.newName));
}

export function Start() {
  return (
    <section class="start" aria-label={t.open}>
      <div class="dropzone">
        <Slab />
        <h1>{t.tagline}</h1>
        <p class="drop-hint">{t.dropHere}</p>
        <p class="row">
          <Picker primary />
          <button type="button" title={t.openUrlTitle} onClick={() => (remoteDialog.value = "address")}>
            {t.openUrl}
          </button>
          <button type="button" onClick={() => void openNew()}>
            {t.newFile}
          </button>
          <button type="button" onClick={() => void openSample()}>
            {t.trySample}
          </button>
        </p>
        <p class="quiet">
          {t.private} {t.offlineReady} {t.makesFiles}
        </p>
        <p class="quiet">
          {t.forPrograms} <a href="reference/index.html">{t.reference}</a>
        </p>
      </div>
      <Lazily load={recentFiles} />
    </section>
  );
}

/** A hyperslab: part of a grid, taken with a stride. */
function Slab() {
  const cells = Array.from({ length: 40 }, (_, i) => [i % 8, Math.floor(i / 8)] as const);
  return (
    <svg class="slab" viewBox="0 0 160 100" aria-hidden="true">
      {cells.map(([c, r]) => (
        <rect
          key={`${c} ${r}`}
          x={c * 20 + 2}
          y={r * 20 + 2}
          width="16"
          height="16"
          rx="3"
          class={c >= 2 && c < 7 && r >= 1 && r < 4 && c % 2 === 0 ? "on" : ""}
        />
      ))}
    </svg>
  );
}
