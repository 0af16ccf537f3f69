import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InterfaceClock } from './interface-clock.ts';

/** The same by bigints alone: nanoseconds since 1970, or null where no date can hold them. */
function reference(octet: number, offset: bigint, stamp: bigint): bigint | null {
  const unitsPerSecond = (octet & 0x80 ? 2n : 10n) ** BigInt(octet & 0x7f);
  const seconds = stamp / unitsPerSecond + offset;
  if (seconds > 8_640_000_000_000n || seconds < -8_640_000_000_000n) return null;
  return seconds * 1_000_000_000n + ((stamp % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond;
}

function read(clock: InterfaceClock, stamp: bigint): bigint | null {
  const known = clock.read(Number(stamp >> 32n), Number(stamp & 0xffffffffn));
  return known ? BigInt(clock.seconds) * 1_000_000_000n + BigInt(clock.nanos) : null;
}

const stamps = fc.array(
  fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: 0n, max: 2n ** 33n }),
    fc.constantFrom(0n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n),
  ),
  { minLength: 1, maxLength: 8 },
);
const offsets = fc.oneof(
  fc.constantFrom(0n, -1n, 3600n, -(2n ** 63n), 2n ** 63n - 1n, 8_640_000_000_000n),
  fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }),
);

describe('InterfaceClock', () => {
  it('agrees with bigints for every resolution, also when stamps jump', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), offsets, stamps, (octet, offset, values) => {
        const clock = new InterfaceClock(octet, offset);
        for (const stamp of values) expect(read(clock, stamp)).toBe(reference(octet, offset, stamp));
      }),
      { seed: 1, numRuns: 20_000 },
    );
  });

  it('agrees with bigints near whole seconds and nanoseconds', () => {
    for (let octet = 0; octet < 256; octet++) {
      const unitsPerSecond = (octet & 0x80 ? 2n : 10n) ** BigInt(octet & 0x7f);
      const clock = new InterfaceClock(octet, 0n);
      for (const seconds of [0n, 1n, 1_700_000_000n, 2n ** 32n]) {
        for (const more of [-1n, 0n, 1n, unitsPerSecond / 3n, unitsPerSecond / 1_000_000_000n]) {
          const stamp = seconds * unitsPerSecond + more;
          if (stamp < 0n || stamp >= 2n ** 64n) continue;
          expect(read(clock, stamp)).toBe(reference(octet, 0n, stamp));
        }
      }
    }
  });

  it.each([
    ['microseconds', 6, 1_700_000_000_123_456n, 1_700_000_000_123_456_000n],
    ['nanoseconds', 9, 1_700_000_000_123_456_789n, 1_700_000_000_123_456_789n],
    ['picoseconds, cut', 12, 1_700_000_123_456_789_999n, 1_700_000_123_456_789n],
    ['NTP fractions', 0x80 | 32, (1_700_000_000n << 32n) | 0x80000000n, 1_700_000_000_500_000_000n],
    ['10^-127 s', 127, 2n ** 64n - 1n, 0n],
    ['2^-127 s', 255, 2n ** 64n - 1n, 0n],
  ])('%s', (_name, octet, stamp, expected) => {
    expect(read(new InterfaceClock(octet, 0n), stamp)).toBe(expected);
  });

  it('knows no time that no date can hold', () => {
    const clock = new InterfaceClock(0, 0n);
    expect(clock.read(0x80000000, 0)).toBe(false);
    expect(clock).toMatchObject({ seconds: 0, nanos: 0 });
  });

  it('goes before 1970 with a positive rest', () => {
    const clock = new InterfaceClock(6, -2n);
    expect(clock.read(0, 500_000)).toBe(true);
    expect(clock).toMatchObject({ seconds: -2, nanos: 500_000_000 });
  });
});
