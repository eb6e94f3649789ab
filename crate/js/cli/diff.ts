/** `hyperslab diff`: what differs between two files, or two objects. */

import { Comparison, type Difference } from "./compare.js";
import { command, realNumber, type Values, wholeNumber } from "./frame.js";
import type { Io } from "./io.js";
import { objectAt, placeOf, withFile } from "./place.js";
import { painter, printable } from "./style.js";

const options = {
  quiet: { type: "boolean", short: "q", help: "print nothing: the exit code says it" },
  rtol: { type: "string", value: "X", help: "numbers may differ by X times the first one's size" },
  atol: { type: "string", value: "X", help: "numbers may differ by X" },
  exclude: { type: "string", short: "x", multiple: true, value: "PATH", help: "leave this object out, and what is below it" },
  "no-attributes": { type: "boolean", help: "leave attributes out" },
  storage: { type: "boolean", short: "s", help: "also differences in storing: number types, layout, chunks, filters, fill values" },
  limit: { type: "string", short: "n", value: "N", help: "values shown of each object; default 5" },
  json: { type: "boolean", help: "as JSON: a list of {path, what, a, b}" },
} as const;

type Given = Values<typeof options>;

export default command({
  name: "diff",
  summary: "compare two files or objects",
  usage: ["[OPTIONS] FILE[/PATH] FILE[/PATH]"],
  text: "Compared are names, links, extents, kinds of types, attributes and values. Numbers of another size or byte order are equal\nif their values are; NaN equals NaN. Exit code 0: no difference, 1: there is one.",
  options,
  takes: [2, 2],
  async run([a = "", b = ""]: string[], given: Given, io: Io): Promise<number> {
    const [left, right] = [placeOf(a), placeOf(b)];
    if (left.path !== "/" && right.path === "/") right.path = left.path;
    const limit = given.limit === undefined ? 5 : wholeNumber(given.limit, "--limit");
    const paint = painter(io, io.out);
    const list: Difference[] = [];
    let found = 0;
    const report = async (d: Difference): Promise<void> => {
      found += 1;
      if (given.quiet) return;
      if (given.json) list.push(d);
      else await io.out.write(`${paint("bold", printable(d.path))}: ${printable(d.what)}${d.a === undefined ? "" : `: ${paint("red", printable(d.a))} | ${paint("green", printable(d.b ?? ""))}`}\n`);
    };
    await withFile(left, (f) =>
      withFile(
        right,
        async (g) => {
          const comparison = new Comparison(f, g, {
            rtol: realNumber(given.rtol ?? "0", "--rtol"),
            atol: realNumber(given.atol ?? "0", "--atol"),
            attributes: !given["no-attributes"],
            storage: given.storage ?? false,
            limit,
            exclude: new Set(given.exclude),
            signal: io.signal,
            // One difference is enough for somebody who only wants to know whether there is one.
            done: () => given.quiet === true && found > 0,
            report,
          });
          const [x, y] = [await objectAt(f, left.path), await objectAt(g, right.path)];
          await comparison.objects(x, y, left.path);
        },
        { signal: io.signal },
      ),
    );
    if (given.json) await io.out.write(`${JSON.stringify(list)}\n`);
    return found ? 1 : 0;
  },
});
