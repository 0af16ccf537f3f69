import type { BuildOptions, LabelOptions } from '@antinex/features';
import type { ExtractValues, LabelValues } from '../options/settings.ts';

/** Flow options by the settings. */
export function buildOptionsOf(values: ExtractValues): BuildOptions {
  const { compat, interval, activeTimeout, lengths } = values;
  const timeouts = { tcpIdleSeconds: values.tcpTimeout, idleSeconds: values.udpTimeout };
  const common = {
    minPackets: values.minPackets,
    quantile: values.quantile,
    ...timeouts,
    ...(interval !== undefined && { interval }),
    ...(lengths !== undefined && { lengths }),
  };
  if (compat !== undefined) return { ...common, compat };
  return {
    ...common,
    bidirectional: values.bidirectional ?? false,
    protocols: values.protocols,
    tunnels: values.tunnels,
    ...(activeTimeout !== undefined && { activeSeconds: activeTimeout }),
  };
}

/** How labels are matched with flows. */
export function labelOptionsOf(
  values: LabelValues,
  flows: Pick<BuildOptions, 'bidirectional' | 'compat'>,
): LabelOptions {
  const { labelWithin } = values;
  return {
    ...(flows.compat !== undefined && { compat: flows.compat }),
    reverse: values.labelReverse ?? flows.bidirectional ?? false,
    ...(labelWithin !== undefined && { withinSeconds: labelWithin }),
    utcOffsetMinutes: values.labelUtcOffset,
    twelveHours: values.labelTwelveHours ?? false,
  };
}

type Origins = { readonly [K in keyof ExtractValues]: string };

/** What netml has no option for. */
const NOT_NETML = [
  'bidirectional',
  'activeTimeout',
  'protocols',
  'tunnels',
  'labelReverse',
  'labelWithin',
] as const;

export function extractProblems({ values, origins }: { values: ExtractValues; origins: Origins }): string[] {
  if (values.compat === undefined) return [];
  return NOT_NETML.filter((name) => origins[name] !== 'default').map(
    (name) => `${origins[name]}: netml has no such thing; leave it or --compat netml out`,
  );
}
