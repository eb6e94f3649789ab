import assert from "node:assert/strict";
import { test } from "node:test";
import { snippets } from "./snippets.js";

test("programs for a slice, for everything, for odd names, for the web", () => {
  const slice = { file: "run.h5", path: "/entry/data", selection: "7, 10:20" };
  assert.equal(snippets.python(slice), 'import h5py\n\nwith h5py.File("run.h5") as f:\n    data = f["/entry/data"][7, 10:20]\n');
  assert.match(snippets.javascript(slice), /await f\.get\("\/entry\/data"\);\nconst data = await d\.read\("7, 10:20"\);\n$/);
  assert.equal(snippets.command(slice), "npx hyperslab cat -f csv 'run.h5/entry/data[7, 10:20]'\n");
  const odd = { file: `it's "it".h5`, path: "/a b", selection: "" };
  assert.match(snippets.python(odd), /File\("it's \\"it\\"\.h5"\) as f:\n {4}data = f\["\/a b"\]\[\(\)\]\n$/);
  assert.match(snippets.javascript(odd), /d\.read\(\);/);
  assert.equal(snippets.command(odd), `npx hyperslab cat -f csv 'it'\\''s "it".h5/a b'\n`);
  assert.match(snippets.python({ ...slice, file: "https://x.org/run.h5" }), /^import fsspec\n.*fsspec\.open\("https:\/\/x\.org\/run\.h5"\) as remote/s);
});
