import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { inside, NamespacePair, whyNoNamespaces } from '../../../capture/test/e2e/namespace-pair.ts';
import { rowsOf } from '../csv.ts';
import { netpipe, type Started, start } from '../netpipe.ts';
import { useScratch } from '../scratch.ts';

const whyNot = whyNoNamespaces(['ping', 'arping', 'tcpdump', 'setpriv']);

/** What two captures of the same packets may differ in: when, where in the file, who captured. */
const OWN_COLUMNS = [
  'idx',
  'packet_id',
  'frame_time',
  'frame_epochSeconds',
  'frame_number',
  'frame_interface',
];

function comparable(csv: string): string[] {
  return rowsOf(csv)
    .map((row) =>
      JSON.stringify({ ...row, ...Object.fromEntries(OWN_COLUMNS.map((column) => [column, ''])) }),
    )
    .sort();
}

describe.skipIf(whyNot !== null)(`netpipe run --device between two namespaces (${whyNot ?? 'live'})`, () => {
  const scratch = useScratch();
  const running = new Set<ChildProcess>();
  let pair: NamespacePair;

  beforeAll(() => {
    pair = new NamespacePair();
  });
  // A device must not go away under a capture that a failed test left behind.
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  afterAll(() => pair?.remove());

  function runLive(...args: string[]): Started {
    const { namespace, device } = pair.right;
    const before = ['ip', 'netns', 'exec', namespace];
    const started = start(['run', '--device', device, '--buffer-mb', '32', '--json', ...args], { before });
    running.add(started.child);
    return started;
  }

  /** The dataset is made when the device is open: from then on nothing is missed. */
  async function opened(csv: string): Promise<void> {
    while (!existsSync(`${csv}.manifest.json`)) await sleep(20);
  }

  async function startTcpdump(file: string) {
    const { namespace, device } = pair.right;
    const flags = ['-i', device, '-w', file, '-U', '--immediate-mode', '-Z', 'root'];
    const child = spawn('ip', ['netns', 'exec', namespace, 'tcpdump', ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.add(child);
    await new Promise((resolve) => child.stderr.once('data', resolve));
    return async () => {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGINT');
      await closed;
    };
  }

  test('the rows are those of what tcpdump captured at the same time', async () => {
    const { left, right } = pair;
    const [csv, pcap] = [scratch('live.csv'), scratch('tcpdump.pcap')];
    const stopTcpdump = await startTcpdump(pcap);
    const { child, ended } = runLive('--output-csv', csv);
    await opened(csv);
    inside(left.namespace, 'ping', '-q', '-c', '5', '-i', '0.05', right.address);
    inside(right.namespace, 'ping', '-q', '-c', '2', '-i', '0.05', '-s', '1000', left.address);
    inside(left.namespace, 'arping', '-q', '-c', '2', '-I', left.device, right.address);
    await sleep(300);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await stopTcpdump();

    const live = readFileSync(csv, 'utf8');
    const theirs = await netpipe(['decode', pcap, '--format', 'csv']);
    expect(comparable(live)).toEqual(comparable(theirs.stdout));
    const rows = rowsOf(live);
    expect(rows).toHaveLength(2 * (5 + 2 + 2));
    expect(rows.filter((row) => row.icmp_type === '8')).toHaveLength(5 + 2);
    expect(new Set(rows.map((row) => row.frame_interface))).toEqual(new Set([right.device]));
    expect(new Set(rows.map((row) => row.packet_id)).size).toBe(rows.length);

    const { ledger, notes } = JSON.parse(stdout);
    expect(ledger).toMatchObject({ received: rows.length, rows: rows.length, unread: 0, queueDrops: 0 });
    expect(ledger.kernelDrops).toBe(0);
    expect(notes).toEqual([]);
  });

  test('rows are durable within about a second, although nothing more comes', async () => {
    const csv = scratch('quiet.csv');
    const { child, ended } = runLive('--output-csv', csv);
    await opened(csv);
    inside(pair.left.namespace, 'ping', '-q', '-c', '1', pair.right.address);
    await sleep(2500);
    child.kill('SIGKILL');
    await ended;
    expect(JSON.parse(readFileSync(`${csv}.manifest.json`, 'utf8'))).toMatchObject({
      rows: 2,
      ledger: { rows: 2 },
    });
    expect(rowsOf(readFileSync(csv, 'utf8'))).toHaveLength(2);
  });

  test('--filter and --count', async () => {
    const csv = scratch('count.csv');
    const { ended } = runLive('--filter', 'icmp[0] == 8', '--count', '3', '--output-csv', csv);
    await opened(csv);
    inside(pair.left.namespace, 'ping', '-q', '-c', '5', '-i', '0.05', pair.right.address);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(rowsOf(readFileSync(csv, 'utf8')).map((row) => row.icmp_type)).toEqual(['8', '8', '8']);
  });

  test('--duration ends it on a quiet line', async () => {
    const { code, stdout } = await runLive('--duration', '500ms', '--output-csv', scratch('empty.csv')).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).ledger).toMatchObject({ received: 0, rows: 0 });
  });

  describe('ends at once, and says why', () => {
    test.each([
      ['an output that cannot be written', ['--output-csv', '/no/such/folder/out.csv'], 1, /cannot write/],
      [
        'a device that is not there',
        ['--device', 'eth99'],
        1,
        /there is no device eth99; devices here: .*lo/,
      ],
      ['a bad filter', ['--filter', 'tcp and ('], 2, /bad filter "tcp and \(": .*syntax error/],
    ])('%s', async (_what, args, exitCode, about) => {
      const { code, stderr } = await runLive('--output-csv', scratch('never.csv'), ...args).ended;
      expect(code).toBe(exitCode);
      expect(stderr).toMatch(/^netpipe: [^\n]+\n$/);
      expect(stderr).toMatch(about);
      expect(existsSync(scratch('never.csv'))).toBe(false);
    });

    test('no permission', async () => {
      const setpriv = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
      const before = ['ip', 'netns', 'exec', pair.right.namespace, ...setpriv];
      const { code, stderr } = await netpipe(
        ['run', '--device', 'lo', '--output-csv', scratch('never.csv')],
        { before },
      );
      expect(code).toBe(1);
      expect(stderr).toMatch(/^netpipe: no permission to capture on lo; run it with sudo[^\n]*\n$/);
      expect(existsSync(scratch('never.csv'))).toBe(false);
    });
  });
});
