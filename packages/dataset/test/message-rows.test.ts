import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageJson, type PacketMessage } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { openDataset, RowReader } from '../src/index.ts';
import { manifestOf, newFolder } from './files.ts';
import { lazily, parsed, SAMPLES, tcpMessage } from './messages.ts';

const now = () => new Date('2026-01-02T03:04:05.678Z');
const reader = new RowReader();

/** A message as it comes: a row where one can be read, objects where not. */
function read(message: PacketMessage): unknown {
  const text = Buffer.from(messageJson(message));
  return reader.read(text, 0, text.length) ?? parsed(message);
}

const foreign = { schema: 2, id: 'x-1', data: { ether: { colour: 'red' }, http: { method: 'GET' } } };
const messages = [...SAMPLES, ...Array.from({ length: 3000 }, (_, i) => tcpMessage(i + 1, 'ab'.repeat(300)))];

/** The files a dataset makes of messages. */
async function filesOf(given: readonly unknown[], withCsv: boolean, withArchive: boolean) {
  const folder = newFolder();
  const csvPath = withCsv ? join(folder, 'x.csv') : undefined;
  const archivePath = withArchive ? join(folder, 'x.json') : undefined;
  const dataset = await openDataset({ schema: 2, name: 'test', csvPath, archivePath, now });
  const results = [];
  for (let i = 0; i < given.length; i += 256) results.push(await dataset.append(given.slice(i, i + 256)));
  await dataset.close();
  const manifest = manifestOf((csvPath ?? archivePath)!);
  const texts = [csvPath, archivePath].map((path) => path && readFileSync(path, 'utf8'));
  return { texts, manifest, results };
}

describe.each([
  ['rows read from JSON', read],
  ['messages that are not made yet', lazily],
] as const)('a dataset that is given %s', (_kind, read) => {
  it.each([
    ['a CSV file', true, false],
    ['a CSV file and an archive', true, true],
    ['an archive', false, true],
  ])('is the same as one that is given objects: %s', async (_, withCsv, withArchive) => {
    const rows = await filesOf(messages.map(read), withCsv, withArchive);
    expect(rows).toEqual(await filesOf(parsed(messages), withCsv, withArchive));
  });

  it('is the same in a file that a foreign message made wider', async () => {
    const rows = await filesOf([foreign, ...messages.map(read), foreign], true, false);
    expect(rows.manifest.columns).toContain('eth_colour');
    expect(rows).toEqual(await filesOf([foreign, ...parsed(messages), foreign], true, false));
  });
});
