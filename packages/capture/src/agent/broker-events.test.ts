import type { BrokerEvent, SpoolEvent } from '@antinex/broker';
import { describe, expect, it } from 'vitest';
import { eventLog } from './broker-events.ts';

function said(events: readonly (BrokerEvent | SpoolEvent)[]): string[] {
  const lines: string[] = [];
  const say = eventLog((level, text) => lines.push(`${level}: ${text}`), 'redis://h');
  for (const event of events) say(event);
  return lines;
}

describe('eventLog', () => {
  it('tells the story of a lost connection in two lines', () => {
    const retrying = { kind: 'retrying', reason: 'ECONNREFUSED', retryMs: 17.3 } as const;
    const lost = { ...retrying, kind: 'disconnected' } as const;
    expect(said([lost, retrying, { ...retrying, retryMs: 80 }, { kind: 'connected' }, lost])).toEqual([
      'warn: no connection to the broker redis://h: ECONNREFUSED; trying again',
      'info: connected to the broker redis://h',
      'warn: no connection to the broker redis://h: ECONNREFUSED; trying again',
    ]);
  });

  it('does not say a broker twice, nor a trouble that goes on', () => {
    const reason = 'cannot reach the broker redis://h: ECONNREFUSED';
    const retrying = { kind: 'retrying', reason, retryMs: 17.3 } as const;
    const spooling = { kind: 'spooling', reason: 'the broker is not there yet' } as const;
    expect(said([retrying, spooling, retrying, retrying])).toEqual([
      'warn: cannot reach the broker redis://h: ECONNREFUSED; trying again',
      'warn: messages go to the spool: the broker is not there yet',
    ]);
  });

  it.each<[BrokerEvent | SpoolEvent, string]>([
    [{ kind: 'blocked', reason: 'low on disk' }, 'warn: the broker redis://h takes no messages: low on disk'],
    [{ kind: 'unblocked' }, 'info: the broker redis://h takes messages again'],
    [{ kind: 'spooling', reason: 'closed' }, 'warn: messages go to the spool: closed'],
    [{ kind: 'drained', messages: 1234 }, 'info: the spool is empty: the broker has its 1,234 messages'],
    [{ kind: 'spool-full', limitBytes: 1e9 }, 'warn: the spool is full, 1.0 GB'],
    [{ kind: 'spool-failed', reason: 'disk full' }, 'warn: the spool cannot be written: disk full'],
    [
      { kind: 'spool-damaged', damage: 'torn', path: 'spool/1', bytes: 12 },
      'warn: the spool is damaged: 12 B of spool/1 are torn',
    ],
    [
      { kind: 'left-in-spool', messages: 10, bytes: 1000 },
      'warn: 10 messages stay in the spool until the next start',
    ],
  ])('%j', (event, line) => expect(said([event])).toEqual([line]));
});
