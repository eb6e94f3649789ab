// The inside of the package, for tests: places that files are written in, below the functions that open them.
import { contents, contentsAsBlob, contentsNow } from "../../../crate/js/contents.js";
import type { Session } from "../../../crate/js/drive.js";
import type { FileObject } from "../../../crate/js/file.js";
import { open, openSync } from "../../../crate/js/node.js";
import { toAccess, toWritable } from "../../../crate/js/sources/index.js";
import type { File, Mode, OpenMode, Source, WritingOptions } from "../../../crate/js/types.js";

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

function edited<M extends Mode>(file: File<M>): Edited<M> {
  const { session } = (file as FileObject<M>).context;
  return new Edited(file as FileObject<M>, session);
}

/** Opens a file to change it. */
export function edit(target: Source, mode: OpenMode = "r+", options: WritingOptions = {}): Edited<"sync"> {
  return edited(openSync(target, { mode, ...options }));
}

/** The same, of a source that has to be asked first. */
export async function editLater(target: Source): Promise<Edited<"async">> {
  return edited(await open(target, { mode: "r+" }));
}
