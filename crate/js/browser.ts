/** What the package needs of a browser. */

import { files, installed } from "./fetched.js";
import { codecsFile } from "./files.js";
import { useLoader } from "./loader.js";

let foreign: string | undefined;

/**
 * Pages start no scripts of other hosts as workers (of a CDN's; of any, in a frame without an origin): one of their own imports it.
 * That is no module, which such a frame could not start; what is asked meanwhile waits.
 */
function importing(script: URL): Worker {
  const text = `const early=[];onmessage=(e)=>early.push(e);import(${JSON.stringify(script.href)}).then(()=>{onmessage=null;early.forEach(({data})=>dispatchEvent(new MessageEvent("message",{data})))},(e)=>setTimeout(()=>{throw e}))`;
  foreign ??= URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new Worker(foreign);
}

function start(): Worker {
  const file = codecsFile(true);
  const moved = installed(file);
  try {
    // By exactly the second form bundlers find it.
    return moved ? new Worker(new URL("worker.js", moved), { type: "module" }) : new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  } catch (e) {
    // Bundlers that find it give both other names.
    if (!file.pathname.endsWith("/hyperslab_codecs_bg.wasm")) throw e;
    return importing(new URL("worker.js", moved ?? file));
  }
}

useLoader({
  ...files,
  spawn() {
    const worker = start();
    return {
      endpoint: worker,
      failed: (report) => worker.addEventListener("error", report),
      keep() {},
      terminate: () => worker.terminate(),
    };
  },
  processors: () => navigator.hardwareConcurrency,
});
