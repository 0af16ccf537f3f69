import { writeFileSync } from 'node:fs';
import { Packet } from '@antinex/decoder';
import { pcapHeader, pcapRecord } from '@antinex/pcap-file';
import { type Host, inside } from './namespace-pair.ts';
import { Process } from './process.ts';

const FLOWS = 1000;
const FIRST_PORT = 10_000;
const HTTP_PORT = 80;
const ETHERNET = 1;

/**
 * Writes a capture of TCP packets from as many ports, for tcpreplay. Their IP checksum is wrong on purpose:
 * whoever captures sees them, but no kernel answers.
 */
export function writeTraffic(path: string, { packets = FLOWS, bytes = 90 } = {}): void {
  const frame = Buffer.alloc(bytes);
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
  frame.set([0x45, 0, (bytes - 14) >> 8, (bytes - 14) & 0xff, 0, 0, 0, 0, 64, 6], 14);
  frame.set([192, 0, 2, 1, 192, 0, 2, 2], 26);
  frame.writeUInt16BE(HTTP_PORT, 36);
  frame.set([0x50, 0x10], 46);
  const records = Array.from({ length: packets }, (_, i) => {
    frame.writeUInt16BE(FIRST_PORT + (i % FLOWS), 34);
    frame.writeUInt32BE(i, 38);
    return pcapRecord(new Packet(Buffer.from(frame), 0, bytes, bytes, ETHERNET, 0, 0, ''));
  });
  writeFileSync(path, Buffer.concat([pcapHeader({ linkType: ETHERNET }), ...records]));
}

export interface Pace {
  readonly packetsPerSecond: number;
  /** How often the capture is sent. */
  readonly loops: number;
}

/** Sends a capture; resolves with how many packets the device took. */
export async function replay(
  { namespace, device }: Host,
  path: string,
  { packetsPerSecond, loops }: Pace,
): Promise<number> {
  const before = sentBy(namespace, device);
  const flags = ['-q', '-K', '-i', device, '--pps', String(packetsPerSecond), '--loop', String(loops)];
  const tcpreplay = new Process(namespace, 'tcpreplay', ...flags, path);
  await tcpreplay.ended;
  if (!/Successful packets/.test(tcpreplay.output)) throw new Error(`tcpreplay: ${tcpreplay.output}`);
  return sentBy(namespace, device) - before;
}

/** Packets that a device handed over to the other end of its cable. */
function sentBy(namespace: string, device: string): number {
  return Number(
    JSON.parse(inside(namespace, 'ip', '-s', '-j', 'link', 'show', device))[0].stats64.tx.packets,
  );
}
