import { describe, expect, it } from 'vitest';
import { type AgentLedger, addLedgers } from './agent-ledger.ts';

const NOTHING = addLedgers([]);

describe('addLedgers', () => {
  it('adds up to nothing without any', () => {
    expect(NOTHING).toMatchObject({ received: 0, waiting: 0, dropped: { kernel: 0, queue: 0 } });
  });

  it('stays within numbers that can be told apart, whatever was made up', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const absurd: AgentLedger = { ...NOTHING, received: 0, receivedBytes: most, published: most };
    const dropped = { kernel: most, interface: most, queue: 0, broker: 0 };
    const sum = addLedgers([absurd, absurd, { ...absurd, dropped }]);
    expect(sum).toMatchObject({ receivedBytes: most, published: most, dropped: { kernel: most } });
    expect(Object.values(sum).every((count) => typeof count === 'object' || count >= 0)).toBe(true);
  });
});
