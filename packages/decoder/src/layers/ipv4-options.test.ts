import { describe, expect, it } from 'vitest';
import { bytes, decodeLayer } from '../../test/layers.ts';
import { decodeIpv4 } from './ipv4.ts';
import type { Ipv4Options } from './ipv4-options.ts';

/** A header with these options (a multiple of four bytes) and nothing behind. */
function read(text: string, cut = 0) {
  const options = bytes(text);
  const words = 5 + options.length / 4;
  const header = Buffer.concat([bytes('4500 0000 0000 0000 40fd 0000 c000020a c0000201'), options]);
  header[0] = 0x40 | words;
  header.writeUInt16BE(header.length, 2);
  const { layers, problem } = decodeLayer(decodeIpv4, header, cut);
  return { options: (layers[0] as { options?: Ipv4Options }).options, problem };
}

describe('decodeIpv4Options', () => {
  it('reads a record route on its way back, free places too', () => {
    // options (RR 192.0.2.10, 198.51.100.1, 198.51.100.20^, ...)
    const route = 'c000020a c6336401 c6336414 c6336414 c0000201 00000000 00000000 00000000 00000000';
    expect(read(`0727 18 ${route} 00`)).toEqual({
      options: {
        raw: bytes(`0727 18 ${route} 00`).toString('hex'),
        RR: [
          '192.0.2.10',
          '198.51.100.1',
          '198.51.100.20',
          '198.51.100.20',
          '192.0.2.1',
          ...Array.from({ length: 4 }, () => '0.0.0.0'),
        ],
      },
      problem: null,
    });
  });

  it('reads source routes and router alert', () => {
    expect(read('83 07 04 c0000201 01 89 03 04 94 04 0102 00').options).toMatchObject({
      LSRR: ['192.0.2.1'],
      SSRR: [],
      RouterAlert: 0x102,
    });
  });

  it('keeps the body of the others: a timestamp, a stream identifier', () => {
    expect(read('440c 0901 c000020a 027332c4 88 04 1234 94 03 01 00').options?.other).toEqual([
      [0x44, '0901c000020a027332c4'],
      [0x88, '1234'],
      [0x94, '01'],
    ]);
  });

  it('ends at the end of the list; raw has what is behind', () => {
    expect(read('01 00 94 04 0000 0000')).toEqual({ options: { raw: '0100940400000000' }, problem: null });
  });

  it.each([
    ['94 00 0000', 'option 148 has length 0, 4 bytes are there'],
    ['94 01 0000', 'option 148 has length 1, 4 bytes are there'],
    ['01 94 04 00', 'option 148 has length 4, 3 bytes are there'],
    ['01 01 01 94', 'option 148 has length 0, 1 bytes are there'],
    ['07 ff 04 00', 'option 7 has length 255, 4 bytes are there'],
  ])('reports the impossible length in %s, also in a cut packet', (text, reason) => {
    for (const cut of [0, 100]) {
      const { options, problem } = read(text, cut);
      expect(options).toEqual({ raw: bytes(text).toString('hex') });
      expect(problem).toEqual({ layer: 'ip', kind: 'malformed', reason });
    }
  });

  it('keeps what was read in front of an impossible length', () => {
    expect(read('94 04 0000 07 40 04 00').options).toMatchObject({ RouterAlert: 0 });
  });
});
