import { copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectConsumer } from '@antinex/broker';
import { Converter, isLegacy, type Message, type SchemaName } from '@antinex/capture';
import { openCapture } from '@antinex/pcap-file';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisServer, redisMissing } from '../../broker/test/servers/redis-server.ts';
import { Agent, complaintOf, messagesOf, runAgent, summaryOf, whyNoAgents } from './agent.ts';
import { useScratch } from './scratch.ts';

const MIXED = join(import.meta.dirname, '../../../examples/captures/mixed.pcap');
const TO_MEMORY = ['--broker', 'memory:', '--json'];
const ALL = ['--filter', 'len >= 0'];
const isRoot = process.getuid?.() === 0;

const scratch = useScratch();

/** The messages that a capture makes, without an agent. */
async function expected(path: string, schema: SchemaName): Promise<Message[]> {
  const converter = new Converter({ schema, source: 'localdev' });
  const messages: Message[] = [];
  for await (const packets of await openCapture(path)) {
    messages.push(...packets.flatMap((packet) => converter.convert(packet) ?? []));
  }
  return JSON.parse(JSON.stringify(messages));
}

const hasFrame = (message: Message) => !isLegacy(message);

const whyNot = whyNoAgents();

describe.skipIf(whyNot !== null)(`--read (${whyNot ?? 'files'})`, () => {
  test('every packet is published, or filtered out by the filter', async () => {
    const all = await expected(MIXED, '2');
    const end = await runAgent('tcp', ['--read', MIXED, ...ALL, '--debug-packets', ...TO_MEMORY]);
    expect(end.code).toBe(0);
    expect(all.every(hasFrame)).toBe(true);
    expect(messagesOf(end)).toEqual(all);
    const { ledger, unaccounted } = summaryOf(end);
    expect(ledger).toMatchObject({ received: all.length, published: all.length, filtered: 0 });
    expect(unaccounted).toBe(0);

    const udp = summaryOf(await runAgent('udp', ['--read', MIXED, ...TO_MEMORY])).ledger;
    expect(udp).toMatchObject({ received: all.length, filtered: all.length - udp.published });
    expect(udp.published).toBeGreaterThan(0);
    expect(udp.filtered).toBeGreaterThan(0);
  });

  test('standard input, with the first packets only', async () => {
    const args = ['--read', '-', ...ALL, '--count', '7', '--debug-packets', ...TO_MEMORY];
    const end = await runAgent('tcp', args, { input: readFileSync(MIXED) });
    expect(end.code).toBe(0);
    expect(messagesOf(end)).toEqual((await expected(MIXED, '2')).slice(0, 7));
    const { received, unread } = summaryOf(end).ledger;
    expect(received - unread).toBe(7);
  });

  test('--payload-bytes and --source are in the messages', async () => {
    const args = ['--read', MIXED, '--payload-bytes', '4', '--debug-packets', ...TO_MEMORY];
    const end = await runAgent('tcp', args, { env: { SOURCE_HOST: 'web1' } });
    const loads = messagesOf(end).map(({ data }) => (data.raw as { load?: string } | undefined)?.load ?? '');
    expect(Math.max(...loads.map(({ length }) => length))).toBe(8);
    expect(messagesOf(end)[0]).toMatchObject({ source: 'web1' });
  });

  test('--write keeps what was taken, and writes over nothing', async () => {
    const path = scratch('written.pcap');
    const args = ['--read', MIXED, '--write', path, ...TO_MEMORY];
    const first = summaryOf(await runAgent('udp', args)).ledger;
    const again = summaryOf(await runAgent('udp', ['--read', path, ...TO_MEMORY])).ledger;
    expect(again).toMatchObject({ received: first.published, published: first.published });
    const second = await runAgent('udp', args);
    expect(second.code).toBe(1);
    expect(complaintOf(second)).toBe(`capture-udp: ${path} exists already: name another file or remove it`);
    expect(summaryOf(second).unaccounted).toBe(0);
  });

  test('--write - is a capture on standard output', async () => {
    const end = await runAgent('arp', ['--read', MIXED, '--write', '-', '--broker', 'memory:']);
    expect(end.code).toBe(0);
    // Version 2.4, behind the four bytes that tell the byte order.
    expect(end.stdout.indexOf('\u0002\0\u0004\0')).toBeGreaterThan(0);
    expect(end.stderr).toMatch(/[1-9]\d* published\n.*every packet is accounted for/s);
  });

  test('a damaged capture: what can be read is published, then it is an error', async () => {
    const path = scratch('damaged.pcap');
    copyFileSync(MIXED, path);
    truncateSync(path, 5000);
    const end = await runAgent('tcp', ['--read', path, ...ALL, ...TO_MEMORY]);
    expect(end.code).toBe(1);
    expect(complaintOf(end)).toContain('damaged.pcap');
    const { ledger, unaccounted } = summaryOf(end);
    expect(unaccounted).toBe(0);
    expect(ledger.published).toBeGreaterThan(5);
    expect(ledger.published).toBe(ledger.received);
  });

  test.skipIf(!isRoot)('where nobody may write, root is told that it is nobody', async () => {
    const folder = scratch('private');
    mkdirSync(folder, { mode: 0o700 });
    const path = join(folder, 'x.pcap');
    const end = await runAgent('tcp', ['--read', MIXED, '--write', path, ...TO_MEMORY]);
    expect(end.code).toBe(1);
    expect(complaintOf(end)).toBe(
      `capture-tcp: cannot write ${path}: nobody may not; --user names another; choose a place you may write to`,
    );
    expect(existsSync(path)).toBe(false);
  });

  test('who reads --debug-packets may go away', async () => {
    const agent = new Agent('tcp', {
      args: ['--read', MIXED, ...ALL, '--debug-packets', '--broker', 'memory:'],
      holdOutput: true,
    });
    await agent.ready();
    agent.closeOutput();
    const end = await agent.ended;
    expect(end.code).toBe(0);
    expect(complaintOf(end)).toBe('');
    expect(end.stderr).toContain('every packet is accounted for');
  });
});

