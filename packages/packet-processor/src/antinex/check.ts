import { AntinexClient, antinexClientOptions, isTemporary } from '@antinex/antinex-client';
import { describeError } from '@antinex/runtime';
import { planRequests } from './request-plan.ts';
import type { PublishValues } from './settings.ts';

const LOGIN_MS = 5000;

/**
 * Whether the settings make requests, and whether the API lets us in; one that is away is only told.
 *
 * @throws PipelineError as planRequests does, ANTINEX_LOGIN_REFUSED, ANTINEX_TLS and what else does not pass.
 */
export async function checkAntinex(values: PublishValues, warn: (line: string) => void): Promise<void> {
  const { notes } = await planRequests(values);
  for (const note of notes) warn(note);
  const options = antinexClientOptions(values);
  const timeoutMs = Math.min(LOGIN_MS, options.timeoutMs ?? LOGIN_MS);
  try {
    await new AntinexClient({ ...options, timeoutMs, retries: 0 }).logIn();
  } catch (error) {
    if (!isTemporary(error)) throw error;
    warn(describeError(error).line);
  }
}
