import { PipelineError, type SettingValues } from '@antinex/runtime';
import { aiRequestOptions } from '../from-settings.ts';
import type { Row } from '../request/ai-request.ts';
import { generateAiRequest } from '../request/generate-ai-request.ts';
import { readJsonObject, readTemplate } from '../request/template.ts';
import type { Opened } from './open-client.ts';
import type { Outcome } from './run-command.ts';
import { runJob } from './run-job.ts';
import type { PREDICT_SETTINGS } from './settings.ts';

const MOCK_ROWS: readonly Row[] = [1, 2, 3, 4].map((tcp_seq) => ({ tcp_seq }));

/** Has the rows of a file predicted. */
export async function predictRows(
  opened: Opened,
  values: SettingValues<typeof PREDICT_SETTINGS>,
): Promise<Outcome> {
  const { file, mock, antinexRequestFile, wait, launchedWait } = values;
  const rows = mock || file === undefined ? MOCK_ROWS : await readRows(file);
  const template = await readTemplate(antinexRequestFile);
  const { body, failedConversions } = generateAiRequest(rows, { ...aiRequestOptions(values), template });
  for (const [column, count] of failedConversions) {
    opened.logger.warn(`${column}: ${count} of ${rows.length} values are no numbers`);
  }
  return runJob(opened, body, { deadlineMs: wait, launchedMs: launchedWait, signal: opened.signal });
}

async function readRows(file: string): Promise<Row[]> {
  const { predict_rows: rows } = await readJsonObject(file);
  if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)) return rows;
  throw new PipelineError('CONFIG_INVALID', { problems: [`${file}: "predict_rows" must be a list of rows`] });
}