const noRedis = whyNot ?? redisMissing();
describe.skipIf(noRedis !== undefined)(`to a Redis (${noRedis ?? 'real'})`, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.stop());

  test.each([
    ['batch', '2'],
    ['batch', 'legacy'],
    ['kombu', 'legacy'],
    ['kombu', '2'],
  ] as const)('the %s wire delivers schema %s as it was made', async (wire, schema) => {
    const queue = `Q-${wire}-${schema}`;
    const url = redis.url('/3');
    const args = ['--read', MIXED, ...ALL, '--broker', url, '--wire', wire, '--schema', schema];
    const end = await runAgent('tcp', [...args, '--queue', queue, '--json']);
    expect(end.code).toBe(0);
    const wanted = await expected(MIXED, schema);
    const { ledger } = summaryOf(end);
    expect(ledger).toMatchObject({ published: wanted.length, filtered: ledger.received - wanted.length });

    // Python's programs would not know what a ledger is.
    const ledgers = wire === 'batch' ? 1 : 0;
    const got: unknown[] = [];
    const consumer = await connectConsumer(url, { queue, wire });
    for await (const delivery of consumer.receive()) {
      got.push(...delivery.messages);
      await delivery.ack();
      if (got.length >= wanted.length + ledgers) break;
    }
    await consumer.close();
    expect(got.slice(0, wanted.length)).toEqual(wanted);
    expect(got.slice(wanted.length)).toMatchObject(Array(ledgers).fill({ ...ledger, agent: 'capture-tcp' }));
    if (wire === 'kombu') expect(await redis.cli('-n', '3', 'LLEN', queue)).toBe('0');
  });

  test('a wrong password is no reason to wait', async () => {
    const locked = await RedisServer.start({
      configuration: ['requirepass right'],
      login: ['-a', 'right', '--no-auth-warning'],
    });
    try {
      const url = locked.url('/0').replace('//', '//:wrong@');
      const end = await runAgent('tcp', ['--read', MIXED, '--broker', url, '--json']);
      expect(end.code).toBe(1);
      expect(complaintOf(end)).toMatch(/^capture-tcp: cannot use the broker redis:\/\/:\*\*\*@127/);
      expect(summaryOf(end)).toMatchObject({ unaccounted: 0, ledger: { published: 0 } });
    } finally {
      await locked.stop();
    }
  });

  test('a file with settings', async () => {
    const file = scratch('settings.json');
    writeFileSync(file, JSON.stringify({ broker: redis.url('/4'), queue: 'FROM_FILE', read: MIXED }));
    const end = await runAgent('icmp', ['--config', file, '--json']);
    expect(end.code).toBe(0);
    expect(Number(await redis.cli('-n', '4', 'XLEN', 'FROM_FILE.batch'))).toBeGreaterThan(0);
  });
});
