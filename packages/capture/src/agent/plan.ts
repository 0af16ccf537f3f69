import type { BrokerChoice } from '@antinex/broker';
import type { ConverterOptions } from '../converter.ts';
import type { LiveSourceOptions } from '../live-source.ts';

/** Everything a pipeline needs to know, as plain data: it may run in another thread. */
export interface PipelinePlan {
  /** The program's name. */
  readonly agent: string;
  /** The filter as the user gave it. */
  readonly filter: string;
  /** Devices to capture on, without the broker's own traffic, or the capture to read. */
  readonly inputs: readonly LiveSourceOptions[] | { readonly file: string };
  readonly broker: BrokerChoice;
  readonly whenFull: 'block' | 'drop-newest' | 'spool';
  readonly queuePackets: number;
  readonly spool: { readonly folder: string; readonly maxBytes: number };
  readonly messages: ConverterOptions;
  /** One flow in so many; 1 takes all. */
  readonly sampleOneIn: number;
  readonly count: number | undefined;
  readonly write: CaptureFiles | undefined;
  readonly debugPackets: boolean;
}

/** Where packets are kept as they came. */
export interface CaptureFiles {
  readonly path: string;
  readonly rotateBytes: number | undefined;
  readonly rotateMs: number | undefined;
  readonly rotatePackets: number | undefined;
  readonly maxFiles: number | undefined;
}
