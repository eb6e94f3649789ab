// Files that name others: virtual datasets, external raw data, external links.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { open, openSync } from "hyperslab";
import { madeByH5py, seenByH5py } from "./lib/h5py.mjs";

const main = madeByH5py(
  "elsewhere/main.h5",
  `
import os
folder = os.path.dirname(sys.argv[1])
here = lambda name: os.path.join(folder, name)
os.makedirs(here("below"), exist_ok=True)
for k in range(4):
    with h5py.File(here("below/tile%d.h5" % k), "w") as s:
        s.create_dataset("grid", data=np.arange(300 * 200, dtype="<i4").reshape(300, 200) + 100000 * k, chunks=(64, 50), compression="gzip")
mosaic = h5py.VirtualLayout((600, 400), "<i4")
for k in range(4):
    y, x = divmod(k, 2)
    mosaic[y * 300:y * 300 + 300, x * 200:x * 200 + 200] = h5py.VirtualSource("below/tile%d.h5" % k, "grid", (300, 200))
f.create_virtual_dataset("mosaic", mosaic)
part = h5py.VirtualLayout((4, 50, 3), ">f8")
for k in range(4):
    part[k] = h5py.VirtualSource("below/tile%d.h5" % k, "grid", (300, 200))[5:300:6, 10:100:30]
f.create_virtual_dataset("part", part)
lost = h5py.VirtualLayout((3, 4), "<i2")
own = f.create_dataset("own", data=np.arange(12, dtype="<i2").reshape(3, 4))
lost[0] = h5py.VirtualSource(own)[1]
lost[1] = h5py.VirtualSource("../outside.h5", "x", (4,))
lost[2] = h5py.VirtualSource("gone.h5", "x", (4,))
f.create_virtual_dataset("lost", lost, fillvalue=-9)
for name, to in ("self", "self"), ("ping", "pong"), ("pong", "ping"):
    circle = h5py.VirtualLayout((4,), "<i2")
    circle[:] = h5py.VirtualSource(".", to, (4,))
    f.create_virtual_dataset(name, circle)
words = h5py.VirtualLayout((3,), h5py.string_dtype())
f["words"] = ["one", "two", "three"]
words[:] = h5py.VirtualSource(f["words"])
f.create_virtual_dataset("said", words)
end = h5py.VirtualLayout((1, 6), "<i4", maxshape=(None, 6))
with h5py.File(here("grows.h5"), "w") as s:
    g = s.create_dataset("g", (7, 6), "<i4", maxshape=(None, 6), chunks=(3, 6))
    g[...] = np.arange(42).reshape(7, 6)
    source = h5py.VirtualSource(g)
    end[0:h5py.h5s.UNLIMITED, 0:6] = source[0:h5py.h5s.UNLIMITED, 0:6]
f.create_virtual_dataset("end", end)
with open(here("one.raw"), "wb") as r:
    r.write(b"??" + np.arange(10, dtype="<i2").tobytes())
with open(here("two.raw"), "wb") as r:
    r.write(np.arange(10, 15, dtype="<i2").tobytes())
f.create_dataset("raw", (20,), "<i2", external=[(here("one.raw"), 2, 20), (here("two.raw"), 0, 20)])
f.create_dataset("relative", (10,), "<i2", external=[("one.raw", 2, 20)])
with h5py.File(here("next.h5"), "w") as s:
    s["group/data"] = np.arange(5)
    s["back"] = h5py.ExternalLink("main.h5", "/own")
    s["round"] = h5py.ExternalLink("main.h5", "/round")
    s["group/soft"] = h5py.SoftLink("/group/data")
f["there"] = h5py.ExternalLink("next.h5", "/group")
f["back"] = h5py.ExternalLink("next.h5", "back")
f["round"] = h5py.ExternalLink("next.h5", "/round")
f["nowhere"] = h5py.ExternalLink("gone.h5", "/x")
f["dangling"] = h5py.ExternalLink("next.h5", "/none")
f["soft"] = h5py.SoftLink("/there/soft")
`,
);
const folder = path.dirname(main);
const bytes = (name) => new Uint8Array(readFileSync(path.join(folder, name)));
const tile = (y, x, k) => y * 200 + x + 100000 * k;
const mosaic = (y, x) => tile(y % 300, x % 200, 2 * Math.floor(y / 300) + Math.floor(x / 200));

/** A source that answers later, as in a browser. */
const later = (data) => ({ size: data.length, read: async (at, n) => data.slice(at, at + n) });
const asked = [];
const remote = () =>
  open(later(bytes("main.h5")), {
    resolve: async (name, from) => {
      asked.push([name, from]);
      return name === "gone.h5" || name.startsWith("..") ? undefined : later(bytes(path.isAbsolute(name) ? path.basename(name) : name));
    },
  });

