import type { TextWriter } from '@antinex/decoder';
import { archiveJson, putArchiveJson } from './archive-json.ts';

/** Depth of a packet in an archive. */
const PACKET_DEPTH = 2;
/** A packet's last line. No other line, and no text (JSON escapes line breaks), has this. */
export const PACKET_END = Buffer.from('\n        }');
const COUNT_WIDTH = 16;
const HEAD =
  /^\{\n {4}"created": ".*",\n {4}"dataset": ".*",\n {4}"num_packets": (\d+), *\n {4}"packets": \[/;

/**
 * The front of an archive, up to the list of packets. It is as long whatever the count, so that the
 * count can be written anew in place: spaces behind the comma fill up, and JSON does not mind them.
 */
export function archiveHead(created: string, dataset: string, packets: number): Buffer {
  return Buffer.from(
    [
      '{',
      `    "created": ${archiveJson(created)},`,
      `    "dataset": ${archiveJson(dataset)},`,
      `    "num_packets": ${`${packets},`.padEnd(COUNT_WIDTH + 1)}`,
      '    "packets": [',
    ].join('\n'),
  );
}

/** What a file's start tells, when it is one of our archives: the head's length and where its count stands. */
export function readHead(start: string): { length: number; countAt: number; packets: number } | undefined {
  const match = HEAD.exec(start);
  if (match === null) return undefined;
  const countAt = match[0].lastIndexOf('"num_packets": ') + '"num_packets": '.length;
  const field = match[0].slice(countAt, match[0].lastIndexOf('\n'));
  if (field.length !== COUNT_WIDTH + 1) return undefined;
  return { length: match[0].length, countAt, packets: Number(match[1]) };
}

/** The count as it stands in the head. */
export const countField = (packets: number): Buffer => Buffer.from(`${packets},`.padEnd(COUNT_WIDTH + 1));

/** What ends an archive. */
export const archiveTail = (packets: number): Buffer => Buffer.from(packets === 0 ? ']\n}' : '\n    ]\n}');

/** Writes one packet, with what separates it from the one before. */
export function putArchivePacket(out: TextWriter, packet: object, isFirst: boolean): void {
  out.ascii(isFirst ? '\n        ' : ',\n        ');
  putArchiveJson(out, packet, PACKET_DEPTH);
}
