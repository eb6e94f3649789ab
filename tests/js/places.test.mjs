// Files that are changed in place: modes, one writer at a time, failures, journals, and changes in memory over what stays as it is.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { bundle } from "./inside/bundle.mjs";
import { bytes, counting } from "./support.mjs";

let inside;
let h;
let dir;

before(async () => {
  inside = await bundle();
  h = inside.module;
  dir = fs.mkdtempSync(path.join(tmpdir(), "hyperslab-"));
});
after(() => {
  fs.rmSync(inside.folder, { recursive: true });
  fs.rmSync(dir, { recursive: true });
});

let names = 0;
const fresh = (content) => {
  const file = path.join(dir, `${names++}.h5`);
  if (content) fs.writeFileSync(file, content);
  return file;
};
const journal = (file) => `${file}-journal`;
const keys = (source) => {
  const f = h.openSync(source);
  try {
    return f.keys();
  } finally {
    f.close();
  }
};
const fails = (code, message) => (e) => e.code === code && message.test(e.message);

test("a file on disk is changed in place, and all of it is there after a flush", () => {
  const file = fresh(bytes());
  const f = h.edit(file);
  const before = keys(fs.readFileSync(file));
  f.file.createGroup("new group");
  f.file.createDataset("large", { data: new Float64Array(300_000).fill(7) });
  f.file.attrs.set("note", "changed");
  assert.deepEqual(f.file.keys(), [...before, "new group", "large"].toSorted());
  // What others read is what it was.
  assert.ok(fs.existsSync(journal(file)));
  f.flush();
  assert.deepEqual(keys(file), f.file.keys());
  f.file.createGroup("lost");
  f.close();
  assert.ok(!fs.existsSync(journal(file)));
  const g = h.openSync(file);
  assert.ok(!g.has("lost"));
  assert.equal(g.get("large").read("299999"), 7);
  assert.equal(g.attrs.get("note"), "changed");
  g.close();
  assert.equal(keys(pathToFileURL(file)).length, before.length + 2);
});

test("modes are those of h5py", () => {
  const none = fresh();
  assert.throws(() => h.edit(none, "r+"), fails("NotFound", /cannot open/));
  assert.ok(!fs.existsSync(none));
  for (const mode of ["w", "w-", "x", "a"]) {
    const file = fresh();
    const f = h.edit(file, mode);
    f.file.createGroup(mode);
    f.flush();
    f.close();
    assert.deepEqual(keys(file), [mode]);
  }
  const file = fresh(bytes());
  assert.throws(() => h.edit(file, "x"), fails("Io", /exists already/));
  assert.throws(() => h.edit(file, "w-"), fails("Io", /exists already/));
  assert.deepEqual(fs.readFileSync(file), Buffer.from(bytes()));
  h.edit(file, "a").close();
  assert.deepEqual(fs.readFileSync(file), Buffer.from(bytes()));
  const w = h.edit(file, "w");
  assert.equal(fs.statSync(file).size, 0);
  w.flush();
  w.close();
  assert.deepEqual(keys(file), []);
  assert.throws(() => h.edit(dir, "r+"), { code: "Io" });
  assert.throws(() => h.edit(path.join(dir, "no/such/folder.h5"), "w"), { code: "NotFound" });
  // What is not HDF5 stays as it is, and nothing stays open.
  const text = fresh("not HDF5");
  assert.throws(() => h.edit(text), { code: "Malformed" });
  assert.ok(!fs.existsSync(journal(text)));
  const count = fs.readdirSync("/proc/self/fd").length;
  for (let i = 0; i < 5; i++) assert.throws(() => h.edit(text), { code: "Malformed" });
  assert.equal(fs.readdirSync("/proc/self/fd").length, count);
});

test("one writer at a time in a process, whatever the name", () => {
  const file = fresh(bytes());
  const other = fresh();
  fs.symlinkSync(file, other);
  const hard = fresh();
  fs.linkSync(file, hard);
  const f = h.edit(file);
  for (const name of [file, other, hard, pathToFileURL(file)]) {
    for (const mode of ["r+", "w", "a"]) assert.throws(() => h.edit(name, mode), fails("Io", /is open for writing already: by this process/));
  }
  assert.deepEqual(keys(other), f.file.keys());
  f.close();
  f.close();
  h.edit(other).close();
  assert.deepEqual(fs.readFileSync(file), Buffer.from(bytes()));
});

