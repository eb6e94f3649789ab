/** What follows `name` on the command line. */
export function option(name, otherwise) {
  const i = process.argv.indexOf(name);
  return i < 0 ? otherwise : process.argv[i + 1];
}
