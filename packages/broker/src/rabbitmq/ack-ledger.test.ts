import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AckLedger, type TagRange } from './ack-ledger.ts';

/** The broker's side: which tags are unsettled; refuses what a broker refuses. */
class Broker {
  readonly unsettled = new Set<number>();
  acked: number[] = [];

  take(ledger: AckLedger): number {
    const acks = ledger.takeAcks();
    for (const { tag, multiple } of acks) {
      if (!this.unsettled.has(tag)) throw new Error(`unknown delivery tag ${tag}`);
      for (const other of [...this.unsettled]) {
        if (other !== tag && !(multiple && other < tag)) continue;
        this.unsettled.delete(other);
        this.acked.push(other);
      }
    }
    return acks.length;
  }
}

const rangesOf = (sizes: readonly number[]): TagRange[] => {
  let next = 1;
  return sizes.map((size) => {
    const first = next;
    next += size;
    return { first, last: next - 1 };
  });
};

const tagsOf = ({ first, last }: TagRange) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('ack ledger', () => {
  it('takes one ack for all that is acked in order', () => {
    const ledger = new AckLedger();
    for (const range of rangesOf([256, 1, 30])) ledger.ack(range);
    expect(ledger.takeAcks()).toEqual([{ tag: 287, multiple: true }]);
    expect(ledger.takeAcks()).toEqual([]);
  });

  it('does not ack what lies between', () => {
    const ledger = new AckLedger();
    const [a, b, c] = rangesOf([2, 2, 2]);
    ledger.ack(c);
    ledger.ack(a);
    expect(ledger.takeAcks()).toEqual([
      { tag: 2, multiple: true },
      { tag: 5, multiple: false },
      { tag: 6, multiple: false },
    ]);
    ledger.ack(b);
    expect(ledger.takeAcks()).toEqual([{ tag: 4, multiple: true }]);
  });

  it('never names a tag that was requeued', () => {
    const ledger = new AckLedger();
    const [a, b] = rangesOf([1, 1]);
    ledger.ack(a);
    ledger.settle(b);
    expect(ledger.takeAcks()).toEqual([{ tag: 1, multiple: true }]);
  });

  it('acks exactly what was acked, in any order', () => {
    const step = fc.record({ ack: fc.boolean(), flush: fc.boolean() });
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 });
    const run = sizes.chain((all) =>
      fc.tuple(
        fc.shuffledSubarray(rangesOf(all)),
        fc.constant(rangesOf(all)),
        fc.array(step, { minLength: 12, maxLength: 12 }),
      ),
    );
    fc.assert(
      fc.property(run, ([order, all, steps]) => {
        const ledger = new AckLedger();
        const broker = new Broker();
        for (const range of all) for (const tag of tagsOf(range)) broker.unsettled.add(tag);
        const expected: number[] = [];
        order.forEach((range, index) => {
          if (steps[index].ack) {
            ledger.ack(range);
            expected.push(...tagsOf(range));
          } else {
            for (const tag of tagsOf(range)) broker.unsettled.delete(tag);
            ledger.settle(range);
          }
          if (steps[index].flush) broker.take(ledger);
        });
        broker.take(ledger);
        const byNumber = (a: number, b: number) => a - b;
        expect(broker.acked.sort(byNumber)).toEqual(expected.sort(byNumber));
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
