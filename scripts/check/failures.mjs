// What failed, read from what the runners print: wherever in the output it stands.

const LINES = 40; // of one failure
const FAILURES = 25; // of one command

/** The block of an indented diagnostic after a "not ok": up to its "..." line, without its indentation. */
function diagnostic(lines, k, indent) {
  const inner = `${indent}  `;
  if (lines[k]?.trimEnd() !== `${inner}---`) return { block: [], next: k };
  const end = lines.findIndex((l, i) => i > k && l.trimEnd() === `${inner}...`);
  const last = end < 0 ? lines.length : end;
  return { block: lines.slice(k + 1, last).map((l) => (l.startsWith(inner) ? l.slice(inner.length) : l)), next: last };
}

/** Failed tests of node's runner in TAP: each with the names of what it is in and its diagnostic. */
function tap(lines) {
  const found = [];
  const names = []; // of the subtests entered, by depth
  for (let k = 0; k < lines.length; k++) {
    const inside = /^( *)# Subtest: (.*)$/.exec(lines[k]);
    if (inside) names.splice(inside[1].length / 4, Infinity, inside[2]);
    const m = /^( *)not ok \d+(?: - (.*))?$/.exec(lines[k]);
    if (!m) continue;
    const { block, next } = diagnostic(lines, k + 1, m[1]);
    k = Math.max(k, next - 1);
    // Expected to fail, or failed only because something in it did: that is said where it happened.
    if (/# (TODO|SKIP)\b/i.test(m[2] ?? "") || block.some((l) => l.startsWith("failureType: 'subtestsFailed'"))) continue;
    const name = [...names.slice(0, m[1].length / 4), m[2] ?? ""].join(" > ");
    const telling = block.filter((l) => !/^(duration_ms|type|failureType|code|name|operator): /.test(l));
    found.push([`not ok ${name}`, ...telling.map((l) => `  ${l.replace(/^location: '(.*)'$/, "at $1")}`)]);
  }
  return found;
}

/** Failed tests of cargo: "---- name stdout ----" and what follows, up to the next one or the list of names. */
function cargo(lines) {
  const found = [];
  for (let k = 0; k < lines.length; k++) {
    if (!/^---- .* std(out|err) ----$/.test(lines[k])) continue;
    const end = lines.findIndex((l, i) => i > k && /^(---- .* ----|failures:)$/.test(l));
    const last = end < 0 ? lines.length : end;
    found.push(lines.slice(k, last).join("\n").trimEnd().split("\n"));
    k = last - 1;
  }
  return found;
}

/** The failures that our own judges name: one line each. */
const ours = (lines) => lines.filter((l) => /^(FAILED|WRONG|WORSE) /.test(l)).map((l) => [l]);

const cut = (list, most, what) => (list.length > most ? [...list.slice(0, most), `... and ${list.length - most} more ${what}`] : list);

/** The lines to print of a failed command's output: every failure with its reasons, cut to a readable length. */
export function failures(output) {
  const lines = output.split(/\r?\n/);
  const found = [...tap(lines), ...cargo(lines), ...ours(lines)];
  const shown = found.slice(0, FAILURES).flatMap((f) => cut(f, LINES, "lines"));
  return found.length > FAILURES ? [...shown, `... and ${found.length - FAILURES} more failures`] : shown;
}
