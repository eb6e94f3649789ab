/** Names of everything in a file, as h5dump lists them. */

import type { Group } from "../../types.js";
import { byName, type Dumper } from "./dumper.js";
import { binary } from "./text.js";

export async function dumpContents(dumper: Dumper): Promise<void> {
  const seen = new Map<number, string>([[dumper.file.address, "/"]]);
  const row = (word: string, path: string, end = ""): void => dumper.print(` ${word.padEnd(10)} ${binary(path)}${end && ` -> ${binary(end)}`}\n`);
  const walk = async (group: Group, at: string): Promise<void> => {
    for (const { name, link, object } of byName(await group.entries())) {
      const path = `${at}/${name}`;
      if (link.kind === "soft") row("link", path, link.target);
      else if (link.kind === "external") row("ext link", path, `${link.file} ${link.target}`);
      else if (link.kind === "user") dumper.print(` unknown type of UD link ${binary(path)} -> ???\n`);
      else if (object) {
        row(object.kind, path, seen.get(link.address));
        if (seen.has(link.address)) continue;
        seen.set(link.address, path);
        if (object.kind === "group") await walk(object, path);
      }
    }
  };
  dumper.print("FILE_CONTENTS {\n");
  row("group", "/");
  await walk(dumper.file, "");
  dumper.print(" }\n");
}
