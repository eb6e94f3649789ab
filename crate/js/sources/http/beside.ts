/** Other files next to a URL. */

/**
 * The URL of the file called `name` in the file at `from`. Names come from the bytes of a file, which may have been sent by
 * anybody: nothing outside of the folder of the file that was opened is asked for. An absolute name stands for a file of that
 * name next to it, as files are moved. The query of the file that was opened is its own.
 */
export function besideUrl(home: string, name: string, from = home): string | undefined {
  const folder = new URL(".", home).href;
  const isInside = (url: string): boolean => url.startsWith(folder) && url !== folder;
  if (/^https?:/i.test(name)) return URL.canParse(name) && isInside(new URL(name).href) ? new URL(name).href : undefined;
  const parts = name.split(/[/\\]/);
  const isAbsolute = parts[0] === "" || /^[a-z]:$/i.test(parts[0]!);
  const names = isAbsolute ? parts.slice(-1) : parts;
  // Each is one name, whatever it is made of: no query, no other server.
  const path = names.map((part) => encodeURIComponent(part)).join("/");
  const url = new URL(path, isAbsolute ? home : from);
  [url.search, url.hash] = ["", ""];
  return isInside(url.href) ? url.href : undefined;
}
