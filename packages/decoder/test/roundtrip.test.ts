import {
  decode,
  encodeMessage,
  type MessageData,
  messageJson,
  type Packet,
  toMessage,
} from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import {
  exampleCaptures,
  hasOracle,
  oracleCaptures,
  readExampleCapture,
  readOracleCapture,
} from './captures.ts';

interface Count {
  frames: number;
  /** Frames with layers whose encoders do more than write their fields. */
  applications: number;
  /** Of which are cut by the snaplen, or cannot be decoded to the end. */
  truncated: number;
  problems: number;
}

/** Every frame through JSON and back into bytes; answers those that came back as others. */
function count(captures: Iterable<readonly [string, Packet[]]>): { count: Count; differing: unknown[] } {
  const total: Count = { frames: 0, applications: 0, truncated: 0, problems: 0 };
  const differing: unknown[] = [];
  for (const [name, packets] of captures) {
    packets.forEach((packet, i) => {
      const decoded = decode(packet);
      const json = messageJson(toMessage(decoded, { source: 'test', session: '0' }, i + 1));
      const bytes = encodeMessage((JSON.parse(json) as { data: MessageData }).data);
      total.frames++;
      if (decoded.layers.some(({ layer }) => ['dns', 'dhcp', 'ntp'].includes(layer))) total.applications++;
      if (decoded.truncated) total.truncated++;
      if (decoded.problem !== null) total.problems++;
      if (!bytes.equals(packet.bytes)) differing.push([name, i + 1, packet.bytes.toString('hex')]);
    });
  }
  return { count: total, differing };
}

describe('frames that become messages and frames again', () => {
  it.skipIf(!hasOracle)('are the same frames, in the captures of others (needs ../shared)', () => {
    const result = count(oracleCaptures().map((name) => [name, readOracleCapture(name)]));
    expect(result.differing).toEqual([]);
    expect(result.count).toEqual({ frames: 14_790, applications: 1300, truncated: 13, problems: 19 });
  });

  it.skipIf(exampleCaptures().length === 0)('are the same frames, in the captures of our own', () => {
    const result = count(exampleCaptures().map((name) => [name, readExampleCapture(name)]));
    expect(result.differing).toEqual([]);
    expect(result.count.frames).toBeGreaterThan(1000);
    expect(result.count.problems).toBe(0);
  });
});
