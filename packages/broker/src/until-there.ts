import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, type Log, PipelineError } from '@antinex/runtime';
import { backoffMs } from './backoff.ts';

/**
 * Connects, and waits for a broker that is not there until it comes or `ending` is aborted. The log is
 * told once why it waits, and again when the reason is another one.
 *
 * @throws PipelineError BROKER_UNREACHABLE after `ending`; at once what `connect` throws when the broker
 * will never let us in: a wrong URL, a wrong password.
 */
export async function untilThere<C>(connect: () => Promise<C>, log: Log, ending: AbortSignal): Promise<C> {
  let said = '';
  for (let attempt = 0; ; attempt++) {
    try {
      return await connect();
    } catch (error) {
      if (!isAway(error)) throw error;
      const { line } = describeError(error);
      if (line !== said && !ending.aborted) log('warn', `${line}; waiting for it`);
      said = line;
      await sleep(backoffMs(attempt), undefined, { signal: ending }).catch(() => {});
      if (ending.aborted) throw error;
    }
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof PipelineError && error.code === 'BROKER_UNREACHABLE';
