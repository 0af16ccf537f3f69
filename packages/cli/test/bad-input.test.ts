import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { example, pcapOf } from './captures.ts';
import { rowsOf } from './csv.ts';
import { type Ended, netpipe, type Start } from './netpipe.ts';
import { useScratch } from './scratch.ts';
import { unprivileged } from './unprivileged.ts';

const scratch = useScratch();
const ARP = example('arp');
const ARP_PACKETS = 15;

const FAILURE = 1;
const USAGE = 2;

/** One plain line and the right exit code: no stack trace, no second complaint. */
function expectComplaint({ code, signal, stderr }: Ended, exitCode: number, about: RegExp) {
  expect(stderr).toMatch(/^netpipe: [^\n]+\n$/);
  expect(stderr).toMatch(about);
  expect({ code, signal }).toEqual({ code: exitCode, signal: null });
}

beforeAll(() => {
  chmodSync(scratch(), 0o755);
  writeFileSync(scratch('empty.pcap'), '');
  writeFileSync(scratch('text.pcap'), 'no capture, just a text\n'.repeat(10));
  writeFileSync(scratch('other.csv'), 'a,b\n1,2\n');
  writeFileSync(scratch('cut.pcap'), readFileSync(example('http')).subarray(0, 5000));
  writeFileSync(
    scratch('unknown.pcap'),
    pcapOf(147, [Buffer.from('0102030405', 'hex'), Buffer.from('ff', 'hex')]),
  );
  writeFileSync(scratch('broken.json'), '{"count": }');
  writeFileSync(scratch('wrong.json'), '{"cuont": 1, "count": [1]}');
  writeFileSync(scratch('wrong.env'), 'SAVE_AFTER_NUM=many\nthis is no variable\n');
  mkdirSync(scratch('folder'));
  mkdirSync(scratch('read-only'), 0o555);
  copyFileSync(ARP, scratch('secret.pcap'));
  chmodSync(scratch('secret.pcap'), 0);
});

describe('a capture that cannot be read', () => {
  const files: [name: string, about: RegExp][] = [
    ['missing.pcap', /missing\.pcap: no such file/],
    ['folder', /folder: a directory, not a capture/],
    ['empty.pcap', /empty\.pcap: empty/],
    ['text.pcap', /text\.pcap: not a pcap or pcapng capture/],
  ];
  test.each(files)('%s', async (name, about) => {
    const file = scratch(name);
    expectComplaint(await netpipe(['decode', file]), FAILURE, about);
    const csv = scratch(`of-${name}.csv`);
    expectComplaint(await netpipe(['run', '--read', file, '--output-csv', csv]), FAILURE, about);
  });

  test('nothing on standard input', async () => {
    expectComplaint(await netpipe(['decode', '-']), FAILURE, /standard input: empty/);
  });

  test.skipIf(unprivileged === null)(
    'a file of somebody else (needs a user without privileges)',
    async () => {
      const options = { before: unprivileged! };
      const ended = await netpipe(['decode', scratch('secret.pcap')], options);
      expectComplaint(ended, FAILURE, /secret\.pcap: no permission to read it/);
    },
  );
});

describe('a capture that can be read in part', () => {
  const READABLE = 16;

  test('cut in the middle of a record: what is before it is kept and counted', async () => {
    const cut = scratch('cut.pcap');
    const about = /cut\.pcap: cut short in the middle of a record, at byte 4914/;
    const decoded = await netpipe(['decode', cut]);
    expectComplaint(decoded, FAILURE, about);
    expect(decoded.stdout.match(/\n/g)).toHaveLength(READABLE);

    const csv = scratch('cut.csv');
    const run = await netpipe(['run', '--read', cut, '--output-csv', csv, '--json']);
    expectComplaint(run, FAILURE, about);
    expect(JSON.parse(run.stdout)).toMatchObject({
      ledger: { received: READABLE, rows: READABLE, unread: 0 },
    });
    expect(rowsOf(readFileSync(csv, 'utf8'))).toHaveLength(READABLE);
    expect(manifestOf(csv)).toMatchObject({ rows: READABLE, ledger: { received: READABLE } });
  });

  test('a link type nobody knows: rows with frame and raw', async () => {
    const csv = scratch('unknown.csv');
    const run = await netpipe(['run', '--read', scratch('unknown.pcap'), '--output-csv', csv, '--json']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(run.stdout).ledger).toMatchObject({ received: 2, rows: 2 });
    const rows = rowsOf(readFileSync(csv, 'utf8'));
    expect(rows).toMatchObject([
      { frame_linkType: '147', frame_capturedLength: '5', raw_load: '0102030405', eth_src: '' },
      { frame_linkType: '147', frame_capturedLength: '1', raw_load: 'ff' },
    ]);
  });
});

