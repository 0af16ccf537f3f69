import { describe, expect, it } from 'vitest';
import { bytes, decodeLayer, encodeAgain } from '../../test/layers.ts';
import { decodeIcmpv6 } from './icmpv6.ts';
import type { NeighbourOptions } from './icmpv6-nd.ts';

/** A router solicitation with these options. */
function read(text: string, cut = 0) {
  const message = Buffer.concat([bytes('8500 0000 0000 0000'), bytes(text)]);
  const { layers, problem, rest, pos } = decodeLayer(decodeIcmpv6, message, cut);
  expect(encodeAgain(layers)).toEqual(message.subarray(0, pos - 7));
  return { options: (layers[0] as { options?: NeighbourOptions }).options, problem, rest };
}

describe('decodeNeighbourOptions', () => {
  it('reads what a router advertises', () => {
    const text = `0304 40c0 ffffffff 00015180 00000000 20010db8000100000000000000000000
      0501 0000 000005dc 0101 020000000101 1903 0000 ffffffff 20010db8000200000000000000000020`;
    expect(read(text)).toEqual({
      options: {
        raw: bytes(text).toString('hex'),
        prefixes: [
          { prefix: '2001:db8:1::', prefixlen: 64, flags: 0xc0, valid: 0xffffffff, preferred: 86400 },
        ],
        mtu: 1500,
        srclladdr: '02:00:00:00:01:01',
        rdnss: ['2001:db8:2::20'],
      },
      problem: null,
      rest: 0,
    });
  });

  it('reads several prefixes and servers', () => {
    const prefix = '0304 4080 00000001 00000002 00000000 20010db8000100000000000000000000';
    const { options } = read(
      `${prefix} ${prefix} 1905 0000 00000000 ${'20010db8'.repeat(4)} ${'00'.repeat(16)}`,
    );
    expect(options?.prefixes).toHaveLength(2);
    expect(options?.rdnss).toEqual(['2001:db8:2001:db8:2001:db8:2001:db8', '::']);
  });

  it('keeps the body of the others, and of those whose length is not theirs', () => {
    // unknown option (14), length 8 (1)
    expect(read('0e01 ebe476970f5d').options?.other).toEqual([[14, 'ebe476970f5d']]);
    expect(read('0301 000000000000').options?.other).toEqual([[3, '000000000000']]);
    expect(read(`0502 ${'00'.repeat(14)}`).options?.other).toEqual([[5, '00'.repeat(14)]]);
    expect(read('1901 000000000000').options?.other).toEqual([[25, '000000000000']]);
  });

  it('reads a target address, of Ethernet or longer', () => {
    expect(read('0202 000102030405060708090a0b0c0d').options).toMatchObject({
      dstlladdr: '00:01:02:03:04:05',
    });
    expect(read('0201 020000000101').options).toMatchObject({ dstlladdr: '02:00:00:00:01:01' });
  });

  it('has nothing to say where there are no options', () => {
    expect(read('')).toEqual({ options: undefined, problem: null, rest: 0 });
  });

  it.each([
    ['0100 000000000000', 8, 'option 1 has length 0, 8 bytes are there'],
    ['0102 000000000000', 8, 'option 1 has length 16, 8 bytes are there'],
    ['01', 1, 'option 1 has length 0, 1 bytes are there'],
    ['0101', 2, 'option 1 has length 8, 2 bytes are there'],
  ])('reports the impossible length in %s, and leaves the rest raw', (text, rest, reason) => {
    expect(read(text)).toEqual({
      options: undefined,
      problem: { layer: 'icmpv6', kind: 'malformed', reason },
      rest,
    });
    const behind = read(`0501 0000 000005dc ${text}`);
    expect(behind.options).toEqual({ raw: '05010000000005dc', mtu: 1500 });
    expect(behind.rest).toBe(rest);
  });

  it('keeps the options in front of the snaplen', () => {
    for (let have = 0; have < 8; have++) {
      const text = `0501 0000 000005dc ${'0101020000000110'.slice(0, 2 * have)}`;
      const { options, problem, rest } = read(text, 8 - have);
      expect(options).toEqual({ raw: '05010000000005dc', mtu: 1500 });
      expect(problem?.kind).toBe(have === 0 ? undefined : 'truncated');
      expect(rest).toBe(have);
    }
  });
});
