import { type BrokerChoice, brokerChoice } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { type Config, PipelineError } from '@antinex/runtime';
import { defaultDevice } from '../devices.ts';
import { parseSample } from '../flow-sampler.ts';
import { withoutBroker } from './broker-traffic.ts';
import type { PipelinePlan } from './plan.ts';
import { newSession } from './session.ts';
import type { AgentSettings } from './settings.ts';
import type { AgentSpec } from './spec.ts';

export type AgentConfig = Config<AgentSettings>;

/** Settings that contradict each other. Variables do not: they stand there for other runs too. */
export function problemsOf({ values, origins }: AgentConfig): string[] {
  const live = ['device', 'snaplen', 'bufferMb', 'noPromiscuous', 'backend', 'workers'] as const;
  const flags = (names: readonly (keyof AgentSettings)[]) =>
    names.map((name) => origins[name]).filter((origin) => origin.startsWith('--'));
  const limits = ['rotateSize', 'rotateTime', 'rotateCount', 'rotateFiles'] as const;
  const rotates = [values.rotateSize, values.rotateTime, values.rotateCount].some((it) => it !== undefined);
  return [
    ...(values.read === undefined
      ? []
      : flags(live).map((flag) => `${flag} is for live captures and not for --read`)),
    ...(values.write === undefined ? flags(limits).map((flag) => `${flag} needs --write`) : []),
    ...(values.rotateFiles !== undefined && !rotates
      ? ['--rotate-files needs --rotate-size, --rotate-time or --rotate-count']
      : []),
    ...(values.write === '-' && (rotates || values.debugPackets || values.json)
      ? ['--write - is standard output: it cannot be rotated, nor go with --debug-packets or --json']
      : []),
    ...(values.backend === 'cap'
      ? flags(['snaplen', 'noPromiscuous']).map((flag) => `${flag} needs the libpcap backend`)
      : []),
    ...(values.workers > 1 && values.write !== undefined ? ['--write and --workers do not go together'] : []),
    ...(values.workers > 1 && values.count !== undefined ? ['--count and --workers do not go together'] : []),
    ...(values.workers > 1 && values.backend === 'cap' ? ['--workers needs the libpcap backend'] : []),
  ];
}

/**
 * What the settings ask for, with a device chosen, names resolved and the broker's own traffic taken out
 * of the filter.
 *
 * @throws PipelineError CONFIG_INVALID, BROKER_UNSUPPORTED; NO_SUCH_DEVICE when there is none to choose.
 */
export async function makePlan(
  { name }: Pick<AgentSpec, 'name'>,
  { values, origins }: AgentConfig,
  log: Log,
): Promise<PipelinePlan> {
  const broker = brokerChoice(values);
  const sampleOneIn = values.sample === undefined ? 1 : parseSample(values.sample, origins.sample);
  const { write } = values;
  return {
    agent: name,
    filter: values.filter,
    inputs: values.read === undefined ? await liveInputs(values, broker, log) : { file: values.read },
    broker,
    whenFull: values.whenFull,
    queuePackets: values.queuePackets,
    spool: { folder: values.spoolDir, maxBytes: values.spoolSize },
    messages: {
      schema: values.schema ?? (values.wire === 'kombu' ? 'legacy' : '2'),
      source: values.source,
      payloadBytes: values.payloadBytes,
      // Live, no two captures may share a session; a file read again is the same session.
      session: values.read === undefined ? newSession() : undefined,
    },
    sampleOneIn,
    count: values.count,
    write:
      write === undefined
        ? undefined
        : {
            path: write,
            rotateBytes: values.rotateSize,
            rotateMs: values.rotateTime,
            rotatePackets: values.rotateCount,
            maxFiles: values.rotateFiles,
          },
    debugPackets: values.debugPackets === true,
  };
}

async function liveInputs(values: AgentConfig['values'], broker: BrokerChoice, log: Log) {
  const devices = await devicesOf(values.device, log);
  const { filter, warnings } = await withoutBroker(values.filter, broker);
  for (const warning of warnings) {
    log('warn', `${warning}: leave its traffic out with --filter, or it is captured, too`);
  }
  return devices.map((device) => ({
    backend: values.backend,
    device,
    filter,
    snaplen: values.snaplen,
    bufferMb: values.bufferMb,
    promiscuous: values.noPromiscuous !== true,
    user: values.user,
  }));
}

/** `eth0,lo` as a list; what is not said is chosen. */
async function devicesOf(text: string | undefined, log: Log): Promise<string[]> {
  if (text === undefined) {
    const { device, reason } = await defaultDevice();
    log('info', `chose ${device}: ${reason}; --device names another`);
    return [device];
  }
  const names = text.split(',').map((name) => name.trim());
  if (!names.includes('') && new Set(names).size === names.length) return names;
  const problem = `devices "${text}": must be names separated by commas, each once`;
  throw new PipelineError('CONFIG_INVALID', { problems: [problem] });
}
