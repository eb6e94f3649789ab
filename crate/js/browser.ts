/** What the package needs of a browser. */

import { codecsFile, engineFile } from "./files.js";
import { useLoader } from "./loader.js";

useLoader({
  load: engineFile,
  loadCodecs: codecsFile,
  immediate: false,
  spawn() {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    return {
      endpoint: worker,
      failed: (report) => worker.addEventListener("error", report),
      keep() {},
      terminate: () => worker.terminate(),
    };
  },
  processors: () => navigator.hardwareConcurrency,
});
