// The web app as the package carries it, in dist/www.
import { cpSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** The module of the package that an asset of the app is a copy of. `crate/js/cli/serve.ts` finds them in the same way. */
const ENGINE = /^assets\/(hyperslab\w*_bg)-[\w-]+\.wasm$/;

/** Copies the app without what is in the package already. */
export function carryApp(www, dist) {
  for (const name of readdirSync(www, { recursive: true, encoding: "utf8" }).map((n) => n.replaceAll("\\", "/"))) {
    const [, engine] = ENGINE.exec(name) ?? [];
    if (engine) {
      const same = readFileSync(path.join(www, name)).equals(readFileSync(path.join(dist, `${engine}.wasm`)));
      if (!same) throw new Error(`${name} is not the package's ${engine}.wasm`);
    } else if (/\.(html|js|css|svg|webmanifest)$/.test(name) && name !== "sw.js") {
      cpSync(path.join(www, name), path.join(dist, "www", name));
    }
  }
}
