/** Comlink has this declaration, but not where its module is looked for. */
declare module "comlink/dist/esm/node-adapter.mjs" {
  import type { Endpoint } from "comlink";
  export default function nodeEndpoint(worker: { postMessage(message: unknown): void }): Endpoint;
}
