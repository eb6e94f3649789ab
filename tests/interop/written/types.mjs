// Types beyond numbers: text, booleans, enums, records, arrays, opaque bytes.
export const cases = [];

const TEXTS = ["", "alpha", "βeta", "日本語", "🎉 emoji", "tab\tand\nnewline", "x".repeat(70_000), "é"];
const utf8 = { class: "string", size: "variable", pad: "nullterm", cset: "utf8" };

cases.push([
  "strings_variable",
  (f, want) => {
    f.createDataset("texts", { data: TEXTS, dtype: "string" });
    want.dataset("/texts", utf8, [8], TEXTS);
    f.createDataset("guessed", { data: ["a", "bc"] });
    want.dataset("/guessed", utf8, [2], ["a", "bc"]);
    f.createDataset("scalar", { data: "hello µ" });
    want.dataset("/scalar", utf8, [], ["hello µ"]);
    f.createDataset("2d", { data: [["a", "b", "c"], ["d", "", "ef"]] });
    want.dataset("/2d", utf8, [2, 3], ["a", "b", "c", "d", "", "ef"]);
    f.createDataset("chunked", { data: TEXTS, chunks: [3], maxshape: [null] });
    want.dataset("/chunked", utf8, [8], TEXTS, { layout: "chunked" });
    f.createDataset("zipped", { data: TEXTS, chunks: [3], compression: 4 });
    want.dataset("/zipped", utf8, [8], TEXTS);
    f.createDataset("none", { dtype: "string", shape: [0] });
    want.dataset("/none", utf8, [0], []);
    f.createDataset("not written", { dtype: "string", shape: [3] });
    want.dataset("/not written", utf8, [3], ["", "", ""]);
    const many = Array.from({ length: 50_000 }, (_, i) => `text number ${i}${"·".repeat(i % 17)}`);
    f.createDataset("many", { data: many });
    want.dataset("/many", utf8, [50_000], many);
    f.attrs.set("title", "µ ∑ 日本");
    want.attr("/", "title", utf8, [], ["µ ∑ 日本"]);
    f.attrs.set("texts", TEXTS);
    want.attr("/", "texts", utf8, [8], TEXTS);
  },
]);

cases.push([
  "strings_fixed",
  (f, want) => {
    f.createDataset("ascii", { data: ["abc", "de", "", "0123456789"], dtype: "S10" });
    want.dataset("/ascii", "S10", [4], ["abc", "de", "", "0123456789"]);
    for (const pad of ["nullterm", "nullpad", "spacepad"]) {
      const dtype = { class: "string", size: 12, pad, cset: "utf8" };
      f.createDataset(pad, { data: ["µ ∑", "plain", ""], dtype });
      want.dataset(`/${pad}`, dtype, [3], ["µ ∑", "plain", ""]);
    }
    const rows = Array.from({ length: 10_000 }, (_, i) => `row ${i}`);
    f.createDataset("chunked", { data: rows, dtype: "S16", chunks: [1000], compression: 5, shuffle: true });
    want.dataset("/chunked", "S16", [10_000], rows);
    f.createDataset("scalar", { data: "one", dtype: "S5" });
    want.dataset("/scalar", "S5", [], ["one"]);
    f.attrs.set("CLASS", "IMAGE", { dtype: "S6" });
    want.attr("/", "CLASS", "S6", [], ["IMAGE"]);
  },
]);

