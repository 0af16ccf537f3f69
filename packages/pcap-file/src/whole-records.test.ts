import { Packet } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { pcapRecord } from './pcap-encode.ts';
import { pcapngInterface, pcapngPacket, pcapngSectionHeader } from './pcapng-encode.ts';
import { wholeRecords } from './whole-records.ts';

const packet = (length: number) => new Packet(Buffer.alloc(length, 7), 0, length, length, 1, 1, 2, 'eth0');

/** Each part with the packets in it. */
const PARTS = {
  pcap: [0, 1, 60, 16].map((length) => ({ bytes: pcapRecord(packet(length)), packets: 1 })),
  pcapng: [
    { bytes: pcapngSectionHeader(), packets: 0 },
    { bytes: pcapngInterface(1, 'eth0'), packets: 0 },
    { bytes: pcapngPacket(packet(0), 0), packets: 1 },
    { bytes: pcapngPacket(packet(61), 0), packets: 1 },
    { bytes: pcapngInterface(113, 'any'), packets: 0 },
    { bytes: pcapngPacket(packet(3), 1), packets: 1 },
  ],
} as const;

describe.each(['pcap', 'pcapng'] as const)('wholeRecords of %s', (container) => {
  it('keeps what is complete, wherever the chunk is cut', () => {
    const parts = PARTS[container];
    const chunk = Buffer.concat(parts.map(({ bytes }) => bytes));
    for (let written = 0; written <= chunk.length; written++) {
      let bytes = 0;
      let packets = 0;
      for (const part of parts) {
        if (bytes + part.bytes.length > written) break;
        bytes += part.bytes.length;
        packets += part.packets;
      }
      expect(wholeRecords(container, chunk, written), `cut at ${written}`).toEqual({ bytes, packets });
    }
  });
});
