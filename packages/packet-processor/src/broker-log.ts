import type { BrokerEvent } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { maskSecrets } from '@antinex/runtime';

/** Who publishes poison must not fill the log with it. */
const QUIET_MS = 10_000;

/** Logs what happens to the connection; of messages put aside not each one. */
export function brokerLog(url: string, log: Log): (event: BrokerEvent) => void {
  const name = `broker ${maskSecrets(url)}`;
  let quietUntil = 0;
  return (event) => {
    const { kind, ...details } = event;
    if (kind === 'malformed' || kind === 'discarded') {
      if (performance.now() < quietUntil) return;
      quietUntil = performance.now() + QUIET_MS;
    }
    const words = Object.entries(details).map(([what, value]) => `${what} ${value}`);
    const isGood = kind === 'connected' || kind === 'unblocked';
    log(isGood ? 'info' : 'warn', [`${name}: ${kind}`, ...words].join(', '));
  };
}