cases.push([
  "booleans_and_enums",
  (f, want) => {
    const bits = Array.from({ length: 100 }, (_, i) => i % 3 === 0);
    const codes = Int8Array.from(bits, Number);
    f.createDataset("bool", { data: bits });
    want.dataset("/bool", "bool", [100], codes);
    f.createDataset("bool typed", { data: Uint8Array.from(codes), dtype: "bool", shape: [10, 10], chunks: [3, 3], compression: 4 });
    want.dataset("/bool typed", "bool", [10, 10], codes);
    f.createDataset("bool scalar", { data: true });
    want.dataset("/bool scalar", "bool", [], Int8Array.of(1));
    const colours = { class: "enum", base: "<u2", members: [["RED", 0], ["GREEN", 5], ["BLUE", 65535]] };
    f.createDataset("enum", { data: new Uint16Array([0, 5, 65535, 5]), dtype: colours });
    want.dataset("/enum", colours, [4], new Uint16Array([0, 5, 65535, 5]));
    f.attrs.set("state", 5, { dtype: colours });
    want.attr("/", "state", colours, [], [5]);
    f.attrs.set("flag", false);
    want.attr("/", "flag", "bool", [], [0]);
  },
]);

cases.push([
  "compounds",
  (f, want) => {
    const point = {
      class: "compound",
      members: [
        { name: "id", dtype: "<i8" },
        { name: "x", dtype: "<f8" },
        { name: "channel", dtype: "|u1" },
        { name: "flag", dtype: "bool" },
        { name: "name", dtype: "S8" },
      ],
    };
    const n = 1000;
    const data = {
      id: BigInt64Array.from({ length: n }, (_, i) => 2n ** 60n + BigInt(i)),
      x: Float64Array.from({ length: n }, (_, i) => i / 7),
      channel: Uint8Array.from({ length: n }, (_, i) => i % 16),
      flag: Uint8Array.from({ length: n }, (_, i) => i % 2),
      name: Array.from({ length: n }, (_, i) => `row ${i}`),
    };
    const rows = Array.from({ length: n }, (_, i) => [data.id[i], data.x[i], data.channel[i], data.flag[i], data.name[i]]);
    f.createDataset("table", { data, dtype: point, shape: [n] });
    want.dataset("/table", point, [n], rows);
    f.createDataset("zipped", { data, dtype: point, shape: [n], chunks: [128], compression: 4, shuffle: true });
    want.dataset("/zipped", point, [n], rows);

    const nested = {
      class: "compound",
      members: [
        { name: "label", dtype: "string" },
        { name: "pos", dtype: { class: "array", dims: [3], base: "<f4" } },
        { name: "inner", dtype: { class: "compound", members: [{ name: "a", dtype: "<i2" }, { name: "b", dtype: ">u4" }] } },
      ],
    };
    const columns = {
      label: ["one", "zwei µ"],
      pos: new Float32Array([1, 2, 3, 4, 5, 6]),
      inner: { a: new Int16Array([-1, 2]), b: new Uint32Array([7, 8]) },
    };
    f.createDataset("nested", { data: columns, dtype: nested, shape: [2] });
    want.dataset("/nested", nested, [2], [["one", [1, 2, 3], [-1, 7]], ["zwei µ", [4, 5, 6], [2, 8]]]);
    const pair = { class: "compound", members: [{ name: "a", dtype: "<i4" }, { name: "b", dtype: "<f8" }] };
    f.attrs.set("record", { a: 1, b: 2.5 }, { dtype: pair, shape: [] });
    want.attr("/", "record", pair, [], [[1, 2.5]]);
    f.createDataset("scalar", { data: { a: -1, b: 0.5 }, dtype: pair, shape: [] });
    want.dataset("/scalar", pair, [], [[-1, 0.5]]);
  },
]);

cases.push([
  "arrays_and_opaque",
  (f, want) => {
    const vector = { class: "array", dims: [2, 3], base: "<i4" };
    const data = Int32Array.from({ length: 24 }, (_, i) => i);
    const elements = [0, 1, 2, 3].map((i) => data.subarray(6 * i, 6 * i + 6));
    f.createDataset("array", { data, dtype: vector, shape: [4] });
    want.dataset("/array", vector, [4], elements);
    const opaque = { class: "opaque", size: 4, tag: "raw bytes" };
    const bytes = [new Uint8Array([1, 2, 3, 4]), new Uint8Array([255, 0, 0, 1])];
    f.createDataset("opaque", { data: bytes, dtype: opaque });
    want.dataset("/opaque", opaque, [2], bytes);
  },
]);
