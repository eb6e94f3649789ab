// Changes a file, flush after flush, until it is done or dies: at the given call that changes anything, or whenever it is killed.
// Says how far it came, on its standard output, after each flush.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [module, file, until, dieAt = "0", copies = ""] = process.argv.slice(2);
const { writeSync, fdatasyncSync, ftruncateSync } = fs;
let calls = 0;
const dies = () => ++calls === Number(dieAt);
const die = () => process.kill(process.pid, "SIGKILL");

fs.writeSync = (fd, bytes, offset, length, position) => {
  if (!dies()) return writeSync(fd, bytes, offset, length, position);
  writeSync(fd, bytes, offset, length >> 1, position);
  return die();
};
fs.fdatasyncSync = (fd) => (dies() ? die() : fdatasyncSync(fd));
fs.ftruncateSync = (fd, size) => (dies() ? die() : ftruncateSync(fd, size));
syncBuiltinESMExports();

const h = await import(module);
const f = h.edit(file, "a");
const has = f.file.attrs.get("n");
for (let n = (has ?? 0) + 1; n <= Number(until); n++) {
  f.file.createDataset(`group ${n % 3}/d${n}`, { data: Int32Array.from({ length: n % 4 === 3 ? 30_000 : 40 * n }, (_, i) => n * i) });
  f.file.attrs.set("n", n);
  if (n % 5 === 2) f.file.attrs.set("note", "x".repeat(700 * n));
  f.flush();
  if (copies) fs.copyFileSync(file, `${copies}${n}`);
  writeSync(1, `${n}\n`);
}
f.close();
