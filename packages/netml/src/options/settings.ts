import { LIVE_SETTINGS as CAPTURE_SETTINGS } from '@antinex/capture/settings';
import { defineSettings, type SettingValues } from '@antinex/runtime';
import { ALGORITHM_NAMES, FEATURE_TYPE_NAMES, STATISTICS_SET_NAMES } from './names.ts';

/** How much is told. */
export const VERBOSITY_SETTINGS = defineSettings({
  verbosity: {
    flag: 'verbosity',
    type: 'integer',
    min: 0,
    max: 9,
    default: 1,
    help: '0 for results alone, 1 with a summary, 2 with normal flows in any case',
  },
});

/** netml's options for every command: in front of it or behind. A model has its own. */
export const GLOBAL_SETTINGS = defineSettings({
  ...VERBOSITY_SETTINGS,
  minPackets: {
    flag: 'flow-pkts-threshold',
    type: 'integer',
    min: 1,
    default: 2,
    help: 'leave out flows of fewer packets',
  },
  quantile: {
    flag: 'q-interval',
    type: 'number',
    min: 0,
    max: 1,
    default: 0.9,
    help: 'the quantile that makes the interval of durations, and the number of columns of packets',
  },
  randomState: {
    flag: 'random-state',
    type: 'integer',
    min: 0,
    max: 0xffffffff,
    default: 42,
    help: 'seed of whatever is drawn at random',
  },
});

/** How flows and features are made of packets. */
export const EXTRACT_SETTINGS = defineSettings({
  featureType: {
    flag: 'feature-type',
    type: 'choice',
    choices: FEATURE_TYPE_NAMES,
    default: 'IAT',
    placeholder: 'TYPE',
    help: 'IAT (times between packets), SIZE, IAT_SIZE, STATS, or SAMP_NUM, SAMP_SIZE (packets and bytes in windows of time)',
  },
  fft: { flag: 'fft', type: 'boolean', help: 'take the Fourier transform of the values, its real part' },
  header: { flag: 'header', type: 'boolean', help: 'put counts of TCP flags, and TTLs, in front' },
  packets: {
    flag: 'packets',
    type: 'integer',
    min: 1,
    max: 1_000_000,
    help: 'packets of a flow that the columns are for; --q-interval tells by default',
  },
  window: {
    flag: 'window',
    type: 'number',
    min: 0,
    placeholder: 'SECONDS',
    help: 'windows of SAMP_NUM and SAMP_SIZE; by default the 0.3 quantile of durations',
  },
  interval: {
    flag: 'interval',
    type: 'number',
    min: 0,
    placeholder: 'SECONDS',
    help: 'split flows at longer gaps; --q-interval tells by default',
  },
  bidirectional: {
    flag: 'bidirectional',
    type: 'boolean',
    help: 'both directions of a conversation are one flow',
  },
  tcpTimeout: {
    flag: 'tcp-timeout',
    type: 'number',
    min: 0,
    default: 600,
    placeholder: 'SECONDS',
    help: 'a TCP flow ends when it was idle for so long',
  },
  udpTimeout: {
    flag: 'udp-timeout',
    type: 'number',
    min: 0,
    default: 600,
    placeholder: 'SECONDS',
    help: 'the same for all other flows',
  },
  activeTimeout: {
    flag: 'active-timeout',
    type: 'number',
    min: 0,
    placeholder: 'SECONDS',
    help: 'a flow ends after so long although it goes on',
  },
  protocols: {
    flag: 'protocols',
    type: 'choice',
    choices: ['tcp-udp', 'all'],
    default: 'tcp-udp',
    help: 'flows of TCP and UDP, or of everything over IP',
  },
  tunnels: {
    flag: 'tunnels',
    type: 'choice',
    choices: ['inner', 'outer'],
    default: 'inner',
    help: 'flows of the packets in tunnels, or of the tunnels',
  },
  lengths: {
    flag: 'lengths',
    type: 'choice',
    choices: ['wire', 'captured'],
    help: 'sizes on the wire or as captured; wire, with --compat netml captured',
  },
  unlabelled: {
    flag: 'unlabelled',
    type: 'choice',
    choices: ['drop', 'normal'],
    default: 'drop',
    help: 'leave flows without a label out, or call them normal',
  },
});

/** How labels find their flows. */
export const LABEL_SETTINGS = defineSettings({
  labelReverse: {
    flag: 'label-reverse',
    type: 'boolean',
    help: 'a label is for the other direction too, as it is with --bidirectional',
  },
  labelWithin: {
    flag: 'label-within',
    type: 'number',
    min: 0,
    placeholder: 'SECONDS',
    help: 'only label flows at the time of the label, give or take so much',
  },
  labelUtcOffset: {
    flag: 'label-utc-offset',
    type: 'integer',
    min: -1440,
    max: 1440,
    placeholder: 'MINUTES',
    default: 0,
    help: "how far the labels' clock is ahead of UTC",
  },
  labelTwelveHours: {
    flag: 'label-12-hours',
    type: 'boolean',
    help: "the labels' clock does not tell 1 h from 13 h",
  },
});

