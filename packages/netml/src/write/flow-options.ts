import type { StatisticsOptions } from '@antinex/features';
import { FLOWS_SETTINGS, type FlowsValues } from '../options/settings.ts';

/** Options of statistics by the settings; what is not set is as the set has it. */
export function statisticsOptionsOf(values: FlowsValues): StatisticsOptions {
  const { tcpTimeout, udpTimeout, activeTimeout } = values;
  return {
    ...(tcpTimeout !== undefined && { tcpIdleSeconds: tcpTimeout }),
    ...(udpTimeout !== undefined && { idleSeconds: udpTimeout }),
    ...(activeTimeout !== undefined && { activeSeconds: activeTimeout }),
    protocols: values.protocols,
    tunnels: values.tunnels,
    maxFlows: values.maxFlows,
    seed: values.communityIdSeed,
    zeroForNone: values.zeroForNone ?? false,
    accounting: values.accounting,
    splt: values.splt,
    wholeMilliseconds: values.wholeMilliseconds ?? false,
    activitySeconds: values.activitySeconds,
  };
}

/** Options that one set has alone. */
const OF_ONE_SET = {
  nfstream: ['accounting', 'splt', 'wholeMilliseconds'],
  cicflowmeter: ['activitySeconds'],
} as const;

interface Given {
  readonly values: FlowsValues;
  readonly origins: { readonly [K in keyof FlowsValues]: string };
}

/** What is wrong with settings that are good one by one. */
export function flowsProblems({ values: { set }, origins }: Given): string[] {
  if (set === undefined) return [`--set: say which, ${FLOWS_SETTINGS.set.choices.join(' or ')}`];
  return Object.entries(OF_ONE_SET).flatMap(([owner, names]) =>
    names
      .filter((name) => owner !== set && origins[name] !== 'default')
      .map((name) => `${origins[name]}: ${set} has no such thing, but ${owner}`),
  );
}
