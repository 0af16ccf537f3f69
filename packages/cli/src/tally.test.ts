import { Converter, type SchemaName } from '@antinex/capture';
import { LinkType, Packet } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { Tally } from './tally.ts';

const ETHERNET = '020000000001020000000002';
const ARP = `${ETHERNET}08060001080006040001020000000002c0000202000000000000c0000201`;
const UDP = `${ETHERNET}08004500001e0000000040110000c0000201c0000202c35100090000000a0000abcd`;

type Frames = readonly (readonly [hex: string, linkType?: number])[];

/** Messages that are made and those that are not are counted alike. */
function tallyOf(schema: SchemaName, frames: Frames): Tally {
  const tally = countAll('convert', schema, frames);
  expect(countAll('convertLazily', schema, frames)).toEqual(tally);
  return tally;
}

function countAll(convert: 'convert' | 'convertLazily', schema: SchemaName, frames: Frames): Tally {
  const converter = new Converter({ schema, source: 'test' });
  const tally = new Tally();
  for (const [hex, linkType = LinkType.ETHERNET] of frames) {
    const data = Buffer.from(hex, 'hex');
    const message = converter[convert](new Packet(data, 0, data.length, data.length, linkType, 0, 0, ''));
    if (message !== null) tally.add(message);
  }
  return tally;
}

describe('Tally', () => {
  it('counts by the last layer, payload aside', () => {
    const { byProtocol, truncated, malformed } = tallyOf('2', [[ARP], [UDP], [UDP], ['00ff', 147]]);
    expect(Object.fromEntries(byProtocol)).toEqual({ arp: 1, udp: 2, unknown: 1 });
    expect({ truncated, malformed }).toEqual({ truncated: 0, malformed: 0 });
  });

  it('counts what could be read in part only', () => {
    const cut = ARP.slice(0, 40);
    const badVersion = UDP.replace('08004500', '08005500');
    const { truncated, malformed } = tallyOf('2', [[cut], [badVersion], [UDP]]);
    expect(truncated + malformed).toBe(2);
    expect(malformed).toBeGreaterThan(0);
  });

  it('knows the layers of the legacy schema', () => {
    const { byProtocol } = tallyOf('legacy', [[ARP], [UDP], [`${ETHERNET}88b501`]]);
    expect(Object.fromEntries(byProtocol)).toEqual({ arp: 1, udp: 1, ether: 1 });
  });
});