/** How a detector is fitted. */
export const TRAIN_SETTINGS = defineSettings({
  algorithm: {
    flag: 'algorithm',
    type: 'choice',
    choices: ALGORITHM_NAMES,
    default: 'ocsvm',
    placeholder: 'NAME',
    help: 'how novelty is told: ocsvm, kde, if, ae, gmm or pca; --help-algorithm says more',
  },
  testSize: {
    flag: 'test-size',
    type: 'number',
    min: 0,
    max: 1,
    default: 0.33,
    help: 'the share of labelled flows to test the model with; 0 for none',
  },
  otherShapes: {
    flag: 'other-shapes',
    type: 'choice',
    choices: ['refuse', 'pad'],
    default: 'refuse',
    help: 'what the model does with feature files of more or fewer columns: pad them with 0, and cut them',
  },
});

export const COMPAT_SETTINGS = defineSettings({
  compat: {
    flag: 'compat',
    type: 'choice',
    choices: ['netml'],
    help: 'do what netml 0.7.1 does, with its defects: flows, features, parameters and scores',
  },
});

const { labelReverse: _, ...LABELS_BOTH_WAYS } = LABEL_SETTINGS;

/** What `netml flows` writes; without time-outs here, the set's own hold. */
export const FLOWS_SETTINGS = defineSettings({
  set: {
    flag: 'set',
    type: 'choice',
    choices: STATISTICS_SET_NAMES,
    placeholder: 'NAME',
    help: 'whose statistics, by their names: nfstream or cicflowmeter',
  },
  tcpTimeout: {
    flag: 'tcp-timeout',
    type: 'number',
    min: 0,
    placeholder: 'SECONDS',
    help: 'a TCP flow ends when it was idle for so long; 120 by default',
  },
  udpTimeout: {
    flag: 'udp-timeout',
    type: 'number',
    min: 0,
    placeholder: 'SECONDS',
    help: 'the same for all other flows; 120 by default',
  },
  activeTimeout: {
    flag: 'active-timeout',
    type: 'number',
    min: 0,
    placeholder: 'SECONDS',
    help: 'a flow ends after so long although it goes on; 1800 by default, of cicflowmeter 120',
  },
  protocols: {
    flag: 'protocols',
    type: 'choice',
    choices: ['tcp-udp', 'all'],
    default: 'all',
    help: 'flows of TCP and UDP, or of everything over IP',
  },
  tunnels: EXTRACT_SETTINGS.tunnels,
  maxFlows: {
    flag: 'max-flows',
    type: 'integer',
    min: 1,
    max: 2 ** 26,
    default: 1_000_000,
    help: 'flows that are open at once; beyond it the one that waited longest ends early',
  },
  zeroForNone: {
    flag: 'zero-for-none',
    type: 'boolean',
    help: 'write 0 where there is no value, as NFStream and CICFlowMeter do',
  },
  communityIdSeed: {
    flag: 'community-id-seed',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 0,
    help: 'seed of the Community ID',
  },
  accounting: {
    flag: 'accounting',
    type: 'choice',
    choices: ['frame', 'ip', 'transport', 'payload'],
    default: 'frame',
    help: 'nfstream: what of a packet is its size',
  },
  splt: {
    flag: 'splt',
    type: 'integer',
    min: 0,
    max: 255,
    default: 0,
    help: 'nfstream: direction, size and time of so many first packets, too',
  },
  wholeMilliseconds: {
    flag: 'whole-milliseconds',
    type: 'boolean',
    help: 'nfstream: cut times to milliseconds, as NFStream does',
  },
  activitySeconds: {
    flag: 'activity-seconds',
    type: 'number',
    min: 0,
    default: 5,
    placeholder: 'SECONDS',
    help: 'cicflowmeter: a longer gap is an idle time',
  },
  ...LABELS_BOTH_WAYS,
});

/** What `netml packets` writes. */
export const PACKETS_SETTINGS = defineSettings({
  lengths: {
    flag: 'lengths',
    type: 'choice',
    choices: ['wire', 'captured'],
    default: 'wire',
    help: 'lengths on the wire or as captured',
  },
});

/** Live captures. */
export const LIVE_SETTINGS = defineSettings({
  device: {
    flag: 'device',
    type: 'string',
    placeholder: 'DEV',
    help: 'capture live, and judge flows as they end; needs root or CAP_NET_RAW',
  },
  ...CAPTURE_SETTINGS,
});

/** The words that a flag takes, for those that take no others. */
export const FLAG_CHOICES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.values({
    ...EXTRACT_SETTINGS,
    ...FLOWS_SETTINGS,
    ...TRAIN_SETTINGS,
    ...COMPAT_SETTINGS,
    ...LIVE_SETTINGS,
  }).flatMap((setting) =>
    setting.type === 'choice' ? [[`--${setting.flag}`, setting.choices] as const] : [],
  ),
);

export type VerbosityValues = SettingValues<typeof VERBOSITY_SETTINGS>;
export type GlobalValues = SettingValues<typeof GLOBAL_SETTINGS>;
export type ExtractValues = GlobalValues &
  SettingValues<typeof EXTRACT_SETTINGS & typeof LABEL_SETTINGS & typeof COMPAT_SETTINGS>;
export type FlowsValues = SettingValues<typeof FLOWS_SETTINGS>;
export type LabelValues = SettingValues<typeof LABEL_SETTINGS>;
export type TrainValues = GlobalValues & SettingValues<typeof TRAIN_SETTINGS & typeof COMPAT_SETTINGS>;
export type LiveValues = SettingValues<typeof LIVE_SETTINGS>;
