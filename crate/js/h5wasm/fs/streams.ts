/** Open files of `FS`, read and written from a place to a place. */

import { argument } from "../../errors.js";
import type { Disk } from "./disk.js";
import { ErrnoError, Folder, MemoryFile } from "./nodes.js";
import { exists, fileAt, fileToWrite, find, onDisk } from "./tree.js";

/** An open file. */
export interface FSStream {
  /** Its number. */
  readonly fd: number;
  /** The path it was opened by. */
  readonly path: string;
  /** The way it was opened. */
  readonly flags: string;
  /** Where the next read or write begins. */
  position: number;
}

/** What is behind a stream. */
interface Behind {
  size(): number;
  read(buffer: Uint8Array, at: number): number;
  write(bytes: Uint8Array, at: number): void;
  resize(size: number): void;
  close(): void;
}

interface Way {
  read: boolean;
  write: boolean;
  create: boolean;
  exclusive: boolean;
  truncate: boolean;
  append: boolean;
}

const NUMBERS = { write: 1, both: 2, create: 64, exclusive: 128, truncate: 512, append: 1024 };

/** `"r"`, `"w+"` and so on, or the numbers that C has for them on Linux. */
function wayOf(flags: string | number): Way {
  if (typeof flags === "number") {
    const has = (bit: number): boolean => (flags & bit) !== 0;
    const write = has(NUMBERS.write) || has(NUMBERS.both);
    return { read: !has(NUMBERS.write), write, create: has(NUMBERS.create), exclusive: has(NUMBERS.exclusive), truncate: has(NUMBERS.truncate), append: has(NUMBERS.append) };
  }
  const [, kind, exclusive, both] = /^([rwa])(x?)(\+?)$/.exec(flags) ?? [];
  if (!kind || (kind === "r" && exclusive)) throw argument(`"${flags}" is no way of opening: r, r+, w, w+, a, a+, with x only what is not there`);
  const write = kind !== "r" || both !== "";
  return { read: kind === "r" || both !== "", write, create: kind !== "r", exclusive: exclusive !== "", truncate: kind === "w", append: kind === "a" };
}

/** The same as Node has it; without `a`, which writes at no other place. */
function nodeFlags({ write, create, exclusive, truncate }: Way, there: boolean): string {
  if (!write) return "r";
  if (truncate || (create && !there)) return exclusive ? "wx+" : "w+";
  return "r+";
}

function openDisk(disk: Disk, path: string, way: Way): Behind {
  if (way.exclusive && disk.exists(path)) throw new ErrnoError("EEXIST", path);
  const file = disk.open(path, nodeFlags(way, disk.exists(path)));
  return {
    size: () => disk.size(file),
    read: (buffer, at) => disk.readAt(file, buffer, at),
    write: (bytes, at) => disk.writeAt(file, bytes, at),
    resize: (size) => disk.resize(file, size),
    close: () => disk.close(file),
  };
}

function openHere(path: string, way: Way): Behind {
  const there = exists(path);
  if (there && way.exclusive) throw new ErrnoError("EEXIST", path);
  if (!there && !way.create) throw new ErrnoError("ENOENT", path);
  if (find(path).node instanceof Folder) throw new ErrnoError("EISDIR", path);
  const file = way.write ? fileToWrite(path) : fileAt(path);
  if (way.truncate) (file as MemoryFile).resize(0);
  return {
    size: () => file.size,
    read(buffer, at) {
      if (at >= file.size) return 0;
      const bytes = file.read(at, buffer.length);
      buffer.set(bytes);
      return bytes.length;
    },
    write: (bytes, at) => (file as MemoryFile).write(at, bytes),
    resize: (size) => (file as MemoryFile).resize(size),
    close() {},
  };
}

// The first three are the console's elsewhere.
let next = 3;
const open = new Map<number, { stream: FSStream; way: Way; behind: Behind }>();

function entry(stream: FSStream | number): { stream: FSStream; way: Way; behind: Behind } {
  const found = open.get(typeof stream === "number" ? stream : stream.fd);
  if (!found || (typeof stream !== "number" && found.stream !== stream)) throw new ErrnoError("EBADF", typeof stream === "number" ? String(stream) : stream.path);
  return found;
}

/** The elements of a typed array as bytes. */
function part(buffer: ArrayBufferView, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (offset < 0 || length < 0 || offset + length > bytes.length) throw argument(`${length} bytes from ${offset} on are not in a buffer of ${bytes.length}`);
  return bytes.subarray(offset, offset + length);
}

function place(given: number | undefined, of: number): number {
  const at = given ?? of;
  if (!Number.isSafeInteger(at) || at < 0) throw new ErrnoError("EINVAL", String(at));
  return at;
}

/** The calls of `FS` that work on open files. */
export const streams = {
  /** Opens a file: `"r"`, `"r+"`, `"w"`, `"w+"`, `"a"`, `"a+"`. */
  open(path: string, flags: string | number = "r", _mode?: number): FSStream {
    const way = wayOf(flags);
    const own = onDisk(path);
    const behind = own ? openDisk(own.disk, own.path, way) : openHere(path, way);
    const stream: FSStream = { fd: next, path, flags: String(flags), position: 0 };
    open.set(next++, { stream, way, behind });
    return stream;
  },
  close(stream: FSStream): void {
    const { behind } = entry(stream);
    open.delete(stream.fd);
    behind.close();
  },
  isClosed: (stream: FSStream): boolean => open.get(stream.fd)?.stream !== stream,
  /** The open file of that number. */
  getStream: (fd: number): FSStream | null => open.get(fd)?.stream ?? null,
  /** Moves to `offset` from the beginning (0), from where it is (1) or from the end (2). */
  llseek(stream: FSStream, offset: number, whence: number): number {
    const { behind } = entry(stream);
    const from = [0, stream.position, behind.size()][whence];
    if (from === undefined) throw new ErrnoError("EINVAL", stream.path);
    stream.position = place(undefined, from + offset);
    return stream.position;
  },
  /** Reads up to `length` bytes into a buffer, from where the stream is or from `position`; how many there were. */
  read(stream: FSStream, buffer: ArrayBufferView, offset: number, length: number, position?: number): number {
    const { way, behind } = entry(stream);
    if (!way.read) throw new ErrnoError("EBADF", stream.path);
    const n = behind.read(part(buffer, offset, length), place(position, stream.position));
    if (position === undefined) stream.position += n;
    return n;
  },
  /** Writes bytes of a buffer to where the stream is, or to `position`; how many. */
  write(stream: FSStream, buffer: ArrayBufferView, offset: number, length: number, position?: number): number {
    const { way, behind } = entry(stream);
    if (!way.write) throw new ErrnoError("EBADF", stream.path);
    if (way.append) stream.position = behind.size();
    behind.write(part(buffer, offset, length), place(position, stream.position));
    if (position === undefined) stream.position += length;
    return length;
  },
  ftruncate(fd: number, size: number): void {
    const { way, behind } = entry(fd);
    if (!way.write) throw new ErrnoError("EINVAL", String(fd));
    behind.resize(place(undefined, size));
  },
  /** The path of an open file. */
  pathOf: (fd: number): string => entry(fd).stream.path,
};
