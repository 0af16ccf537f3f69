import { dirname } from 'node:path';
import { onDisk, PipelineError, syncFolder } from '@antinex/runtime';
import { ArchiveFile, type ArchiveState } from './archive-file.ts';
import { archiveHead, archiveTail, PACKET_END, readHead } from './archive-format.ts';
import { piecesOf } from './csv-scan.ts';
import { type Opened, OutputFile } from './output-file.ts';

const LONGEST_HEAD = 2 ** 16;

/** What a new archive says of itself. */
export interface ArchiveTitle {
  readonly created: string;
  readonly dataset: string;
}

/**
 * Opens an archive to append to it; a missing or empty one is started. Packets behind what was
 * committed are cut off; without a manifest what follows the last complete packet.
 *
 * @throws PipelineError DATASET_MISMATCH when the file is no archive of ours or has lost packets;
 * OUTPUT_UNWRITABLE, DISK_FULL.
 */
export async function openArchive(
  path: string,
  title: ArchiveTitle,
  committed?: ArchiveState,
): Promise<Opened<ArchiveFile>> {
  const file = await OutputFile.open(path);
  try {
    const start = Buffer.alloc(Math.min(file.size, LONGEST_HEAD));
    await file.read(start, 0);
    const newHead = archiveHead(title.created, title.dataset, 0);
    if (newHead.subarray(0, start.length).equals(start)) return await create(file, newHead);
    const head = readHead(start.toString('latin1'));
    if (head === undefined) throw mismatch(file, 'it is not an archive of this program');
    return await recover(file, head.countAt, head.length, committed);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function create(file: OutputFile, head: Buffer): Promise<Opened<ArchiveFile>> {
  const removedBytes = file.size;
  await file.truncate(0);
  await file.write(head, 0);
  const archive = new ArchiveFile(file, readHead(head.toString('latin1'))?.countAt ?? 0, 0, head.length);
  await archive.sync();
  await onDisk(file.path, () => syncFolder(dirname(file.realPath)));
  return { file: archive, isNew: true, removedBytes };
}

async function recover(
  file: OutputFile,
  countAt: number,
  headLength: number,
  committed?: ArchiveState,
): Promise<Opened<ArchiveFile>> {
  const { packets, bytes: end } = await keptPart(file, headLength, committed);
  const length = end + archiveTail(packets).length;
  const removedBytes = Math.max(0, file.size - length);
  await file.truncate(end);
  const archive = new ArchiveFile(file, countAt, packets, end);
  await archive.sync();
  return { file: archive, isNew: false, removedBytes };
}

/** The packets to keep, and where they end. */
async function keptPart(
  file: OutputFile,
  headLength: number,
  committed?: ArchiveState,
): Promise<ArchiveState> {
  if (committed === undefined) return countPackets(file, headLength);
  const { packets, bytes } = committed;
  const end = bytes - archiveTail(packets).length;
  if (end < headLength || end > file.size) {
    throw mismatch(
      file,
      'packets that its manifest counts are gone; delete the manifest to go on without them',
    );
  }
  return { packets, bytes: end };
}

async function countPackets(file: OutputFile, headLength: number): Promise<ArchiveState> {
  let packets = 0;
  let bytes = headLength;
  let position = headLength;
  let carried = Buffer.alloc(0);
  for await (const piece of piecesOf(file, headLength)) {
    const text = Buffer.concat([carried, piece]);
    const start = position - carried.length;
    for (let at = text.indexOf(PACKET_END); at >= 0; at = text.indexOf(PACKET_END, at + PACKET_END.length)) {
      packets++;
      bytes = start + at + PACKET_END.length;
    }
    carried = Buffer.from(text.subarray(Math.max(0, text.length - PACKET_END.length + 1)));
    position += piece.length;
  }
  return { packets, bytes };
}

const mismatch = (file: OutputFile, reason: string): PipelineError =>
  new PipelineError('DATASET_MISMATCH', { path: file.path, reason });
