/** `hyperslab dump`: a file as h5dump prints it. */

import type { Entity, File } from "../types.js";
import { dumpContents } from "./ddl/contents.js";
import { dumpAttributes } from "./ddl/attributes.js";
import { Dumper } from "./ddl/dumper.js";
import { dumpSuperblock } from "./ddl/superblock.js";
import { binary } from "./ddl/text.js";
import { command, describeError, FileError, UsageError, type Values } from "./frame.js";
import type { Io } from "./io.js";
import { objectAt, placeOf, withFile } from "./place.js";

const options = {
  header: { type: "boolean", short: "H", help: "no data: only what there is" },
  onlyattr: { type: "boolean", short: "A", help: "data of attributes, not of datasets" },
  properties: { type: "boolean", short: "p", help: "how datasets are stored: layout, filters, fill values" },
  escape: { type: "boolean", short: "e", help: "escape quotes and line ends in values" },
  superblock: { type: "boolean", short: "B", help: "what the superblock says" },
  contents: { type: "boolean", short: "n", help: "only the names of what is in the file" },
  dataset: { type: "string", short: "d", multiple: true, value: "PATH", help: "only this dataset" },
  group: { type: "string", short: "g", multiple: true, value: "PATH", help: "only this group and what is in it" },
  attribute: { type: "string", short: "a", multiple: true, value: "PATH/NAME", help: "only this attribute" },
} as const;

type Given = Values<typeof options>;

/** What is chosen, in the order in which h5dump prints it. */
async function dumpChosen(dumper: Dumper, file: File, path: string, values: Given): Promise<void> {
  const { attribute = [], group = [], dataset = [] } = values;
  for (const name of attribute) {
    const cut = name.lastIndexOf("/");
    const object = await objectAt(file, cut > 0 ? name.slice(0, cut) : "/");
    if (!object.attrs.has(name.slice(cut + 1))) throw new UsageError(`there is no attribute ${name}`);
    await dumpAttributes(dumper, object, 0, [name.slice(cut + 1)]);
    dumper.print("\n");
  }
  const named: [string, Entity["kind"] | undefined][] = [...group.map((p) => [p, "group"] as const), ...dataset.map((p) => [p, "dataset"] as const)].map(([p, k]) => [p, k]);
  if (named.length + attribute.length === 0) named.push([path, undefined]);
  for (const [name, kind] of named) {
    const object = await objectAt(file, name);
    if (kind && object.kind !== kind) throw new UsageError(`${name} is no ${kind}`);
    await dumper.object(object, name, 0);
    dumper.print("\n");
  }
}

export default command({
  name: "dump",
  summary: "print a file as h5dump does",
  usage: ["[OPTIONS] FILE[/PATH]..."],
  text: "What is printed is HDF5's DDL, laid out as h5dump of HDF5 1.10 does it, so that it can be compared with h5dump's.\nWhat cannot be read is said, and the rest is printed.",
  options,
  takes: [1, Infinity],
  async run(args: string[], values: Given, io: Io): Promise<number> {
    const write = (text: string): Promise<void> => io.out.write(Buffer.from(text, "latin1"));
    let code = 0;
    for (const arg of args) {
      const place = placeOf(arg);
      const failed = async (e: unknown): Promise<void> => {
        code = 1;
        await io.err.write(`hyperslab: ${describeError(new FileError(place.name, e))}\n`);
      };
      await withFile(
        place,
        async (file) => {
          const dumper = new Dumper(
            file,
            {
              data: !values.header && !values.onlyattr,
              attributeData: !values.header,
              escape: values.escape ?? false,
              properties: values.properties ?? false,
            },
            write,
            failed,
          );
          dumper.print(`HDF5 "${binary(place.name)}" {\n`);
          if (values.superblock) await dumpSuperblock(dumper);
          if (values.contents) await dumpContents(dumper);
          else await dumpChosen(dumper, file, place.path, values);
          dumper.print("}\n");
          await dumper.flush();
        },
        { signal: io.signal },
      );
    }
    return code;
  },
});
