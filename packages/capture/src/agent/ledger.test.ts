import { addLedgers } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceStats } from '../source.ts';
import { ledgerOf, noCounts, unaccounted } from './ledger.ts';

const stats = (given: Partial<SourceStats>): SourceStats => ({
  receivedPackets: 0,
  receivedBytes: 0,
  deliveredPackets: 0,
  queueDrops: 0,
  waitingPackets: 0,
  kernelDrops: 0,
  interfaceDrops: 0,
  ...given,
});

const amount = fc.nat(1000);
const count = fc.oneof(amount, fc.constant('unknown' as const));

/** A source whose own part of the ledger is right. */
const anyStats = fc
  .record({
    deliveredPackets: amount,
    queueDrops: amount,
    waitingPackets: amount,
    kernelDrops: count,
    interfaceDrops: count,
  })
  .map((one) =>
    stats({ ...one, receivedPackets: one.deliveredPackets + one.queueDrops + one.waitingPackets }),
  );

/** Says of so many packets at random where they went. */
const spread = (packets: number, choices: readonly number[]) => {
  const counts = noCounts();
  const places = [
    'published',
    'filtered',
    'sampled',
    'unread',
    'queued',
    'inHand',
    'queueDrops',
    'brokerDrops',
  ] as const;
  for (let i = 0; i < packets; i++) counts[places[choices[i % choices.length] % places.length]]++;
  return counts;
};

describe('ledgerOf', () => {
  it('closes whenever its sources do and every packet they handed out went somewhere', () => {
    const choices = fc.array(fc.nat(7), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.array(anyStats, { maxLength: 3 }), choices, fc.boolean(), (sources, where, ended) => {
        const delivered = sources.reduce((all, { deliveredPackets }) => all + deliveredPackets, 0);
        const ledger = ledgerOf(sources, spread(delivered, where), ended);
        expect(unaccounted(ledger)).toBe(0);
        const other = ledgerOf(sources.slice(0, 1), noCounts(), true);
        const part = sources[0]?.deliveredPackets ?? 0;
        expect(unaccounted(addLedgers([ledger, { ...other, published: part }]))).toBe(0);
      }),
      { seed: 3 },
    );
  });

  it('tells a packet that went nowhere', () => {
    const sources = [stats({ receivedPackets: 10, deliveredPackets: 10 })];
    expect(unaccounted(ledgerOf(sources, { ...noCounts(), published: 9 }, true))).toBe(1);
    expect(unaccounted(ledgerOf(sources, { ...noCounts(), published: 11 }, true))).toBe(-1);
  });

  it('counts what a source still has as on its way, and at the end as unread', () => {
    const sources = [stats({ receivedPackets: 10, deliveredPackets: 4, waitingPackets: 6 })];
    const counts = { ...noCounts(), published: 1, queued: 2, inHand: 1 };
    expect(ledgerOf(sources, counts, false)).toMatchObject({ received: 10, waiting: 9, unread: 0 });
    expect(ledgerOf(sources, { ...noCounts(), published: 4 }, true)).toMatchObject({ waiting: 0, unread: 6 });
  });

  it('adds what kernel and interface dropped to what was received', () => {
    const sources = [stats({ receivedPackets: 5, deliveredPackets: 5, kernelDrops: 3, interfaceDrops: 2 })];
    const ledger = ledgerOf(sources, { ...noCounts(), published: 5 }, true);
    expect(ledger).toMatchObject({ received: 10, dropped: { kernel: 3, interface: 2 } });
  });
});

describe('what nobody knows', () => {
  it('is unknown in every sum it is part of, and never 0', () => {
    const sources = [stats({ kernelDrops: 3, interfaceDrops: 1 }), stats({ kernelDrops: 'unknown' })];
    const ledger = ledgerOf(sources, noCounts(), true);
    expect(ledger.dropped).toMatchObject({ kernel: 'unknown', interface: 1 });
    const other = ledgerOf([stats({})], noCounts(), true);
    expect(addLedgers([other, ledger]).dropped).toMatchObject({ kernel: 'unknown', interface: 1 });
  });
});

it('addLedgers adds every number', () => {
  const counts = {
    ...noCounts(),
    published: 1,
    filtered: 2,
    sampled: 3,
    unread: 4,
    queued: 5,
    queueDrops: 6,
    brokerDrops: 7,
  };
  const one = ledgerOf(
    [stats({ receivedPackets: 28, receivedBytes: 100, deliveredPackets: 28 })],
    counts,
    false,
  );
  expect(addLedgers([one, one, one])).toEqual({
    received: 84,
    receivedBytes: 300,
    published: 3,
    filtered: 6,
    sampled: 9,
    unread: 12,
    waiting: 15,
    dropped: { kernel: 0, interface: 0, queue: 18, broker: 21 },
  });
});