function checkMosaic(all) {
  assert.deepEqual(all.shape, [600, 400]);
  assert.equal(all.missing, undefined);
  assert.ok(all.data.every((v, i) => v === mosaic(Math.floor(i / 400), i % 400)));
}

test("a mosaic of files, whole and in parts", async () => {
  const f = openSync(main);
  const d = f.get("mosaic");
  checkMosaic(d.read());
  for (const [selection, ys, xs] of [
    ["299:302, 198:203", [299, 300, 301], [198, 199, 200, 201, 202]],
    ["::150, ::133", [0, 150, 300, 450], [0, 133, 266, 399]],
    ["-1, 250:252", [599], [250, 251]],
  ]) {
    assert.deepEqual([...d.read(selection).data], ys.flatMap((y) => xs.map((x) => mosaic(y, x))), selection);
  }
  assert.deepEqual([...d.read({ points: [[599, 399], [0, 0], [299, 200], [0, 0]] }).data], [mosaic(599, 399), 0, mosaic(299, 200), 0]);
  const part = f.get("part").read();
  assert.deepEqual([part.shape, part.data.constructor], [[4, 50, 3], Float64Array]);
  assert.ok(part.data.every((v, i) => v === tile(5 + 6 * (Math.floor(i / 3) % 50), 10 + 30 * (i % 3), Math.floor(i / 150))));
  assert.deepEqual(d.sources()[3], { file: "below/tile3.h5", dataset: "grid" });
  f.close();
  checkMosaic(await (await (await open(main)).get("mosaic")).read());
});

test("sources are found through `resolve`", async () => {
  const f = await remote();
  const d = await f.get("mosaic");
  asked.length = 0;
  assert.deepEqual([...(await d.read("0:2, 0:2")).data], [0, 1, 200, 201]);
  assert.deepEqual(asked, [["below/tile0.h5", undefined]]);
  checkMosaic(await d.read());
  assert.deepEqual((await f.get("end")).shape, [7, 6]);
  const raw = await (await f.get("raw")).read();
  assert.deepEqual([...raw.data], [...Array(15).keys(), 0, 0, 0, 0, 0]);
  f.close();
  const g = openSync(bytes("main.h5"), { resolve: (name) => bytes(name) });
  checkMosaic(g.get("mosaic").read());
  const late = openSync(bytes("main.h5"), { resolve: async () => undefined });
  assert.throws(() => late.get("mosaic").read(), { code: "Argument" });
  const broken = openSync(bytes("main.h5"), { resolve: () => new Uint8Array(100) });
  assert.equal(broken.get("mosaic").read("0").missing.length, 2);
});

test("what is not found reads as the fill value, and is named", async () => {
  writeFileSync(path.join(folder, "..", "outside.h5"), bytes("next.h5"));
  const expected = [4, 5, 6, 7, -9, -9, -9, -9, -9, -9, -9, -9];
  const missing = [{ file: "../outside.h5", dataset: "x" }, { file: "gone.h5", dataset: "x" }];
  for (const f of [await open(main), await remote(), await open(bytes("main.h5")), await open(main, { resolve: null })]) {
    const lost = await (await f.get("lost")).read();
    assert.deepEqual([[...lost.data], lost.missing], [expected, missing]);
    assert.equal((await (await f.get("lost")).read("0")).missing, undefined);
    f.close();
  }
  const alone = openSync(bytes("main.h5"));
  assert.equal(alone.get("mosaic").read("0, 0:3").data.join(), "0,0,0");
  assert.throws(() => alone.get("raw").read(), { code: "NotFound" });
  assert.deepEqual(alone.get("end").shape, [1, 6]);
  // Never outside of the folder unasked: neither up nor to an absolute path.
  const deep = path.join(folder, "deep");
  mkdirSync(deep, { recursive: true });
  writeFileSync(path.join(deep, "main.h5"), bytes("main.h5"));
  const moved = openSync(path.join(deep, "main.h5"));
  assert.throws(() => moved.get("raw").read(), { code: "NotFound" });
  writeFileSync(path.join(deep, "one.raw"), bytes("one.raw"));
  assert.equal(moved.get("relative").read("3:5").data.join(), "3,4");
});

