// Copies by `repack`, judged by h5py and h5diff: everything that can be in a file is in the copy, stored as it was asked for, and large
// files are copied in little memory.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { repack } from "hyperslab";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { python } from "./lib/corpus.mjs";
import { madeByH5py, seenByH5py } from "./lib/h5py.mjs";

const copyOf = (name) => path.join(folder(local, "h5py"), name);

/** Checks with compare_files.py, and h5diff where it is there, that a copy is equal. */
function equal(file, copy, { old = true } = {}) {
  const compared = spawnSync(python, [at("tests/interop/compare_files.py"), file, copy], { encoding: "utf8" });
  assert.equal(compared.status, 0, `${compared.stdout}${compared.stderr}`);
  if (!old) return;
  const { status, stdout, stderr, error } = spawnSync("h5diff", [file, copy], { encoding: "utf8" });
  if (error?.code !== "ENOENT") assert.equal(status, 0, `h5diff: ${stdout}${stderr}`);
}

const EVERYTHING = `
n = np.arange(12000.).reshape(120, 100)
g = f.create_group("g", track_order=True)
for name in ("z", "y", "x"): g[name] = n[:5]
for name in ("late", "early"): g.attrs[name] = name
f["t"] = np.dtype([("a", "<i4"), ("s", h5py.string_dtype())])
d = f.create_dataset("typed", 600, dtype=f["t"], chunks=(100,), compression="gzip")
d[:] = np.array([(i, "text %d" % i) for i in range(600)], dtype=d.dtype)
d.attrs.create("of the type", np.array((1, "x"), dtype=d.dtype), dtype=f["t"])
big = f.create_dataset("big", data=n, maxshape=(None, 100), chunks=(50, 30), shuffle=True, compression="gzip", compression_opts=2, fletcher32=True, track_times=True)
f["same"] = big
f["soft"] = h5py.SoftLink("/g/nothing")
f["out"] = h5py.ExternalLink("other.h5", "/x")
h5py.h5o.set_comment(big.id, b"a comment")
f["scale"] = np.arange(120.)
f["scale"].make_scale("rows")
big.dims[0].attach_scale(f["scale"])
big.dims[1].label = "columns"
f.create_dataset("refs", data=[big.ref, f["g/x"].ref, f["t"].ref, h5py.Reference()], dtype=h5py.ref_dtype)
f.create_dataset("regions", data=[big.regionref[3:7, ::10]], dtype=h5py.regionref_dtype)
f.attrs.create("root refs", [big.ref, f.ref], dtype=h5py.ref_dtype)
f.attrs["region"] = big.regionref[1, 2]
v = f.create_dataset("lists", 50, dtype=h5py.vlen_dtype(h5py.ref_dtype))
for i in range(50): v[i] = np.array([big.ref] * (i % 3), dtype=h5py.ref_dtype)
f.create_dataset("empty", shape=None, dtype="<f4")
f.create_dataset("scalar", data=7, dtype="<i2")
f.create_dataset("late", (1000, 1000), "<i4", chunks=(100, 100), fillvalue=5)[300:310, 5] = 9
many = f.create_group("many")
for i in range(40): many.attrs["a%02d" % i] = i
`;

/** What compare_files.py does not look at. */
const LOOK = `
assert list(f["g"]) == ["z", "y", "x"] and list(f["g"].attrs) == ["late", "early"]
assert f["same"] == f["big"] and h5py.h5o.get_info(f["big"].id).rc == 2
assert f["typed"].id.get_type().committed() and f["typed"].attrs.get_id("of the type").get_type().committed()
assert h5py.h5o.get_info(f["t"].id).rc == 3
assert f["big"].dims[0][0] == f["scale"] and f["big"].dims[1].label == "columns" and f["scale"].is_scale
assert f[f["scale"].attrs["REFERENCE_LIST"][0][0]] == f["big"]
r = f["refs"]
assert f[r[0]] == f["big"] and f[r[1]] == f["g/x"] and f[r[2]] == f["t"] and not r[3]
assert np.array_equal(f["big"][f["regions"][0]], f["big"][3:7, ::10])
assert f["big"][f.attrs["region"]].ravel().tolist() == [102.] and f[f.attrs["root refs"][1]] == f
assert all(f[x] == f["big"] for i in range(50) for x in f["lists"][i])
assert f["late"].chunks is None or f["late"].id.get_num_chunks() <= 12
print(json.dumps([[f[p].chunks, f[p].compression, f[p].shuffle, f[p].fletcher32] for p in ("big", "typed", "late", "lists")]))
`;

for (const libver of ["earliest", "latest"]) {
  const file = () => madeByH5py(`everything-${libver}.h5`, EVERYTHING, `libver="${libver}"`);
  const kept = [[[50, 30], "gzip", true, true], [[100], "gzip", false, false], [[100, 100], null, false, false], [null, null, false, false]];
  const ways = {
    keep: [{ compression: "keep" }, kept],
    gzip: [{}, [[[50, 30], "gzip", true, true], [[100], "gzip", false, false], [[100, 100], "gzip", true, false], null]],
    shape: [{ chunks: [40, 40], compression: "gzip", shuffle: false, fletcher32: false }, [[[40, 40], "gzip", false, false], null, [[40, 40], "gzip", false, false], null]],
    one: [{ chunks: false }, [[[50, 30], "gzip", true, true], [null, null, false, false], [null, null, false, false], kept[3]]],
    newest: [{ compression: "keep", libver: "latest" }, kept],
    oldest: [{ compression: "keep", libver: "earliest" }, kept],
    own: [{ compression: "keep", libver: "keep", fsStrategy: libver === "latest" ? "page" : undefined }, kept],
  };
  for (const [name, [options, expected]] of Object.entries(ways)) {
    test(`everything is in a copy of a file for ${libver}: ${name}`, async () => {
      const [source, to] = [file(), copyOf(`everything-${libver}-${name}.h5`)];
      await repack(source, { ...options, to });
      equal(source, to, { old: libver === "earliest" && name !== "newest" });
      const seen = seenByH5py(to, LOOK);
      for (const [i, wanted] of expected.entries()) if (wanted) assert.deepEqual(seen[i], wanted);
    });
  }
}

