import { addLedgers, type LedgerMessage } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentLedgers } from './agent-ledgers.ts';

const EARLY = '2026-01-01T00:00:00.000Z';
const LATE = '2026-01-02T00:00:00.000Z';

const record = (fields: Partial<LedgerMessage> = {}): LedgerMessage => ({
  ...addLedgers([]),
  ...{ ledger: 1, agent: 'capture-tcp', source: 'host-a', session: 's1', started: EARLY, time: EARLY },
  ...{ number: 1, ended: false },
  ...fields,
});

/** As a manifest brings it back. */
const reread = (ledgers: AgentLedgers): AgentLedgers =>
  AgentLedgers.from(JSON.parse(JSON.stringify(ledgers.state())));

describe('AgentLedgers', () => {
  it('keeps the latest record of each session, by the name that packet ids have', () => {
    const ledgers = new AgentLedgers();
    expect(ledgers.add(record({ received: 5, published: 3, waiting: 2 }))).toBe(true);
    expect(ledgers.add(record({ received: 9, published: 9, number: 2, ended: true }))).toBe(true);
    expect(ledgers.add(record({ source: 'host-b', received: 1 }))).toBe(true);
    const { ledger: _, ...last } = record({ received: 9, published: 9, number: 2, ended: true });
    const { agents, earlierAgents } = ledgers.state();
    expect(agents).toMatchObject({ 'host-a-s1': last, 'host-b-s1': { received: 1 } });
    expect(earlierAgents).toBeUndefined();
    expect(ledgers.total()).toMatchObject({ sessions: 2, open: 1, received: 10, published: 9 });
  });

  it('comes to the same whatever the order, however often, and across a restart', () => {
    const all = [1, 2, 3, 4].flatMap((number) => [
      record({ number, received: number, started: EARLY }),
      record({ number, received: 10 + number, started: LATE }),
      record({ number, received: number, session: 's2' }),
    ]);
    const deliveries = fc.array(fc.constantFrom(...all), { maxLength: 20 });
    fc.assert(
      fc.property(deliveries, fc.nat(20), (some, restartAt) => {
        let ledgers = new AgentLedgers();
        for (const [i, one] of [...some, ...all].entries()) {
          if (i === restartAt) ledgers = reread(ledgers);
          ledgers.add(one);
        }
        expect(ledgers.state().agents).toMatchObject({
          'host-a-s1': { started: LATE, number: 4, received: 14 },
          'host-a-s2': { number: 4, received: 4 },
        });
        expect(all.map((one) => ledgers.add(one))).not.toContain(true);
      }),
      { seed: 5 },
    );
  });

  it('folds what it heard of longest ago into a sum, so that the total stays', () => {
    let ledgers = new AgentLedgers();
    const dropped = { kernel: 1, interface: 0, queue: 2, broker: 0 };
    for (let i = 0; i < 1500; i++) {
      ledgers.add(record({ session: `s${i}`, received: 10, published: 7, dropped }));
      // It goes on while others come and go.
      ledgers.add(record({ number: i + 1, received: i }));
      if (i === 1200) ledgers = reread(ledgers);
    }
    const { agents, earlierAgents } = ledgers.state();
    const names = Object.keys(agents);
    expect(names).toHaveLength(1000);
    expect(names.at(-1)).toBe('host-a-s1');
    expect(names).not.toContain('host-a-s500');
    expect(names).toContain('host-a-s501');
    // The second of the 1,500 has the name of the one that goes on.
    expect(earlierAgents).toMatchObject({ sessions: 500, received: 5000, dropped: { queue: 1000 } });
    expect(ledgers.total()).toMatchObject({
      sessions: 1500,
      received: 14_990 + 1499,
      published: 1499 * 7,
      dropped: { kernel: 1499, queue: 2998 },
    });
  });

  it('leaves out what is none of it in a manifest, and takes the rest', () => {
    const { agents } = (() => {
      const ledgers = new AgentLedgers();
      ledgers.add(record({ received: 5 }));
      return ledgers.state();
    })();
    const good = agents['host-a-s1'];
    const from = (state: Parameters<typeof AgentLedgers.from>[0]) => AgentLedgers.from(state).state();
    expect(from({ agents: { x: null, y: 7, z: [], a: { ...good, received: -1 }, b: good } })).toEqual({
      agents: { 'host-a-s1': good },
    });
    for (const nothing of [undefined, null, 7, 'x', [], {}, [null]]) {
      expect(from({ agents: nothing, earlierAgents: nothing })).toEqual({ agents: {} });
    }
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (any, other) => {
        expect(from({ agents: { any, b: good }, earlierAgents: other }).agents).toEqual({
          'host-a-s1': good,
        });
      }),
      { seed: 6 },
    );
  });
});
