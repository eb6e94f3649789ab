// Makes all calls with h5wasm and with ours, and prints what they give. h5wasm writes its errors to the console.
//   node run-calls.mjs FOLDER
import path from "node:path";
import * as real from "../../../node_modules/h5wasm/dist/node/hdf5_hl.js";
import * as ours from "../../../dist/h5wasm.node.js";
import { calls, make } from "./calls.mjs";
import { plain } from "./values.mjs";

await Promise.all([real.ready, ours.ready]);
const libraries = [real, ours];
const files = libraries.map((L, i) => make(L, path.join(process.argv[2], `${"ab"[i]}.h5`)));

function seen(fn, f, L) {
  try {
    return { value: plain(fn(f, L, L.Module)) };
  } catch (e) {
    return { error: e.code ?? String(e) };
  }
}

for (const [what, call] of calls) console.log(`\n${JSON.stringify({ what, seen: libraries.map((L, i) => seen(call, files[i], L)) })}`);