test("extents follow the sources, strings stay strings, circles end", () => {
  const f = openSync(main);
  const end = f.get("end");
  assert.deepEqual([end.shape, end.maxshape], [[7, 6], [null, 6]]);
  assert.deepEqual([...end.read("::3").data], [0, 3, 6].flatMap((y) => [0, 1, 2, 3, 4, 5].map((x) => y * 6 + x)));
  assert.deepEqual(f.get("said").read().data, ["one", "two", "three"]);
  for (const name of ["self", "ping", "pong"]) assert.throws(() => f.get(name).read(), { code: "Limit" });
});

test("external raw files", () => {
  const f = openSync(main);
  const d = f.get("raw");
  assert.equal(d.layout, "contiguous");
  assert.deepEqual([...d.read("8:17").data], [8, 9, 10, 11, 12, 13, 14, 0, 0]);
  assert.deepEqual([...f.get("relative").read("::4").data], [0, 4, 8]);
  assert.deepEqual(d.sources().map(({ offset, size }) => [offset, size]), [[2, 20], [0, 20]]);
});

test("external links are followed into other files", async () => {
  for (const f of [await open(main), await remote(), openSync(main)]) {
    const there = await f.get("there");
    assert.deepEqual([there.kind, there.path, there.file === f], ["group", "/group", false]);
    assert.deepEqual(await there.keys(), ["data", "soft"]);
    for (const name of ["there/data", "/there/soft", "soft"]) {
      assert.equal((await (await f.get(name)).read("2")), 2n, name);
    }
    assert.equal((await f.get("back")).path, "/own");
    assert.deepEqual([await f.has("there/data"), await f.has("there/none"), await f.has("nowhere")], [true, false, false]);
    assert.deepEqual([await f.get("nowhere"), await f.get("dangling")], [undefined, undefined]);
    await assert.rejects(async () => f.get("round"), (e) => e.code === "Limit" && e.address > 0);
    assert.deepEqual((await f.getLink("there")).file, "next.h5");
    f.close();
    await assert.rejects(async () => there.keys(), { code: "Closed" });
  }
  const alone = openSync(bytes("main.h5"));
  assert.throws(() => alone.get("there"), { code: "Unsupported", message: /next\.h5/ });
});

