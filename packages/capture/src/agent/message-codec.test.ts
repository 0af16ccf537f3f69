import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addLedgers, isLedgerMessage, type LedgerMessage } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { Converter, type Message, type SchemaName } from '../converter.ts';
import { openFileSource } from '../file-source.ts';
import { messageCodec } from './message-codec.ts';

const folder = fileURLToPath(new URL('../../../../examples/captures/', import.meta.url));
const captures = readdirSync(folder).filter((name) => name.endsWith('.pcap'));

async function messagesOf(name: string, schema: SchemaName): Promise<Message[]> {
  const converter = new Converter({ schema, source: 'hé"\\\n\u2028host' });
  const messages: Message[] = [];
  for await (const packets of await openFileSource(`${folder}${name}`)) {
    messages.push(...packets.flatMap((packet) => converter.convert(packet) ?? []));
  }
  return messages;
}

describe('messageCodec', () => {
  it.each(captures.flatMap((name) => [[name, '2'] as const, [name, 'legacy'] as const]))(
    'writes %s in schema %s as JSON.stringify would, a line each',
    async (name, schema) => {
      const messages = await messagesOf(name, schema);
      expect(messages.length).toBeGreaterThan(0);
      const text = Buffer.from(messageCodec().encode(messages)).toString('utf8');
      expect(text.endsWith('\n')).toBe(true);
      const lines = text.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(messages)));
    },
  );

  it('reads what it wrote', async () => {
    const messages = await messagesOf('http.pcap', '2');
    const codec = messageCodec();
    const { messages: read, malformed } = codec.decode(codec.encode(messages));
    expect(read).toEqual(JSON.parse(JSON.stringify(messages)));
    expect(malformed).toEqual([]);
  });

  it('writes a record of the ledger among packets', async () => {
    const [packet] = await messagesOf('http.pcap', '2');
    const record: LedgerMessage = {
      ...{ ledger: 1, agent: 'capture-tcp', source: 'hé"\u2028', session: 's', number: 1, ended: true },
      ...{ started: '2026-01-01T00:00:00.000Z', time: '2026-01-01T00:00:01.000Z' },
      ...addLedgers([]),
    };
    const codec = messageCodec();
    const { messages } = codec.decode(codec.encode([packet, record]));
    expect(messages[1]).toEqual(record);
    expect(isLedgerMessage(messages[1])).toBe(true);
  });

  it('hands out bytes that the next batch leaves alone', async () => {
    const [one, two] = await messagesOf('arp.pcap', '2');
    const codec = messageCodec();
    const first = codec.encode([one]);
    const copy = Buffer.from(first);
    codec.encode([two]);
    expect(Buffer.from(first)).toEqual(copy);
  });

  it('has nothing to write for nothing', () => expect(messageCodec().encode([])).toHaveLength(0));
});
