import assert from "node:assert/strict";
import { test } from "node:test";
import { sniff } from "./sniff.js";

const bytes = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));
const of = (s: string) => sniff(bytes(s), s.length);

test("files that are not HDF5 are named", () => {
  assert.deepEqual(of(""), { what: "empty" });
  assert.deepEqual(of("CDF\x01" + "\0".repeat(100)), { what: "known", name: "a NetCDF-3 (classic) file" });
  assert.deepEqual(of("PK\x03\x04...."), { what: "known", name: "a ZIP archive" });
  assert.deepEqual(of("this is not hdf5\n".repeat(20)), { what: "text", text: "this is not hdf5" });
  assert.deepEqual(of("\x00\x01\x02\x03"), { what: "unknown" });
  const long = of("x".repeat(500));
  assert.ok(long.what === "text" && long.text.endsWith("…"));
});

test("the signature is found at 0, 512, 1024 …", () => {
  const signature = "\x89HDF\r\n\x1a\n";
  assert.deepEqual(of(signature + "\0".repeat(92)), { what: "hdf5" });
  assert.deepEqual(of("\0".repeat(1024) + signature), { what: "hdf5" });
  assert.deepEqual(of("\0".repeat(700) + signature), { what: "unknown" });
});
