const CELL = /(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\n)/y;

/** The records of CSV text (RFC 4180), the header first. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  for (let at = 0; ; ) {
    const end = text.indexOf('\n', at);
    if (end < 0) return records;
    const line = text.slice(at, end);
    // Most rows have no quotes; to look at each of their cells takes ten times as long.
    const record = line.includes('"') ? undefined : line.split(',');
    const next = record === undefined ? quotedRecord(text, at) : { record, end: end + 1 };
    records.push(next.record);
    at = next.end;
  }
}

function quotedRecord(text: string, start: number): { record: string[]; end: number } {
  const record: string[] = [];
  for (CELL.lastIndex = start; ; ) {
    const match = CELL.exec(text);
    if (match === null) throw new Error(`no CSV: ${text.slice(start, start + 100)}`);
    const [, quoted, plain, end] = match;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\n') return { record, end: CELL.lastIndex };
  }
}

/** The rows as values by column. */
export function rowsOf(text: string): Record<string, string>[] {
  const [header, ...rows] = parseCsv(text);
  return rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i]])));
}
