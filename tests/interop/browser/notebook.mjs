// In a worker of the browser: a notebook's steps with files of the private file system, changed in place. Says what came out.
import { create, open, openSync, ready } from "hyperslab";

const temperatures = [21, 24, 3, 39, 17, 0, 69, 31, 8, 12];
const winds = [3, 14, 15, 9, 26, 5, 7, 35, 8, 9];
const random = (n) => Float64Array.from({ length: n }, () => Math.random());

let folder;
/** The handle of a file, which is there even before anything is in it. */
const handle = (name) => folder.getFileHandle(name, { create: true });
/** A file with its journal beside it. */
const openIn = async (name, mode) => open(await handle(name), { mode, journal: await handle(`${name}-journal`) });
const sizeOf = async (name) => (await (await handle(name)).getFile()).size;

/** What an attempt ends in. */
async function attempt(fn) {
  try {
    await (await fn()).close();
    return "fine";
  } catch (e) {
    return e.code ?? e.name;
  }
}

const steps = {
  async weather() {
    const f = await openIn("weather.hdf5", "w");
    for (let id = 1; id <= 10; id++) {
      for (const [name, values] of [["temperature", temperatures], ["wind_speed", winds]]) {
        const d = await f.createDataset(`/${id}/${name}`, { data: BigInt(values[id - 1]) });
        await d.attrs.set("date", 1n);
        await d.attrs.set("month", "Jan");
        await d.attrs.set("year", 2017n);
      }
    }
    await f.close();
    const g = await open(await handle("weather.hdf5"));
    const d = await g.get("/7/temperature");
    const { date, month, year } = await d.attrs.toObject();
    const seen = [Number(await d.read()), Number(await (await g.get("/7/wind_speed")).read()), `${date}-${month}-${year}`];
    await g.close();
    return seen;
  },

  async late() {
    let f = await openIn("late.h5", "w");
    await f.createDataset("big", { shape: [1024, 1024], dtype: "float32" });
    await f.close();
    const before = await sizeOf("late.h5");
    f = await openIn("late.h5", "r+");
    const d = await f.get("big");
    await d.write([2, 2], 2);
    const seen = [await d.read("2, 2"), await d.read("3, 3")];
    await f.close();
    return [before, await sizeOf("late.h5"), ...seen];
  },

  async gzip() {
    const f = await openIn("gzip.h5", "w");
    const d = await f.createDataset("big", { shape: [1024, 1024], dtype: "float32", compression: "gzip" });
    await d.write([2, 2], 2);
    await f.close();
    return sizeOf("gzip.h5");
  },

  async modes() {
    const there = () => openIn("weather.hdf5", "x");
    const seen = [await attempt(() => openIn("none.h5", "r+")), await attempt(there)];
    for (const mode of ["w-", "r", "r+", "a", "w"]) seen.push(await attempt(() => openIn("modes.h5", mode)));
    seen.push(await attempt(() => openIn("modes.h5", "w-")), await attempt(() => openIn("appended.h5", "a")));
    const f = await open(await handle("weather.hdf5"));
    seen.push(await attempt(async () => f.createGroup("g")));
    // One writer at a time.
    const w = await openIn("appended.h5", "r+");
    seen.push(await attempt(() => openIn("appended.h5", "r+")));
    await w.close();
    return seen;
  },

  async places() {
    // A handle that the program opened itself, and a file in memory with a copy elsewhere.
    const access = await (await handle("access.h5")).createSyncAccessHandle();
    const f = openSync(access, { mode: "w" });
    f.createDataset("a", { data: Int32Array.of(1, 2, 3) });
    f.close();
    const g = openSync(access, { mode: "r" });
    const seen = [...g.get("a").read().data];
    g.close();
    access.close();
    const n = create();
    n.createDataset("a", { data: Int32Array.of(4, 5, 6) });
    await n.save(await handle("core.h5"));
    const bytes = n.toBytes();
    const family = [bytes.slice(0, 512), bytes.slice(512, 1024), bytes.slice(1024)].map((part) => new File([part], "part"));
    const whole = await open({ family });
    return [...seen, ...(await (await whole.get("a")).read()).data];
  },

  async arrays() {
    const f = await openIn("arr.h5", "w");
    const d = await f.createDataset("arr", { data: [[1n, 2n, 3n, 4n, 5n]] });
    const all = await d.read();
    all.data.fill(10n);
    const copy = [...(await d.read()).data].map(Number);
    const slice = [...(await d.read("0, 2:4")).data].map(Number);
    await d.write(":", 10n);
    const full = [...(await d.read("...")).data].map(Number);
    await f.close();
    return [d.dtype, copy, slice, full];
  },

  async floats() {
    const data = random(10_000);
    const sizes = [];
    for (const dtype of ["float64", "float32"]) {
      const f = await openIn(`${dtype}.h5`, "w");
      await f.createDataset("d", { data, shape: [100, 100], dtype });
      await f.close();
      sizes.push(await sizeOf(`${dtype}.h5`));
    }
    const g = await open(await handle("float32.h5"));
    const d = await g.get("d");
    const asIs = (await d.read()).data;
    const into = new Float64Array(10_000);
    await d.read(null, { into });
    const as = (await d.read(null, { as: "float64" })).data;
    const same = asIs.every((v, i) => v === into[i] && v === as[i] && v === Math.fround(data[i]));
    await g.close();
    return [...sizes, asIs.constructor.name, as.constructor.name, same];
  },

  async fills() {
    const f = await openIn("fills.h5", "w");
    const seen = [];
    for (const [i, options] of [{ dtype: "int16" }, { dtype: "float32" }, { dtype: "int16", fillvalue: -1 }, { dtype: "float32", fillvalue: NaN }].entries()) {
      const d = await f.createDataset(`d${i}`, { shape: [1, 2], ...options });
      seen.push([...(await d.read()).data].map(String));
    }
    await f.close();
    return seen;
  },

  async printing() {
    const f = await openIn("printing.h5", "w");
    const data = random(100_000);
    for (const name of ["arr1", "arr2"]) await f.createDataset(name, { data, shape: [100, 1000] });
    const d = await f.get("arr1");
    const seen = [String(d), (await d.read("10:20,")).shape, (await d.read([[10, 20]])).shape];
    await f.close();
    return seen;
  },

  /** Blobs and bytes: changes stay in memory until they are saved. */
  async memory() {
    const blob = await (await handle("weather.hdf5")).getFile();
    const f = await open(blob, { mode: "r+" });
    await f.move("7", "seven");
    await (await f.get("seven/temperature")).write(70n);
    await f.save(await handle("saved.h5"));
    const seen = [Number(await (await (await open(blob)).get("7/temperature")).read())];
    const g = await open(await handle("saved.h5"));
    seen.push(Number(await (await g.get("seven/temperature")).read()), await g.has("7"));
    return seen;
  },
};

async function run() {
  const root = await navigator.storage.getDirectory();
  folder = await root.getDirectoryHandle(`notebook-${Date.now()}`, { create: true });
  await ready({ edit: false });
  const results = {};
  for (const [name, step] of Object.entries(steps)) {
    try {
      results[name] = await step();
    } catch (e) {
      results[name] = `failed: ${e.stack}`;
    }
  }
  const files = {};
  for await (const [name, entry] of folder.entries()) {
    if (!name.endsWith("-journal")) files[name] = new Uint8Array(await (await entry.getFile()).arrayBuffer());
  }
  return { results, files };
}

const tell = (message) => self.postMessage(message, { transfer: [] });
run().then(tell, (e) => tell({ error: String(e.stack) }));
