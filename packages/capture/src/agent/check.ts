import { connectPublisher, loadDriver } from '@antinex/broker';
import { describeError, ExitCode, parseListenAddress, within } from '@antinex/runtime';
import { giveUpRoot } from '../give-up-root.ts';
import { type AgentConfig, makePlan } from './make-plan.ts';
import { openSources } from './open-sources.ts';
import type { AgentSpec } from './spec.ts';

const BROKER_MS = 5000;

/**
 * What --check looks at: that the devices can be opened with the filter, and whether the broker answers.
 * A broker that is away is only told: the agent waits for it, too.
 */
export async function checkCapture(spec: AgentSpec, config: AgentConfig): Promise<void> {
  const warn = (text: string): void => void process.stderr.write(`${spec.name}: ${text}\n`);
  const { values, origins } = config;
  if (values.http !== undefined) parseListenAddress(values.http, origins.http);
  const plan = await makePlan(spec, config, (_, text) => warn(text));
  for (const source of await openSources(plan)) await source.close();
  const { broker } = plan;
  await loadDriver(broker.url);
  giveUpRoot(values.user);
  try {
    const publisher = await within(BROKER_MS, connectPublisher(broker.url, broker.options));
    if (publisher === undefined) warn('warning: the broker does not answer');
    await publisher?.close();
  } catch (error) {
    const { line, exitCode } = describeError(error);
    if (exitCode === ExitCode.USAGE) throw error;
    warn(`warning: ${line}`);
  }
}
