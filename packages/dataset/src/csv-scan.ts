import type { OutputFile } from './output-file.ts';

const CHUNK_BYTES = 2 ** 20;
const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** Finds where the records of a CSV file end; line breaks in quotes end none. */
export class RecordScanner {
  #inQuotes = false;

  /** Positions behind each record that ends in these bytes, the next part of the file. */
  ends(bytes: Uint8Array): number[] {
    const ends: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) this.#inQuotes = !this.#inQuotes;
      else if (byte === NEWLINE && !this.#inQuotes) ends.push(at + 1);
    }
    return ends;
  }
}

/** The file's bytes from one position to another, in pieces that are valid until the next one comes. */
export async function* piecesOf(file: OutputFile, from: number, to = file.size): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let at = from; at < to; ) {
    const length = await file.read(chunk.subarray(0, Math.min(CHUNK_BYTES, to - at)), at);
    if (length === 0) return;
    yield chunk.subarray(0, length);
    at += length;
  }
}

/** Counts the complete records from a position on, at most `limit`, and tells where the last one ends. */
export async function countRecords(
  file: OutputFile,
  from: number,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ records: number; end: number }> {
  const scanner = new RecordScanner();
  let records = 0;
  let end = from;
  let at = from;
  for await (const piece of piecesOf(file, from)) {
    const ends = scanner.ends(piece);
    const taken = Math.min(ends.length, limit - records);
    if (taken > 0) end = at + ends[taken - 1];
    records += taken;
    at += piece.length;
    if (records === limit) break;
  }
  return { records, end };
}
