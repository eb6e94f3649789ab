/** Saving changes: in the file that was opened where the browser lets us, else as a new file. */

import { handleOf, pickPlace, rememberHandle, type FileHandle } from "../open/handles.js";
import { download } from "../open/download.js";
import { client, file, reopen, source } from "../ui/state.js";

/** Writes the whole file as it is now. Whether it was saved; not if the user thought better of it. */
export async function saveChanges(): Promise<boolean> {
  const before = source.value instanceof File ? source.value : null;
  const name = file.value?.name;
  if (!before || name === undefined) return false;
  let handle = await writable(await handleOf(before));
  if (!handle) {
    const place = await pickPlace(name);
    if (place === null) return false;
    handle = place;
  }
  const whole = await client.call("whole", {});
  if (!handle) {
    download(whole, name);
    await reopen([], new File([whole], name));
    return true;
  }
  const out = await handle.createWritable();
  try {
    await out.write(whole);
  } catch (e) {
    await out.abort();
    throw e;
  }
  // Only now the old file gives way to the new one.
  await out.close();
  const after = await handle.getFile();
  rememberHandle(after, handle);
  await reopen([], after);
  return true;
}

/** The handle, if the user lets the page write there. */
async function writable(handle: FileHandle | undefined): Promise<FileHandle | undefined> {
  if (!handle?.requestPermission) return handle;
  return (await handle.requestPermission({ mode: "readwrite" })) === "granted" ? handle : undefined;
}
