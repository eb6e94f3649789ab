// What types of a browser, as its workers have them, are accepted for. Compiled by types.test.mjs, never run.
import { open, openSync } from "hyperslab";

async function handles(handle: FileSystemFileHandle, access: FileSystemSyncAccessHandle): Promise<void> {
  const f = await open(handle, { mode: "a", journal: handle });
  await f.save(handle);
  await f.close();
  openSync(access, { mode: "r+", journal: access }).close();
  openSync(await handle.getFile(), { mode: "r" });
}
void handles;
