import { type DecodedPacket, decode, encodeLayers, Packet } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { flowHash } from './flow-hash.ts';
import { createSampler, parseSample } from './flow-sampler.ts';

describe('parseSample', () => {
  it.each([
    ['1/1', 1],
    ['1/16', 16],
    [' 1/1000000 ', 1_000_000],
  ])('reads %j as %d', (text, oneIn) => expect(parseSample(text, '--sample')).toBe(oneIn));

  it.each([
    '',
    '16',
    '1/0',
    '1/-1',
    '2/16',
    '1/1000001',
    '1/9999999',
    '1/16.5',
    '1/1e3',
    '0.1',
    '10%',
    '1/',
    '1/016',
  ])('refuses %j', (text) => {
    expect(() => parseSample(text, '--sample')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `--sample "${text}": must be 1/N, N from 1 to 1000000, such as 1/16`,
      }),
    );
  });
});

function tcp(src: string, sport: number, dst: string, dport: number): DecodedPacket {
  const frame = encodeLayers([
    { layer: 'ip', version: 4, ihl: 5, len: 40, ttl: 64, proto: 6, src, dst },
    { layer: 'tcp', sport, dport, dataofs: 5 },
  ]);
  return decode(new Packet(frame, 0, frame.length, frame.length, 101, 0, 0, ''));
}

const FLOWS = 20_000;
const flows = (flow: (i: number) => DecodedPacket) => Array.from({ length: FLOWS }, (_, i) => flow(i));

/** Flows as one client, one network and one scanner make them: numbers that follow each other. */
const TRAFFIC = [
  ['ports of one client', flows((i) => tcp('192.0.2.1', 1024 + i, '198.51.100.1', 443))],
  ['clients of one server', flows((i) => tcp(`10.0.${i >> 8}.${i & 255}`, 40_000, '198.51.100.1', 443))],
  ['scan of ports', flows((i) => tcp('192.0.2.1', 40_000, '198.51.100.1', i))],
] as const;

describe('createSampler', () => {
  it.each(TRAFFIC)('takes its share: %s', (_, packets) => {
    for (const oneIn of [1, 2, 3, 16, 100]) {
      const taken = packets.filter(createSampler(oneIn).takes).length;
      const share = 1 / oneIn;
      const deviation = Math.sqrt(FLOWS * share * (1 - share));
      expect(Math.abs(taken - FLOWS * share), `1/${oneIn}`).toBeLessThanOrEqual(4 * deviation);
    }
  });

  it.each(TRAFFIC)('spreads hashes evenly: %s', (_, packets) => {
    for (const shift of [0, 8, 16, 26]) {
      const counts = new Array<number>(64).fill(0);
      for (const packet of packets) counts[(flowHash(packet) >>> shift) & 63]++;
      const expected = FLOWS / counts.length;
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // With 63 degrees of freedom one try in a hundred thousand is beyond this.
      expect(chiSquare, `bits from ${shift}`).toBeLessThan(120);
    }
  });

  it('takes both directions of a flow or none, and 1/32 within 1/16', () => {
    const wide = createSampler(16);
    const narrow = createSampler(32);
    expect([wide.oneIn, narrow.oneIn]).toEqual([16, 32]);
    let taken = 0;
    for (let i = 0; i < 2000; i++) {
      const there = tcp('192.0.2.1', i, '198.51.100.1', 443);
      expect(wide.takes(tcp('198.51.100.1', 443, '192.0.2.1', i))).toBe(wide.takes(there));
      if (!narrow.takes(there)) continue;
      taken++;
      expect(wide.takes(there)).toBe(true);
    }
    expect(taken).toBeGreaterThan(20);
  });

  it('takes everything at 1/1', () => {
    const { takes } = createSampler(1);
    expect(Array.from({ length: 100 }, (_, i) => tcp('192.0.2.1', i, '192.0.2.2', 1)).every(takes)).toBe(
      true,
    );
  });
});
