import { loadConfig } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { takesRecords } from './ledger-records.ts';
import { makePlan, problemsOf } from './make-plan.ts';
import { agentSettings } from './settings.ts';

const settings = agentSettings({ filter: 'tcp' });
const config = (flags: Record<string, unknown> = {}, env: Record<string, string> = {}) =>
  loadConfig(settings, { flags, env });
const SPEC = { name: 'capture-tcp' };
const plan = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
  makePlan(SPEC, config({ device: 'lo', broker: 'memory:', ...flags }, env), () => {});

const STDOUT_TAKEN =
  '--write - is standard output: it cannot be rotated, nor go with --debug-packets or --json';

describe('problemsOf', () => {
  it('finds none in the defaults', () => expect(problemsOf(config())).toEqual([]));

  it.each<[Record<string, unknown>, string]>([
    [{ read: 'x', device: 'lo' }, '--device is for live captures and not for --read'],
    [{ read: 'x', snaplen: 100 }, '--snaplen is for live captures and not for --read'],
    [{ read: 'x', bufferMb: 1 }, '--buffer-mb is for live captures and not for --read'],
    [{ read: 'x', noPromiscuous: true }, '--no-promiscuous is for live captures and not for --read'],
    [{ read: 'x', backend: 'cap' }, '--backend is for live captures and not for --read'],
    [{ read: 'x', workers: 2 }, '--workers is for live captures and not for --read'],
    [{ rotateSize: '1MB' }, '--rotate-size needs --write'],
    [{ rotateTime: '1m' }, '--rotate-time needs --write'],
    [{ rotateCount: 3, rotateFiles: 3 }, '--rotate-count needs --write'],
    [{ write: 'x', rotateFiles: 3 }, '--rotate-files needs --rotate-size, --rotate-time or --rotate-count'],
    [{ write: '-', rotateCount: 3 }, STDOUT_TAKEN],
    [{ write: '-', debugPackets: true }, STDOUT_TAKEN],
    [{ write: '-', json: true }, STDOUT_TAKEN],
    [{ workers: 2, write: 'x' }, '--write and --workers do not go together'],
    [{ workers: 2, count: 3 }, '--count and --workers do not go together'],
    [{ workers: 2, backend: 'cap' }, '--workers needs the libpcap backend'],
    [{ backend: 'cap', snaplen: 100 }, '--snaplen needs the libpcap backend'],
    [{ backend: 'cap', noPromiscuous: true }, '--no-promiscuous needs the libpcap backend'],
  ])('%j', (flags, problem) => expect(problemsOf(config(flags))).toContain(problem));

  it('lets variables stand that are for other runs', () => {
    const env = { CAP_DEVICE: 'eth0', CAP_BACKEND: 'cap', CAP_USER: 'me' };
    expect(problemsOf(config({ read: 'x' }, env))).toEqual([]);
  });

  it.each([
    { write: 'x.pcap', rotateSize: '1MB', rotateFiles: 3 },
    { write: '-' },
    { workers: 2, backend: 'libpcap' },
    { read: '-', user: 'nobody', count: 3, sample: '1/2', write: 'x' },
  ])('finds none in %j', (flags) => expect(problemsOf(config(flags))).toEqual([]));
});

describe('takesRecords', () => {
  it.each([
    [{ broker: 'redis://10.0.0.1' }, true],
    [{ broker: 'amqp://10.0.0.1', schema: 'legacy' }, true],
    [{ broker: 'redis://10.0.0.1', wire: 'kombu' }, false],
    [{ broker: 'memory:' }, false],
  ])('%j: %s', async (flags, takes) => expect(takesRecords((await plan(flags)).broker)).toBe(takes));
});

describe('makePlan', () => {
  it('has one input for each device, without the traffic of the broker', async () => {
    const { inputs, filter } = await plan({ device: 'lo, eth7', broker: 'redis://10.0.0.1' });
    const all = {
      filter: 'not (host 10.0.0.1 and tcp port 6379) and (tcp)',
      promiscuous: true,
      backend: 'auto',
    };
    expect(inputs).toMatchObject([
      { device: 'lo', ...all },
      { device: 'eth7', ...all },
    ]);
    // What the user is told about.
    expect(filter).toBe('tcp');
  });

  it.each(['lo,', ',lo', 'lo,,eth0', 'lo,lo'])('refuses the devices "%s"', async (device) => {
    await expect(plan({ device })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `devices "${device}": must be names separated by commas, each once`,
    });
  });

  it('chooses a device, and says which and why', async () => {
    const said: string[] = [];
    const { inputs } = await makePlan(SPEC, config({ broker: 'memory:' }), (_, text) => said.push(text));
    const [{ device }] = inputs as readonly { device: string }[];
    expect(said).toEqual([expect.stringMatching(`^chose ${device}: .*; --device names another$`)]);
  });

  it('warns of what it cannot take out of the filter', async () => {
    const said: string[] = [];
    await makePlan(SPEC, config({ device: 'lo', broker: 'redis://no-such-host.invalid' }), (level, text) =>
      said.push(`${level} ${text}`),
    );
    expect(said).toEqual([
      'warn nobody knows the address of the broker no-such-host.invalid: leave its traffic out with --filter, or it is captured, too',
    ]);
  });

  it('reads a file without looking for devices', async () => {
    const { inputs } = await makePlan(
      SPEC,
      config({ read: 'x.pcap', broker: 'memory:' }),
      expect.unreachable,
    );
    expect(inputs).toEqual({ file: 'x.pcap' });
  });

  it.each([
    [{}, '2'],
    [{ wire: 'kombu' }, 'legacy'],
    [{ wire: 'kombu', schema: '2' }, '2'],
    [{ schema: 'legacy' }, 'legacy'],
  ])('%j publishes schema %s', async (flags, schema) => {
    expect((await plan(flags)).messages.schema).toBe(schema);
  });

  it('has a session of its own for each live run, and none for a file', async () => {
    const sessions = await Promise.all([plan({}), plan({})]);
    expect(new Set(sessions.map(({ messages }) => messages.session)).size).toBe(2);
    expect((await plan({ device: undefined, read: 'x.pcap' })).messages.session).toBeUndefined();
  });

  it('reads the sample, or says what is wrong with it and where it came from', async () => {
    expect((await plan({})).sampleOneIn).toBe(1);
    expect((await plan({}, { SAMPLE: '1/16' })).sampleOneIn).toBe(16);
    await expect(plan({}, { SAMPLE: '16' })).rejects.toThrow('env SAMPLE "16": must be 1/N');
  });

  it('is plain data, fit for another thread', async () => {
    const made = await plan({ write: 'x.pcap', rotateSize: '1MB', sslOptions: '{"ca_certs": "ca.pem"}' });
    expect(structuredClone(made)).toEqual(made);
  });
});
