/** What runs in a worker: the engine and the files it is told of. */

import type { Reading } from "#glue";
import { transfer, wrap } from "comlink";
import { plan } from "../choose.js";
import { type Session, step, type Steps } from "../drive.js";
import { engine } from "../engine.js";
import { HyperslabError } from "../errors.js";
import type { FileObject } from "../file.js";
import { openIn } from "../opening.js";
import { toSource } from "../sources/index.js";
import type { ByteSource } from "../sources/source.js";
import type { Batch, Fetch, Host, Place, ReadJob } from "./calls.js";
import { encodeChunks } from "./encode.js";
import { recode } from "./recode.js";
import { RemoteSource } from "./remote.js";

/** A file that is read. */
interface Opened {
  file: FileObject<"async">;
  /** The plan of the read whose parts came last. */
  reading: { read: number; plan: Reading } | undefined;
}

const files = new Map<number, Opened>();

function sourceAt(place: Place, port: MessagePort | undefined): ByteSource {
  if ("blob" in place) return toSource(place.blob, "async");
  if ("path" in place) return toSource(place.path, "async");
  return new RemoteSource(place.size, place.page, wrap<Fetch>(port!));
}

function closed(file: number): void {
  const opened = files.get(file);
  files.delete(file);
  if (!opened) return;
  if (opened.file.context.session.alive) opened.reading?.plan.free();
  void opened.file.close();
}

/** A copy, in a buffer that is there if one fits. */
function copied(bytes: Uint8Array, spare: ArrayBuffer[]): Uint8Array {
  const n = bytes.length;
  const fits = spare.findIndex(({ byteLength }) => n <= byteLength && byteLength <= 2 * n);
  if (fits < 0) return bytes.slice();
  const copy = new Uint8Array(spare.splice(fits, 1)[0]!, 0, n);
  copy.set(bytes);
  return copy;
}

function* readPart(session: Session, opened: Opened, { read, dataset, choice, from, to, spare }: ReadJob): Steps<Batch[]> {
  if (opened.reading?.read !== read) {
    opened.reading?.plan.free();
    opened.reading = undefined;
    opened.reading = { read, plan: yield* step(() => plan(session.raw, dataset, choice)) };
  }
  const { plan: reading } = opened.reading;
  reading.only(from, to);
  const batches: Batch[] = [];
  for (let done = from; done < to; ) {
    const elements = yield* step(() => session.raw && reading.next());
    if (elements === 0) throw new HyperslabError("Internal", "a part of a read ended early");
    const places = reading.parts();
    const { heap } = session.instance;
    const buffers: Uint8Array[] = [];
    for (let i = 0; i < places.length; i += 2) buffers.push(copied(new Uint8Array(heap, places[i]!, places[i + 1]!), spare));
    batches.push({ elements, buffers });
    done += elements;
  }
  return batches;
}

export const host: Host = {
  async open(file, place, cache, port) {
    closed(file);
    files.set(file, { file: await openIn("async", await engine(false), sourceAt(place, port), { cache }), reading: undefined });
  },
  close: closed,
  async read(file, job) {
    const opened = files.get(file);
    if (!opened) throw new HyperslabError("Closed", "the file was closed");
    const { session } = opened.file.context;
    const batches = await session.run(job.path, readPart(session, opened, job));
    return transfer(batches, batches.flatMap(({ buffers }) => buffers.map((b) => b.buffer)));
  },
  async recode(file, job) {
    const opened = files.get(file);
    if (!opened) throw new HyperslabError("Closed", "the file was closed");
    const chunks = await recode(opened.file.context.session, job);
    return transfer(chunks, chunks.map(({ bytes }) => bytes.buffer as ArrayBuffer));
  },
  async encode(job) {
    const chunks = await encodeChunks(job);
    return transfer(chunks, chunks.map(({ bytes }) => bytes.buffer as ArrayBuffer));
  },
};