/** Another process that has a file open for writing, and what it is told to do. */
async function holding(file, options = {}) {
  const script = `
    const h = await import(${JSON.stringify(inside.outfile)});
    const f = h.edit(${JSON.stringify(file)}, "r+", ${JSON.stringify(options)});
    process.on("message", (m) => { if (m === "close") { f.close(); process.exit(); } });
    process.send("open");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("the other process failed")));
  });
  const gone = new Promise((resolve) => { child.once("exit", resolve); });
  return {
    pid: child.pid,
    close: () => (child.send("close"), gone),
    kill: () => (child.kill("SIGKILL"), gone),
  };
}

test("one writer at a time on a machine; who is gone is no longer one", async () => {
  const file = fresh(bytes());
  const other = await holding(file);
  const busy = fails("Io", new RegExp(`is open for writing already: by process ${other.pid}, says .*-journal`));
  assert.throws(() => h.edit(file), busy);
  assert.throws(() => h.edit(file, "w"), busy);
  assert.throws(() => h.openSync(file), busy);
  assert.deepEqual(fs.readFileSync(file), Buffer.from(bytes()));
  await other.close();
  h.edit(file).close();
  const next = await holding(file);
  await next.kill();
  assert.ok(fs.existsSync(journal(file)));
  assert.ok(keys(file).length > 0);
  const f = h.edit(file);
  f.file.createGroup("after");
  f.flush();
  f.close();
  assert.ok(!fs.existsSync(journal(file)));
  assert.ok(keys(file).includes("after"));
});

test("a file that is written in order can be read meanwhile", async () => {
  const file = fresh(bytes());
  const other = await holding(file, { ordered: true });
  assert.ok(keys(file).length > 0);
  assert.throws(() => h.edit(file), { code: "Io" });
  await other.kill();
  const f = h.edit(file, "r+", { ordered: true });
  f.file.createGroup("at once");
  f.session.once("/", (engine) => engine.commit());
  assert.ok(keys(file).includes("at once"));
  f.close();
});

test("nobody knows about other machines: they are respected, but for force", () => {
  const file = fresh(bytes());
  const owner = (more) => `Hyperslab journal 1\n${JSON.stringify({ id: "abc", pid: 1, host: "elsewhere", ...more })}\n`;
  fs.writeFileSync(journal(file), owner());
  assert.throws(() => h.edit(file), fails("Io", /by process 1 on elsewhere/));
  assert.throws(() => h.openSync(file), { code: "Io" });
  const f = h.edit(file, "r+", { locking: false });
  assert.throws(() => h.edit(file), fails("Io", /by this process/));
  f.close();
  assert.ok(!fs.existsSync(journal(file)));
  // The number of a process that is another one now.
  fs.writeFileSync(journal(file), owner({ host: hostname(), pid: process.ppid, started: "long ago 5" }));
  h.edit(file).close();
  assert.ok(!fs.existsSync(journal(file)));
  // Somebody died before saying who it was.
  fs.writeFileSync(journal(file), "");
  h.edit(file).close();
  // Somebody died while taking over from somebody who had died.
  fs.writeFileSync(journal(file), owner({ host: hostname(), pid: 1 << 30 }));
  fs.writeFileSync(`${journal(file)}-abc`, owner({ id: "def", host: hostname(), pid: 1 << 30 }));
  h.edit(file).close();
  assert.deepEqual(fs.readdirSync(dir).filter((n) => n.startsWith(path.basename(file))), [path.basename(file)]);
});

test("what is in the place of a journal and is none stays", () => {
  const file = fresh(bytes());
  fs.writeFileSync(journal(file), "my own notes");
  assert.throws(() => h.edit(file), fails("Io", /is in the way/));
  assert.ok(keys(file).length > 0);
  h.edit(file, "r+", { journal: false, locking: false }).close();
  assert.equal(fs.readFileSync(journal(file), "utf8"), "my own notes");
});

/** A file that was left half written. */
async function halfWritten() {
  const file = fresh(bytes());
  const script = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { fdatasyncSync } = fs;
    let syncs = 0;
    // The journal is made, and then has the originals; the file itself is written, but not to its end.
    fs.fdatasyncSync = (fd) => { if (++syncs === 2) process.kill(process.pid, "SIGKILL"); fdatasyncSync(fd); };
    syncBuiltinESMExports();
    const h = await import(${JSON.stringify(inside.outfile)});
    const f = h.edit(${JSON.stringify(file)});
    for (let i = 0; i < 50; i++) f.file.createGroup("group " + i);
    f.flush();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
  await new Promise((resolve) => { child.once("exit", resolve); });
  assert.notDeepEqual(fs.readFileSync(file), Buffer.from(bytes()));
  assert.ok(fs.statSync(journal(file)).size > 4096);
  return file;
}

test("what was left half written is put back, by whoever opens it", async () => {
  const read = await halfWritten();
  assert.deepEqual(keys(read), keys(bytes()));
  assert.deepEqual(fs.readFileSync(read), Buffer.from(bytes()));
  assert.ok(!fs.existsSync(journal(read)));
  for (const options of [{}, { journal: false }, { journal: false, locking: false }, { ordered: true }]) {
    const file = await halfWritten();
    const f = h.edit(file, "r+", options);
    assert.deepEqual(fs.readFileSync(file), Buffer.from(bytes()));
    f.close();
    assert.ok(!fs.existsSync(journal(file)));
  }
  const again = await halfWritten();
  const w = h.edit(again, "w");
  w.flush();
  w.close();
  assert.deepEqual(keys(again), []);
  // Somebody deleted it, and made another one.
  const deleted = await halfWritten();
  fs.rmSync(deleted);
  const f = h.edit(deleted, "a");
  f.flush();
  f.close();
  assert.deepEqual(keys(deleted), []);
});

test("what cannot be put back is not read", async () => {
  const file = await halfWritten();
  const saved = fs.readFileSync(journal(file));
  // The first page, which is behind the directory.
  saved[1536 + 16 + 12 * saved.readUInt32LE(1536 + 12) + 4 + 100] ^= 1;
  fs.writeFileSync(journal(file), saved);
  const state = fs.readFileSync(file);
  assert.throws(() => h.openSync(file), fails("Malformed", /left half written/));
  assert.throws(() => h.edit(file), fails("Malformed", /damaged.*in journal/));
  assert.deepEqual(fs.readFileSync(file), state);
  // Nobody has it: it is tried again each time, and the journal stays.
  assert.throws(() => h.edit(file), { code: "Malformed" });
  assert.ok(fs.existsSync(journal(file)));
});

/** A place in memory, which may fail. */
function place(content = new Uint8Array(), { handle = false } = {}) {
  let data = content.slice();
  const self = {
    calls: [],
    patience: Infinity,
    get bytes() { return data; },
    spend(name) {
      self.calls.push(name);
      if (self.patience-- <= 0) throw new Error("the quota is used up");
    },
    truncate(size) {
      self.spend("truncate");
      const next = new Uint8Array(size);
      next.set(data.subarray(0, size));
      data = next;
    },
    put(at, given) {
      self.spend("write");
      if (data.length < at + given.length) {
        const next = new Uint8Array(at + given.length);
        next.set(data);
        data = next;
      }
      data.set(given, at);
      return given.length;
    },
  };
  const access = handle
    ? {
        read: (into, { at }) => (into.set(data.subarray(at, at + into.length)), Math.min(into.length, data.length - at)),
        write: (given, { at }) => self.put(at, given),
        getSize: () => data.length,
        flush: () => self.spend("sync"),
        close() { self.closed = true; },
      }
    : { get size() { return data.length; }, read: (at, n) => data.slice(at, at + n), write: (at, given) => { self.put(at, given); }, sync: () => self.spend("sync") };
  return Object.defineProperties(self, Object.getOwnPropertyDescriptors(access));
}

test("places of one's own, and handles of private files", async () => {
  for (const handle of [false, true]) {
    const [data, saved] = [place(bytes(), { handle }), place(undefined, { handle })];
    const f = h.edit(data, "r+", { journal: saved });
    f.file.createGroup("new");
    f.flush();
    f.close();
    assert.ok(keys(data.bytes).includes("new"));
    assert.equal(data.calls.filter((c) => c === "sync").length, 1);
    assert.equal(saved.calls.filter((c) => c === "sync").length, 2);
    // It is half written, and the next one puts it back.
    const old = data.bytes.slice();
    const g = h.edit(data, "r+", { journal: saved });
    g.file.createGroup("newer");
    data.patience = 1;
    assert.throws(() => g.flush(), fails("Io", /the source failed: the quota is used up/));
    g.close();
    data.patience = Infinity;
    assert.notDeepEqual(data.bytes, old);
    h.edit(data, "r+", { journal: saved }).close();
    assert.deepEqual(data.bytes, old);
    // Nothing is lost by a failure that passes.
    const again = h.edit(data, "r+", { journal: saved });
    again.file.createGroup("newest");
    saved.patience = 0;
    assert.throws(() => again.flush(), { code: "Io" });
    saved.patience = Infinity;
    again.flush();
    again.close();
    assert.ok(keys(data.bytes).includes("newest"));
    assert.throws(() => h.edit(data, "x"), { code: "Io" });
    const made = place(undefined, { handle });
    const m = h.edit(made, "x", { journal: false });
    m.file.createDataset("d", { data: [1, 2, 3] });
    m.flush();
    m.close();
    assert.deepEqual(keys(made.bytes), ["d"]);
    assert.ok(!data.closed);
  }
  assert.deepEqual(keys(place(bytes(), { handle: true })), keys(bytes()));
  const later = { ...place(bytes()), size: bytes().length, write: async () => {}, truncate: async () => {} };
  const f = h.edit(later);
  f.file.createGroup("x");
  assert.throws(() => f.flush(), fails("Argument", /at once, not by promise/));
  assert.throws(() => h.edit(place(bytes()), "r+", { journal: true }), { code: "Argument" });
});

test("file handles are opened with their journals, and closed", async () => {
  const [data, saved] = [place(bytes(), { handle: true }), place(undefined, { handle: true })];
  const fileOf = (handle, name) => ({ name, createSyncAccessHandle: async () => handle });
  const source = await h.toAccess(fileOf(data, "a.h5"), "r+", { journal: fileOf(saved, "a.h5-journal") });
  assert.equal(source.size, bytes().length);
  assert.ok(source.journal);
  source.close();
  assert.ok(data.closed && saved.closed);
  const taken = { name: "b.h5", createSyncAccessHandle: () => Promise.reject(new DOMException("no", "NoModificationAllowedError")) };
  await assert.rejects(h.toAccess(taken, "r+"), fails("Io", /b\.h5 is open for writing already: here, in another tab/));
  data.closed = false;
  await assert.rejects(h.toAccess(fileOf(data, "a.h5"), "r+", { journal: taken }), { code: "Io" });
  assert.ok(data.closed);
  const gone = { name: "c.h5", createSyncAccessHandle: () => Promise.reject(new DOMException("no", "NotFoundError")) };
  await assert.rejects(h.toAccess(gone, "r+"), { code: "NotFound" });
});

const joined = (pieces) => new Uint8Array(Buffer.concat([...pieces]));

test("what cannot be written is changed in memory, and given out piece by piece", async () => {
  const data = bytes();
  const f = h.edit(data);
  assert.deepEqual(joined(f.pieces()), data);
  f.file.createDataset("large", { data: new Float64Array(1_000_000).fill(3) });
  f.file.attrs.set("note", "changed");
  f.flush();
  const all = joined(f.pieces());
  assert.deepEqual(keys(all), f.file.keys());
  assert.equal(h.openSync(all).get("large").read("999999"), 3);
  assert.deepEqual(bytes(), data);

  const source = counting(data);
  const later = await h.editLater(source);
  await later.file.createGroup("new");
  await later.file.attrs.set("note", "changed");
  const asked = source.requests.length;
  const pieces = [];
  for await (const piece of later.piecesLater()) pieces.push(piece);
  const made = joined(pieces);
  assert.ok(keys(made).includes("new"));
  // Only what is unchanged is asked for.
  const fetched = source.requests.slice(asked).reduce((sum, [, n]) => sum + n, 0);
  assert.ok(fetched > 0 && fetched < made.length);

  const blob = await h.editLater(new Blob([data]));
  await blob.file.createGroup("new");
  assert.ok(keys(new Uint8Array(await (await blob.blob()).arrayBuffer())).includes("new"));
  const place = { stored: [], createWritable: async () => ({ write: async (b) => place.stored.push(b), close: async () => { place.closed = true; }, abort: async () => { place.aborted = true; } }) };
  await h.saveTo(place, blob.piecesLater());
  assert.ok(place.closed && keys(joined(place.stored)).includes("new"));
  await assert.rejects(h.saveTo(place, (function* () { yield data; throw new Error("no more"); })()), /no more/);
  assert.ok(place.aborted);
});

test("the core driver: all in memory, written as a whole", () => {
  const file = fresh(bytes());
  const f = h.openSync(file, { mode: "r+", driver: "core" });
  f.createDataset("large", { data: new Float64Array(200_000).fill(5) });
  f.delete("grid");
  f.toBytes();
  assert.deepEqual(fs.readFileSync(file), Buffer.from(bytes()));
  assert.throws(() => h.openSync(file, { mode: "r+" }), { code: "Io" });
  const { ino } = fs.statSync(file);
  f.flush();
  assert.notEqual(fs.statSync(file).ino, ino);
  // It is another file now, and still nobody else's.
  assert.throws(() => h.openSync(file, { mode: "r+" }), { code: "Io" });
  const { mtimeNs } = fs.statSync(file, { bigint: true });
  f.flush();
  assert.equal(fs.statSync(file, { bigint: true }).mtimeNs, mtimeNs);
  assert.equal(h.openSync(file).get("large").read("199999"), 5);
  f.createGroup("last");
  f.close();
  assert.ok(keys(file).includes("last") && !keys(file).includes("grid"));
  assert.ok(!fs.existsSync(journal(file)));
  const made = fresh();
  const g = h.openSync(made, { mode: "x", driver: "core" });
  g.createGroup("x");
  // Where nothing can be written, nothing is lost: it can be tried again.
  fs.renameSync(made, `${made}.away`);
  fs.mkdirSync(made);
  assert.throws(() => g.flush(), { code: "Io" });
  fs.rmdirSync(made);
  g.flush();
  assert.deepEqual(keys(made), ["x"]);
  g.close();
  // What does not fit into memory is let go of.
  const { size } = fs.statSync(made);
  fs.truncateSync(made, 2 ** 43);
  assert.throws(() => h.openSync(made, { mode: "r+", driver: "core" }), { code: "Limit" });
  assert.ok(!fs.existsSync(journal(made)));
  fs.truncateSync(made, size);
  h.openSync(made, { mode: "r+" }).close();
  assert.throws(() => h.openSync(made, { mode: "r+", driver: "mpi" }), { code: "Argument" });
  assert.throws(() => h.openSync(made, { mode: "r+", driver: "core", ordered: true }), { code: "Argument" });
  assert.throws(() => h.openSync(bytes(), { mode: "r+", driver: "core" }), { code: "Argument" });
});

test("a file that is written as a whole is the old one until it is the new one", () => {
  const file = fresh("old");
  fs.chmodSync(file, 0o640);
  const link = fresh();
  fs.symlinkSync(file, link);
  const left = h.replaceFile(link);
  left.write(new Uint8Array(10));
  assert.equal(fs.readFileSync(file, "utf8"), "old");
  left.abandon();
  const next = h.replaceFile(link);
  next.write(new TextEncoder().encode("ne"));
  next.write(new TextEncoder().encode("w"));
  next.finish();
  assert.equal(fs.readFileSync(file, "utf8"), "new");
  assert.equal(fs.statSync(file).mode & 0o777, 0o640);
  assert.ok(fs.lstatSync(link).isSymbolicLink());
  assert.throws(() => h.replaceFile(path.join(dir, "no/such/folder")), { code: "Io" });
  assert.deepEqual(fs.readdirSync(dir).filter((n) => n.endsWith(".tmp")), []);
});

