// The same in a page: what came of it is its title.
import { program } from "./program.js";

async function main() {
  const answer = await fetch("data.h5");
  document.title = JSON.stringify(await program(new Uint8Array(await answer.arrayBuffer()), 1));
}

main().catch((e) => {
  document.title = JSON.stringify({ failed: String(e?.stack ?? e) });
});
