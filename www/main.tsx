/** Starts the page. */

import { render } from "preact";
import { watchDrops, watchLaunches } from "./open/drop.js";
import { watchOpened } from "./open/opened.js";
import { App } from "./ui/app.js";
import { watchEdits } from "./ui/edits.js";
import { watchKeys } from "./ui/keys.js";
import { warmUp } from "./ui/warm.js";

render(<App />, document.getElementById("app") as HTMLElement);
watchDrops();
watchLaunches();
watchEdits();
watchOpened();
watchKeys();
const given = new URLSearchParams(location.search).get("open");
if (given) void import("./open/given.js").then(({ openGiven }) => openGiven(given));
// Engine and views come while the user is looking for a file.
setTimeout(warmUp, 300);

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // After the page is there: the first visit is for the page, the cache for the next one.
  addEventListener("load", () => void navigator.serviceWorker.register(new URL("sw.js", document.baseURI)).catch(() => undefined));
}
