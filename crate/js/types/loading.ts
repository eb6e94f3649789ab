/** How the engine is loaded, and what of the platform is named here: by what there is, so that the types of Node or of a browser do. */

/** A compiled module: `WebAssembly.Module`. */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : object;

/** A `MessagePort` of the platform. */
export type Port = typeof globalThis extends { MessagePort: { prototype: infer P } } ? P : never;

/** What can be given instead of the files next to the package: the bytes, the compiled module, a response, or where it is. */
export type WasmSource = WasmModule | ArrayBuffer | ArrayBufferView | Response | Promise<Response> | URL | string;
