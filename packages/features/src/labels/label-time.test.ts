import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIsoTime, parseLabelTime } from './label-time.ts';

const NOON = Date.UTC(2017, 6, 3, 12, 8) / 1000;

describe('times of ISO 8601', () => {
  it.each([
    ['2017-07-03T12:08', NOON],
    ['2017-07-03 12:08:00.25', NOON + 0.25],
    ['2017-07-03T12:08:00Z', NOON],
    ['2017-07-03t12:08z', NOON],
    ['2017-07-03 14:08 +02:00', NOON],
    ['2017-07-03T09:08:00-0300', NOON],
    ['2017-07-04T00:08+12:00', NOON],
    ['2016-02-29 00:00', Date.UTC(2016, 1, 29) / 1000],
  ])('%s', (text, seconds) => {
    expect(parseIsoTime(text, 0)).toBe(seconds);
  });

  it('without a zone are of the labels’ clock', () => {
    expect(parseIsoTime('2017-07-03 09:08', -180)).toBe(NOON);
    expect(parseIsoTime('2017-07-03 12:08Z', -180)).toBe(NOON);
  });

  it.each([
    '2017-02-29 12:08',
    '2017-06-31 12:08',
    '2017-13-01 00:00',
    '2017-00-01 00:00',
    '2017-01-00 00:00',
    '2017-07-03 24:00',
    '2017-07-03 12:60',
    '2017-07-03 12:08:61',
    '2017-07-03',
    '12:08',
    '2017-7-3 12:08',
    'now',
    '',
    '2017-07-03 12:08 CET',
  ])('%j is none', (text) => {
    expect(parseIsoTime(text, 0)).toBeUndefined();
    expect(parseLabelTime(text, {})).toBeUndefined();
  });

  it('are those of Date', () => {
    const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (date) => {
        expect(parseIsoTime(date.toISOString(), 60)).toBeCloseTo(date.getTime() / 1000, 3);
      }),
      { seed: 63, numRuns: 500 },
    );
  });
});
