// The steps of a notebook that tries h5py on a book's examples, taken with this package; h5py reads each file back.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { create, open, openSync } from "hyperslab";
import { folder, local } from "../../scripts/lib/paths.mjs";
import { seenByH5py } from "./lib/h5py.mjs";

const dir = path.join(folder(local), "notebook");
rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
const at = (name) => path.join(dir, name);
const size = (name) => statSync(at(name)).size;
const random = (n) => Float64Array.from({ length: n }, () => Math.random());

const temperatures = [21, 24, 3, 39, 17, 0, 69, 31, 8, 12];
const winds = [3, 14, 15, 9, 26, 5, 7, 35, 8, 9];

test("stations: groups made on the way, scalars, attributes; read again", () => {
  const f = openSync(at("weather.hdf5"), { mode: "w" });
  for (let id = 1; id <= 10; id++) {
    for (const [name, values] of [["temperature", temperatures], ["wind_speed", winds]]) {
      const d = f.createDataset(`/${id}/${name}`, { data: BigInt(values[id - 1]) });
      d.attrs.set("date", 1n);
      d.attrs.set("month", "Jan");
      d.attrs.set("year", 2017n);
    }
  }
  f.close();
  const g = openSync(at("weather.hdf5"));
  assert.deepEqual([g.get("/7/temperature").read(), g.get("/7/wind_speed").read()], [69n, 7n]);
  const { date, month, year } = Object.fromEntries([...g.get("/7/temperature").attrs].map(([k, v]) => [k, v?.value ?? v]));
  assert.equal(`${date}-${month}-${year}`, "1-Jan-2017");
  g.close();
  const seen = seenByH5py(at("weather.hdf5"), `
out = []
for i in range(1, 11):
    for n in ("temperature", "wind_speed"):
        d = f[f"/{i}/{n}"]
        assert d.dtype == "<i8" and d.shape == () and dict(d.attrs) == {"date": 1, "month": "Jan", "year": 2017}
        out.append(int(d[()]))
print(json.dumps(out))`.trim());
  assert.deepEqual(seen, temperatures.flatMap((t, i) => [t, winds[i]]));
});

test("storage is allocated late, and only what is touched of chunks", () => {
  let f = openSync(at("late.h5"), { mode: "w" });
  f.createDataset("big", { shape: [1024, 1024], dtype: "float32" });
  f.close();
  assert.ok(size("late.h5") <= 1400, `${size("late.h5")} bytes`);
  f = openSync(at("late.h5"), { mode: "r+" });
  f.get("big").write([2, 2], 2);
  f.close();
  assert.ok(size("late.h5") <= 4_195_704, `${size("late.h5")} bytes`);
  f = openSync(at("gzip.h5"), { mode: "w" });
  const d = f.createDataset("big", { shape: [1024, 1024], dtype: "float32", compression: "gzip" });
  d.write([2, 2], 2);
  f.close();
  assert.ok(size("gzip.h5") <= 4075, `${size("gzip.h5")} bytes`);
  for (const name of ["late.h5", "gzip.h5"]) {
    seenByH5py(at(name), "a = f['big'][...]\nassert a[2, 2] == 2 and a.sum() == 2 and np.count_nonzero(a) == 1");
  }
});

test("modes", () => {
  const made = at("modes.h5");
  const code = (mode, file = made) => {
    try {
      openSync(file, { mode }).close();
      return "fine";
    } catch (e) {
      return e.code;
    }
  };
  assert.deepEqual(["r", "r+"].map((mode) => code(mode)), ["NotFound", "NotFound"]);
  assert.equal(code("w-"), "fine");
  assert.notEqual(code("w-"), "fine");
  assert.notEqual(code("x"), "fine");
  assert.deepEqual(["r", "r+", "a", "w"].map((mode) => code(mode)), ["fine", "fine", "fine", "fine"]);
  assert.equal(code("a", at("appended.h5")), "fine");
  const f = openSync(made);
  assert.throws(() => f.createGroup("g"), { code: "ReadOnly" });
  for (const name of ["modes.h5", "appended.h5"]) seenByH5py(at(name), "assert list(f) == [] and dict(f.attrs) == {}");
});

test("bytes in memory, and their copy on disk; a file cut into many", async () => {
  const f = create();
  f.createDataset("a", { data: Int32Array.of(1, 2, 3) });
  await f.save(at("core.h5"));
  assert.deepEqual([...readFileSync(at("core.h5"))], [...f.toBytes()]);
  const bytes = f.toBytes();
  const cut = [0, 512, 1024].map((from) => bytes.slice(from, from === 1024 ? undefined : from + 512));
  const whole = await open({ family: cut });
  assert.deepEqual([...(await (await whole.get("a")).read()).data], [1, 2, 3]);
  seenByH5py(at("core.h5"), "assert list(f) == ['a'] and f['a'][...].tolist() == [1, 2, 3] and f['a'].dtype == '<i4'");
});

