/** Numbers for people. */

const plain = new Intl.NumberFormat("en-US");

/** `1,234,567`. */
export const thousands = (n: number): string => plain.format(n);

/** `40.9 MB`, in powers of 1000 as files are measured. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} ${n === 1 ? "byte" : "bytes"}`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  let value = n;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** `2048 × 2048`, `scalar`, `null`. */
export function extents(shape: readonly (number | null)[] | null | undefined): string {
  if (!shape) return "no elements";
  return shape.length === 0 ? "scalar" : shape.map((n) => (n === null ? "∞" : thousands(n))).join(" × ");
}

/** `2.1×`. */
export function ratio(full: number, stored: number): string {
  const r = full / stored;
  return `${r < 10 ? r.toFixed(1) : Math.round(r)}×`;
}

/** `38 ms`, `1.4 s`. */
export const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

const FILTERS: Record<number, string> = {
  1: "gzip",
  2: "shuffle",
  3: "fletcher32",
  4: "szip",
  5: "nbit",
  6: "scaleoffset",
  307: "bzip2",
  32000: "lzf",
  32001: "blosc",
  32004: "lz4",
  32008: "bitshuffle",
  32013: "zfp",
  32015: "zstd",
  32017: "sz",
  32024: "sz3",
  32026: "blosc2",
  32028: "sperr",
};

/** The usual name of a filter; the one in the file may be a sentence. Empty if none is known. */
export const filterName = (id: number, stored: string): string => FILTERS[id] ?? stored.split(/[;:(]/)[0]?.trim() ?? "";

/** `−24 %` or `+3 %`. */
export function change(before: number, after: number): string {
  if (before === 0) return "";
  const percent = ((after - before) / before) * 100;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(digits)} %`;
}
