import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { example } from './captures.ts';
import { rowsOf } from './csv.ts';
import { netpipe, start } from './netpipe.ts';
import { messagesOf, run } from './run.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const MIXED = example('mixed');

async function decode(...args: string[]): Promise<string> {
  const { stdout, ...ended } = await netpipe(['decode', ...args]);
  expect(ended).toEqual({ code: 0, signal: null, stderr: '' });
  return stdout;
}

describe('packets', () => {
  test.each(['0', '1', '1024', '1025'])('decode --count %s', async (count) => {
    const ndjson = await decode(MIXED, '--count', count);
    expect(ndjson.match(/\n/g) ?? []).toHaveLength(Number(count));
    expect(rowsOf(await decode(MIXED, '--count', count, '--format', 'csv'))).toHaveLength(Number(count));
  });

  test('--count ends also while the pipe stays open', async () => {
    const input = readFileSync(example('http'));
    const { ended } = start(['decode', '-', '--count', '3'], { input, keepOpen: true });
    expect((await ended).stdout.match(/\n/g)).toHaveLength(3);
    const csv = scratch('open.csv');
    const args = ['--read', '-', '--count', '3', '--output-csv', csv];
    expect((await run(args, { input, keepOpen: true })).ledger.rows).toBe(3);
  });

  test('--payload-bytes', async () => {
    const loads = async (...args: string[]) =>
      messagesOf(await decode(example('telnet'), ...args)).map(
        ({ data }) => data.raw?.load as string | undefined,
      );
    const whole = await loads();
    const payloads = whole.filter((load) => load !== undefined);
    expect(Math.max(...payloads.map(({ length }) => length))).toBeGreaterThan(8);
    expect(await loads('--payload-bytes', '0')).toEqual(whole.map(() => undefined));
    expect(await loads('--payload-bytes', '4')).toEqual(whole.map((load) => load?.slice(0, 8)));
  });

  test('--source, and its variable', async () => {
    const file = example('arp');
    const named = messagesOf(await decode(file, '--source', 'host7'));
    expect(new Set(named.map(({ source }) => source))).toEqual(new Set(['host7']));
    expect(named[0].id).toMatch(/^host7-.+-1$/);
    const env = { SOURCE_HOST: 'host8' };
    const { stdout } = await netpipe(['decode', file, '--count', '1'], { env });
    expect(messagesOf(stdout)[0].source).toBe('host8');
    expect(messagesOf(await decode(file, '--count', '1'))[0].source).toBe('localdev');
  });
});

describe('the end of a run', () => {
  test('--duration ends it while it waits, and that is a success', async () => {
    const input = readFileSync(example('http'));
    const csv = scratch('duration.csv');
    const args = ['--read', '-', '--duration', '1s', '--output-csv', csv];
    const { ledger, seconds } = await run(args, { input, keepOpen: true });
    expect(ledger).toMatchObject({ received: 125, rows: 125 });
    expect(seconds).toBeGreaterThan(0.3);
  });

  test('--duration does not keep a run that is done', async () => {
    const started = performance.now();
    const csv = scratch('short.csv');
    await run(['--read', example('arp'), '--duration', '1h', '--output-csv', csv]);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe('outputs', () => {
  test('CSV and archive together, and each alone', async () => {
    const [csv, json] = [scratch('both.csv'), scratch('both.json')];
    const both = ['--output-csv', csv, '--archive-json', json];
    expect(await run(['--read', example('arp'), ...both])).toMatchObject({
      csv,
      archive: json,
      rowsInDataset: 15,
    });
    const rows = rowsOf(readFileSync(csv, 'utf8'));
    const archive = JSON.parse(readFileSync(json, 'utf8'));
    expect(archive.packets.map(({ id }: { id: string }) => id)).toEqual(rows.map((row) => row.packet_id));

    const alone = scratch('alone.json');
    const summary = await run(['--read', example('arp'), '--archive-json', alone], { cwd: scratch() });
    expect(summary).toMatchObject({ csv: null, archive: alone, ledger: { rows: 15 } });
    expect(JSON.parse(readFileSync(alone, 'utf8')).packets).toHaveLength(15);
    expect(readdirSync(scratch()).filter((name) => name.startsWith('netdata'))).toEqual([]);
  });

  test('a dataset without a path gets one of its name and time', async () => {
    const args = ['--read', example('arp'), '--dataset-name', 'mine', '--dataset-dir', scratch()];
    const { csv } = await run(args);
    expect(csv).toMatch(/\/mine-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.csv$/);
    expect(existsSync(csv)).toBe(true);
  });

  test('the summary for people says where the files are', async () => {
    const csv = scratch('told.csv');
    const { stdout } = await netpipe(['run', '--read', MIXED, '--output-csv', csv]);
    expect(stdout).toMatch(/^packets {4}2,929, 899\.3 kB$/m);
    expect(stdout).toMatch(/^rows {7}2,929 \(.+ packets\/s\)$/m);
    expect(stdout).toMatch(/^protocols {2}tcp 1,605, udp 906, /m);
    expect(stdout).toContain(`csv        ${csv}\n`);
  });
});

describe('settings', () => {
  test('flag before variable before file before default, as --print-config shows', async () => {
    const config = scratch('config.json');
    writeFileSync(
      config,
      JSON.stringify({ count: 5, datasetName: 'filed', source: 'filed', schema: 'legacy' }),
    );
    const env = { DS_NAME: 'variable', SOURCE_HOST: 'variable' };
    const args = ['run', '--config', config, '--source', 'flag', '--print-config'];
    const { stdout, code } = await netpipe(args, { env, cwd: scratch() });
    expect(code).toBe(0);
    const shown = Object.fromEntries(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/, 2)),
    );
    expect(shown).toMatchObject({ '--count': '5', '--dataset-name': 'variable', '--source': 'flag' });
    expect(shown).toMatchObject({ '--schema': 'legacy', '--save-after-num': '50000', '--read': '-' });
    expect(stdout).toContain(`(${config}: count)`);
  });

  test('--check checks and does nothing else', async () => {
    const csv = scratch('checked.csv');
    const args = ['run', '--read', MIXED, '--output-csv', csv, '--check'];
    expect(await netpipe(args)).toMatchObject({ code: 0, stdout: 'the settings are valid\n', stderr: '' });
    expect(existsSync(csv)).toBe(false);
  });

  test('an env file, and flags that --read makes void only as variables', async () => {
    const file = scratch('run.env');
    writeFileSync(file, `OUTPUT_CSV=${scratch('env.csv')}\nCAP_DEVICE=eth9\nNETWORK_FILTER="tcp port 80"\n`);
    const { csv } = await run(['--read', example('arp'), '--env-file', file]);
    expect(csv).toBe(scratch('env.csv'));
  });
});
