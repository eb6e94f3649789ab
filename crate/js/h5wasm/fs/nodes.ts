/** Files and folders in memory. */

/** What goes wrong with a path, as Emscripten's file system says it. */
export class ErrnoError extends Error {
  override readonly name = "ErrnoError";
  readonly errno: number;

  constructor(
    /** The name of the error: `"ENOENT"`. */
    readonly code: keyof typeof ERRNO,
    path: string,
  ) {
    super(`${code}: ${WORDS[code]}, '${path}'`);
    this.errno = ERRNO[code];
  }
}

const ERRNO = { EACCES: 2, EBADF: 8, EBUSY: 10, EEXIST: 20, EINVAL: 28, EISDIR: 31, ENOENT: 44, ENOTDIR: 54, ENOTEMPTY: 55, EROFS: 69 };
const WORDS: Record<keyof typeof ERRNO, string> = {
  EACCES: "permission denied",
  EBADF: "no such open file",
  EBUSY: "it is in use",
  EEXIST: "it exists already",
  EINVAL: "invalid argument",
  EISDIR: "it is a folder",
  ENOENT: "no such file or folder",
  ENOTDIR: "not a folder",
  ENOTEMPTY: "the folder is not empty",
  EROFS: "it can only be read",
};

/** What every entry of a folder has. */
abstract class Entry {
  mtime = new Date();
  abstract readonly isFolder: boolean;
  constructor(public name: string) {}
}

/** A file whose bytes are here. */
export class MemoryFile extends Entry {
  readonly isFolder = false;
  /** With room to grow. */
  private held: Uint8Array = new Uint8Array();
  private used = 0;

  get size(): number {
    return this.used;
  }

  /** The bytes themselves, which stay what they are until something is written. */
  get bytes(): Uint8Array {
    return this.held.subarray(0, this.used);
  }

  /** Puts other bytes in the place of all there are: whoever has those keeps them. */
  replace(bytes: Uint8Array): void {
    this.held = bytes;
    this.used = bytes.length;
    this.shared = false;
    this.mtime = new Date();
  }

  private shared = false;

  /** The bytes for somebody who reads them as they are now, whatever is written later. */
  share(): Uint8Array {
    this.shared = true;
    return this.bytes;
  }

  read(offset: number, length: number): Uint8Array {
    return this.bytes.subarray(offset, offset + length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.resize(Math.max(this.used, offset + bytes.length));
    this.held.set(bytes, offset);
  }

  resize(size: number): void {
    if (size > this.held.length || this.shared) {
      const room = new Uint8Array(Math.max(size, Math.ceil(Math.min(this.held.length * 1.5, this.held.length + (64 << 20)))));
      room.set(this.bytes.subarray(0, size));
      this.held = room;
      this.shared = false;
    } else if (size < this.used) this.held.fill(0, size, this.used);
    this.used = size;
    this.mtime = new Date();
  }
}

/** A file whose bytes a Blob has. */
export class BlobFile extends Entry {
  readonly isFolder = false;

  constructor(
    name: string,
    readonly blob: Blob,
  ) {
    super(name);
    if ("lastModified" in blob) this.mtime = new Date(blob.lastModified as number);
  }

  get size(): number {
    return this.blob.size;
  }
}

/** A folder. */
export class Folder extends Entry {
  readonly isFolder = true;
  readonly size = 4096;
  readonly entries = new Map<string, Node>();
  /** What is mounted here. */
  mounted: Mount | undefined;

  /** The entries by their names: what pages list. */
  get contents(): Record<string, Node> {
    return Object.fromEntries(this.entries);
  }

  get readOnly(): boolean {
    return this.mounted?.type.readOnly ?? false;
  }
}

export type Node = MemoryFile | BlobFile | Folder;

/** A kind of file system. */
export interface FileSystemType {
  readonly name: string;
  readonly readOnly?: boolean;
  /** Fills the folder at which it is mounted. */
  mount?(folder: Folder, options: MountOptions): void;
  /** Brings the folder and what keeps its files to the same state: the folder's if `populate` is false. */
  sync?(folder: Folder, mountpoint: string, populate: boolean): Promise<void>;
}

/** What is mounted. */
export interface MountOptions {
  /** For WORKERFS. */
  files?: ArrayLike<File>;
  blobs?: readonly { name: string; data: Blob }[];
  /** For NODEFS: a folder on disk. */
  root?: string;
}

/** A file system at its place. */
export interface Mount {
  readonly type: FileSystemType;
  readonly opts: MountOptions;
  readonly mountpoint: string;
}
