import type { Command } from 'commander';

/** Where packets come from and what they are. */
export interface CaptureOptions {
  readonly pcap: readonly string[];
  readonly pcapNormal: readonly string[];
  readonly pcapAbnormal: readonly string[];
  /** Files of labels; a flow has that of the first one that names it. */
  readonly label: readonly string[];
}

/** Standard input, as captures are named. */
export const STDIN = '-';

export function addPcapOption(command: Command): Command {
  return command.option(
    '-p, --pcap <FILE...>',
    'captures (pcap or pcapng, gzip too); - is standard input, and the default',
  );
}

export function addCaptureOptions(command: Command): Command {
  return addPcapOption(command).option(
    '-l, --label <FILE...>',
    'labels of their flows: CSV as of CICIDS 2017, or rules in .yml; the first file that names a flow counts',
  );
}

/** The same, and captures that are normal or not as a whole. */
export function addLabelledCaptureOptions(command: Command): Command {
  return addCaptureOptions(command)
    .option('--pcap-normal <FILE...>', 'captures whose flows are all normal')
    .option('--pcap-abnormal <FILE...>', 'captures whose flows are all abnormal');
}

/** What the command line says, and what is wrong with it. */
export function readCaptureOptions(command: Command): { options: CaptureOptions; problems: string[] } {
  const flags = command.optsWithGlobals<Partial<CaptureOptions>>();
  const { pcapNormal = [], pcapAbnormal = [], label = [] } = flags;
  const isLabelled = pcapNormal.length + pcapAbnormal.length > 0;
  const pcap = flags.pcap ?? (isLabelled || process.stdin.isTTY ? [] : [STDIN]);
  const problems: string[] = [];
  if (isLabelled && pcap.length + label.length > 0)
    problems.push('--pcap-normal and --pcap-abnormal need no labels: leave out --pcap and --label');
  if (!isLabelled && pcap.length === 0) problems.push('--pcap: name a capture, or pipe one in');
  if ([...pcap, ...pcapNormal, ...pcapAbnormal].filter((path) => path === STDIN).length > 1)
    problems.push('standard input can be read only once');
  return { options: { pcap, pcapNormal, pcapAbnormal, label }, problems };
}

/** Every file that is read; standard input too, which may be one. */
export function filesOf({ pcap, pcapNormal, pcapAbnormal, label }: CaptureOptions): string[] {
  const captures = [...pcap, ...pcapNormal, ...pcapAbnormal].map((path) =>
    path === STDIN ? '/dev/stdin' : path,
  );
  return [...captures, ...label];
}
