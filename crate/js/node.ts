/** HDF5 in JavaScript: the entry point for Node. Paths are sources, and the engine loads itself on first use. */

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import * as change from "./change/index.js";
import { useChanges } from "./changes.js";
import { codecsFile, engineFile } from "./files.js";
import { useLoader } from "./loader.js";
import { faultOf } from "./faults.js";
import { engineNow } from "./engine.js";
import { openCore } from "./sources/disk/core.js";
import { replaceFile } from "./sources/disk/replace.js";
import { openWritable, useRecovery } from "./sources/disk/writable.js";
import { usePaths, useWritablePaths } from "./sources/index.js";
import { absolutePath, findBeside, NodeSource } from "./sources/node.js";

useLoader({
  load: (simd, edit) => readFileSync(engineFile(simd, edit)),
  loadCodecs: (simd) => readFileSync(codecsFile(simd)),
  immediate: true,
  spawn() {
    const worker = new Worker(new URL("./worker.node.js", import.meta.url), { execArgv: [] });
    worker.unref();
    return {
      endpoint: nodeEndpoint(worker),
      failed(report) {
        worker.on("error", report);
        worker.on("exit", () => report(undefined));
      },
      keep: (busy) => (busy ? worker.ref() : worker.unref()),
      terminate: () => void worker.terminate(),
    };
  },
  processors: availableParallelism,
});
useChanges(change);
usePaths((path) => new NodeSource(path), absolutePath, findBeside);
useWritablePaths((path, mode, options) => (options.driver ? openCore : openWritable)(path, mode, options), replaceFile);
useRecovery((source) => {
  try {
    engineNow(true).glue.Engine.recover(source);
  } catch (e) {
    throw faultOf(e, source);
  }
});

export * from "./exports.js";
