// The viewer as an application has it, with what a test asks of it in `window`.
import { App, DataProvider, enableBigIntSerialization } from "@h5web/app";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import "@h5web/app/styles.css";
import { HyperslabApi } from "hyperslab/h5web";

enableBigIntSerialization();
const root = createRoot(document.getElementById("root"));
const box = document.getElementById("root");
let api;
let file = "";
let times = 0;

/** A file of the test's server; nothing if there is none. */
async function load(name, from = new URL("corpus/", location.href)) {
  const url = new URL(name.split("/").map(encodeURIComponent).join("/"), from);
  const answer = await fetch(url);
  return answer.ok ? new File([await answer.arrayBuffer()], name) : undefined;
}

/** What the members of a set are to HDF5's driver. */
const SETS = {
  family: (members) => ({ family: members }),
  split: (members) => ({ split: { meta: members.find((m) => /-m\.h5$/.test(m.name)), raw: members.find((m) => /-r\.h5$/.test(m.name)) } }),
  multi: (members) => {
    const kinds = Object.entries({ super: "s", btree: "b", draw: "r", gheap: "g", lheap: "l", ohdr: "o" });
    const found = kinds.map(([kind, letter]) => [kind, members.find((m) => m.name.endsWith(`-${letter}.h5`))]);
    return { multi: Object.fromEntries(found.filter(([, member]) => member)) };
  },
};

/** Opens a file, or the members of a set; files that it names come from the test's server, too. */
async function openFile(name, driver, members) {
  flushSync(() => root.render(null));
  await api?.close();
  const folder = new URL(name.split("/").slice(0, -1).map(encodeURIComponent).join("/") + "/", new URL("corpus/", location.href));
  const source = SETS[driver] ? SETS[driver](await Promise.all(members.map((m) => load(m)))) : await load(name);
  api = new HyperslabApi(source, { filepath: name, resolve: (other) => load(other, folder) });
  await api.getEntity("/");
  file = name;
}

const tabs = () => [...box.querySelectorAll('[role="tablist"][aria-label="Visualization"] [role="tab"]')];

/** Waits until the viewer is done; what it shows then: cells of a table, or text, or that there is nothing; or its error. */
async function settled() {
  const began = performance.now();
  let drawn = false;
  for (;;) {
    await new Promise((done) => setTimeout(done, 1));
    const vis = tabs().find((tab) => tab.ariaSelected === "true")?.textContent;
    const error = box.querySelector('[class*="_error_"], [class*="_detailedError_"]');
    if (error) return { vis, error: error.textContent };
    const nothing = box.querySelector('[class*="_fallback_"]');
    if (nothing && !/^Loading/.test(nothing.textContent)) return { vis: "none", text: nothing.textContent };
    const shown = !box.querySelector('[data-testid^="Loading"]') && vis !== undefined && box.querySelector('[class*="_visArea_"] [class*="_vis_"]');
    if (shown) {
      const grid = shown.querySelector('[role="grid"]');
      const cells = [...(grid?.querySelectorAll('[role="gridcell"]') ?? [])];
      if (grid && (cells.length > 0 || grid.ariaRowCount === "0" || grid.ariaColCount === "0")) {
        const extents = [Number(grid.ariaRowCount), Number(grid.ariaColCount)];
        return { vis, extents, cells: cells.map((c) => [Number(c.parentElement.ariaRowIndex) - 1, Number(c.ariaColIndex) - 1, c.textContent]) };
      }
      if (!grid && shown.querySelector("canvas, svg, img")) {
        if (drawn) return { vis, plot: true };
        // What is wrong with it may turn out when it is drawn.
        drawn = true;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      }
      if (!grid && shown.querySelector("pre")) return { vis, text: shown.textContent };
    }
    if (performance.now() - began > 15_000) return { vis, error: `nothing is shown: ${box.innerHTML.slice(0, 500)}` };
  }
}

/** Lets the viewer begin with text, which it forgets when something else was chosen. */
function preferText() {
  if (localStorage.getItem("h5web:preferredVis") === '"Matrix"') return;
  flushSync(() => root.render(null));
  localStorage.setItem("h5web:preferredVis", '"Matrix"');
}

async function show(path) {
  times += 1;
  preferText();
  // At once: what was shown before is gone.
  flushSync(() =>
    root.render(
      <DataProvider api={api} key={file}>
        <App initialPath={path} sidebarOpen={false} key={times} />
      </DataProvider>,
    ),
  );
  return await settled();
}

/** Shows objects of a file one after another, `[path, plots]`: as text, and, where `plots` is set, in all other ways that the viewer has. */
window.showAll = async ({ name, driver, members }, objects) => {
  await openFile(name, driver, members);
  const all = [];
  for (const [path, plots] of objects) {
    const first = await show(path);
    const others = [];
    if (plots) {
      const names = tabs().map((tab) => tab.textContent).filter((vis) => vis !== first.vis);
      for (const vis of names) {
        flushSync(() => tabs().find((tab) => tab.textContent === vis)?.click());
        others.push({ ...(await settled()), vis });
      }
    }
    all.push({ path, ...first, others });
  }
  return all;
};
