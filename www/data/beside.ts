/** Other files next to one behind an address. */

/**
 * The address of a file that another one names. Names come from whoever made the file: nothing outside of the folder of the
 * one that was opened is asked for. An absolute name stands for a file of that name beside it, as the package has it.
 */
export function beside(home: string, name: string, from?: string): string | undefined {
  const folder = new URL(".", home).href;
  const parts = name.split(/[/\\]/);
  const isAbsolute = parts[0] === "" || /^[a-z]:$/i.test(parts[0] ?? "");
  const isAddress = /^https?:/i.test(name);
  if (isAddress && !URL.canParse(name)) return undefined;
  // Each part is one name, whatever it is made of.
  const path = (isAbsolute ? parts.slice(-1) : parts).map(encodeURIComponent).join("/");
  if (path === "") return undefined;
  const url = isAddress ? new URL(name) : new URL(path, isAbsolute || !from?.startsWith("http") ? home : from);
  if (!isAddress) url.search = "";
  url.hash = "";
  return url.href.startsWith(folder) && url.href !== folder ? url.href : undefined;
}
