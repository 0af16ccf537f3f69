import { rm } from 'node:fs/promises';
import { onDisk } from '@antinex/runtime';
import { ChunkWriter } from './chunk-writer.ts';
import { piecesOf, RecordScanner } from './csv-scan.ts';
import type { Header } from './header.ts';
import { OutputFile } from './output-file.ts';

/** Where a wider copy is made; one that lies about is what a crash left. */
export const widenedPath = (file: OutputFile): string => `${file.realPath}.widened`;

export interface Widened {
  readonly file: OutputFile;
  /** Where the byte that was at `mark` is now. */
  readonly mark: number;
}

/**
 * Puts a copy of a CSV file in its place that has a wider header and rows with as many empty cells
 * more. Rows are streamed; until the copy is complete and durable the file stays as it is.
 */
export async function widenCsv(
  file: OutputFile,
  header: Header,
  widerHeader: Header,
  mark: number,
): Promise<Widened> {
  const copy = widenedPath(file);
  await onDisk(file.path, () => rm(copy, { force: true }));
  const wider = await OutputFile.open(copy);
  try {
    const chunks = new ChunkWriter(wider, 0);
    chunks.out.bytes(widerHeader.line);
    const cells = Buffer.from(`${','.repeat(widerHeader.columns.length - header.columns.length)}\n`);
    const scanner = new RecordScanner();
    let position = header.line.length;
    let newMark = widerHeader.line.length;
    for await (const piece of piecesOf(file, position)) {
      let from = 0;
      for (const end of scanner.ends(piece)) {
        chunks.out.bytes(piece.subarray(from, end - 1));
        chunks.out.bytes(cells);
        from = end;
        if (position + end === mark) newMark = chunks.end;
        if (chunks.isFull) await chunks.flush();
      }
      chunks.out.bytes(piece.subarray(from));
      position += piece.length;
    }
    await chunks.drain();
    await wider.sync();
    return { file: await wider.replace(file), mark: newMark };
  } catch (error) {
    await wider.close();
    await rm(copy, { force: true });
    throw error;
  }
}
