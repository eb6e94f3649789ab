// How many tests ran, read from what the runners print.

/** Adds up the closing lines of cargo test and wasm-pack, of node's test runner, and plain "N passed, M failed" lines. */
export function counts(output) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const add = (passed, failed, skipped = 0) => {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
    sum.skipped += Number(skipped);
  };
  for (const line of output.split("\n")) {
    let m = /^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored/.exec(line);
    if (m) add(m[1], m[2], m[3]);
    m = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line);
    if (m) add(m[1], m[2], m[3]);
    // node's runner, whichever reporter: "# pass 12" or "ℹ pass 12".
    m = /^[#ℹ] (pass|fail|cancelled|skipped|todo) (\d+)$/.exec(line);
    if (m) add(m[1] === "pass" && m[2], /fail|cancelled/.test(m[1]) && m[2], /skipped|todo/.test(m[1]) && m[2]);
  }
  return sum;
}