test("an array is a copy; slices, and one number into many elements", () => {
  const f = openSync(at("arr.h5"), { mode: "w" });
  const d = f.createDataset("arr", { data: [[1n, 2n, 3n, 4n, 5n]] });
  assert.deepEqual([d.dtype, d.shape], ["<i8", [1, 5]]);
  const all = d.read();
  all.data.fill(10n);
  assert.deepEqual([...d.read().data], [1n, 2n, 3n, 4n, 5n]);
  assert.deepEqual([...d.read("0, 2:4").data], [3n, 4n]);
  d.write(":", 10n);
  assert.deepEqual([...d.read("...").data], [10n, 10n, 10n, 10n, 10n]);
  f.close();
  seenByH5py(at("arr.h5"), "assert (f['arr'][...] == 10).all() and f['arr'].dtype == '<i8'");
});

test("doubles stored as doubles and as floats, read as either", () => {
  const data = random(10_000);
  for (const [dtype, most] of [["float64", 82_144], ["float32", 42_144]]) {
    const f = openSync(at(`${dtype}.h5`), { mode: "w" });
    f.createDataset("d", { data, shape: [100, 100], dtype });
    f.close();
    assert.ok(size(`${dtype}.h5`) <= most, `${size(`${dtype}.h5`)} bytes`);
  }
  const d = openSync(at("float32.h5")).get("d");
  const asIs = d.read();
  const into = new Float64Array(10_000);
  d.read(null, { into });
  const as = d.read(null, { as: "float64" });
  assert.ok(asIs.data instanceof Float32Array && as.data instanceof Float64Array);
  assert.deepEqual(Float64Array.from(asIs.data), into);
  assert.deepEqual(as.data, into);
  assert.deepEqual(asIs.data, Float32Array.from(data));
  const sums = `print(json.dumps([str(f["d"].dtype), list(f["d"].shape)] + f["d"][...].astype("f8").ravel().tolist()))`;
  assert.deepEqual(seenByH5py(at("float64.h5"), sums), ["float64", [100, 100], ...data]);
  assert.deepEqual(seenByH5py(at("float32.h5"), sums), ["float32", [100, 100], ...as.data]);
});

test("fill values", async () => {
  const f = create();
  const values = (name, options) => [...f.createDataset(name, { shape: [1, 2], ...options }).read().data];
  assert.deepEqual(values("a", { dtype: "int16" }), [0, 0]);
  assert.deepEqual(values("b", { dtype: "float32" }), [0, 0]);
  assert.deepEqual(values("c", { dtype: "int16", fillvalue: -1 }), [-1, -1]);
  assert.deepEqual(values("d", { dtype: "float32", fillvalue: NaN }), [NaN, NaN]);
  await f.save(at("fills.h5"));
  seenByH5py(
    at("fills.h5"),
    `for name, dtype, value in (("a", "<i2", 0), ("b", "<f4", 0), ("c", "<i2", -1), ("d", "<f4", np.nan)):
    d = f[name]
    assert d.dtype == dtype and d.shape == (1, 2) and np.array_equal(d[...], np.full((1, 2), value), equal_nan=True), name
    assert np.array_equal(d.fillvalue, np.array(value, dtype), equal_nan=True), name`,
  );
});

test("how a dataset is printed, and what slices have for a shape", async () => {
  const f = create();
  const data = random(100_000);
  for (const name of ["arr1", "arr2"]) f.createDataset(name, { data, shape: [100, 1000] });
  const d = f.get("arr1");
  assert.equal(String(d), '<HDF5 dataset "arr1": shape (100, 1000), type "<f8">');
  assert.deepEqual(d.read("10:20,").shape, [10, 1000]);
  assert.deepEqual(d.read([[10, 20]]).shape, [10, 1000]);
  assert.deepEqual(d.read("10:20, ...").shape, [10, 1000]);
  await f.save(at("printing.h5"));
  const seen = seenByH5py(at("printing.h5"), `print(json.dumps([str(f["arr1"]), (f["arr1"][...] == f["arr2"][...]).all().item(), f["arr1"][10:20,].ravel().tolist()]))`);
  assert.deepEqual(seen, [String(d), true, [...d.read("10:20,").data]]);
});
