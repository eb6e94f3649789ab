#!/usr/bin/env node
// `npm start`: builds the web app, serves it on 127.0.0.1 and prints its address. `PORT` chooses the first port to try.
import { spawnSync } from "node:child_process";
import { at, env } from "./lib/paths.mjs";
import { serve } from "./lib/serve.mjs";

const build = spawnSync(process.execPath, [at("scripts/build.mjs")], { stdio: "inherit", env: env() });
if (build.status !== 0) process.exit(build.status ?? 1);
const { url } = await serve(at("www/dist"), Number(process.env.PORT || 8080));
console.log(`\nHyperslab is at ${url}  (Ctrl+C stops it)`);