test("times and comments stay what they were", async () => {
  const file = () => madeByH5py("times.h5", `d = f.create_dataset("d", data=np.arange(9), track_times=True)\nh5py.h5o.set_comment(d.id, b"a comment")`, 'libver="latest"');
  const time = `print(json.dumps([getattr(h5py.h5o.get_info(f["d"].id), name) for name in ("atime", "mtime", "ctime", "btime")]))`;
  for (const to of ["earliest", "latest"]) {
    const [source, copy] = [file(), copyOf(`times-${to}.h5`)];
    await repack(source, { libver: to, to: copy });
    const times = seenByH5py(copy, time);
    assert.deepEqual(times, seenByH5py(source, time));
    assert.ok(times[1] > 1e9);
    const { stdout, error } = spawnSync("h5dump", ["-H", copy], { encoding: "utf8" });
    if (to === "earliest" && error?.code !== "ENOENT") assert.match(stdout, /COMMENT "a comment"/);
  }
});

/** Copies in a process of its own; its largest memory, in MiB. */
function memory(source, to, options) {
  const program = `
import { repack, ready } from "hyperslab";
await ready();
const [source, to, options] = process.argv.slice(1);
const before = process.memoryUsage().rss;
let most = before;
const timer = setInterval(() => { most = Math.max(most, process.memoryUsage().rss); }, 10);
await repack(source, { ...JSON.parse(options), to, onProgress() { most = Math.max(most, process.memoryUsage().rss); } });
clearInterval(timer);
console.log(Math.round((Math.max(most, process.memoryUsage().rss) - before) / 2 ** 20));`;
  const argv = ["--input-type=module", "-e", program, source, to, JSON.stringify(options)];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8", cwd: at(".") });
  assert.equal(status, 0, stderr);
  return Number(stdout);
}

const LARGE = `
row = (np.arange(1 << 20) % 1000).astype("<f4")
d = f.create_dataset("d", (150, 1 << 20), "<f4", chunks=(1, 1 << 18), compression="gzip", compression_opts=1)
for i in range(150): d[i] = row + i
e = f.create_dataset("text", 400000, dtype=h5py.string_dtype(), chunks=(4000,))
for i in range(0, 400000, 100000): e[i:i + 100000] = [("line %d " % n) * 20 for n in range(i, i + 100000)]
`;

for (const [name, options] of Object.entries({
  keep: { compression: "keep" },
  "other chunks": { chunks: [2, 50000], compression: "lzf", datasets: { text: { compression: "none" } } },
  "one piece": { chunks: false },
})) {
  test(`600 MiB are copied in little memory: ${name}`, () => {
    const source = madeByH5py("large.h5", LARGE);
    const to = copyOf("large-copy.h5");
    const used = memory(source, to, options);
    assert.ok(used < 160, `${used} MiB for a copy of ${statSync(to).size >> 20} MiB`);
    seenByH5py(to, `
row = (np.arange(1 << 20) % 1000).astype("<f4")
assert all((f["d"][i] == row + i).all() for i in (0, 1, 77, 149))
assert all(f["text"][i].decode() == ("line %d " % i) * 20 for i in (0, 99999, 399999))`);
  });
}

test("chunks that workers encoded are those that are encoded without, in every filter", async () => {
  const source = madeByH5py("recoded.h5", `
n = (np.arange(300 * 500) * 7919 % 10007).reshape(300, 500)
for name, dtype in (("i2", "<i2"), ("u4", ">u4"), ("f4", "<f4"), ("f8", "<f8")):
    f.create_dataset(name, data=n.astype(dtype), chunks=(70, 90), compression="gzip", fillvalue=3)
d = f.create_dataset("holes", (300, 500), "<i4", chunks=(50, 50), compression="gzip", fillvalue=-7, maxshape=(None, None))
d[60:130, 40:460] = n[60:130, 40:460]
`);
  const chunks = [64, 110];
  const ways = {
    szip: { compression: "szip", chunks },
    "szip-ec": { compression: "szip", compressionOpts: ["ec", 8], fletcher32: true },
    zfp: { compression: "zfp", chunks },
    scaleoffset: { scaleoffset: true, chunks, datasets: { "/f4": { scaleoffset: 0, chunks }, "/f8": { scaleoffset: 0, chunks } } },
    blosc: { compression: "blosc", chunks },
    blosc2: { compression: "blosc2", compressionOpts: ["lz4", 5, "shuffle"], chunks },
    bitshuffle: { compression: "bitshuffle", chunks },
    zstd: { compression: "zstd", chunks },
  };
  for (const [name, options] of Object.entries(ways)) {
    const plain = await repack(source, options);
    const copy = copyOf(`recoded-${name}.h5`);
    await repack(source, { ...options, workers: 2, to: copy });
    assert.ok(Buffer.from(await repack(source, { ...options, workers: 2 })).equals(Buffer.from(plain)), name);
    seenByH5py(copy, `
import hdf5plugin
with h5py.File(${JSON.stringify(source)}) as g:
    for name in g:
        assert np.array_equal(f[name][...], g[name][...]), name
        assert f[name].fillvalue == g[name].fillvalue and f[name].id.get_create_plist().get_nfilters() > 0, name
`);
  }
});
