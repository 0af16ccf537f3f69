import { describe, expect, it } from 'vitest';
import { SpoolLedger } from './ledger.ts';

describe('the ledger of a spool', () => {
  it('closes: what was appended is replayed, dropped or still there', () => {
    const ledger = new SpoolLedger();
    ledger.append(100);
    ledger.release(0, 10);
    ledger.release(25, 10);
    expect(ledger.counters(7)).toMatchObject({
      appendedMessages: 100,
      replayedMessages: 20,
      droppedMessages: 15,
      spooledMessages: 65,
      spooledBytes: 7,
    });
    ledger.setAside(9, 5);
    ledger.skipTo(100);
    expect(ledger.counters(0)).toMatchObject({
      replayedMessages: 15,
      droppedMessages: 85,
      spooledMessages: 0,
      corruptBytes: 9,
    });
  });

  it('does not go back for numbers that were released before', () => {
    const ledger = new SpoolLedger();
    ledger.append(100);
    ledger.release(0, 50);
    ledger.release(20, 10);
    ledger.release(50, 10);
    expect(ledger.counters(0)).toMatchObject({ droppedMessages: 0, spooledMessages: 40 });
  });

  it('does not know an age where there is nothing', () => {
    const ledger = new SpoolLedger();
    expect(ledger.counters(0).oldestAgeMs).toBeUndefined();
    ledger.oldestMs = Date.now() + 1000;
    expect(ledger.counters(0).oldestAgeMs).toBe(0);
  });
});
