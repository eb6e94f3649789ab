/** What a file that is not HDF5 looks like, from its first bytes: so that the message can say so. */

/** What was found; `text` is how the file begins when it is readable. */
export type Sniffed =
  | { what: "empty" }
  | { what: "hdf5" }
  | { what: "known"; name: string }
  | { what: "text"; text: string }
  | { what: "unknown" };

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

const KNOWN: readonly [name: string, offset: number, bytes: string][] = [
  ["a NetCDF-3 (classic) file", 0, "CDF\x01"],
  ["a NetCDF-3 (64-bit offset) file", 0, "CDF\x02"],
  ["a NetCDF-3 (64-bit data) file", 0, "CDF\x05"],
  ["an HDF4 file", 0, "\x0e\x03\x13\x01"],
  ["a NumPy array (.npy)", 0, "\x93NUMPY"],
  ["a FITS file", 0, "SIMPLE  ="],
  ["a Parquet file", 0, "PAR1"],
  ["an Arrow file", 0, "ARROW1"],
  ["a ZIP archive", 0, "PK\x03\x04"],
  ["a gzip-compressed file", 0, "\x1f\x8b"],
  ["a Zstandard-compressed file", 0, "\x28\xb5\x2f\xfd"],
  ["an xz-compressed file", 0, "\xfd7zXZ"],
  ["a bzip2-compressed file", 0, "BZh"],
  ["a tar archive", 257, "ustar"],
  ["a PNG image", 0, "\x89PNG"],
  ["a JPEG image", 0, "\xff\xd8\xff"],
  ["a TIFF image", 0, "II*\0"],
  ["a TIFF image", 0, "MM\0*"],
  ["a PDF document", 0, "%PDF"],
  ["a MATLAB file older than version 7.3", 0, "MATLAB 5.0"],
  ["an SQLite database", 0, "SQLite format 3"],
];

/** Bytes from the beginning of the file that `sniff` wants to see. */
export const SNIFF_BYTES = 4096;

/** What a file of `size` bytes is that begins with `head`. */
export function sniff(head: Uint8Array, size: number): Sniffed {
  if (size === 0) return { what: "empty" };
  for (let at = 0; at + 8 <= head.length; at = at === 0 ? 512 : at * 2) {
    if (SIGNATURE.every((b, i) => head[at + i] === b)) return { what: "hdf5" };
  }
  for (const [name, offset, bytes] of KNOWN) {
    if ([...bytes].every((c, i) => head[offset + i] === c.charCodeAt(0))) return { what: "known", name };
  }
  const text = readable(head.subarray(0, 200));
  return text === undefined ? { what: "unknown" } : { what: "text", text };
}

function readable(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  if (/(?![\t\n\v\f\r])\p{Cc}/u.test(text) || text.slice(0, -1).includes("\ufffd")) return undefined;
  const line = text.trim().split(/[\r\n]/)[0] ?? "";
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
