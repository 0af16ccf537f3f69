import { Converter, type ConverterOptions, isLegacy } from '@antinex/capture';
import { type CsvEncoder, createCsvEncoder } from '@antinex/dataset';
import {
  type LazyMessage,
  type LegacyBody,
  legacyJson,
  type Packet,
  TextWriter,
  writeMessageJson,
} from '@antinex/decoder';
import { schemaOf } from './schema-of.ts';

const NEWLINE = 0x0a;

export interface LinesOptions extends ConverterOptions {
  readonly format: 'ndjson' | 'csv';
}

/** Takes bytes and resolves once they may be overwritten. */
export type Write = (bytes: Uint8Array) => Promise<void>;

/** Writes a line for each packet: its message as JSON, or its row of the dataset. */
export class LinesOutput {
  private readonly write: Write;
  private readonly converter: Converter;
  private readonly csv: CsvEncoder | undefined;
  private readonly json = new TextWriter();

  constructor(write: Write, options: LinesOptions) {
    this.write = write;
    this.converter = new Converter(options);
    if (options.format === 'csv') this.csv = createCsvEncoder(schemaOf(options.schema));
  }

  /** What stands in front of the lines: a CSV file's header. */
  async begin(): Promise<void> {
    if (this.csv !== undefined) await this.write(this.csv.header);
  }

  /**
   * Writes the packets' lines. A frame the schema has no message for is a line `null`; in CSV it has
   * no row.
   */
  async add(packets: readonly Packet[]): Promise<void> {
    const messages = packets.map((packet) => this.converter.convertLazily(packet));
    if (this.csv !== undefined) {
      return this.write(this.csv.encode(messages.filter((message) => message !== null)));
    }
    this.json.length = 0;
    for (const message of messages) this.line(message);
    await this.write(this.json.view());
  }

  private line(message: LazyMessage | LegacyBody | null): void {
    const { json } = this;
    if (message === null) json.ascii('null');
    else if (isLegacy(message)) json.ascii(legacyJson(message));
    else writeMessageJson(message, json);
    json.byte(NEWLINE);
  }
}
