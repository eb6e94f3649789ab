/** WebAssembly files in browsers: they lie beside the script. */

import { HyperslabError } from "./errors.js";
import { codecsFile, engineFile } from "./files.js";
import type { Loader } from "./loader.js";

/** Where servers for development (Vite's, up to 7, and Angular's, which is Vite's) put packages that they have bundled. Other files stay where they were installed. */
const BUNDLED = /\/(?:node_modules\/\.[^/]+|\.angular\/cache)\/(?:[^?]*\/)?deps[^/]*\/(?=[^/]*$)/;

/** A file of the package where it was installed, if what asks for it was bundled like that. */
export const installed = (file: URL): URL | undefined => (BUNDLED.test(file.href) ? new URL(file.href.replace(BUNDLED, "/node_modules/hyperslab/dist/")) : undefined);

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

export const files: Pick<Loader, "load" | "loadCodecs" | "immediate"> = {
  load: (simd, edit) => fetched(() => engineFile(simd, edit)),
  loadCodecs: (simd) => fetched(() => codecsFile(simd)),
  immediate: false,
};
