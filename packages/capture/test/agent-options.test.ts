import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLiveSource } from '@antinex/capture';
import { describe, expect, test } from 'vitest';
import { complaintOf, runAgent } from './agent.ts';
import { useScratch } from './scratch.ts';

/** Why nothing can be captured here, or null. */
async function whyNoCapture(): Promise<string | null> {
  try {
    const options = { backend: 'libpcap', device: 'lo', filter: 'less 1' } as const;
    await (await openLiveSource(options)).close();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'];
/** Why this process cannot take its own rights away, or null. */
const whyNotNobody =
  spawnSync(AS_NOBODY[0], [...AS_NOBODY.slice(1), 'true']).status === 0 ? null : 'needs root';

const scratch = useScratch();

describe('--help', () => {
  test('tells flags, variables, defaults and how it is used', async () => {
    const { code, stdout, stderr } = await runAgent('tcp', ['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: capture-tcp [options]');
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      '(env NETWORK_FILTER, default tcp and (port 80 or port 443 or port 8010 or port 8443))',
    );
    expect(stdout).toContain('Examples:\n  sudo capture-tcp ');
    for (const variable of ['CAP_DEVICE', 'SOURCE_HOST', 'FORWARD_BROKER_URL', 'DEBUG_PACKETS']) {
      expect(stdout).toContain(`env ${variable}`);
    }
  });

  test('--version', async () => {
    expect(await runAgent('arp', ['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

/** What the agent says to a command it will not follow. */
async function refused(args: readonly string[], env: Record<string, string> = {}) {
  const end = await runAgent('tcp', args, { env });
  expect(end.stdout).toBe('');
  expect(end.stderr.split('\n')).toHaveLength(2);
  return { code: end.code, said: complaintOf(end).replace('capture-tcp: ', '') };
}

/** Further contradictions: src/agent/make-plan.test.ts. */
describe('what cannot be', () => {
  test.each([
    [['--bogus'], "unknown option '--bogus'; --help shows what there is"],
    [['stray'], 'too many arguments. Expected 0 arguments but got 1; --help shows what there is'],
    [['--backend', 'pcap'], '--backend "pcap": must be one of auto, libpcap, cap'],
    [['--sample', '2/3'], '--sample "2/3": must be 1/N, N from 1 to 1000000, such as 1/16'],
    [['--read', 'x.pcap', '--device', 'lo'], '--device is for live captures and not for --read'],
    [['--backend', 'cap', '--no-promiscuous'], '--no-promiscuous needs the libpcap backend'],
  ])('%j', async (args, complaint) => {
    const { code, said } = await refused(args);
    expect(said).toBe(complaint);
    expect(code).toBe(2);
  });

  test('all that is wrong with the values is told at once', async () => {
    const { code, said } = await refused(['--queue-packets', '1'], { CAP_BACKEND: 'x' });
    expect(code).toBe(2);
    expect(said).toMatch(/--queue-packets.*CAP_BACKEND|CAP_BACKEND.*--queue-packets/);
  });

  test('variables of other runs do not contradict --read', async () => {
    const env = { CAP_DEVICE: 'eth0', CAP_BACKEND: 'cap' };
    const { code, said } = await refused(['--read', scratch('none.pcap'), '--broker', 'memory:'], env);
    expect([code, said]).toEqual([1, expect.stringContaining('no such file')]);
  });
});

describe('--print-config', () => {
  test('shows values and where they come from, without passwords', async () => {
    const env = { NETWORK_FILTER: 'port 81', SOURCE_HOST: 'web1' };
    const file = scratch('agent.env');
    writeFileSync(file, 'FORWARD_BROKER_URL=amqp://me:s3cret@broker:5672\nSOURCE_HOST=other\n');
    const args = ['--print-config', '--env-file', file, '--filter', 'port 82'];
    const { code, stdout } = await runAgent('tcp', args, { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^--filter +"port 82" +\(--filter\)$/m);
    expect(stdout).toMatch(/^--source +web1 +\(env SOURCE_HOST\)$/m);
    expect(stdout).toMatch(/^--broker +amqp:\/\/me:\*\*\*@broker:5672 +\(.*agent\.env.*\)$/m);
    expect(stdout).not.toContain('s3cret');
  });
});

const whyNot = await whyNoCapture();
describe.skipIf(whyNot !== null)(`--check (${whyNot ?? 'live'})`, () => {
  const check = ['--check', '--device', 'lo', '--broker', 'memory:'];

  test('all is well', async () => {
    const end = await runAgent('tcp', check);
    expect(end).toMatchObject({ code: 0, stdout: 'the settings are valid\n', stderr: '' });
  });

  test.each([
    ['tcp and (', "can't parse filter expression: syntax error"],
    ['port 99999', 'illegal port number 99999 > 65535'],
  ])('a bad filter, as the user wrote it and in the words of libpcap: %s', async (filter, words) => {
    const args = ['--check', '--device', 'lo', '--filter', filter, '--broker', 'redis://127.0.0.1:1'];
    const { code, said } = await refused(args);
    expect(code).toBe(2);
    expect(said).toBe(`bad filter "${filter}": ${words}; man pcap-filter has the syntax`);
  });

  test('no such device, and which there are', async () => {
    const { code, said } = await refused(['--check', '--device', 'eth99', '--broker', 'memory:']);
    expect(code).toBe(1);
    expect(said).toMatch(/^there is no device eth99; devices here: .*\blo\b/);
  });

  test('a broker that is away is a warning, one that cannot be is not', async () => {
    const away = await runAgent('tcp', [...check.slice(0, -1), 'redis://me:s3cret@127.0.0.1:1']);
    expect(away).toMatchObject({ code: 0, stdout: 'the settings are valid\n' });
    expect(away.stderr).toMatch(/^capture-tcp: warning: cannot reach the broker redis:\/\/me:\*\*\*@127/);
    const { code, said } = await refused([...check.slice(0, -1), 'http://127.0.0.1']);
    expect(code).toBe(2);
    expect(said).toContain('no broker driver for "http://127.0.0.1"; supported: ');
  });

  test('an address nobody can listen on', async () => {
    const { code, said } = await refused([...check, '--http', 'here']);
    expect([code, said]).toEqual([2, '--http "here": must be HOST:PORT, [IPV6]:PORT or PORT']);
  });

  test.skipIf(whyNotNobody !== null)(`no permission (${whyNotNobody ?? 'as nobody'})`, async () => {
    const end = await runAgent('tcp', check, { before: AS_NOBODY });
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(/^capture-tcp: no permission to capture on lo; run it with sudo, .*\n$/);
  });
});

describe('standard output', () => {
  test('--list-devices tells the addresses, in columns', async () => {
    const { code, stdout } = await runAgent('tcp', ['--list-devices']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lo +127\.0\.0\.1/m);
  });

  test('on a full disk it is an error', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const bin = join(import.meta.dirname, '../../capture-tcp/bin/capture-tcp.js');
      const end = spawnSync(process.execPath, [bin, '--list-devices'], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      expect(end).toMatchObject({ status: 1, stderr: expect.stringContaining('no space left') });
    } finally {
      closeSync(full);
    }
  });
});
