import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLedgers } from './agent-ledger.ts';
import { isAgentLedger, isLedgerMessage, type LedgerMessage } from './ledger-message.ts';

const count = fc.oneof(fc.nat(), fc.maxSafeNat());
const known = fc.oneof(count, fc.constant('unknown' as const));
const name = fc.string({ minLength: 1, maxLength: 512 });
const YEARS = { min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true };
const time = fc.date(YEARS).map((date) => date.toISOString());

const anyRecord: fc.Arbitrary<LedgerMessage> = fc.record({
  ledger: fc.constant(1 as const),
  agent: name,
  source: name,
  session: name,
  started: time,
  time,
  number: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  ended: fc.boolean(),
  received: count,
  receivedBytes: count,
  published: count,
  filtered: count,
  sampled: count,
  unread: count,
  waiting: count,
  dropped: fc.record({ kernel: known, interface: known, queue: count, broker: count }),
});

const [RECORD] = fc.sample(anyRecord, { numRuns: 1, seed: 1 });

/** What stands for a value that is not a record's: any JSON that the field cannot be. */
const WRONG = {
  count: [-1, 0.5, 2 ** 53, '1', 'unknown', null, true, [], {}],
  name: ['', 'x'.repeat(513), 1, null, ['x']],
  time: ['2026-02-30T00:00:00.000Z', '2026-01-01T00:00:00Z', '2026-01-01', 'now', 0, null, `${RECORD.time} `],
};

describe('isLedgerMessage', () => {
  it('takes what an agent sends, as JSON brings it', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(isLedgerMessage(record)).toBe(true);
        expect(isLedgerMessage(JSON.parse(JSON.stringify(record)))).toBe(true);
      }),
      { seed: 7 },
    );
  });

  it('takes nothing else, and never throws', () => {
    const anything = fc.oneof(fc.anything(), fc.anything({ maxDepth: 1, withNullPrototype: true }));
    fc.assert(
      fc.property(anything, (value) => {
        expect(isLedgerMessage(value)).toBe(false);
      }),
      { seed: 8, numRuns: 500 },
    );
  });

  it('takes none in which anything is amiss: a field is missing, too much or of another kind', () => {
    const fields = Object.keys(RECORD) as (keyof LedgerMessage)[];
    const other = fc.anything({ maxDepth: 2 });
    fc.assert(
      fc.property(anyRecord, fc.constantFrom(...fields), other, (record, field, value) => {
        const { [field]: left, ...rest } = record;
        expect(isLedgerMessage(rest)).toBe(false);
        expect(isLedgerMessage({ ...record, [`${field}2`]: left })).toBe(false);
        const isSame = typeof value === typeof left && typeof value !== 'object';
        if (!isSame) expect(isLedgerMessage({ ...record, [field]: value })).toBe(false);
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  it.each([
    ...['received', 'receivedBytes', 'published', 'waiting', 'number'].map((field) => [field, WRONG.count]),
    ...['agent', 'source', 'session'].map((field) => [field, WRONG.name]),
    ...['started', 'time'].map((field) => [field, WRONG.time]),
    ['number', [0]],
    ['ended', [0, 'true', null]],
    ['ledger', [0, 2, '1', true]],
    ['data', [{}, null]],
    ['schema', [2]],
  ] as [string, unknown[]][])('%s cannot be any of %j', (field, values) => {
    for (const value of values) expect(isLedgerMessage({ ...RECORD, [field]: value })).toBe(false);
  });

  it.each([
    { kernel: -1 },
    { kernel: 'Unknown' },
    { queue: 'unknown' },
    { broker: undefined },
    { elsewhere: 1 },
  ])('%j is no way to drop packets', (dropped) => {
    expect(isLedgerMessage({ ...RECORD, dropped: { ...RECORD.dropped, ...dropped } })).toBe(false);
  });

  it('takes no other key for a field', () => {
    const text = JSON.stringify(RECORD).replace('"received":', '"__proto__":');
    expect(isLedgerMessage(JSON.parse(text))).toBe(false);
    expect(isLedgerMessage(Object.create(RECORD))).toBe(false);
  });
});

it('isAgentLedger takes the counts and nothing besides', () => {
  const counts = addLedgers([RECORD]);
  expect(isAgentLedger(counts)).toBe(true);
  for (const value of [RECORD, { ...counts, waiting: -1 }, null, [], 'ledger']) {
    expect(isAgentLedger(value)).toBe(false);
  }
});
