/** An open file, which is its root group. */

import { type Session, step, type Steps } from "./drive.js";
import { GroupObject } from "./group.js";
import type { Context } from "./object.js";
import type { Described, GroupRecord } from "./records.js";
import type { File, FileInfo, Mode, Out } from "./types.js";
import { flush, toBytes } from "./write.js";

export class FileObject<M extends Mode> extends GroupObject<M> implements File<M> {
  readonly info: FileInfo;
  declare [Symbol.dispose]: () => void;

  constructor(
    session: Session<M>,
    readonly mode: "r" | "w",
    { size, superblock, userblock }: FileInfo,
    root: Described<GroupRecord>,
  ) {
    const context = { session } as { session: Session<M>; file: File<M> };
    super(context as Context<M>, "/", root);
    context.file = this;
    this.info = { size, superblock, userblock };
  }

  pathOf({ address }: { readonly address: number }): Out<M, string | undefined> {
    const found = this.walk((path, object) => (object.address === address ? `/${path}` : undefined));
    return this.context.session.run("/", address === this.address ? step(() => "/") : found);
  }

  toBytes(): Out<M, Uint8Array> {
    return this.context.session.run("/", toBytes(this.context.session));
  }

  async toBlob(): Promise<Blob> {
    return new Blob([(await this.toBytes()) as Uint8Array<ArrayBuffer>], { type: "application/x-hdf5" });
  }

  flush(): Out<M, void> {
    return this.context.session.run("/", flush(this.context.session));
  }

  /** Runs an operation about the file as a whole. */
  perform<T>(steps: (session: Session<M>) => Steps<T>): Out<M, T> {
    return this.context.session.run("/", steps(this.context.session));
  }

  close(): void {
    const { session } = this.context;
    session.close();
    // Files that links led to were opened for this one.
    const family = session.others?.family;
    if (!family || family.size === 0) return;
    const opened = [...family.values()];
    family.clear();
    for (const file of opened) {
      if (file instanceof FileObject) file.close();
      else void (file as Promise<FileObject<Mode> | undefined>).then((late) => late?.close(), () => {});
    }
  }

  override toString(): string {
    return `<HDF5 file (mode ${this.mode})>`;
  }
}

// Not a member of the class: `Symbol.dispose` is younger than some of the browsers this runs in.
if (Symbol.dispose) FileObject.prototype[Symbol.dispose] = FileObject.prototype.close;
