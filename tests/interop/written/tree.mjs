// Groups, links and attributes.
export const cases = [];

const utf8 = { class: "string", size: "variable", pad: "nullterm", cset: "utf8" };

cases.push(["empty", () => {}]);

cases.push([
  "weather",
  (f, want) => {
    for (let station = 1; station <= 10; station++) {
      for (const [name, value] of [["temperature", 60 + station], ["wind_speed", station]]) {
        const path = `/${station}/${name}`;
        const d = f.createDataset(path, { data: value, dtype: "int64" });
        want.dataset(path, "<i8", [], [BigInt(value)]);
        for (const [key, v] of [["date", 1], ["year", 2017]]) {
          d.attrs.set(key, v, { dtype: "int64" });
          want.attr(path, key, "<i8", [], [BigInt(v)]);
        }
        d.attrs.set("month", "Jan");
        want.attr(path, "month", utf8, [], ["Jan"]);
      }
    }
  },
]);

cases.push([
  "groups_nested",
  (f, want) => {
    const deep = Array.from({ length: 60 }, (_, i) => `level ${i}`).join("/");
    f.createGroup(deep);
    want.group(`/${deep}`);
    const g = f.createGroup("a/b");
    g.createGroup("c");
    g.createDataset("d/e", { data: [1, 2], dtype: "<i4" });
    want.group("/a/b/c").dataset("/a/b/d/e", "<i4", [2], [1, 2]);
  },
]);

cases.push([
  "groups_many",
  (f, want) => {
    // Symbol-table nodes split, the tree above them gets inner nodes.
    for (let i = 0; i < 3000; i++) {
      const name = `wide/n${String((i * 7919) % 3000).padStart(4, "0")}`;
      f.createGroup(name);
      want.group(`/${name}`);
    }
    for (let i = 0; i < 200; i++) {
      f.createDataset(`data/${i}`, { data: i, dtype: "<i4" });
      want.dataset(`/data/${i}`, "<i4", [], [i]);
    }
  },
]);

cases.push([
  "names",
  (f, want) => {
    for (const name of ["with space", "ünïcödé", "日本語", "a.b", "-", "UPPER", "upper", "x".repeat(500), "tab\there", "'quote\""]) {
      f.createGroup(name);
      want.group(`/${name}`);
      f.attrs.set(name, 1, { dtype: "|u1" });
      want.attr("/", name, "|u1", [], [1]);
    }
  },
]);

cases.push([
  "links",
  async (f, want, { softLink, externalLink }) => {
    const d = f.createDataset("data/x", { data: [1, 2, 3], dtype: "<i2" });
    want.dataset("/data/x", "<i2", [3], [1, 2, 3]);
    f.link("hard", d);
    want.link("/hard", { kind: "hardlink", target: "/data/x" });
    const g = f.get("data");
    f.link("group again", g);
    // Met first as "/data": "/group again" is the second name of that group.
    want.link("/group again", { kind: "hardlink", target: "/data" });
    f.link("soft", softLink("/data/x"));
    want.link("/soft", { kind: "softlink", target: "/data/x" });
    f.link("dangling", softLink("nowhere/µ"));
    want.link("/dangling", { kind: "softlink", target: "nowhere/µ" });
    f.link("outside", externalLink("other.h5", "/there"));
    want.link("/outside", { kind: "extlink", file: "other.h5", target: "/there" });
  },
]);

cases.push([
  "attributes",
  (f, want) => {
    const d = f.createDataset("d", { data: [1, 2, 3], dtype: "<f8" });
    want.dataset("/d", "<f8", [3], [1, 2, 3]);
    const g = f.createGroup("g");
    want.group("/g");
    for (const [object, path] of [[f, "/"], [d, "/d"], [g, "/g"]]) {
      object.attrs.set("scalar", 1.5);
      want.attr(path, "scalar", "<f8", [], [1.5]);
      object.attrs.set("vector", new Int16Array([1, 2, 3]));
      want.attr(path, "vector", "<i2", [3], new Int16Array([1, 2, 3]));
      object.attrs.set("matrix", [[1, 2], [3, 4]], { dtype: ">f4" });
      want.attr(path, "matrix", ">f4", [2, 2], [1, 2, 3, 4]);
      object.attrs.set("text", ["K", "m/s"]);
      want.attr(path, "text", utf8, [2], ["K", "m/s"]);
      object.attrs.set("nothing", null, { dtype: "<f4", shape: null });
      want.attr(path, "nothing", "<f4", null, null);
      object.attrs.set("replaced", 1, { dtype: "<i4" });
      object.attrs.set("replaced", "now text");
      want.attr(path, "replaced", utf8, [], ["now text"]);
      object.attrs.set("large", new Float64Array(7000).fill(0.25));
      want.attr(path, "large", "<f8", [7000], new Float64Array(7000).fill(0.25));
    }
    const many = f.createGroup("many");
    want.group("/many");
    for (let i = 0; i < 300; i++) {
      many.attrs.set(`attribute ${i}`, i, { dtype: "<i4" });
      want.attr("/many", `attribute ${i}`, "<i4", [], [i]);
    }
  },
]);
