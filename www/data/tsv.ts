/** Tables as spreadsheets put them on the clipboard. Pure. */

/** Rows of cells. A cell with quotation marks around it may contain tabs, line breaks and, doubled, the marks. */
export function parseTsv(text: string): string[][] {
  const whole = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const rows: string[][] = [[]];
  const cell = /"((?:[^"]|"")*)"(?=[\t\n]|$)|[^\t\n]*/y;
  for (let at = 0; ; at++) {
    cell.lastIndex = at;
    const found = cell.exec(whole);
    const [all = "", quoted] = found ?? [];
    // Quotation marks that belong to the text itself are no quoting: nothing in it would have needed it.
    const needed = quoted !== undefined && /[\t\n"]/.test(quoted);
    rows.at(-1)?.push(needed ? quoted.replaceAll('""', '"') : all);
    at += all.length;
    if (at >= whole.length) return rows;
    if (whole[at] === "\n") rows.push([]);
  }
}

/** Cells as text for the clipboard. */
export function formatTsv(rows: readonly (readonly string[])[]): string {
  const quote = (cell: string): string => (/[\t\n]|^".*"$/s.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(quote).join("\t")).join("\n");
}
