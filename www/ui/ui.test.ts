import assert from "node:assert/strict";
import { test } from "node:test";
import { Scroll, Sizes } from "../viewers/table/scroll.js";
import { clamped } from "../viewers/window.js";
import { bytes, change, extents, ratio } from "./format.js";
import { formatHash, parseHash } from "./hash.js";
import { detailsOf, objectWords, openWords } from "./strings.js";

test("sizes for people", () => {
  assert.deepEqual([0, 1, 999, 1000, 40_955_060, 108_244_796, 14.4e9].map(bytes), ["0 bytes", "1 byte", "999 bytes", "1.00 kB", "41.0 MB", "108 MB", "14.4 GB"]);
  assert.equal(extents([2048, null]), "2,048 × ∞");
  assert.equal(ratio(100, 48), "2.1×");
  assert.equal(change(100, 76), "−24 %");
  assert.equal(change(100, 103), "+3.0 %");
});

test("the address keeps the place and gives it back", () => {
  const place = { file: "a b#.h5", path: "/entry/data µ", selection: "10, :, ::2", view: "heat", axes: "1,2" };
  const hash = formatHash(place);
  assert.match(hash, /s=10,:,::2/);
  assert.deepEqual(parseHash(hash), { ...place, selection: "10,:,::2" });
  assert.equal(formatHash({}), "");
});

test("every row of a billion can be gone to exactly", () => {
  const s = new Scroll(1e9, 26, 600);
  assert.ok(s.scaled && s.pixels < 33e6);
  assert.equal(s.at(s.pixels - 600), s.most);
  const [, to] = s.seen(s.most);
  assert.equal(to, 1e9);
  assert.equal(s.reveal(700_000_000, 0), 700_000_000 + 1 - 23);
  assert.deepEqual(s.seen(700_000_000)[0], 700_000_000);
  assert.ok(Math.abs(s.at(s.offset(700_000_000)) - 700_000_000) < 1);
  const small = new Scroll(10, 26, 600);
  assert.equal(small.most, 0);
  assert.deepEqual(small.seen(0), [0, 10]);
});

test("columns of their own widths scroll as one strip", () => {
  const s = new Sizes([100, 50, 200, 50], 220);
  assert.equal(s.pixels, 400);
  assert.deepEqual(s.seen(0), [0, 3]);
  assert.equal(s.at(125), 1.5);
  assert.equal(s.offset(1.5), 125);
  assert.equal(Math.round(s.offset(s.most)), 180);
  assert.deepEqual(s.seen(s.most), [2, 4]);
  assert.equal(Math.round(s.offset(s.reveal(2, 0))), 130);
  assert.equal(s.reveal(0, 2), 0);
  assert.equal(s.from(1, 2), 50);
  assert.equal(new Sizes([10, 10], 500).most, 0);
});

test("a window stays inside and does not get smaller than two elements", () => {
  const all = { x0: -0.5, x1: 99.5, y0: -0.5, y1: 49.5 };
  assert.equal(clamped(all, all, false), undefined);
  assert.deepEqual(clamped({ x0: -20, x1: 30, y0: 0, y1: 10 }, all, false), { x0: -0.5, x1: 49.5, y0: 0, y1: 10 });
  const tiny = clamped({ x0: 5, x1: 5.1, y0: 5, y1: 5.1 }, all, false);
  assert.ok(tiny && Math.abs(tiny.x1 - tiny.x0 - 2) < 1e-9);
});

test("problems are told in plain sentences", () => {
  const trouble = { code: "Malformed", message: "no HDF5 signature", size: 1700 };
  const say = (more: object): string => openWords("a.h5", { ...trouble, ...more } as never).body;
  assert.match(say({ sniffed: { what: "text", text: "this is not hdf5" } }), /starts with “this is not hdf5”/);
  assert.match(say({ sniffed: { what: "empty" } }), /0 bytes/);
  assert.match(say({ sniffed: { what: "known", name: "a ZIP archive" } }), /not an HDF5 file but a ZIP archive/);
  assert.match(say({ sniffed: { what: "hdf5" }, message: "the file ends at 54122398, its superblock says 108244796" }), /end of the file is missing/i);
  const filter = objectWords({ code: "Unsupported", message: "unknown filter", filter: { id: 32015, name: "zstd" } });
  assert.match(filter.body, /zstd \(filter 32015\)/);
  const details = detailsOf("a.h5", { code: "Malformed", message: "bad", address: 96, trail: ["object header v2", "chunk 1"], path: "/x" });
  assert.match(details, /address: 0x60 \(96\)/);
  assert.match(details, /trail: object header v2 > chunk 1/);
});
