// The viewer as an application has it, with what a test asks of it in `window`.
import { App, DataProvider, enableBigIntSerialization } from "@h5web/app";
import { createRoot } from "react-dom/client";
import "@h5web/app/styles.css";
import { HyperslabApi } from "hyperslab/h5web";

enableBigIntSerialization();
const root = createRoot(document.getElementById("root"));
let api;
let times = 0;

/** Opens a file; its bytes, and those of the files it names, come from the test's server. */
window.openFile = async (name) => {
  const url = new URL(name.split("/").map(encodeURIComponent).join("/"), `${location.origin}/corpus/`);
  const load = async (from) => {
    const answer = await fetch(from);
    return answer.ok ? new File([await answer.arrayBuffer()], name) : undefined;
  };
  await api?.close();
  api = new HyperslabApi(await load(url), { resolve: (other) => load(new URL(other, url)) });
  await api.getEntity("/");
};

/** Shows an object; what the viewer says when it is done: nothing, or its error. */
window.show = async (path) => {
  times += 1;
  root.render(
    <DataProvider api={api} key={times}>
      <App initialPath={path} sidebarOpen={false} />
    </DataProvider>,
  );
  const began = performance.now();
  for (;;) {
    await new Promise((done) => setTimeout(done, 4));
    const box = document.getElementById("root");
    const error = box.querySelector('[class*="_error_"], [class*="_detailedError_"]');
    if (error) return `error: ${error.textContent}`;
    // The part of the page where data is shown, with something in it.
    const area = box.querySelector('[class*="_visArea_"], [class*="_fallback_"]');
    if (!box.querySelector('[data-testid^="Loading"]') && area?.childElementCount > 0) return area.textContent.slice(0, 200);
    if (performance.now() - began > 15_000) return `error: nothing is shown: ${box.innerHTML.slice(0, 500)}`;
  }
};
