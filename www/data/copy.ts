/** Copies of whole files, stored otherwise. Part of the worker that is loaded when one is made. */

import { repack } from "hyperslab";
import type { Job } from "./job.js";
import type { RepackAsk } from "./protocol.js";

export async function copyOf({ file, subtree, storing }: RepackAsk, job: Job): Promise<ArrayBuffer> {
  const { compression, level, chunks, libver } = storing;
  const bytes = await repack(file instanceof Blob ? file : file.url, {
    ...(file instanceof Blob ? {} : { http: { onNotice: () => undefined } }),
    compression: compression === "gzip" ? level : compression,
    ...(chunks === "own" ? {} : { chunks: chunks === "chosen" }),
    libver,
    ...(subtree === null ? {} : { subtree }),
    onProgress: (done, total) => job.report({ done, total }),
  });
  return bytes.byteLength === bytes.buffer.byteLength ? (bytes.buffer as ArrayBuffer) : bytes.slice().buffer;
}