test("texts, sequences and references of other files are those that they have there", async () => {
  const file = madeByH5py(
    "elsewhere/mixed.h5",
    `
import os
here = lambda name: os.path.join(os.path.dirname(sys.argv[1]), name)
row = np.dtype([("n", "<i2"), ("name", h5py.string_dtype()), ("list", h5py.vlen_dtype("<f8"))])
def fill(g, k):
    g["pad"] = np.arange(100 * k)
    g["words"] = ["word %d of file %d" % (i, k) for i in range(4)]
    lists = g.create_dataset("lists", (4,), h5py.vlen_dtype("<i4"))
    rows = g.create_dataset("rows", (4,), row, chunks=(3,), compression="gzip")
    for i in range(4):
        lists[i] = np.arange(i + k)
        rows[i] = (k, "row %d/%d" % (k, i), np.arange(i) / 2)
    g["grid"] = np.arange(12, dtype="<i4").reshape(3, 4) + 100 * k
    refs = g.create_dataset("refs", (4,), h5py.ref_dtype)
    regions = g.create_dataset("regions", (4,), h5py.regionref_dtype)
    refs[0], refs[2] = g["grid"].ref, g["words"].ref
    regions[0], regions[3] = g["grid"].regionref[1], g["grid"].regionref[:, 1:3]
fill(f, 0)
for k in 1, 2:
    with h5py.File(here("mixed%d.h5" % k), "w", libver="latest" if k == 2 else None) as s:
        fill(s, k)
for name in "words", "lists", "rows", "refs", "regions":
    layout = h5py.VirtualLayout((14,), f[name].dtype)
    layout[9:13] = h5py.VirtualSource(f[name])
    layout[0:8:2] = h5py.VirtualSource("mixed1.h5", name, (4,))
    layout[1:9:2] = h5py.VirtualSource("mixed2.h5", name, (4,))
    f.create_virtual_dataset("all " + name, layout)
wrong = h5py.VirtualLayout((4,), h5py.vlen_dtype("<f8"))
wrong[:] = h5py.VirtualSource("mixed1.h5", "lists", (4,))
f.create_virtual_dataset("wrong", wrong)
again = h5py.VirtualLayout((14,), h5py.string_dtype())
again[:] = h5py.VirtualSource(".", "all words", (14,))
f.create_virtual_dataset("again", again)
again = h5py.VirtualLayout((14,), h5py.ref_dtype)
again[:] = h5py.VirtualSource(".", "all refs", (14,))
f.create_virtual_dataset("again refs", again)
own = h5py.VirtualLayout((4,), h5py.vlen_dtype("<f8"))
own[:] = h5py.VirtualSource(".", "lists", (4,))
f.create_virtual_dataset("wrong here", own)
`,
  );
  const seen = seenByH5py(
    file,
    `
text = lambda b: b.decode() if isinstance(b, bytes) else b
print(json.dumps({"words": [text(x) for x in f["all words"][...]], "lists": [x.tolist() for x in f["all lists"][...]],
    "rows": [[int(x["n"]), text(x["name"]), x["list"].tolist()] for x in f["all rows"][...]]}))
`,
  );
  assert.equal(seen.words[3], "word 1 of file 2");
  const own = (name) => new Uint8Array(readFileSync(path.join(path.dirname(file), name)));
  for (const f of [openSync(file), await open(file), await open(later(own("mixed.h5")), { resolve: async (name) => later(own(name)) })]) {
    const read = async (name, selection) => (await (await f.get(name)).read(selection)).data;
    assert.deepEqual(await read("all words"), seen.words);
    assert.deepEqual(await read("all words", "3:11:2"), [3, 5, 7, 9].map((i) => seen.words[i]));
    assert.deepEqual(await read("all words", { points: [[8], [2], [9]] }), [8, 2, 9].map((i) => seen.words[i]));
    assert.deepEqual((await read("all lists")).map((x) => Array.from(x)), seen.lists);
    const { n, name, list } = await read("all rows");
    assert.deepEqual([...n.data].map((k, i) => [k, name.data[i], [...list.data[i]]]), seen.rows);
    const refs = await read("all refs");
    assert.deepEqual(refs.map((r) => r.file), Array.from("1212xxxx0x0xxx", (_, i) => [0, 4].includes(i) ? "mixed1.h5" : [1, 5].includes(i) ? "mixed2.h5" : undefined));
    for (const [i, k] of [[0, 1], [1, 2], [9, 0]]) {
      assert.deepEqual([...(await (await f.get(refs[i])).read("0")).data], [0, 1, 2, 3].map((x) => x + 100 * k));
    }
    assert.equal((await (await f.get(refs[4])).read("3")), "word 3 of file 1");
    const regions = await read("all regions");
    for (const [i, sum] of [[0, 422], [1, 822], [7, 1233], [12, 33]]) {
      const part = (await (await f.get(regions[i])).read(regions[i])).data;
      assert.equal(part.reduce((a, b) => a + b), sum, `${i}`);
    }
    await assert.rejects(read("wrong"), { code: "Unsupported" });
    await assert.rejects(read("wrong here"), { code: "Unsupported" });
    assert.deepEqual(await read("again"), seen.words);
    assert.deepEqual(await read("again", "::5"), [0, 5, 10].map((i) => seen.words[i]));
    assert.deepEqual((await read("again refs")).map((r) => r.file), refs.map((r) => r.file));
    f.close();
  }
  const alone = openSync(own("mixed.h5")).get("all words").read();
  assert.deepEqual(alone.data.slice(7), ["", "", ...seen.words.slice(9)]);
  assert.equal(alone.missing.length, 2);
});

test("a source that is smaller than what is mapped of it", () => {
  const file = madeByH5py(
    "elsewhere/smaller.h5",
    `
def make(name, shape, mapped, dtype="<i2", later=None, **keywords):
    d = f.create_dataset("of " + name, shape, "<i2", fillvalue=7, **keywords)
    if name != "unwritten":
        d[...] = np.arange(1, 1 + d.size).reshape(shape)
    layout = h5py.VirtualLayout(tuple(x + 2 for x in mapped), dtype)
    layout[tuple(slice(0, x) for x in mapped)] = h5py.VirtualSource(".", "of " + name, tuple(x + 1 for x in mapped))[tuple(slice(1, x + 1) for x in mapped)]
    f.create_virtual_dataset(name, layout, fillvalue=16)
    if later:
        d.resize(later)
make("shrunk", (19,), (14,), later=(12,), maxshape=(None,), chunks=(13,))
make("small", (8,), (12,), maxshape=(40,), chunks=(5,))
make("converted", (8,), (12,), ">f8", maxshape=(40,), chunks=(5,), compression="gzip")
make("plane", (2, 6), (3, 4), maxshape=(9, 9), chunks=(2, 2))
make("unwritten", (8,), (12,))
`,
  );
  const seen = seenByH5py(file, `print(json.dumps({k: v[...].ravel().tolist() for k, v in f.items()}))`);
  const f = openSync(file);
  for (const name of ["shrunk", "small", "converted", "plane", "unwritten"]) {
    assert.deepEqual([...f.get(name).read().data], seen[name], name);
  }
});
