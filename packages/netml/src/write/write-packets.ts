import { PACKET_COLUMNS, writePacketTable } from '@antinex/features';
import { openCapture } from '@antinex/pcap-file';
import { createProgress, formatCount } from '@antinex/runtime';
import { CaptureFiles, reportFaults } from '../captures/capture-files.ts';
import { type CaptureOptions, filesOf } from '../options/captures.ts';
import { type Told, tell } from '../tell.ts';
import type { SummaryLine } from '../train/summary.ts';

export interface PacketsJob extends Told {
  readonly captures: CaptureOptions;
  readonly lengths: 'wire' | 'captured';
  readonly output: string;
}

/** `netml packets`: captures become a table of packets; answers the exit code. */
export async function writePackets({ captures, lengths, output, ...told }: PacketsJob): Promise<number> {
  const files = await CaptureFiles.open(openCapture, captures.pcap, told.signal, createProgress());
  const packets = await writePacketTable(output, files, { lengths, inputs: filesOf(captures) });
  const { notes, faults } = files;
  await tell(told, { packets, columns: PACKET_COLUMNS.length, lengths, output, notes }, [
    ['packets', formatCount(packets)],
    ...notes.map((note): SummaryLine => ['note', note]),
    ['written', output],
  ]);
  return reportFaults(faults);
}
