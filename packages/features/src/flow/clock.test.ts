import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clock } from './clock.ts';

const decimal = (seconds: number, nanos: number) => Number(`${seconds}.${String(nanos).padStart(9, '0')}`);
const nanos = fc.oneof(
  fc.nat(999_999_999),
  fc.nat(999_999).map((micros) => micros * 1000),
);

describe('epoch clock', () => {
  it('takes times as the doubles nearest to their decimal text', () => {
    const seconds = fc.oneof(fc.nat(0xffffffff), fc.nat(2_000_000), fc.nat(10));
    fc.assert(
      fc.property(seconds, nanos, fc.nat(9_000_000), nanos, (second, nano, later, rest) => {
        const clock = new Clock('epoch');
        expect(clock.value(clock.read(second, nano))).toBe(decimal(second, nano));
        expect(clock.value(clock.read(second + later, rest))).toBe(decimal(second + later, rest));
      }),
      { seed: 1, numRuns: 10_000 },
    );
  });

  it('takes differences of these', () => {
    const clock = new Clock('epoch');
    const from = clock.read(1_600_000_000, 100_000_000);
    const to = clock.read(1_600_000_000, 123_580_000);
    expect(clock.epochSeconds(to)).toBe(1_600_000_000.12358);
    expect(clock.seconds(from, to)).toBe(1_600_000_000.12358 - 1_600_000_000.1);
  });
});

describe('exact clock', () => {
  it('tells differences to the nanosecond, however late it is', () => {
    fc.assert(
      fc.property(fc.nat(4_500_000), nanos, fc.nat(4_500_000), nanos, (second, nano, later, rest) => {
        const clock = new Clock('exact');
        const from = clock.read(1_700_000_000, 999_999_999);
        const a = clock.read(1_700_000_000 + second, nano);
        const b = clock.read(1_700_000_000 + second + later, rest);
        expect(from).toBe(999_999_999);
        expect(b - a).toBe(Number(BigInt(later) * 1_000_000_000n + BigInt(rest) - BigInt(nano)));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('tells times since 1970', () => {
    const clock = new Clock('exact');
    clock.read(1_700_000_000, 0);
    expect(clock.epochSeconds(clock.read(1_700_000_003, 250_000_000))).toBe(1_700_000_003.25);
    expect(clock.epochSeconds(clock.read(1_699_999_999, 500_000_000))).toBe(1_699_999_999.5);
    expect(clock.seconds(clock.read(1_700_000_000, 1), clock.read(1_700_000_000, 1_000_001))).toBe(0.001);
  });
});