describe('an output that cannot be written', () => {
  const outputs: [name: string, about: RegExp][] = [
    ['no-such-folder/out.csv', /cannot write .*out\.csv: no such file or directory/],
    ['folder', /cannot write .*folder: illegal operation on a directory/],
    ['other.csv', /other\.csv is another kind of dataset/],
  ];
  test.each(outputs)('%s', async (name, about) => {
    expectComplaint(await runTo(scratch(name)), FAILURE, about);
    expectComplaint(await runTo(scratch('archive-too.csv'), scratch(name)), FAILURE, about);
    expect(readFileSync(scratch('other.csv'), 'utf8')).toBe('a,b\n1,2\n');
  });

  test('a device', async () => {
    expectComplaint(await runTo('/dev/null'), FAILURE, /cannot write \/dev\/null: not a regular file/);
  });

  test.skipIf(unprivileged === null)(
    'a folder of somebody else (needs a user without privileges)',
    async () => {
      const ended = await runTo(scratch('read-only/out.csv'), undefined, { before: unprivileged! });
      expectComplaint(ended, FAILURE, /cannot write .*out\.csv: permission denied/);
    },
  );

  test('a second dataset of another schema in the same file', async () => {
    const csv = scratch('twice.csv');
    expect(await runTo(csv)).toMatchObject({ code: 0 });
    const before = readFileSync(csv, 'utf8');
    const ended = await netpipe(['run', '--read', ARP, '--output-csv', csv, '--schema', 'legacy']);
    expectComplaint(ended, FAILURE, /twice\.csv is another kind of dataset/);
    expect(readFileSync(csv, 'utf8')).toBe(before);
  });
});

describe('a command line that makes no sense', () => {
  const lines: [line: string, about: RegExp][] = [
    ['fly', /unknown command 'fly'/],
    ['run --fly', /unknown option '--fly'/],
    [`decode ${ARP} --fromat csv`, /unknown option '--fromat' \(Did you mean --format\?\)/],
    ['run traffic.pcap', /too many arguments for 'run'/],
    ['decode', /missing required argument 'FILE'/],
    ['run --read', /option '--read <FILE\|->' argument missing/],
    ['run --count many', /--count "many": must be a whole number, at least 0/],
    ['run --count -1', /--count "-1": must be a whole number, at least 0/],
    ['run --count 1.5', /--count "1.5"/],
    ['run --save-after-num 0', /--save-after-num "0": must be a whole number from 1 to 50000/],
    ['run --duration soon', /--duration "soon": must be a time/],
    ['run --duration 30d', /--duration "30d": must be a time/],
    ['run --schema 3 --payload-bytes x', /--schema "3": must be one of 2, legacy; --payload-bytes "x"/],
    [`decode ${ARP} --format xml`, /--format "xml": must be one of ndjson, csv/],
    ['fields --format constructor', /argument 'constructor' is invalid/],
    ['run --read a.pcap --device lo', /--device is for live captures and not for --read/],
    ['run --read a.pcap --filter tcp', /--filter is for live captures and not for --read/],
    ['run --read a.pcap --buffer-mb 1 --check', /--buffer-mb is for live captures/],
    ['run --read a.pcap --output-csv -', /cannot be written to standard output; netpipe decode prints it/],
    [`run --read ${ARP} --output-csv out.csv --archive-json out.csv`, /of different names/],
  ];
  test.each(lines)('netpipe %s', async (line, about) => {
    expectComplaint(await netpipe(line.split(' '), { cwd: scratch() }), USAGE, about);
  });

  const environments: [env: Record<string, string>, about: RegExp][] = [
    [{ SAVE_AFTER_NUM: 'x' }, /env SAVE_AFTER_NUM "x": must be a whole number/],
    [{ SAVE_AFTER_NUM: '0' }, /env SAVE_AFTER_NUM "0"/],
  ];
  test.each(environments)('%j', async (env, about) => {
    expectComplaint(await netpipe(['run', '--read', ARP], { env, cwd: scratch() }), USAGE, about);
  });

  const files: [flag: string, file: string, exitCode: number, about: RegExp][] = [
    ['--config', 'missing.json', FAILURE, /missing\.json: no such file/],
    ['--config', 'folder', FAILURE, /folder is a directory/],
    ['--config', 'broken.json', USAGE, /broken\.json: not valid JSON/],
    ['--config', 'wrong.json', USAGE, /unknown setting "cuont"; .*count \[1\]: must be one plain value/],
    ['--env-file', 'wrong.env', USAGE, /wrong\.env, line 2: must be KEY=VALUE; .*SAVE_AFTER_NUM "many"/],
  ];
  test.each(files)('%s %s', async (flag, file, exitCode, about) => {
    const ended = await netpipe(['run', '--read', ARP, flag, scratch(file)], { cwd: scratch() });
    expectComplaint(ended, exitCode, about);
  });

  test('nothing is written for any of them', () => {
    expect(existsSync(scratch('out.csv'))).toBe(false);
  });
});

function runTo(csv: string, archive?: string, options?: Start): Promise<Ended> {
  const extra = archive === undefined ? [] : ['--archive-json', archive];
  return netpipe(['run', '--read', ARP, '--output-csv', csv, ...extra], options);
}

const manifestOf = (csv: string) => JSON.parse(readFileSync(`${csv}.manifest.json`, 'utf8'));

test('the capture most of these tests use is sound', async () => {
  const csv = scratch('sound.csv');
  expect(await runTo(csv)).toMatchObject({ code: 0, stderr: '' });
  expect(rowsOf(readFileSync(csv, 'utf8'))).toHaveLength(ARP_PACKETS);
});
