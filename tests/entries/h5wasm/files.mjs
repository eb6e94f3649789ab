// What programs do with `FS`, step by step: each says what it saw. The same steps run with h5wasm's file system and with ours,
// below a folder that is in memory in both.

const list = (bytes) => Array.from(bytes);
const bytes = (...values) => Uint8Array.from(values);

/** Steps by what they are; what they share is in `s`. */
export const steps = {
  "folders are made": ({ FS, at }) => [FS.mkdir(at("w")).name, FS.mkdirTree(at("w/a/b")), FS.readdir(at("w"))],
  "not twice": ({ FS, at }) => FS.mkdir(at("w")),
  "nor in what is not there": ({ FS, at }) => FS.mkdir(at("q/w")),
  "text is UTF-8": ({ FS, at }) => [FS.writeFile(at("w/s"), "hällo"), FS.readFile(at("w/s"), { encoding: "utf8" }), list(FS.readFile(at("w/s")))],
  "typed arrays are bytes": ({ FS, at }) => [FS.writeFile(at("w/u16"), new Uint16Array([1, 2])), list(FS.readFile(at("w/u16")))],
  "bytes are added": ({ FS, at }) => [FS.writeFile(at("w/s"), "!!", { flags: "a" }), FS.readFile(at("w/s"), { encoding: "utf8" })],
  "bytes are copied": ({ FS, at }) => {
    const data = bytes(1, 2);
    FS.writeFile(at("w/copy"), data);
    data[0] = 9;
    return list(FS.readFile(at("w/copy")));
  },
  "streams write": ({ FS, at, s }) => {
    s.f = FS.open(at("w/f"), "w+");
    return [FS.write(s.f, bytes(1, 2, 3, 4, 5), 1, 3), s.f.position, FS.llseek(s.f, -1, 1), FS.write(s.f, bytes(9), 0, 1, 10), s.f.position];
  },
  "streams read": ({ FS, s }) => {
    const b = new Uint8Array(20);
    return [FS.read(s.f, b, 2, 18, 0), list(b), FS.read(s.f, b, 0, 5), s.f.position, FS.llseek(s.f, 0, 2), FS.read(s.f, b, 0, 5)];
  },
  "streams begin at the beginning": ({ FS, s }) => FS.llseek(s.f, -100, 0),
  "streams have a size": ({ FS, s }) => [FS.fstat(s.f.fd).size, FS.ftruncate(s.f.fd, 2), FS.fstat(s.f.fd).size, FS.getStream(s.f.fd) === s.f],
  "streams are closed": ({ FS, s }) => [FS.close(s.f), FS.isClosed(s.f)],
  "closed ones are not read": ({ FS, s }) => FS.read(s.f, new Uint8Array(1), 0, 1),
  "nor written": ({ FS, s }) => FS.write(s.f, new Uint8Array(1), 0, 1),
  "nor closed": ({ FS, s }) => FS.close(s.f),
  "what is not there is not read": ({ FS, at }) => FS.open(at("w/none"), "r"),
  "nor changed": ({ FS, at }) => FS.open(at("w/none"), "r+"),
  "folders are not written": ({ FS, at }) => FS.open(at("w"), "w"),
  "readers do not write": ({ FS, at }) => FS.write(FS.open(at("w/f"), "r"), new Uint8Array(1), 0, 1),
  "writers do not read": ({ FS, at }) => FS.read(FS.open(at("w/f"), "w"), new Uint8Array(1), 0, 1),
  "w cuts": ({ FS, at }) => FS.stat(at("w/f")).size,
  "a adds": ({ FS, at }) => {
    const f = FS.open(at("w/f"), "a");
    return [FS.write(f, bytes(1, 2, 3), 0, 3), FS.close(f), FS.write(FS.open(at("w/f"), "a"), bytes(4), 0, 1), list(FS.readFile(at("w/f")))];
  },
  "numbers open as well": ({ FS, at }) => [FS.read(FS.open(at("w/f"), 0), new Uint8Array(9), 0, 9), FS.close(FS.open(at("w/new"), 0o102)), FS.stat(at("w/new")).size],
  "folders are not unlinked": ({ FS, at }) => FS.unlink(at("w/a")),
  "files are not rmdired": ({ FS, at }) => FS.rmdir(at("w/f")),
  "nor full folders": ({ FS, at }) => FS.rmdir(at("w")),
  "nor nothing": ({ FS, at }) => FS.unlink(at("w/none")),
  "files are renamed": ({ FS, at }) => [FS.rename(at("w/f"), at("w/g")), FS.readdir(at("w"))],
  "but not nothing": ({ FS, at }) => FS.rename(at("w/none"), at("w/h")),
  "folders over empty folders": ({ FS, at }) => [FS.mkdir(at("d1")).name, FS.mkdir(at("d2")).name, FS.rename(at("d1"), at("d2")), FS.analyzePath(at("d1")).exists],
  "not over full ones": ({ FS, at }) => FS.rename(at("d2"), at("w")),
  "files not over folders": ({ FS, at }) => FS.rename(at("w/g"), at("d2")),
  "folders not over files": ({ FS, at }) => FS.rename(at("d2"), at("w/g")),
  "nor into themselves": ({ FS, at }) => FS.rename(at("w"), at("w/a/x")),
  "files over files": ({ FS, at }) => [FS.rename(at("w/g"), at("w/copy")), list(FS.readFile(at("w/copy")))],
  "files are cut and grow": ({ FS, at }) => [FS.truncate(at("w/copy"), 6), list(FS.readFile(at("w/copy"))), FS.truncate(at("w/copy"), 1), list(FS.readFile(at("w/copy")))],
  "not below nothing": ({ FS, at }) => FS.truncate(at("w/copy"), -1),
  "folders are not cut": ({ FS, at }) => FS.truncate(at("w"), 1),
  "links": ({ FS, at }) => {
    FS.symlink(at("w/s"), at("w/l"));
    return [FS.readlink(at("w/l")) === at("w/s"), FS.stat(at("w/l")).size, FS.isLink(FS.lstat(at("w/l")).mode), FS.readFile(at("w/l"), { encoding: "utf8" })];
  },
  "links to folders, and from where they are": ({ FS, at }) => [Boolean(FS.symlink("a", at("w/to a"))) || true, FS.readdir(at("w/to a")), FS.writeFile(at("w/to a/x"), "x"), FS.readdir(at("w/a"))],
  "files are no links": ({ FS, at }) => FS.readlink(at("w/s")),
  "links in a circle": ({ FS, at }) => {
    FS.symlink(at("w/o1"), at("w/o2"));
    FS.symlink(at("w/o2"), at("w/o1"));
    return FS.readFile(at("w/o1"));
  },
  "links go alone": ({ FS, at }) => [FS.unlink(at("w/l")), FS.unlink(at("w/o1")), FS.unlink(at("w/o2")), FS.readFile(at("w/s"), { encoding: "utf8" })],
  "what can be told of a file": ({ FS, at }) => {
    FS.utime(at("w/s"), 1000, 2000);
    const { mode, size, mtime, nlink, uid, rdev, blksize, blocks } = FS.stat(at("w/s"));
    return [mode, size, mtime.getTime(), nlink, uid, rdev, blksize, blocks, FS.isFile(mode), FS.isDir(mode), FS.isDir(FS.stat(at("w")).mode)];
  },
  "files that are not to be written": ({ FS, at }) => [FS.chmod(at("w/s"), 0o444), FS.stat(at("w/s")).mode, FS.chmod(at("w/s"), 0o666)],
  "made all at once": ({ FS, at }) => [FS.createPath(at("w"), "x/y/z", true, true) === at("w/x/y/z"), FS.createDataFile(at("w"), "df", bytes(1), true, true), FS.createFile(at("w"), "cf", {}, true, true).name],
  "characters are bytes": ({ FS, at }) => [FS.createDataFile(at("w/chars"), null, "éÿ", true, true), list(FS.readFile(at("w/chars")))],
  "not over what is there": ({ FS, at }) => FS.createDataFile(at("w"), "df", bytes(1), true, true),
  "paths are looked at": ({ FS, at }) => {
    const { isRoot, exists, error, name, path, object, parentExists, parentPath, parentObject } = FS.analyzePath(at("w/s"));
    return [isRoot, exists, error, name, path === at("w/s"), object.isFolder, parentExists, parentPath === at("w"), Object.keys(parentObject.contents).includes("s")];
  },
  "where nothing is": ({ FS, at }) => [at("w/none"), at("q/none")].map((path) => FS.analyzePath(path)).map(({ exists, error, name, path, parentExists, parentPath }) => [exists, error, name, path, parentExists, parentPath === at("w")]),
  "and the root": ({ FS }) => {
    const { isRoot, exists, name, path, parentPath } = FS.analyzePath("/");
    return [isRoot, exists, name, path, parentPath];
  },
  "found or not": ({ FS, at }) => [FS.findObject(at("w/s")).name, FS.findObject(at("none")), FS.lookupPath(at("w/s")).node.name],
  "not found": ({ FS, at }) => FS.lookupPath(at("none")),
  "nothing in nothing": ({ FS, at }) => FS.readdir(at("none")),
  "nor in files": ({ FS, at }) => FS.readdir(at("w/s")),
  "nor a size": ({ FS, at }) => FS.stat(at("none")),
  "no place to be": ({ FS, at }) => FS.chdir(at("w/s")),
  "mounted": ({ FS, at }) => [FS.mkdir(at("wf")).name, FS.mount(FS.filesystems.MEMFS, {}, at("wf")) !== null, FS.writeFile(at("wf/x"), "x"), FS.readdir(at("wf"))],
  "not mounted twice": ({ FS, at }) => FS.mount(FS.filesystems.MEMFS, {}, at("wf")),
  "nor at nothing": ({ FS, at }) => FS.mount(FS.filesystems.MEMFS, {}, at("nowhere")),
  "what is mounted stays": ({ FS, at }) => FS.rmdir(at("wf")),
  "only what is mounted is taken away": ({ FS, at }) => FS.unmount(at("w")),
  "taken away": ({ FS, at }) => [FS.unmount(at("wf")), FS.readdir(at("wf"))],
};

/** What each step sees; errors by their number. */
export function walk(FS, base) {
  const state = { FS, at: (path) => `${base}/${path}`, s: {} };
  return Object.entries(steps).map(([name, step]) => {
    try {
      return [name, step(state)];
    } catch (e) {
      return [name, { errno: e.errno ?? String(e) }];
    }
  });
}
