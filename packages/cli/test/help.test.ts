import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CATALOGUE, COLUMNS, messageSchema } from '@antinex/decoder';
import { describe, expect, test } from 'vitest';
import { netpipe } from './netpipe.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

async function printed(...args: string[]): Promise<string> {
  const { stdout, ...ended } = await netpipe(args);
  expect(ended).toEqual({ code: 0, signal: null, stderr: '' });
  return stdout;
}

const COMMANDS = ['run', 'decode', 'fields', 'devices'];

describe('help', () => {
  test('without a command: the help, as a complaint', async () => {
    const { code, stdout, stderr } = await netpipe([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(await printed('--help'));
  });

  test('names every command', async () => {
    const help = await printed('--help');
    for (const command of COMMANDS) expect(help).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(await printed('help')).toBe(help);
  });

  test('--version is the package’s', async () => {
    const { version } = JSON.parse(readFileSync(`${root}packages/cli/package.json`, 'utf8'));
    expect(await printed('--version')).toBe(`${version}\n`);
  });

  test.each(COMMANDS)('%s --help has examples whose flags there are', async (command) => {
    const help = await printed(command, '--help');
    const flags = new Set(help.split('Examples:')[0].match(/--[a-z-]+/g));
    const examples = help
      .split('\n')
      .filter((line) => line.includes(`netpipe ${command}`) && !line.startsWith('Usage'));
    for (const example of examples) {
      const [, ours] = example.split(`netpipe ${command}`);
      for (const flag of ours.match(/--[a-z-]+/g) ?? []) expect(flags).toContain(flag);
    }
    if (command !== 'devices') expect(examples.length).toBeGreaterThan(2);
  });
});

describe('fields', () => {
  test('as text: a line for each column', async () => {
    const lines = (await printed('fields')).trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(COLUMNS.map(({ column }) => column));
    expect(lines.find((line) => line.startsWith('ip_ttl '))).toMatch(/^ip_ttl +uint +.+: .+/);
  });

  test('as JSON, by either flag', async () => {
    const json = await printed('fields', '--json');
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(COLUMNS)));
    expect(await printed('fields', '--format', 'json')).toBe(json);
  });

  test('as a JSON schema', async () => {
    const schema = JSON.parse(await printed('fields', '--format', 'json-schema'));
    expect(schema).toEqual(JSON.parse(JSON.stringify(messageSchema())));
  });

  test('as Markdown: every column is in a table, and no cell breaks it', async () => {
    const lines = (await printed('fields', '--format', 'markdown')).split('\n');
    const rows = lines.filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1]).toSorted()).toEqual(
      COLUMNS.map(({ column }) => column).toSorted(),
    );
    for (const row of rows) expect(row.match(/\|/g), row).toHaveLength(5);
    expect(lines.filter((line) => line.startsWith('## '))).toHaveLength(CATALOGUE.length + 1);
  });

  const documents: [file: string, format: string][] = [
    ['docs/columns.md', 'markdown'],
    ['docs/message.schema.json', 'json-schema'],
  ];
  test.each(documents)('docs are up to date (npm run docs): %s', async (file, format) => {
    expect(existsSync(`${root}${file}`)).toBe(true);
    const isUpToDate =
      (await printed('fields', '--format', format)) === readFileSync(`${root}${file}`, 'utf8');
    expect(isUpToDate).toBe(true);
  });
});
