import type { BrokerEvent, SpoolEvent } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { formatBytes, formatCount } from '@antinex/runtime';

/** Tells the log what happens between an agent and its broker. A trouble is told once, until it is over. */
export function eventLog(log: Log, broker: string): (event: BrokerEvent | SpoolEvent) => void {
  const told = new Set<string>();
  return (event) => {
    const text = describe(event, broker);
    const isGood = GOOD_NEWS.has(event.kind);
    if (isGood) told.clear();
    if (isGood || !told.has(text)) log(isGood ? 'info' : 'warn', text);
    told.add(text);
  };
}

const GOOD_NEWS: ReadonlySet<string> = new Set(['connected', 'unblocked', 'drained']);

function describe(event: BrokerEvent | SpoolEvent, broker: string): string {
  switch (event.kind) {
    case 'connected':
      return `connected to the broker ${broker}`;
    case 'disconnected':
    case 'retrying':
      return event.reason.includes(broker)
        ? `${event.reason}; trying again`
        : `no connection to the broker ${broker}: ${event.reason}; trying again`;
    case 'blocked':
      return `the broker ${broker} takes no messages: ${event.reason}`;
    case 'unblocked':
      return `the broker ${broker} takes messages again`;
    case 'malformed':
      return `the broker ${broker} has messages nobody can read: ${event.reason}`;
    case 'discarded':
      return `the broker ${broker} threw ${formatCount(event.messages)} old messages away`;
    case 'spooling':
      return `messages go to the spool: ${event.reason}`;
    case 'drained':
      return `the spool is empty: the broker has its ${formatCount(event.messages)} messages`;
    case 'spool-full':
      return `the spool is full, ${formatBytes(event.limitBytes)}`;
    case 'spool-failed':
      return `the spool cannot be written: ${event.reason}`;
    case 'spool-damaged':
      return `the spool is damaged: ${formatBytes(event.bytes)} of ${event.path} are ${event.damage}`;
    case 'left-in-spool':
      return `${formatCount(event.messages)} messages stay in the spool until the next start`;
  }
}
