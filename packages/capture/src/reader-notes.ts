import type { CaptureReader } from '@antinex/pcap-file';

/** What a person should know about a capture that was read. */
export function readerNotes({
  packetsWithoutTime,
  damagedBlocks,
  warnings,
}: Pick<CaptureReader, 'packetsWithoutTime' | 'damagedBlocks' | 'warnings'>): readonly string[] {
  const notes = [...warnings];
  if (packetsWithoutTime > 0) notes.push(`${packetsWithoutTime} packets without a time: theirs is 1970`);
  if (damagedBlocks > 0) notes.push(`${damagedBlocks} damaged packet blocks left out`);
  return notes;
}
