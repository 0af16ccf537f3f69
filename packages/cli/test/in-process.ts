import { readFileSync } from 'node:fs';
import { Converter, type PacketSource, type SchemaName } from '@antinex/capture';
import { openDataset } from '@antinex/dataset';
import { LinesOutput } from '../src/lines-output.ts';
import { runPipeline } from '../src/pipeline.ts';
import { RunReport } from '../src/run-report.ts';
import { schemaOf } from '../src/schema-of.ts';

/** What came out, and what was wrong with the capture. */
export interface Outcome {
  readonly text: string;
  readonly fault: string | undefined;
}

const SOURCE = 'localdev';
const messageOf = (error: Error): string => error.message;

/** What `netpipe decode` does with a source, in this process. */
export async function decodeLines(
  source: PacketSource,
  { schema, format }: { readonly schema: SchemaName; readonly format: 'ndjson' | 'csv' },
): Promise<Outcome> {
  const parts: Buffer[] = [];
  const output = new LinesOutput(async (bytes) => void parts.push(Buffer.from(bytes)), {
    ...{ schema, format, source: SOURCE },
  });
  const decoding = async () => {
    await output.begin();
    for await (const packets of source) await output.add(packets);
    return undefined;
  };
  const fault = await decoding().catch(messageOf);
  return { text: Buffer.concat(parts).toString(), fault };
}

/** What `netpipe run` does with a source and a new CSV file, in this process. */
export async function runRows(
  source: PacketSource,
  { schema, csv }: { readonly schema: SchemaName; readonly csv: string },
): Promise<Outcome> {
  const dataset = await openDataset({ schema: schemaOf(schema), name: 'test', csvPath: csv });
  const report = new RunReport({ source, dataset, csvPath: csv, archivePath: undefined, json: false });
  const converter = new Converter({ schema, source: SOURCE });
  const limits = { count: Number.POSITIVE_INFINITY, snapshotRows: 50_000, snapshotMs: 1000 };
  const running = runPipeline({ source, converter, dataset, report, ...limits }).then(() => undefined);
  const fault = await running.catch(messageOf);
  await dataset.close(report.ledger());
  return { text: readFileSync(csv, 'utf8'), fault };
}
