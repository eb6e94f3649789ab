/** How the engine is loaded. */

/** What can be given instead of the files next to the package. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | Promise<Response> | URL | string;
