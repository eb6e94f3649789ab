/** Files and folders in memory. */

import { LazyBytes } from "./lazy.js";

/** What goes wrong with a path, as Emscripten's file system says it. */
export class ErrnoError extends Error {
  override readonly name = "ErrnoError";
  readonly errno: number;

  constructor(
    /** The name of the error: `"ENOENT"`. */
    readonly code: keyof typeof ERRNO,
    path: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${WORDS[code]}, '${path}'`, options);
    this.errno = ERRNO[code];
  }

  /** What a machine says went wrong, where it has a number here. */
  static of(cause: unknown, path: string): unknown {
    const { code } = cause as { code?: keyof typeof ERRNO };
    return code !== undefined && code in ERRNO ? new ErrnoError(code, path, { cause }) : cause;
  }
}

const ERRNO = { EACCES: 2, EBADF: 8, EBUSY: 10, EEXIST: 20, EINVAL: 28, EIO: 29, EISDIR: 31, ELOOP: 32, ENOENT: 44, ENOTDIR: 54, ENOTEMPTY: 55, EROFS: 69 };
const WORDS: Record<keyof typeof ERRNO, string> = {
  EACCES: "permission denied",
  EBADF: "no such open file",
  EBUSY: "it is in use",
  EEXIST: "it exists already",
  EINVAL: "invalid argument",
  EIO: "it cannot be read",
  EISDIR: "it is a folder",
  ELOOP: "links that lead to each other",
  ENOENT: "no such file or folder",
  ENOTDIR: "not a folder",
  ENOTEMPTY: "the folder is not empty",
  EROFS: "it can only be read",
};

let entries = 0;

/** What every entry of a folder has. */
abstract class Entry {
  readonly id = ++entries;
  mtime = new Date();
  atime = this.mtime;
  /** Who may do what. Programs are nobody in particular: what anybody may, they may. */
  permissions = 0o666;
  abstract readonly isFolder: boolean;
  constructor(public name: string) {}

  get writable(): boolean {
    return (this.permissions & 0o222) !== 0;
  }
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

  /** Browsers read at once in a worker only. */
  read(offset: number, length: number): Uint8Array {
    if (typeof FileReaderSync === "undefined") throw new ErrnoError("EACCES", `${this.name} (a Blob is read at once in a worker only)`);
    return new Uint8Array(new FileReaderSync().readAsArrayBuffer(this.blob.slice(offset, offset + length)));
  }
}

declare const FileReaderSync: { new (): { readAsArrayBuffer(blob: Blob): ArrayBuffer } };

/** A file that a server has, of which is fetched what is read. */
export class LazyFile extends Entry {
  readonly isFolder = false;
  private readonly bytes: LazyBytes;

  constructor(name: string, url: string) {
    super(name);
    this.permissions = 0o444;
    this.bytes = new LazyBytes(url, (why) => new ErrnoError("EIO", `${url} (${why})`));
  }

  get size(): number {
    return this.bytes.size;
  }

  read(offset: number, length: number): Uint8Array {
    return this.bytes.read(offset, length);
  }
}

/** A link to another path. */
export class Link extends Entry {
  readonly isFolder = false;

  constructor(
    name: string,
    readonly target: string,
  ) {
    super(name);
    this.permissions = 0o777;
  }

  get size(): number {
    return this.target.length;
  }
}

/** A folder. */
export class Folder extends Entry {
  readonly isFolder = true;
  override permissions = 0o777;
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

/** What has bytes. */
export type AnyFile = MemoryFile | BlobFile | LazyFile;
export type Node = AnyFile | Folder | Link;

/** A kind of file system. */
export interface FileSystemType {
  /** What it is called. */
  readonly name: string;
  /** Whether nothing can be written to it. */
  readonly readOnly?: boolean;
  /** Fills the folder at which it is mounted. */
  mount?(folder: Folder, options: MountOptions): void;
  /** Brings the folder and what keeps its files to the same state: the folder's if `populate` is false. */
  sync?(folder: Folder, mountpoint: string, populate: boolean): Promise<void>;
}

/** A Blob that becomes a file. */
export interface NamedBlob {
  /** The file's name. */
  name: string;
  /** Its bytes. */
  data: Blob;
}

/** Where a file is in a {@link FilePackage}. */
export interface PackedFile {
  /** Its path. */
  filename: string;
  /** Its first byte in the Blob. */
  start: number;
  /** The byte behind its last. */
  end: number;
}

/** What a {@link FilePackage} has in it. */
export interface PackageMetadata {
  /** The files. */
  files: readonly PackedFile[];
}

/** Many files in one Blob. */
export interface FilePackage {
  /** What is in it. */
  metadata: PackageMetadata;
  /** The bytes of all of them. */
  blob: Blob;
}

/** What is mounted. */
export interface MountOptions {
  /** For WORKERFS. */
  files?: ArrayLike<File>;
  /** For WORKERFS: Blobs under names. */
  blobs?: readonly NamedBlob[];
  /** Blobs of many files, as Emscripten's file packager makes them. */
  packages?: readonly FilePackage[];
  /** For NODEFS: a folder on disk. */
  root?: string;
}

/** A file system at its place. */
export interface Mount {
  /** What kind it is. */
  readonly type: FileSystemType;
  /** The options it was mounted with. */
  readonly opts: MountOptions;
  /** The folder where it is. */
  readonly mountpoint: string;
}
