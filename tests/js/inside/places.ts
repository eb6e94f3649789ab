// The inside of the package, for tests: places that files are written in, below the functions that open them.
import { contents, contentsAsBlob, contentsNow } from "../../../crate/js/contents.js";
import { faultOf, Session } from "../../../crate/js/drive.js";
import { engineNow } from "../../../crate/js/engine.js";
import type { FileObject } from "../../../crate/js/file.js";
import { openSteps } from "../../../crate/js/opening.js";
import { fileSpec } from "../../../crate/js/spec.js";
import { toAccess, toSource, toWritable, type WritingOptions } from "../../../crate/js/sources/index.js";
import type { ByteSource } from "../../../crate/js/sources/source.js";
import { isWritable, type WriteMode } from "../../../crate/js/sources/writable.js";
import type { Mode, Source } from "../../../crate/js/types.js";

export * from "../../../crate/js/node.js";
export { replaceFile } from "../../../crate/js/sources/disk/replace.js";
export { saveTo } from "../../../crate/js/contents.js";
export { toAccess, toWritable };

/** A file that is changed, and what its bytes are. */
export class Edited<M extends Mode> {
  constructor(readonly file: FileObject<M>, readonly session: Session<M>) {}

  flush(): void {
    this.session.once("/", (engine) => engine.flush());
  }

  *pieces(): Generator<Uint8Array> {
    yield* contentsNow(this.session.raw, this.session.source);
  }

  piecesLater(): AsyncGenerator<Uint8Array> {
    return contents(this.session.raw, this.session.source);
  }

  blob(): Promise<Blob> {
    return contentsAsBlob(this.session.raw, this.session.source);
  }

  close(): void {
    this.session.close();
  }
}

function begin<M extends Mode>(driven: M, source: ByteSource): Session<M> {
  const instance = engineNow(true);
  const { Engine } = instance.glue;
  try {
    const isNew = isWritable(source) && source.isNew;
    const engine = isNew ? Engine.createIn(fileSpec({}), source, source.page, 1 << 24) : Engine.edit(source, source.page, 1 << 24);
    return new Session(driven, instance, engine, source, true);
  } catch (e) {
    source.close();
    throw faultOf(e, source);
  }
}

/** Opens a file to change it. */
export function edit(target: Source, mode: WriteMode = "r+", options: WritingOptions = {}): Edited<"sync"> {
  const session = begin("sync", toWritable(target, mode, options) ?? toSource(target, "sync"));
  try {
    return new Edited(session.run("/", openSteps(session)), session);
  } catch (e) {
    session.close();
    throw e;
  }
}

/** The same, of a source that has to be asked first. */
export async function editLater(target: Source): Promise<Edited<"async">> {
  const session = begin("async", toSource(target, "async"));
  return new Edited(await session.run("/", openSteps(session)), session);
}
