/** What the package needs of a browser. */

import { HyperslabError } from "./errors.js";
import { codecsFile, engineFile } from "./files.js";
import { useLoader } from "./loader.js";

/** Where servers for development (Vite's, up to 7) put packages that they have bundled. Other files stay where they were installed. */
const BUNDLED = /(\/node_modules\/)\.[^/]+\/(?:[^?]*\/)?deps[^/]*\/(?=[^/]*$)/;

/** A file of the package where it was installed, if what asks for it was bundled like that. */
const installed = (file: URL): URL | undefined => (BUNDLED.test(file.href) ? new URL(file.href.replace(BUNDLED, "$1hyperslab/dist/")) : undefined);

/** A WebAssembly file. That it is not there is the commonest trouble, so it is said what helps. */
async function fetched(find: () => URL): Promise<Response> {
  let [where, why, cause]: unknown[] = ["next to the script"];
  try {
    const file = find();
    const url = installed(file) ?? file;
    where = `at ${url.href}`;
    const response = await fetch(url);
    // Hosts of apps answer with a page whatever is asked for.
    const page = /^text\/html/.test(response.headers.get("content-type") ?? "");
    if (response.ok && !page) return response;
    why = response.ok ? "but a page" : response.status;
  } catch (e) {
    cause = e;
    why = (e as Error).message;
  }
  const help = "copy the .wasm files and worker.js of hyperslab/dist next to a script that is a module, or import hyperslab/inline, which needs no file";
  throw new HyperslabError("Io", `no WebAssembly ${where as string} (${why as string}): ${help}`, { cause });
}

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
  load: (simd, edit) => fetched(() => engineFile(simd, edit)),
  loadCodecs: (simd) => fetched(() => codecsFile(simd)),
  immediate: false,
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
